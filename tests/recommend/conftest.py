"""The same small datasets as tests/algorithms has."""

from __future__ import annotations

import runpy
from pathlib import Path

_shared = runpy.run_path(str(Path(__file__).parents[1] / "algorithms" / "conftest.py"))
embedded, small = _shared["embedded"], _shared["small"]
