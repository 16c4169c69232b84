"""The same datasets and models as tests/models has."""

from __future__ import annotations

import runpy
from pathlib import Path

_shared = runpy.run_path(str(Path(__file__).parents[1] / "models" / "conftest.py"))
embedded, small = _shared["embedded"], _shared["small"]
model_of, films = _shared["model_of"], _shared["films"]
