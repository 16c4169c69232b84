"""What the user table says, as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy.sparse

from recli import errors
from recli.data.columns.number import is_gap, number
from recli.data.tables.users import Users

EXAMPLE = """  [users]
  file = "users.csv"
  id = "userId\""""
_BINS = 10


def matrix(
    users: Users | None, chosen: Sequence[str] = ()
) -> tuple[scipy.sparse.csr_array, list[str]]:
    """A column for each value of the user table, float64[n_users, n_values], and their names.

    It is 1 for the users who have the value and 0 for the others; an empty field is no value. A
    column of numbers with more than ten distinct ones, such as an age, is cut into ten ranges with
    about as many users each, where "unknown" and its like are no value either.

    Args:
        users: the user table; None if there is none
        chosen: names of columns, all by default

    Raises:
        DataError: when there is no user table
        UsageError: for an unknown column
    """
    if users is None:
        raise errors.DataError(
            "User features need a user table, and this dataset has none. Describe it in its "
            f"dataset.toml, for instance:\n{EXAMPLE}"
        )
    for name in chosen:
        if name not in users.columns:
            raise errors.unknown("user feature", name, users.columns)
    blocks, names = [], []
    for name in chosen or users.columns:
        codes, values = pd.factorize(_values(users.columns[name]), sort=True)
        has = np.flatnonzero(codes >= 0)
        shape = len(codes), len(values)
        blocks.append(scipy.sparse.csr_array((np.ones(len(has)), (has, codes[has])), shape))
        names += [f"{name}={value}" for value in values]
    return scipy.sparse.csr_array(scipy.sparse.hstack(blocks)), names


def _values(column: np.ndarray) -> np.ndarray:
    """Values of a column of texts, object[n], None for nothing."""
    texts = pd.Series(column, dtype=object).str.strip()
    texts = texts.where(texts != "", None)
    said = texts.dropna()
    numbers = said[~said.map(is_gap).astype(bool)].map(number)
    if numbers.nunique() <= _BINS or not np.isfinite(numbers).all():
        return texts.to_numpy()
    ranges = pd.qcut(numbers, _BINS, duplicates="drop")
    return ranges.reindex(texts.index).to_numpy()
