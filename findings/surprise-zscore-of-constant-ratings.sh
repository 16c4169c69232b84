#!/bin/sh
# Surprise: KNNWithZScore predicts the highest rating of the scale where everybody has rated alike.
#
# Expected: where every rating is 3 on a scale from 1 to 5, the prediction is 3, as by KNNBasic and
#   KNNWithMeans. KNNWithZScore knows users without deviation: it takes the deviation of all ratings for
#   theirs (`overall_sigma`).
# Happens: that is 0 too, so that the z-score is 0 / 0. numpy warns of NaN and goes on, and the clipping to
#   the scale makes the highest rating of NaN: `min(5, nan)` is 5 in Python. `was_impossible` is False.
# Source: scikit-surprise 1.1.5, surprise/prediction_algorithms/knns.py (KNNWithZScore.estimate),
#   surprise/prediction_algorithms/algo_base.py (AlgoBase.predict)
#
# Exits with 0 while Surprise behaves so, with 1 when it does not any more.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check \
    scikit-surprise==1.1.5 numpy==2.2.6 pandas==2.2.3
"$folder/env/bin/python" -W ignore - <<'END'
import sys

import pandas as pd
import surprise

rows = pd.DataFrame([(u, i, 3) for u in range(6) for i in range(8) if (u + i) % 3])
data = surprise.Dataset.load_from_df(rows, surprise.Reader(rating_scale=(1, 5)))
trainset = data.build_full_trainset()
print("Surprise", surprise.__version__)
found = {}
for kind in (surprise.KNNBasic, surprise.KNNWithMeans, surprise.KNNWithZScore):
    prediction = kind(verbose=False).fit(trainset).predict(0, 0)
    found[kind.__name__] = float(prediction.est)
    print(kind.__name__, "predicts", prediction.est, prediction.details)
sys.exit(found != {"KNNBasic": 3.0, "KNNWithMeans": 3.0, "KNNWithZScore": 5.0})
END
