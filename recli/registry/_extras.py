"""The extras of recli, as `pyproject.toml` declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def requirements(extra: str) -> list[Requirement]:
    """What recli declares for an extra alone, on this system; nothing for no extra.

    Args:
        extra: the name of an extra of `pyproject.toml`

    Raises:
        PackageNotFoundError: where there is one and recli itself is not installed
    """
    if not extra:
        return []
    from importlib import metadata

    from packaging.requirements import Requirement

    declared = map(Requirement, metadata.requires("recli") or ())
    return [
        requirement
        for requirement in declared
        if requirement.marker is not None
        and requirement.marker.evaluate({"extra": extra})
        and not requirement.marker.evaluate({"extra": ""})
    ]


def is_installed(extra: str) -> bool:
    """Whether packages of the names and versions that an extra needs are installed.

    Where recli itself is not, nobody knows what it needs.

    Args:
        extra: the name of an extra of `pyproject.toml`
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return all(
            needed.specifier.contains(version(needed.name), prereleases=True)
            for needed in requirements(extra)
        )
    except PackageNotFoundError:
        return False
