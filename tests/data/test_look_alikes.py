"""Ids that are pointed at: alike but for case or spaces, rounded, or of nobody."""

from __future__ import annotations

import numpy as np
import pytest

from recli.data.checks.look_alikes import found
from recli.data.ids import Ids


def kinds(texts: list[str], what: str = "users") -> dict[str, int]:
    ids = Ids.of(texts)
    return {kind: n for kind, n, _ in found(what, ids, np.bincount(ids.codes(texts)))}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["ann", "Bob", "7", "B00X", "1e5", "0"], {}),
        (["ann@x.org", "Ann@X.org", "ANN@x.org", "bob"], {"look-alike-users": 2}),
        (["ann", "ann ", "bob"], {"look-alike-users": 1}),
        (["Jo  Li", "Jo Li"], {"look-alike-users": 1}),
        ([" 1", " 2", "3"], {"spaces-around-users": 2}),
        (["9.78E+12", "1e+05", "12"], {"rounded-users": 2}),
        (["NULL", "ann", "bob", "NULL"], {"no-user": 2}),
        (["0", "1", "2", "3", "4", "5"], {}),
        (["0"] * 60 + [str(n) for n in range(1, 11)], {"no-user": 60}),
        (["Guest"] * 60 + list("abcdefghij"), {"no-user": 60}),
    ],
)
def test_ids_to_look_at(texts: list[str], expected: dict[str, int]) -> None:
    assert kinds(texts) == expected


def test_both_spellings_are_shown_and_what_to_do() -> None:
    ids = Ids.of(["ann", "bob ", "bob"])
    ((_, _, alike),) = found("items", ids, np.array([1, 1, 1]))
    assert "'bob' and 'bob '" in alike
    ids = Ids.of(["N/A", "bob"])
    ((kind, n, nobody),) = found("items", ids, np.array([2, 1]))
    assert (kind, n) == ("no-item", 2)
    assert nobody.endswith("""--prepare "drop:item = 'N/A'\"""")


def test_an_id_of_the_item_table_that_nobody_rated_is_left_alone() -> None:
    ids = Ids.of(["N/A", "a"])
    assert list(found("items", ids, np.array([0, 1]))) == []
