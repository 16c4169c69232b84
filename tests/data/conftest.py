"""Files of ratings made for a test, read or refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from recli import errors
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.formats._base import TextTable
from recli.data.formats._reader import reader
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.ratings import Ratings
from recli.data.sources.location import Location

EXIT_CODES = {
    errors.UsageError: 2,
    errors.TooLargeError: 2,
    errors.DataError: 3,
    errors.NotFoundError: 4,
    errors.MissingExtraError: 5,
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes text (as UTF-8) or bytes into a file of the test's folder."""

    def write(content: str | bytes, name: str = "ratings.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., Dataset]:
    """The dataset that a file with this content is; further arguments overrule what is sniffed."""

    def read(
        content: str | bytes,
        name: str = "ratings.csv",
        on_bad: str = "error",
        duplicates: str = "error",
        **overrides: object,
    ) -> Dataset:
        return load(str(write(content, name)), overrides, on_bad, duplicates)

    return read


@pytest.fixture
def refuse(read: Callable[..., Dataset], tmp_path: Path) -> Callable[..., str]:
    """The message of the error for a file with this content, its folder cut out."""

    def refuse(
        content: str | bytes,
        name: str = "ratings.csv",
        kind: type[errors.RecliError] = errors.DataError,
        **options: object,
    ) -> str:
        with pytest.raises(errors.RecliError) as caught:
            read(content, name, **options)
        assert type(caught.value) is kind
        assert caught.value.exit_code == EXIT_CODES[kind]
        return str(caught.value).replace(f"{tmp_path}{os.sep}", "")

    return refuse


@pytest.fixture
def cells(write: Callable[..., Path]) -> Callable[..., TextTable]:
    """A file with this content as columns of text, before any of them has a role."""

    def cells(content: str | bytes, name: str, **options: object) -> TextTable:
        path = write(content, name)
        source = RatingsSource(name, **options)  # type: ignore[arg-type]
        return reader(Location(path), source).read(Location(path), source)

    return cells


@pytest.fixture(scope="session")
def triples() -> Callable[[Dataset], list[tuple[str, str, float]]]:
    """A dataset's ratings as (user, item, rating), in the file's order."""

    def triples(dataset: Dataset) -> list[tuple[str, str, float]]:
        ratings = dataset.ratings
        users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
        return list(zip(users, items, ratings.values.tolist(), strict=True))

    return triples


@pytest.fixture(scope="session")
def made() -> Callable[..., Dataset]:
    """A dataset of these users; row r is the rating r of an item of its own, unless said otherwise."""

    def made(
        users: Sequence[object],
        times: Sequence[int] | None = None,
        items: Sequence[object] | None = None,
    ) -> Dataset:
        n = len(users)
        raw_users = np.array([str(user) for user in users], object)
        raw_items = np.array([str(item) for item in (range(n) if items is None else items)], object)
        user_ids, item_ids = Ids.of(raw_users), Ids.of(raw_items)
        ratings = Ratings(
            user_ids=user_ids,
            item_ids=item_ids,
            users=user_ids.codes(raw_users),
            items=item_ids.codes(raw_items),
            values=np.arange(n, dtype=np.float64),
            times=None if times is None else np.array(times, np.int64),
            scale=(0.0, float(n)),
        )
        return Dataset("made", Description("made", Path(), RatingsSource("made.csv")), ratings)

    return made
