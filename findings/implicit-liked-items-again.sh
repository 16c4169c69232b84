#!/bin/sh
# implicit: items that a user has liked are recommended again although they are to be filtered out.
#
# Expected: the docstring of recommend says of filter_already_liked_items: "When true, don't return
#   items present in the training set that were rated by the specified user", and it is on by default.
#   Where too few others are left, the list is shorter, or its end is marked, as by -1.
# Happens: CosineRecommender (and TF-IDF and BM25) sets the score of liked items to 0 and leaves them
#   in: a user whose items have no other neighbours is recommended just those, with a score of 0 and no
#   mark. AlternatingLeastSquares (and BPR and LMF) lets them through with the least float for a score,
#   and beyond the catalogue it repeats item 0 with a score of 0, which is more than theirs. Who sorts
#   by score or counts hits meets items that nobody recommended.
# Source: implicit 0.7.3, implicit/nearest_neighbours.py and its scorer,
#   implicit/_nearest_neighbours.pyx (`recommend`: remove_own_likes);
#   implicit/cpu/matrix_factorization_base.py, implicit/cpu/topk.pyx
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
from implicit.nearest_neighbours import CosineRecommender

# The last user has liked the items 3 and 4, which nobody else has.
likes = [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [0, 0, 0, 1, 1]]
likes = scipy.sparse.csr_matrix(np.array(likes, np.float32))
print(f"implicit {implicit.__version__}: a user has liked the items 3 and 4 of 0 to 4")
seen = {}
for model in (CosineRecommender(), AlternatingLeastSquares(factors=2, num_threads=1, random_state=1)):
    model.fit(likes, show_progress=False)
    for length in (2, 5, 7):
        items, scores = model.recommend(3, likes[3], N=length, filter_already_liked_items=True)
        name = type(model).__name__
        seen[name, length] = items.tolist(), scores.tolist()
        print(f"  {name}, {length} asked:", *(f"{i} ({s:.2g})" for i, s in zip(items, scores)))
assert seen["CosineRecommender", 2] == ([4, 3], [0, 0]), "the behaviour has changed"
items, scores = seen["AlternatingLeastSquares", 7]
assert set(items[3:5]) == {3, 4} and max(scores[3:5]) < -1e38, "the behaviour has changed"
assert items[5:] == [0, 0] and scores[5:] == [0, 0], "the behaviour has changed"
PYTHON
