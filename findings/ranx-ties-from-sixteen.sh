#!/bin/sh
# ranx: ties keep the given order in a list of up to 15 candidates, and are scrambled from 16 on.
#
# Expected: where all candidates have the same score, one rule says which is first, for lists of any
#   length: the given order, or the id, as in trec_eval. Appending a candidate to the end changes no
#   place before it.
# Happens: up to 15 candidates stand as they were given. With a 16th the first stands at place 15, so
#   that its reciprocal rank falls from 1 to 1/15, and nDCG@10 from 1 to 0. A run of a coarse score, of
#   counts or of buckets, is measured by the length of its lists.
# Source: ranx 0.3.21, ranx/data_structures/common.py (`typed_list_argosrt`: np.argsort without kind,
#   for which numba takes its quicksort, an insertion sort, hence stable, below 16: `SMALL_QUICKSORT` in
#   numba/misc/quicksort.py)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
    "ranx==0.3.21" "numba==0.68.1" "numpy==2.4.6" "scipy==1.17.1" "pandas==3.1.1"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from ranx import Qrels, Run, evaluate

seen = {}
for length in (2, 10, 15, 16, 17, 20):
    run = Run({"q": {f"d{n:02}": 1.0 for n in range(length)}})
    found = evaluate(Qrels({"q": {"d00": 1}}), run, ["mrr", "ndcg@10"])
    seen[length] = tuple(round(float(found[name]), 4) for name in ("mrr", "ndcg@10"))
    print(f"{length} candidates of score 1, the first is relevant: MRR and nDCG@10 {seen[length]}")
assert seen[2] == seen[10] == seen[15] == (1, 1), "the behaviour has changed"
assert seen[16] == (0.0667, 0) and seen[20][0] < 0.1, "the behaviour has changed"
PYTHON
