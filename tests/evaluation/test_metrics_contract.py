"""Every registered metric keeps to the contract; a new one is tested here by being there."""

from __future__ import annotations

from typing import ClassVar

import pytest

from recli import registry
from recli.evaluation.metrics.ndcg import NDCG
from recli.evaluation.metrics.rbp import RBP
from recli.testing import MetricContract


class TestEveryMetric(MetricContract):
    @pytest.fixture(params=registry.names("metric"))
    def subject(self, request):
        return registry.get("metric", request.param)


class TestGainOfRatings(MetricContract):
    metric = NDCG
    options: ClassVar = {"gain": "rating"}


class TestPatience(MetricContract):
    metric = RBP
    options: ClassVar = {"p": 0.95}
    perfect = 1 - 0.95**10


class TestOnlyTheFirstPlace(MetricContract):
    metric = RBP
    options: ClassVar = {"p": 0}
    perfect = 1.0
