"""When training stops, what is kept, and what it depends on."""

from __future__ import annotations

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.testing._data import small_dataset

backend = pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError)


def fitted(name, **given):
    return Configured.of(name, given).create(0).fit(small_dataset().trainset(np.arange(1500)))


def test_it_stops_when_the_loss_on_what_is_held_out_rises_and_keeps_the_best():
    given = {"n_factors": 8, "learning_rate": 0.1}
    long = fitted("embedding-dot", n_epochs=60, patience=4, **given)
    held_out = long.losses[:, 1]
    best = int(held_out.argmin())
    assert len(held_out) == best + 1 + 4 < 60
    as_far = fitted("embedding-dot", n_epochs=best + 1, patience=60, **given)
    np.testing.assert_allclose(as_far.losses, long.losses[: best + 1], rtol=1e-5)
    np.testing.assert_allclose(as_far.pu, long.pu, rtol=1e-4, atol=1e-5)


def test_without_validation_every_epoch_is_done_on_all():
    algorithm = fitted("embedding-dot", n_epochs=7, validation=0.0, n_factors=4)
    assert algorithm.losses.shape == (7, 2)
    assert np.isnan(algorithm.losses[:, 1]).all()
    assert np.all(np.diff(algorithm.losses[:, 0]) < 0)


def test_what_one_owner_has_is_held_out_together():
    from recli.extras.keras.algorithms._batches import Examples

    owners = np.repeat(np.arange(40), 3)

    class Owned(Examples):
        def __len__(self):
            return len(owners)

        @property
        def owners(self):
            return owners

        def batch(self, places):
            raise NotImplementedError

    parts = [Owned().parts(0.25, seed) for seed in (7, 7, 8)]
    for learned, held_out in parts:
        assert sorted([*learned, *held_out]) == list(range(120))
        assert len(set(owners[held_out])) == 10
        assert not set(owners[held_out]) & set(owners[learned])
    assert parts[0][1].tolist() == parts[1][1].tolist() != parts[2][1].tolist()


def test_a_rating_is_held_out_where_its_user_and_item_have_others():
    from recli.extras.keras.algorithms._model import RatedPairs

    rng = np.random.default_rng(1)
    users, items = rng.integers(60, size=300), rng.zipf(1.5, 300)
    learned, held_out = RatedPairs(users, items, np.ones(300)).parts(0.2, 3)
    assert sorted([*learned, *held_out]) == list(range(300))
    assert np.all(np.diff(learned) > 0)
    assert 10 < len(held_out) < 60  # some of the 60 drawn were the only ones
    assert set(users[learned]) == set(users)
    assert set(items[learned]) == set(items)
    everyone_once = np.arange(9)
    learned, held_out = RatedPairs(everyone_once, everyone_once, everyone_once).parts(0.5, 3)
    assert learned.tolist() == everyone_once.tolist()
    assert not len(held_out)


def test_batches_follow_from_the_seed_and_the_epoch():
    from recli.extras.keras.algorithms._batches import Batches
    from recli.extras.keras.algorithms._model import RatedPairs

    n = np.arange(10)
    batches = Batches(RatedPairs(n, n, n), np.arange(10), 4, seed=3)
    first = [batches[number][1].tolist() for number in range(len(batches))]
    assert [len(batch) for batch in first] == [4, 4, 2]
    assert sorted(np.concatenate(first)) == list(range(10))
    again = Batches(RatedPairs(n, n, n), np.arange(10), 4, seed=3)
    again.begin(2)
    assert [targets.tolist() for _, targets in again.epoch()] != first
    again.begin(1)
    assert [targets.tolist() for _, targets in again.epoch()] == first


def test_an_epoch_learns_in_the_order_of_its_number_on_every_backend():
    """By SGD, the steps of which are linear: the weights tell the order of the batches."""
    from recli.extras.keras.algorithms._model import RatedPairs
    from recli.extras.keras.algorithms._training import Training

    keras = backend.keras
    ones, values = np.ones(12, int), np.arange(12.0)
    user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    rated = keras.layers.Embedding(2, 1, embeddings_initializer="zeros")(user)
    model = keras.Model([user, item], rated + 0.0 * keras.ops.cast(item[:, None], "float32"))
    model.compile(keras.optimizers.SGD(0.25), loss="mse")
    Training(3, 2, 0.25, validation=0.0, patience=1, seed=5).train(
        model, RatedPairs(ones, ones, values), ""
    )
    expected = 0.0
    for epoch in (1, 2, 3):
        order = np.random.default_rng([5, epoch]).permutation(12)
        for pair in order.reshape(6, 2):
            expected -= 0.25 * 2 * (expected - values[pair].mean())
    assert model.get_weights()[0][1, 0] == pytest.approx(expected, rel=1e-5)


def test_random_states_of_others_are_left_alone():
    import random

    random.seed(1)
    np.random.seed(1)
    fitted("embedding-dot", n_epochs=1, n_factors=2)
    found = random.random(), np.random.random()
    random.seed(1)
    np.random.seed(1)
    assert found == (random.random(), np.random.random())


def test_divergence_is_an_error_that_says_what_to_lower():
    from recli import errors

    with pytest.raises(errors.DivergedError, match="learning_rate"):
        fitted("embedding-dot", n_epochs=3, learning_rate=1e30, n_factors=2)


def test_a_loss_that_is_no_number_is_divergence_though_the_best_weights_are_finite(
    monkeypatch, capsys
):
    from recli import errors
    from recli.extras.keras.algorithms._model import RatedPairs

    given = {"n_epochs": 6, "learning_rate": 0.05, "n_factors": 2, "batch_size": 256}
    assert np.isfinite(fitted("embedding-dot", **given).losses).all()
    batch, seen = RatedPairs.batch, []

    def poisoned(self, places):
        inputs, targets = batch(self, places)
        seen.append(len(places))
        return inputs, targets * (np.nan if len(seen) > 20 else 1.0)

    monkeypatch.setattr(RatedPairs, "batch", poisoned)
    with pytest.raises(errors.DivergedError, match="diverged.* Lower learning_rate"):
        fitted("embedding-dot", **given)
    assert capsys.readouterr() == ("", "")  # what a command prints is its result


def test_who_listens_hears_what_it_keeps():
    from recli.epochs import heard

    told = []
    with heard(told.append):
        algorithm = fitted("embedding-dot", n_epochs=4, n_factors=2)
    assert [(epoch.loss, epoch.held_out) for epoch in told] == list(map(tuple, algorithm.losses))
    assert [epoch.number for epoch in told] == [1, 2, 3, 4]
    assert {(epoch.algorithm, epoch.of) for epoch in told} == {("embedding-dot", 4)}


def test_a_listener_ends_it_and_the_next_fit_is_as_ever():
    from recli import errors
    from recli.epochs import heard

    def stop(epoch):
        if epoch.number == 2:
            raise errors.StoppedFitError("enough")

    given = {"n_epochs": 4, "n_factors": 2}
    before = fitted("embedding-dot", **given)
    with heard(stop), pytest.raises(errors.StoppedFitError, match="enough"):
        fitted("embedding-dot", **given)
    after = fitted("embedding-dot", **given)
    np.testing.assert_array_equal(before.pu, after.pu)


def test_keras_is_loaded_before_a_fit_is_timed(monkeypatch):
    """In a process that others started: there nobody has loaded it yet."""
    import sys

    from recli import kernels
    from recli.data.training_statistics import TrainingStatistics
    from recli.evaluation.fold_outcome import Wanted, fold_outcome

    configured = Configured.of("embedding-dot", {"n_epochs": 1, "n_factors": 2})
    rows = np.arange(1500)
    statistics = TrainingStatistics(small_dataset(), rows, 4.0)
    monkeypatch.delitem(sys.modules, backend.__name__)
    looked = []

    def seconds():
        looked.append(backend.__name__ in sys.modules)
        return 0.0

    monkeypatch.setattr(kernels.clock, "seconds", seconds)
    fold_outcome(statistics, rows[:5], configured, Wanted(True, 0), 0)
    assert looked[0]
