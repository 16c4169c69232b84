"""The extras of recli, as `pyproject.toml` declares them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from recli import errors

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
installed: pip install 'recli[bayes]'
    """
    try:
        yield
    except errors.RecliError:
        raise
    except ModuleNotFoundError as error:
        raise errors.MissingExtraError(
            f"{what} needs the module '{error.name}', which is not installed: pip install {install}"
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
