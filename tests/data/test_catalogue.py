"""Every dataset on hand, taken out of a tiny file in its publisher's layout, with invented values."""

from __future__ import annotations

import ast
import csv
import dataclasses
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from recli import errors
from recli.data import description
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.sources.download import take
from tests.data.test_formats import excel

SHIPPED = Path(__file__).parents[2] / "datasets"
FIXTURES = Path(__file__).parent / "catalogue"
Row = tuple[str, str, float]
Files = Mapping[str, bytes]
Reader = Callable[[Files], Iterable[Row]]

JOKES: list[list[object]] = [[3, -7.5, 8.25, 99, 0.5], [1, 99, 99, 99, -10]]


def cells(
    user: int,
    item: int,
    value: int | None = None,
    *,
    cut: str = ",",
    header: bool = True,
    encoding: str = "utf-8",
    kept: Callable[[list[str]], bool] = lambda row: True,
    file: str | None = None,
) -> Reader:
    """Rows by Python's csv module, or cut at several characters; which of their cells play roles."""

    def rows(files: Files) -> Iterable[Row]:
        lines = (files[file] if file else first(files)).decode(encoding).splitlines()
        if len(cut) > 1:
            found = [line.split(cut) for line in lines]
        else:
            quoting = csv.QUOTE_NONE if cut == "\t" else csv.QUOTE_MINIMAL
            found = list(csv.reader(lines, delimiter=cut, quoting=quoting))
        for row in found[int(header) :]:
            if row and kept(row):
                yield row[user], row[item], 1.0 if value is None else float(row[value])

    return rows


def objects(
    user: str,
    item: str,
    value: str | None = None,
    parse: Callable[[str], object] = json.loads,
    file: str | None = None,
) -> Reader:
    """Lines as JSON or literals of Python; those that lack a role, or a rating above 0, are none."""

    def rows(files: Files) -> Iterable[Row]:
        for line in (files[file] if file else first(files)).decode().splitlines():
            one = parse(line)
            assert isinstance(one, dict)
            given = float(one.get(value) or 0) if value else 1.0
            if user in one and given > 0:
                yield one[user], one[item], given

    return rows


def blocks(files: Files) -> Iterable[Row]:
    """The blocks of the Netflix Prize."""
    for line in "".join(files[name].decode() for name in sorted(files)).split():
        if line.endswith(":"):
            movie = line[:-1]
        else:
            user, rating, _ = line.split(",")
            yield user, movie, float(rating)


def clicks(files: Files) -> Iterable[Row]:
    """The clicks of MIND's behaviors.tsv."""
    for line in files["behaviors.tsv"].decode().splitlines():
        _, user, _, _, shown = line.split("\t")
        yield from ((user, news[:-2], 1.0) for news in shown.split() if news.endswith("-1"))


def lists(files: Files) -> Iterable[Row]:
    """A line a user, numbered from 0: how many items, and these."""
    for user, line in enumerate(first(files).decode().splitlines()):
        n_items, *items = line.split()
        assert int(n_items) == len(items)
        yield from ((str(user), item, 1.0) for item in items)


def jokes(files: Files) -> Iterable[Row]:
    """The sheet of Jester, which is made here."""
    for user, (_, *values) in enumerate(JOKES, start=1):
        for item, value in enumerate(values, start=1):
            if value != 99:
                yield str(user), str(item), float(str(value))


def both(one: Reader, other: Reader) -> Reader:
    return lambda files: [*one(files), *other(files)]


def first(files: Files) -> bytes:
    return next(iter(files.values()))


@dataclass(frozen=True)
class Case:
    """What a dataset should be.

    rows: an independent reader of the fixture's ratings or interactions
    n: users, items of ratings, and pairs of them
    row: one of them; time: its moment in UTC
    title: of the item of that row; skips: whether its bad row is set aside
    """

    rows: Reader
    n: tuple[int, int, int]
    row: Row
    time: str | None = None
    title: str = ""
    skips: int = 0
    fixture: str | None = None


def clicked(row: list[str]) -> bool:
    return row[5] == "1"


AMAZON = Case(
    cells(0, 1, 2), (2, 2, 3), ("AAINVENTED1", "B0INVENT01", 5.0), "2020-01-01T00:00:00.123",
    fixture="amazon-2023",
)  # fmt: skip
GOODREADS = Case(
    objects("user_id", "book_id", "rating"), (2, 1, 2), ("aaaa8888", "101", 5.0),
    "2018-01-01T03:00:00", fixture="goodreads",
)  # fmt: skip
MOVIELENS = Case(
    cells(0, 1, 2, file="ratings.csv"), (2, 2, 3), ("1", "1029", 3.0), "2009-12-05T08:00:01",
    "Ann’s Show (2007– )", fixture="ml-csv",
)  # fmt: skip
TWEETS = Case(
    cells(0, 1, 2, cut="::", header=False, file="ratings.dat"), (2, 2, 3), ("2", "0000002", 0.0),
    "2020-05-20T18:40:00", "Née (1991)", fixture="movietweetings",
)  # fmt: skip
JESTER = Case(jokes, (2, 3, 4), ("1", "2", 8.25))
CHECKINS = cells(0, 4, cut="\t", header=False, kept=lambda row: bool(row[4]))
CASES = {
    **{f"amazon-2023-{category}": AMAZON for category in (
        "all-beauty", "baby-products", "books", "digital-music", "toys-and-games", "video-games",
    )},
    "amazon-2014-cds-and-vinyl": Case(
        cells(0, 1, 2, header=False), (2, 2, 3), ("A1INVENTED1", "0000000025", 5.0),
        "2013-01-01T00:00:00",
    ),
    "ambar": Case(cells(0, 1, 2), (2, 2, 3), ("501", "1002", 2.0)),
    "anime": Case(
        cells(0, 1, 2, kept=lambda row: row[2] != "-1", file="rating.csv"), (3, 2, 3),
        ("2", "24", 10.0), title="It&#039;s, again",
    ),
    "beeradvocate": Case(
        objects("review/profileName", "beer/beerId", "review/overall", ast.literal_eval),
        (2, 2, 2), ('o"neil', "71", 1.5), "2009-01-01T00:00:00", skips=1,
    ),
    "book-crossing": Case(
        cells(0, 1, 2, cut=";", encoding="latin-1", kept=lambda row: row[2] != "0",
              file="BX-Book-Ratings.csv"),
        (2, 2, 3), ("12", "0000000002", 5.0), title='Songs; of "Rain"',
    ),
    "brightkite": Case(CHECKINS, (2, 2, 3), ("7", "aaaa0000", 1.0), "2009-05-03T00:00:01", skips=1),
    "ciao-dvd": Case(
        cells(0, 1, 4, header=False), (2, 2, 3), ("1", "1", 5.0), "2012-02-29T00:00:00"
    ),
    "citeulike-a": Case(lists, (3, 4, 6), ("2", "20", 1.0)),
    "diginetica": Case(cells(0, 2, cut=";"), (2, 2, 3), ("2", "91", 2.0), "2016-05-10T00:00:00"),
    "epinions": Case(cells(0, 1, 2, cut=" ", header=False), (2, 3, 4), ("777", "888", 5.0)),
    "filmtrust": Case(cells(0, 1, 2, cut=" ", header=False), (2, 3, 4), ("2", "1", 0.5)),
    "goodbooks-10k": Case(
        cells(0, 1, 2, file="ratings.csv"), (3, 2, 4), ("2", "1", 4.0), title="A Book (Series, #1)"
    ),
    "goodreads-comics": GOODREADS,
    "goodreads-poetry": GOODREADS,
    "gowalla": Case(CHECKINS, (2, 2, 3), ("0", "9001", 2.0), "2010-01-31T23:59:59"),
    "hetrec-delicious": Case(
        cells(0, 1, cut="\t"), (2, 2, 3), ("8", "1", 2.0), "2008-01-10T21:20:00.500"
    ),
    "hetrec-lastfm": Case(
        cells(0, 1, 2, cut="\t", file="user_artists.dat"), (2, 2, 3), ("2", "52", 7.0),
        title='Möwe "2',
    ),
    "hetrec-movielens": Case(
        cells(0, 1, 2, cut="\t", file="user_ratedmovies.dat"), (2, 2, 3), ("75", "3", 1.0),
        "2005-03-09T23:07:06", 'Plain "Tale',
    ),
    "jester-1": JESTER,
    "jester-1-part-2": JESTER,
    "jester-1-part-3": JESTER,
    "jester-2": Case(cells(0, 1, 2, cut="\t\t", header=False), (2, 2, 3), ("1", "7", -9.5)),
    "kuairand-pure": Case(
        both(*(cells(0, 1, kept=clicked, file=f"log_standard_{days}_pure.csv")
               for days in ("4_08_to_4_21", "4_22_to_5_08"))),
        (2, 2, 3), ("0", "22", 1.0), "2022-04-22T01:13:20.001",
    ),
    "kuairec": Case(
        cells(0, 1, file="big_matrix.csv"), (2, 2, 3), ("0", "11", 2.0), "2020-07-05T16:00:00.500"
    ),
    "lastfm-1k": Case(
        cells(0, 3, cut="\t", header=False), (2, 2, 3), ("user_000901", "坂本", 2.0),
        "2008-08-07T00:00:01",
    ),
    "lastfm-360k": Case(
        cells(0, 2, 3, cut="\t", header=False, file="usersha1-artmbid-artname-plays.tsv"),
        (2, 2, 3), ("0000aaaa", "die möwen", 12.0),
    ),
    "mind-small": Case(
        clicks, (2, 3, 3), ("U1", "N1", 1.0), "2019-11-10T09:00:00", 'A "quoted title'
    ),
    "ml-100k": Case(
        cells(0, 1, 2, cut="\t", header=False, file="u.data"), (2, 2, 3), ("186", "302", 3.0),
        "1998-03-27T12:00:00", "Le Café (1997) (V)",
    ),
    "ml-10m": Case(
        cells(0, 1, 2, cut="::", header=False, file="ratings.dat"), (2, 2, 3), ("1", "185", 4.5),
        "1996-07-22T01:46:41", "Né (1995)",
    ),
    "ml-1m": Case(
        cells(0, 1, 2, cut="::", header=False, file="ratings.dat"), (2, 2, 3), ("1", "661", 3.0),
        "2000-12-28T10:40:01", "Cité (1996)",
    ),
    **{f"ml-{size}": MOVIELENS for size in ("20m", "25m", "32m", "latest", "latest-small")},
    "modcloth": Case(
        objects("user_id", "item_id", "quality"), (2, 2, 2), ("41", "301", 5.0), skips=1
    ),
    "movietweetings": TWEETS,
    "movietweetings-latest": TWEETS,
    "msd-taste-profile": Case(
        cells(0, 1, 2, cut="\t", header=False), (2, 2, 3),
        ("a" * 40, "SOINVENTEDBBBBBBBB", 8.0),
    ),
    "netflix-prize": Case(blocks, (3, 6, 7), ("53", "9211", 1.0), "2003-12-02T00:00:00"),
    "rent-the-runway": Case(
        objects("user_id", "item_id", "rating"), (2, 2, 2), ("51", "61", 10.0),
        "2015-05-01T00:00:00", skips=1,
    ),
    "retailrocket": Case(
        lambda files: [
            (user, item, {"view": 1.0, "addtocart": 3.0, "transaction": 5.0}[kind])
            for _, user, kind, item, _ in list(csv.reader(first(files).decode().splitlines()))[1:]
        ],
        (2, 2, 3), ("72", "82", 9.0), "2015-04-25T22:13:22",
    ),
    "steam-reviews": Case(
        objects("username", "product_id", parse=ast.literal_eval), (2, 2, 3),
        ('Mad "Ned', "9001", 1.0), "2017-01-02T00:00:00",
    ),
    "yelp": Case(
        objects("user_id", "business_id", "stars", file="yelp_academic_dataset_review.json"),
        (2, 2, 3), ("mh_", "XQf", 3.0), "2018-01-01T01:02:03", "Turning",
    ),
    "yoochoose-clicks": Case(
        cells(0, 2, header=False), (2, 3, 3), ("1", "901", 2.0), "2014-04-01T10:02:00.750"
    ),
}  # fmt: skip


def fixture(name: str) -> dict[str, bytes]:
    """The files of a dataset as their publisher has them, unpacked."""
    if CASES[name] is JESTER:
        return {f"jester-data-{name.removeprefix('jester-1')[-1:] or 1}.xls": excel(JOKES)}
    folder = FIXTURES / (CASES[name].fixture or name)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def published(name: str, folder: Path) -> Path:
    """What a publisher hands out: an archive with the members, or the only one of them."""
    source = description.read(SHIPPED / name / "dataset.toml").download
    assert source is not None
    files = fixture(name)
    members = {}
    for member in source.members:
        base = PurePosixPath(member).name.removesuffix(".gz")
        # Files of one layout share a fixture, under a name of its own.
        content = files.get(base, first(files) if len(files) == len(source.members) else b"")
        members[member] = gzip.compress(content) if member.endswith(".gz") else content
    called = PurePosixPath(
        source.url or ("archive.zip" if len(members) > 1 else next(iter(members)))
    ).name
    if name == "yelp":
        called = "yelp_dataset.tar"
    path = folder / called
    if called in members:
        path.write_bytes(members[called])
    elif ".tar" in called:
        with tarfile.open(path, "w:gz" if called.endswith(".gz") else "w") as tar:
            for member, content in members.items():
                entry = tarfile.TarInfo(member)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
    return path


def taken(name: str, folder: Path) -> Path:
    """The folder of the dataset, taken out of what its publisher hands out; its sums aside."""
    about = description.read(SHIPPED / name / "dataset.toml")
    assert about.download is not None
    source = dataclasses.replace(about.download, md5=None, sha256=None)
    file = published(name, folder)
    return take(dataclasses.replace(about, download=source), file, folder / "own" / name)


def rows_of(dataset: Dataset) -> dict[tuple[str, str], float]:
    ratings = dataset.ratings
    users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
    return dict(zip(zip(users, items, strict=True), ratings.values.tolist(), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_a_dataset_is_read_as_its_description_says(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    folder = taken(name, tmp_path)
    if case.skips:
        with pytest.raises(errors.DataError, match=f"{case.skips} of "):
            load(str(folder))
    dataset = load(str(folder), on_bad="skip" if case.skips else "error")
    found = rows_of(dataset)
    expected: dict[tuple[str, str], float] = {}
    for user, item, value in case.rows(fixture(name)):
        assert dataset.ratings.implicit or (user, item) not in expected
        expected[user, item] = expected.get((user, item), 0.0) + value
    assert found == expected
    users, items = {user for user, _ in found}, {item for _, item in found}
    assert (len(users), len(items), len(found)) == case.n
    user, item, value = case.row
    assert found[user, item] == value
    assert len(dataset.bad_rows) == case.skips
    guessed = {what for what, *_ in dataset.sniffed}
    assert guessed <= ({"scale"} if name in ("ambar", "anime") else set())
    place = list(found).index((user, item))
    times, unit = dataset.ratings.times, dataset.ratings.time_unit
    assert (times is None) == (case.time is None)
    if times is not None:
        assert np.datetime64(int(times[place]), unit) == np.datetime64(str(case.time))
    assert dataset.title(int(dataset.ratings.items[place])) == case.title
    low, high = dataset.ratings.scale
    assert low <= min(found.values()) <= max(found.values()) <= high


def test_every_dataset_that_is_to_be_downloaded_has_a_case() -> None:
    paths = SHIPPED.glob("*/dataset.toml")
    assert {path.parent.name for path in paths} - {"movielens-small"} == CASES.keys()
    used = {CASES[name].fixture or name for name in CASES if CASES[name] is not JESTER}
    assert used == {path.name for path in FIXTURES.iterdir()}


def test_users_and_features_come_along(tmp_path: Path) -> None:
    books = load(str(taken("book-crossing", tmp_path)))
    assert books.users is not None and books.items is not None
    code = books.ratings.user_ids.codes(np.array(["12"], object))[0]
    assert books.users.columns["Location"][code] == 'málaga, "andalucía", spain'
    author, year = books.items.features
    code = books.ratings.item_ids.codes(np.array(["0000000002"], object))[0]
    assert books.items.labels_of(author)[code] == ["Juan Pérez"]
    assert books.items.texts_of(year)[code] == "2001"
    listeners = load(str(taken("lastfm-360k", tmp_path)))
    assert listeners.users is not None
    code = listeners.ratings.user_ids.codes(np.array(["0000bbbb"], object))[0]
    assert listeners.users.columns["country"][code] == "Canada"
    videos = load(str(taken("kuairec", tmp_path)))
    assert videos.items is not None
    code = videos.ratings.item_ids.codes(np.array(["12"], object))[0]
    assert videos.items.labels_of(videos.items.features[0])[code] == ["27", "9"]
    goodbooks = load(str(taken("goodbooks-10k", tmp_path)))
    assert goodbooks.items is not None
    code = goodbooks.ratings.item_ids.codes(np.array(["1"], object))[0]
    assert goodbooks.items.first_labels() is not None
    labels = goodbooks.items.labels_of(goodbooks.items.features[0])
    assert labels[code] == ["Ann Author", "Bob Writer"]
