"""Cells on disk: what their names depend on, what comes back, what damage does."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.fold_outcome import FoldOutcome, Listed, PredictedRatings
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender
from recli.records import cell_key as cell_key_module
from recli.records import code_version
from recli.records.cell_key import cell_key
from recli.records.cell_store import CellStore, StoredCell

RMSE, NDCG = Measure.parse("rmse"), Measure.parse("ndcg@5")
PROTOCOL = Protocol(KFold(3, seed=0), (RMSE, NDCG), 4.0, 0)
KEY = "ab" + "0" * 62


def outcome() -> FoldOutcome:
    return FoldOutcome(
        rates=True,
        estimated=PredictedRatings(
            np.array([0.1 + 0.2, 5.0, 1 / 3]), np.array([True, False, False])
        ),
        listed=Listed(
            items=np.array([[5, 2], [7, -1]], np.int32),
            n_candidates=np.array([9, 1]),
            places=np.array([0, -1, 4]),
            midranks=np.array([1.5, math.nan, 5.0]),
            tied=np.array([[True, False], [False, False]]),
        ),
        fit_seconds=0.25,
        test_seconds=0.5,
        rank_seconds=1.0,
        peak_mb=123.5,
        losses=np.array([[0.9, 1 / 3], [0.8, math.nan]]),
    )


def written(folder: Path, made: FoldOutcome | None = None) -> CellStore:
    store = CellStore(folder)
    store.write(KEY, made or outcome())
    return store


def as_text(found: FoldOutcome | None) -> str:
    """All of it, with types and shapes of arrays."""
    assert found is not None
    return repr(
        [
            [name, value.tolist() if isinstance(value, np.ndarray) else value]
            if not dataclasses.is_dataclass(value)
            else [
                (key, array if array is None else (array.dtype, array.tolist()))
                for key, array in vars(value).items()
            ]
            for name, value in vars(found).items()
        ]
    )


WHOLE = outcome()
PARTS = {
    "whole": WHOLE,
    "predictions": dataclasses.replace(WHOLE, listed=None, peak_mb=math.nan),
    "lists": dataclasses.replace(WHOLE, estimated=None, rates=False),
    "nothing": FoldOutcome(rates=False),
    "nobody": FoldOutcome(True, PredictedRatings(np.empty(0), np.empty(0, bool))),
}


@pytest.mark.parametrize("made", PARTS.values(), ids=PARTS)
def test_comes_back_as_it_was(tmp_path, made):
    store = written(tmp_path, made)
    assert (tmp_path / "cells" / "ab" / f"{KEY}.parquet").is_file()
    assert list(store.keys()) == [KEY]
    assert as_text(store.read(KEY)) == as_text(made)
    assert store.is_readable(KEY)


def test_what_it_takes_on_disk_and_when_it_was_used(tmp_path):
    store = written(tmp_path)
    path = tmp_path / "cells" / "ab" / f"{KEY}.parquet"
    os.utime(path, (1000, 1000))
    [cell] = store.cells()
    assert cell == StoredCell(KEY, len(path.read_bytes()), 1000.0)
    assert store.size(KEY) == cell.n_bytes
    assert store.size("cd" + KEY[2:]) == 0
    before = time.time()
    store.read(KEY)
    [cell] = store.cells()
    assert cell.used >= before - 2  # a disk may round


def test_what_is_not_there_is_none(tmp_path):
    assert CellStore(tmp_path).read(KEY) is None
    assert list(CellStore(tmp_path).keys()) == []
    store = written(tmp_path)
    store.remove(KEY)
    store.remove(KEY)
    assert store.read(KEY) is None


def test_damage_anywhere_is_seen(tmp_path):
    store = written(tmp_path)
    path = tmp_path / "cells" / "ab" / f"{KEY}.parquet"
    whole, expected = path.read_bytes(), as_text(store.read(KEY))
    refused = 0
    for place, byte in enumerate(whole):
        path.write_bytes(whole[:place] + bytes([byte ^ 0xFF]) + whole[place + 1 :])
        try:
            assert as_text(store.read(KEY)) == expected  # a byte that says nothing
        except errors.DataError:
            refused += 1
    assert refused > len(whole) / 2
    for length in (0, 4, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(errors.DataError, match="damaged"):
            store.read(KEY)


def test_an_interrupted_write_leaves_no_cell(tmp_path, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_write_leaves_is_no_cell(tmp_path):
    store = written(tmp_path)
    path = tmp_path / "cells" / "ab" / f"{KEY}.parquet"
    path.rename(path.with_name(f".{path.name}.x7k2"))  # as the temporary file is called
    assert list(store.keys()) == []
    assert store.read(KEY) is None


def test_the_key_is_of_everything_that_outcomes_depend_on(small, monkeypatch):
    folds = PROTOCOL.split.folds(small)
    popular = Configured.of("most-popular")

    def key(dataset=small, fold=folds[0], configured=popular, **changes):
        return cell_key(dataset, fold, configured, dataclasses.replace(PROTOCOL, **changes))

    first = key()
    assert len(first) == 64
    ratings = dataclasses.replace(small.ratings, values=small.ratings.values[::-1].copy())
    alike = Configured.of("most-popular", {"preferences": "all"})
    others = [
        key(dataset=dataclasses.replace(small, ratings=ratings)),
        key(fold=folds[1]),
        key(configured=Configured.of("svdpp")),
        key(configured=alike),
        key(seed=1),
        key(threshold=3.5),
        key(configured=recommender(popular, ListOptions(min_ratings=10))),
    ]
    monkeypatch.setattr(cell_key_module, "_versions", lambda packages: {"numpy": "0.1"})
    others.append(key())
    monkeypatch.undo()
    monkeypatch.setattr(code_version, "of_outcome", lambda *_: "0" * 16)
    others.append(key())
    monkeypatch.undo()
    assert len({first, *others}) == 1 + len(others)
    assert key() == first
    # What changes no outcome: what is measured, how a whole threshold is written, a threshold that
    # the algorithm does not go by.
    assert key(measures=(NDCG,), by=("activity",)) == first
    assert key(threshold=4) == first
    assert key(configured=alike, threshold=3.5) == key(configured=alike)


def test_the_key_of_reranked_lists_is_of_their_length_and_of_the_threshold(small):
    [fold, *_] = PROTOCOL.split.folds(small)
    longer = (*PROTOCOL.measures, Measure.parse("recall@7"))
    shorter = (*PROTOCOL.measures, Measure.parse("recall@2"))
    for options, counts in (
        (ListOptions(diversify=0.2), True),
        (ListOptions(min_ratings=2), False),
    ):
        svd = recommender(Configured.of("svd"), options)
        keys = [
            cell_key(small, fold, svd, dataclasses.replace(PROTOCOL, **changes))
            for changes in ({}, {"measures": longer}, {"threshold": 3.5}, {"measures": shorter})
        ]
        assert (keys[1] != keys[0], keys[2] != keys[0]) == (counts, counts)
        assert keys[3] == keys[0]


def test_the_key_is_of_the_packages_of_an_extra(small, monkeypatch):
    fold = PROTOCOL.split.folds(small)[0]
    monkeypatch.setattr("recli.registry.installed", lambda extra: True)

    def keys(version):
        installed = importlib.metadata.version
        cell_key_module._versions.cache_clear()
        monkeypatch.setattr(
            "importlib.metadata.version",
            lambda name: version if name == "implicit" else installed(name),
        )
        found = [cell_key(small, fold, Configured.of(name), PROTOCOL) for name in ("bpr", "svd")]
        monkeypatch.setattr("importlib.metadata.version", installed)
        cell_key_module._versions.cache_clear()
        return found

    (bpr, svd), (bpr_later, svd_later) = keys("0.7.3"), keys("0.8")
    assert bpr != bpr_later
    assert svd == svd_later


def test_the_same_rows_from_another_split_are_the_same_fold(small):
    fold = KFold(3, seed=0).folds(small)[0]
    again = type(fold)(fold.train.astype(np.int32), fold.test.copy())
    assert again.fingerprint == fold.fingerprint
    assert type(fold)(fold.train[::-1], fold.test).fingerprint != fold.fingerprint
    # The same rows in a row, cut at another place.
    rows = np.arange(5)
    assert len({type(fold)(rows[:n], rows[n:]).fingerprint for n in range(6)}) == 6


OWN = "from surprise import AlgoBase\n\nclass Own(AlgoBase):\n    pass\n"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A user's module in the working folder, imported anew when it is asked for."""
    monkeypatch.syspath_prepend(tmp_path)
    Path("own_versions.py").write_text(OWN, encoding="utf-8")

    def key(dataset):
        sys.modules.pop("own_versions", None)
        importlib.invalidate_caches()
        fold = PROTOCOL.split.folds(dataset)[0]
        return cell_key(dataset, fold, Configured.of("own_versions:Own"), PROTOCOL)

    yield key
    sys.modules.pop("own_versions", None)


def test_the_source_of_a_users_class_counts(own, small):
    first = own(small)
    assert own(small) == first
    Path("own_versions.py").write_text(OWN + "    weight = 2\n", encoding="utf-8")
    second = own(small)
    Path("helper.py").write_text("weight = 3\n", encoding="utf-8")  # it may import this
    third = own(small)
    assert len({first, second, third}) == 3


def test_the_ends_of_lines_do_not_count(own, small):
    first = own(small)
    Path("own_versions.py").write_bytes(OWN.replace("\n", "\r\n").encode())
    assert own(small) == first


def test_a_class_without_a_source_is_not_kept(own, small, monkeypatch):
    own(small)
    monkeypatch.setattr(sys.modules["own_versions"], "__file__", None)
    fold = PROTOCOL.split.folds(small)[0]
    assert cell_key(small, fold, Configured.of("own_versions:Own"), PROTOCOL) is None


def test_the_code_that_computes_counts(tmp_path, monkeypatch):
    import recli

    package = tmp_path / "recli"
    for name in (
        "__init__.py",
        "data/load.py",
        "algorithms/svd.py",
        "evaluation/fold.py",
        "cli/x.py",
    ):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(recli, "__file__", str(package / "__init__.py"))
    found = {}
    for name in ("", "cli/x.py", "data/load.py", "algorithms/svd.py", "evaluation/fold.py"):
        if name:
            (package / name).write_text("changed = True\n", encoding="utf-8")
        found[name] = code_version.of_recli.__wrapped__()
    assert found["cli/x.py"] == found[""]  # prints only
    assert len(set(found.values())) == 4


OF_EASE = """\
from recli.algorithms import EASE


class Bolder(EASE):
    def _fit(self, preferred):
        super()._fit(preferred)
        self.weights = self.weights * self.trainset.threshold


class Heedless(Bolder):
    @classmethod
    def uses_threshold(cls, given):
        return False
"""


def test_what_recli_says_of_a_threshold_does_not_hold_for_a_class_that_inherits_it(
    small, tmp_path, monkeypatch
):
    (tmp_path / "of_ease.py").write_text(OF_EASE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    fold = PROTOCOL.split.folds(small)[0]
    try:
        keys = {
            name: {
                cell_key(small, fold, Configured.of(name), replaced)
                for replaced in (PROTOCOL, dataclasses.replace(PROTOCOL, threshold=3.5))
            }
            for name in ("ease", "of_ease:Bolder", "of_ease:Heedless")
        }
    finally:
        sys.modules.pop("of_ease", None)
    n_keys = {name: len(found) for name, found in keys.items()}
    assert n_keys == {"ease": 1, "of_ease:Bolder": 2, "of_ease:Heedless": 1}


def test_a_column_that_nothing_declares_counts_where_lists_may_go_by_it(small):
    fold, popular = PROTOCOL.split.folds(small)[0], Configured.of("most-popular")
    prices = np.array([str(n) for n in range(len(small.items.ids))], object)
    cheap = recommender(popular, ListOptions(where="price < 5"))
    keys: dict[str, set] = {"all": set(), "cheap": set()}
    for column in (prices, prices[::-1]):
        items = dataclasses.replace(small.items, columns={**small.items.columns, "price": column})
        dataset = dataclasses.replace(small, items=items)
        keys["all"].add(cell_key(dataset, fold, popular, PROTOCOL))
        keys["cheap"].add(cell_key(dataset, fold, cheap, PROTOCOL))
    assert {name: len(found) for name, found in keys.items()} == {"all": 1, "cheap": 2}


RERANKER = """\
from recli.ranking.rerankers import Reranker


class Same(Reranker):
    @classmethod
    def of(cls, whole, model, seed):
        return cls()

    def __call__(self, lists, n):
        return lists.cut(n)
"""


def test_the_source_of_a_users_reranker_counts_and_the_files_beside_it(
    small, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(tmp_path)
    fold, found = PROTOCOL.split.folds(small)[0], set()
    own = recommender(Configured.of("most-popular"), ListOptions(rerank=("own_lists:Same",)))
    for name, text in (
        ("own_lists", RERANKER),
        ("own_lists", RERANKER.replace("cut(n)", "cut(n + 0)")),
        ("beside", "RATE = 1"),
        ("beside", "RATE = 2"),
    ):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        sys.modules.pop("own_lists", None)
        importlib.invalidate_caches()
        found.add(cell_key(small, fold, own, PROTOCOL))
    sys.modules.pop("own_lists", None)
    assert len(found) == 4
