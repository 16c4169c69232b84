"""One-hot rows, against the reader of scikit-learn."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from sklearn.datasets import load_svmlight_file

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

RATED = """# made by hand
5 0:1 943:1
3.5 0:1 944:1
1 2:1.0 943:1  # a comment

-1 007:1 1024:1
"""


def test_ratings(read: Read, triples: Triples, cells: Cells) -> None:
    dataset = read(RATED, "train.libfm")
    found = triples(dataset)
    assert found == [("0", "943", 5.0), ("0", "944", 3.5), ("2", "943", 1.0), ("007", "1024", -1.0)]
    features, labels = load_svmlight_file(io.BytesIO(RATED.encode()), zero_based=True)
    assert [(int(user), int(item)) for user, item, _ in found] == [
        tuple(row.indices) for row in features
    ]
    assert [rating for _, _, rating in found] == labels.tolist()
    assert cells(RATED, "train.libfm").lines.tolist() == [2, 3, 4, 6]


def test_what_is_assumed_is_told(read: Read) -> None:
    dataset = read(RATED, "train.txt")
    assert ("format", "libsvm", "format") in dataset.sniffed
    assert "The first feature of a line was taken for the user" in dataset.notes[0]


def test_rows_of_another_shape(read: Read, refuse: Refuse) -> None:
    content = RATED + "4 1:1 945:0.5\n4 1:1 945:1 2000:1\n4 1:1 x:1\n4 1:1\n"
    message = refuse(content, "t.libsvm").splitlines()
    assert message[0] == "t.libsvm: 4 of 8 rows cannot be used:"
    shape = "user and item should be two features that are 1, as in '5 0:1 943:1'"
    assert message[1:5] == [
        f"  line 7: {shape}",
        "  line 8: 4 columns where 3 are expected",
        f"  line 9: {shape}",
        "  line 10: 2 columns where 3 are expected",
    ]
    dataset = read(content, "t.libsvm", on_bad="skip")
    assert len(dataset.ratings) == 4
    assert dataset.bad_rows[2].text == "4,1:1,x:1"


@pytest.mark.parametrize("name", ["t.txt", "t.svmlight"])
def test_rows_with_more_features(refuse: Refuse, name: str) -> None:
    message = refuse("5 0:1 9:1 20:0.5\n4 1:1 8:1 21:0.5\n", name)
    assert "no line is a rating and the features of a user and an item" in message


def test_users_that_are_items(refuse: Refuse) -> None:
    message = refuse("5 0:1 9:1\n4 9:1 12:1\n", "t.libsvm")
    assert "feature 9 comes first on one line and second on another" in message
