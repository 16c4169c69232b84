"""Room on disk: which outcomes go, and in which order."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recli.evaluation.fold_outcome import FoldOutcome, PredictedRatings
from recli.records import prune
from recli.records.cell_store import CellStore

KEYS = [f"{n:02x}" + "0" * 62 for n in range(6)]


@pytest.fixture
def results(tmp_path) -> Path:
    """Six cells, used in their order, of which a run needs the first, second and fifth, and still
    lacks the fourth."""
    store, ratings = CellStore(tmp_path), np.random.default_rng(0).random(50)
    for n, key in enumerate(KEYS):
        store.write(key, FoldOutcome(True, PredictedRatings(ratings, ratings > 2)))
        os.utime(store._path(key), (1000 + n, 1000 + n))
    document = {
        "schema": 2,
        "id": "20260101-000000-evaluate-0000",
        "status": "interrupted",
        "command": ["recli", "evaluate"],
        "started": "2026-01-01T00:00:00+00:00",
        "seconds": 1.0,
        "dataset": {"name": "d", "users": 9, "items": 9, "ratings": 50, "fingerprint": "f"},
        "configuration": {
            **{"split": "k-fold:n=4", "seed": 0, "threshold": 4.0, "metrics": ["rmse"]},
            "line_up": [{"algorithm": "svd", "params": {}}],
        },
        "environment": {"recli": "0.1.0", "platform": "Linux"},
        "cells": [
            {"algorithm": "svd", "fold": fold, "key": KEYS[n]}
            for fold, n in enumerate((0, 1, 4), start=1)
        ],
        "missing": [KEYS[3]],
    }
    folder = tmp_path / "runs" / document["id"]
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path


def numbers(cells) -> list[int]:
    return sorted(KEYS.index(cell.key) for cell in cells)


def test_what_no_run_needs_goes(results):
    found = prune.to_prune(results)
    assert numbers(found.removed) == numbers(found.unneeded) == [2, 5]
    assert numbers(found.kept) == [0, 1, 3, 4]
    assert numbers(CellStore(results).cells()) == [0, 1, 2, 3, 4, 5]  # only said so far
    prune.remove(results, found)
    assert numbers(CellStore(results).cells()) == [0, 1, 3, 4]


@pytest.mark.parametrize("content", [None, "{", '{"schema": 2}'])
def test_what_cannot_be_read_needs_nothing_and_is_in_nobodys_way(results, content):
    """Which cells such a run had nobody can tell, and a cell can be computed again."""
    damaged = results / "runs" / "20260102-000000-evaluate-0000"
    damaged.mkdir()
    if content is not None:
        (damaged / "run.json").write_text(content, encoding="utf-8")
    assert numbers(prune.to_prune(results).removed) == [2, 5]
    [run] = set((results / "runs").iterdir()) - {damaged}
    (run / "run.json").write_text("{", encoding="utf-8")
    assert numbers(prune.to_prune(results).removed) == [0, 1, 2, 3, 4, 5]


def test_what_an_older_recli_has_left_goes(results):
    path = CellStore(results)._path(KEYS[1])
    for content in ({b"recli": b"[12.5, {}]"}, {b"recli": b'{"schema": 99}'}, {}):
        table = pa.table({"user": [1, 2]}).replace_schema_metadata(content)
        pq.write_table(table, path)
        assert numbers(prune.to_prune(results).unneeded) == [1, 2, 5]
    path.write_bytes(b"damaged")
    assert numbers(prune.to_prune(results).unneeded) == [1, 2, 5]


def test_beyond_a_limit_the_least_recently_used_go(results):
    sizes = {cell.key: cell.n_bytes for cell in CellStore(results).cells()}
    of_two = sizes[KEYS[4]] + sizes[KEYS[3]]
    found = prune.to_prune(results, of_two)
    assert (numbers(found.unneeded), numbers(found.beyond)) == ([2, 5], [0, 1])
    assert numbers(found.kept) == [3, 4]
    assert numbers(prune.to_prune(results, of_two - 1).kept) == [4]
    assert numbers(prune.to_prune(results, 1).kept) == []
    assert prune.n_bytes(found.kept) == of_two
    # Without a look at runs: the two that were used last, whoever needs them.
    assert numbers(prune.beyond_limit(results, 2 * sizes[KEYS[5]]).kept) == [4, 5]


def test_to_read_is_to_use(results):
    store = CellStore(results)
    store.read(KEYS[0])
    one = store.size(KEYS[0])
    assert numbers(prune.beyond_limit(results, one).kept) == [0]


def test_nothing_to_prune(tmp_path):
    found = prune.to_prune(tmp_path, 1)
    assert found.removed == found.kept == ()
