"""Which column of an item or a user table holds the ids."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import load

Write = Callable[..., Path]
Loaded = Callable[..., Dataset]

RATINGS = "userId,movieId,rating\n1,10,4\n1,20,3\n2,10,5\n2,30,1\n3,40,2\n"
ITEMS = '[ratings]\nfile = "r.csv"\n[items]\nfile = "t.csv"\ntitle = "title"\n'
USERS = '[ratings]\nfile = "r.csv"\n[users]\nfile = "t.csv"\n'


@pytest.fixture
def loaded(write: Write) -> Loaded:
    """The dataset with this table beside its ratings."""

    def loaded(
        table: str, toml: str = ITEMS, ratings: str = RATINGS, on_bad: str = "error"
    ) -> Dataset:
        folder = write(toml, "d/dataset.toml").parent
        write(ratings, "d/r.csv")
        write(table, "d/t.csv")
        return load(str(folder), on_bad=on_bad)

    return loaded


def titles(dataset: Dataset) -> dict[str, str]:
    ids = dataset.ratings.item_ids
    return {raw: dataset.title(ids.code(raw)) for raw in ids.text}


EXPECTED = {"10": "Heat", "20": "Up", "30": "Ran", "40": "Big"}


@pytest.mark.parametrize(
    "table",
    [
        ",title,movieId,genres\n0,Heat,10,a\n1,Up,20,b\n2,Ran,30,b\n3,Big,40,a\n",
        "title,movie_id,n\nHeat,10,10\nUp,20,30\nRan,30,20\nBig,40,40\n",
        "title,id,year\nHeat,10,1995\nUp,20,2009\nRan,30,1985\nBig,40,1988\n",
        "title,tmdb,key\nHeat,10,x\nUp,20,y\nRan,30,z\nBig,40,w\n",
        "10,title,more\n20,title,more\n30,title,more\n".replace("title", "T"),
    ],
)
def test_the_column_called_as_in_the_ratings_or_with_most_of_their_ids(
    loaded: Loaded, table: str
) -> None:
    if table.startswith("10"):
        toml = ITEMS.replace('title = "title"\n', "")
        assert loaded(table, toml).items.in_table.tolist() == [True, True, True, False]
    else:
        assert titles(loaded(table)) == EXPECTED


def test_what_was_found_is_told_with_its_share(loaded: Loaded) -> None:
    dataset = loaded("title,tmdb,key\nHeat,10,x\nUp,20,y\nRan,30,z\nNew,50,w\n")
    told = ("items' id", "tmdb (has 75% of the items that were rated)",
            "id under [items] in the dataset.toml")  # fmt: skip
    assert dataset.sniffed[-1] == told
    named = loaded("title,tmdb\nHeat,10\n", f'{ITEMS}id = "tmdb"\n')
    assert all("id" not in what for what, _, _ in named.sniffed)
    assert titles(named)["10"] == "Heat"


def test_a_catalogue_and_row_numbers_hold_all_ids_alike(loaded: Loaded) -> None:
    """Ratings of 1 to 4 are among the rows 0 to 5, and among the ids 1 to 6 a row above."""
    ratings = "user,item,rating\nu,1,4\nu,2,3\nv,3,5\nv,4,1\n"
    rows = [(row, f"Title {row + 1}", row + 1) for row in range(6)]
    table = ",title,film\n" + "".join(f"{row},{title},{raw}\n" for row, title, raw in rows)
    assert titles(loaded(table, ratings=ratings)) == {str(n): f"Title {n}" for n in range(1, 7)}


def test_a_name_does_not_help_a_column_without_any_of_the_ids(loaded: Loaded) -> None:
    table = "movieId,title,code\na,Heat,10\nb,Up,20\nc,Ran,30\nd,Big,40\n"
    assert titles(loaded(table)) == EXPECTED


def test_a_column_called_as_in_the_ratings_may_have_few_of_the_ids(loaded: Loaded) -> None:
    dataset = loaded("title,movieId,n\nHeat,10,1\nNew,50,2\nNewer,60,3\n")
    assert titles(dataset) == {
        "10": "Heat",
        "20": "",
        "30": "",
        "40": "",
        "50": "New",
        "60": "Newer",
    }
    assert dataset.sniffed[-1][1] == "movieId (has 25% of the items that were rated)"


def test_two_columns_with_the_ids_are_asked(loaded: Loaded) -> None:
    table = "title,rank,chart\nHeat,10,40\nUp,20,30\nRan,30,20\nBig,40,10\n"
    with pytest.raises(errors.DataError) as caught:
        loaded(table)
    message = str(caught.value).partition("t.csv: ")[2]
    assert message == (
        "which column has the ids of the items that were rated? Of the 4 ids there are in column\n"
        "  rank: 10, 20, 30: 100% of them\n  chart: 40, 30, 20: 100% of them\n"
        'Say which: `items_id="rank"` where it is read, id = "rank" under [items] in its '
        "dataset.toml."
    )
    assert titles(loaded(table, f'{ITEMS}id = "rank"\n')) == EXPECTED


@pytest.mark.parametrize(
    ("table", "first"),
    [
        ("title,n\nHeat,10\nUp,21\nRan,31\n", "n: 10, 21, 31: 25% of them"),
        ("n,title\n1,Heat\n2,Up\n", "n: 1, 2: 0% of them"),
        ("movieId,title\n010,Heat\n020,Up\n", "movieId: 010, 020: 0% of them"),
    ],
)
def test_a_low_share_is_an_error_that_names_it(loaded: Loaded, table: str, first: str) -> None:
    with pytest.raises(errors.DataError) as caught:
        loaded(table)
    lines = str(caught.value).splitlines()
    assert lines[0].endswith(
        "t.csv: no column has the ids of the items that were rated, such as 10, 20, 30. Of these 4 ids "
        "there are in column"
    )
    assert lines[1] == f"  {first}"
    assert '`items_id="NAME"`' in lines[-1]


def test_ids_that_some_program_took_for_numbers(loaded: Loaded) -> None:
    assert titles(loaded("title,film\nHeat,10.0\nUp,20.0\nRan,30.0\nBig,40.0\n")) == EXPECTED


def test_the_id_may_be_numbered(loaded: Loaded) -> None:
    table = "title,rank,chart\nHeat,10,40\nUp,20,30\nRan,30,20\nBig,40,10\n"
    assert titles(loaded(table, f'{ITEMS}id = "2"\n')) == EXPECTED
    with pytest.raises(errors.DataError, match="There is no column '4'"):
        loaded(table, f'{ITEMS}id = "4"\n')


def test_user_tables_go_by_the_same_rule(loaded: Loaded) -> None:
    for table in (
        ",age,user_id\n0,31,1\n1,5,2\n2,70,3\n",
        "age,nr,member\n31,11,1\n5,12,2\n70,13,3\n",
    ):
        dataset = loaded(table, USERS)
        assert dataset.column("user", "age").tolist() == ["31", "5", "70"]
    with pytest.raises(errors.DataError, match="ids of the users who rated, such as 1, 2, 3"):
        loaded("age,job\n31,cook\n55,vet\n", USERS)


BAD = "movieId,title\n10,Heat\n,Nobody\n20,Up\n20,Up again\n30,Ran,more\n40,Big\n"


def test_bad_rows_of_a_table_stop(loaded: Loaded) -> None:
    with pytest.raises(errors.DataError) as caught:
        loaded(BAD)
    assert "t.csv: 1 of 6 rows cannot be used:\n  line 6: 3 columns" in str(caught.value)
    assert '`on_bad="skip"`' in str(caught.value)


def test_bad_rows_of_a_table_are_set_aside_and_counted(loaded: Loaded) -> None:
    dataset = loaded(BAD, on_bad="skip")
    assert titles(dataset) == {"10": "Heat", "20": "Up", "30": "", "40": "Big"}
    assert [(row.part, row.line, row.text) for row in dataset.bad_rows] == [
        ("t.csv", 3, ",Nobody"),
        ("t.csv", 5, "20,Up again"),
        ("t.csv", 6, "30,Ran,more"),
    ]
    assert [str(row) for row in dataset.bad_rows][:2] == [
        "t.csv, line 3: the item is empty",
        "t.csv, line 5: item 20 has a row already",
    ]


def test_bad_rows_of_a_user_table_are_set_aside(loaded: Loaded) -> None:
    dataset = loaded("userId,age\n1,31\n,5\n2,8\n3,9\n3,10\n", USERS, on_bad="skip")
    assert dataset.column("user", "age").tolist() == ["31", "8", "9"]
    assert [row.line for row in dataset.bad_rows] == [3, 6]
