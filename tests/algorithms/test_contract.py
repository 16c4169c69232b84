"""What every registered algorithm keeps to; a new one is tested here by being there."""

from __future__ import annotations

from typing import ClassVar

import pytest

from recli import registry
from recli.testing import AlgorithmContract

# Those of Keras take minutes, and are tested in tests/extras/keras.
NAMES = [
    name
    for name in registry.names("algorithm")
    if not registry.extra_of("algorithm", name).startswith("keras-")
]

# The defaults of Surprise's nested options, from its documentation ("Baselines estimates
# configuration", "Similarity measure configuration").
NESTED_DEFAULTS = {
    "sim_options.name": "msd",
    "sim_options.user_based": True,
    "sim_options.min_support": 1,
    "sim_options.shrinkage": 100,
    "bsl_options.method": "als",
    "bsl_options.n_epochs": None,  # 10 for als, 20 for sgd
    "bsl_options.reg_u": 15,
    "bsl_options.reg_i": 10,
    "bsl_options.reg": 0.02,
    "bsl_options.learning_rate": 0.005,
}


class TestEveryAlgorithm(AlgorithmContract):
    changes: ClassVar = {
        "item_features": "year",
        "user_features": "town",
        "members": "svd,knn-baseline",
        "weights": "2,1,1",
        "min_user_ratings": 50,  # all users have more than a few
        "min_leaf": 3000,  # few trees of few leaves have large ones
    }

    @pytest.fixture(params=NAMES)
    def subject(self, request):
        return registry.get("algorithm", request.param)

    def test_says_of_all_of_its_state_what_it_is(self, fitted):
        own = {name for name in fitted.fitted if "." not in name}  # the others are of members
        assert set(fitted.layout()) == own


@pytest.mark.parametrize("name", NAMES)
def test_nested_defaults_are_surprises(name):
    nested = {
        p.name: p.default for p in registry.get("algorithm", name).parameters if "." in p.name
    }
    known = {key: value for key, value in NESTED_DEFAULTS.items() if key in nested}
    assert {key: nested[key] for key in known} == known
