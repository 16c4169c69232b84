"""Ratings from and to `surprise.Dataset`."""

from __future__ import annotations

import pandas as pd
import surprise
from surprise.dataset import DatasetAutoFolds

from recli import errors
from recli.data.ratings import Ratings

COLUMNS = ("user", "item", "rating", "time")


def frame(dataset: surprise.Dataset) -> pd.DataFrame:
    """The ratings of a Surprise dataset, in its order: user, item, rating and, if it has it, time.

    Args:
        dataset: ratings as Surprise holds them

    Raises:
        UsageError: for one whose folds are files, which holds no ratings
    """
    raw = getattr(dataset, "raw_ratings", None)
    if raw is None:
        raise errors.UsageError(
            f"A {type(dataset).__name__} holds names of files, not ratings. Give a dataset of "
            "surprise.Dataset.load_builtin, load_from_file or load_from_df, or the file itself."
        )
    found = pd.DataFrame.from_records(raw, columns=COLUMNS)
    return found.drop(columns="time") if found["time"].isna().all() else found


def to_surprise(ratings: Ratings) -> DatasetAutoFolds:
    """The ratings as a Surprise dataset, in their order; raw ids are text, times seconds as text.

    Args:
        ratings: the ratings or interactions
    """
    low, high = ratings.scale
    empty = pd.DataFrame(columns=COLUMNS[:3])
    dataset = DatasetAutoFolds(df=empty, reader=surprise.Reader(rating_scale=(low, high)))
    users = ratings.user_ids.text[ratings.users].tolist()
    items = ratings.item_ids.text[ratings.items].tolist()
    times: list[str | None] = [None] * len(ratings)
    if ratings.times is not None:
        times = list(map(str, (ratings.times // ratings.per_second).tolist()))
    dataset.raw_ratings = list(zip(users, items, ratings.values.tolist(), times, strict=True))
    del dataset.df
    return dataset
