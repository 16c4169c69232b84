#!/bin/sh
# SciPy reads or refuses a row of an ARFF file by how the first row is spaced.
#
# Expected: the description of the format says that a comma may be followed by spaces, so that the row
#   '2, b, 3' holds the values 2, b and 3, whatever stands above it.
# What happens: loadarff takes from the first row whether spaces count. Below '1, b, 3' the row is read;
#   below '1,b,3' it raises ValueError, because ' b' is none of the values of the attribute. '1, b,3' is
#   refused even alone.
# Source: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/ (The ARFF Data Section)
#
# Exits with 0 while SciPy behaves so, with 1 when it does not any more.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.0 scipy==1.17.1
"$folder/env/bin/python" - <<'END'
import io
import sys

import scipy
from scipy.io.arff import loadarff

HEAD = """@relation ratings
@attribute user numeric
@attribute item {a,b}
@attribute rating numeric
@data
"""
print("SciPy", scipy.__version__)
outcomes = []
for rows in ("1, b, 3\n2, b, 3\n", "1,b,3\n2, b, 3\n", "1, b,3\n"):
    try:
        found, _ = loadarff(io.StringIO(HEAD + rows))
        outcomes.append("read")
        print(repr(rows), "is", found.tolist())
    except ValueError as error:
        outcomes.append("refused")
        print(repr(rows), "raises ValueError:", error)
if outcomes != ["read", "refused", "refused"]:
    sys.exit("SciPy behaves otherwise now.")
END
