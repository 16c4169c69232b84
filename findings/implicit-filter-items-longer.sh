#!/bin/sh
# implicit: filter_items makes the list of CosineRecommender longer than asked.
#
# Expected: the docstring of recommend says of N: "The number of results to return", and of filter_items
#   that they are left out of the output: three asked are three, as by AlternatingLeastSquares.
# Happens: CosineRecommender (and TF-IDF and BM25) asks its scorer for N and as many more as are to be
#   filtered and cuts the rest at `[:N]`, but N itself has been raised by then, so nothing is cut. With
#   three asked and five filtered that are not among the best there are eight. Precision and hit rate of
#   "top 3" are then those of other lengths, and the longer the list of filtered items is, the higher
#   the hit rate.
# Source: implicit 0.7.3, implicit/nearest_neighbours.py (ItemItemRecommender.recommend: N +=
#   len(filter_items))
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "implicit==0.7.3" "numpy==2.2.6" "scipy==1.15.3"
OPENBLAS_NUM_THREADS=1 "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import implicit
import numpy as np
import scipy.sparse
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

likes = scipy.sparse.random(60, 40, density=0.3, format="csr", dtype=np.float32, random_state=0)
print(f"implicit {implicit.__version__}: three asked, and none, one and five others are filtered")
seen = {}
als = AlternatingLeastSquares(factors=4, num_threads=1, random_state=1)
for model in (als, CosineRecommender(), BM25Recommender()):
    model.fit(likes, show_progress=False)
    last = model.recommend(0, likes[0], N=20)[0][-5:]
    lists = [model.recommend(0, likes[0], N=3, filter_items=out)[0] for out in (None, last[:1], last)]
    assert all(list(each[:3]) == list(lists[0]) for each in lists)
    seen[type(model).__name__] = [len(each) for each in lists]
    print(f"  {type(model).__name__}: lists of {seen[type(model).__name__]}")
assert seen.pop("AlternatingLeastSquares") == [3, 3, 3], "the behaviour has changed"
assert all(lengths == [3, 4, 8] for lengths in seen.values()), "the behaviour has changed"
PYTHON
