"""Surprise's `model_selection`, which brings joblib, asyncio and sockets, is loaded when it is used.

Surprise imports it with itself. A stored model does without, and to wait for it takes longer than to
recommend. Whoever uses `surprise.model_selection` notices nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_LATER = "surprise.model_selection"


class _Finder:
    """Finds that one module, to be executed when its first attribute is asked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _LATER:
            return None
        from importlib.util import LazyLoader

        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def install() -> None:
    """For the `import surprise` to come; where it has been, nothing is left to save."""
    if "surprise" not in sys.modules:
        sys.meta_path.insert(0, _Finder)
