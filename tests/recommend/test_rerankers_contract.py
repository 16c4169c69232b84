"""Every way to make other lists keeps to the contract."""

from __future__ import annotations

from recli.ranking.rerankers._greedy import Greedy
from recli.ranking.rerankers._max_per import MaxPer
from recli.ranking.rerankers.calibrate import Calibrate
from recli.ranking.rerankers.diversify import Diversify
from recli.ranking.rerankers.explore import Explore
from recli.testing import RerankerContract


class TestDiversify(RerankerContract):
    def reranker(self, model):
        return Greedy((Diversify.of(model, 0.4),))


class TestCalibrate(RerankerContract):
    def reranker(self, model):
        return Greedy((Calibrate.of(model, "genres", 0.6),))


class TestExplore(RerankerContract):
    def reranker(self, model):
        return Explore.of(model, 0.3, 5)


class TestMaxPer(RerankerContract):
    def reranker(self, model):
        return MaxPer.of(model, {"genres": 4})
