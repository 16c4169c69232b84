#!/bin/sh
# LightFM: auc_score is below 0 where all scores are the same.
#
# Expected: its docstring calls it "the probability that a randomly chosen positive example has a higher
#   score than a randomly chosen negative example". So it is from 0 to 1: for a model that gives each
#   item the same score 0.5 with ties as halves, as in scikit-learn, or 0 with strict comparison.
# Happens: a user with one positive of eight items has 0, one with two has -0.08, one with six -1.25.
#   The ranks count each other item whose score is not less, so the other positives too where they tie,
#   and of these only those before it in the sorted list are taken off. Items that share all their
#   features tie so, and an average over users may be below chance, or below zero, by ties alone.
# Source: LightFM 1.17.3 (rectools-lightfm), lightfm/evaluation.py (`auc_score`),
#   lightfm/_lightfm_fast_openmp.pyx (`predict_ranks`, `calculate_auc_from_rank`)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
    "rectools-lightfm==1.17.3" "numpy==2.4.6" "scipy==1.17.1" "scikit-learn==1.9.1"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import lightfm
import numpy as np
from lightfm.evaluation import auc_score
from scipy.sparse import csr_matrix
from sklearn.metrics import roc_auc_score

positives = csr_matrix(np.tril(np.ones((6, 8), np.float32)))
alike = {"item_features": csr_matrix(np.ones((8, 1), np.float32))}
model = lightfm.LightFM(no_components=2, random_state=0).fit(positives, **alike)
assert len({float(score) for score in model.predict(0, np.arange(8), **alike)}) == 1
print(f"LightFM {lightfm.__version__}: eight items with the same features, users with 1 to 6 positives")
seen = [round(float(value), 3) for value in auc_score(model, positives, **alike)]
right = [float(roc_auc_score(row, np.zeros(8))) for row in positives.toarray()]
print(f"  AUC by LightFM {seen}, by scikit-learn {right}")
assert set(right) == {0.5} and seen[0] == 0 and max(seen[1:]) < 0 and seen[5] == -1.25, "it has changed"
PYTHON
