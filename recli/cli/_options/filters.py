"""Which items may be recommended, and how they mix in a list."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options.target_users import tell_unknown
from recli.cli._output.console import Console

if TYPE_CHECKING:
    import numpy as np

    from recli.models.model import Model
    from recli.ranking.filters import Filters


@dataclass(frozen=True)
class FilterChoice:
    """The filters as they were typed."""

    exclude_seen: bool
    candidates_file: Path | None
    exclude_file: Path | None
    where: str | None
    min_ratings: int
    since: datetime | None
    max_per: tuple[str, ...]

    def read(self, model: Model, console: Console) -> Filters:
        """What the options and the files that they name let through; tells of unknown ids there."""
        from recli.ranking.filters import Filters, read_ids

        def listed(path: Path | None) -> np.ndarray | None:
            if path is None:
                return None
            named = read_ids(path, model.trainset.ratings.item_ids, "items")
            tell_unknown(console, path, "item", named.unknown)
            return named.codes

        return Filters(
            only=listed(self.candidates_file),
            exclude=listed(self.exclude_file),
            where=self.where,
            min_ratings=self.min_ratings,
            since=self.since and self.since.replace(tzinfo=UTC),
        )

    @property
    def caps(self) -> dict[str, int]:
        """Columns, and how many items of a list may have the same value there. Raises UsageError."""
        from recli import errors
        from recli.params import assignments

        typed = assignments(self.max_per, "--max-per", "genres=3")
        for name, most in typed.items():
            if not most.isdecimal() or int(most) < 1:
                raise errors.UsageError(
                    f"'--max-per {name}={most}': {most or 'nothing'} is no whole number from 1 on."
                )
        return {name: int(most) for name, most in typed.items()}


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Everything that keeps items out of lists; the command gets `filters`."""

    @click.option(
        "--exclude-seen/--include-seen",
        default=True,
        show_default=True,
        help="Whether what a user has rated is left out.",
    )
    @click.option(
        "--candidates",
        "candidates_file",
        type=click.Path(path_type=Path),
        help="A file with the ids of the items to choose from, one a line.",
    )
    @click.option(
        "--exclude",
        "exclude_file",
        type=click.Path(path_type=Path),
        help="A file with the ids of items to leave out, one a line.",
    )
    @click.option(
        "--where",
        metavar="CONDITION",
        help="A condition on the item table with = != < <= > >= contains in 'is empty' and or not "
        "( ), such as \"genres contains 'Comedy' and year >= 1990\"; 'recli show where' explains it.",
    )
    @click.option(
        "--min-ratings",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Items with fewer ratings are left out. Models that predict ratings, content-based and k-NN "
        "above all, put what a few people liked before what many like: then 10 is a good beginning.",
    )
    @click.option(
        "--since",
        type=click.DateTime(("%Y-%m-%d",)),
        metavar="YYYY-MM-DD",
        help="Fresh items alone: those whose first rating is of that day (UTC) or later, or is yet "
        "to come.",
    )
    @click.option(
        "--max-per",
        multiple=True,
        metavar="COLUMN=N",
        help="At most N items of a list with the same value there, as genres=3; may be repeated.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        exclude_seen: bool,
        candidates_file: Path | None,
        exclude_file: Path | None,
        where: str | None,
        min_ratings: int,
        since: datetime | None,
        max_per: tuple[str, ...],
        **kwargs: Any,
    ) -> Any:
        filters = FilterChoice(
            exclude_seen, candidates_file, exclude_file, where, min_ratings, since, max_per
        )
        return command(*args, filters=filters, **kwargs)

    return wrapped
