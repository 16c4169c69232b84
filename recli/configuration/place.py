"""Keys of a file, for errors to point at."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from recli import errors

Keys = tuple[str | int, ...]
"""The keys that lead to a value, outermost first; behind that of a list the number, from 1 on."""
_NAME = r"""(?:"[^"]*"|'[^']*'|[^."'])+"""
_HEADER = re.compile(r"\s*(\[\[?)([^\[\],]+)\]+\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w.+:-])+)\s*=""")
_QUOTES = re.compile(r"\"\"\"|'''")


@dataclass(frozen=True)
class Place:
    r"""A key of a file.

    Attributes:
        file: how the file is named
        lines: of tables and keys, as `lines` finds them
        keys: which key this is; none for the file as a whole
        settings: keys, of which some option of the command line sets the value instead
        option: the option

    >>> print(Place("x.toml", lines("[svd]\nk = 3")).key("svd", "k"))
    x.toml, line 2: svd.k
    """

    file: str
    lines: Mapping[Keys, int | None]
    keys: Keys = ()
    settings: frozenset[Keys] = field(default=frozenset(), kw_only=True)
    option: str = field(default="", kw_only=True)

    def key(self, *names: str | int) -> Place:
        """A key within this one.

        Args:
            names: the keys that lead there; of a list the number, from 1 on
        """
        return dataclasses.replace(self, keys=(*self.keys, *names))

    @property
    def line(self) -> int | None:
        """Where it stands, or the nearest table around it; None if that may be on several lines."""
        for end in range(len(self.keys), 0, -1):
            if self.keys[:end] in self.lines:
                return self.lines[self.keys[:end]]
        return None

    @property
    def is_set(self) -> bool:
        """Whether the option sets its value, and so by text."""
        return any(self._names[: len(keys)] == keys for keys in self.settings)

    @property
    def _names(self) -> Keys:
        return tuple(name for name in self.keys if isinstance(name, str))

    def __str__(self) -> str:
        dotted = ".".join(map(str, self._names))
        if not dotted:
            return self.file
        if self.is_set:
            return f"{self.option} {dotted}"
        line = f", line {self.line}" if self.line else ""
        return f"{self.file}{line}: {dotted}"

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """Errors from within name this place.

        Raises:
            RecliError: one of the kind that came from within
        """
        try:
            yield
        except errors.RecliError as error:
            raise type(error)(f"{self}: {error}") from None


def parts(dotted: str) -> tuple[str, ...]:
    """A dotted key of TOML, cut at the dots outside of quotes.

    Args:
        dotted: the key as it is written

    >>> parts("algorithm.'mine:My.Class'.k")
    ('algorithm', 'mine:My.Class', 'k')
    """
    return tuple(part.strip("\"' ") for part in re.findall(_NAME, dotted))


def lines(text: str) -> dict[Keys, int | None]:
    r"""The lines of the tables and keys of a TOML text that begin one.

    A table of a list has its number behind its key, from 1 on. None for a key that stands on several
    lines; a key within a line is left out.

    Args:
        text: the whole file

    >>> lines("a = 1\n[b]\nc = { d = 1 }")
    {('a',): 1, ('b',): 2, ('b', 'c'): 3}
    >>> lines("[[a]]\nb = 1\n[[a]]\nb = 2")
    {('a', 1): 1, ('a', 1, 'b'): 2, ('a', 2): 3, ('a', 2, 'b'): 4}
    """
    found: dict[Keys, int | None] = {}
    counts: Counter[Keys] = Counter()
    table: Keys = ()
    in_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        was_in_text, in_text = in_text, in_text ^ (len(_QUOTES.findall(line)) % 2 == 1)
        if was_in_text:
            continue
        if header := _HEADER.match(line):
            path = table = _numbered(parts(header[2]), counts, is_next=header[1] == "[[")
        elif key := _KEY.match(line):
            dotted = parts(key[1])
            path = (*table, *dotted)
            for depth in range(1, len(dotted)):
                found.setdefault((*table, *dotted[:depth]), number)
        else:
            continue
        found[path] = None if path in found else number
    return found


def _numbered(table: Keys, counts: Counter[Keys], *, is_next: bool) -> Keys:
    """The keys of a table, with its number behind each that is a list of tables."""
    path: Keys = ()
    for depth, name in enumerate(table, start=1):
        path = (*path, name)
        counts[path] += is_next and depth == len(table)
        if counts[path]:
            path = (*path, counts[path])
    return path
