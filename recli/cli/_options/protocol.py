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
    from recli.evaluation.metric_names import Measure, Purpose
    from recli.evaluation.protocol import Protocol


@dataclass(frozen=True)
class SplitChoice:
    """How ratings are cut, as typed."""

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
        """The dataset without users and items that have too few ratings; tells what is left."""
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

    metrics: empty for the usual ones
    """

    metrics: tuple[str, ...]
    cutoffs: tuple[int, ...] | None
    threshold: float | None
    by: tuple[str, ...]

    def measures(self, purpose: Purpose = "ratings") -> tuple[Measure, ...]:
        """The measures named, or the usual ones, those of the purpose first."""
        from recli.evaluation import metric_names

        cutoffs = self.cutoffs or (metric_names.DEFAULT_K,)
        return metric_names.measures(self.metrics or metric_names.usual(purpose), cutoffs, purpose)

    def check(self) -> None:
        """Raise UsageError for a split or a metric that there is not, before anything is loaded."""
        self.split  # noqa: B018, parsed here
        self.measures()

    def protocol(
        self, dataset: Dataset, console: Console, purpose: Purpose = "ratings"
    ) -> Protocol:
        """The protocol on this dataset. Metrics that it cannot have are refused, of `all` left out.

        Raises UsageError or DataError.
        """
        from recli import errors
        from recli.data.training_statistics import missing_features
        from recli.evaluation.grouping import Grouping
        from recli.evaluation.lint import check_cutoffs
        from recli.evaluation.metric_names import ALL
        from recli.evaluation.protocol import Protocol

        known = self._known(dataset, self.measures(purpose), console)
        missing = {m: missing_features(m.metric.features, dataset) for m in known}
        missing = {measure: reason for measure, reason in missing.items() if reason}
        if missing and ALL not in self.metrics:
            measure, reason = next(iter(missing.items()))
            raise errors.DataError(f"{measure} {reason}.")
        if missing:
            names = ", ".join(dict.fromkeys(measure.name for measure in missing))
            console.say(f"Left out, since the dataset has no such item features: {names}")
        measures = tuple(measure for measure in known if measure not in missing)
        if self.cutoffs or any("@" in text for text in self.metrics):  # not what is usual
            check_cutoffs(measures, len(dataset.ratings.item_ids))
        by = tuple(dict.fromkeys(Grouping.parse(text, dataset).by for text in self.by))
        liked = common.liked_from(dataset, self.threshold)
        return Protocol(self.split, measures, liked, self.seed, by)

    def _known(
        self, dataset: Dataset, measures: tuple[Measure, ...], console: Console
    ) -> tuple[Measure, ...]:
        """The measures that the data can have: interactions have none of predicted ratings."""
        from recli.evaluation.metric_names import ALL, DEFAULT

        of_ratings = [measure for measure in measures if measure.metric.needs == "predictions"]
        if not dataset.ratings.implicit or not of_ratings:
            return measures
        if self.metrics not in ((), DEFAULT) and ALL not in self.metrics:
            raise common.no_ratings(str(of_ratings[0]), dataset)
        names = ", ".join(map(str, of_ratings))
        console.say(
            f"No {names}: these are interactions, and they have no ratings to predict; what is measured "
            "is how well they are ranked."
        )
        return tuple(measure for measure in measures if measure not in of_ratings)


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
    """Split, filters and seed alone; the command gets a `choice`: SplitChoice."""

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
    """Split, metrics, threshold, groups, filters and seed; the command gets a `choice`."""

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
        )
        return command(*args, choice=choice, **kwargs)

    return wrapped
