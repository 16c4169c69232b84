"""numba's compiler, and a place for what it has compiled.

numba keeps machine code beside the source. Where that cannot be written, it looks for another place
without a word, and gives up with an exception if it finds none. Here the place is found beforehand:
that of `NUMBA_CACHE_DIR` if set, else beside the source, else a folder of the user, which is told
when it is made; without any, every process compiles for itself, which is told too.
"""

from __future__ import annotations

import functools
import logging
import tempfile
from pathlib import Path
from typing import Any

import numba

from recli import user_folders

_PACKAGE = Path(__file__).parent
_LOG = logging.getLogger("recli")


def njit(*, cache: bool, **options: Any) -> Any:
    """As `numba.njit`, but without `cache` where nothing can be kept.

    Args:
        cache: whether machine code is kept
        **options: those of `numba.njit`
    """

    def compiled(function: Any) -> Any:
        source = Path(function.__code__.co_filename)
        return numba.njit(function, cache=cache and _can_keep(source.parent), **options)

    return compiled


@functools.cache
def _can_keep(sources: Path) -> bool:
    """Whether there is a place for what is compiled from a folder; numba is told where."""
    chosen = numba.config.CACHE_DIR
    if (chosen and _writable(Path(chosen))) or _writable(sources / "__pycache__"):
        return True
    cache = user_folders.cache()
    folder = cache / "kernels" if cache else None
    is_new = folder is not None and not folder.exists()
    if folder is None or not _writable(folder):
        _say_once(
            f"Every process of recli compiles anew, which takes seconds: neither {_PACKAGE} nor "
            f"{folder or 'a home folder'} can be written. Name a folder that can in NUMBA_CACHE_DIR."
        )
        return False
    # Stays so, since other threads may be importing kernels as well.
    numba.config.CACHE_DIR = str(folder)
    if is_new:
        _say_once(f"Compiled code is kept in {folder}, since {_PACKAGE} cannot be written.")
    return True


def _writable(folder: Path) -> bool:
    """Whether a file can be made in `folder`, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


@functools.cache
def _say_once(message: str) -> None:
    _LOG.warning(message)
