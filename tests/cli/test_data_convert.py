"""`recli data convert`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import Result

Recli = Callable[..., Result]
ROWS = "user,item,rating\n1,a,5\n1,b,oops\n2,a,3\n2,a,4\n,b,1\n"


def test_every_row_is_accounted_for(recli: Recli, tmp_path: Path) -> None:
    Path("mine.csv").write_text(ROWS, encoding="utf-8")
    arguments = ("data", "convert", "mine.csv", "out.parquet", "--format", "json")
    recli(*arguments, code=3)
    assert not Path("out.parquet").exists()
    result = recli(*arguments, "--on-bad", "skip", "--duplicates", "last")
    document = json.loads(result.stdout)
    assert {key: document[key] for key in ("read", "written", "merged", "set_aside")} == {
        "read": 5, "written": 2, "merged": 1, "set_aside": 2,
    }  # fmt: skip
    assert document["to"] == "parquet"
    assert document["files"] == {"out.parquet": 2}
    assert "Ratings: 5 rows read, 2 written, 1 merged, 2 set aside." in result.stderr
    assert pq.read_table("out.parquet").to_pylist() == [
        {"user_id": 1, "item_id": "a", "rating": 5.0},
        {"user_id": 2, "item_id": "a", "rating": 4.0},
    ]
    aside = pd.read_csv("results/bad-rows/mine.csv")
    assert aside["line"].tolist() == [3, 6]


def test_a_folder_is_a_dataset_afterwards(recli: Recli, tiny: Path) -> None:
    result = recli("data", "convert", tiny, "copy")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["copy"],
        ["file", "rows"],
        ["ratings.parquet", str(len(pd.read_csv(tiny / "ratings.csv")))],
        ["items.parquet", "25"],
    ]
    first, second = (
        json.loads(recli("data", "show", folder, "--format", "json").stdout)["fingerprint"]
        for folder in (tiny, "copy")
    )
    assert first == second


@pytest.mark.parametrize("form", ["recbole", "lenskit", "surprise", "dataset", "csv", "parquet"])
def test_nothing_is_replaced_unasked(form: str, recli: Recli, tiny: Path) -> None:
    recli("data", "convert", tiny, "out", "--to", form)
    refused = recli("data", "convert", tiny, "out", "--to", form, code=2)
    assert "out: is there already. '--force' replaces it." in refused.stderr
    recli("data", "convert", tiny, "out", "--to", form, "--force")


def test_an_unknown_form_is_told_before_anything_is_read(recli: Recli) -> None:
    said = recli("data", "convert", "no-such-data", "out", "--to", "recbol", code=2).stderr
    assert "Did you mean 'recbole'?" in said
    assert "recli list converters" in said
    said = recli("data", "convert", "no-such-data", "out.inter", code=2).stderr
    assert "Say the form with --to" in said


def test_the_forms_are_listed(recli: Recli) -> None:
    rows = json.loads(recli("list", "converters", "--format", "json").stdout)
    names = {row["converter"] for row in rows}
    assert {"csv", "dataset", "lenskit", "parquet", "recbole", "surprise"} <= names
