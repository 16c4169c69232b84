"""What everything keeps to that makes other lists than the scores alone give."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

import numpy as np
import pytest

from recli import params
from recli.algorithms import Configured
from recli.models import model as models
from recli.models.model import FittedModel
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.rerankers import Reranker
from recli.testing._data import small_dataset
from recli.testing._expected import check_declarations, global_random_state

_N = 10


class RerankerContract:
    """The tests of a reranker; a subclass says which.

    Attributes:
        reranker: The class.
        options: Those with which it is tested; by default none, so all are as by default. The items of
            the data have genres, a year and a plot.
    """

    reranker: ClassVar[type[Reranker]]
    options: ClassVar[dict[str, object]] = {}

    @pytest.fixture
    def subject(self) -> type[Reranker]:
        """The class under test."""
        return self.reranker

    @pytest.fixture
    def given(self, subject: type[Reranker]) -> dict[str, Any]:
        """Its options, the others as by default."""
        return params.resolve(subject.parameters, self.options, "it", "reranker")

    @pytest.fixture
    def found(self, subject: type[Reranker], given: dict[str, Any]) -> Reranker:
        """The reranker under test."""
        return subject.of(_model(), _model(), 0, **given)

    def test_says_what_it_is(self, subject: type[Reranker], given: dict[str, Any]) -> None:
        assert issubclass(subject, Reranker), "it is to be a recli.ranking.rerankers.Reranker"
        assert subject.__doc__
        assert isinstance(subject.position, int)
        check_declarations(subject.parameters)
        subject.check(_model(), **given)

    @pytest.mark.parametrize("n", [1, 3, _N, 1000])
    def test_the_pool_is_long_enough_and_within_the_catalogue(
        self, found: Reranker, n: int
    ) -> None:
        n_catalogue = _model().trainset.n_catalogue
        assert min(n, n_catalogue) <= found.pool(n, n_catalogue) <= n_catalogue

    def test_gives_items_that_it_was_given_each_once_with_their_scores(
        self, found: Reranker
    ) -> None:
        pool = _lists(found)
        given = found(pool, _N)
        np.testing.assert_array_equal(given.users, pool.users)
        assert given.items.dtype == pool.items.dtype
        assert given.items.shape == given.scores.shape
        for row in range(len(pool.users)):
            scores = dict(zip(pool.items[row].tolist(), pool.scores[row].tolist(), strict=True))
            there = given.items[row] >= 0
            listed = given.items[row, there].tolist()
            assert len(set(listed)) == len(listed), "an item is listed twice"
            assert set(listed) <= scores.keys() - {-1}, "an item was not among those given"
            assert [scores[item] for item in listed] == given.scores[row, there].tolist()
            assert np.isnan(given.scores[row, ~there]).all()
            assert (np.diff(there.astype(int)) <= 0).all(), "a gap in a list"

    def test_the_same_again(
        self, subject: type[Reranker], given: dict[str, Any], found: Reranker
    ) -> None:
        pool = _lists(found)
        with global_random_state(3):
            one = found(pool, _N)
            two = subject.of(_model(), _model(), 0, **given)(pool, _N)
        np.testing.assert_array_equal(one.items, two.items)
        np.testing.assert_array_equal(one.scores, two.scores)

    def test_a_user_alone_has_the_same_list(self, found: Reranker) -> None:
        pool = _lists(found)
        together = found(pool, _N).items[:, :_N]
        for row in (0, 3):
            of_user = slice(row, row + 1)
            alone = RankedLists(pool.users[of_user], pool.items[of_user], pool.scores[of_user])
            np.testing.assert_array_equal(found(alone, _N).items[:, :_N], together[of_user])

    def test_lists_stay_as_they_are(self, found: Reranker) -> None:
        pool = _lists(found)
        for array in (pool.users, pool.items, pool.scores):
            array.flags.writeable = False
        found(pool, _N)

    def test_short_and_empty_lists_are_no_problem(self, found: Reranker) -> None:
        pool = _lists(found)
        items, scores = pool.items.copy(), pool.scores.copy()
        for row, length in enumerate((0, 1, 2)):
            items[row, length:], scores[row, length:] = -1, np.nan
        given = found(RankedLists(pool.users, items, scores), _N)
        assert [np.count_nonzero(given.items[row] >= 0) <= row for row in range(3)] == [True] * 3
        assert (given.items[0] == -1).all()

    def test_measures_are_a_number_for_each_list(self, found: Reranker) -> None:
        lists = found(_lists(found), _N).cut(_N)
        for name, measure in found.measures().items():
            values = measure(lists)
            assert values.dtype == np.float64, name
            assert values.shape == lists.users.shape, name
            assert not np.isinf(values).any(), name


@functools.cache
def _model() -> FittedModel:
    return models.train(small_dataset(), Configured.of("svd", {"n_epochs": 3, "n_factors": 8}), 0)


def _lists(found: Reranker) -> RankedLists:
    """What the reranker is to see: the best of the scores of five users, as many as it asks for."""
    users = np.arange(5, dtype=np.int32)
    trainset = _model().trainset
    inner = _model().algorithm.score_users(trainset.inner_users[users])
    scores = np.empty_like(inner)
    scores[:, trainset.item_codes] = inner
    size = found.pool(_N, trainset.n_catalogue)
    items = np.argsort(-scores, axis=1, kind="stable")[:, :size].astype(np.int32)
    return RankedLists(users, items, np.take_along_axis(scores, items, axis=1))
