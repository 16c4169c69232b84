"""What ranx measures."""

import ranx

LIBRARY, PYTHON, REQUIRES = "ranx", "3.11", ("ranx=={version}",)
CALLED = {
    "precision": ("precision@k",),
    "recall": ("recall@k",),
    "f1": ("f1@k",),
    "ndcg": ("ndcg@k",),
    "map": ("map@k",),
    "mrr": ("mrr@k",),
    "hit-rate": ("hit_rate@k",),
    "r-precision": ("r-precision",),
    "rbp": ("rbp.80",),
}
GRADED = {"ndcg": ("ndcg@k", "ndcg_burges@k")}


def values(case):
    liked = [dict.fromkeys(items, 1) for items in case.liked]
    rated = [{item: int(value) for item, value in mine} for mine in case.rated]
    found = _measured(liked, case, CALLED)
    for metric, named in _measured(rated, case, GRADED).items():
        found[metric] |= {f"{name}, ratings as relevance": value for name, value in named.items()}
    return found


def _measured(judged, case, called):
    qrels = ranx.Qrels(
        {str(u): {str(i): g for i, g in mine.items()} for u, mine in enumerate(judged)}
    )
    found = {}
    for metric, names in called.items():
        # A ranking by score; only R-precision looks past the list.
        ranked = case.rankings if metric == "r-precision" else case.shown
        run = ranx.Run(
            {str(u): {str(i): -float(r) for r, i in enumerate(m)} for u, m in enumerate(ranked)}
        )
        found[metric] = {
            name: float(ranx.evaluate(qrels, run, name.replace("@k", f"@{case.k}")))
            for name in names
        }
    return found
