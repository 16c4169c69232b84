"""What rs_metrics measures."""

import rs_metrics

LIBRARY, PYTHON, REQUIRES = "rs_metrics", "3.11", ("rs_metrics=={version}",)
CALLED = {
    "precision": "precision",
    "recall": "recall",
    "ndcg": "ndcg",
    "map": "mapr",
    "mrr": "mrr",
    "hit-rate": "hitrate",
}


def values(case):
    liked, shown = dict(enumerate(case.liked)), dict(enumerate(case.shown))
    return {
        metric: {f"{name}(k)": float(getattr(rs_metrics, name)(liked, shown, k=case.k))}
        for metric, name in CALLED.items()
    }
