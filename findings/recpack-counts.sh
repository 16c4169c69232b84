#!/bin/sh
# RecPack: with counts in the test matrix a perfect list has nDCG 1.64, recall and reciprocal rank 1/3.
#
# Expected: metrics take "True user-item interactions" as a matrix, and InteractionMatrix.values has
#   counts in it where somebody has met an item again. The first place is a hit, so that the reciprocal
#   rank is 1 by its formula; recall has the same y_true above and below the line, so that all of it is
#   1; and the docstring of NDCGK says: "Scores are always in the interval [0, 1]".
# Happens: counts of 5, 3 and 1, ranked in this order, give 1/3, 1/3 and 1.64. Ranks are multiplied by
#   counts (a hit of count 5 at place 1 stands at place 5), hits are ones but are divided by the sum of
#   counts, and the ideal of nDCG has ones for as many places as the counts add up to. Precision, which
#   divides by K, is right. RecPack's own pipeline passes `binary_values`, and is not touched.
# Source: RecPack 0.3.6, recpack/metrics/dcg.py, recall.py, reciprocal_rank.py (`_calculate`)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
    "recpack==0.3.6" "numpy==1.26.4" "scipy==1.17.1" "pandas==2.3.3" "scikit-learn==1.9.1" \
    "torch==2.13.0"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import pandas as pd
from recpack.matrix import InteractionMatrix
from recpack.metrics import NDCGK, PrecisionK, RecallK, ReciprocalRankK
from scipy.sparse import csr_matrix

met = pd.DataFrame({"user": 0, "item": [0] * 5 + [1] * 3 + [2], "time": range(9)})
data = InteractionMatrix(met, "item", "user", "time", shape=(1, 5))
print("A user has met item 0 five times, item 1 three times, item 2 once, and is shown 0, 1, 2")
seen = {}
for what, true in (("counts", data.values), ("binary", data.binary_values)):
    for kind in (PrecisionK, RecallK, ReciprocalRankK, NDCGK):
        metric = kind(3)
        metric.calculate(true, csr_matrix([[5.0, 4, 3, 0, 0]]))
        seen[what, kind.__name__] = round(float(metric.value), 3)
    print(f"  {what}:", {name: value for (of, name), value in seen.items() if of == what})
assert all(value == 1 for (what, _), value in seen.items() if what == "binary")
found = [seen["counts", name] for name in ("PrecisionK", "RecallK", "ReciprocalRankK", "NDCGK")]
assert found == [1, 0.333, 0.333, 1.644], "the behaviour has changed"
PYTHON
