"""What Surprise measures, and what the function of its FAQ gives, by the formulas that stand there."""

import statistics

from surprise import accuracy

LIBRARY, PYTHON, REQUIRES = "Surprise", "3.11", ("scikit-surprise=={version}",)


def values(case):
    rows = [
        (user, item, truth, estimate, {})
        for (user, item, truth), estimate in zip(case.test, case.estimates, strict=True)
    ]
    found = {
        name: {f"accuracy.{name}": getattr(accuracy, name)(rows, verbose=False)}
        for name in ("rmse", "mae", "mse", "fcp")
    }
    precisions, recalls = [], []
    for user in range(len(case.shown)):
        mine = sorted(
            ((row[3], row[2]) for row in rows if row[0] == user), key=lambda pair: -pair[0]
        )
        shown = [
            truth >= case.threshold
            for estimate, truth in mine[: case.k]
            if estimate >= case.threshold
        ]
        liked = sum(truth >= case.threshold for _, truth in mine)
        precisions.append(sum(shown) / len(shown) if shown else 0)
        recalls.append(sum(shown) / liked if liked else 0)
    called = "FAQ, precision_recall_at_k"
    return {
        **found,
        "precision": {called: statistics.fmean(precisions)},
        "recall": {called: statistics.fmean(recalls)},
    }
