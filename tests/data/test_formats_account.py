"""Every line of a file is used, begins a block, or is set aside with its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.formats._reader import reader
from recli.data.sources.location import Location

# By format: what stands above the lines, a good line, others, and what begins a block.
LAYOUTS: dict[str, tuple[str, str, list[str], str]] = {
    "konect": ("% bip weighted\n", "1 2 3", ["1 2", "1\t2  3", "1 2 3 4", '"1 2 3'], r"(?!)"),
    "libsvm": ("", "3 1:1 9:1", ["3 1:1", "3 1:2 9:1", "3 1 9", "x"], r"(?!)"),
    "recbole": ("u:token\ti:token\tr:float\n", "1\t2\t3", ["1\t2", '"1\t2\t3', "x"], r"(?!)"),
    "netflix": ("7:\n", "1,2,2005-01-01", ["1,2", "8:", "9: ", "x", '"1,2,3'], r"\d+: *"),
    "kdd-cup": ("", "1\t2", ["0|1", "0|2", "5|0", "1\t2\t3", "x", "'1\t2"], r"\d+\|\d+"),
    "json-lines": ("", '{"u": 1, "i": 2}', ['{"u": 1', "[1]", "{'u': 2}", "x", "{}{}"], r"(?!)"),
    "arff": (
        "@relation r\n@attribute u numeric\n@attribute i numeric\n@data\n",
        "1,2",
        ["1", "'1,2", "'1',2", "1,2,3", "?, 2", "%1,2"],
        r"%.*",
    ),
    "mind": (
        "",
        "1\tU1\t11/11/2019 9:05:58 AM\t\tN1-1",
        ["1\tU1\tx\t\tN1-1", "1\tU1\t11/11/2019 9:05:58 AM\t\tN1", "x", "1\t2\t3\t4\tN1-1"],
        r"(?!)",
    ),
}


def parsed(path: Path, name: str) -> TextTable:
    file, source = Location(path), RatingsSource(path.name, format=name)
    return reader(file, source).read(file, source)


@pytest.mark.parametrize("name", LAYOUTS)
@given(data=st.data())
def test_every_line(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    head, good, others, block = LAYOUTS[name]
    drawn = st.lists(st.sampled_from([good, good, *others, "", "caf\xe9 "]), max_size=8)
    lines = [*data.draw(drawn), good]
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    content = (head + "\n".join(lines) + "\n").replace("\n", end)
    path = tmp_path_factory.mktemp("lines") / "r.txt"
    path.write_bytes(content.encode())
    first = head.count("\n") + 1
    wanted = {
        number
        for number, line in enumerate(lines, start=first)
        if line.strip() and not re.fullmatch(block, line)
    }
    try:
        table = parsed(path, name)
    except errors.DataError as error:  # none of the lines is a row
        assert "no line is" in str(error)
        return
    used, aside = set(table.lines.tolist()), {row.line for row in table.malformed}
    assert used | aside == wanted
    assert not used & aside
    assert len(table) == len(used)
    assert len(table.malformed) == len(aside)


@pytest.mark.parametrize("name", ["konect", "libsvm", "recbole", "netflix", "json-lines"])
def test_lines_that_are_no_text(tmp_path: Path, name: str) -> None:
    head, good, _, _ = LAYOUTS[name]
    path = tmp_path / "r.txt"
    line = good.encode()
    lines = [head.encode() + line, line + " é".encode(), b"\xff" + line, line + " é".encode(), line]
    path.write_bytes(b"\n".join(lines) + b"\n")
    table = parsed(path, name)
    first = head.count("\n") + 1
    assert {row.line - first for row in table.malformed} >= {2}
    assert {first, first + 4} <= set(table.lines.tolist())
    reason = next(row.reason for row in table.malformed if row.line == first + 2)
    assert "is not utf-8" in reason
