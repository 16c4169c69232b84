"""What Microsoft's Recommenders measures."""

import pandas as pd
from recommenders.evaluation import python_evaluation as evaluation

LIBRARY, PYTHON = "Microsoft Recommenders", "3.11"
REQUIRES = ("recommenders=={version}", "setuptools<81", "pandas<3")
CALLED = {
    "precision": "precision_at_k",
    "recall": "recall_at_k",
    "map": "map_at_k",
    "r-precision": "r_precision_at_k",
}
COLUMNS = ["userID", "itemID", "rating"]


def values(case):
    train = pd.DataFrame(case.train, columns=COLUMNS)
    test = pd.DataFrame(case.test, columns=COLUMNS)
    liked = test[test["rating"] >= case.threshold]
    shown, ranked = (
        pd.DataFrame(
            [(u, i, -float(r)) for u, items in enumerate(lists) for r, i in enumerate(items)],
            columns=["userID", "itemID", "prediction"],
        )
        for lists in (case.shown, case.rankings)
    )
    found = {
        metric: {f"{name}(k)": float(getattr(evaluation, name)(liked, shown, k=case.k))}
        for metric, name in CALLED.items()
        if metric != "r-precision"
    }
    found["map"]["map(k)"] = float(evaluation.map(liked, shown, k=case.k))
    found["ndcg"] = {"ndcg_at_k(k)": float(evaluation.ndcg_at_k(liked, shown, k=case.k))}
    for kind in ("raw", "exp"):
        value = evaluation.ndcg_at_k(test, shown, k=case.k, score_type=kind)
        found["ndcg"][f'ndcg_at_k(k, score_type="{kind}"), all ratings'] = float(value)
    found["r-precision"] = {
        "r_precision_at_k(k=all)": float(evaluation.r_precision_at_k(liked, ranked, k=case.n_items))
    }
    found["catalogue-coverage"] = {
        "catalog_coverage": float(evaluation.catalog_coverage(train, shown))
    }
    found["novelty"] = {"novelty": float(evaluation.novelty(train, shown))}
    predicted = test[COLUMNS[:2]].assign(prediction=case.estimates)
    for metric, name in {"rmse": "rmse", "mae": "mae", "r2": "rsquared"}.items():
        found[metric] = {name: float(getattr(evaluation, name)(test, predicted))}
    return found
