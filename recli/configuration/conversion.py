"""From what a file says to what a dataclass declares, with errors that point at the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from recli import errors
from recli.configuration import words
from recli.configuration.kinds import FieldKind, fields, required
from recli.configuration.lists import listed
from recli.configuration.marks import Derived
from recli.configuration.place import Place
from recli.configuration.toml import toml


class Conversion:
    """One document on its way. Every method gives None for what has a problem.

    Args:
        lax: whether numbers may be written as text, and names in any spelling

    Attributes:
        problems: what is wrong with the document, each with its place
    """

    def __init__(self, lax: bool) -> None:
        self.lax = lax
        self.problems: list[str] = []

    def value(self, kind: FieldKind, given: object, place: Place) -> Any:
        """What a file says of a key, as what its type makes of it.

        Args:
            kind: the type
            given: what the file says
            place: where it says so
        """
        before = len(self.problems)
        found = self._found(kind, given, place)
        if len(self.problems) == before:
            self._check(kind, found, given, place)
        return found

    def _found(self, kind: FieldKind, given: object, place: Place) -> Any:
        if kind.made:
            return self._made(kind.made, given, place)
        if kind.is_many:
            return self._many(kind.element, given, place)
        if kind.keyed:
            return self._keyed(kind, given, place)
        if kind.is_table:
            return self._table(kind, given, place)
        if kind.is_mapping and isinstance(given, Mapping):
            within = kind.element
            return {k: self.value(within, one, place.key(k)) for k, one in given.items()}
        if kind.is_list and isinstance(given, list) and not kind.element.is_plain:
            return self._list(kind.element, given, place)
        if kind.options:
            return self._option(kind, given, place)
        return self._plain(kind, given, place)

    def _table(self, kind: FieldKind, given: object, place: Place, **known: object) -> Any:
        if not isinstance(given, Mapping):
            return self._wrong(kind, given, place)
        before = len(self.problems)
        keys = {name: one for name, one in fields(kind.core).items() if name not in known}
        values = dict(known)
        for name, value in given.items():
            if name in keys:
                values[name] = self.value(keys[name], value, place.key(name))
            else:
                self._says(place.key(name), errors.unknown("key", name, keys))
        lacking = [name for name in required(kind.core) if name not in values]
        if not given.keys() - keys.keys():  # one of those may be what is lacking
            for name in lacking:
                self._says(place, f"lacks {name}, {words.of(keys[name])}.")
        return kind.core(**values) if len(self.problems) == before else None

    def _keyed(self, kind: FieldKind, given: object, place: Place) -> Any:
        """The tables of a table, with their keys."""
        if not isinstance(given, Mapping):
            return self._wrong(kind, given, place)
        within = kind.element
        found = []
        for name, one in given.items():
            inner = place.key(name)
            before = len(self.problems)
            found.append(self._table(within, one, inner, **{str(kind.keyed): name}))
            if len(self.problems) == before:
                self._check(within, found[-1], one, inner)
        return tuple(found)

    def _many(self, kind: FieldKind, given: object, place: Place) -> Any:
        try:
            return self._list(kind, listed(given), place)
        except errors.UsageError as error:
            return self._says(place, error)

    def _made(self, made: Derived, given: object, place: Place) -> Any:
        before = len(self.problems)
        found = self.value(FieldKind.of(made.of), given, place)
        if len(self.problems) > before:
            return None
        try:
            return made.by(found)
        except errors.RecliError as error:
            return self._says(place, error)

    def _list(self, kind: FieldKind, given: list[Any], place: Place) -> Any:
        numbered = enumerate(given, start=1)
        return tuple(self.value(kind, one, place.key(number)) for number, one in numbered)

    def _option(self, kind: FieldKind, given: object, place: Place) -> Any:
        """What is one of several types: a table of those that are, else the plain one."""
        for one in kind.options:
            if one.is_table is isinstance(given, Mapping):
                return self.value(one, given, place)
        return self._wrong(kind, given, place)

    def _plain(self, kind: FieldKind, given: object, place: Place) -> Any:
        if self.lax and isinstance(given, str):
            if kind.optional and given.strip().lower() in ("none", "null"):
                return None
            alike = [name for name in kind.choices if errors.plain(name) == errors.plain(given)]
            given = alike[0] if alike else given
        if kind.choices and given not in kind.choices:
            return self._wrong(kind, given, place)
        try:
            return msgspec.convert(given, kind.hint, strict=not self.lax)
        except msgspec.ValidationError:
            return self._wrong(kind, given, place)

    def _check(self, kind: FieldKind, found: Any, given: object, place: Place) -> None:
        for check in kind.checks:
            if not all(getattr(found, name) for name in check.needs):
                self._wrong(kind, given, place)
            elif check.reads is not None and found is not None:
                try:
                    check.reads(found)
                except ValueError:
                    self._wrong(kind, given, place)
                except errors.RecliError as error:
                    self._says(place, error)

    def _wrong(self, kind: FieldKind, given: object, place: Place) -> None:
        value = f"={given}" if place.is_set else f" = {toml(given)}"
        if isinstance(given, Mapping):
            value = ""  # too long, and under its own line
        guess = errors.did_you_mean(given, kind.choices) if isinstance(given, str) else ""
        self.problems.append(f"{place}{value} should be {words.of(kind, given)}.{guess}")

    def _says(self, place: Place, what: object) -> None:
        self.problems.append(f"{place}: {what}")
