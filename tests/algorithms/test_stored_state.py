"""What a stored model holds of an algorithm is held to what the algorithm says that it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._contract.state import FiniteNumber, Floats, Indices, Starts, Texts, check

LAYOUT = {
    "users": Floats((3, "k")),
    "items": Floats(((2, 4), "k"), low=0.0),
    "values": Floats(("n",)),
    "places": Indices(("n",), 4),
    "starts": Starts(2, "n"),
    "sigma": FiniteNumber(low=0.0),
    "names": Texts("k"),
}


def state(**changed):
    whole = {
        "users": np.ones((3, 2)),
        "items": np.ones((4, 2), np.float32),
        "values": np.array([1.0, -1.0, 0.5]),
        "places": np.array([0, 3, 3], np.int32),
        "starts": np.array([0, 1, 3]),
        "sigma": 0,
        "names": ["a", "b"],
    }
    return whole | changed


def test_what_is_as_it_should_be():
    check(state(), LAYOUT)
    check(state(items=np.ones((2, 2)), sigma=1.5), LAYOUT)
    check({"users": np.ones((3, 1))}, LAYOUT)  # of a class that has its own names


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"users": [[1.0]]}, "users is no array"),
        ({"users": np.ones((3, 2), np.int64)}, "users is an array of int64"),
        ({"users": np.ones((3, 2), np.float16)}, "users is an array of float16"),
        ({"users": np.ones((4, 2))}, "users is of shape 4 × 2, where 3 × any belong"),
        ({"users": np.ones(3)}, "users is of shape 3, where 3 × any belong"),
        ({"users": np.full((3, 2), math.nan)}, "users has numbers that are not finite"),
        ({"users": np.full((3, 2), math.inf)}, "users has numbers that are not finite"),
        ({"users": np.full((3, 2), 1e200)}, "beyond all measure"),
        ({"items": np.ones((3, 2))}, "items is of shape 3 × 2, where 2 or 4 × 2 belong"),
        ({"items": np.ones((4, 3))}, "items is of shape 4 × 3, where 2 or 4 × 2 belong"),
        ({"items": np.full((4, 2), -1.0)}, "items has numbers below 0"),
        ({"places": np.array([0, 1, 4])}, "places has numbers outside of 0 to 3"),
        ({"places": np.array([-1, 1, 2])}, "places has numbers outside of 0 to 3"),
        ({"places": np.array([0, 1, 2], np.uint64)}, "places is an array of uint64"),
        ({"places": np.array([0, 1])}, "places is of shape 2, where 3 belong"),
        ({"starts": np.array([1, 1, 3])}, "starts does not go from 0 up to 3"),
        ({"starts": np.array([0, 1, 2])}, "starts does not go from 0 up to 3"),
        ({"starts": np.array([0, 4, 3])}, "starts does not go from 0 up to 3"),
        ({"starts": np.array([0, 3])}, "starts is of shape 2, where 3 belong"),
        ({"sigma": -1.0}, "sigma is -1"),
        ({"sigma": math.nan}, "sigma is nan"),
        ({"sigma": math.inf}, "sigma is inf"),
        ({"sigma": True}, "sigma is no number"),
        ({"sigma": np.zeros(1)}, "sigma is no number"),
        ({"names": ["a"]}, "names has 1 texts"),
        ({"names": ["a", 1]}, "names is no list of texts"),
        ({"names": "ab"}, "names is no list of texts"),
    ],
)
def test_what_is_not(changed, said):
    with pytest.raises(errors.DataError, match=said):
        check(state(**changed), LAYOUT)


def restored(small, name, params, **changed):
    fitted = Configured.of(name, params).create(0).fit(small.trainset())
    again = Configured.of(name, params).create(0)
    again.restore(small.trainset(), {**fitted.state(), **changed})


def test_an_inverse_of_another_size(small):
    with pytest.raises(errors.DataError, match="inverse is of 3 numbers, where 58 belong"):
        restored(small, "ease", {}, inverse=np.eye(3))


def test_trees_that_lead_nowhere(small):
    pytest.importorskip("lightgbm")
    # A root that has itself to the left: whoever goes left never arrives.
    loop = {
        "roots": np.array([0]),
        "features": np.array([0, -1]),
        "thresholds": np.array([1e9, 0.0]),
        "left": np.array([0, -1]),
        "right": np.array([1, -1]),
        "values": np.array([0.0, 1.0]),
    }
    given = {"members": "most-popular,baseline-only", "n_trees": 1, "n_folds": 2}
    with pytest.raises(errors.DataError, match="left leads from nodes to nodes before them"):
        restored(small, "lambda-mart", given, **loop)


def test_a_member_of_a_hybrid(small):
    given = {"members": "svd,baseline-only", "method": "weighted", "weights": "1,1"}
    with pytest.raises(errors.DataError, match=r"Member svd of the hybrid: .*bu is of shape 1"):
        restored(small, "hybrid", given, **{"svd.bu": np.zeros(1)})
    with pytest.raises(errors.DataError, match=r"learned is of shape 3, where 2 belong"):
        restored(small, "hybrid", given, learned=np.zeros(3))
