"""The folders that the system has for what a user keeps, and for what can be made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import platformdirs


def data() -> Path | None:
    """Where the user's own data is; None for a user without a home, as there is in some containers."""
    return _folder(platformdirs.user_data_dir)


def cache() -> Path | None:
    """Where that is which can be made again; None for a user without a home."""
    return _folder(platformdirs.user_cache_dir)


def _folder(of: Callable[..., str]) -> Path | None:
    try:
        folder = Path(of("recli", False))
    except RuntimeError:  # platformdirs 4.11; before, it is a folder `~` where the process stands
        return None
    return folder if folder.is_absolute() else None
