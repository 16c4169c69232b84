#!/bin/sh
# implicit: LogisticMatrixFactorization is documented to ignore weights, and learns from them.
#
# Expected: the docstring of LogisticMatrixFactorization.fit says of `user_items`: "BPR ignores the weight
#   value of the matrix right now - it treats non zero entries as a binary signal that the user liked the
#   item." So counts of 1 and counts of 1 to 9 give the same factors, as they do in
#   BayesianPersonalizedRanking, whose docstring has the same words.
# Happens: the factors differ by far. The words were copied from BPR and are wrong here: the counts are
#   confidences, as in Johnson 2014. Who passes raw counts because of them gets another model.
# Source: implicit 0.7.3, implicit/cpu/lmf.pyx (`fit`), implicit/cpu/bpr.pyx (`fit`)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "implicit==0.7.3" "numpy==2.2.6" "scipy==1.15.3"
OPENBLAS_NUM_THREADS=1 "$folder/venv/bin/python" - <<'PYTHON'
import implicit
import numpy as np
import scipy.sparse
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.cpu.lmf import LogisticMatrixFactorization

rng = np.random.default_rng(0)
ones = scipy.sparse.random(60, 40, density=0.2, format="csr", dtype=np.float32, random_state=1)
ones.data[:] = 1
counts = ones.copy()
counts.data[:] = rng.integers(1, 10, counts.nnz)


def apart(kind):
    """The largest difference of item factors that counts make."""
    factors = []
    for matrix in (ones, counts):
        model = kind(factors=8, iterations=10, num_threads=1, random_state=3)
        model.fit(matrix, show_progress=False)
        factors.append(model.item_factors)
    return float(np.abs(factors[0] - factors[1]).max())


bpr, lmf = apart(BayesianPersonalizedRanking), apart(LogisticMatrixFactorization)
print(f"implicit {implicit.__version__}: counts change factors of BPR by {bpr:g}, of LMF by {lmf:g}")
said = "ignores the weight value" in LogisticMatrixFactorization.fit.__doc__
print(f"The docstring of LMF says that weights are ignored: {said}")
assert bpr == 0 and lmf > 0.01 and said, "the behaviour has changed"
PYTHON
