"""The extras of recli, as `pyproject.toml` declares them."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def requirements(extra: str) -> list[Requirement]:
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


def are_met(needed: list[Requirement]) -> bool:
    """Whether packages of these names and versions are installed."""
    for requirement in needed:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not requirement.specifier.contains(version, prereleases=True):
            return False
    return True
