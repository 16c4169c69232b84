"""What lists should be like, as options that commands share."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common
from recli.cli._options.common import Command
from recli.cli._options.filters import filter_options
from recli.cli._options.reranking import reranking_options
from recli.cli._options.target_users import tell_unknown
from recli.cli._output.console import Console

if TYPE_CHECKING:
    from recli.data.ids import Ids
    from recli.models.model import FittedModel
    from recli.ranking.list_options import ListOptions

_NAMES = (
    *("sort", "exclude_seen", "candidates", "exclude", "where", "min_ratings", "since", "max_per"),
    *("diversify", "calibrate", "explore", "rerank"),
)
_FILES = ("candidates", "exclude")


@dataclass(frozen=True)
class ListChoice:
    """The options as typed, and no others; candidates and what is excluded as files.

    Attributes:
        typed: the options as typed, by name
    """

    typed: Mapping[str, Any]

    @functools.cached_property
    def options(self) -> ListOptions:
        """How lists are to be made. Raises what `ListOptions.of` does."""
        from recli.params import assignments
        from recli.ranking.list_options import ListOptions

        given = dict(self.typed)
        for name in ("max_per", "rerank"):
            if given.get(name) == ("none",):
                given[name] = None
        if given.get("max_per"):
            given["max_per"] = assignments(given["max_per"], "--max-per", "genres=3")
        if "since" in given:
            given["since"] = given["since"].date().isoformat()
        return ListOptions.of(given)

    def over(self, remembered: ListOptions) -> ListOptions:
        """What a model remembers, and what is typed in its place.

        Args:
            remembered: what a model remembers
        """
        return dataclasses.replace(
            remembered, **{name: getattr(self.options, name) for name in self.typed}
        )

    def of_model(self, model: FittedModel, console: Console) -> ListOptions:
        """How the lists of a model are to be made; says what it remembers, and unknown ids of files.

        Raises as `tell_unknown` does.

        Args:
            model: a fitted model
            console: where it is printed
        """
        from recli.ranking.recommender import remembered

        known = remembered(model)
        options = self.over(known)
        if str(known):
            those = "" if options == known else f"; now with {str(options) or 'none of them'}"
            console.say(f"The model was trained to make lists with {known}{those}")
        self.tell_unknown(model.trainset.ratings.item_ids, console)
        return options

    def tell_unknown(self, ids: Ids, console: Console) -> None:
        """Say which items of the files are not known.

        Args:
            ids: raw ids and their codes
            console: where it is printed

        Raises:
            NotFoundError: where none of a file is
        """
        from recli.ranking.listed_ids import known

        for name in _FILES:
            listed = getattr(self.options, name)
            if listed:
                path = Path(self.typed[name])
                unknown = known(listed, ids, "items", str(path)).unknown
                tell_unknown(console, path, "item", unknown)


def list_options(command: Command) -> Command:
    """What goes first, filters and re-ranking; the command gets `lists`.

    Args:
        command: the function of the command
    """

    @click.option(
        "--sort",
        type=click.Choice(("score", "lower-bound")),
        default="score",
        show_default=True,
        help="What goes first: the highest score, or the highest prediction less its deviation, where "
        "the model knows that, as bayesian-fm does.",
    )
    @filter_options
    @reranking_options
    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        values = {name: kwargs.pop(name) for name in _NAMES}
        typed = {name: value for name, value in values.items() if common.typed(name)}
        return command(*args, lists=ListChoice(typed), **kwargs)

    return wrapped
