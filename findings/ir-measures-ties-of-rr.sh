#!/bin/sh
# ir-measures: RR and RR@10 of one list of three candidates differ where scores tie.
#
# Expected: a cutoff at 10 changes nothing of a list of three, so RR and RR@10 are the same, as AP and
#   AP@10 are; and where RR@10 is 1, the first place holds something relevant, so that P@1 is 1.
# Happens: RR is 1/3 and RR@10 is 1, with P@1 of 0. Nearly all measures come from pytrec_eval, which
#   puts the greatest id first among equal scores, as trec_eval does. It has no RR with a cutoff, so
#   RR@10 comes from the evaluator of MS MARCO, which is handed a list with the least id first. No
#   warning says that the two columns are measured on different lists.
# Source: ir-measures 0.4.3, ir_measures/providers/msmarco_provider.py (`_iter_calc`: sorted by (-score,
#   id)), pytrec_eval_provider.py, fallback_provider.py; pytrec_eval-terrier 0.5.11
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
    "ir-measures==0.4.3" "pytrec_eval-terrier==0.5.11" "numpy==2.4.6" "scipy==1.17.1"
"$folder/venv/bin/python" - <<'PYTHON'
import ir_measures
from ir_measures import AP, RR, P, Qrel, ScoredDoc, nDCG

asked = [RR, RR @ 10, P @ 1, AP, AP @ 10, nDCG, nDCG @ 10]
seen = {}
for relevant in "ac":
    qrels = [Qrel("q", relevant, 1)]
    run = [ScoredDoc("q", each, 1.0) for each in "abc"]
    found = ir_measures.calc_aggregate(asked, qrels, run)
    seen[relevant] = {str(measure): round(found[measure], 3) for measure in asked}
    print(f"a, b and c have the same score, {relevant} is relevant:", seen[relevant])
assert seen["a"]["RR"] == 0.333 and seen["a"]["RR@10"] == 1 and seen["a"]["P@1"] == 0, "it has changed"
assert seen["c"]["RR"] == 1 and seen["c"]["RR@10"] == 0.333 and seen["c"]["P@1"] == 1, "it has changed"
assert all(it["AP"] == it["AP@10"] and it["nDCG"] == it["nDCG@10"] for it in seen.values())
PYTHON
