"""Who proposes, and who stops: by name, by seed and number, and that it finds."""

from __future__ import annotations

import math
import sys

import numpy as np
import optuna
import pytest

from recli import errors, registry
from recli.experiments.tuning import gaussian_process, pruners, samplers


def bowl(trial: optuna.Trial) -> float:
    """Least, 0, at rate 0.01, 30 factors, and the word 'a'."""
    rate = trial.suggest_float("rate", 0.001, 1, log=True)
    factors = trial.suggest_int("factors", 10, 100)
    word = trial.suggest_categorical("word", ("a", "b"))
    return math.log10(rate / 0.01) ** 2 + ((factors - 30) / 90) ** 2 + (word == "b") * 0.1


def study(name: str, seed: int = 0, trials: int = 25) -> optuna.Study:
    found = optuna.create_study(sampler=samplers.sampler(name, seed, 1))
    found.optimize(bowl, n_trials=trials)
    return found


@pytest.mark.parametrize("name", [name for name in registry.names("sampler") if name != "grid"])
def test_draws_depend_on_seed_and_number_alone(name):
    if name == "cmaes":
        pytest.importorskip("cmaes")
    whole = [trial.params for trial in study(name, trials=13).trials]
    assert whole == [trial.params for trial in study(name, trials=13).trials]
    assert whole != [trial.params for trial in study(name, seed=1, trials=13).trials]
    parts = study(name, trials=6)
    parts.sampler = samplers.sampler(name, 0, 1)
    parts.optimize(bowl, n_trials=7)
    assert whole == [trial.params for trial in parts.trials]


def test_the_gaussian_process_finds_more_than_chance():
    by_chance = np.mean([study("random", seed).best_value for seed in range(3)])
    by_process = np.mean([study("gp", seed).best_value for seed in range(3)])
    assert by_process < 0.2 * by_chance


def test_the_gaussian_process_maximises_too():
    found = optuna.create_study(direction="maximize", sampler=samplers.sampler("gp", 0, 1))
    found.optimize(lambda trial: -bowl(trial), n_trials=25)
    assert found.best_value == pytest.approx(-study("gp").best_value)


def test_places_and_values_are_inverse():
    [trial, *_] = study("random", trials=1).trials
    space = trial.distributions
    point = gaussian_process._point(trial.params, space)
    assert len(point) == 4
    assert all(0 <= place <= 1 for place in point)
    values = gaussian_process._values(point, space)
    assert values == pytest.approx(trial.params)


def test_values_far_above_the_median_are_drawn_in():
    y = gaussian_process._tamed(np.array([1.0, 2.0, 3.0, 4.0, 100.0]))
    tamed = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert y == pytest.approx((tamed - 3) / np.sqrt(2))


def test_names_that_are_none():
    with pytest.raises(errors.UsageError, match="no sampler 'tpo'. Did you mean 'tpe'"):
        samplers.sampler("tpo", 0, 1)
    with pytest.raises(errors.UsageError, match="no pruner 'hyperbend'"):
        pruners.pruner("hyperbend", 5)
    with pytest.raises(
        errors.UsageError, match="'gp' takes one goal. For several: grid, qmc, random, tpe"
    ):
        samplers.sampler("gp", 0, 2)


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)  # to import it is a ModuleNotFoundError
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'recli\[tune\]'"):
        samplers.sampler("cmaes", 0, 1)


@pytest.mark.parametrize("name", registry.names("pruner"))
def test_pruners_stop_what_is_clearly_worse(name):
    found = optuna.create_study(pruner=pruners.pruner(name, 5))
    for bad in (0, 0, 0, 0, 0, 0, 1):
        trial = found.ask()
        stopped = 5
        for fold in range(5):
            noise = 0.001 * (trial.number * fold % 3)
            trial.report(0.9 + 0.01 * fold + noise + bad, fold)
            if trial.should_prune():
                stopped = fold + 1
                break
        found.tell(trial, 0.92 + bad)
    if name == "none":
        assert stopped == 5
    elif name in ("racing", "wilcoxon", "median"):
        assert stopped <= 2
