#!/bin/sh
# Surprise: CoClustering predicts the global mean for a new user, not the item's mean that it documents.
#
# Expected: the docstring of CoClustering says that for an unknown user the prediction is the mean of
#   the item (μ_i), for an unknown item that of the user (μ_u), and that the mean of all ratings is for
#   pairs of which both are unknown.
# Happens: it is the mean of all ratings in each of the three cases, though the model has the other
#   means (`user_mean`, `item_mean`) at hand. All items look alike to a new user: a list for one is a
#   list of ties. `was_impossible` is False.
# Source: scikit-surprise 1.1.5, surprise/prediction_algorithms/co_clustering.pyx
#   (CoClustering.estimate)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
    "scikit-surprise==1.1.5" "numpy==2.4.6" "scipy==1.17.1" "pandas==2.3.3"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
import surprise

# Everybody gives item 0 one star, item 1 five and item 2 three.
rows = pd.DataFrame([(user, item, (1, 5, 3)[item]) for user in range(6) for item in range(3)])
trainset = surprise.Dataset.load_from_df(rows, surprise.Reader()).build_full_trainset()
model = surprise.CoClustering(n_cltr_u=2, n_cltr_i=2, random_state=0).fit(trainset)
print(f"Surprise {surprise.__version__}: the items have means of 1, 5 and 3, all ratings of 3")
seen = {}
for user in (0, "new"):
    seen[user] = [round(float(model.predict(user, item).est), 3) for item in (0, 1, 2, "new")]
    print(f"  user {user}: predictions for the items 0, 1, 2 and a new one:", seen[user])
assert "If the user is unknown, the prediction is" in surprise.CoClustering.__doc__
assert seen["new"] == [3, 3, 3, 3] and seen[0][:3] == [1, 5, 3], "the behaviour has changed"
PYTHON
