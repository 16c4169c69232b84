"""The files of recli's own folders, and of the rooms of extras."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from types import ModuleType

from recli.registry._kinds import KINDS

PACKAGE = Path(__file__).parent.parent
EXTRAS = "recli.extras."


@functools.cache
def modules(kind: str) -> dict[str, str]:
    """The module of each name.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    own = KINDS[kind]
    found: dict[str, str] = {}
    for package in (own.package, *(f"{EXTRAS}{room}.{own.folder}" for room in rooms())):
        files = PACKAGE.joinpath(*package.split(".")[1:]).glob("[!_]*.py")
        found |= {path.stem.replace("_", "-"): f"{package}.{path.stem}" for path in files}
    return found


def rooms() -> list[str]:
    """The names of the rooms of extras, sorted."""
    return sorted(path.name for path in (PACKAGE / "extras").glob("[!_.]*/") if path.is_dir())


def name_of(module: str) -> str:
    """The name that a module of such a folder registers.

    Args:
        module: the module of the room
    """
    return module.rpartition(".")[2].replace("_", "-")


def extra_of(module: str) -> str:
    """The extra that a module of a room needs; empty for recli's own folders.

    It has the name of the room, unless that says by `extra()` which of several it is.

    Args:
        module: the module of the room
    """
    room = room_of(module)
    if not room:
        return ""
    own = getattr(room_called(room), "extra", None)
    return room if own is None else own()


def room_called(name: str) -> ModuleType:
    """A room, which imports none of its packages.

    Args:
        name: its name
    """
    return importlib.import_module(f"{EXTRAS}{name}")


def room_of(module: str) -> str:
    """The room in which a module stands; empty for recli's own folders.

    Args:
        module: the module of the room
    """
    return module.split(".")[2] if module.startswith(EXTRAS) else ""


def source(module: str) -> Path:
    """The file of a module of recli.

    Args:
        module: the module of the room
    """
    return PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
