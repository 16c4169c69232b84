"""The rows of a refreshed dataset of interactions: those of the model, and one for each event.

user_id, item_id; kind; weight, how often or how many, to be multiplied with what the kind weighs; time
if the data have times; event, the position in the event log, 0 for those of the model
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recli.data.columns import times
from recli.data.description import RatingsSource
from recli.data.ratings import PER_SECOND
from recli.events.log import Logged
from recli.models.model import FittedModel

_PAIR = ["user_id", "item_id"]
_EARLIER = "earlier"


def begun(model: FittedModel) -> pd.DataFrame:
    """The interactions that the model has learned from, of a kind of their own that weighs 1.

    A pair that was seen at two times is two rows of half its weight, so that both times are there.

    Args:
        model: a model of interactions
    """
    ratings = model.trainset.ratings
    last, first = ratings.times, ratings.first_times
    n_rows = np.ones(len(ratings), np.int64)
    if last is not None and first is not None:
        n_rows += first < last
    rows = np.repeat(np.arange(len(ratings)), n_rows)
    columns = {
        "user_id": ratings.user_ids.text[ratings.users[rows]],
        "item_id": ratings.item_ids.text[ratings.items[rows]],
        "kind": np.full(len(rows), earlier(model), object),
        "weight": (ratings.values / n_rows)[rows],
    }
    if last is not None:
        columns["time"] = last[rows]
        if first is not None:
            columns["time"][np.flatnonzero(np.diff(rows, prepend=-1))] = first
    return pd.DataFrame({**columns, "event": np.zeros(len(rows), np.int64)})


def earlier(model: FittedModel) -> str:
    """What the kind of the model's own interactions is called, as no other.

    Args:
        model: a model of interactions
    """
    name = _EARLIER
    while name in model.kinds:
        name = f"_{name}"
    return name


def with_events(rows: pd.DataFrame, unit: str, good: Sequence[Logged]) -> tuple[pd.DataFrame, str]:
    """The rows and those of events, and the unit that their times are in.

    An event of a pair from the time when the model's own data saw it, the first and the last time and
    all between, is taken to be in them: so it is with a model that was trained on these very rows, or
    on a newer export of the same sales.

    Args:
        rows: a table as this module describes it
        unit: of its times, such as `s`
        good: events that belong into it
    """
    microseconds = np.array([round(one.event.time * 1e6) for one in good], np.int64)
    columns = {
        "user_id": [one.event.user_id for one in good],
        "item_id": [one.event.item_id for one in good],
        "kind": [one.event.type for one in good],
        "weight": [1.0 if one.event.value is None else one.event.value for one in good],
        "time": microseconds,
        "event": np.array([one.position for one in good], np.int64),
    }
    new = pd.DataFrame(columns)
    if "time" not in rows:
        return pd.concat([rows, new[rows.columns]], ignore_index=True), "s"
    new = new[~_in(rows[rows["event"] == 0], unit, new)]
    came, unit_came = times.coarsest(new["time"].to_numpy(), "us")
    both, unit = times.alike((rows["time"].to_numpy(), unit), (came, unit_came))
    parts = [rows.assign(time=both[0]), new.assign(time=both[1])]
    return pd.concat(parts, ignore_index=True), unit


def _in(own: pd.DataFrame, unit: str, new: pd.DataFrame) -> np.ndarray:
    """bool[n], whether an event, its time in microseconds, is from the time of its pair in `own`."""
    own_times, unit = times.coarsest(own["time"].to_numpy(), unit)
    per_second = min(PER_SECOND[unit], PER_SECOND["us"])  # what both of them can be told in
    own = own.assign(time=own_times // (PER_SECOND[unit] // per_second))
    seen = own.groupby(_PAIR)["time"].agg(["min", "max"])
    moments = new["time"].to_numpy() // (PER_SECOND["us"] // per_second)
    found = new[_PAIR].join(seen, on=_PAIR)
    within = (found["min"].to_numpy() <= moments) & (moments <= found["max"].to_numpy())
    return np.asarray(within, bool)


def positions(rows: pd.DataFrame) -> np.ndarray:
    """The position of the last event of each pair, int64[n_pairs], pairs as they first appear.

    Args:
        rows: a table as this module describes it
    """
    return rows.groupby(_PAIR, sort=False)["event"].max().to_numpy()


def source(file: str, model: FittedModel, time_unit: str | None) -> RatingsSource:
    """How such a table is read.

    Args:
        file: its name
        model: whose kinds the interactions have
        time_unit: of its times, None where it has none
    """
    weights: Mapping[str, float] = {earlier(model): 1.0, **model.kinds}
    return RatingsSource(
        file=file,
        user="user_id",
        item="item_id",
        weight="weight",
        event="kind",
        weights=weights,
        implicit=True,
        time=time_unit and "time",
        time_unit=time_unit,
    )
