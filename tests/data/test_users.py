"""The user table: read, laid along the users who rated, and asked for by column."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors
from recli.data.dataset import Dataset
from recli.data.expand import expand
from recli.data.load import load

Write = Callable[..., Path]
Given = Callable[..., Dataset]

TOML = '[ratings]\nfile = "r.csv"\n[users]\nfile = "people.csv"\n'
RATINGS = "user,item,rating\nbo,x,4\nann,x,5\nbo,y,3\ncy,x,2\n"
PEOPLE = "id,age,job\ncy,,vet\ndee,70,\nann,31,cook\n"
SHIPPED = Path(__file__).parents[2] / "datasets"
SHARED = Path(__file__).parents[3] / "shared" / "datasets"


@pytest.fixture
def described(write: Write) -> Given:
    """The dataset with these users and ratings; without users, their file is absent."""

    def described(people: str | None, toml: str = TOML, ratings: str = RATINGS) -> Dataset:
        folder = write(toml, "d/dataset.toml").parent
        write(ratings, "d/r.csv")
        if people is not None:
            write(people, "d/people.csv")
        return load(str(folder))

    return described


def test_a_row_for_each_user_who_rated(described: Given) -> None:
    dataset = described(PEOPLE)
    users = dataset.users
    assert users is not None
    assert users.ids is dataset.ratings.user_ids
    assert users.ids.text.tolist() == ["ann", "bo", "cy"], "dee rated nothing"
    assert {name: column.tolist() for name, column in users.columns.items()} == {
        "age": ["31", "", ""],
        "job": ["cook", "", "vet"],
    }
    assert users.in_table.tolist() == [True, False, True]
    assert users.n_unrated == 1


def test_the_id_may_stand_anywhere_and_columns_may_be_named(described: Given) -> None:
    toml = TOML + 'header = false\ndelimiter = "::"\ncolumns = ["job", "who", "age"]\nid = "who"\n'
    users = described("cook::ann::31\nvet::cy::\n", toml).users
    assert users is not None
    assert {name: column.tolist() for name, column in users.columns.items()} == {
        "job": ["cook", "", "vet"],
        "age": ["31", "", ""],
    }


def test_ids_are_text(described: Given) -> None:
    ratings = "user,item,rating\n007,x,4\n7,x,5\n"
    users = described("user,age\n07,1\n007,2\n", ratings=ratings).users
    assert users is not None
    assert dict(zip(users.ids.text, users.columns["age"], strict=True)) == {"007": "2", "7": ""}
    assert users.n_unrated == 1


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (None, "people.csv: no such file, although the dataset.toml names it."),
        ("who,age\nann,31\n", "people.csv: There is no column 'id'."),
        (f"{PEOPLE}ann,32,\n", "people.csv: users that have a row already:\n  line 5: ann"),
        ("id,age\nann,31\n,4\n", "people.csv: users without an id:\n  line 3"),
        ("id,age\nann,31\nbo\n", "people.csv: 1 of 2 rows cannot be used:\n  line 3: 1 column"),
        ("", "people.csv: the file is empty."),
    ],
)
def test_a_user_table_that_is_wrong(
    described: Given, tmp_path: Path, people: str | None, expected: str
) -> None:
    with pytest.raises(errors.DataError) as caught:
        described(people, f'{TOML}id = "id"')
    assert str(caught.value).startswith(str(tmp_path / "d" / expected))


def test_a_download_from_before_there_was_a_user_table_loads(described: Given) -> None:
    toml = f'name = "old"\n{TOML}[download]\nurl = "https://example.org/x"\nmembers = {{}}\n'
    without = described(None, toml)
    assert without.users is None
    with pytest.raises(errors.DataError, match="'recli data download old' fetches what there is"):
        without.column("user", "age")
    present = described(PEOPLE, toml)
    assert present.column("user", "age").tolist() == ["31", "", ""]


def test_the_user_table_belongs_to_the_fingerprint(described: Given) -> None:
    first = described(PEOPLE).fingerprint
    assert described(PEOPLE).fingerprint == first
    assert described("job,id,age\ncook,ann,31\nvet,cy,\n", f'{TOML}id = "id"').fingerprint == first
    others = [
        described(PEOPLE, TOML.partition("[users]")[0]).fingerprint,
        described(PEOPLE.replace("cook", "vet")).fingerprint,
        described(PEOPLE.replace("job", "trade")).fingerprint,
        described(PEOPLE.replace("ann", "bo")).fingerprint,
        described(PEOPLE.replace(",job", "").replace(",vet", "").replace(",cook", "")
                  .replace("70,", "70")).fingerprint,
    ]  # fmt: skip
    assert len({first, *others}) == 6


def test_a_column_of_either_table(described: Given, write: Write) -> None:
    items = '[items]\nfile = "i.csv"\nid = "id"\nfeatures.kind = { kind = "text" }\n'
    write("id,kind\nz,new\ny,old\n", "d/i.csv")
    dataset = described(PEOPLE, TOML + items)
    assert dataset.column("user", "job").tolist() == ["cook", "", "vet"]
    assert dataset.column("item", "kind").tolist() == ["", "old", "new"], "z is in the catalogue"
    wrong = "There is no user column 'jbo'. Did you mean 'job'? Valid: job, age."
    with pytest.raises(errors.UsageError, match=re.escape(wrong)):
        dataset.column("user", "jbo")
    with pytest.raises(errors.UsageError, match="There is no item column 'job'"):
        dataset.column("item", "job")


def test_users_that_were_multiplied_have_no_table(described: Given) -> None:
    assert expand(described(PEOPLE), 8, 0).users is None


@pytest.mark.parametrize("kind", ["user", "item"])
def test_a_column_where_there_is_no_table(write: Write, kind: str) -> None:
    dataset = load(str(write(RATINGS, "bare.csv")))
    assert dataset.users is None
    with pytest.raises(errors.DataError, match=f"'bare' has no {kind} table") as caught:
        dataset.column(kind, "age")
    assert f'[{kind}s] with file = "…"' in str(caught.value)
    assert "download" not in str(caught.value)


WORDS = st.text("abc01 é|'", min_size=1, max_size=3).filter(str.strip)


@given(
    raters=st.sets(WORDS, min_size=1, max_size=8),
    people=st.dictionaries(WORDS, st.tuples(WORDS, WORDS), min_size=1, max_size=8),
)
def test_every_user_has_the_texts_of_their_row(
    tmp_path_factory: pytest.TempPathFactory, raters: set[str], people: dict[str, tuple[str, str]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-users"
    folder.mkdir(exist_ok=True)
    header = 'header = true\ndelimiter = ","\n'
    toml = f'[ratings]\nfile = "r.csv"\n{header}[users]\nfile = "people.csv"\nid = "id"\n{header}'
    (folder / "dataset.toml").write_text(toml, encoding="utf-8")
    for name, rows in (
        ("r.csv", [["user", "item", "rating"], *([raw, "x", "1"] for raw in sorted(raters))]),
        ("people.csv", [["id", "a", "b"], *([raw, *texts] for raw, texts in people.items())]),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    users = load(str(folder)).users
    assert users is not None
    for code, raw in enumerate(users.ids.text):
        found = tuple(column[code] for column in users.columns.values())
        assert found == people.get(raw, ("", ""))
        assert users.in_table[code] == (raw in people)
    assert users.n_unrated == len(set(people) - raters)


@pytest.mark.parametrize(
    ("name", "folder", "files", "column", "place", "delimiter", "n_users", "n_unrated"),
    [
        ("ml-100k", "ml-100k", {"u.data": "u.data.gz", "u.item": "", "u.user": ""},
         "occupation", 3, "|", 943, 0),
        ("ml-1m", "ml-1m-half", {"ratings.dat": "ratings.dat.gz", "movies.dat": "", "users.dat": ""},
         "age", 2, "::", 2_999, 3_041),
    ],
)  # fmt: skip
def test_the_entries_of_movielens_fit_the_real_files(
    write: Write, name: str, folder: str, files: dict[str, str], column: str,
    place: int, delimiter: str, n_users: int, n_unrated: int,
) -> None:  # fmt: skip
    real = SHARED / folder
    if not real.is_dir():
        pytest.skip(f"{real} is not here: its licence forbids to ship it")
    toml = (SHIPPED / name / "dataset.toml").read_text(encoding="utf-8")
    for named, local in files.items():
        path = (real / (local or named)).as_posix()
        toml = toml.replace(f'\nfile = "{named}"', f'\nfile = "{path}"')
    dataset = load(str(write(toml, f"{name}/dataset.toml")))
    assert dataset.users is not None
    assert (len(dataset.users.ids), dataset.users.n_unrated) == (n_users, n_unrated)
    assert dataset.users.in_table.all()
    rows = (real / list(files)[-1]).read_text(encoding="latin-1").splitlines()
    expected = Counter(row.split(delimiter)[place] for row in rows[:n_users])
    assert Counter(dataset.column("user", column)) == expected
