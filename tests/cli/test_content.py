"""Content-based on the command line: kinds of features, modes, and tables that do not do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

TOML = """\
[ratings]
file = "ratings.csv"
user = "userId"
item = "movieId"
rating = "rating"

[items]
file = "movies.csv"
id = "movieId"
title = "title"

[items.features]
"""
TRAIN = ("train", "-a", "content-based", "-d")


@pytest.fixture
def films(tiny, tmp_path):
    """A function that makes a dataset of `tiny` with the features that it is given."""

    def make(features: str, movies: str | None = None) -> Path:
        folder = tmp_path / "films"
        folder.mkdir()
        shutil.copy(tiny / "ratings.csv", folder)
        text = (tiny / "movies.csv").read_text(encoding="utf-8") if movies is None else movies
        (folder / "movies.csv").write_text(text, encoding="utf-8")
        (folder / "dataset.toml").write_text(TOML + features, encoding="utf-8")
        return folder

    return make


def test_every_kind_of_feature_and_weights(recli, films, tiny):
    lines = (tiny / "movies.csv").read_text(encoding="utf-8").splitlines()
    tags = [f"{line},{'dark:3|Funny' if n % 2 else 'funny:2'}" for n, line in enumerate(lines[1:])]
    folder = films(
        'genres = { kind = "categories" }\nyear = { kind = "year" }\ntitle = { kind = "text" }\n'
        'tags = { kind = "tags" }\nage = { kind = "number", column = "year" }\n',
        "\n".join([f"{lines[0]},tags", *tags]) + "\n",
    )
    chosen = "item_features=genres,year:0.5,title:0.2,tags,age:0.1"
    recli(*TRAIN, folder, "-p", chosen, "-p", "text_factors=3", "-p", "text_stop_words=true")
    state = json.loads(Path("results/models/content-based/model.json").read_text("utf-8"))["state"]
    kinds = {name.partition("=")[0] for name in state["feature_names"]}
    assert kinds == {"genres", "year", "title", "tags", "age"}
    assert sum(name.startswith("title=") for name in state["feature_names"]) == 3


def test_both_modes_side_by_side(recli, tiny):
    Path("modes.toml").write_text(
        f'datasets = "{tiny.as_posix()}"\nsplits = "k-fold:n_splits=2"\nmetrics = ["rmse", "ndcg"]\n'
        '[algorithm.content-based]\nmode = ["ridge", "profile"]\n',
        encoding="utf-8",
    )
    shown = recli("run", "modes.toml", "-j", "1", "-q").stdout
    rating, ranking = (shown.split("Ranked catalogue")[n] for n in (0, 1))
    profile = next(line for line in rating.splitlines() if "mode=profile" in line)
    assert "–" in profile.split("(mode=profile)")[1]
    assert "content-based (mode=profile)" in ranking


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            'x = { kind = "number", column = "title" }',
            "Item feature 'x' should be a number:\n  item",
        ),
        ('x = { kind = "year", column = "genres" }', "Item feature 'x' should be a year:\n  item"),
        (
            'x = { kind = "text", column = "title", pattern = "(never there)" }',
            "Item feature 'x' has no word in any item",
        ),
        (
            'x = { kind = "year", column = "title", pattern = "(never there)" }',
            "Item feature 'x' is empty for every item",
        ),
        (
            'x = { kind = "text", column = "genres", pattern = "^(.)" }',
            "Item feature 'x' has no word in any item",
        ),
        ("", "Content needs item features, and this dataset declares none."),
        (
            'x = { kind = "stars" }',
            'items.features.x.kind = "stars" should be one of',
        ),
    ],
)
def test_features_that_do_not_do(recli, films, features, message):
    assert message in recli(*TRAIN, films(features), code=3).stderr


def test_a_constant_column(recli, films, tiny):
    lines = (tiny / "movies.csv").read_text(encoding="utf-8").splitlines()
    movies = "\n".join([f"{lines[0]},lang", *(f"{line},en" for line in lines[1:])]) + "\n"
    folder = films('genres = { kind = "categories" }\nlang = { kind = "categories" }\n', movies)
    said = recli(*TRAIN, folder).stderr
    assert "Item feature 'lang' is the same for every item: nothing is learned of it." in said
    said = recli(*TRAIN, folder, "-p", "item_features=lang", code=3).stderr
    assert "Item feature 'lang' is the same for every item, which says nothing." in said
    assert "-p item_features=" in said


def test_a_table_with_other_ids(recli, films, tiny):
    lines = (tiny / "movies.csv").read_text(encoding="utf-8").splitlines()
    movies = "\n".join([lines[0], *(f"tt{line}" for line in lines[1:])]) + "\n"
    said = recli(*TRAIN, films('genres = { kind = "categories" }', movies), code=3).stderr
    assert "The item table describes 0 of 25 rated items: are its ids those of the ratings?" in said
    assert len([line for line in said.splitlines() if line.startswith("  ")]) == 11
    assert "… and 15 more" in said
    assert "It has tt" in said


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("item_features=gernes", "no item feature 'gernes'. Did you mean 'genres'"),
        ("item_features=genres:0", "a weight is a number above 0, as in 'genres:0.5'"),
        ("mode=both", "no value of mode 'both'"),
        ("disliked=1", "'disliked' of content-based only matters with mode=profile"),
    ],
)
def test_parameters_that_do_not_do(recli, tiny, given, message):
    assert message in recli(*TRAIN, tiny, "-p", given, code=2).stderr
