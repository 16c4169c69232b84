"""Files of ratings made for a test, read or refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import load

EXIT_CODES = {
    errors.UsageError: 2,
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
def triples() -> Callable[[Dataset], list[tuple[str, str, float]]]:
    """A dataset's ratings as (user, item, rating), in the file's order."""

    def triples(dataset: Dataset) -> list[tuple[str, str, float]]:
        ratings = dataset.ratings
        users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
        return list(zip(users, items, ratings.values.tolist(), strict=True))

    return triples
