"""dataset.toml: what it may say, and what is said of what it may not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from recli import errors
from recli.data import description
from recli.data.description import Feature

Write = Callable[..., Path]
FULL = r"""
name = "mine"
title = "My ratings"
homepage = "https://example.org"
licence = "CC0"
citation = "Me 2026"

[download]
url = "https://example.org/mine.zip"
sha256 = "00"
[download.members]
"mine/r.dat" = "r.dat"

[ratings]
file = "r.dat"
delimiter = "::"
header = false
encoding = "latin-1"
columns = ["u", "i", "r", "t"]
user = "u"
item = "i"
rating = "r"
time = "t"
scale = [1, 5]
time_unit = "ms"
missing = 99

[items]
file = "m.dat"
id = "i"
title = "name"
[items.features]
genres = { kind = "categories", separator = ";" }
year = { kind = "number", column = "name", pattern = '\((\d+)\)' }
flags = { kind = "flags", columns = ["a", "b"] }

[users]
file = "p.dat"
delimiter = "|"
header = false
encoding = "latin-1"
columns = ["age", "u"]
id = "u"
"""


def refused(write: Write, text: str) -> str:
    path = write(text, "mine/dataset.toml")
    with pytest.raises(errors.DataError) as caught:
        description.read(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_everything_that_can_be_said(write: Write) -> None:
    path = write(FULL, "mine/dataset.toml")
    about = description.read(path)
    assert (about.name, about.title, about.licence) == ("mine", "My ratings", "CC0")
    assert about.location(about.ratings).path == path.parent / "r.dat"
    ratings = about.ratings
    assert ratings.columns == ("u", "i", "r", "t")
    assert (ratings.header, ratings.scale, ratings.missing) == (False, (1.0, 5.0), 99)
    assert ratings.scale is not None
    assert all(isinstance(bound, float) for bound in ratings.scale)
    assert ratings.used == ("u", "i", "r", "t")
    assert about.items is not None
    assert about.items.features == (
        Feature("genres", "categories", "genres", separator=";"),
        Feature("year", "number", "name", pattern=r"\((\d+)\)"),
        Feature("flags", "flags", "flags", columns=("a", "b")),
    )
    assert about.items.used == ("i", "name", "genres", "name", "a", "b")
    assert about.users is not None
    assert (about.users.file, about.users.delimiter, about.users.header) == ("p.dat", "|", False)
    assert (about.users.encoding, about.users.columns) == ("latin-1", ("age", "u"))
    assert about.users.used == ("u",)
    assert about.download is not None
    assert about.download.members == {"mine/r.dat": "r.dat"}


def test_a_description_may_be_short(write: Write) -> None:
    about = description.read(write('[ratings]\nfile = "r.csv"', "mine/dataset.toml"))
    assert about.name == "mine"
    assert about.items is None
    assert about.users is None
    assert about.download is None
    assert about.ratings.used == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ': lacks ratings, a table with at least file = "…".'),
        ("[ratings]", ', line 1: ratings should be a table with at least file = "…".'),
        ('[ratings]\nfile = ""', ', line 1: ratings should be a table with at least file = "…".'),
        ('[ratings]\nfile = "r"\n[items]\nid = "x"',
         "line 3: items should be a table with at least file"),
        ('[ratings]\nfile = "r"\n[users]\nid = "x"',
         "line 3: users should be a table with at least file"),
        ('users = "x"\n[ratings]\nfile = "r"',
         'line 1: users = "x" should be a table with at least file'),
        ('[ratings]\nfile = "r"\n[users]\nfile = "u"\nid = 3', "line 5: users.id = 3 should be text."),
        ('[ratings]\nfile = "r"\n[users]\nfile = "u"\ntitle = "t"',
         "line 5: users.title: There is no key 'title'."),
        ("ratings = 5", "ratings = 5 should be a table with at least file"),
        ('items = "x"\n[ratings]\nfile = "r"', 'items = "x" should be a table with at least file'),
        ('name = 3\n[ratings]\nfile = "r"', "line 1: name = 3 should be text."),
        ("[ratings", "cannot be read as TOML"),
        ('[rating]\nfile = "r"', "line 1: rating: There is no key 'rating'. Did you mean 'ratings'?"),
        ('[ratings]\nfil = "r"', "line 2: ratings.fil: There is no key 'fil'. Did you mean 'file'?"),
        ('[ratings]\nfile = "r"\nusr = "x"',
         "line 3: ratings.usr: There is no key 'usr'. Did you mean 'user'?"),
        ('[ratings]\nfile = "r"\nuser = 3', "line 3: ratings.user = 3 should be text."),
        ('[ratings]\nfile = "r"\nheader = "no"', 'ratings.header = "no" should be true or false.'),
        ('[ratings]\nfile = "r"\nmissing = "x"', 'ratings.missing = "x" should be a number.'),
        ('[ratings]\nfile = "r"\nmissing = true', "ratings.missing = true should be a number."),
        ('[ratings]\nfile = "r"\ncolumns = "u"', 'ratings.columns = "u" should be a list of names.'),
        ('[ratings]\nfile = "r"\ncolumns = [1]', "ratings.columns = [1] should be a list of names."),
        ('[ratings]\nfile = "r"\nscale = 5', "ratings.scale = 5 should be a list of two numbers"),
        ('[ratings]\nfile = "r"\nscale = [1]', "should be a list of two numbers, lowest and highest."),
        ('[ratings]\nfile = "r"\nscale = [5, 1]', "ratings.scale = [5, 1] should be a list of two"),
        ('[ratings]\nfile = "r"\nscale = [nan, 1]', "should be a list of two numbers"),
        (
            '[ratings]\nfile = "r"\n[items]\nfile = "i"\n[items.features]\n'
            'x = { kind = "text", scaling = "robust" }',
            "items.features.x: only a number has a scaling, and this is text.",
        ),
        ('[ratings]\nfile = "r"\ntime_unit = "h"',
         'ratings.time_unit = "h" should be one of date, ms, ns, s, us.'),
        ('[ratings]\nfile = "r"\n[download]\nurl = "x"',
         "line 3: download: lacks members, a table from member to file name."),
        ('[ratings]\nfile = "r"\n[download]\nurl = "x"\nmembers = 3',
         "line 5: download.members = 3 should be a table from member to file"),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures = 3',
         "items.features = 3 should be a table."),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures.x = 3',
         "items.features.x = 3 should be a table."),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures.x = { kind = "mood" }',
         'items.features.x.kind = "mood" should be one of number, categories, flags, tags, text, year.'),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures.x = { kind = "flags" }',
         "items.features.x: needs columns"),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures.x = { kind = "text", pattern = "(" }',
         "items.features.x.pattern: missing ), unterminated subpattern"),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures.x = { kind = "text", pattern = "x" }',
         "items.features.x.pattern: needs a group: parentheses around what is the value."),
        ('[ratings]\nfile = "r"\n[items]\nfile = "m"\nfeatures.x = { kind = "text", colum = "y" }',
         "line 5: items.features.x.colum: There is no key 'colum'. Did you mean 'column'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_said(write: Write, text: str, message: str) -> None:
    assert message in refused(write, text)


def test_every_mistake_is_named(write: Write) -> None:
    text = """title = 1
[ratings]
file = "r"
usr = "x"
header = 0
[items]
file = "m"
[items.features]
a = { kind = "text" }
b = { kind = "mood", columns = 3 }
[[prepare]]
step = "clip"
[[prepare]]
sep = "clip"
"""
    lines = refused(write, text).splitlines()
    numbers = [
        int(line.partition("line ")[2].partition(":")[0].partition(" ")[0]) for line in lines
    ]
    assert numbers == [1, 4, 5, 10, 10, 13]
    assert "items.features.b.columns = 3 should be a list of names." in lines[4]


def test_a_key_in_a_text_of_several_lines_is_no_key(write: Write) -> None:
    text = 'title = """\nname = 1\n"""\nname = 2\n[ratings]\nfile = "r"\n'
    assert ", line 4: name = 2 should be text." in refused(write, text)


def test_a_description_that_is_not_utf_8(write: Write) -> None:
    path = write("title = 'é'".encode("latin-1"), "mine/dataset.toml")
    with pytest.raises(errors.DataError, match="cannot be read as TOML"):
        description.read(path)


def test_a_scale_of_one_value_can_be_read_again(write: Write) -> None:
    text = '[ratings]\nfile = "r"\nscale = [5.0, 5.0]'
    assert description.read(write(text, "mine/dataset.toml")).ratings.scale == (5.0, 5.0)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_the_folder_of_a_linked_description_is_the_links(write: Write, tmp_path: Path) -> None:
    path = write('[ratings]\nfile = "r.csv"', "there/dataset.toml")
    (tmp_path / "here").mkdir()
    link = tmp_path / "here" / "dataset.toml"
    link.symlink_to(path)
    about = description.read(link)
    assert about.location(about.ratings).path == tmp_path / "here" / "r.csv"
