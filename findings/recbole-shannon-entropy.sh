#!/bin/sh
# RecBole: ShannonEntropy is divided by the number of different items, so that it falls with diversity.
#
# Expected: the docstring of ShannonEntropy gives -Σ p(i) log p(i), "the diversity of the recommendation
#   items": eight items recommended alike have log 8 = 2.08, two have log 2 = 0.69.
# Happens: the sum is divided by the number of different items that are recommended. Two items give 0.35,
#   eight 0.26, a thousand 0.007: the more diverse the recommendations, the lower the value.
# Source: RecBole 1.2.1, recbole/evaluator/metrics.py (`ShannonEntropy.get_entropy`)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "recbole==1.2.1" "numpy==1.23.5" "pandas<2.2" "scipy<1.12" "torch==2.5.1"
"$folder/venv/bin/python" - <<'PYTHON'
import math

import numpy as np
from recbole.evaluator.metrics import ShannonEntropy

metric = ShannonEntropy({"topk": [1], "metric_decimal_place": 6})
found = {n: metric.get_entropy(np.arange(n).reshape(-1, 1)) for n in (2, 8, 1000)}
for n, value in found.items():
    print(f"{n} items recommended alike: {value:.4f}, by the formula {math.log(n):.4f}")
assert found[2] > found[8] > found[1000], "the behaviour has changed"
assert "-\\sum_{i=1}^{|I|} p(i) \\log p(i)" in ShannonEntropy.__doc__
PYTHON
