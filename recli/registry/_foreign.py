"""Classes of others, named as `module:Class` or by the entry point of a package."""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import recli
from recli import errors
from recli.registry import _extras, _folders
from recli.registry._kinds import KINDS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 300
"""Characters of what an exception says."""
_NAMED = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*):([^\W\d]\w*)(?=[:@]|\s*$)")


_said_by: contextvars.ContextVar[str] = contextvars.ContextVar("said by", default="")


@contextlib.contextmanager
def names_of(file: object, allow_code: bool = False) -> Iterator[None]:
    """Names that a file says, not the user: a `module:Class` among them is not imported.

    What a module does when it is imported is up to who wrote it, and which module is meant to who wrote
    the file. Classes of packages by their entry points are found: the user installed these.

    Args:
        file: what says them, as messages name it
        allow_code: whether the user has said that modules may be imported
    """
    token = _said_by.set("" if allow_code else str(file))
    try:
        yield
    finally:
        _said_by.reset(token)


def spelled(text: str) -> str:
    """The `module:Class` that a text begins with; empty where it begins otherwise.

    Args:
        text: a name, with or without options

    >>> spelled("shop.splits:Weekly:n=3"), spelled("last-n:n=5")
    ('shop.splits:Weekly', '')
    """
    found = _NAMED.match(text)
    return f"{found[1]}:{found[2]}" if found else ""


def of_module(kind: str, name: str) -> type:
    """The class that `module:Class` names; modules in the current folder are found too.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        name: `module:Class`

    Raises:
        UsageError: if there is no such module or class, the module fails, or the class is of another
            kind
        CodeError: where a file says the name, see `names_of`
        MissingExtraError: if the module imports one that is not installed
    """
    if spelled(name) != name:
        raise errors.UsageError(
            f"'{name}' is not module:Class, as in 'my_package.my_module:My{kind.title()}'."
        )
    if file := _said_by.get():
        raise errors.CodeError(
            f"{file}: names the {kind} {name}, and to import it runs code, of the current folder or of "
            "an installed package. If you know whose it is, `allow_code=True` uses it."
        )
    module_name, _, class_name = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        with _told(f"The module '{module_name}'"):
            module = importlib.import_module(module_name)
    except errors.MissingExtraError as error:
        absent = getattr(error.__cause__, "name", None)
        if absent is None or not f"{module_name}.".startswith(f"{absent}."):
            raise
        of_file = module_name.removesuffix(".py")
        meant = f" The module of that file is called '{of_file}:{class_name}'." * (
            of_file != module_name
        )
        raise errors.UsageError(
            f"There is no module '{module_name}' in the current folder, {here}, or among the installed "
            f"packages.{meant}"
        ) from None
    accepts = KINDS[kind].accepts
    found = getattr(module, class_name, None)
    if found is None:
        there = [
            key
            for key, value in vars(module).items()
            if accepts(value) and not KINDS[kind].unwritten(value)
        ]
        raise errors.unknown(kind, name, [f"{module_name}:{key}" for key in there])
    return _checked(kind, found, f"'{name}'")


def of_entry_point(kind: str, point: EntryPoint) -> type:
    """The class that a package brings along. Raises as `of_module` does.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        point: an entry point of an installed package
    """
    what = f"The {kind} '{point.name}' of {package(point)}"
    with _told(what):
        found = point.load()
    return _checked(kind, found, f"{what}, {point.value},")


def package(point: EntryPoint) -> str:
    """The package that an entry point comes with, and its version.

    Args:
        point: an entry point of an installed package
    """
    return "an unknown package" if point.dist is None else f"{point.dist.name} {point.dist.version}"


def place_of(cls: type, method: str = "") -> str:
    """Where a class from elsewhere is written, to be told: its file and line, or those of a method.

    Args:
        cls: the class
        method: the name of a method; empty for the class itself
    """
    written = getattr(cls, method) if method else cls
    try:
        line = inspect.getsourcelines(written)[1]
    except (OSError, TypeError):  # written in a shell, or where no file is
        return f"the module {cls.__module__}"
    return f"{inspect.getsourcefile(written)}, line {line}"


def _checked(kind: str, found: Any, what: str) -> type:
    if not KINDS[kind].accepts(found):
        base = KINDS[kind].base.replace(":", ".")
        raise errors.UsageError(f"{what} is not a subclass of {base}, as every {kind} is.")
    if missing := KINDS[kind].missing(found):
        raise errors.UsageError(
            f"{what} does not declare {', '.join(missing)}, as every {kind} does."
        )
    if unwritten := KINDS[kind].unwritten(found):
        raise errors.UsageError(
            f"{what} lacks {' and '.join(f'`{name}`' for name in unwritten)}, which the class that it "
            f"inherits from leaves to it. It is in {place_of(found)}."
        )
    return found  # type: ignore[no-any-return]


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Turns what the import of a module raises into an error in a line, its cause kept.

    Meanwhile rooms have made what it may import ready to be imported.
    """
    try:
        with contextlib.ExitStack() as ready:
            for room in map(_folders.room_called, _folders.rooms()):
                if hasattr(room, "ready"):
                    ready.enter_context(room.ready())
            yield
    except ModuleNotFoundError as error:
        raise errors.MissingExtraError(
            f"{what} needs the module '{error.name}', which is not installed{_install(error.name)}"
        ) from error
    # The code is not ours, runs when it is imported, and may fail by any exception. It is not a fault
    # of recli, must not take down what does not need it, and `--debug` shows the traceback.
    except (Exception, SystemExit) as error:
        raise errors.UsageError(
            f"{what} cannot be imported: {said_by(error)}{_where(error)}."
        ) from error


def said_by(error: BaseException) -> str:
    """What an exception of code from elsewhere says, in a line without a full stop.

    Libraries may say more than that, in colours.

    Args:
        error: any exception; recli's own need not be named

    >>> said_by(ValueError(chr(10).join(["No such layer.", "", "dense."])))
    'ValueError: No such layer. dense'
    """
    text = textwrap.shorten(_COLOUR.sub("", str(error)), _LONGEST, placeholder=" …")
    kind = "" if isinstance(error, errors.RecliError) else f"{type(error).__name__}: "
    return f"{kind}{text}".rstrip(": .")


def _install(module: str | None) -> str:
    """The end of a sentence: how to install a module, if a room of recli is for it."""
    extras = {room: _folders.extra_of(f"{_folders.EXTRAS}{room}.") for room in _folders.rooms()}
    brought = (extra for room, extra in extras.items() if module in (room, *_extras.names(extra)))
    extra = next(brought, None)
    return f": pip install 'recli[{extra}]'" if extra else "."


def _where(error: BaseException) -> str:
    """The file and line that raised, or that called recli; the text of a SyntaxError says it itself."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not _is_of_recli_or_python(frame.filename)]
    last = (theirs or frames)[-1]
    if isinstance(error, SyntaxError) or "importlib" in last.filename:
        return ""
    return f" ({last.filename}, line {last.lineno})"


def _is_of_recli_or_python(file: str) -> bool:
    return file.startswith("<frozen ") or Path(file).is_relative_to(Path(recli.__file__).parent)
