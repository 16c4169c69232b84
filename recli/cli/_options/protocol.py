"""How algorithms are compared, as options that commands share."""

from __future__ import annotations

import functools
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.common import Command
from recli.cli._output.console import Console, count

if TYPE_CHECKING:
    from recli.data.dataset import Dataset
    from recli.data.splits._base import Split
    from recli.evaluation.make_protocol import ProtocolRequest
    from recli.evaluation.metric_names import Purpose
    from recli.evaluation.protocol import Protocol


@dataclass(frozen=True)
class SplitChoice:
    """How ratings are cut, as typed.

    Attributes:
        split_text: the split, as typed
        min_user_ratings: users with fewer ratings are left out
        min_item_ratings: items with fewer ratings are left out
        seed: what is drawn at random is drawn by it
    """

    split_text: str
    min_user_ratings: int
    min_item_ratings: int
    seed: int

    @functools.cached_property
    def split(self) -> Split:
        """The split, seeded."""
        from recli.data.splits._base import Split

        return Split.parse(self.split_text, self.seed)

    @property
    def command(self) -> str:
        """The options that make the same folds, to go behind a command; a space before each."""
        least = {
            "--min-user-ratings": self.min_user_ratings,
            "--min-item-ratings": self.min_item_ratings,
        }
        filters = "".join(f" {option} {n}" for option, n in least.items() if n)
        return f" --split {shlex.quote(str(self.split))} --seed {self.seed}{filters}"

    def filtered(self, dataset: Dataset, console: Console) -> Dataset:
        """The dataset without users and items that have too few ratings; tells what is left.

        Args:
            dataset: the ratings, and what is known of items and users
            console: where it is printed
        """
        from recli.data.filters import filtered

        if not self.min_user_ratings and not self.min_item_ratings:
            return dataset
        fewer = filtered(dataset, self.min_user_ratings, self.min_item_ratings)
        left_out = fewer.left_out
        assert left_out is not None
        console.say(
            f"Left out by --min-user-ratings and --min-item-ratings: {count(left_out.users, 'user')}, "
            f"{count(left_out.items, 'item')}, {count(left_out.ratings, dataset.ratings.noun)}"
        )
        console.describe(fewer)
        return fewer


@dataclass(frozen=True)
class ProtocolChoice(SplitChoice):
    """The options as typed.

    Attributes:
        metrics: empty for the usual ones
        cutoffs: lengths of lists that are measured; None for the usual one
        threshold: the rating from which on an item is liked
        by: groupings that the metrics are broken down by
        sampled_negatives: how many items are sampled as candidates; 0 for the whole catalogue
    """

    metrics: tuple[str, ...]
    cutoffs: tuple[int, ...] | None
    threshold: float | None
    by: tuple[str, ...]
    sampled_negatives: int = 0

    @property
    def asked(self) -> ProtocolRequest:
        """The protocol that is asked for."""
        from recli.evaluation.make_protocol import ProtocolRequest

        return ProtocolRequest(
            self.split,
            self.metrics,
            self.cutoffs,
            self.threshold,
            self.by,
            self.seed,
            self.sampled_negatives,
        )

    def check(self) -> None:
        """Raise UsageError for a split or a metric that there is not, before anything is loaded."""
        self.split  # noqa: B018, parsed here
        self.asked.measures()

    def protocol(
        self, dataset: Dataset, console: Console, purpose: Purpose = "ratings"
    ) -> Protocol:
        """The protocol on this dataset; tells what it cannot have.

        Args:
            dataset: the ratings, and what is known of items and users
            console: where it is printed
            purpose: what the algorithm is wanted for: `lists` or `ratings`

        Raises:
            UsageError: as `ProtocolRequest.protocol` does
        """
        found, notes = self.asked.protocol(dataset, purpose)
        console.say_all(notes)
        return found


class Cutoffs(click.ParamType[tuple[int, ...]]):
    """`5,10,20`."""

    name = "numbers"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        if not all(part.isdecimal() and 1 <= int(part) < 10**9 for part in parts):
            self.fail(f"'{value}' is not a list of whole numbers from 1 on, as in 5,10,20.")
        return tuple(dict.fromkeys(map(int, parts)))


_split_option = click.option(
    "--split",
    type=parameter_types.SPLIT,
    metavar="NAME[:OPTION=VALUE,…]",
    help="How ratings are cut into training and test; 'recli list splits' has them. "
    "[default: k-fold:n_splits=5]",
)
_cv_option = click.option(
    "--cv", type=click.IntRange(2), help="Short for --split k-fold:n_splits=…"
)
_min_user_ratings_option = click.option(
    "--min-user-ratings",
    type=click.IntRange(0),
    default=0,
    help="Leave out users with fewer ratings, until all have that many.",
)
_min_item_ratings_option = click.option(
    "--min-item-ratings",
    type=click.IntRange(0),
    default=0,
    help="Leave out items with fewer ratings, until all have that many.",
)


def split_options(command: Command) -> Command:
    """Split, filters and seed alone; the command gets a `choice`: SplitChoice.

    Args:
        command: the command that gets them
    """

    @_split_option
    @_cv_option
    @_min_user_ratings_option
    @_min_item_ratings_option
    @common.seed_option
    @functools.wraps(command)
    def wrapped(*args: Any, split: str | None, cv: int | None, **kwargs: Any) -> Any:
        names = ("min_user_ratings", "min_item_ratings", "seed")
        choice = SplitChoice(_split_text(split, cv), **{name: kwargs.pop(name) for name in names})
        return command(*args, choice=choice, **kwargs)

    return wrapped


def _split_text(split: str | None, cv: int | None) -> str:
    if split and cv:
        raise click.UsageError("--cv is short for --split k-fold: give one of them.")
    return split or f"k-fold:n_splits={cv or 5}"


def protocol_options(command: Command) -> Command:
    """Split, metrics, threshold, groups, filters and seed; the command gets a `choice`.

    Args:
        command: the function of the command
    """

    @_split_option
    @_cv_option
    @click.option(
        "--metric",
        "metrics",
        multiple=True,
        type=parameter_types.METRIC,
        help="A metric, such as rmse, ndcg@10 or rbp:p=0.9@5, or 'all'; may be repeated, the first one "
        "orders. "
        "[default: the usual ones]",
    )
    @click.option(
        "--k",
        "cutoffs",
        type=Cutoffs(),
        metavar="N,…",
        help="Lengths of the lists, for metrics without '@'. [default: 10]",
    )
    @common.threshold_option
    @click.option(
        "--sampled-negatives",
        type=click.IntRange(1),
        metavar="N",
        help="Rank what a user likes among N sampled items in place of the whole catalogue: another "
        "metric, to compare with a paper that does so.",
    )
    @click.option(
        "--by",
        multiple=True,
        metavar="WHAT",
        help="Break the metrics down by activity (of the user), popularity (of the item), a column as "
        "user:COLUMN or item:COLUMN, or clusters as item:cluster:k=8; may be repeated.",
    )
    @_min_user_ratings_option
    @_min_item_ratings_option
    @common.seed_option
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        split: str | None,
        cv: int | None,
        metrics: tuple[str, ...],
        cutoffs: tuple[int, ...] | None,
        threshold: float | None,
        sampled_negatives: int | None,
        by: tuple[str, ...],
        min_user_ratings: int,
        min_item_ratings: int,
        seed: int,
        **kwargs: Any,
    ) -> Any:
        choice = ProtocolChoice(
            _split_text(split, cv),
            min_user_ratings,
            min_item_ratings,
            seed,
            metrics,
            cutoffs,
            threshold,
            by,
            sampled_negatives or 0,
        )
        return command(*args, choice=choice, **kwargs)

    return wrapped
