"""The dataset of a model that keeps up: what it was trained on, and the events that came since.

results/datasets/<model>/
  dataset.toml      how the tables are read, so that every command takes the folder as a dataset
  ratings.parquet   the ratings or interactions; `event` is the position in the event log that one came
                    from, 0 for none
  items.parquet     the item table, if the model has one
  users.parquet     the user table, if the model has one
  events.json       which log the events are of, through which position, and how many were what
  set-aside.csv     events that are no ratings on this scale or no such interactions, with the reason
"""

from __future__ import annotations

import csv
import dataclasses
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from recli import errors, files
from recli.configuration import toml
from recli.data import description, description_text, event_kinds
from recli.data.columns import times
from recli.data.dataset import Dataset
from recli.data.description import FILE_NAME, Description, Feature, RatingsSource
from recli.data.event import RATING
from recli.data.load import load
from recli.data.tables.items import Items
from recli.data.tables.table import Table
from recli.events.log import EventLog, Logged
from recli.events.refreshing import interactions
from recli.events.refreshing.progress import COUNTS, PROGRESS, Progress
from recli.models.model import FittedModel

_RATINGS, _ASIDE = "ratings.parquet", "set-aside.csv"
_ITEMS, _USERS = "items.parquet", "users.parquet"
_PAIR = ["user_id", "item_id"]
_DAY = 86_400  # seconds that the clock of a sender may be ahead
_SUFFIX = "+events"


@dataclass(frozen=True, eq=False)
class RefreshedDataset:
    """The dataset of one model, in memory.

    Attributes:
        folder: where it lies, or will
        model: the model that keeps up
        progress: how far it has taken the event log in
        ratings: user_id, item_id, rating, time if the data have times, event; each pair once. Of
            interactions see `interactions`: each event once
        time_unit: of the times, such as `s`
        aside: the text of set-aside.csv
    """

    folder: Path
    model: FittedModel
    progress: Progress
    ratings: pd.DataFrame
    time_unit: str
    aside: str

    @classmethod
    def of(cls, folder: Path, model: FittedModel, manifest: Mapping[str, Any]) -> RefreshedDataset:
        """The one on disk, if it is of this model; else one begun from the model's own ratings.

        Args:
            folder: where it lies, or will
            model: the model that keeps up
            manifest: what that says of itself

        Raises:
            DataError: if it is damaged
        """
        progress = Progress.read(folder)
        if progress is None or not progress.is_of(manifest):
            fresh = Progress(model.dataset["fingerprint"], "", 0, dict.fromkeys(COUNTS, 0))
            aside = _csv(["position", "event_id", "user_id", "item_id", "value", "time", "reason"])
            unit = model.trainset.ratings.time_unit
            own = interactions.begun if model.trainset.ratings.implicit else _ratings
            return cls(folder, model, fresh, own(model), unit, aside)
        try:
            ratings = pa.parquet.read_table(folder / _RATINGS).to_pandas()
            unit = description.read(folder / FILE_NAME).ratings.time_unit or "s"
            aside = (folder / _ASIDE).read_text(encoding="utf-8")
        except (pa.ArrowException, OSError) as error:
            raise errors.DataError(
                f"{folder}: cannot be read: {error}. Remove it; the next refresh begins it again from "
                "the model and the event log."
            ) from None
        return cls(folder, model, progress, ratings, unit, aside)

    def take(self, log: EventLog) -> RefreshedDataset:
        """This dataset and the events that came since.

        Interactions add up, and ratings are set aside. Into ratings no click is taken; of several
        ratings of a pair the latest by time stays, of the same time the one that came last; in data
        without times the one that came last. Every event is counted as one thing.

        Args:
            log: the events
        """
        through = log.last
        if through <= self.progress.through:
            return self
        counts = dict(self.progress.counts)
        good: list[Logged] = []
        aside: list[list[object]] = []
        for logged in log.after(self.progress.through, through):
            event = logged.event
            counts["ratings" if event.type == RATING else "clicks"] += 1
            if event.type != RATING and not self.implicit:
                continue
            reason = _objection(logged, self.model)
            if reason:
                ids = event.event_id, event.user_id, event.item_id
                aside.append([logged.position, *ids, event.value, event.time, reason])
            else:
                good.append(logged)
        add = interactions.with_events if self.implicit else _with_ratings
        ratings, unit = add(self.ratings, self.time_unit, good)
        counts["set_aside"] += len(aside)
        counts["taken"] = int(np.count_nonzero(ratings["event"]))
        for_it = counts["ratings"] + counts["clicks"] * self.implicit
        counts["repeated"] = for_it - counts["set_aside"] - counts["taken"]
        progress = Progress(self.progress.begun_from, log.id, through, counts)
        return dataclasses.replace(
            self,
            progress=progress,
            ratings=ratings,
            time_unit=unit,
            aside=self.aside + _csv(*aside),
        )

    @property
    def implicit(self) -> bool:
        """Whether it is of interactions."""
        return self.model.trainset.ratings.implicit

    @property
    def positions(self) -> np.ndarray:
        """The position of the last event of each rating or interaction that `load` gives, int64[n]."""
        if self.implicit:
            return interactions.positions(self.ratings)
        return self.ratings["event"].to_numpy()

    def write(self) -> Dataset:
        """Write the folder, whole or not at all, and load it as any dataset is loaded."""
        table, items = self.model.trainset.user_table, self.model.items
        for left in self.folder.parent.glob(f".{self.folder.name}.*"):
            shutil.rmtree(left)  # by a refresh that was killed: no other is at work
        with files.new_folder(self.folder) as temporary:
            _write(temporary / _RATINGS, pa.Table.from_pandas(self.ratings, preserve_index=False))
            unit = self.time_unit if "time" in self.ratings else None
            own = interactions.source if self.implicit else _source
            about = Description(self._name, temporary, ratings=own(_RATINGS, self.model, unit))
            text = description_text.text(about)
            if items is not None:
                columns = _described(items)
                title = _free("title", columns)
                if items.titles is not None:
                    columns[title] = items.titles[items.in_table]
                _write(temporary / _ITEMS, _texts(columns))
                text += _items_toml(items, next(iter(columns)), title)
            if table is not None:
                columns = _described(table)
                _write(temporary / _USERS, _texts(columns))
                text += f"\n[users]\nfile = {toml(_USERS)}\nid = {toml(next(iter(columns)))}\n"
            (temporary / FILE_NAME).write_text(text, encoding="utf-8")
            (temporary / _ASIDE).write_text(self.aside, encoding="utf-8")
            files.write_json(temporary / PROGRESS, dataclasses.asdict(self.progress))
        return self.load()

    def load(self) -> Dataset:
        """The dataset on disk."""
        return load(str(self.folder))

    @property
    def _name(self) -> str:
        return str(self.model.dataset["name"]).removesuffix(_SUFFIX) + _SUFFIX


def _ratings(model: FittedModel) -> pd.DataFrame:
    """Those that the model has learned from."""
    ratings = model.trainset.ratings
    columns = {
        "user_id": ratings.user_ids.text[ratings.users],
        "item_id": ratings.item_ids.text[ratings.items],
        "rating": ratings.values,
        **({} if ratings.times is None else {"time": ratings.times}),
        "event": np.zeros(len(ratings), np.int64),
    }
    return pd.DataFrame(columns)


def _with_ratings(old: pd.DataFrame, unit: str, good: Sequence[Logged]) -> tuple[pd.DataFrame, str]:
    """The ratings and those of events, and the unit that their times are in."""
    microseconds = [round(logged.event.time * 1e6) for logged in good]
    came, unit_came = times.coarsest(np.array(microseconds, np.int64), "us")
    if "time" in old:
        both, unit = times.alike((old["time"].to_numpy(), unit), (came, unit_came))
        old, came = old.assign(time=both[0]), both[1]
    columns = {
        "user_id": [logged.event.user_id for logged in good],
        "item_id": [logged.event.item_id for logged in good],
        "rating": np.array([logged.event.value for logged in good], np.float64),
        "time": came,
        "event": np.array([logged.position for logged in good], np.int64),
    }
    new = _latest(pd.DataFrame(columns)[old.columns])
    # What says the same again, as all events do to a model that was trained on them, is no news.
    said = [name for name in new.columns if name != "event"]
    again = new.merge(old[said], on=said)["event"]
    news = new[~new["event"].isin(again)]
    return _latest(pd.concat([old, news], ignore_index=True)), unit


def _latest(ratings: pd.DataFrame) -> pd.DataFrame:
    """Of each pair the latest by time, of one time or without times the last row; in their order."""
    by_time = ratings.sort_values("time", kind="stable") if "time" in ratings else ratings
    kept = by_time.drop_duplicates(_PAIR, keep="last")
    return kept.sort_index().reset_index(drop=True)


def _objection(logged: Logged, model: FittedModel) -> str:
    """Why an event is none of this dataset; empty where it is one."""
    event = logged.event
    reason = event_kinds.objection(event, model.trainset.ratings, model.kinds)
    if reason:
        return reason
    if model.kinds.get(event.type) == 0:
        return f"a {event.type} weighs 0 in these data"
    if event.time > logged.received + _DAY:
        return "its time was in the future when it came"
    return ""


def _described(table: Table) -> dict[str, np.ndarray]:
    """Ids, under a name that no column has, and columns of those who have a row in the table."""
    columns = {name: column[table.in_table] for name, column in table.columns.items()}
    return {_free("id", columns): table.ids.text[table.in_table], **columns}


def _free(name: str, columns: Mapping[str, object]) -> str:
    """`name`, with as many underscores before it as it takes to be no column's."""
    while name in columns:
        name = f"_{name}"
    return name


def _texts(columns: Mapping[str, np.ndarray]) -> pa.Table:
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def _write(path: Path, table: pa.Table) -> None:
    pa.parquet.write_table(table, path, compression="zstd")


def _source(file: str, model: FittedModel, time_unit: str | None) -> RatingsSource:
    return RatingsSource(
        file=file,
        user="user_id",
        item="item_id",
        rating="rating",
        scale=model.trainset.ratings.scale,
        time=time_unit and "time",
        time_unit=time_unit,
    )


def _items_toml(items: Items, id_column: str, title: str) -> str:
    lines = ["", "[items]", f"file = {toml(_ITEMS)}", f"id = {toml(id_column)}"]
    if items.titles is not None:
        lines.append(f"title = {toml(title)}")
    lines += ["", "[items.features]", *map(_feature_toml, items.features)]
    return "\n".join(lines) + "\n"


def _feature_toml(feature: Feature) -> str:
    given = {key: value for key, value in dataclasses.asdict(feature).items() if value}
    name = given.pop("name")
    return f"{toml(name)} = {{ {', '.join(f'{key} = {toml(v)}' for key, v in given.items())} }}"


def _csv(*rows: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()
