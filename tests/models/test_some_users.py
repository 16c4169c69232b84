"""A model of some users ranks for them as the whole model does."""

from __future__ import annotations

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.models.model import save, train
from recli.models.some_users import SomeUsers
from recli.ranking.lists import recommend
from recli.ranking.request import Request
from recli.testing import small_dataset


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("ease", {}),
        ("item-knn", {"k": 5}),
        ("rp3beta", {}),
        ("slim", {}),
        ("most-popular", {}),
        ("baseline-only", {}),
        ("svd", {"n_epochs": 2}),
        ("svdpp", {"n_epochs": 1}),
        ("nmf", {"n_epochs": 2}),
    ],
)
def test_the_lists_are_the_same(tmp_path, name, params):
    dataset = small_dataset()
    model = train(dataset, Configured.of(name, params), 0)
    some = SomeUsers.of(model, save(model, tmp_path, "whole"))
    if some is None:
        assert name == "ease"  # over users, whose products with each other it takes
        return
    n_users = len(dataset.ratings.user_ids)
    users = np.arange(n_users - 1, 2, -3, dtype=np.int32)
    part = some.model(users)
    assert len(part.trainset.ratings) < len(dataset.ratings)
    assert set(part.trainset.ratings.users) == set(users)
    [whole], [own] = (list(recommend(one, Request(users, 4), threads=1)) for one in (model, part))
    assert np.array_equal(own.items, whole.items)
    np.testing.assert_allclose(own.scores, whole.scores, rtol=1e-12)


def test_who_needs_the_ratings_of_all_has_none(tmp_path):
    model = train(small_dataset(), Configured.of("knn-basic"), 0)
    assert SomeUsers.of(model, save(model, tmp_path, "whole")) is None
