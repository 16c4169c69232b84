"""What the annotation of a field says."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recli.configuration.marks import MARKS, Derived, Keyed, Many, OneOf, Rule


@dataclass(frozen=True)
class FieldKind:
    """A type, taken apart. That it may be None is left out: a file says so by leaving the key out.

    Attributes:
        core: the type alone
        marks: what it is annotated with, innermost first
        optional: whether it may be None
    """

    core: Any
    marks: tuple[Any, ...] = ()
    optional: bool = False

    @classmethod
    def of(cls, hint: Any) -> FieldKind:
        """The type that an annotation means.

        Args:
            hint: the annotation, evaluated
        """
        core, marks, optional = hint, (), False
        while True:
            args = typing.get_args(core)
            if typing.get_origin(core) is typing.Annotated:
                core, marks = args[0], (*core.__metadata__, *marks)
            elif _is_union(core) and len(args) == 2 and type(None) in args:
                [core] = (one for one in args if one is not type(None))
                optional = True
            else:
                return cls(core, marks, optional)

    @property
    def hint(self) -> Any:
        """As msgspec understands it."""
        theirs = tuple(m for m in self.marks if not isinstance(m, MARKS))
        return typing.Annotated[(self.core, *theirs)] if theirs else self.core

    @property
    def checks(self) -> tuple[Rule, ...]:
        """What else holds of a value."""
        return tuple(mark for mark in self.marks if isinstance(mark, Rule))

    @property
    def is_many(self) -> bool:
        """Whether a file may have one value instead of a list."""
        return any(isinstance(mark, Many) for mark in self.marks)

    @property
    def made(self) -> Derived | None:
        """What it is made of, where that is something else in a file."""
        return next((mark for mark in self.marks if isinstance(mark, Derived)), None)

    @property
    def keyed(self) -> str | None:
        """Where a file has a table of tables, the field that takes the key of each."""
        return next((mark.name for mark in self.marks if isinstance(mark, Keyed)), None)

    @property
    def is_table(self) -> bool:
        """Whether it is a dataclass."""
        return dataclasses.is_dataclass(self.core)

    @property
    def is_plain(self) -> bool:
        """Whether msgspec alone can tell what is valid."""
        return not (self.is_table or self.is_mapping or self.checks or self.made)

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that are valid; none where that is not said."""
        return next((mark.names for mark in self.marks if isinstance(mark, OneOf)), ())

    @property
    def options(self) -> tuple[FieldKind, ...]:
        """The types of a union; nothing for what is none."""
        return tuple(map(FieldKind.of, typing.get_args(self.core))) if _is_union(self.core) else ()

    @property
    def element(self) -> FieldKind:
        """Of a `tuple[X, ...]` or `Mapping[str, X]`, X."""
        args = typing.get_args(self.core)
        return FieldKind.of(args[1] if self.is_mapping else args[0])

    @property
    def is_mapping(self) -> bool:
        """Whether it is a `Mapping[str, X]`."""
        return typing.get_origin(self.core) is Mapping

    @property
    def is_list(self) -> bool:
        """Whether it is a `tuple[X, ...]`."""
        is_tuple = typing.get_origin(self.core) is tuple
        return is_tuple and typing.get_args(self.core)[-1] is Ellipsis


@functools.cache
def fields(table: type) -> dict[str, FieldKind]:
    """The keys of a dataclass and what each is, in order.

    Args:
        table: the dataclass
    """
    hints = typing.get_type_hints(table, include_extras=True)
    return {field.name: FieldKind.of(hints[field.name]) for field in dataclasses.fields(table)}


def required(table: type) -> list[str]:
    """The keys of a dataclass that have no default.

    Args:
        table: the dataclass
    """
    unset = dataclasses.MISSING
    return [
        field.name
        for field in dataclasses.fields(table)
        if field.default is unset and field.default_factory is unset
    ]


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)
