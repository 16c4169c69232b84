"""What Spark's workers do with rows: they read and judge them by recli's own rules, a batch at a time."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute

import recli
from recli import errors
from recli.data.columns import parsing
from recli.data.columns.cells import Cutter
from recli.data.columns.number import GAPS
from recli.data.dataset import InteractionKind
from recli.data.description import RatingsSource
from recli.data.formats._arrow import text_columns
from recli.data.formats._base import TextTable
from recli.data.formats._text import comments
from recli.data.formats.delimited import Delimited
from recli.data.load import columns_of
from recli.data.ratings import PER_SECOND
from recli.data.sources.location import Location

GOOD, BAD, UNCUT, FAULT = range(4)
"""What a row is: a rating; one that cannot be read; one that could not be cut into columns; an error."""
UNITS = tuple(PER_SECOND)
FILE = 44
"""Bits of a place below the number of the file: where the block of lines begins, and lines from there on.
A line takes a byte at least, so that no two have one place."""
SCHEMA = (
    "place bigint, is tinyint, user string, item string, value double, time bigint, unit tinyint, "
    "reason string, text string"
)
_ARROW = pa.schema(
    {
        "place": pa.int64(),
        "is": pa.int8(),
        "user": pa.string(),
        "item": pa.string(),
        "value": pa.float64(),
        "time": pa.int64(),
        "unit": pa.int8(),
        "reason": pa.string(),
        "text": pa.string(),
    }
)


class Chunk(Location):
    """Lines of a file, in place of the file.

    Args:
        content: the lines
        name: what messages call them
    """

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(Path(name))
        self._content, self._name = content, name

    def __str__(self) -> str:
        return self._name

    def read_bytes(self, limit: int | None = None) -> bytes:
        return self._content[:limit]

    def exists(self) -> bool:
        return True


@dataclass(frozen=True)
class Rules:
    """How rows are read, the same for all of them.

    Attributes:
        source: how the table is read, nothing of it left open
        kinds: the kinds of interaction
        files: the number of each file, by its path as Spark has it
        floats: columns of typed tables that are numbers with fractions, and stay so
        version: of the recli that asks; a worker of another one refuses
    """

    source: RatingsSource
    kinds: tuple[InteractionKind, ...] = ()
    files: Mapping[str, int] = dataclasses.field(default_factory=dict)
    floats: tuple[str, ...] = ()
    version: str = recli.__version__

    def of_lines(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows that lines of text are.

        Args:
            batches: columns `line` (bytes), `file`, `block` (where that begins in the file) and `number`
                (rising by one within a block)
        """
        for place, table in self._tables(batches):
            if isinstance(table, errors.RecliError):
                yield _batch(place=[place], **{"is": [FAULT]}, reason=[str(table)])
            else:
                yield from self._rows(table, place + table.lines - 1, place)

    def of_columns(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of a typed table.

        Args:
            batches: its columns, then `file` and `number`, the row in the file
        """
        self._check_version()
        for batch in batches:
            table = pa.Table.from_batches([batch])
            files, numbers = table["__file"].to_numpy(), table["__number"].to_numpy()
            of_file = np.array([self.files.get(str(file), 0) for file in files], np.int64)
            table = table.drop_columns(["__file", "__number"])
            text = TextTable(typed(table, self.floats), np.arange(len(table)))
            yield from self._rows(text, (of_file << FILE) + numbers)

    def events(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The names of the kinds of interactions in lines of text, as `of_lines` takes them.

        Args:
            batches: as `of_lines` takes them
        """
        for _, table in self._tables(batches):
            if isinstance(table, TextTable) and self.source.event:
                names = pa.compute.utf8_trim_whitespace(table.columns[self.source.event])
                yield from pa.table({"name": names}).to_batches()

    def _tables(
        self, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[tuple[int, TextTable | errors.RecliError]]:
        """The place of the first of lines that stand one below the other; their table, or why not."""
        self._check_version()
        firsts: dict[tuple[str, int], int] = {}
        for file, block, number, content in _blocks(batches):
            first = firsts.setdefault((file, block), number)
            place = (self.files[file] << FILE) + block + number - first
            try:
                table = self._table(content, at_start=block == 0 and number == first)
            except errors.RecliError as error:
                yield place, error
                continue
            if table is not None:
                yield place, table

    def _check_version(self) -> None:
        if self.version != recli.__version__:
            raise errors.UsageError(
                f"A worker has recli {recli.__version__}, and {self.version} has asked: install "
                "that on all."
            )

    def _table(self, content: bytes, at_start: bool) -> TextTable | None:
        """Lines cut into columns; None where nothing is on them."""
        if not content.strip():
            return None
        source = dataclasses.replace(self.source, header=at_start and self._has_header(content))
        table = Delimited().cut(Chunk(content, "the file"), source)
        return columns_of(table, source)

    def _has_header(self, content: bytes) -> bool:
        """Whether the first row names the columns: parts of a table may each have their header."""
        if not self.source.header:
            return False
        head = content[: 1 << 16].decode(self.source.encoding or "utf-8", errors="replace")
        lines = [line for line in head.lstrip("\ufeff").splitlines() if line.strip()]
        assert self.source.delimiter
        [row, *_] = comments.rows(lines[:200], Cutter(self.source.delimiter, self.source.escape))
        return {cell.strip() for cell in row} <= set(self.source.columns or ())

    def _rows(
        self, table: TextTable, places: np.ndarray, first: int = 0
    ) -> Iterator[pa.RecordBatch]:
        """The rows that are ratings, and those that are none.

        places: int64[n], of the rows of the table
        first: the place of line 1
        """
        if table.malformed:
            yield _batch(
                **{"is": [UNCUT] * len(table.malformed)},
                place=[first + row.line - 1 for row in table.malformed],
                reason=[row.reason for row in table.malformed],
                text=[row.text for row in table.malformed],
            )
        if not len(table):
            return
        table = dataclasses.replace(table, lines=places)  # so that a row's line is its place
        found = parsing.parse(table, self.source, self.kinds, whole=False)
        if found.bad:
            yield from self._bad(table, found)
        n = len(found.values)
        if not n:
            return
        times = np.zeros(n, np.int64) if found.times is None else found.times
        columns = {
            "place": pa.array(found.lines),
            "is": pa.array(np.zeros(n, np.int8)),
            "user": found.users.cast(pa.string()),
            "item": found.items.cast(pa.string()),
            "value": pa.array(found.values),
            "time": pa.array(times),
            "unit": pa.array(np.full(n, UNITS.index(found.time_unit), np.int8)),
            "reason": pa.nulls(n, pa.string()),
            "text": _texts_of_gaps(table, found),
        }
        yield from pa.table(columns, schema=_ARROW).to_batches()

    def _bad(self, table: TextTable, found: parsing.RatingRows) -> Iterator[pa.RecordBatch]:
        """Bad rows with their ids, since these may turn out to stand for none."""
        assert self.source.user and self.source.item
        places = [row.line for row in found.bad]
        rows = pa.array(np.searchsorted(table.lines, places))
        yield _batch(
            **{"is": [BAD] * len(places)},
            place=places,
            user=table.columns[self.source.user].take(rows).combine_chunks(),
            item=table.columns[self.source.item].take(rows).combine_chunks(),
            reason=[row.reason for row in found.bad],
            text=[row.text for row in found.bad],
        )


def _texts_of_gaps(table: TextTable, found: parsing.RatingRows) -> pa.Array:
    """The text of rows with an id that may turn out to stand for none; null for all others."""
    n = len(found.values)
    gap = np.zeros(n, bool)
    for ids in (found.users, found.items):
        plain = pa.compute.utf8_lower(pa.compute.utf8_trim_whitespace(ids.dictionary))
        is_gap = pa.compute.is_in(plain, pa.array(sorted(GAPS))).to_numpy(zero_copy_only=False)
        if is_gap.any():
            gap |= is_gap[ids.indices.to_numpy()]
    if not gap.any():
        return pa.nulls(n, pa.string())
    texts = np.full(n, None, object)
    for row in np.flatnonzero(gap):
        place = int(np.searchsorted(table.lines, found.lines[row]))
        texts[row] = parsing.row_text(table, place)
    return pa.array(texts, pa.string())


def typed(table: pa.Table, floats: Iterable[str] = ()) -> dict[str, pa.ChunkedArray]:
    """Typed columns as text, those of `floats` with their point even where all numbers are whole.

    Args:
        table: a table of Arrow
        floats: names of columns
    """
    for name in floats:
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].cast(pa.string()))
    return text_columns(table)


def _blocks(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, int, int, bytes]]:
    """File, block, number of the first line and content of lines that stand one below the other."""
    for batch in batches:
        if not batch.num_rows:
            continue
        files = batch.column("file").dictionary_encode()
        codes, blocks = files.indices.to_numpy(), batch.column("block").to_numpy()
        numbers = batch.column("number").to_numpy()
        other = np.flatnonzero((np.diff(codes) != 0) | (np.diff(blocks) != 0)) + 1
        bounds = [0, *other.tolist(), batch.num_rows]
        for start, stop in itertools.pairwise(bounds):
            lines = batch.column("line").slice(start, stop - start).to_pylist()
            content = b"\n".join(lines) + b"\n"
            file = files.dictionary[int(codes[start])].as_py()
            yield file, int(blocks[start]), int(numbers[start]), content


def _batch(**columns: object) -> pa.RecordBatch:
    """A batch of `SCHEMA`, null where a column is not given."""
    n = len(columns["place"])  # type: ignore[arg-type]
    arrays = {
        field.name: pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(n, field.type)
        for field in _ARROW
    }
    return pa.RecordBatch.from_pydict(arrays, schema=_ARROW)
