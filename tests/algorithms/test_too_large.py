"""What does not fit in memory is refused before it is allocated."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from recli import errors, memory, registry
from recli.algorithms import Configured

SETTINGS = [
    ("svd", {"n_factors": 60_000, "n_epochs": 1}),
    ("svdpp", {"n_factors": 60_000, "n_epochs": 1}),
    ("nmf", {"n_factors": 60_001, "n_epochs": 1}),
    ("co-clustering", {"n_cltr_u": 2_500, "n_cltr_i": 2_500, "n_epochs": 2}),
    ("bpr", {"n_factors": 60_000, "n_epochs": 1}),
    ("logistic-mf", {"n_factors": 60_000, "n_epochs": 1}),
    ("lightfm", {"n_factors": 50_000, "n_epochs": 1}),
]
NAMES = [name for name, _ in SETTINGS]
# Their products take the more time the more there are: few rows are enough.
SQUARED = [("ials", {"n_factors": 3_000, "n_epochs": 1})]

MEASURED = """\
import json, sys
import numpy as np
from recli import memory
from recli.algorithms import Configured
from recli.data.filters import filtered
from recli.data.load import load

name, given, n_rows = json.loads(sys.argv[1])
trainset = filtered(load("movielens-small"), 0, 100).trainset(np.arange(n_rows))
Configured.of(name, dict.fromkeys(given, 1)).create(0).fit(trainset)  # compiles
algorithm = Configured.of(name, given).create(0)
counted = algorithm._state_bytes(trainset)
before = memory.reset_peak()
algorithm.fit(trainset)
print(json.dumps([counted, (memory.peak() - before) * 2**20]))
"""


@pytest.fixture
def trainset(small):
    """Few users, 220 items: what is learned is soon larger than the ratings."""
    return small.trainset(np.arange(500))


@pytest.fixture
def nothing_free(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 999)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a part of a run")
@pytest.mark.parametrize(
    ("name", "given", "n_rows"),
    [*((*setting, 500) for setting in SETTINGS), *((*setting, 40) for setting in SQUARED)],
    ids=[*NAMES, "ials"],
)
def test_what_is_counted_is_what_is_held_at_most(name, given, n_rows):
    """In a process of its own: what another test has freed would serve for a part of it."""
    settings = json.dumps([name, given, n_rows])
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, settings],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    counted, held = json.loads(done.stdout)
    assert held == pytest.approx(counted, rel=0.1)


@pytest.mark.parametrize("name", registry.names("algorithm"))
def test_what_asks_for_memory_says_what_to_lower(name, trainset):
    algorithm = Configured.of(name, to_fit=False).create(0)
    if algorithm._state_bytes(trainset):
        assert algorithm._lowered_for("memory")


REFUSED = [
    ("svd", {"n_factors": 10**9}, "n_factors"),
    ("svdpp", {"n_factors": 10**15}, "n_factors"),
    ("nmf", {"n_factors": 10**9}, "n_factors"),
    ("co-clustering", {"n_cltr_u": 10**12}, "n_cltr_u or n_cltr_i"),
    *(
        (name, {"n_factors": 10**9}, "n_factors")
        for name in ("ials", "bpr", "logistic-mf", "lightfm")
    ),
    ("bayesian-fm", {"n_samples": 10**9}, "n_factors or n_samples"),
]
REFUSED_NAMES = [name for name, _, _ in REFUSED]


@pytest.mark.parametrize(("name", "given", "advice"), REFUSED, ids=REFUSED_NAMES)
def test_refused_before_it_is_allocated(name, given, advice, trainset):
    algorithm = Configured.of(name, given).create(0)
    with pytest.raises(errors.TooLargeError) as caught:
        algorithm.fit(trainset)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert message.startswith(f"{name} with ")
    assert all(f"{parameter}={value}" in message for parameter, value in given.items())
    assert message.endswith(f"B are free. Lower {advice}.")


def test_the_size_and_what_is_free_are_told(trainset, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 3 << 29)
    n = trainset.n_users + trainset.n_items
    n_factors = -(-(1 << 31) // (8 * n))  # so many take 2 GiB
    with pytest.raises(errors.TooLargeError) as caught:
        Configured.of("svd", {"n_factors": n_factors}).create(0).fit(trainset)
    assert str(caught.value) == (
        f"svd with n_factors={n_factors} needs 2 GiB for what it learns, 1.5 GiB are free. "
        "Lower n_factors."
    )


def test_weights_of_features(trainset, nothing_free):
    with pytest.raises(
        errors.TooLargeError, match=r"for the weights .* 999 B are free. Lower text"
    ):
        Configured.of("content-based").create(0).fit(trainset)


@pytest.mark.parametrize("user_based", [True, False])
def test_all_similarities(user_based, trainset, monkeypatch):
    options = {"sim_options.user_based": user_based}
    algorithm = Configured.of("knn-basic", options).create(0).fit(trainset)
    n = trainset.n_users if user_based else trainset.n_items
    for free, fits in ((8 * n * n - 1, False), (8 * n * n, True)):
        monkeypatch.setattr(memory, "available", lambda free=free: free)
        if fits:
            assert algorithm.sim.nbytes == free
        else:
            with pytest.raises(errors.TooLargeError, match="for all similarities.*no such matrix"):
                _ = algorithm.sim


def test_all_differences(trainset, nothing_free):
    algorithm = Configured.of("slope-one").create(0).fit(trainset)
    with pytest.raises(errors.TooLargeError, match="for all differences.*no such matrix"):
        _ = algorithm.dev


@pytest.mark.parametrize("name", [n for n in registry.names("algorithm") if n not in REFUSED_NAMES])
def test_what_does_not_grow_with_parameters_is_not_refused(name, trainset, nothing_free):
    if name in ("content-based", "ease", "hybrid", "lambda-mart", "slim"):
        pytest.skip(
            "grows with features, items or ratings: see above, test_item_models, test_hybrid"
        )
    algorithm = Configured.of(name).create(0).fit(trainset)
    assert np.isfinite(algorithm.predict_pairs(np.array([0]), np.array([0]))).all()


@pytest.mark.parametrize("name", ["svd", "svdpp", "nmf"])
def test_predictions_of_many_factors_go_in_blocks(name, trainset, monkeypatch):
    algorithm = Configured.of(name, {"n_factors": 30, "n_epochs": 2}).create(0).fit(trainset)
    users = np.repeat(np.arange(-1, trainset.n_users), 40)
    items = np.tile(np.arange(-1, 39), trainset.n_users + 1)
    whole = algorithm.predict_pairs(users, items)
    for block in (1, 29, 30, 95):  # numbers; fewer than a row are one row
        monkeypatch.setattr("recli.algorithms._shared.factors._BLOCK", block)
        np.testing.assert_array_equal(algorithm.predict_pairs(users, items), whole)
