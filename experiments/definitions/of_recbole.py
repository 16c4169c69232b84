"""What RecBole measures of the scores of all items, as its collector hands them to its metrics."""

from collections import Counter

import torch
from recbole.evaluator import metrics
from recbole.evaluator.collector import DataStruct

LIBRARY, PYTHON = "RecBole", "3.11"
REQUIRES = ("recbole=={version}", "numpy==1.23.5", "pandas<2.2", "scipy<1.12", "torch==2.5.1")
CALLED = {
    "ndcg": "NDCG",
    "precision": "Precision",
    "recall": "Recall",
    "map": "MAP",
    "mrr": "MRR",
    "hit-rate": "Hit",
    "auc": "GAUC",
    "catalogue-coverage": "ItemCoverage",
    "gini": "GiniIndex",
    "entropy": "ShannonEntropy",
    "popularity": "AveragePopularity",
    "rmse": "RMSE",
    "mae": "MAE",
}


def values(case):
    # Item 0 is RecBole's padding, which it counts among the items; what a user has seen scores -inf.
    n_users, n_items = len(case.shown), case.n_items + 1
    scores = torch.full((n_users, n_items), -torch.inf)
    liked = torch.zeros((n_users, n_items), dtype=torch.int)
    for user, ranked in enumerate(case.rankings):
        scores[user, torch.tensor(ranked) + 1] = -torch.arange(len(ranked), dtype=torch.float)
        liked[user, torch.tensor(case.liked[user]) + 1] = 1
    top = torch.topk(scores, case.k, dim=-1).indices
    n_liked = liked.sum(1, keepdim=True)
    order = torch.argsort(scores, dim=-1, descending=True)
    ranks = torch.arange(1, n_items + 1) * torch.gather(liked, 1, order)
    n_candidates = torch.tensor([[len(ranked)] for ranked in case.rankings])
    handed = DataStruct()
    handed.set("rec.topk", torch.cat((torch.gather(liked, 1, top), n_liked), 1))
    handed.set("rec.items", top)
    handed.set("rec.meanrank", torch.cat((ranks.sum(1, keepdim=True), n_candidates, n_liked), 1))
    handed.set("rec.score", torch.tensor(case.estimates, dtype=torch.float64))
    handed.set("data.label", torch.tensor([row[2] for row in case.test], dtype=torch.float64))
    handed.set("data.num_items", n_items)
    handed.set("data.count_items", Counter(item + 1 for _, item, _ in case.train))
    config = {"topk": [case.k], "metric_decimal_place": 12}
    return {
        metric: {name: float(*getattr(metrics, name)(config).calculate_metric(handed).values())}
        for metric, name in CALLED.items()
    }
