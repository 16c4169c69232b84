"""A dataset in memory."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from recli import errors
from recli.data.description import Description
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.tables.users import Users
from recli.data.trainset import Trainset

if TYPE_CHECKING:
    import pandas as pd
    from surprise.dataset import DatasetAutoFolds


@dataclass(frozen=True)
class BadRow:
    """A row that is not a rating: its line in the file (1 is the first), its text, what is wrong.

    Attributes:
        line: the line of the file, from 1 on
        reason: why it is no rating
        text: the text to read
        part: the file that it stands in, where there are several
        noun: what its place is called, `line` or `row`
    """

    line: int
    reason: str
    text: str
    part: str = ""
    noun: str = "line"

    def __str__(self) -> str:
        return f"{self.part}{', ' * bool(self.part)}{self.noun} {self.line:,}: {self.reason}"


@dataclass(frozen=True)
class InteractionKind:
    """A kind of interaction: its name, how many rows are of it, and what each weighs.

    Attributes:
        name: the name
        rows: how many rows are of the kind
        weight: what one of them weighs
    """

    name: str
    rows: int
    weight: float

    def __str__(self) -> str:
        weight = f"weight {self.weight:g}" if self.weight else "left out"
        return f"{self.name} ({self.rows:,} row{'s' * (self.rows != 1)}, {weight})"


@dataclass(frozen=True)
class LeftOut:
    """What a filter left out: numbers of users, items of the catalogue, ratings; in how many rounds.

    Attributes:
        min_user_ratings: users with fewer ratings are left out
        min_item_ratings: items with fewer ratings are left out
        users: how many users
        items: how many items
        ratings: how many ratings
        rounds: how many times all were looked at
    """

    min_user_ratings: int
    min_item_ratings: int
    users: int
    items: int
    ratings: int
    rounds: int


@dataclass(frozen=True)
class Prepared:
    """A step of preparation: how many ratings it took out, how many are left, what else it did.

    Attributes:
        step: the name of the step, for errors
        removed: how many rows it took out
        ratings: how many ratings
        what: what it is, for people
    """

    step: str
    removed: int
    ratings: int
    what: str

    def __str__(self) -> str:
        taken = f"{self.removed:,} of {self.removed + self.ratings:,} ratings taken out"
        return ", ".join(filter(None, (taken if self.removed or not self.what else "", self.what)))


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Ratings, the item and the user table if there are such, and how they were read.

    Attributes:
        name: the name
        description: what the dataset's `dataset.toml` says
        ratings: the ratings or interactions
        items: the item table; None if there is none
        users: the user table; None if there is none
        sniffed: (what, value, parameter that overrules it) for everything guessed from the file
        bad_rows: rows set aside under `on_bad="skip"`
        merged: rows that repeated an earlier pair of user and item and were merged into one
        left_out: what a filter left out, None where the dataset is whole
        prepared: what the steps of its preparation did, in their order
        notes: what the user should know of how the file was read, a sentence each
        kinds: the kinds of interaction, if a column says them; those that weigh 0 are left out
        withheld: int64[n], ascending, user code times the size of the catalogue plus item code: pairs
            that were rated in what this is a part of, and not here; empty where this is the whole
    """

    name: str
    description: Description
    ratings: Ratings
    items: Items | None = None
    users: Users | None = None
    sniffed: tuple[tuple[str, str, str], ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    merged: int = 0
    left_out: LeftOut | None = None
    prepared: tuple[Prepared, ...] = ()
    notes: tuple[str, ...] = ()
    kinds: tuple[InteractionKind, ...] = ()
    withheld: np.ndarray = dataclasses.field(default_factory=lambda: np.empty(0, np.int64))

    def __repr__(self) -> str:
        ratings = self.ratings
        lines = [
            f"{self.name}: {ratings.n_users:,} users × {ratings.n_items:,} items, {self.extent}",
            *([f"kinds of interaction: {', '.join(map(str, self.kinds))}"] if self.kinds else []),
            *(f"{what}: {value}" for what, value, _ in self.sniffed),
            *(f"prepared with {step.step}: {step}" for step in self.prepared),
            *([f"set aside: {len(self.bad_rows):,} rows, in bad_rows"] if self.bad_rows else []),
            *self.notes,
        ]
        return "\n  ".join(lines)

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the ratings and the tables, 16 hexadecimal digits of it."""
        tables = [table.fingerprint for table in (self.items, self.users) if table]
        whole = "".join([self.ratings.fingerprint, *tables])
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    @property
    def has_features(self) -> bool:
        """Whether items are described by anything but their ratings."""
        return self.items is not None and bool(self.items.features)

    def trainset(self, rows: np.ndarray | None = None, threshold: float | None = None) -> Trainset:
        """The rows (all of them by default) as a trainset; `threshold` is where liking begins.

        Args:
            rows: int64[n], the rows that are learned from; None for all
            threshold: the rating from which on an item is liked
        """
        rows = np.arange(len(self.ratings)) if rows is None else rows
        return Trainset(self.ratings, rows, self.items, threshold=threshold, user_table=self.users)

    def to_pandas(self) -> pd.DataFrame:
        """The ratings as a table, in their order.

        Returns:
            A row a rating: user and item, integers where all ids are plain integers, else text;
            rating (float64), or weight for interactions; time (datetime64, UTC) if there are times.
        """
        import pandas as pd  # which takes longer than to recommend

        ratings = self.ratings
        columns: dict[str, object] = {}
        for role, ids, codes in (
            ("user", ratings.user_ids, ratings.users),
            ("item", ratings.item_ids, ratings.items),
        ):
            columns[role] = (ids.text.astype(np.int64) if ids.integers else ids.text)[codes]
        columns["weight" if ratings.implicit else "rating"] = ratings.values
        if ratings.times is not None:
            moments = pd.Series(ratings.times.view(f"datetime64[{ratings.time_unit}]"))
            columns["time"] = moments.dt.tz_localize("UTC")
        return pd.DataFrame(columns)

    def to_surprise(self) -> DatasetAutoFolds:
        """The ratings as a `surprise.Dataset`, in their order.

        Raw ids are text, as in `trainset`; times are seconds since 1970, as text. Interactions
        have their weights for ratings.
        """
        from recli.data.surprise_dataset import to_surprise

        return to_surprise(self.ratings)

    def part(self, rows: np.ndarray) -> Dataset:
        """The dataset with these rows of its ratings, int64[n]; ids, catalogue and tables are whole.

        Of the other rows it is known who rated what, and not how: see `withheld`.

        Args:
            rows: int64[n], places of rows

        >>> from recli.data.load import load
        >>> whole = load("movielens-small")
        >>> len(whole.withheld), len(whole.part(np.arange(100_000)).withheld)
        (0, 4)
        """
        ratings = self.ratings
        pairs = ratings.users.astype(np.int64) * len(ratings.item_ids) + ratings.items
        others = np.union1d(np.delete(pairs, rows), self.withheld)
        withheld = np.setdiff1d(others, pairs[rows])
        return dataclasses.replace(self, ratings=ratings.part(rows), withheld=withheld)

    @property
    def extent(self) -> str:
        """How many ratings or interactions there are, and between what values, for people."""
        n, (low, high) = len(self.ratings), self.ratings.scale
        if not self.ratings.implicit:
            return f"{n:,} rating{'s' * (n != 1)} from {low:g} to {high:g}"
        n_rows = n + self.merged
        pairs = f" of {n:,} pair{'s' * (n != 1)}" if self.merged else ""
        weights = f" that weigh {low:g} to {high:g}" if low < high else ""
        return f"{n_rows:,} interaction{'s' * (n_rows != 1)}{pairs}{weights}"

    def title(self, code: int) -> str:
        """The title of the item with this code, or nothing.

        Args:
            code: the code of an item
        """
        return self.items.title(code) if self.items else ""

    def column(self, kind: Literal["user", "item"], name: str) -> np.ndarray:
        """A column of the user or the item table, object[n] of str by code, empty where unknown.

        Args:
            kind: whose table it is
            name: the name

        Raises:
            DataError: where the dataset has no such table
            UsageError: for a column that it lacks, the nearest name first
        """
        table = self.users if kind == "user" else self.items
        if table is None:
            fetched = (
                f" Older downloads lack it: 'recli data download {self.name}' fetches what there is."
                if self.description.download
                else ""
            )
            raise errors.DataError(
                f"Dataset '{self.name}' has no {kind} table. Describe it in its dataset.toml: "
                f'[{kind}s] with file = "…" and id = "…".{fetched}'
            )
        if name not in table.columns:
            raise errors.unknown(f"{kind} column", name, table.columns)
        return table.columns[name]
