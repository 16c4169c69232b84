"""Every registered metric keeps to the contract; a new one is tested here by being there."""

from __future__ import annotations

from typing import ClassVar

import pytest

from recli import registry
from recli.evaluation.metrics.gini import Gini
from recli.evaluation.metrics.map import MAP
from recli.evaluation.metrics.ndcg import NDCG
from recli.evaluation.metrics.precision import Precision
from recli.evaluation.metrics.rbp import RBP
from recli.evaluation.metrics.recall import Recall
from recli.testing import MetricContract


class _ByOptions(MetricContract):
    @pytest.fixture(autouse=True)
    def given(self, options):
        self.options = options


class TestEveryMetric(MetricContract):
    @pytest.fixture(params=registry.names("metric"))
    def subject(self, request):
        return registry.get("metric", request.param)


class TestGainOfRatings(MetricContract):
    metric = NDCG
    options: ClassVar = {"gain": "rating"}


@pytest.mark.parametrize(
    "options",
    [
        {"ideal": "k"},
        {"discount": "rank"},
        {"gain": "stars", "discount": "rank"},
        {"gain": "exponential"},
        {"gain": "exponential-liked"},
    ],
    ids=str,
)
class TestGainsOfOthers(_ByOptions):
    metric = NDCG


@pytest.mark.parametrize("options", [{"denominator": "length"}, {"denominator": "min"}], ids=str)
class TestPrecisionOfOthers(_ByOptions):
    metric = Precision


class TestRecallOfOthers(MetricContract):
    metric = Recall
    options: ClassVar = {"denominator": "min"}


@pytest.mark.parametrize(
    "options", [{"denominator": "relevant"}, {"denominator": "k"}, {"of": "places"}], ids=str
)
class TestAveragePrecisionOfOthers(_ByOptions):
    metric = MAP


class TestGiniOfOthers(MetricContract):
    metric = Gini
    options: ClassVar = {"denominator": "n-1"}


class TestPatience(MetricContract):
    metric = RBP
    options: ClassVar = {"p": 0.95}
    perfect = 1 - 0.95**10


class TestOnlyTheFirstPlace(MetricContract):
    metric = RBP
    options: ClassVar = {"p": 0}
    perfect = 1.0
