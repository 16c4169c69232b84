#!/bin/sh
# usearch: a matrix of queries with a single row is answered as one vector, in another shape and class.
#
# Expected: the docstring of Index.search promises Matches "For single queries" and BatchMatches for
#   batches, and the array tells them apart by its dimensions: one of shape (8,) is a query, a matrix a
#   batch. So keys are of shape (rows, count) for any number of rows, as in Faiss and scikit-learn.
# Happens: it is so for no rows and for two, but a matrix of one row gives one-dimensional Matches, as a
#   vector does. `found.keys[:, 0]` fails and len(found) is the count of matches, not of queries: a loop
#   over batches breaks, or goes wrong, where one query is left for the last.
# Source: usearch 2.26.6, usearch/index.py (`_search_in_compiled`: `distill_batch` asks for the number of
#   rows after a vector has been made a matrix), also by `search` with exact=True
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "usearch==2.26.6" "numkong==7.8.6" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import usearch
from usearch.index import Index, search

vectors = np.random.default_rng(0).normal(size=(20, 8)).astype(np.float32)
index = Index(ndim=8, metric="cos")
index.add(np.arange(20), vectors)
print("usearch", usearch.__version__)
seen = {}
for queries in (vectors[0], vectors[:0], vectors[:1], vectors[:2]):
    found = index.search(queries, 3)
    seen[queries.shape] = (type(found).__name__, found.keys.shape, len(found))
    print(f"queries {queries.shape}: {seen[queries.shape]}")
exact = search(vectors, vectors[:1], 3, exact=True).keys.shape
print("queries (1, 8) of the function search, exact: keys", exact)
batches = seen[0, 8] == ("BatchMatches", (0, 3), 0) and seen[2, 8] == ("BatchMatches", (2, 3), 2)
assert batches and seen[1, 8] == seen[8,] == ("Matches", (3,), 3) and exact == (3,), "it has changed"
PYTHON
