"""Which dataset a name means."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from recli import errors
from recli.data import find

Write = Callable[..., Path]
TOML = '[ratings]\nfile = "r.csv"'


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder, with a folder of datasets of one's own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path / "own"))


def test_the_default_is_shipped() -> None:
    about = find.named(find.DEFAULT)
    assert about.location(about.ratings).exists()


def test_names_are_all_there_are(write: Write) -> None:
    before = find.names()
    assert {"movielens-small", "ml-100k", "ml-1m", "jester-1", "jester-2"} <= set(before)
    assert before == sorted(before)
    write(TOML, "own/mine/dataset.toml")
    write(TOML, "own/movielens-small/dataset.toml")
    write(TOML, "own/no-description/readme.txt")
    write(TOML, "here/datasets/theirs/dataset.toml")
    assert find.names() == sorted([*before, "mine", "theirs"])


def test_the_nearest_folder_wins(write: Write, tmp_path: Path) -> None:
    assert find.named("ml-100k").folder.parent.name in {"datasets", "shipped_datasets"}
    write(TOML, "own/ml-100k/dataset.toml")
    assert find.named("ml-100k").folder == tmp_path / "own" / "ml-100k"
    write(TOML, "here/datasets/ml-100k/dataset.toml")
    assert find.named("ml-100k").folder == Path("datasets/ml-100k")


def test_a_copy_is_downloaded_again_by_the_shipped_entry_for_its_archive(write: Write) -> None:
    shipped = find.named("ml-100k")
    assert shipped.download is not None
    old = f'[download]\nurl = "{shipped.download.url}"\nmembers = {{ "u.data" = "u.data" }}\n'
    write(old + TOML, "own/ml-100k/dataset.toml")
    assert find.to_download("ml-100k") == shipped


@pytest.mark.parametrize(
    ("place", "download"),
    [
        ("own/ml-100k", ""),
        ("own/ml-100k", '[download]\nurl = "https://example.org/x"\nmembers = {}\n'),
        ("own/mine", '[download]\nurl = "https://example.org/x"\nmembers = {}\n'),
        ("here/datasets/ml-100k", ""),
    ],
)
def test_an_entry_of_ones_own_is_downloaded_as_it_says(
    write: Write, place: str, download: str
) -> None:
    path = write(download + TOML, f"{place}/dataset.toml")
    assert find.to_download(path.parent.name).folder.resolve() == path.parent


def test_an_unknown_name() -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        find.named("ml-100")
    assert caught.value.exit_code == 4
    message = str(caught.value)
    assert message.startswith("There is no dataset or file 'ml-100'. Did you mean 'ml-100k'? Give")
    assert "one of: ml-100k, " in message


def test_a_name_like_no_other_gets_no_guess() -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        find.named("qqqqq.csv")
    assert "Did you mean" not in str(caught.value)


def test_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert find.user_folder() == tmp_path / "own"
    monkeypatch.delenv("RECLI_DATASETS")
    if os.name == "posix":
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_DATA_HOME", raising=False)
        assert tmp_path in find.user_folder().parents
    assert find.user_folder().name == "datasets"
