"""The attribute-relation file format of Weka."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.columns import sniff
from recli.data.formats._base import Malformed, TextTable
from recli.data.formats._text.lines import Recognised, cut, nothing_fits
from recli.data.sources.location import Location

_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_ATTRIBUTE = re.compile(rf"\s*@attribute\s+({_QUOTED}|[^\s'\"]\S*)\s+\S", re.IGNORECASE)
_DATA = re.compile(r"^[ \t]*@data[ \t]*$", re.IGNORECASE | re.MULTILINE)
_CELL = re.compile(rf"\s*({_QUOTED}|[^,'\"]*?)\s*(,|$)")


class Arff(Recognised):
    """Attributes are columns; `?` is empty; what stands in quotes may hold commas.

    Sparse rows, in braces, are refused.
    https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
    """

    suffixes = (".arff",)
    summary = "ARFF, the format of Weka"

    def recognises(self, head: bytes, file: Location) -> bool:
        return bool(re.match(rb"(?:\s|%[^\n]*\n)*@relation\s", head, re.IGNORECASE))

    def table(self, file: Location, text: str) -> TextTable:
        data = _DATA.search(text)
        if data is None:
            raise errors.DataError(
                f"{file}: has no line '@data', below which the rows would stand."
            )
        names = _names(file, text[: data.start()])
        first = text.count("\n", 0, data.end()) + 1
        # A comment is as good as a blank line: the numbers of the others stay.
        rows = re.sub(r"^[ \t]*%.*$", "", text[data.end() :], flags=re.MULTILINE)
        if sparse := re.search(r"^[ \t]*\{", rows, re.MULTILINE):
            line = first + rows.count("\n", 0, sparse.start())
            raise errors.DataError(
                f"{file}: line {line:,} is a sparse row, in braces. Write its cells one after the "
                "other, between commas."
            )
        quoted = "'" in rows or '"' in rows
        table = _cut(rows, names, first) if quoted else _quickly_cut(rows, names, first)
        nothing_fits(file, table, "of the attributes")
        return table


def _names(file: Location, head: str) -> tuple[str, ...]:
    names = []
    for number, line in enumerate(head.split("\n"), start=1):
        if line.strip().lower().startswith("@attribute"):
            attribute = _ATTRIBUTE.match(line)
            if attribute is None:
                raise errors.DataError(
                    f"{file}: line {number:,} should be '@attribute NAME TYPE': {line.strip()}"
                )
            names.append(_unquoted(attribute[1]))
    if len(names) < 2:
        raise errors.DataError(f"{file}: has {len(names)} attributes, too few for user and item.")
    return sniff.names([names], header=True)


def _quickly_cut(rows: str, names: tuple[str, ...], first: int) -> TextTable:
    """The rows cut at every comma."""
    table = cut(rows, ",", names, first)
    for name, column in table.columns.items():
        texts = pa.compute.utf8_trim_whitespace(column)
        table.columns[name] = pa.compute.if_else(pa.compute.equal(texts, "?"), "", texts)
    return table


def _cut(rows: str, names: tuple[str, ...], first: int) -> TextTable:
    """The rows cut at the commas that stand in no quotes."""
    cells: list[list[str]] = []
    lines: list[int] = []
    malformed: list[Malformed] = []
    for line, row in enumerate(rows.split("\n"), start=first):
        found = _cells(row)
        if not row.strip():
            continue
        if found is None:
            malformed.append(
                Malformed(line, "a quote that is not closed, or stands in a cell", row)
            )
        elif len(found) != len(names):
            reason = f"{len(found)} columns where {len(names)} are expected"
            malformed.append(Malformed(line, reason, row))
        else:
            cells.append(found)
            lines.append(line)
    columns = zip(*cells, strict=True) if cells else [()] * len(names)
    texts = {
        name: pa.chunked_array([pa.array(column, pa.string())])
        for name, column in zip(names, columns, strict=True)
    }
    return TextTable(texts, np.array(lines, dtype=np.int64), malformed)


def _cells(row: str) -> list[str] | None:
    """The cells of a row; None where a quote is in its way."""
    found, place = [], 0
    while cell := _CELL.match(row, place):
        found.append("" if cell[1] == "?" else _unquoted(cell[1]))
        place = cell.end()
        if not cell[2]:
            return found
    return None


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in ("'", '"') else text
