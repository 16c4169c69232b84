"""What models of sequences learn from."""

from __future__ import annotations

import numpy as np
import pytest

from recli.extras.keras.algorithms._next_item import NextItems


def cut(items, length):
    """Sequences of one user, the last one first."""
    while len(items) > 1:
        last = items[-length - 1 :]
        yield [*[-1] * (length + 1 - len(last)), *last]
        items = items[:-length]


@pytest.mark.parametrize("length", [2, 3, 7])
def test_all_that_a_user_prefers_is_cut_into_sequences_that_share_their_ends(length):
    rng = np.random.default_rng(length)
    sizes = {2: 1, 3: 0, 4: 2, 7: 15, 8: 1} | {9 + n: n for n in range(1, 12)}
    histories = {user: rng.integers(0, 50, n).tolist() for user, n in sizes.items()}
    users = np.repeat(list(histories), list(map(len, histories.values())))
    examples = NextItems(users, np.concatenate(list(histories.values())).astype(int), length)

    (before,), after = examples.batch(np.arange(len(examples)))
    found, owners = np.column_stack([before, after[:, -1]]) - 1, examples.owners
    assert np.array_equal(after[:, :-1], np.where(before[:, :-1] > 0, before[:, 1:], 0))
    several = [items for items in histories.values() if len(items) > 1]
    assert np.unique(owners).tolist() == list(range(len(several)))
    for owner, items in enumerate(several):
        assert found[owners == owner].tolist() == list(cut(items, length))
        assert np.count_nonzero(after[owners == owner]) == len(items) - 1, (
            "each once, but the first"
        )


def test_nobody_with_two_items_is_no_example():
    assert len(NextItems(np.array([0, 3]), np.array([1, 1]), 5)) == 0
    assert len(NextItems(np.array([], int), np.array([], int), 5)) == 0


def test_the_loss_is_the_negative_logarithm_of_the_share_of_what_comes_next():
    backend = pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError)
    from recli.extras.keras.algorithms._layers import next_item

    logits = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    items = np.array([[0, 0, 4], [2, 1, 3]])  # 0: no item
    shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    meant = [shares[0, 2, 3], shares[1, 0, 1], shares[1, 1, 0], shares[1, 2, 2]]
    for dtype in ("int32", "float32"):  # Keras hands targets on as the outputs are
        found = backend.keras.ops.convert_to_numpy(next_item(items.astype(dtype), logits))
        assert found == pytest.approx(-np.log(meant).mean(), rel=1e-5)
