"""RMSE and MAE on MovieLens 100K, five folds, seed 0: what Surprise 1.1.5 reaches there.

GroupLens forbids passing the data on, so it is read from where it lies beside the repository.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from recli.algorithms import Algorithm, Configured
from recli.data.load import load
from recli.data.splits.k_fold import KFold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.metric_names import Measure
from recli.evaluation.outcome import recommend
from recli.experiments import cross_validation
from recli.experiments.resources import Resources
from recli.models.model import of_training

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pydantic, which it uses in a way that will be gone
    from irspack.recommenders import DenseSLIMRecommender, RP3betaRecommender, SLIMRecommender

RATINGS = Path(__file__).parents[3] / "shared" / "datasets" / "ml-100k" / "u.data.gz"

pytestmark = pytest.mark.skipif(not RATINGS.is_file(), reason=f"MovieLens 100K is not at {RATINGS}")

# Surprise itself, KFold(5, random_state=0), random_state=0, to four digits.
MEASURED = {
    "svd": (0.9344, 0.7367),
    "svdpp": (0.9187, 0.7206),
    "nmf": (0.9634, 0.7580),
    "slope-one": (0.9459, 0.7434),
    "knn-basic": (0.9797, 0.7736),
    "knn-with-means": (0.9511, 0.7495),
    "knn-with-zscore": (0.9509, 0.7461),
    "knn-baseline": (0.9307, 0.7332),
    "co-clustering": (0.9626, 0.7532),
    "baseline-only": (0.9440, 0.7484),
    "normal-predictor": (1.5225, 1.2233),
}


@pytest.fixture(scope="module")
def ml_100k():
    return load(str(RATINGS), {"user": "1", "item": "2", "rating": "3", "time": "4"})


@pytest.mark.parametrize(("name", "expected"), MEASURED.items(), ids=MEASURED)
def test_reaches_what_surprise_reaches(name, expected, ml_100k):
    measures = (Measure.parse("rmse"), Measure.parse("mae"))
    protocol = cross_validation.Protocol(KFold(5, seed=0), measures, threshold=4.0, seed=0)
    line_up = [Configured.of(name)]
    [summary] = cross_validation.cross_validate(ml_100k, line_up, protocol, Resources(2))
    # Random ratings are drawn otherwise than Surprise's.
    tolerance = 0.01 if name == "normal-predictor" else 0.0005
    for measure, value in zip(measures, expected, strict=True):
        assert summary.mean(measure) == pytest.approx(value, abs=tolerance)


@pytest.fixture(scope="module")
def popular(ml_100k):
    return ndcg("most-popular", ml_100k)


def ndcg(name, dataset):
    measures = (Measure.parse("ndcg@10"),)
    protocol = cross_validation.Protocol(KFold(5, seed=0), measures, threshold=4.0, seed=0)
    line_up = [Configured.of(name)]
    [summary] = cross_validation.cross_validate(dataset, line_up, protocol, Resources(2))
    return summary.mean(measures[0])


@pytest.mark.parametrize("name", ["ease", "slim", "rp3beta"])
def test_ranks_twice_as_well_as_what_is_popular(name, ml_100k, popular):
    assert ndcg(name, ml_100k) > 2 * popular


class Given(Algorithm):
    """Scores of users and items that the trainset has; items that it lacks stand last."""

    def __init__(self, trainset, scores):
        self.trainset = trainset
        self.scores = np.full((trainset.n_users, trainset.n_catalogue), scores.min() - 1.0)
        self.scores[:, : trainset.n_items] = scores

    def score_users(self, users):
        return self.scores[users]


@pytest.mark.parametrize(
    ("name", "given", "other"),
    [
        ("ease", {"reg": 200.0}, lambda x: DenseSLIMRecommender(x, reg=200.0)),
        (
            "slim",
            {"l1": 1.0, "l2": 50.0},
            lambda x: SLIMRecommender(x, alpha=51 / x.shape[0], l1_ratio=1 / 51, n_iter=100),
        ),
        (
            "rp3beta",
            # All neighbours: which are cut off is not the same in both.
            {"alpha": 1.0, "beta": 0.4, "k": 10**6},
            lambda x: RP3betaRecommender(x, alpha=1.0, beta=0.4),
        ),
    ],
    ids=["ease", "slim", "rp3beta"],
)
def test_ranks_as_well_as_irspack(name, given, other, ml_100k):
    """Within 2 % of what others make of the same model on the same fold."""
    fold = KFold(5, seed=0).folds(ml_100k)[0]
    statistics = TrainingStatistics(ml_100k, fold.train, threshold=4.0)
    trainset = statistics.trainset
    ours = Configured.of(name, {**given, "preferences": "liked"}).create(0).fit(trainset)
    x = scipy.sparse.csr_matrix(ours.preferred)
    theirs = Given(trainset, other(x).learn().get_score(np.arange(trainset.n_users)))
    metric = Measure.parse("ndcg@10").metric
    models = [of_training(statistics, Configured(name), each, 0) for each in (ours, theirs)]
    values = [metric(recommend(model, statistics, fold.test, 10)) for model in models]
    assert values[0] == pytest.approx(values[1], rel=0.02)
    assert values[1] > 0.3
