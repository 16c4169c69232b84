"""The folds of a comparison as files, for programs that are measured beside recli's algorithms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from recli import files
from recli.data.converters._tables import ITEM, TIME, USER, id_array, ratings_table, seconds
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings
from recli.data.splits._base import Split
from recli.records import store

_OWN = ("fold-*", "items.csv", "items.parquet", "folds.json", "README.md")


def write_folds(
    dataset: Dataset, split: Split, folder: Path, file_format: str, command: str
) -> int:
    """Write the training and the test rows of every fold, and what a program needs to know.

    `fold-N/train`, `test` and `users`, those of the test; `items`, the catalogue; `folds.json` and
    `README.md`. The same arguments give the same bytes.

    Args:
        dataset: what is cut
        split: how
        folder: where to, in place of an earlier one
        file_format: `csv`, with times in seconds since 1970 UTC, or `parquet`
        command: the `recli evaluate` that has these folds, without files of predictions and lists

    Returns:
        How many folds there are.

    Raises:
        DataError: as the split does
        UsageError: where the folder cannot be written, or holds something else
    """
    ratings = dataset.ratings
    folds = split.folds(dataset)
    with files.own_folder(folder, _OWN) as new:
        _write(new / "items", pa.table({ITEM: id_array(ratings.item_ids)}), file_format)
        about = []
        for number, fold in enumerate(folds, start=1):
            home = new / f"fold-{number}"
            home.mkdir()
            users = pa.array(np.unique(ratings.users[fold.test]))
            tables = {
                "train": _table(ratings.part(fold.train), file_format),
                "test": _table(ratings.part(fold.test), file_format),
                "users": pa.table({USER: id_array(ratings.user_ids).take(users)}),
            }
            for name, table in tables.items():
                _write(home / name, table, file_format)
            rows = {name: table.num_rows for name, table in tables.items()}
            about.append({"fold": number, "fingerprint": fold.fingerprint, **rows})
        files.write_json(new / "folds.json", _document(dataset, split, file_format, about, command))
        files.write_text(new / "README.md", _readme(dataset, split, file_format, about, command))
    return len(folds)


def _table(ratings: Ratings, file_format: str) -> pa.Table:
    table = ratings_table(ratings)
    if file_format == "csv" and ratings.times is not None:
        place = table.column_names.index(TIME)
        whole = ratings.per_second == 1
        table = table.set_column(
            place, TIME, pa.array(ratings.times) if whole else seconds(ratings)
        )
    return table


def _write(path: Path, table: pa.Table, file_format: str) -> None:
    path = path.with_suffix(f".{file_format}")
    if file_format == "parquet":
        pq.write_table(table, path)
        return
    with path.open("wb") as file:
        file.write(f"{','.join(table.column_names)}\n".encode())
        pc.write_csv(table, file, pc.WriteOptions(include_header=False, quoting_style="needed"))


def _document(
    dataset: Dataset, split: Split, file_format: str, about: list[dict[str, Any]], command: str
) -> dict[str, Any]:
    return {
        "dataset": store.dataset_document(dataset),
        "split": str(split),
        "split_seed": split.seed,
        "catalogue": len(dataset.ratings.item_ids),
        "format": file_format,
        "command": command,
        "folds": about,
    }


def _readme(
    dataset: Dataset, split: Split, file_format: str, about: list[dict[str, Any]], command: str
) -> str:
    ratings, suffix = dataset.ratings, file_format
    value = "weight" if ratings.implicit else "rating"
    time = ""
    if ratings.times is not None:
        unit = "seconds since 1970, UTC" if file_format == "csv" else "UTC"
        time = f", timestamp ({unit})"
    predictions = "" if ratings.implicit else " --predictions mine=predictions.csv"
    fold = "" if len(about) == 1 else ", fold"
    low, high = ratings.scale
    of_ratings = (
        ""
        if ratings.implicit
        else f"""
- **predictions.csv**, if the program predicts ratings: columns user_id, item_id, prediction{fold}.
  One row for every pair in the test files; an empty prediction where the program has none. They are
  taken as they are: clip them to the scale from {low:g} to {high:g} if that is meant."""
    )
    rows = "\n".join(
        f"| {one['fold']} | {one['train']:,} | {one['test']:,} | {one['users']:,} | "
        f"{one['fingerprint']} |"
        for one in about
    )
    return f"""# Folds of {dataset.name}

Split `{split}`, seed {split.seed}; {dataset.extent} (fingerprint `{dataset.fingerprint}`).

| fold | train | test | users of the test | fingerprint |
|---|---|---|---|---|
{rows}

- `fold-N/train.{suffix}`: what to learn from. `fold-N/test.{suffix}`: what to be tested on. Columns
  user_id, item_id, {value}{time}.
- `fold-N/users.{suffix}`: the users of the test, each of whom gets a list.
- `items.{suffix}`: the catalogue of {len(ratings.item_ids):,} items. What can be in a user's list is all
  of them, less those that the user has in the training of the fold.

## What to bring back

Learn from each fold's training anew, and write one file for all folds, as CSV, Parquet or another format
that recli reads. Ids are those of the files here, not numbers that the program gives them; folds are
counted from 1 on, as the folders are.
{of_ratings}
- **lists.csv**, if it ranks items: columns user_id, item_id, rank or score{fold}. The first
  place has the lowest rank, the best item the highest score. As many places as the longest list that
  is measured, 10 unless said otherwise; all candidates for metrics of the whole ranking, such as auc.

Then, in place of `mine` any name:

```
{command}{predictions} --lists mine=lists.csv
```

Algorithms of recli are measured beside it with `-a NAME`.
"""
