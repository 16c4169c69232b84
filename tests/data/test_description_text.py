"""A description, written as a dataset.toml, is the same when it is read."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from recli.data import description, description_text
from recli.data.description import Description, Feature, ItemsSource, RatingsSource, UsersSource

SHIPPED = sorted((Path(__file__).parents[2] / "datasets").glob("*/dataset.toml"))


def again(about: Description, folder: Path) -> Description:
    (folder / "dataset.toml").write_text(description_text.text(about), encoding="utf-8")
    return description.read(folder / "dataset.toml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_what_is_shipped(path: Path, tmp_path: Path) -> None:
    about = dataclasses.replace(description.read(path), folder=tmp_path, download=None)
    assert again(about, tmp_path) == about


def test_everything_at_once(tmp_path: Path) -> None:
    about = Description(
        name='a "b" \\ Ω',
        folder=tmp_path,
        title="line\nbreak",
        ratings=RatingsSource(
            "r.csv",
            delimiter="\t",
            header=False,
            columns=("u", "i", "w"),
            weight="w",
            event="e",
            implicit=True,
            weights={"view": 1.0, "add to cart": 2.5},
            scale=(0.5, 3.0),
        ),
        items=ItemsSource(
            "i.csv",
            features=(
                Feature("a b", "categories", "a b", separator=";"),
                Feature("year", "year", "title", pattern=r"\((\d{4})\)"),
                Feature("flags", "flags", "flags", columns=("x", "y")),
            ),
        ),
        users=UsersSource("u.csv"),
    )
    assert again(about, tmp_path) == about
