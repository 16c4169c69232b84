"""What Elliot measures, by its source: ELLIOT names a folder that its repository was cloned to."""

import importlib
import os
import sys
from types import ModuleType, SimpleNamespace

LIBRARY, PYTHON, REQUIRES = "Elliot", "3.11", ("numpy",)
NEEDS = "ELLIOT"
CALLED = {
    "ndcg": ("accuracy.ndcg.ndcg.nDCG", "accuracy.ndcg.ndcg_rendle2020.nDCGRendle2020"),
    "precision": ("accuracy.precision.precision.Precision",),
    "recall": ("accuracy.recall.recall.Recall",),
    "f1": ("accuracy.f1.f1.F1",),
    "map": ("accuracy.map.map.MAP",),
    "mrr": ("accuracy.mrr.mrr.MRR",),
    "hit-rate": ("accuracy.hit_rate.hit_rate.HR",),
    "auc": ("accuracy.AUC.auc.AUC", "accuracy.AUC.gauc.GAUC"),
    "catalogue-coverage": ("coverage.item_coverage.item_coverage.ItemCoverage",),
    "novelty": ("novelty.EFD.efd.EFD",),
    "gini": ("diversity.gini_index.gini_index.GiniIndex",),
    "entropy": ("diversity.shannon_entropy.shannon_entropy.ShannonEntropy",),
    "popularity": ("bias.arp.arp.ARP",),
}


def values(case):
    folders = {
        f"elliot.evaluation.metrics.{path}".rsplit(".", 2)[0] for p in CALLED.values() for path in p
    }
    names = {".".join(folder.split(".")[:n]) for folder in folders for n in range(1, 7)}
    for name in {"elliot.utils", *names}:
        # Only the folders: what their __init__ imports needs TensorFlow of years ago.
        package = sys.modules.setdefault(name, ModuleType(name))
        package.__path__ = [os.path.join(os.environ["ELLIOT"], *name.split("."))]
    sys.modules["elliot.utils"].logging = SimpleNamespace()
    metrics = "elliot.evaluation.metrics"
    relevance = importlib.import_module("elliot.evaluation.relevance.relevance").Relevance
    test, train = ({u: {} for u in range(len(case.shown))} for _ in range(2))
    for into, rows in ((test, case.test), (train, case.train)):
        for user, item, value in rows:
            into[user][item] = value
    popular = {item: [row[1] for row in case.train].count(item) for item in range(case.n_items)}
    objects = SimpleNamespace(
        cutoff=case.k,
        relevance=relevance(test, case.threshold),
        num_items=case.n_items,
        data=SimpleNamespace(train_dict=train),
        pop=SimpleNamespace(get_pop_items=lambda: popular),
    )
    found = {}
    for metric, paths in CALLED.items():
        found[metric] = {}
        for path in paths:
            module, name = path.rsplit(".", 1)
            ranked = case.rankings if metric == "auc" else case.shown
            lists = {u: [(item, 0.0) for item in items] for u, items in enumerate(ranked)}
            cls = getattr(importlib.import_module(f"{metrics}.{module}"), name)
            found[metric][name] = float(cls(lists, None, SimpleNamespace(), objects).eval())
    return found
