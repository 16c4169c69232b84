"""Names to code: a file in a registered folder is a registration, and so is an entry point.

`recli/algorithms/knn_baseline.py` is the algorithm `knn-baseline`. What needs optional packages lies
in a room of its own, `recli/extras/<extra>/`, in a folder of the same name: there
`recli/extras/implicit/algorithms/bpr.py` is the algorithm `bpr`, and `implicit` the extra of
`pyproject.toml` that brings its packages. Such a file imports them where it uses them, so that it can
be listed and explained without.

Other packages bring their own by entry points, in a group for each kind, as `recli.metrics`; and a
user's own class goes by `module:Class`, where modules in the current folder are found too.

recli's names come from the listings of its folders, so that `--help` and completion import nothing; a
module is imported when its name is used. A module registers the one public class that it defines.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import recli
from recli import errors
from recli.registry import _entry_points, _extras, _folders, _foreign
from recli.registry._extras import importing, present
from recli.registry._foreign import names_of, place_of
from recli.registry._kinds import KINDS
from recli.registry._origin import Origin

__all__ = ["KINDS", "Origin", "importing", "names_of", "place_of", "present"]

_given: dict[type, str] = {}
"""The names by which classes from elsewhere were asked for."""


def names(kind: str) -> tuple[str, ...]:
    """The names of `kind` that recli itself has, sorted.

    Args:
        kind: one of `KINDS`, as all below

    >>> "knn-baseline" in names("algorithm")
    True
    """
    return tuple(sorted(_folders.modules(kind)))


def outside(kind: str) -> tuple[str, ...]:
    """The names of `kind` that other packages bring, sorted; looks at every installed package.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    return tuple(_entry_points.points(kind))


def every(kind: str) -> tuple[str, ...]:
    """`names` and `outside`.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    return (*names(kind), *outside(kind))


def usable(kind: str) -> Iterator[tuple[str, Any]]:
    """The names of `every` with their classes, without those of other packages that do not work.

    What is wrong with these is logged, once each.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    for name in names(kind):
        yield name, get(kind, name)
    yield from usable_outside(kind)


def usable_outside(kind: str) -> Iterator[tuple[str, Any]]:
    """The names of `outside` with their classes, as `usable` has them.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    for problem in _entry_points.unusable(kind):
        _log_once(problem)
    for name in outside(kind):
        try:
            yield name, get(kind, name)
        except errors.RecliError as error:
            _log_once(str(error))


def in_order(kind: str) -> list[tuple[str, Any]]:
    """`usable`, of a kind whose classes have a `position`, in the order of it.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    return sorted(usable(kind), key=lambda entry: (entry[1].position, entry[0]))


def resolve(kind: str, name: str) -> str:
    """The registered spelling of `name`, in which case and punctuation do not matter.

    Args:
        kind: one of `KINDS`
        name: a name in any spelling; `module:Class` stays as it is

    Raises:
        UsageError: for a name that there is not, the nearest spelling first

    >>> resolve("algorithm", "SVD++"), resolve("algorithm", "KNNWithZScore")
    ('svdpp', 'knn-with-zscore')
    """
    if found := _own(kind, name):
        return found
    if ":" in name:
        return name.strip()
    if point := _entry_points.named(kind, name):
        return point.name
    hint = f"'recli list {KINDS[kind].plural}' explains them."
    raise errors.unknown(kind, name, every(kind), hint)


def cut(kind: str, text: str) -> tuple[str, str]:
    """The name that a text begins with, which may be `module:Class`, and what follows its colon.

    Args:
        kind: one of `KINDS`
        text: such as NAME or NAME:OPTION=VALUE

    >>> cut("split", "last-n:n=5"), cut("split", "shop.splits:Weekly:n=3")
    (('last-n', 'n=5'), ('shop.splits:Weekly', 'n=3'))
    """
    name, _, rest = text.partition(":")
    spelled = _foreign.spelled(text)
    if spelled and not _own(kind, name) and not _entry_points.named(kind, name):
        return spelled, text.strip().removeprefix(spelled).removeprefix(":")
    return name, rest


def get(kind: str, name: str) -> Any:
    """The class registered as `name`, or that `module:Class` names.

    Args:
        kind: one of `KINDS`
        name: a name in any spelling, whose extra need not be installed

    Raises:
        UsageError: for an unknown name, and for what comes from elsewhere and is no such class
        MissingExtraError: for what comes from elsewhere and imports what is not installed
    """
    name = resolve(kind, name)
    module_name = _folders.modules(kind).get(name)
    if module_name is not None:
        return _only_class(module_name)
    if ":" in name:
        found = _foreign.of_module(kind, name)
    else:
        point = _entry_points.named(kind, name)
        assert point is not None
        found = _foreign.of_entry_point(kind, point)
    _given[found] = name
    return found


def name_of(cls: type) -> str:
    """The name of a class that `get` returns: its file's, or that by which it was asked for.

    Args:
        cls: a registered class
    """
    if cls.__module__.startswith("recli."):
        return _folders.name_of(cls.__module__)
    return _given.get(cls, f"{cls.__module__}:{cls.__qualname__}")


@contextlib.contextmanager
def own_code(cls: type) -> Iterator[None]:
    """Turns what code from elsewhere raises by mistake into an error that names it.

    Args:
        cls: whose code it is; that of recli itself raises what it raises

    Raises:
        OwnCodeError: in place of what is no RecliError; the cause is kept
    """
    try:
        yield
    except errors.RecliError:
        raise
    except Exception as error:
        if cls.__module__.partition(".")[0] == "recli":
            raise
        raise errors.OwnCodeError(
            f"{name_of(cls)} raises {_foreign.said_by(error)}, in {_where(cls, error)}. Mend it there."
        ) from error


def _where(cls: type, error: Exception) -> str:
    """The last line of the user's files by which the error came; else where their class is written.

    What raises may be a library that they call, where there is nothing to mend.
    """
    source = _source(cls)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if source is not None and Path(frame.filename).parent == source.parent:
            return f"{frame.filename}, line {frame.lineno}"
    return place_of(cls)


def origin(kind: str, name: str) -> Origin:
    """Where `name` comes from, to be told, or to be compared later.

    Args:
        kind: one of `KINDS`
        name: a name in any spelling; what is not recli's own is imported

    Raises:
        UsageError, MissingExtraError: as `get` does

    >>> str(origin("metric", "ndcg")), str(origin("algorithm", "bpr"))
    ('recli', 'recli[implicit]')
    """
    name = resolve(kind, name)
    module_name = _folders.modules(kind).get(name)
    if module_name is not None:
        extra = _folders.extra_of(module_name)
        return Origin("recli", recli.__version__, extra, _folders.source(module_name))
    source = _source(get(kind, name))
    point = None if ":" in name else _entry_points.named(kind, name)
    dist = None if point is None else point.dist
    return (
        Origin("", "", "", source) if dist is None else Origin(dist.name, dist.version, "", source)
    )


def extra_of(kind: str, name: str) -> str:
    """The extra of recli that `name` needs; empty for what needs none.

    What comes from elsewhere needs that of the class that it inherits from.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        name: the name

    >>> extra_of("algorithm", "svd")
    ''
    """
    return _folders.extra_of(_module_in_room(kind, name))


def extra_of_class(cls: type) -> str:
    """The extra of recli that a class needs, or that from which it inherits; empty for none.

    Args:
        cls: a class at hand, which may have no name to find it by
    """
    return _folders.extra_of(_inherited(cls))


def check_installed(kind: str, name: str) -> None:
    """Raise MissingExtraError if packages of the extra that `name` needs are missing or broken.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        name: the name
    """
    _check_room(_module_in_room(kind, name), name)


def check_inherited(cls: type) -> None:
    """As `check_installed`, for a class at hand that may inherit from one of an extra.

    Args:
        cls: a class from elsewhere
    """
    _check_room(_inherited(cls), name_of(cls))


def room(extra: str, module: str) -> Any:
    """A module of the room of an extra, such as `server` of `serve`.

    Args:
        extra: the name of an extra of `pyproject.toml`
        module: the module of the room

    Raises:
        MissingExtraError: if packages of the extra are missing or cannot be imported
    """
    _check(extra, extra, "This")
    return importlib.import_module(f"{_folders.EXTRAS}{extra}.{module}")


def installed(extra: str) -> bool:
    """Whether all packages of an extra of recli are installed, by what `pyproject.toml` declares.

    No extra at all, which is the empty name, needs none. Where recli runs from its sources without being
    installed, nobody knows what an extra needs, and none is.

    Args:
        extra: the name of an extra of `pyproject.toml`
    """
    return _extras.is_installed(extra)


def packages(extra: str) -> tuple[str, ...]:
    """The packages that an extra brings along, or what is installed in their place; none for no extra.

    Args:
        extra: the name of an extra of `pyproject.toml`

    >>> packages("implicit"), packages("")
    (('implicit',), ())
    """
    return tuple(present(requirement.name) for requirement in _extras.requirements(extra))


def _check_room(module: str, what: str) -> None:
    """`_check` of the room in which a module stands, if it does."""
    if extra := _folders.extra_of(module):
        _check(_folders.room_of(module), extra, what)


def _check(room_name: str, extra: str, what: str) -> None:
    """Raise MissingExtraError if packages of the extra of a room are missing or broken."""
    if not installed(extra):
        raise errors.MissingExtraError(
            f"{what} needs packages that are not installed. Install them: pip install 'recli[{extra}]'"
        )
    with importing(what, f"'recli[{extra}]'"):
        for module in _folders.room_called(room_name).IMPORTS:
            importlib.import_module(module)


def _module_in_room(kind: str, name: str) -> str:
    """The module by which `name` needs an extra; empty where it needs none."""
    own = _folders.modules(kind).get(name)
    return _inherited(get(kind, name)) if own is None else own


def _inherited(cls: type) -> str:
    """The module of the first class in a room of which `cls` is made; empty where there is none."""
    modules = (base.__module__ for base in cls.__mro__)
    return next((module for module in modules if _folders.room_of(module)), "")


def _own(kind: str, name: str) -> str:
    """The spelling that recli itself has of a name; empty where it has none."""
    wanted = errors.plain(name)
    return next((own for own in names(kind) if errors.plain(own) == wanted), "")


def _only_class(module_name: str) -> type:
    module = importlib.import_module(module_name)
    defined = [
        value
        for key, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module_name and not key.startswith("_")
    ]
    if len(defined) != 1:
        raise TypeError(f"{module_name} must define exactly one public class, not {len(defined)}")
    return defined[0]


def _source(cls: type) -> Path | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return Path(file) if file and file.endswith(".py") and Path(file).is_file() else None


@functools.cache
def _log_once(problem: str) -> None:
    logging.getLogger("recli").warning("%s", problem)
