"""Lists without all scores are those of all scores."""

from dataclasses import replace

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.models import model as models
from recli.models.fold_in import Rated, fold_in
from recli.models.model import FittedModel
from recli.ranking import by_norm
from recli.ranking.list_options import ListOptions
from recli.ranking.lists import recommend, with_scores
from recli.ranking.request import Request, request_of
from recli.testing import small_dataset

SKEWED, ALIKE = 1.5, 0.0


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return small_dataset()


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_norm, "FROM_ITEMS", 10)
    monkeypatch.setattr(by_norm, "_BLOCK", 4)
    monkeypatch.setattr(by_norm, "_SHARE", 1)


def fitted(dataset: Dataset, name: str, spread: float, repeat: int = 1) -> FittedModel:
    """A model whose item factors are drawn, with norms spread as told, each row `repeat` times."""
    model = models.train(dataset, Configured.of(name), 0)
    algorithm, rng = model.algorithm, np.random.default_rng(3)
    for attribute in ("item_factors", "qi"):
        if hasattr(algorithm, attribute):
            old = getattr(algorithm, attribute)
            new = rng.standard_normal(old.shape) * np.exp(
                spread * rng.standard_normal((len(old), 1))
            )
            new[rng.random(len(old)) < 0.1] = 0.0
            setattr(algorithm, attribute, np.repeat(new, repeat, axis=0)[: len(old)])
    return model


def lists(model: FittedModel, request: Request, exact: bool) -> tuple[np.ndarray, np.ndarray]:
    made = (
        [ranked for ranked, _ in with_scores(model, request)]
        if exact
        else list(recommend(model, request))
    )
    return np.concatenate([m.items for m in made]), np.concatenate([m.scores for m in made])


def check_same(model: FittedModel, request: Request) -> None:
    assert by_norm.can_search(model, request)
    (items, scores), (same_items, same_scores) = (lists(model, request, e) for e in (True, False))
    np.testing.assert_array_equal(same_items, items)
    np.testing.assert_allclose(same_scores, scores, rtol=1e-9)


@pytest.mark.parametrize("spread", [SKEWED, ALIKE])
@pytest.mark.parametrize("name", ["ials", "bpr", "svd"])
@pytest.mark.parametrize("exclude_seen", [True, False])
def test_lists_are_those_of_all_scores(
    dataset: Dataset, name: str, spread: float, exclude_seen: bool
) -> None:
    model = fitted(dataset, name, spread)
    users = np.arange(dataset.ratings.n_users, dtype=np.int32)
    check_same(model, Request(users, 5, exclude_seen=exclude_seen))


def test_equal_scores_are_in_the_same_order(dataset: Dataset) -> None:
    model = fitted(dataset, "ials", SKEWED, repeat=4)
    factors = np.round(model.algorithm.item_factors)  # whole, so that products are exact
    model.algorithm.item_factors = factors
    model.algorithm.user_factors = np.round(4 * model.algorithm.user_factors)
    check_same(model, Request(np.arange(40, dtype=np.int32), 5))


def test_filters_and_what_is_withheld_are_honoured(dataset: Dataset) -> None:
    model = fitted(dataset, "ials", SKEWED)
    n = model.trainset.n_catalogue
    rng = np.random.default_rng(0)
    users = np.arange(30, dtype=np.int32)[::-1]
    candidates = rng.random(n) < 0.4
    withheld = np.sort(rng.choice(dataset.ratings.n_users * n, 2000, replace=False))
    request = Request(users, 5, candidates=candidates, withheld=withheld)
    check_same(model, request)
    items, _ = lists(model, request, exact=False)
    found = items[items >= 0]
    assert len(found) > 30
    assert candidates[found].all()
    assert not np.isin(users[np.nonzero(items >= 0)[0]] * n + found, withheld).any()


def test_where_filters_leave_few_all_items_are_scored(dataset: Dataset) -> None:
    model = fitted(dataset, "ials", SKEWED)
    candidates = np.zeros(model.trainset.n_catalogue, bool)
    candidates[:3] = True
    check_same(model, Request(np.arange(20, dtype=np.int32), 5, candidates=candidates))


def test_lists_are_reranked_alike(dataset: Dataset) -> None:
    model = fitted(dataset, "ials", SKEWED)
    users = np.arange(20, dtype=np.int32)
    check_same(model, request_of(ListOptions(diversify=0.4), model, users, 3))


def test_a_search_that_is_given_up_gives_the_same(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_norm, "_SHARE", 6)
    model = fitted(dataset, "ials", ALIKE)
    request = Request(np.arange(30, dtype=np.int32), 2)
    assert (by_norm.searched(model, request).items < 0).any()
    check_same(model, request)


def test_few_items_are_scored_where_norms_differ(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_norm, "_SHARE", 2)
    model = fitted(dataset, "ials", 3.0)
    found = by_norm.searched(model, Request(np.arange(30, dtype=np.int32), 2, exclude_seen=False))
    assert (found.items >= 0).all()  # none was given up: half of the catalogue was not scored


def test_somebody_folded_in_gets_the_same(dataset: Dataset) -> None:
    model = fitted(dataset, "ials", SKEWED)
    by_norm.prepare(model)
    rated = Rated(np.array([3, 5, 8], np.int32), np.array([5.0, 4.0, 5.0]))
    folded, code = fold_in(model, rated)
    check_same(folded, Request(np.array([code], np.int32), 5))


def test_one_user_is_not_worth_putting_items_in_order(dataset: Dataset) -> None:
    model, one = fitted(dataset, "ials", SKEWED), Request(np.array([0], np.int32), 5)
    assert not by_norm.can_search(model, one)
    by_norm.prepare(model)
    assert by_norm.can_search(model, one)
    assert not by_norm.can_search(model, replace(one, sort="lower-bound"))


def test_scores_that_are_no_products_are_all_made(dataset: Dataset) -> None:
    model = models.train(dataset, Configured.of("item-knn"), 0)
    by_norm.prepare(model)
    assert not by_norm.can_search(model, Request(np.arange(30, dtype=np.int32), 5))
