"""A file made a dataset with a name, which then loads as the file did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recli import errors
from recli.data import description
from recli.data.add import add, remove
from recli.data.load import load

Write = Callable[..., Path]
RATINGS = "film;who;stars;when\n007;ann;4,5;x\n".replace("4,5", "4.5").replace("x", "2020-01-01")


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path / "own"))
    return tmp_path / "own"


def test_it_loads_as_the_file_did(write: Write, own: Path) -> None:
    path = write(RATINGS, "my ratings 😀.csv")
    first = load(str(path), {"user": "who", "item": "film", "scale": (1.0, 5.0)})
    folder = add("mine", path, first).folder
    assert folder == own / "mine"
    assert sorted(file.name for file in folder.iterdir()) == ["dataset.toml", path.name]
    again = load("mine")
    assert again.name == "mine"
    assert again.fingerprint == first.fingerprint
    assert again.sniffed == ()
    assert again.ratings.scale == (1.0, 5.0)
    assert again.ratings.item_ids.text.tolist() == ["007"]


@pytest.mark.parametrize("content", ["1::2::3\n1::3::3\n", "u\ta\t1\nv\tb\t2\n"])
def test_other_files_load_as_they_did(write: Write, content: str) -> None:
    path = write(content, "r.dat")
    first = load(str(path))
    add("mine", path, first)
    assert load("mine").fingerprint == first.fingerprint
    assert load("mine").sniffed == ()


def test_a_wide_matrix_loads_as_it_did(write: Write) -> None:
    path = write("1,99,3\n2,4,5\n", "wide.csv")
    first = load(str(path), {"format": "jester"})
    add("mine", path, first)
    assert load("mine").fingerprint == first.fingerprint


def test_an_item_table_is_described_by_what_it_holds(write: Write) -> None:
    path = write("user,item,rating\nu,1,4\nv,2,5\n")
    movies = write(
        "movie,Title,genres,year,plot \u00e9😀\n"
        '1,Heat,Crime|Drama,1995,"A thief, a cop"\n2,Alien,Horror|Drama,1979,In space\n'
        "3,Up,Drama,,A house that flies\n4,Jaws,Horror,1975,A shark\n5,Ran,Drama|War,1985,A king\n"
        "6,M,Crime,1931,A murderer\n7,Big,Drama,1988,A boy\n8,Fargo,Crime,1996,A salesman\n"
        "9,Speed,Crime,1994,A bus\n10,Rocky,Drama,1976,A boxer\n",
        "movies.csv",
    )
    folder = add("mine", path, load(str(path)), movies).folder
    items = description.read(folder / "dataset.toml").items
    assert items is not None
    assert (items.file, items.id, items.title) == ("movies.csv", "movie", "Title")
    kinds = {feature.name: feature.kind for feature in items.features}
    assert kinds == {"genres": "categories", "year": "year", "plot é😀": "text"}
    dataset = load("mine")
    assert dataset.title(dataset.ratings.item_ids.code("2")) == "Alien"
    assert len(dataset.ratings.item_ids) == 10


def test_numbers_with_gaps_are_numbers(write: Write) -> None:
    path = write("user,item,rating\nu,1,4\nv,2,5\n")
    goods = write("id,price\n1,9.5\n2,Unknown\n3,N/A\n4,12\n", "goods.csv")
    folder = add("mine", path, load(str(path)), goods).folder
    items = description.read(folder / "dataset.toml").items
    assert items is not None
    assert [(feature.name, feature.kind) for feature in items.features] == [("price", "number")]
    assert load("mine").notes == ("Item feature 'price': 2 without a number ('Unknown', 'N/A').",)


def test_steps_and_forms_of_dates_are_kept(write: Write) -> None:
    content = "uid,item,rating,when\nu,a,1,31.12.2019\nu,b,4,01.01.2020\nv,a,5,02.01.2020\n"
    steps = ("rename:uid=user", "keep:rating >= 3")
    options = {"time": "when", "time_format": "%d.%m.%Y", "prepare": steps}
    path = write(content)
    first = load(str(path), options)
    add("mine", path, first)
    again = load("mine")
    assert again.fingerprint == first.fingerprint
    assert [done.step for done in again.prepared] == list(steps)
    assert again.ratings.times.tolist() == [1_577_836_800, 1_577_923_200]


def test_a_user_table_goes_with_it(write: Write) -> None:
    path = write("user,item,rating\nu,1,4\nv,2,5\n")
    people = write("who;age;née\nv;31;é😀\nu;;x\nw;5;y\n", "people.csv")
    folder = add("mine", path, load(str(path)), users_file=people).folder
    users = description.read(folder / "dataset.toml").users
    assert users is not None
    assert (users.file, users.id) == ("people.csv", "who")
    dataset = load("mine")
    assert dataset.items is None
    assert dataset.column("user", "age").tolist() == ["", "31"]
    assert dataset.column("user", "née").tolist() == ["x", "é😀"]


def test_two_files_of_one_name(write: Write, own: Path) -> None:
    path, people = write("u,a,1\n", "a/x.csv"), write("u,5\n", "b/x.csv")
    with pytest.raises(errors.UsageError, match="x.csv and .*x.csv would be one file"):
        add("mine", path, load(str(path)), users_file=people)
    assert not own.exists()


@pytest.mark.parametrize("name", ["", "a/b", "../up", ".hidden", "a b", "é", "x" * 101, "a\n"])
def test_a_name_that_cannot_be_a_folders(write: Write, own: Path, name: str) -> None:
    path = write("u,a,1\n")
    with pytest.raises(errors.UsageError, match="cannot name a dataset: letters, digits"):
        add(name, path, load(str(path)))
    assert not own.exists()


def test_a_name_that_is_taken(write: Write) -> None:
    path = write("u,a,1\n")
    add("mine", path, load(str(path)))
    with pytest.raises(errors.UsageError, match="There is a dataset 'mine' already: .*mine"):
        add("mine", path, load(str(path)))


def test_absent_files(write: Write, own: Path, tmp_path: Path) -> None:
    path = write("u,a,1\n")
    with pytest.raises(errors.NotFoundError, match="none.csv: no such file"):
        add("mine", path, load(str(path)), tmp_path / "none.csv")
    with pytest.raises(errors.NotFoundError, match="nobody.csv: no such file"):
        add("mine", path, load(str(path)), users_file=tmp_path / "nobody.csv")
    with pytest.raises(errors.NotFoundError, match="movielens-small: no such file"):
        add("mine", Path("movielens-small"), load(str(path)))
    assert not own.exists()


def test_an_item_table_that_cannot_be_read_leaves_nothing(write: Write, own: Path) -> None:
    path = write("u,a,1\n")
    with pytest.raises(errors.DataError, match="movies.csv: the file is empty"):
        add("mine", path, load(str(path)), write("", "movies.csv"))
    assert not own.exists()


@pytest.mark.parametrize(
    ("movies", "wrong"),
    [
        ("", "movies.csv: the file is empty"),
        ("item,title\na,A\nb\n", "movies.csv: 1 of 2 rows cannot be used"),
        ("item,title\na,A\na,B\n", "movies.csv: items that have a row already:\n  line 3: a"),
        ("item,title\na,A\n,B\n", "movies.csv: items without an id:\n  line 3"),
        ("n,title\n7,A\n8,B\n", "movies.csv: no column has the ids of the items that were rated"),
    ],
)
def test_a_table_that_cannot_be_read_leaves_no_name(
    write: Write, own: Path, movies: str, wrong: str
) -> None:
    path = write("user,item,rating\nu,a,1\nv,b,2\n")
    table = write(movies, "movies.csv")
    with pytest.raises(errors.DataError) as caught:
        add("mine", path, load(str(path)), table)
    assert wrong in str(caught.value)
    assert str(own) not in str(caught.value), "it is about the user's file, not about a copy"
    with pytest.raises(errors.DataError):
        add("mine", path, load(str(path)), users_file=table)
    assert not own.exists()


def test_row_numbers_first_do_not_shift_the_titles(write: Write) -> None:
    path = write("userId,movieId,rating\nu,1,1\nv,2,2\nv,3,5\n")
    movies = write(
        ",title,movieId,genres\n0,One,1,War|Crime\n1,Two,2,War\n2,Three,3,Crime\n3,Four,4,War\n",
        "movies.csv",
    )
    added = add("mine", path, load(str(path)), movies)
    items = description.read(added.folder / "dataset.toml").items
    assert items is not None
    assert (items.id, items.title, [one.name for one in items.features]) == (
        *("movieId", "title"),
        ["genres"],
    )
    dataset = load("mine")
    codes = map(dataset.ratings.item_ids.code, "1234")
    assert [dataset.title(code) for code in codes] == ["One", "Two", "Three", "Four"]
    assert added.told == (
        "Items: movies.csv, ids in movieId (100% of the items that were rated), titles in title.",
        "Features: genres.",
        "Left out: column1 (row numbers).",
    )


def test_the_ids_column_is_said(write: Write) -> None:
    path = write("user,item,rating\nu,1,1\nv,2,2\n")
    table = write("rank,chart,note\n1,2,x\n2,1,y\n", "t.csv")
    with pytest.raises(errors.DataError, match="which column has the ids"):
        add("mine", path, load(str(path)), table)
    first = add("first", path, load(str(path)), table, items_id="chart").dataset
    assert first.items.columns["rank"].tolist() == ["2", "1"]
    second = add("second", path, load(str(path)), table, items_id="1").dataset
    assert second.items.columns["chart"].tolist() == ["2", "1"]
    with pytest.raises(errors.DataError, match="There is no column 'chort'. Did you mean 'chart'"):
        add("third", path, load(str(path)), table, items_id="chort")
    with pytest.raises(errors.DataError, match="There is no column '4'"):
        add("third", path, load(str(path)), users_file=table, users_id="4")


def test_columns_that_tell_nothing_are_no_features(write: Write) -> None:
    path = write("user,item,rating\nu,a,1\nv,b,2\n")
    table = write(
        "item,lang,code,kind\na,en,1-1,war\nb,en,1-2,crime\nc,en,1-3,war\nd,en,1-4,war\n", "t.csv"
    )
    added = add("mine", path, load(str(path)), table)
    assert [feature.name for feature in added.dataset.items.features] == ["kind"]
    assert "No features, for they do not tell items apart: lang, code." in added.told


def test_bad_rows_of_tables_are_set_aside_if_that_is_said(write: Write) -> None:
    path = write("user,item,rating\nu,a,1\nv,b,2\nv,b\n")
    table = write("item,title\na,A\nb\nb,B\n", "movies.csv")
    dataset = load(str(path), on_bad="skip")
    added = add("mine", path, dataset, table, on_bad="skip")
    assert [str(row) for row in added.dataset.bad_rows] == [
        "line 4: 2 columns where 3 are expected",
        "movies.csv, line 3: 1 columns where 2 are expected",
    ]
    assert added.dataset.title(1) == "B"


def test_a_dataset_is_removed(write: Write, own: Path) -> None:
    path = write("u,a,1\n")
    add("mine", path, load(str(path)))
    add("other", path, load(str(path)))
    assert remove("mine") == own / "mine"
    assert [folder.name for folder in own.iterdir()] == ["other"]
    assert path.exists()


def test_only_ones_own_datasets_are_removed(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(errors.UsageError, match="'movielens-small' is not in your own folder"):
        remove("movielens-small")
    here = write('[ratings]\nfile = "r.csv"\n', "datasets/here/dataset.toml")
    with pytest.raises(errors.UsageError, match="'here' is not in your own folder"):
        remove("here")
    assert here.exists()
    for name in ("..", "", "datasets", "../datasets/here", "nothing"):
        with pytest.raises(errors.NotFoundError, match="There is no dataset of your own"):
            remove(name)
