#!/bin/sh
# Keras RS: a ranking metric with shuffle_ties=False shuffles ties all the same.
#
# Expected: the docstring of the ranking metrics says of shuffle_ties: "Whether to randomly shuffle
#   scores before sorting." With False, equal scores keep their order, as the function beneath promises
#   too (get_shuffled_indices: "otherwise, order is preserved"), and the same predictions have one
#   value.
# Happens: metrics with shuffle_ties=False say another value each time. update_state always makes a
#   mask, of labels that are not negative, and where there is a mask, sort_by_scores calls
#   get_shuffled_indices with a literal shuffle_ties=True. A seed alone makes the values the same from
#   run to run.
# Source: keras-rs 0.4.0 on Keras 3.15.1, keras_rs/src/metrics/ranking_metrics_utils.py
#   (`sort_by_scores`), keras_rs/src/metrics/ranking_metric.py (`update_state`)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
    "keras-rs==0.4.0" "keras==3.15.1" "jax==0.10.2" "jaxlib==0.10.2" "numpy==2.4.6"
KERAS_BACKEND=jax "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import keras
import keras_rs
import numpy as np
from keras_rs.src.metrics.ranking_metrics_utils import sort_by_scores

# Of six items with the same score the first is relevant.
labels, scores = np.array([[1.0, 0, 0, 0, 0, 0]]), np.full((1, 6), 0.5)
print(f"Keras RS {keras_rs.__version__} on Keras {keras.__version__}, shuffle_ties=False, 20 times")
changing = []
for kind in (keras_rs.metrics.NDCG, keras_rs.metrics.MeanReciprocalRank, keras_rs.metrics.PrecisionAtK):
    values = set()
    for seed in range(20):
        metric = kind(k=1, shuffle_ties=False, seed=seed)
        metric.update_state(labels, scores)
        values.add(round(float(metric.result()), 3))
    print(f"  {kind.__name__}: values {sorted(values)}")
    changing.append(len(values) > 1)
places = np.arange(6.0)[None]
kept = [(sort_by_scores([places], scores, shuffle_ties=False)[0] == places).all() for _ in range(20)]
print("  sort_by_scores without a mask keeps the order:", all(kept))
assert all(changing) and all(kept), "the behaviour has changed"
PYTHON
