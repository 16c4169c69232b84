"""Matrix Market, against the reader of SciPy."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import scipy.io
import scipy.sparse

from recli.data.dataset import Dataset
from recli.data.formats._base import TextTable

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Cells = Callable[..., TextTable]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

BANNER = "%%MatrixMarket matrix coordinate real general\n"
RATED = f"""{BANNER}% made by hand
%
 4 3 5
1 1 4.5
1 3  3
2 1 5e-1
4 2 -1

4 3 0
"""


def test_ratings(read: Read, triples: Triples) -> None:
    dataset = read(RATED, "ratings.mtx")
    matrix = scipy.io.mmread(io.StringIO(RATED), spmatrix=False)
    wanted = zip(matrix.row + 1, matrix.col + 1, matrix.data, strict=True)
    assert triples(dataset) == [(str(user), str(item), value) for user, item, value in wanted]
    assert ("format", "matrix-market", "format") in dataset.sniffed


def test_what_scipy_writes(read: Read) -> None:
    made = scipy.sparse.random_array((50, 40), density=0.1, rng=0)
    buffer = io.BytesIO()
    scipy.io.mmwrite(buffer, made, symmetry="general")
    ratings = read(buffer.getvalue(), "r.txt").ratings
    users = ratings.user_ids.text[ratings.users].astype(int) - 1
    items = ratings.item_ids.text[ratings.items].astype(int) - 1
    found = scipy.sparse.coo_array((ratings.values, (users, items)), made.shape)
    assert abs(found - made).max() == 0
    assert len(ratings) == made.nnz


def test_a_pattern_has_no_ratings(cells: Cells) -> None:
    table = cells(BANNER.replace("real", "pattern") + "2 2 2\n1 2\n2 1\n", "clicks.mtx")
    assert table.names == ["user", "item"]
    assert table.columns["item"].to_pylist() == ["2", "1"]
    assert table.lines.tolist() == [3, 4]


def test_entries_outside_the_matrix(read: Read, refuse: Refuse) -> None:
    content = BANNER + "2 2 5\n1 1 5\n3 1 4\n1 0 3\n1.5 1 3\n2 2\n"
    message = refuse(content, "r.mtx").splitlines()
    assert message[1:5] == [
        "  line 4: its row is not one of 1 to 2",
        "  line 5: its column is not one of 1 to 2",
        "  line 6: its row is not one of 1 to 2",
        "  line 7: 2 columns where 3 are expected",
    ]
    assert len(read(content, "r.mtx", on_bad="skip").ratings) == 1


def test_a_matrix_that_is_cut_off(refuse: Refuse) -> None:
    message = refuse("\n".join(RATED.splitlines()[:-2]) + "\n", "r.mtx")
    assert "line 4 says that there are 5 entries, and there are 4" in message


@pytest.mark.parametrize(
    "kind", ["array real general", "coordinate real symmetric", "coordinate complex general"]
)
def test_other_matrices(refuse: Refuse, kind: str) -> None:
    message = refuse(f"%%MatrixMarket matrix {kind}\n2 2 1\n1 1 5\n", "r.mtx")
    assert f"is a matrix '{kind}'" in message


def test_what_is_no_matrix(refuse: Refuse) -> None:
    assert "does not begin as" in refuse("1 2 3\n", "r.mtx")
    assert "line 2 should say the numbers" in refuse(BANNER + "1 2 x\n", "r.mtx")
    assert "line 2 should say the numbers" in refuse(BANNER, "r.mtx")
