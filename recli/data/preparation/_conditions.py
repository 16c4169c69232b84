"""Conditions on ratings: `rating >= 3 and verified = 'yes'`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.preparation._base import Draft
from recli.data.tables import fields, where
from recli.data.tables.fields import Field, Number, TextField, Value
from recli.data.tables.items import Items


def fulfilled(draft: Draft, condition: str, step: str) -> np.ndarray:
    """bool[n_ratings], which ratings fulfil a condition as `recli.data.tables.where` has it.

    A field is a column of the table of ratings, `user`, `item` or `rating`, else a column of the item or
    the user table; `[item:year]` and `[user:year]` are of these tables alone.

    Args:
        draft: the rows as the steps before left them
        condition: a condition on columns, see `where`
        step: the name of the step, for errors

    Raises:
        UsageError: with the place marked; `step` is what it is said of
    """
    try:
        return where.parse(condition)(lambda name: _field(draft, name))
    except errors.UsageError as error:
        raise errors.UsageError(f"{step}: {str(error).removeprefix('`where`: ')}") from None


@dataclass(frozen=True, eq=False)
class _Along:
    """A field of the things that ratings are of, rating by rating.

    Attributes:
        rows: int[n_ratings], the thing that each rating is of
    """

    of: Field
    rows: np.ndarray

    @property
    def empty(self) -> np.ndarray:
        return self.of.empty[self.rows]

    def compare(self, op: str, value: Value) -> np.ndarray:
        return self.of.compare(op, value)[self.rows]


def _field(draft: Draft, name: str) -> Field:
    found = _fields(draft)
    by_name: dict[str, list[str]] = {}
    for known in found:
        by_name.setdefault(known.casefold(), []).append(known)
    candidates = by_name.get(name.strip().casefold())
    if candidates is None:
        raise errors.unknown("column", name, list(dict.fromkeys(n.split(":")[-1] for n in found)))
    return found[candidates[0]]()


def _fields(draft: Draft) -> dict[str, Callable[[], Field]]:
    """Every field by its name; under one name what goes before others."""
    dataset, ratings = draft.dataset, draft.dataset.ratings
    found: dict[str, Callable[[], Field]] = {
        name: functools.partial(_column, draft, name) for name in draft.columns
    }
    # Ratings and ids are what was made of their columns, which are known by their roles as well.
    source = dataset.description.ratings
    users, items = (
        TextField("user", ratings.user_ids.text),
        TextField("item", ratings.item_ids.text),
    )
    of_role: dict[str, Callable[[], Field]] = {
        "rating": functools.partial(Number, "rating", ratings.values),
        "user": functools.partial(_Along, users, ratings.users),
        "item": functools.partial(_Along, items, ratings.items),
    }
    for role, field in of_role.items():
        found.setdefault(role, field)
        found[getattr(source, role) or role] = field
    of_items: dict[str, Callable[[], Field]] = {}
    of_users: dict[str, Callable[[], Field]] = {}
    if dataset.items is not None:
        for name in fields.names(dataset.items):
            of_items[name] = functools.partial(_of_item, dataset.items, name, ratings.items)
    if dataset.users is not None:
        for name, column in dataset.users.columns.items():
            of_users[name] = functools.partial(_Along, TextField(name, column), ratings.users)
    found |= {f"item:{name}": make for name, make in of_items.items()}
    found |= {f"user:{name}": make for name, make in of_users.items()}
    for name, make in (of_items | of_users).items():
        in_both = name in of_items and name in of_users
        found.setdefault(name, functools.partial(_ambiguous, name) if in_both else make)
    return found


def _of_item(items: Items, name: str, rows: np.ndarray) -> Field:
    return _Along(fields.of_items(items, name), rows)


def _column(draft: Draft, name: str) -> Field:
    """A column of the table of ratings, compared once for each distinct text."""
    encoded = draft.columns[name].combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_numpy(zero_copy_only=False)
    return _Along(TextField(name, texts), encoded.indices.to_numpy())


def _ambiguous(name: str) -> Field:
    raise errors.UsageError(
        f"'{name}' is a column of both tables: say [item:{name}] or [user:{name}]"
    )
