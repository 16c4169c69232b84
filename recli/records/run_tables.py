"""The tables that a run leaves: metrics.csv, groups.csv, per_user.parquet."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recli.algorithms import Configured
from recli.data.ids import Ids
from recli.evaluation.metric_names import Measure
from recli.ranking.recommender import lists_of
from recli.records.cells import Cell

FILES = ("metrics.csv", "groups.csv", "per_user.parquet")
METRICS = ("metric", "value")
WITHOUT = " without"
"""What follows a measure's name in the table of users where it is what the fold has without them."""
GROUPS = ("by", "group", "n_users", "n_ratings")


def metrics_csv(
    line_up: Sequence[Configured], cells: Sequence[Cell], measures: Sequence[Measure]
) -> str:
    """One row per algorithm × fold × metric, in the order of `cells` and of `measures`.

    Where an algorithm of the line-up makes its lists otherwise than by the scores alone, a column says
    how, as JSON.

    Args:
        line_up: the algorithms
        cells: what was found of them
        measures: what was measured
    """
    names, of_cell = _of_cells(line_up)
    rows = (
        [*of_cell(cell), name, _number(cell.scores.metrics[name])]
        for cell in cells
        for name in map(str, measures)
    )
    return _csv([*names, *METRICS], rows)


def groups_csv(
    line_up: Sequence[Configured], cells: Sequence[Cell], measures: Sequence[Measure]
) -> str:
    """One row per algorithm × fold × group, a column for each measure, in the order of `cells`.

    Args:
        line_up: the algorithms
        cells: what was found of them
        measures: what was measured
    """
    columns, of_cell = _of_cells(line_up)
    names = list(map(str, measures))
    rows = (
        [
            *of_cell(cell),
            *(group.by, group.group, group.n_users, group.n_ratings),
            *(_number(group.metrics.get(name, math.nan)) for name in names),
        ]
        for cell in cells
        for group in cell.scores.groups
    )
    return _csv([*columns, *GROUPS, *names], rows)


def metrics_frame(cells: Sequence[Cell], measures: Sequence[Measure]) -> pd.DataFrame:
    """The rows of `metrics_csv`: entry, fold (from 1 on), metric, value.

    Args:
        cells: what was found
        measures: what was measured
    """
    rows = (
        (cell.entry, cell.fold + 1, name, cell.scores.metrics[name])
        for cell in cells
        for name in map(str, measures)
    )
    return pd.DataFrame(rows, columns=["entry", "fold", "metric", "value"])


def per_user_table(cells: Sequence[Cell], measures: Sequence[Measure], user_ids: Ids) -> pa.Table:
    """One row per algorithm × fold × user of the test, a column for each measure per user.

    Args:
        cells: what was found
        measures: what was measured
        user_ids: the ids that the codes of users stand for

    Returns:
        `entry` and `fold`, int16, are places in the line-up from 0 on, and numbers of folds from 1 on;
        `user` is the raw id; a measure is float64, NaN where a user has none. One of predicted ratings
        is followed by what the fold has without the user, by which differences are tested.
    """
    n_users = [len(cell.scores.users) for cell in cells]
    names = [m for m in map(str, measures) if cells and m in cells[0].scores.per_user]
    columns: dict[str, pa.Array | np.ndarray] = {
        "entry": np.repeat(np.array([cell.entry for cell in cells], np.int16), n_users),
        "fold": np.repeat(np.array([cell.fold + 1 for cell in cells], np.int16), n_users),
    }
    codes = [cell.scores.users for cell in cells] or [np.empty(0, np.int32)]
    columns["user"] = pa.DictionaryArray.from_arrays(
        np.concatenate(codes), pa.array(user_ids.text, pa.string())
    )
    for name in names:
        columns[name] = np.concatenate([cell.scores.per_user[name] for cell in cells])
        if any(name in cell.scores.without for cell in cells):
            columns[name + WITHOUT] = np.concatenate(
                [
                    cell.scores.without.get(name, np.full(n, np.nan))
                    for cell, n in zip(cells, n_users, strict=True)
                ]
            )
    return pa.table(columns)


def parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file.

    Args:
        table: the table
    """
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _of_cells(
    line_up: Sequence[Configured],
) -> tuple[list[str], Callable[[Cell], list[object]]]:
    """The columns that say what a row is of, and what they say of a cell."""
    lists = [lists_of(entry).document() for entry in line_up]

    def of_cell(cell: Cell) -> list[object]:
        entry = line_up[cell.entry]
        own = [json.dumps(lists[cell.entry])] if any(lists) else []
        return [entry.name, json.dumps(entry.params), *own, cell.fold + 1]

    return ["algorithm", "params", *(["lists"] if any(lists) else []), "fold"], of_cell


def _number(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
