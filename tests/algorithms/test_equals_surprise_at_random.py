"""Random settings, sizes, scales and ties: the same numbers as Surprise's own classes, to 1e-9.

`experiments/equal_to_surprise.py` draws the cases, and does the same for hours where it is asked to.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from recli.algorithms import nmf

FILE = Path(__file__).parents[2] / "experiments" / "equal_to_surprise.py"
spec = importlib.util.spec_from_file_location("equal_to_surprise", FILE)
fuzz = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = fuzz  # dataclasses look their module up
spec.loader.exec_module(fuzz)

MOST = 2000
CASES = [(name, seed) for name in fuzz.THEIRS for seed in range(5)]
# Where items had been assigned to clusters by errors that were added up in another order.
TIED = [("co-clustering", 8), ("co-clustering", 28)]


@pytest.mark.parametrize(("name", "seed"), [*CASES, *TIED])
def test_equals_surprise(name, seed):
    case = fuzz.case(name, seed, MOST)
    expected, got = fuzz.by_surprise(case), fuzz.by_recli(case)
    if expected.estimates is None:
        assert got.estimates is None or np.isfinite(got.estimates).all()
    elif got.warned:
        assert name == "nmf"
    else:
        np.testing.assert_allclose(got.estimates, expected.estimates, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", [7, 38])
def test_where_recli_warns_surprise_is_not_equal_to_itself(seed):
    """Of negative ratings, and of biases."""
    case = fuzz.case("nmf", seed, MOST)
    assert fuzz.by_recli(case).warned
    assert fuzz.of_itself(case) > 1e-3


def test_the_warning_is_said_once_and_only_where_it_is_true(caplog):
    nmf._warn.cache_clear()
    fuzz.by_recli(fuzz.case("nmf", 0, MOST))
    assert caplog.messages == []
    for seed in (7, 38):
        fuzz.by_recli(fuzz.case("nmf", seed, MOST))
    [message] = caplog.messages
    assert "factors do not stay positive" in message
