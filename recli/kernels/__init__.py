"""Compiled loops, one subject a file.

All release the GIL, so that cells run on threads; all compile through `recli.compiled`, which
finds a place for what is compiled. A file is imported when a kernel of it is first
asked for, as `kernels.sgd`: to load numba takes longer than to recommend from a stored model.
"""

from __future__ import annotations

import importlib
from typing import Any

FAST = {"contract", "reassoc", "arcp", "nsz"}
"""Fast-math flags that let sums be vectorised. NaN and infinity stay what they are: without `nnan`
and `ninf`, learning that diverged is seen."""


def __getattr__(name: str) -> Any:
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(f"there are no kernels '{name}'") from error
