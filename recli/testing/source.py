"""What every source of data keeps to."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from recli import errors
from recli.data.sources.location import Location
from recli.data.sources.schemes import Source


class SourceContract:
    """The tests of a source of files; a subclass says which, and names a file that is there.

    Where the file has to be put there first, fixtures called `place` and `nowhere` give the addresses.

    Attributes:
        source: The class.
        address: Of a file.
        content: What is in that file.
        absent: An address where there is none.
    """

    source: ClassVar[type[Source]]
    address: ClassVar[str]
    content: ClassVar[bytes]
    absent: ClassVar[str]

    @pytest.fixture
    def subject(self) -> type[Source]:
        """The class under test."""
        return self.source

    @pytest.fixture
    def place(self) -> str:
        """The address of a file."""
        return self.address

    @pytest.fixture
    def nowhere(self) -> str:
        """An address where there is no file."""
        return self.absent

    def test_says_what_it_is(self, subject: type[Source]) -> None:
        assert issubclass(subject, Source), (
            "it is to be a subclass of recli.data.sources.schemes.Source"
        )
        assert subject.__doc__
        assert subject.summary
        assert "\n" not in subject.summary
        for scheme in subject.schemes:
            assert scheme.isascii()
            assert scheme == scheme.lower()
            assert not scheme.endswith(":"), "a scheme stands before '://', without it"

    def test_locates_the_file(self, subject: type[Source], place: str, tmp_path: Path) -> None:
        found = subject().locate(tmp_path, place, None)
        assert isinstance(found, Location)
        assert found.read_bytes(len(self.content) + 1) == self.content

    def test_fetches_the_file(self, subject: type[Source], place: str, tmp_path: Path) -> None:
        if subject.fetch is Source.fetch:  # it locates what it does not have to fetch
            return
        target = tmp_path / "file"
        subject().fetch(place, target)
        assert target.read_bytes() == self.content
        assert list(tmp_path.iterdir()) == [target], "something else is left beside the file"

    def test_an_absent_file_is_told(
        self, subject: type[Source], nowhere: str, tmp_path: Path
    ) -> None:
        with pytest.raises((errors.NotFoundError, errors.DataError)):
            subject().locate(tmp_path, nowhere, None).read_bytes(1)
