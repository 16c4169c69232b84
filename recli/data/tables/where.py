"""Conditions on items: `genres contains 'Comedy' and year >= 1990`.

A condition compares a field with a value:

    FIELD = VALUE    != < <= > >=       numbers by size, texts in alphabetical order
    FIELD contains VALUE                one of the item's categories, or a part of its text
    FIELD in (VALUE, VALUE, …)          one of these values
    FIELD is empty                      nothing is known

and conditions are joined by `not`, `and`, `or` (which bind in this order) and parentheses.

FIELD is a feature or a column of the item table, or `title`; in brackets where it is more than
letters, digits and underscores: [Film-Noir]. VALUE is a number, or a text in single or double quotes,
doubled where the text has one: 'Ocean''s Eleven'. Upper and lower case are the same. An item of which
a field is not known fulfils no comparison with it, `!=` included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn, Protocol

import numpy as np

from recli import errors
from recli.data.tables.fields import Field, UnfitError, Value

Fields = Callable[[str], Field]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<name>[^\W\d]\w*|\[[^\]]+\])
    | (?P<sign><=|>=|!=|==|<|>|=|\(|\)|,)
    | (?P<end>$)
    )""",
    re.VERBOSE,
)
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "contains")
_WORDS = ("and", "or", "not", "in", "is", "empty", "contains")
_DEEPEST = 50


class Condition(Protocol):
    """What an item fulfils or not."""

    def __call__(self, fields: Fields) -> np.ndarray:
        """bool[n_catalogue], which items fulfil it. Raises UsageError with the place marked."""


def parse(text: str) -> Condition:
    """The condition that `text` says.

    Args:
        text: the text to read

    Raises:
        UsageError: with the place marked where it is none
    """
    reader = _Parser(text)
    condition = reader.either()
    reader.expect("end", "", "'and', 'or' or the end")
    return condition


@dataclass(frozen=True)
class _Joined:
    how: Callable[[list[np.ndarray]], np.ndarray]
    parts: tuple[Condition, ...]

    def __call__(self, fields: Fields) -> np.ndarray:
        return self.how([part(fields) for part in self.parts])


@dataclass(frozen=True)
class _Not:
    part: Condition

    def __call__(self, fields: Fields) -> np.ndarray:
        return ~self.part(fields)


@dataclass(frozen=True)
class _OfField:
    """What `ask` finds of a field; where it stands in the text, for errors.

    Attributes:
        text: the text to read
    """

    text: str
    name: _Token
    until: int
    ask: Callable[[Field], np.ndarray]

    def __call__(self, fields: Fields) -> np.ndarray:
        try:
            field = fields(self.name.read)
        except errors.UsageError as error:
            _fail(self.text, self.name.start, self.name.end, str(error))
        try:
            return self.ask(field)
        except UnfitError as error:
            _fail(self.text, self.name.start, self.until, f"{error}.")


@dataclass(frozen=True)
class _Token:
    """A word of a condition.

    Attributes:
        kind: text, number, name, word, sign or end
        read: without quotes and brackets; words in lower case
    """

    kind: str
    read: str
    start: int
    end: int


class _Parser:
    """Recursive descent, a method for each rule of the grammar.

    Args:
        text: the text to read
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.depth = 0

    def either(self) -> Condition:
        return self.joined("or", self.both, np.logical_or.reduce)

    def both(self) -> Condition:
        return self.joined("and", self.negated, np.logical_and.reduce)

    def joined(
        self, word: str, part: Callable[[], Condition], how: Callable[[list], np.ndarray]
    ) -> Condition:
        parts = [part()]
        while self.take("word", word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else _Joined(how, tuple(parts))

    def negated(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(f"more than {_DEEPEST} 'not' and parentheses inside one another.")
        if self.take("word", "not"):
            condition: Condition = _Not(self.negated())
        elif self.take("sign", "("):
            condition = self.either()
            self.expect("sign", ")", "'and', 'or' or ')'")
        else:
            condition = self.comparison()
        self.depth -= 1
        return condition

    def comparison(self) -> Condition:
        name = self.expect("name", None, "the name of a field, 'not' or '('")
        if self.take("word", "is"):
            last = self.expect("word", "empty", "'empty'")
            return _OfField(self.text, name, last.end, lambda field: field.empty)
        if self.take("word", "in"):
            values, last = self.values()
            return _OfField(self.text, name, last.end, lambda field: _any_of(field, values))
        sign = self.tokens[0]
        if sign.read not in _COMPARISONS or sign.kind not in ("sign", "word"):
            self.fail(f"here is one of {', '.join(_COMPARISONS)}, in, is empty missing.")
        self.tokens.pop(0)
        value, last = self.value()
        return _OfField(self.text, name, last.end, lambda field: field.compare(sign.read, value))

    def values(self) -> tuple[list[Value], _Token]:
        self.expect("sign", "(", "'('")
        values = [self.value()[0]]
        while self.take("sign", ","):
            values.append(self.value()[0])
        return values, self.expect("sign", ")", "',' or ')'")

    def value(self) -> tuple[Value, _Token]:
        token = self.tokens[0]
        if token.kind == "name":
            self.fail(f"a text stands in quotes: '{token.read}'.")
        if token.kind not in ("text", "number"):
            self.fail("a number or a text in quotes is missing.")
        self.tokens.pop(0)
        return (float(token.read) if token.kind == "number" else token.read), token

    def take(self, kind: str, read: str) -> bool:
        """Whether the next word is this one; then it is behind us.

        Args:
            kind: `name`, `text`, `number` or `sign`
            read: what it says
        """
        if (self.tokens[0].kind, self.tokens[0].read) != (kind, read):
            return False
        self.tokens.pop(0)
        return True

    def expect(self, kind: str, read: str | None, wanted: str) -> _Token:
        token = self.tokens[0]
        if token.kind != kind or read not in (None, token.read):
            self.fail(f"{wanted} is missing.")
        # The end stays, for whoever looks for more.
        return token if kind == "end" else self.tokens.pop(0)

    def fail(self, message: str) -> NoReturn:
        """Raise the error about the next word.

        Args:
            message: what is said
        """
        _fail(self.text, self.tokens[0].start, self.tokens[0].end, message)


def _any_of(field: Field, values: list[Value]) -> np.ndarray:
    found: np.ndarray = np.logical_or.reduce([field.compare("=", value) for value in values])
    return found


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while True:
        found = _TOKEN.match(text, place)
        if found is None:
            _fail_at(text, place)
        kind = str(found.lastgroup)
        start, place = found.span(kind)
        yield _Token(*_read(kind, found[kind]), start, place)
        if kind == "end":
            return


def _fail_at(text: str, place: int) -> NoReturn:
    """Raise the error about what begins at `place`, after spaces, and is no word."""
    start = len(text) - len(text[place:].lstrip())
    if text[start] in "'\"[":
        _fail(text, start, len(text), f"{text[start]} is left open.")
    word = re.compile(r"[\w.]+|.", re.DOTALL).match(text, start)
    assert word is not None
    _fail(text, start, word.end(), f"{word[0]} is nothing that a condition has.")


def _read(kind: str, written: str) -> tuple[str, str]:
    if kind == "text":
        quote = written[0]
        return kind, written[1:-1].replace(quote * 2, quote)
    if kind == "name" and written.lower() in _WORDS:
        return "word", written.lower()
    if kind == "name":
        return kind, written.strip("[]")
    return kind, "=" if written == "==" else written


def _fail(text: str, start: int, end: int, message: str) -> NoReturn:
    """Raise the error that marks `text[start:end]`."""
    line = text.replace("\n", " ").replace("\t", " ")
    mark = " " * start + "^" * max(1, end - start)
    raise errors.UsageError(f"`where`: {message}\n  {line}\n  {mark}")
