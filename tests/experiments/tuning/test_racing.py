"""The race: when a setting stops, by hand, and how rarely a good one does."""

from __future__ import annotations

import math

import numpy as np
import optuna
import pytest

from recli.experiments.tuning.racing import Racing

BEST = [0.90, 0.93, 0.87, 0.91, 0.89]
OTHER = [0.95, 0.97, 0.93, 0.95, 0.95]


def study_of(*trials, direction="minimize", **race):
    study = optuna.create_study(direction=direction, pruner=Racing(5, **race))
    for values in trials:
        reported = dict(enumerate(values))
        study.add_trial(
            optuna.trial.create_trial(value=np.mean(values), intermediate_values=reported)
        )
    return study


def stops(study, values):
    """Whether a trial with these values on its first folds is stopped after the last of them."""
    trial = study.ask()
    for fold, value in enumerate(values):
        trial.report(value, fold)
    return trial.should_prune()


@pytest.mark.parametrize("there", [(), (BEST,), (BEST, BEST)])
def test_without_a_measure_of_noise_nobody_stops(there):
    assert not stops(study_of(*there), [5.0, 5.0])


@pytest.mark.parametrize(("k", "of_all"), [(1, 4 / 5), (2, 3 / 10), (3, 2 / 15), (4, 1 / 20)])
def test_the_limit_by_hand(k, of_all):
    # The other differs by .05 .04 .06 .04 .06, so by .05 ± .01: variance 4 · .0001 / 4. Student's
    # 95 % point for 4 degrees of freedom is 2.131847.
    limit = 2.131847 * math.sqrt(0.0001 * of_all)
    study = study_of(BEST, OTHER)
    assert not stops(study, [value + limit - 1e-6 for value in BEST[:k]])
    assert stops(study, [value + limit + 1e-6 for value in BEST[:k]])


def test_how_hard_a_fold_is_does_not_count():
    hard = np.array([10.0, 0, 0, -10.0, 0])
    study = study_of(BEST + hard, OTHER + hard)
    limit = 2.131847 * math.sqrt(0.0001 * 4 / 5)
    assert not stops(study, [BEST[0] + 10 + limit - 1e-6])
    assert stops(study, [BEST[0] + 10 + limit + 1e-6])


def test_more_can_be_better():
    study = study_of([-v for v in BEST], [-v for v in OTHER], direction="maximize")
    assert stops(study, [-0.9 - 0.1])
    assert not stops(study, [-0.9 + 0.1])


def test_trials_that_stopped_are_no_measure():
    study = study_of(BEST, OTHER, [0.0, 9.0], [0.1])
    assert stops(study, [0.9 + 0.1])
    assert not stops(study, [0.9 + 0.001])


def test_where_nothing_varies_the_better_goes_on():
    study = study_of([0.5] * 5, [0.6] * 5)
    assert stops(study, [0.55])
    assert not stops(study, [0.5])


def test_one_that_is_as_good_is_stopped_as_often_as_the_level_says():
    rng = np.random.default_rng(0)
    best = np.array(BEST)
    study = study_of(best, *(best + 3 + rng.normal(0, 1, 5) for _ in range(60)), level=0.1)
    n = 400
    stopped = sum(stops(study, (best + _no_difference(rng))[:2]) for _ in range(n))
    # The noise is known to ± 5 % from 60 trials, which moves the share by about 0.01.
    assert stopped / n == pytest.approx(0.1, abs=3 * math.sqrt(0.1 * 0.9 / n) + 0.01)


def _no_difference(rng):
    """Normal differences on five folds whose mean is 0."""
    noise = rng.normal(0, 1, 5)
    return noise - noise.mean()
