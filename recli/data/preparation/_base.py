"""What a step of preparation is, and what it works on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from recli import errors, params, registry, spec
from recli.data import filters
from recli.data.dataset import Dataset, Prepared
from recli.params import Parameter

_NORMALISED = (
    *("normalise", "normalize", "standardise", "standardize", "centre", "center", "zscore"),
    *("usermean", "meancentre", "meancenter"),
)


@dataclass(frozen=True, eq=False)
class Draft:
    """A dataset on the way, and what else its file says of every rating.

    Attributes:
        dataset: the ratings, and what is known of items and users
        columns: of the table of ratings, name -> text[n_ratings]
    """

    dataset: Dataset
    columns: Mapping[str, pa.ChunkedArray]

    def only(self, stays: np.ndarray, items: np.ndarray | None = None) -> Draft:
        """The ratings where `stays`, bool[n], and their users.

        Args:
            stays: bool[n], which rows stay
            items: bool[n_catalogue], which stay; by default those that would be there if the file
                had no other ratings: all of the item table, and of the others those with a rating
        """
        ratings, table = self.dataset.ratings, self.dataset.items
        if items is None:
            items = np.bincount(ratings.items[stays], minlength=len(ratings.item_ids)) > 0
            items |= False if table is None else table.in_table
        rows = pa.array(np.flatnonzero(stays))
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return Draft(filters.only(self.dataset, stays, items), columns)

    def with_ratings(self, **changes: Any) -> Draft:
        """The draft with other values in some fields of its `Ratings`.

        Args:
            **changes: fields of `Ratings`, and their new values
        """
        ratings = dataclasses.replace(self.dataset.ratings, **changes)
        return Draft(dataclasses.replace(self.dataset, ratings=ratings), self.columns)


class Step:
    """A way to prepare a dataset; a subclass in a file of its own registers it.

    A subclass is a frozen dataclass of its options, which `parameters` declares, and gives `apply`. An
    option out of bounds raises UsageError, in Python as in text.

    Attributes:
        needed: options without which it means nothing
        whole: the option that takes all that is written after the step's name, commas included
        example: how it is written
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    needed: ClassVar[tuple[str, ...]] = ()
    whole: ClassVar[str | None] = None
    example: ClassVar[str]

    def __post_init__(self) -> None:
        name = registry.name_of(type(self))
        values = {p.name: getattr(self, p.name) for p in self.parameters}
        given = params.difference(self.parameters, values)
        for option, value in params.resolve(self.parameters, given, name, "step").items():
            if value is None and option in self.needed:
                raise errors.UsageError(f"The step {name} needs {option}, as in '{self.example}'.")
            object.__setattr__(self, option, value)

    @staticmethod
    def parse(text: str) -> Step:
        """The step that `name:option=value,option=value` means; `str` is the inverse.

        Args:
            text: the text to read

        Raises:
            UsageError: for an unknown step or option, the nearest spelling first, for a value that
                is not valid, and for a step by which the training would learn of the test

        >>> Step.parse("k-core:min_user_ratings=5")
        KCore(min_user_ratings=5, min_item_ratings=0)
        >>> str(Step.parse("keep: rating >= 3 and verified = 'yes'"))
        "keep:rating >= 3 and verified = 'yes'"
        """
        name, rest = (part.strip() for part in registry.cut("step", text))
        if errors.plain(name) in _NORMALISED:
            raise errors.UsageError(
                f"There is no step '{name}': the mean and the deviation of a user over all ratings would "
                "tell the training of the test. Algorithms take them from the training alone: "
                "'baseline-only' and 'svd' learn biases, 'knn-with-means' subtracts the user's mean, "
                "'knn-with-zscore' divides by the deviation as well."
            )
        cls: type[Step] = registry.get("step", name)
        if cls.whole is not None:
            return cls(**({cls.whole: rest.removeprefix(f"{cls.whole}=")} if rest else {}))
        cls, options = spec.parse("step", text)
        step: Step = spec.made(cls, **options)
        return step

    def __str__(self) -> str:
        values = {p.name: getattr(self, p.name) for p in self.parameters}
        name = registry.name_of(type(self))
        return f"{name}:{values[self.whole]}" if self.whole else spec.written(name, values)

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        """The draft as it is then, and in words what was done but for taking ratings out; or nothing.

        Args:
            draft: the rows as the steps before left them

        Raises:
            DataError: where the dataset lacks what the step needs
            UsageError: for an option that does not fit the dataset
        """
        raise NotImplementedError


def apply(draft: Draft, steps: Sequence[Step]) -> Dataset:
    """The dataset after the steps, in their order; what each has done is in `prepared`.

    Args:
        draft: the rows as the steps before left them
        steps: in the order in which they are applied

    Raises:
        DataError: when a step leaves no rating, and what the steps raise
    """
    done: list[Prepared] = []
    for step in steps:
        before = len(draft.dataset.ratings)
        draft, what = step.apply(draft)
        left = len(draft.dataset.ratings)
        if not left:
            raise errors.DataError(f"'{step}' leaves none of the {before:,} ratings.")
        done.append(Prepared(str(step), before - left, left, what))
    return dataclasses.replace(draft.dataset, prepared=tuple(done))
