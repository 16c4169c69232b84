#!/bin/sh
# Microsoft Recommenders: users without a list count for nDCG, and not for precision, recall, MAP.
#
# Expected: the ranking metrics of one module, asked with the same two tables, are means over the same
#   users, so that a table of them describes one set of people.
# Happens: precision, recall and MAP divide by the number of users who are in both tables. nDCG joins
#   the true ratings again, with how="outer", and so has a 0 for each user without recommendations.
#   Where three of six users are shown just what they like, and three nothing, precision is 1 and nDCG
#   0.5: a model that refuses the hard users gains in three columns and loses in the fourth.
# Source: recommenders 1.2.1, recommenders/evaluation/python_evaluation.py (`merge_ranking_true_pred`:
#   common_users; `ndcg_at_k`: df_dcg)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "recommenders==1.2.1" "setuptools<81" \
    "pandas==2.3.3" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
from recommenders.evaluation.python_evaluation import map_at_k, ndcg_at_k, precision_at_k, recall_at_k

liked = pd.DataFrame({"userID": range(6), "itemID": 1, "rating": 5.0})
lists = pd.DataFrame({"userID": range(6), "itemID": [1, 1, 1, 2, 2, 2], "prediction": 1.0})
print("Three of six users are shown the item that they like")
seen = {}
for metric in (precision_at_k, recall_at_k, map_at_k, ndcg_at_k):
    seen[metric.__name__] = [float(metric(liked, shown, k=1)) for shown in (lists, lists[:3])]
    print("  {}: the others another {}, nothing {}".format(metric.__name__, *seen[metric.__name__]))
assert seen.pop("ndcg_at_k") == [0.5, 0.5], "the behaviour has changed"
assert all(values == [0.5, 1] for values in seen.values()), "the behaviour has changed"
PYTHON
