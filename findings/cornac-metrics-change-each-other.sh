#!/bin/sh
# Cornac: MRR and the nDCG of whole lists change where another metric with a cutoff is asked beside them.
#
# Expected: a metric has one value for one model and one test set, whatever else is measured. The
#   docstring of NDCG says of its default k of -1 that it is "all", and MRR has no k: both see the whole
#   ranking.
# Happens: ranking_eval ranks once, with k = max(m.k for m in metrics), and the -1 of both is less than
#   any cutoff. Beside Precision(k=20) only twenty places are sorted, and the rest stands as
#   np.argpartition has left it: a first hit after the greatest cutoff has a reciprocal rank by chance.
#   A usual table (MRR, NDCG(), Recall(k=20)) is of this kind. AUC and MAP rank the scores themselves
#   and are right.
# Source: Cornac 3.0.1, cornac/eval_methods/base_method.py (`ranking_eval`: max_k), cornac/models/
#   recommender.py (Recommender.rank)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "cornac==3.0.1" "numpy==2.4.6" "scipy==1.17.1"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import cornac
import numpy as np
from cornac.eval_methods.base_method import ranking_eval
from cornac.metrics import AUC, MAP, MRR, NDCG, Precision

users, items = 20, 1000
scores = np.random.default_rng(0).normal(size=(users, items))


class Given(cornac.models.Recommender):
    """Says the scores above: no two of them are the same."""

    def score(self, user_idx, item_idx=None):
        return scores[user_idx] if item_idx is None else scores[user_idx, item_idx]


# Nobody but user 0 has met more than item 0; held out is the item of place 300 of the others.
held_out = [[item for item in np.argsort(-scores[user]) if item][299] for user in range(users)]
uid, iid = {str(user): user for user in range(users)}, {str(item): item for item in range(items)}
train = [(u, "0", 1.0) for u in uid] + [("0", i, 0.5) for i in iid if i != "0"]
test = [(u, str(held_out[n]), 1.0) for u, n in uid.items()]
maps = {"global_uid_map": uid, "global_iid_map": iid}
train_set, test_set = (cornac.data.Dataset.build(rows, **maps) for rows in (train, test))
model = Given("given").fit(train_set)
print(f"Cornac {cornac.__version__}: the only hit of each user is at place 300")
seen = []
for beside in ([], [Precision(k=2)], [Precision(k=20)]):
    values, each = ranking_eval(model, [MRR(), NDCG(), AUC(), MAP(), *beside], train_set, test_set)
    places = [round(1 / value) for value in each[0].values()]
    seen.append([round(float(value), 4) for value in values[:4]])
    print(f"  beside {[metric.name for metric in beside]}: MRR, NDCG, AUC and MAP are {seen[-1]}")
    print(f"    by MRR the hits are at places {min(places)} to {max(places)}")
    assert (min(places) == max(places) == 300) == (not beside), "the behaviour has changed"
assert seen[0][0] == 0.0033 and seen[0][2:] == seen[1][2:] == seen[2][2:], "the behaviour has changed"
PYTHON
