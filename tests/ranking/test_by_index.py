"""Lists by an index: what is found has its score and its order, and what is filtered is not in it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.models import archive
from recli.models import model as models
from recli.models.fold_in import Rated, fold_in
from recli.models.item_index import ItemIndex
from recli.models.model import FittedModel
from recli.ranking import by_index
from recli.ranking.indexing import check, indexed
from recli.ranking.list_options import ListOptions
from recli.ranking.lists import recommend, with_scores
from recli.ranking.request import Request, request_of
from recli.testing import small_dataset


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return small_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> FittedModel:
    found, recall = indexed(models.train(dataset, Configured.of("ials"), 0))
    assert found.index is not None and recall >= 0.99
    return found


class Some:
    """A graph that finds the items of even inner ids alone, and counts how often it is asked."""

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors, self.asked = vectors, list[int]()

    def nearest(self, vectors: np.ndarray, n: int) -> np.ndarray:
        self.asked.append(n)
        scores = np.nan_to_num(vectors @ self.vectors.T, nan=-np.inf)
        scores[:, 1::2] = -np.inf
        order = np.argsort(-scores, axis=1)[:, :n]
        found = np.where(np.take_along_axis(scores, order, axis=1) > -np.inf, order, -1)
        short = n - found.shape[1]
        return np.pad(found, ((0, 0), (0, max(0, short))), constant_values=-1)

    def write(self, path: Path) -> None:
        raise NotImplementedError


def by_half(model: FittedModel, depth: int = 4) -> tuple[FittedModel, Some]:
    some = Some(model.algorithm.item_vectors(np.arange(model.trainset.n_catalogue)))
    return dataclasses.replace(model, index=ItemIndex(some, depth, 1.0, 1)), some


def lists(model: FittedModel, request: Request) -> tuple[np.ndarray, np.ndarray]:
    made = list(recommend(model, request))
    return np.concatenate([m.items for m in made]), np.concatenate([m.scores for m in made])


def expected(model: FittedModel, request: Request, found: np.ndarray) -> np.ndarray:
    """The lists of all scores, if only the items `found`, bool[n_catalogue], are candidates."""
    allowed = found if request.candidates is None else found & request.candidates
    request = dataclasses.replace(request, candidates=allowed)
    return np.concatenate([ranked.items for ranked, _ in with_scores(model, request)])


@pytest.mark.parametrize("exclude_seen", [True, False])
def test_what_is_found_is_ranked_as_ever(model: FittedModel, exclude_seen: bool) -> None:
    half, _ = by_half(model)
    n, users = model.trainset.n_catalogue, np.arange(40, dtype=np.int32)
    even = model.trainset.inner_items % 2 == 0
    withheld = np.sort(np.random.default_rng(0).choice(40 * n, 40 * n // 5, replace=False))
    request = Request(users, 3, exclude_seen=exclude_seen, withheld=withheld)
    full = by_index.searched(half, request).items[:, -1] >= 0
    assert full.sum() > 20
    items, scores = lists(half, request)
    np.testing.assert_array_equal(items[full], expected(model, request, even)[full])
    inner = model.trainset.inner_users[users].repeat(3), model.trainset.inner_items[items.ravel()]
    np.testing.assert_allclose(
        scores.ravel(), model.algorithm.predict_pairs(*inner, clip=False), rtol=1e-9
    )


def test_where_filters_eat_candidates_more_are_asked_for_and_then_all_are_scored(
    model: FittedModel,
) -> None:
    half, some = by_half(model)
    users = np.arange(30, dtype=np.int32)
    last = np.zeros(model.trainset.n_catalogue, bool)
    last[np.argsort(model.trainset.ratings.item_counts)[:40]] = True
    request = Request(users, 3, candidates=last, exclude_seen=False)
    items, _ = lists(half, request)
    assert len(set(some.asked)) > 1 and max(some.asked) > 4 * min(some.asked) - 1
    assert last[items].all()
    odd = last & (model.trainset.inner_items % 2 == 1)
    only = Request(users, 3, candidates=odd, exclude_seen=False)
    np.testing.assert_array_equal(lists(half, only)[0], expected(model, only, odd))


def test_lists_are_reranked(model: FittedModel) -> None:
    half, _ = by_half(model, depth=200)
    users = np.arange(20, dtype=np.int32)
    request = request_of(ListOptions(diversify=0.4), model, users, 3)
    even = model.trainset.inner_items % 2 == 0
    full = by_index.searched(half, request).items[:, -1] >= 0
    assert full.any()
    np.testing.assert_array_equal(
        lists(half, request)[0][full], expected(model, request, even)[full]
    )


def test_a_user_without_factors_and_another_order_take_all_scores(model: FittedModel) -> None:
    half, some = by_half(model)
    assert not by_index.can_search(half, Request(np.arange(3), 5, sort="lower-bound"))
    algorithm = model.algorithm
    zeroed = np.array(algorithm.user_factors)
    zeroed[0] = 0.0
    changed = dataclasses.replace(half, algorithm=_with(algorithm, zeroed))
    user = model.trainset.user_codes[[0]].astype(np.int32)
    some.asked.clear()
    items, _ = lists(changed, Request(user, 5))
    assert some.asked == []
    plain = dataclasses.replace(changed, index=None)
    np.testing.assert_array_equal(items, lists(plain, Request(user, 5))[0])


def _with(algorithm, factors):
    import copy

    other = copy.copy(algorithm)
    other.user_factors = factors
    return other


def test_the_library_finds_the_largest_products() -> None:
    rng = np.random.default_rng(0)
    vectors, queries = rng.standard_normal((3000, 8)), rng.standard_normal((50, 8))
    keys = rng.permutation(5000)[:3000]
    graph = registry.room("ann", "codes").Codes.of(keys, vectors)
    exact = keys[np.argsort(-(queries @ vectors.T), axis=1)[:, :10]]
    found = graph.nearest(queries, 200)
    hits = [len(np.intersect1d(*pair)) for pair in zip(exact, found, strict=True)]
    assert sum(hits) / exact.size > 0.97
    one = graph.nearest(queries[:1], 200)
    np.testing.assert_array_equal(one, found[:1])
    beyond = graph.nearest(queries[:2], 4000)
    assert beyond.shape == (2, 4000) and (beyond[:, -1] == -1).all()


def test_the_index_is_stored_verified_and_read(model: FittedModel, tmp_path: Path) -> None:
    folder = models.save(model, tmp_path, "m")
    about = json.loads((folder / "model.json").read_text())
    assert about["index"] == model.index.document and "items.index" in about["sha256"]
    loaded = models.load(folder)
    request = Request(np.arange(50, dtype=np.int32), 5)
    np.testing.assert_array_equal(lists(loaded, request)[0], lists(model, request)[0])
    whole = (folder / "items.index").read_bytes()
    (folder / "items.index").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(errors.DataError, match="items.index: is not what was written"):
        models.load(folder)
    (folder / "items.index").unlink()
    with pytest.raises(errors.DataError, match="items.index is missing"):
        models.load(folder)


def test_a_file_that_is_no_index_is_told(tmp_path: Path) -> None:
    (tmp_path / "items.index").write_bytes(b"none")
    with pytest.raises(errors.DataError, match="cannot be read"):
        registry.room("ann", "codes").Codes.read(tmp_path / "items.index")


def test_without_the_packages_all_items_are_scored(
    model: FittedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    folder = models.save(model, tmp_path, "m")
    monkeypatch.setattr("recli.registry.installed", lambda extra: False)
    assert models.load(folder).index is None
    assert "pip install 'recli[ann]'" in caplog.text


def test_an_exported_model_leaves_it_behind(model: FittedModel, tmp_path: Path) -> None:
    folder = models.save(model, tmp_path, "m")
    place = archive.pack(folder, str(tmp_path / "m.zip"))
    unpacked = archive.unpack(place, tmp_path / "other")
    assert models.load(unpacked).index is None
    archive.copy(folder, tmp_path / "copy")
    assert models.load(tmp_path / "copy").index is None
    assert not (tmp_path / "copy" / "items.index").exists()


def test_somebody_folded_in_is_searched_for_by_the_same_index(model: FittedModel) -> None:
    half, some = by_half(model)
    folded, code = fold_in(half, Rated(np.array([3, 5], np.int32), np.array([5.0, 5.0])))
    items, _ = lists(folded, Request(np.array([code], np.int32), 3))
    assert some.asked and (model.trainset.inner_items[items] % 2 == 0).all()


def test_too_little_found_is_no_index(model: FittedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = registry.room("ann", "codes").Codes
    _, some = by_half(model)
    monkeypatch.setattr(graph, "of", lambda items, vectors: some)
    found, recall = indexed(dataclasses.replace(model, index=None))
    assert found.index is None and recall < 0.99


def test_what_scores_by_no_products_has_no_index() -> None:
    with pytest.raises(errors.UsageError, match="item-knn does not score by products"):
        check(Configured.of("item-knn"))
    check(Configured.of("svd"))
