"""A user's own AlgoBase through an evaluation, on one process and on two."""

from __future__ import annotations

import importlib
import sys

import pytest

from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cross_validate
from recli.models import model as models
from tests.top_n import top_n

OWN = """
import numpy as np
from surprise import AlgoBase, PredictionImpossible

class ItemMean(AlgoBase):
    def __init__(self, weight=0.0):
        AlgoBase.__init__(self)
        self.weight = weight

    def fit(self, trainset):
        AlgoBase.fit(self, trainset)
        self.means = [
            (sum(r for _, r in trainset.ir[i]) + self.weight * trainset.global_mean)
            / (len(trainset.ir[i]) + self.weight)
            for i in trainset.all_items()
        ]
        return self

    def estimate(self, u, i):
        if not self.trainset.knows_item(i):
            raise PredictionImpossible("unknown item")
        return self.means[i], {"mean": True}
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "own_item_mean.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield "own_item_mean:ItemMean"
    sys.modules.pop("own_item_mean", None)


@pytest.mark.parametrize("weight", ["0", "2.5"])
def test_is_evaluated_as_any_other(own, small, weight):
    measures = (Measure.parse("rmse"), Measure.parse("ndcg@10"))
    protocol = Protocol(KFold(3, seed=1), measures, 4.0, 1)
    configured = Configured.of(own, {"weight": weight})
    [summary] = cross_validate(small, [configured], protocol)
    expected = []
    ratings, weight = small.ratings, float(weight)
    for fold in protocol.split.folds(small):
        values, items = ratings.values[fold.train], ratings.items[fold.train]
        mean = values.mean()
        total = 0.0
        for row in fold.test:
            own_values = values[items == ratings.items[row]]
            n = len(own_values) + weight
            estimate = mean
            if len(own_values):
                estimate = (own_values.sum() + weight * mean) / n
            total += (ratings.values[row] - estimate) ** 2
        expected.append((total / len(fold.test)) ** 0.5)
    assert summary.values(measures[0]) == pytest.approx(expected, abs=1e-9)
    assert summary.mean(measures[1]) > 0


def test_is_stored_as_a_recipe(own, small, tmp_path):
    model = models.train(small, Configured.of(own, {"weight": "2"}), 0)
    loaded = models.load(models.save(model, tmp_path, "own"), allow_code=True)
    user = small.ratings.user_ids.text[4]
    assert loaded.configured.params == {"weight": 2}
    assert top_n(loaded, user, 5) == top_n(model, user, 5)
