"""What LensKit measures."""

import pandas as pd
from lenskit.data import ItemList, ItemListCollection, Vocabulary
from lenskit.metrics import (
    MAE,
    NDCG,
    RBP,
    RMSE,
    Hit,
    ListGini,
    MeasurementCollector,
    Precision,
    Recall,
    RecipRank,
)

LIBRARY, PYTHON, REQUIRES = "LensKit", "3.13", ("lenskit=={version}",)


def values(case):
    k = case.k
    called = {
        "ndcg": {"NDCG(k)": NDCG(k)},
        "precision": {"Precision(k)": Precision(k)},
        "recall": {"Recall(k)": Recall(k)},
        "mrr": {"RecipRank(k)": RecipRank(k)},
        "hit-rate": {"Hit(k)": Hit(k)},
        "rbp": {"RBP(k, patience=0.8)": RBP(k, patience=0.8)},
        "gini": {"ListGini(k)": ListGini(k, items=Vocabulary(range(case.n_items)))},
    }
    lists = _lists(ItemList(items, ordered=True) for items in case.shown)
    found = _measured(called, lists, _lists(ItemList(items) for items in case.liked))
    rated = _lists(
        ItemList([item for item, _ in mine], rating=[value for _, value in mine])
        for mine in case.rated
    )
    graded = {"ndcg": {'NDCG(k, gain="rating")': NDCG(k, gain="rating")}}
    found["ndcg"] |= _measured(graded, lists, rated)["ndcg"]
    estimates = pd.DataFrame(case.test, columns=["user", "item", "rating"]).assign(
        score=case.estimates
    )
    predicted = _lists(
        ItemList(part["item"].to_numpy(), scores=part["score"].to_numpy())
        for _, part in estimates.groupby("user")
    )
    return found | _measured(
        {"rmse": {"RMSE()": RMSE()}, "mae": {"MAE()": MAE()}}, predicted, rated
    )


def _lists(lists):
    found = ItemListCollection(["user_id"])
    for user, one in enumerate(lists):
        found.add(one, user)
    return found


def _measured(called, lists, truth):
    found = {}
    for metric, named in called.items():
        found[metric] = {}
        for name, one in named.items():
            collector = MeasurementCollector()
            collector.add_metric(one, "value")
            collector.add_collection_measurements(lists, truth)
            summary = collector.summary_metrics()
            found[metric][name] = float(summary.get("value", summary.get("value.mean")))
    return found
