"""Rating files of every kind of dirt: the rows that a second parser finds, or an error that says where.

The oracle is Python's `csv` with the delimiter and quoting that the file was written with. Whatever
recli reads, it has either used, set aside with a reason, or refused: no row is lost in between, and none
is made up.
"""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

from recli import errors
from recli.data.load import load

IDS = [
    "u1",
    "u2",
    "u3",
    "film, the",
    'say "no"',
    "ü",
    " x ",
    "007",
    "7",
    "NaN",
    "null",
    "-",
    "x\ty",
    "1e3",
]
NO_ID = ("NaN", "null", "-")  # which stand for a user that is not known
RATINGS = [
    "1",
    "2.5",
    "3",
    "4.0",
    "5",
    "",
    "nan",
    "inf",
    "-1",
    "x",
    "1e400",
    " 4 ",
    "٣",
    "3,5",
    "0x3",
    "+2",
]
DIRT = [
    "",
    "\ufeff",
    "\r",
    "\n",
    '"',
    ",",
    ";",
    "\t",
    "\x00",
    "\x1a",
    "\xff",
    "#",
    "\u2028",
    "'",
    "\\",
]


def table(rng: random.Random) -> list[list[str]]:
    n_ids = rng.choice([3, len(IDS)])
    n_values = rng.choice([5, 5, len(RATINGS)])
    return [
        [rng.choice(IDS[:n_ids]), f"i{rng.randrange(40)}", rng.choice(RATINGS[:n_values])]
        for _ in range(rng.randrange(2, 60))
    ]


def written(rows: list[list[str]], rng: random.Random) -> tuple[str, str]:
    """The text of a file and its delimiter."""
    delimiter = rng.choice([",", ",", ";", "\t", "|"])
    file = io.StringIO()
    writer = csv.writer(
        file,
        delimiter=delimiter,
        lineterminator=rng.choice(["\n", "\r\n"]),
        quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    writer.writerow(["user", "item", "rating"])
    writer.writerows(rows)
    return file.getvalue(), delimiter


def dirtied(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice([1, 1, 2, 5])):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice(DIRT) + text[place + rng.choice([0, 0, 1, 3]) :]
    return text


def is_rating(row: list[str]) -> bool:
    try:
        return row[0] not in NO_ID and row[2].isascii() and abs(float(row[2])) < float("inf")
    except ValueError:
        return False


def test_clean_files_have_the_rows_that_csv_finds(rounds, tmp_path):
    path = tmp_path / "ratings.csv"
    for n in range(rounds(150, 10_000)):
        rng = random.Random(n)
        rows = [row for row in table(rng) if is_rating(row)]
        rows = list({(row[0].strip(), row[1]): row for row in rows}.values())
        if len(rows) < 2:
            continue
        text, delimiter = written(rows, rng)
        path.write_bytes(text.encode())
        found = load(str(path), {"delimiter": delimiter, "scale": (-1.0, 5.0)}).ratings
        triples = zip(
            found.user_ids.text[found.users],
            found.item_ids.text[found.items],
            found.values,
            strict=True,
        )
        expected = [(row[0].strip(), row[1], float(row[2])) for row in rows]
        assert sorted((user.strip(), item, value) for user, item, value in triples) == sorted(
            expected
        ), n


def test_dirty_files_are_read_or_told(rounds, tmp_path):
    path = tmp_path / "ratings.csv"
    for n in range(rounds(250, 30_000)):
        rng = random.Random(n)
        text, delimiter = written(table(rng), rng)
        content = dirtied(text, rng).encode("utf-8", "surrogatepass")
        if rng.random() < 0.2:
            content = content.replace(b"\xc3\xbf", b"\xff")
        path.write_bytes(content)
        said = {"delimiter": delimiter} if rng.random() < 0.5 else {}
        check(path, said, rng, n)


def check(path: Path, said: dict[str, str], rng: random.Random, n: int) -> None:
    on_bad = rng.choice(["error", "skip"])
    try:
        dataset = load(str(path), dict(said), on_bad, rng.choice(["error", "first", "mean"]))
    except errors.RecliError as error:
        of_option = str(error).startswith("`duplicates=")
        assert of_option or path.name in str(error), (n, str(error))
        return
    values = dataset.ratings.values
    low, high = dataset.ratings.scale
    assert ((low <= values) & (values <= high)).all(), n
    assert all(dataset.ratings.user_ids.text) and all(dataset.ratings.item_ids.text), n
    assert on_bad == "skip" or not dataset.bad_rows, n
    n_lines = path.read_bytes().replace(b"\r", b"\n").count(b"\n") + 1
    assert len(values) + dataset.merged + len(dataset.bad_rows) <= n_lines, n
