"""Bayesian optimisation with a Gaussian process, for the few dozens of trials that people wait for."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.stats
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler
from optuna.search_space import IntersectionSearchSpace
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

_STARTUP = 10  # trials at random before the first fit
_ANYWHERE, _AROUND, _BEST, _STEP = 1000, 500, 5, 0.1  # candidates: at random, and near the best few

Space = Mapping[str, BaseDistribution]


class GaussianProcess(BaseSampler):
    """Proposes where the expected improvement is largest under a Gaussian process.

    The process has a Matérn kernel with a length for each parameter and noise, fitted by maximum
    likelihood (Jones, Schonlau and Welch 1998; Snoek, Larochelle and Adams 2012). Values worse than
    the median by more than the best is better count as that much worse: how bad bad settings are is
    nothing to model. Parameters that matter in some settings only are drawn by `rest`.

    Optuna's GPSampler does alike and needs PyTorch.

    Args:
        seed: what is drawn at random is drawn by it
        rest: draws what the process cannot
    """

    def __init__(self, seed: int, rest: BaseSampler) -> None:
        self._rng = np.random.default_rng(seed)
        self._rest = rest
        self._space = IntersectionSearchSpace()

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        space = self._space.calculate(study)
        return {name: dist for name, dist in sorted(space.items()) if not dist.single()}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if not search_space or len(done) < _STARTUP:
            return {}
        sign = 1.0 if study.direction.name == "MINIMIZE" else -1.0
        x = np.array([_point(t.params, search_space) for t in done])
        y = _tamed(sign * np.array([t.value for t in done]))
        candidates = self._candidates(x, y)
        chosen = candidates[np.argmax(_expected_improvement(x, y, candidates))]
        return _values(chosen, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: Any
    ) -> Any:
        return self._rest.sample_independent(study, trial, param_name, param_distribution)

    def _candidates(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        anywhere = self._rng.random((_ANYWHERE, x.shape[1]))
        best = x[np.argsort(y, kind="stable")[:_BEST]]
        centres = best[self._rng.integers(len(best), size=_AROUND)]
        around = centres + self._rng.normal(0, _STEP, centres.shape)
        return np.vstack([anywhere, np.clip(around, 0, 1)])


def _tamed(y: np.ndarray) -> np.ndarray:
    """Values to minimise, float64[n], those far above the median drawn in, standardised."""
    middle = np.median(y)
    y = np.minimum(y, middle + (middle - y.min()))
    return (y - y.mean()) / (y.std() or 1.0)


def _expected_improvement(x: np.ndarray, y: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """E max(0, min y − f(candidate)), float64[n_candidates]."""
    lengths = np.full(x.shape[1], 0.5)
    kernel = ConstantKernel(1.0, (0.1, 20)) * Matern(lengths, (0.1, 10), nu=2.5)
    process = GaussianProcessRegressor(kernel + WhiteKernel(1e-3, (1e-6, 0.1)), random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length at its bound: the parameter does not matter
        process.fit(x, y)
        mean, deviation = process.predict(candidates, return_std=True)
    deviation = np.maximum(deviation, 1e-9)
    z = (y.min() - mean) / deviation
    gain: np.ndarray = deviation * (z * scipy.stats.norm.cdf(z) + scipy.stats.norm.pdf(z))
    return gain


def _point(params: Mapping[str, Any], space: Space) -> list[float]:
    """Parameters as places from 0 to 1, on their own scales; a place for each word of a choice."""
    place: list[float] = []
    for name, dist in space.items():
        if isinstance(dist, CategoricalDistribution):
            place += [float(params[name] == choice) for choice in dist.choices]
        else:
            low, high = _ends(dist)
            place.append((_scaled(dist, params[name]) - low) / (high - low))
    return place


def _values(point: Sequence[float], space: Space) -> dict[str, Any]:
    """The parameters at a place; the inverse of `_point`."""
    values: dict[str, Any] = {}
    rest = list(point)
    for name, dist in space.items():
        if isinstance(dist, CategoricalDistribution):
            n = len(dist.choices)
            values[name] = dist.choices[int(np.argmax(rest[:n]))]
            del rest[:n]
            continue
        low, high = _ends(dist)
        number = low + rest.pop(0) * (high - low)
        number = math.exp(number) if dist.log else number  # type: ignore[attr-defined]
        if isinstance(dist, IntDistribution):
            values[name] = min(max(round(number), dist.low), dist.high)
        elif isinstance(dist, FloatDistribution):
            values[name] = min(max(number, dist.low), dist.high)
    return values


def _ends(dist: Any) -> tuple[float, float]:
    return _scaled(dist, dist.low), _scaled(dist, dist.high)


def _scaled(dist: Any, number: float) -> float:
    return math.log(number) if dist.log else float(number)
