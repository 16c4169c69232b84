"""What ir-measures measures."""

import ir_measures
from ir_measures import AP, RR, P, R, Rprec, Success, nDCG

LIBRARY, PYTHON, REQUIRES = "ir-measures", "3.11", ("ir-measures=={version}",)


def values(case):
    k = case.k
    called = {
        "precision": {"P@k": P @ k},
        "recall": {"R@k": R @ k},
        "ndcg": {"nDCG@k": nDCG @ k},
        "map": {"AP@k": AP @ k},
        "mrr": {"RR@k": RR @ k},
        "hit-rate": {"Success@k": Success @ k},
        "r-precision": {"Rprec": Rprec},
    }
    liked = [
        ir_measures.Qrel(str(u), str(i), 1) for u, items in enumerate(case.liked) for i in items
    ]
    found = {}
    for metric, named in called.items():
        ranked = case.rankings if metric == "r-precision" else case.shown
        run = [
            ir_measures.ScoredDoc(str(u), str(i), -float(r))
            for u, items in enumerate(ranked)
            for r, i in enumerate(items)
        ]
        found[metric] = {
            name: float(ir_measures.calc_aggregate([one], liked, run)[one])
            for name, one in named.items()
        }
    return found
