"""The entry points by which installed packages bring classes of their own.

Looking for them reads a file of every installed package, which takes some milliseconds. So it is
done only for a name that recli itself does not have, and for lists.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from recli import errors
from recli.registry import _folders
from recli.registry._foreign import package
from recli.registry._kinds import KINDS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints


def points(kind: str) -> dict[str, EntryPoint]:
    """The entry points of a kind by their names, sorted.

    Without those whose name recli has itself, which goes first, and those that several packages have.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    own = set(map(errors.plain, _folders.modules(kind)))
    return {
        several[0].name: several[0]
        for plain, several in _by_plain_name(kind).items()
        if plain not in own and len(several) == 1
    }


def named(kind: str, name: str) -> EntryPoint | None:
    """The entry point of a name in any spelling; None where no package has it.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        name: the name

    Raises:
        UsageError: where several packages have it
    """
    several = _by_plain_name(kind).get(errors.plain(name), [])
    if len(several) > 1:
        raise errors.UsageError(_ambiguous(kind, several))
    return several[0] if several else None


def unusable(kind: str) -> list[str]:
    """What is to be said of the entry points that `points` leaves out, a sentence each.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
    """
    own = {errors.plain(name): name for name in _folders.modules(kind)}
    found = []
    for plain, several in _by_plain_name(kind).items():
        if plain in own:
            found += [
                f"{package(point)}: its {kind} '{point.name}' is hidden by recli's own "
                f"'{own[plain]}'. Write '{point.value}' to have it."
                for point in several
            ]
        elif len(several) > 1:
            found.append(_ambiguous(kind, several))
    return found


def _ambiguous(kind: str, several: list[EntryPoint]) -> str:
    packages = " and ".join(map(package, several))
    values = " or ".join(f"'{point.value}'" for point in several)
    return f"{packages} both have a {kind} '{several[0].name}'. Write {values} to have one of them."


def _by_plain_name(kind: str) -> Mapping[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    # A package may be found twice, as where it is worked on.
    group = _of_group(KINDS[kind].group, tuple(sys.path))
    unique = {(point.name, point.value, package(point)): point for point in group}
    for _, point in sorted(unique.items()):
        found.setdefault(errors.plain(point.name), []).append(point)
    return found


@functools.cache
def _of_group(group: str, path: tuple[str, ...]) -> EntryPoints:
    """Those of every package on `path`, where modules are looked for."""
    from importlib import metadata

    return metadata.entry_points(group=group)
