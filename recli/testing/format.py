"""What every file format keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.description import RatingsSource
from recli.data.formats._base import Format, TextTable
from recli.data.load import load
from recli.data.sources.location import Location

_NONSENSE = (b"", b"\n", b"\x00\xff\xfe\x00" * 40, b"{[\"'<,;\t|\n" * 9, bytes(range(256)), b"1")


class FormatContract:
    """The tests of a file format; a subclass says which, and gives a small file of it.

    Attributes:
        format: The class.
        content: A file of the format that holds ratings.
        rows: The ratings in it, as (user, item, rating), in the order of the file; ids are texts.
        damaged: The same file with something in it that is no rating; None where there is no such
            thing. It is refused with a message, and what is left is used where that is allowed.
        source: What has to be said of the file besides its format, as `{"user": "1"}`.
    """

    format: ClassVar[type[Format]]
    content: ClassVar[bytes]
    rows: ClassVar[Sequence[tuple[str, str, float]]]
    damaged: ClassVar[bytes | None] = None
    source: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def subject(self) -> type[Format]:
        """The class under test."""
        return self.format

    @pytest.fixture
    def file(self, subject: type[Format], tmp_path: Path) -> Path:
        """A file of the format."""
        return _written(tmp_path, subject, self.content)

    def test_says_what_it_is(self, subject: type[Format]) -> None:
        assert issubclass(subject, Format), "it is to be a subclass of recli.data.formats.Format"
        assert subject.__doc__
        assert subject.summary
        assert "\n" not in subject.summary
        for suffix in subject.suffixes:
            assert suffix.startswith("."), f"the suffix {suffix} has no dot"
            assert suffix == suffix.lower()

    def test_nonsense_is_refused_or_read_and_never_a_crash(
        self, subject: type[Format], tmp_path: Path
    ) -> None:
        for content in _NONSENSE:
            file = _written(tmp_path, subject, content)
            try:
                table = _table(subject, file, self.source)
            except errors.RecliError as error:
                assert str(error)
            else:
                _check(table)
            assert file.read_bytes() == content

    def test_recognises_says_yes_or_no(self, subject: type[Format], tmp_path: Path) -> None:
        for content in _NONSENSE:
            file = _written(tmp_path, subject, content)
            assert isinstance(subject().recognises(content, Location(file)), bool)

    def test_a_folder_without_anything_is_no_dataset(
        self, subject: type[Format], tmp_path: Path
    ) -> None:
        assert subject().describe(tmp_path) is None

    def test_reads_columns_of_text(self, subject: type[Format], file: Path) -> None:
        before = file.read_bytes()
        table = _table(subject, file, self.source)
        _check(table)
        assert len(table) > 0
        assert table.malformed == []
        assert file.read_bytes() == before

    def test_reads_the_ratings(self, subject: type[Format], file: Path) -> None:
        assert _ratings(self._loaded(subject, file)) == list(self.rows)

    def test_what_is_no_rating_is_accounted_for(
        self, subject: type[Format], tmp_path: Path
    ) -> None:
        if self.damaged is None:
            return
        file = _written(tmp_path, subject, self.damaged)
        with pytest.raises(errors.DataError):
            self._loaded(subject, file)
        left = self._loaded(subject, file, "skip")
        assert left.bad_rows
        assert set(_ratings(left)) <= set(self.rows)

    def _loaded(self, subject: type[Format], file: Path, on_bad: str = "error") -> Dataset:
        name = registry.name_of(subject)
        return load(str(file), {"format": name, "scale": (0.0, 5.0), **self.source}, on_bad)


def _written(folder: Path, subject: type[Format], content: bytes) -> Path:
    suffix = subject.suffixes[0] if subject.suffixes else ".data"
    file = folder / f"ratings{suffix}"
    file.write_bytes(content)
    return file


def _table(subject: type[Format], file: Path, options: dict[str, Any]) -> TextTable:
    found, where = subject(), Location(file)
    source, _ = found.complete(where, RatingsSource(file.name, **options))
    return found.read(where, source)


def _check(table: TextTable) -> None:
    """All columns are as long as there are lines, and no line is used twice."""
    assert {len(column) for column in table.columns.values()} <= {len(table.lines)}
    assert not any(column.null_count for column in table.columns.values())
    aside = [row.line for row in table.malformed]
    assert (np.append(table.lines, np.array(aside, np.int64)) >= 1).all()


def _ratings(dataset: Dataset) -> list[tuple[str, str, float]]:
    ratings = dataset.ratings
    users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
    return list(zip(users, items, ratings.values.tolist(), strict=True))
