#!/bin/sh
# pyarrow reads a CSV column of texts such as 0x10 and 0X2a as whole numbers.
#
# One would expect a column of hexadecimal ids (of devices, sessions, hashed items) to stay text, as
# pandas' own reader leaves it, or at least that all of pyarrow agrees. Instead
# pyarrow.csv.read_csv infers int64, and the ids come out as 16, 31, 42: their text is gone, '0x2a' and
# '0X2A' are one item, and a join with an item table read by another library finds none of them. A text
# cast to int64 does the same, while one cast to float64, and '+5' cast to int64, are refused.
#
# Source: apache/arrow, pull request 11161 (ARROW-12657), which taught the conversion of text to integers
# hexadecimal ones; inference of types in CSV tries that conversion first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyarrow==26.0.0 pandas==3.0.0
printf 'item,rating\n0x10,4\n0x1F,5\n0X2a,3\n0x2A,1\n' > "$folder/ratings.csv"
"$folder/venv/bin/python" - "$folder/ratings.csv" <<'PYTHON'
import sys

import pandas
import pyarrow
import pyarrow.csv

print("pyarrow", pyarrow.__version__, "pandas", pandas.__version__)
table = pyarrow.csv.read_csv(sys.argv[1])
print("pyarrow:", table["item"].type, table["item"].to_pylist())
print("pandas: ", pandas.read_csv(sys.argv[1])["item"].tolist())
hexadecimal, signed = pyarrow.array(["0x10"]), pyarrow.array(["+5"])
refused = []
for texts, kind in ((hexadecimal, pyarrow.float64()), (signed, pyarrow.int64())):
    try:
        texts.cast(kind)
    except pyarrow.ArrowInvalid as error:
        refused.append(str(error))
print("refused:", refused)
assert table["item"].to_pylist() == [16, 31, 42, 42]
assert pandas.read_csv(sys.argv[1])["item"].tolist() == ["0x10", "0x1F", "0X2a", "0x2A"]
assert hexadecimal.cast(pyarrow.int64()).to_pylist() == [16] and len(refused) == 2
PYTHON
