"""What is foreseen of a fold by the losses of its epochs: against statsmodels, and how often it errs."""

from __future__ import annotations

import math

import numpy as np
import optuna
import pytest
import statsmodels.api as sm

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.epochs import Epoch
from recli.evaluation.goals import goals
from recli.evaluation.protocol import Protocol
from recli.experiments.interrupts import HeldBack
from recli.experiments.resources import Resources
from recli.experiments.tuning import pruners
from recli.experiments.tuning.foresight import Foresight
from recli.experiments.tuning.racing import Racing
from recli.experiments.tuning.trials import Trials

# Losses after one, two and three epochs of eight fits, and what their fold came to.
RNG = np.random.default_rng(3)
LOSSES = 1 + RNG.random((8, 3)).cumsum(axis=1)[:, ::-1]
VALUES = 0.5 + 0.2 * LOSSES[:, 1] + RNG.normal(0, 0.02, 8)


def ends(foresight, held_out, of=50):
    """The error that ends a fit with these losses, and after how many epochs; None without."""
    for number, loss in enumerate(held_out, start=1):
        try:
            foresight(Epoch("some", number, of, 0.1, loss))
        except errors.StoppedFitError as error:
            return error, number
    return None


def by_statsmodels(loss, epoch):
    """The predicted rank and the lower end of its one-sided interval of 95 %, as values."""
    lowest = [*np.minimum.accumulate(LOSSES, axis=1)[:, epoch - 1], loss]
    ranks = [1 + sum(other < own for other in lowest) for own in lowest]  # no two are alike
    of_values = [1 + sum(other < own for other in VALUES) for own in VALUES]
    fit = sm.OLS(of_values, sm.add_constant(ranks[:-1])).fit()
    found = fit.get_prediction([[1.0, ranks[-1]]]).summary_frame(alpha=0.1)
    return [_between(found[name].iloc[0]) for name in ("mean", "obs_ci_lower")]


def _between(rank):
    """The value of a rank, on the line between those of the whole ranks beside it."""
    ordered = sorted(VALUES)
    if rank >= len(ordered):
        return ordered[-1]
    below = int(rank)
    return ordered[below - 1] + (rank - below) * (ordered[below] - ordered[below - 1])


@pytest.mark.parametrize("greater_is_better", [False, True])
@pytest.mark.parametrize("loss", [2.9, 9.0])
def test_the_interval_is_that_of_a_regression_of_ranks(loss, greater_is_better):
    sign = -1.0 if greater_is_better else 1.0
    foreseen, lower = by_statsmodels(loss, 2)
    ordered = np.sort(VALUES)
    n_within = np.count_nonzero(ordered < lower)
    # A limit below those values that are better than the interval: ended; above one more: not.
    better, worse = ordered[n_within - 1] - 1e-9, ordered[n_within] + 1e-9

    def foresight(limit):
        return Foresight(LOSSES, sign * VALUES, sign * limit, greater_is_better)

    error, number = ends(foresight(better), [math.nan, loss])
    assert number == 2
    assert error.foreseen == pytest.approx(sign * foreseen)
    assert f"{sign * lower:.4f} at best" in str(error)
    assert ends(foresight(worse), [math.nan, loss]) is None


def test_what_counts_is_the_lowest_loss_so_far():
    foreseen, _ = by_statsmodels(2.9, 2)
    error, number = ends(Foresight(LOSSES, VALUES, -9.0, False), [math.nan, 2.9])
    assert (number, error.foreseen) == (2, pytest.approx(foreseen))
    error, number = ends(Foresight(LOSSES, VALUES, -9.0, False), [math.nan, math.nan, 9.0, 2.9])
    assert number == 4
    again, _ = ends(Foresight(LOSSES, VALUES, -9.0, False), [math.nan, math.nan, 2.9, 9.0])
    assert again.foreseen == error.foreseen


def test_only_the_order_of_losses_and_values_counts():
    one = ends(Foresight(LOSSES, VALUES, -9.0, False), [math.nan, 2.9])
    other = ends(Foresight(np.exp(LOSSES), VALUES, -9.0, False), [math.nan, math.exp(2.9)])
    assert one[0].foreseen == other[0].foreseen


def test_a_fit_that_ended_earlier_has_lost_what_it_lost_last():
    shorter = [fit[:2] if place else fit for place, fit in enumerate(LOSSES)]
    longer = [
        [*fit[:2], fit[1], fit[1]] if place else [*fit, fit[2]] for place, fit in enumerate(LOSSES)
    ]
    held_out = [math.nan, math.nan, math.nan, 2.5]
    one, other = (
        ends(Foresight(fits, VALUES, -9.0, False), held_out) for fits in (shorter, longer)
    )
    assert one[0].foreseen == other[0].foreseen
    assert one[1] == other[1] == 4


@pytest.mark.parametrize(
    ("losses", "values"),
    [
        pytest.param(LOSSES[:5], VALUES[:5], id="few"),
        pytest.param(np.ones((8, 3)), VALUES, id="all alike"),
        pytest.param(LOSSES, -VALUES, id="lower losses with worse values"),
    ],
)
def test_where_losses_tell_nothing_no_fit_is_ended(losses, values):
    assert ends(Foresight(losses, values, -99.0, False), [9.0] * 8) is None


def test_without_a_loss_on_what_is_held_out_no_fit_is_ended():
    assert ends(Foresight(LOSSES, VALUES, -99.0, False), [math.nan] * 8) is None


def test_it_looks_after_1_2_4_8_epochs_and_never_after_the_last():
    looks = []

    class Spied(Foresight):
        def _foreseen(self, epoch):
            looks.append(epoch)

    ends(Spied(LOSSES, VALUES, 0.0, False), [1.0] * 16, of=16)
    assert looks == [1, 2, 4, 8]


def test_a_fit_at_the_limit_is_ended_as_often_as_the_level_says():
    rng = np.random.default_rng(0)
    n, ended = 1500, 0
    for _ in range(n):
        loss = rng.normal(2, 0.3, 13)
        value = 0.5 + 0.2 * loss + rng.normal(0, 0.05, 13)
        foresight = Foresight(loss[:12, None], value[:12], value[12], False, level=0.1)
        ended += ends(foresight, [loss[12]]) is not None
    assert ended / n == pytest.approx(0.1, abs=3 * math.sqrt(0.1 * 0.9 / n) + 0.005)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("name", ["racing", "median"])
def test_the_limit_is_where_the_pruner_stops_after_the_first_fold(name, direction):
    sign = 1.0 if direction == "minimize" else -1.0
    n_folds = 3
    pruner = pruners.named(name)
    study = optuna.create_study(direction=direction, pruner=pruner.make(n_folds))
    assert pruner.first_fold_limit(study, n_folds) is None
    for values in sign * (0.9 + np.random.default_rng(5).normal(0, 0.03, (6, n_folds))):
        reported = dict(enumerate(values.tolist()))
        study.add_trial(
            optuna.trial.create_trial(value=values.mean(), intermediate_values=reported)
        )
    limit = pruner.first_fold_limit(study, n_folds)

    def stops(value):
        trial = study.ask()
        trial.report(value, 0)
        return trial.should_prune()

    assert not stops(limit - sign * 1e-9)
    assert stops(limit + sign * 1e-9)


def test_of_a_single_fold_the_limit_is_the_best():
    study = optuna.create_study(pruner=Racing(1))
    assert Racing(1).first_fold_limit(study) is None
    for value in (0.9, 0.8, 0.85):
        study.add_trial(optuna.trial.create_trial(value=value, intermediate_values={0: value}))
    assert Racing(1).first_fold_limit(study) == 0.8


@pytest.mark.parametrize("name", ["hyperband", "none", "wilcoxon"])
def test_others_end_no_fit(name):
    assert pruners.named(name).first_fold_limit(optuna.create_study(), 5) is None


# Predicts the global mean and what a setting adds to it; after the first epoch its loss tells how much.
STEPS = """
import pathlib

from recli.algorithms import Algorithm
from recli.epochs import Epoch, tell
from recli.params import Float

class Shifted(Algorithm):
    parameters = (Float("shift", 0.5, "added to the mean", low=0, tune=(0.0, 2.0)),)

    def _learn(self, trainset):
        super()._learn(trainset)
        for number in range(1, 9):
            with pathlib.Path("epochs.txt").open("a") as file:
                file.write(f"{self.shift!r}\\n")
            tell(Epoch("own_shift:Shifted", number, 8, 1.0, 1 + self.shift**2 + 1 / number))

    def estimate(self, user, item):
        return self.trainset.global_mean + self.shift
"""


@pytest.fixture
def shifted(own_module):
    own_module("own_shift", STEPS)
    return "own_shift:Shifted"


@pytest.fixture
def tuned(shifted, study, search, small, tmp_path):
    """A search, what its trials came to, and how many epochs each setting took."""

    def run(split):
        begun = study(tmp_path, small, shifted, pruner="racing", split=split)
        found = search(begun, 10).tried
        settings = (tmp_path / "epochs.txt").read_text(encoding="utf-8").splitlines()
        return [(trial, settings.count(repr(trial.params["shift"]))) for trial in found]

    return run


def test_bad_settings_end_within_their_first_fold_and_the_best_is_found(tuned):
    found = tuned("k-fold:n_splits=2")
    ended = [(trial, n) for trial, n in found if "of 8 epochs" in trial.reason]
    whole = [trial for trial, _ in found if trial.state == "complete"]
    assert ended
    best = min(whole, key=lambda trial: trial.values)
    assert best.params["shift"] == min(trial.params["shift"] for trial, _ in found)
    for trial, n_epochs in ended:
        assert (trial.state, trial.values, trial.folds) == ("pruned", None, ())
        assert n_epochs in (1, 2, 4)
        assert trial.params["shift"] > best.params["shift"]
    assert all(n == 16 for trial, n in found if trial.state == "complete")


def test_of_a_single_fold_too(tuned):
    found = tuned("shuffle:n_splits=1")
    ended = [trial for trial, _ in found if "of 8 epochs" in trial.reason]
    assert ended
    assert all(trial.state == "pruned" for trial in ended)


@pytest.mark.parametrize(
    ("foresight", "expected"),
    [(None, [[0, 1], [2, 3], [4]]), (Foresight([], [], 0.0, False), [[0], [1, 2], [3, 4]])],
)
def test_a_first_fold_that_may_end_goes_alone_so_that_jobs_change_nothing(
    small, monkeypatch, foresight, expected
):
    asked = []

    def measured(self, configured, numbers, foresight=None):
        asked.append(list(numbers))
        return iter(numbers)

    monkeypatch.setattr(Trials, "_measured", measured)
    aims = goals(["rmse"])
    protocol = Protocol(KFold(5, 0), tuple(goal.measure for goal in aims), 4.0, 0)
    pruner = pruners.named("racing")
    trials = Trials(small, protocol, aims, Resources(2), HeldBack(), pruner)
    assert list(trials._scores(Configured.of("damped-mean"), foresight)) == list(range(5))
    assert asked == expected
