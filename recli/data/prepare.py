"""The preparation of a dataset as its file is read: which steps, and when each has its turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.dataset import Dataset
from recli.data.description import FILE_NAME, Description, RatingsSource
from recli.data.formats._base import TextTable
from recli.data.preparation._base import Draft, Step, apply
from recli.data.preparation.deduplicate import Deduplicate
from recli.data.preparation.rename import Rename


def steps(about: Description, asked: Iterable[str]) -> list[Step]:
    """The steps that a dataset.toml declares, then those that are asked for.

    Args:
        about: what the dataset's `dataset.toml` says
        asked: steps as the user writes them

    Raises:
        UsageError: for a step that cannot be
        DataError: where it stands in the dataset.toml; and for a `rename` behind another step,
            which would not know the new names
    """
    try:
        found = [Step.parse(text) for text in about.ratings.prepare or ()]
    except errors.UsageError as error:
        raise errors.DataError(f"{about.folder / FILE_NAME}: [[prepare]]: {error}") from None
    found += map(Step.parse, asked)
    others = [step for step in found if not isinstance(step, Rename)]
    for place, step in enumerate(found):
        if isinstance(step, Rename) and others and place > found.index(others[0]):
            raise errors.UsageError(f"'{step}' stands behind '{others[0]}': put it before.")
    return found


def renamed(table: TextTable, source: RatingsSource) -> TextTable:
    """The table with the names of columns that the steps of its source give them.

    Args:
        table: the columns, as text
        source: how the table is read, and which column is what
    """
    for step in map(Step.parse, source.prepare or ()):
        if isinstance(step, Rename):
            table = step.renamed(table)
    return table


def merges(steps: Sequence[Step]) -> bool:
    """Whether one of the steps merges repeated pairs, so that reading leaves them.

    Args:
        steps: in the order in which they are applied
    """
    return any(isinstance(step, Deduplicate) for step in steps)


def prepared(
    dataset: Dataset, table: TextTable, places: np.ndarray | None, steps: Sequence[Step]
) -> Dataset:
    """The dataset after the steps.

    Args:
        dataset: the ratings, and what is known of items and users
        table: of the ratings
        places: int64[n_ratings], the row of it that each rating is
        steps: in the order in which they are applied
    """
    if not steps:
        return dataset
    rows = pa.array(places)
    columns = {name: column.take(rows) for name, column in table.columns.items()}
    return apply(Draft(dataset, columns), steps)
