"""What RecTools measures."""

import pandas as pd
from rectools.metrics import (
    MAP,
    MRR,
    NDCG,
    AvgRecPopularity,
    CatalogCoverage,
    F1Beta,
    HitRate,
    MeanInvUserFreq,
    Precision,
    Recall,
    Serendipity,
    calc_metrics,
)

LIBRARY, PYTHON, REQUIRES = "RecTools", "3.11", ("rectools=={version}",)


def values(case):
    k = case.k
    called = {
        "ndcg": {
            "NDCG(k)": NDCG(k),
            "NDCG(k, divide_by_achievable=True)": NDCG(k, divide_by_achievable=True),
        },
        "precision": {
            "Precision(k)": Precision(k),
            "Precision(k, r_precision=True)": Precision(k, r_precision=True),
        },
        "recall": {"Recall(k)": Recall(k)},
        "f1": {"F1Beta(k)": F1Beta(k)},
        "map": {"MAP(k)": MAP(k), "MAP(k, divide_by_k=True)": MAP(k, divide_by_k=True)},
        "mrr": {"MRR(k)": MRR(k)},
        "hit-rate": {"HitRate(k)": HitRate(k)},
        "catalogue-coverage": {
            "CatalogCoverage(k, normalize=True)": CatalogCoverage(k, normalize=True)
        },
        "novelty": {"MeanInvUserFreq(k)": MeanInvUserFreq(k)},
        "serendipity": {"Serendipity(k)": Serendipity(k)},
        "popularity": {"AvgRecPopularity(k)": AvgRecPopularity(k)},
    }
    metrics = {
        f"{metric}/{name}": one for metric, named in called.items() for name, one in named.items()
    }
    shown = [(u, i, r + 1) for u, items in enumerate(case.shown) for r, i in enumerate(items)]
    liked = [(u, i) for u, items in enumerate(case.liked) for i in items]
    found = calc_metrics(
        metrics,
        reco=pd.DataFrame(shown, columns=["user_id", "item_id", "rank"]),
        interactions=pd.DataFrame(liked, columns=["user_id", "item_id"]),
        prev_interactions=pd.DataFrame(
            [row[:2] for row in case.train], columns=["user_id", "item_id"]
        ),
        catalog=list(range(case.n_items)),
    )
    return {
        metric: {name: float(found[f"{metric}/{name}"]) for name in named}
        for metric, named in called.items()
    }
