"""What trec_eval measures, through pytrec_eval, which calls its C code."""

import pytrec_eval

LIBRARY, PYTHON, REQUIRES = "trec_eval", "3.11", ("pytrec_eval-terrier==0.5.11", "numpy")
CALLED = {
    "precision": "P_k",
    "recall": "recall_k",
    "ndcg": "ndcg_cut_k",
    "map": "map_cut_k",
    "hit-rate": "success_k",
    "mrr": "recip_rank",
    "r-precision": "Rprec",
}


def values(case):
    k, found = case.k, {}
    liked = {str(u): {str(i): 1 for i in items} for u, items in enumerate(case.liked)}
    rated = {str(u): {str(i): int(value) for i, value in mine} for u, mine in enumerate(case.rated)}
    for metric, name in CALLED.items():
        ranked = case.rankings if metric == "r-precision" else case.shown
        found[metric] = {name: _mean(liked, ranked, name, k)}
    found["ndcg"]["ndcg_cut_k, ratings as relevance"] = _mean(rated, case.shown, "ndcg_cut_k", k)
    return found


def _mean(judged, ranked, name, k):
    asked = name.removesuffix("_k") + (f".{k}" if name.endswith("_k") else "")
    run = {
        str(u): {str(i): -float(r) for r, i in enumerate(items)} for u, items in enumerate(ranked)
    }
    evaluator = pytrec_eval.RelevanceEvaluator(judged, {asked})
    measured = evaluator.evaluate(run).values()
    return sum(one[asked.replace(".", "_")] for one in measured) / len(judged)
