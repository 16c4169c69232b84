"""`recli export`."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet


def test_embeddings_of_the_default_and_of_a_stored_model(recli, tiny):
    result = recli("export", "embeddings", "-d", tiny, "--output", "plain")
    # 30 users and 25 items by their genres and decades.
    assert result.stdout.startswith("30 users and 25 items in ")
    assert result.stdout.endswith(" dimensions, by content-based: plain\n")
    recli("train", "-a", "svd", "-p", "n_factors=3", "-d", tiny, "--name", "m")
    arguments = ("export", "embeddings", "--model", "m", "--output", "three", "--format", "json")
    assert json.loads(recli(*arguments).stdout) == {
        "model": "m",
        "folder": "three",
        "users": {"vectors": 30, "dimensions": 3},
        "items": {"vectors": 25, "dimensions": 3},
    }
    table = pyarrow.parquet.read_table("three/items/vectors.parquet")
    assert table.column_names == ["id", "title", "vector"]
    assert {len(vector) for vector in table["vector"].to_pylist()} == {3}


def test_what_goes_wrong(recli, tiny):
    recli("train", "-a", "slope-one", "-d", tiny)
    arguments = ("export", "embeddings", "--model", "slope-one", "--output")
    assert "slope-one has no vectors" in recli(*arguments, "v", code=2).stderr
    assert not Path("v").exists()
    assert "There is no model 'x'" in recli(*arguments[:3], "x", "-o", "v", code=4).stderr
    recli("train", "-a", "svd", "-d", tiny)
    said = recli(*arguments[:3], "svd", "-o", ".", code=2).stderr
    assert "vectors go into a folder of their own" in said
    assert Path("results/models/svd/model.json").is_file()
