"""Runs of `recli evaluate` as they lie in the results folder."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from recli import errors, stored
from recli.evaluation.metric_names import Measure, leading
from recli.records import outside
from recli.records.cell_store import CellStore
from recli.records.kinds import RUNS
from recli.records.process import is_alive
from recli.stored import Stored

_METRICS = ("entry", "fold", "metric", "value")
_ENTRY = ("algorithm", "params", "lists")
_TEXTS = (*_ENTRY, "metric", "by", "group")
_GROUPS = ("entry", "fold", "by", "group", "n_users", "n_ratings", "metric", "value")


class StoredRun(Stored):
    """A run in the results folder. Entries count from 0 on, folds from 1 on."""

    kind = RUNS

    @property
    def status(self) -> str:
        """`finished`, `failed`, `interrupted`, `running`, or `killed`: nobody works on it any more."""
        status = str(self.document["status"])
        return (
            "killed"
            if status == "running" and not is_alive(self.document.get("process"))
            else status
        )

    @property
    def measures(self) -> list[str]:
        """What was measured, the first orders."""
        return list(self.document["configuration"]["metrics"])

    @property
    def entries(self) -> list[tuple[str, str, str]]:
        """Name, parameters and how lists are made, both as JSON, of every entry of the line-up."""
        return [
            (entry["algorithm"], json.dumps(entry["params"]), json.dumps(entry.get("lists", {})))
            for entry in self.document["configuration"]["line_up"]
        ]

    @property
    def line_up(self) -> list[str]:
        """How every algorithm of the line-up is shown."""
        line_up = self.document["configuration"]["line_up"]
        return [entry.get("label", entry["algorithm"]) for entry in line_up]

    @property
    def split(self) -> str:
        """The split, as `Split.parse` reads it; the first format had only its class and options."""
        split = self.document["configuration"]["split"]
        if isinstance(split, str):
            return split
        options = (
            f"{name}={value}" for name, value in split.items() if name not in ("name", "seed")
        )
        return f"{split['name']}:{','.join(options)}"

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The algorithms that failed: label, folds, exit_code, reason."""
        return list(self.document.get("failures", ()))

    @property
    def n_compared(self) -> int:
        """The finished cells of the algorithms that did not fail, which its tables have."""
        labels, failed = self.line_up, {one["label"] for one in self.failures}
        places = (cell.get("entry") for cell in self.document["cells"])
        return sum(
            place is None or place >= len(labels) or labels[place] not in failed for place in places
        )

    @property
    def keys(self) -> set[str]:
        """The names of its cells, and of those that it still lacks."""
        of_cells = (cell.get("key") for cell in self.document["cells"])
        return {key for key in (*of_cells, *self.document.get("missing", ())) if key}

    @property
    def n_cell_bytes(self) -> int:
        """What the outcomes of its cells take on disk, as far as they are kept."""
        store = CellStore(self.folder.parent.parent)
        return sum(map(store.size, self.keys))

    def metrics(self) -> pd.DataFrame:
        """entry, fold, metric, value: a row for each, NaN where a metric is not defined.

        Raises:
            DataError: for a table that is damaged, or has not the rows of all cells
        """
        expected = self.n_compared * len(self.measures)
        if not expected:  # where it was cut off there is no table
            return pd.DataFrame(columns=list(_METRICS)).astype({"value": float})
        frame = self._table("metrics.csv", _METRICS, ["value"])
        if len(frame) != expected or frame.duplicated(["entry", "fold", "metric"]).any():
            raise errors.DataError(
                f"{self.folder / 'metrics.csv'}: is damaged: of {expected:,} values there are "
                f"{len(frame):,}, or some twice."
            )
        return frame

    def groups(self) -> pd.DataFrame:
        """entry, fold, by, group, n_users, n_ratings, metric, value; empty without groups."""
        if not (self.folder / "groups.csv").is_file():
            return pd.DataFrame(columns=list(_GROUPS))
        names = self.measures
        return self._table("groups.csv", [*_GROUPS[:-2], *names], names).melt(
            list(_GROUPS[:-2]), names, "metric", "value"
        )

    def per_user(self) -> pd.DataFrame:
        """entry, fold, user (the raw id), and a column for each measure that users have.

        Raises:
            DataError: for a run of the first format, which did not keep them
        """
        frame = self._read("per_user.parquet", pd.read_parquet, ("entry", "fold", "user"))
        return frame.assign(user=frame["user"].astype(str))

    def over_folds(self) -> pd.DataFrame:
        """By entry and metric: mean, std (divided by the number of folds); NaN if a fold has none."""
        by = self.metrics().groupby(["entry", "metric"])["value"]
        # On arrays: pandas would leave NaN out.
        mean, std = by.agg(lambda v: np.mean(v.to_numpy())), by.agg(lambda v: np.std(v.to_numpy()))
        return pd.DataFrame({"mean": mean, "std": std})

    @property
    def leading(self) -> str:
        """The measure that says what is best, see `metric_names.leading`."""
        outside.check(self.document, ("metric",))
        known = set(self.metrics().dropna(subset="value")["metric"])
        measures = list(map(Measure.parse, self.measures))
        return str(leading(measures, lambda measure: str(measure) in known))

    def best_first(self) -> list[int]:
        """The entries that have a finished cell, the best by the leading measure first."""
        means = self.over_folds()["mean"]
        means = means[means.index.get_level_values("metric") == self.leading].droplevel("metric")
        ascending = not Measure.parse(self.leading).greater_is_better
        return [int(entry) for entry in means.sort_values(ascending=ascending, kind="stable").index]

    def _table(self, name: str, columns: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
        def read(content: io.BytesIO) -> pd.DataFrame:
            return pd.read_csv(
                content,
                dtype={**dict.fromkeys(_TEXTS, str), "fold": np.int64},
                # To the last bit, which pandas does not promise.
                converters=dict.fromkeys(values, lambda text: float(text or "nan")),
                keep_default_na=False,
            )

        frame = self._read(name, read, ("algorithm", "params", *columns[1:]))
        if "lists" not in frame:
            frame = frame.assign(lists="{}")  # all are made by the scores alone
        return frame.assign(entry=self._entries(name, frame))[list(columns)]

    def _entries(self, name: str, frame: pd.DataFrame) -> np.ndarray:
        """The place in the line-up of every row, int64[n]; rows are in the order of the line-up.

        The same algorithm may be in it twice, so names alone do not tell.
        """
        begins = frame["fold"].diff().to_numpy() < 0
        for column in _ENTRY:
            begins = begins | (frame[column] != frame[column].shift()).to_numpy()
        starts = frame[begins]
        known = self.entries
        places: list[int] = []
        for entry in zip(*(starts[column] for column in _ENTRY), strict=True):
            after = places[-1] + 1 if places else 0
            if entry not in known[after:]:
                raise errors.DataError(
                    f"{self.folder / name}: has rows of {' '.join(entry)}, which is not in the line-up "
                    "there."
                )
            places.append(known.index(entry, after))
        return np.array(places, np.int64)[np.cumsum(begins) - 1]

    def _read(
        self, name: str, read: Callable[[io.BytesIO], pd.DataFrame], columns: Sequence[str]
    ) -> pd.DataFrame:
        path = self.folder / name
        if not path.is_file():
            raise errors.DataError(
                f"{path}: is not there; the run is {self.status}. To run its command again computes "
                "what is missing."
            )
        digest = self.document.get("sha256", {}).get(name)  # runs of older versions have none
        try:
            content = path.read_bytes()
            if digest is not None and hashlib.sha256(content).hexdigest() != digest:
                raise errors.DataError(
                    f"{path}: is not what was written (its SHA-256 differs). To run its command again "
                    "makes a run of what is kept."
                )
            frame = read(io.BytesIO(content))
        except (ValueError, OSError, pa.ArrowException) as error:
            raise errors.DataError(f"{path}: is damaged: {error}.") from None
        lacking = [column for column in columns if column not in frame]
        if lacking:
            raise errors.DataError(f"{path}: lacks the columns {', '.join(lacking)}.")
        return frame


def remove(results: Path, folders: Sequence[Path]) -> int:
    """Remove runs, then the cells that no other run needs.

    Args:
        results: the results folder
        folders: those of the runs, as `StoredKind.find_own` gives them

    Returns:
        How many cells those were.

    Raises:
        UsageError: when the folder cannot be written
    """
    stored.remove(folders)
    store = CellStore(results)
    unneeded = set(store.keys()) - needed_keys(results)
    for key in unneeded:
        store.remove(key)
    return len(unneeded)


def needed_keys(results: Path) -> set[str]:
    """The names of the cells of all runs, and of those that they still lack.

    Args:
        results: the results folder
    """
    return {key for name in RUNS.names(results) for key in _keys(results, name)}


def _keys(results: Path, name: str) -> set[str]:
    try:
        return StoredRun.of(RUNS.folder(results, name)).keys
    except errors.DataError:
        return set()  # what nobody can read needs nothing
