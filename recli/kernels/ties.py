"""What decides between equal scores."""

from __future__ import annotations

from recli.compiled import njit
from recli.kernels.mixing import mixed

drawn = njit(cache=True, nogil=True)(mixed)
"""`mixed`, compiled: of two items with the same score, that with the smaller number goes first."""
