"""Names to code: a file in a registered folder is a registration.

`recli/algorithms/knn_baseline.py` is the algorithm `knn-baseline`. What needs optional packages lies
in a room of its own, `recli/extras/<extra>/`, in a folder of the same name: there
`recli/extras/implicit/algorithms/bpr.py` is the algorithm `bpr`, and `implicit` the extra of
`pyproject.toml` that brings its packages. Such a file imports them where it uses them, so that it can
be listed and explained without.

The names come from the listings of the folders, so that `--help` and completion import nothing; a
module is imported when its name is used. A module registers the one public class that it defines.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recli import errors

if TYPE_CHECKING:
    from packaging.requirements import Requirement

KINDS = {
    "algorithm": "recli.algorithms",
    "metric": "recli.evaluation.metrics",
    "split": "recli.data.splits",
    "format": "recli.data.formats",
    "step": "recli.data.preparation",
    "converter": "recli.data.converters",
    "report": "recli.experiments.reports",
    "writer": "recli.ranking.writers",
}
_PACKAGE = Path(__file__).parent
_EXTRAS = "recli.extras."


@functools.cache
def names(kind: str) -> tuple[str, ...]:
    """The registered names of `kind`, sorted.

    >>> "knn-baseline" in names("algorithm")
    True
    """
    return tuple(sorted(_modules(kind)))


@functools.cache
def _modules(kind: str) -> dict[str, str]:
    """The module of each name."""
    own = KINDS[kind]
    folder = own.rpartition(".")[2]
    rooms = sorted(path.name for path in (_PACKAGE / "extras").glob("[!_.]*/") if path.is_dir())
    found: dict[str, str] = {}
    for package in (own, *(f"{_EXTRAS}{room}.{folder}" for room in rooms)):
        files = _PACKAGE.joinpath(*package.split(".")[1:]).glob("[!_]*.py")
        found |= {path.stem.replace("_", "-"): f"{package}.{path.stem}" for path in files}
    return found


def resolve(kind: str, name: str) -> str:
    """The registered spelling of `name`; case and punctuation do not matter.

    >>> resolve("algorithm", "SVD++"), resolve("algorithm", "KNNWithZScore")
    ('svdpp', 'knn-with-zscore')
    """
    wanted = errors.plain(name)
    for candidate in names(kind):
        if errors.plain(candidate) == wanted:
            return candidate
    raise errors.unknown(kind, name, names(kind), f"'recli list {kind}s' explains them.")


def get(kind: str, name: str) -> Any:
    """The class registered as `name`, whether its extra is installed or not.

    Raises UsageError for an unknown name.
    """
    module_name = _modules(kind)[resolve(kind, name)]
    module = importlib.import_module(module_name)
    defined = [
        value
        for key, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module_name and not key.startswith("_")
    ]
    if len(defined) != 1:
        raise TypeError(f"{module_name} must define exactly one public class, not {len(defined)}")
    return defined[0]


def name_of(cls: type) -> str:
    """The registered name of a class that `get` returns: its file's name."""
    return cls.__module__.rpartition(".")[2].replace("_", "-")


def extra_of(kind: str, name: str) -> str:
    """The extra that `name` needs; empty for what recli has by itself.

    >>> extra_of("algorithm", "svd")
    ''
    """
    module_name = _modules(kind)[name]
    return module_name.split(".")[2] if module_name.startswith(_EXTRAS) else ""


def check_installed(kind: str, name: str) -> None:
    """Raise MissingExtraError if the packages of the extra that `name` needs are not there."""
    extra = extra_of(kind, name)
    if not installed(extra):
        raise errors.MissingExtraError(
            f"{name} needs packages that are not installed: pip install 'recli[{extra}]'"
        )


def room(extra: str, module: str) -> Any:
    """A module of the room of an extra, such as `server` of `serve`.

    Raises MissingExtraError if packages of the extra are not there.
    """
    if not installed(extra):
        raise errors.MissingExtraError(
            f"This needs packages that are not installed: pip install 'recli[{extra}]'"
        )
    return importlib.import_module(f"{_EXTRAS}{extra}.{module}")


def installed(extra: str) -> bool:
    """Whether all packages of an extra of recli are installed, by what `pyproject.toml` declares.

    No extra at all, which is the empty name, needs none. Where recli runs from its sources without being
    installed, nobody knows what an extra needs, and none is.
    """
    try:
        requirements = _requirements(extra)
    except importlib.metadata.PackageNotFoundError:
        return False
    for requirement in requirements:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not requirement.specifier.contains(version, prereleases=True):
            return False
    return True


def packages(extra: str) -> tuple[str, ...]:
    """The packages that an extra brings along; none for no extra.

    >>> packages("implicit"), packages("")
    (('implicit',), ())
    """
    return tuple(requirement.name for requirement in _requirements(extra))


def _requirements(extra: str) -> list[Requirement]:
    """What recli declares for an extra alone, on this system; nothing for no extra.

    Raises PackageNotFoundError where there is one and recli itself is not installed.
    """
    if not extra:
        return []
    from packaging.requirements import Requirement

    declared = map(Requirement, importlib.metadata.requires("recli") or ())
    return [
        requirement
        for requirement in declared
        if requirement.marker is not None
        and requirement.marker.evaluate({"extra": extra})
        and not requirement.marker.evaluate({"extra": ""})
    ]
