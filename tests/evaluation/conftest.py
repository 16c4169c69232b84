"""Lists by hand, and the embedded MovieLens."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from recli.evaluation.by_hand import dataset_of, lists_by_hand

_shared = runpy.run_path(str(Path(__file__).parents[1] / "algorithms" / "conftest.py"))
embedded, interpreted = _shared["embedded"], _shared["interpreted"]


@pytest.fixture(scope="session")
def lists_of():
    """The function that makes lists by hand."""
    return lists_by_hand


@pytest.fixture(scope="session")
def toy_dataset():
    """The function that makes a dataset of (user, item, rating)."""
    return dataset_of
