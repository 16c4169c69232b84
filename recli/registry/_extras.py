"""The extras of recli, as `pyproject.toml` declares them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from recli import errors

if TYPE_CHECKING:
    from packaging.requirements import Requirement


_STAND_IN = {"tensorflow-cpu": "tensorflow"}
"""Packages that have the modules of another, for other machines, by the name of that."""


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
            needed.specifier.contains(version(present(needed.name)), prereleases=True)
            for needed in requirements(extra)
        )
    except PackageNotFoundError:
        return False


def present(package: str) -> str:
    """The package that is installed: this, or where it is not, one that stands in for it.

    Args:
        package: the name of a package that an extra needs

    Returns:
        The name itself where neither is installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    for name in (package, _STAND_IN.get(package)):
        with contextlib.suppress(PackageNotFoundError):
            if name and version(name):
                return name
    return package


def names(extra: str) -> list[str]:
    """What the modules may be called that an extra brings, which are those of its packages mostly.

    Args:
        extra: the name of an extra of `pyproject.toml`

    Returns:
        The names; no name where recli itself is not installed.
    """
    from importlib.metadata import PackageNotFoundError

    try:
        declared = [requirement.name for requirement in requirements(extra)]
    except PackageNotFoundError:
        return []
    return [_STAND_IN.get(name, name) for name in declared]


@contextlib.contextmanager
def importing(what: str, install: str) -> Iterator[None]:
    """Turns the failure to import a package that recli can do without into an error in a line.

    Args:
        what: what needs it
        install: what `pip install` is told, in quotes where a shell wants them

    Raises:
        MissingExtraError: where the import fails, with the reason

    >>> with importing("bayesian-fm", "'recli[bayes]'"):
    ...     import pkg_that_is_not
    Traceback (most recent call last):
        ...
    recli.errors.MissingExtraError: bayesian-fm needs the module 'pkg_that_is_not', which is not \
installed. Install it: pip install 'recli[bayes]'
    """
    try:
        yield
    except errors.RecliError:
        raise
    except ModuleNotFoundError as error:
        raise errors.MissingExtraError(
            f"{what} needs the module '{error.name}', which is not installed. Install it: pip "
            f"install {install}"
        ) from error
    # The code is not ours, runs when it is imported, and may fail by any exception, as where it was
    # compiled for another numpy. `--debug` shows the traceback.
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise errors.MissingExtraError(
            f"{what} needs packages that are installed, but one of them cannot be imported: "
            f"{type(error).__name__}: {lines[0]}".rstrip(": .")
            + f". Install them anew: pip install --force-reinstall {install}"
        ) from error
