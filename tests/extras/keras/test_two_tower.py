"""What the two towers read, and that texts are among it."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from recli.algorithms import Configured
from recli.testing._data import small_dataset

keras = pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError).keras

GIVEN = {"n_epochs": 1, "n_factors": 4, "n_hidden": 8, "item_features": "plot"}


def test_a_batch_has_what_users_prefer_beside_the_item():
    from recli.extras.keras.algorithms.two_tower import _Pairs

    rng = np.random.default_rng(2)
    preferred = rng.random((12, 20)) * (rng.random((12, 20)) < 0.4)
    of_users, of_items = rng.random((12, 3)), rng.random((20, 2))
    pairs = _Pairs(*map(scipy.sparse.csr_array, (preferred, of_users, of_items)))
    assert len(pairs) == np.count_nonzero(preferred)
    places = rng.permutation(len(pairs))[:30]
    (items, log_share, left_out, *rest), targets = pairs.batch(places)
    users, expected_items = (found[places] for found in np.nonzero(preferred))
    assert items.tolist() == (expected_items + 1).tolist()
    assert targets.tolist() == list(range(30))
    counts = np.count_nonzero(preferred, axis=0)
    np.testing.assert_allclose(log_share, np.log(counts / len(pairs))[expected_items], atol=1e-6)
    for row, (user, item) in enumerate(zip(users, expected_items, strict=True)):
        others = preferred[user].copy()
        others[item] = 0.0
        expected = np.append(others / np.linalg.norm(others), of_users[user])
        np.testing.assert_allclose(dense(rest[:3], 23)[row], expected, atol=1e-6)
        np.testing.assert_allclose(dense(rest[3:], 2)[row], of_items[item], atol=1e-6)
        also = [preferred[user, other] > 0 for other in expected_items]
        also[row] = False
        assert left_out[row].tolist() == also


def dense(sparse_rows, n_columns):
    """The rows, number by number."""
    columns, values, starts = sparse_rows
    rows = np.zeros((len(starts), n_columns))
    for row, (start, end) in enumerate(zip(starts, [*starts[1:], len(columns)], strict=True)):
        for place in range(start, end):
            rows[row, columns[place]] += values[place]
    return rows


@pytest.mark.parametrize("lengths", [[3, 0, 2], [0, 0], [1, 4]], ids=str)
def test_a_dense_layer_of_sparse_rows_is_a_dense_layer(lengths):
    from recli.extras.keras.algorithms._batches import sparse_rows
    from recli.extras.keras.algorithms._layers import SparseDense

    rng = np.random.default_rng(0)
    starts = np.cumsum([0, *lengths])
    columns = np.concatenate([rng.choice(7, n, replace=False) for n in lengths]).astype(int)
    values = rng.normal(size=len(columns))
    rows = scipy.sparse.csr_array((values, columns, starts), (len(lengths), 7))
    layer = SparseDense(7, 5, "layer")
    inputs = [keras.ops.convert_to_tensor(each) for each in sparse_rows(rows.astype(np.float32))]
    outputs = keras.ops.convert_to_numpy(layer(inputs))
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in layer.weights)
    assert kernel.shape == (7, 5)
    np.testing.assert_allclose(outputs, rows.toarray() @ kernel + bias, atol=1e-6)


def test_texts_are_features_as_those_of_content_are():
    trainset = small_dataset().trainset(np.arange(900))
    widths = [
        Configured.of("two-tower", GIVEN | given).create(0).fit(trainset)._of_items().shape[1]
        for given in ({}, {"text_terms": 6}, {"text_factors": 4}, {"text_stop_words": True})
    ]
    words = {word for plot in small_dataset().items.columns["plot"] for word in plot.split()}
    terms = {word.lower() for word in words if len(word) > 1}
    assert widths == [len(terms), 6, 4, len(terms - {"and"})]
