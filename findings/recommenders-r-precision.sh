#!/bin/sh
# Microsoft Recommenders: r_precision_at_k leaves users without a hit out of the mean.
#
# Expected: its docstring defines R-precision "as the precision@R for each user", so a user whose first R
#   places hold nothing relevant has 0, as in trec_eval (Rprec), ranx and ir-measures; and precision_at_k
#   and recall_at_k of the same module count such a user as 0.
# Happens: users without any hit are lost in a join, and those with hits after place R alone become NaN,
#   which the mean skips: with one perfect user and any number of users without a hit it is 1.
# Source: recommenders 1.2.1, recommenders/evaluation/python_evaluation.py (`merge_ranking_true_pred`,
#   `r_precision_at_k`)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "recommenders==1.2.1" "setuptools<81" "pandas<3"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
from recommenders.evaluation.python_evaluation import precision_at_k, r_precision_at_k

users = range(4)
liked = pd.DataFrame({"userID": users, "itemID": 1, "rating": 5.0})
# User 0 is shown the item that they like, the three others one that they do not.
shown = pd.DataFrame({"userID": users, "itemID": [1, 2, 2, 2], "prediction": 1.0})
r_precision, precision = (f(liked, shown, k=1) for f in (r_precision_at_k, precision_at_k))
print(f"One of four users has a hit: R-precision {r_precision}, precision {precision}, should be 0.25")
assert precision == 0.25 and r_precision == 1, "the behaviour has changed"
PYTHON
