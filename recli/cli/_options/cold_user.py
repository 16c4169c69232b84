"""A user whom the model does not know, or whose ratings have changed."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._output.console import Console, count

if TYPE_CHECKING:
    from recli.models.fold_in import Given
    from recli.models.model import FittedModel

_STDIN = "-"


@dataclass(frozen=True)
class ColdUser:
    """What somebody says that they like, as it was typed.

    Attributes:
        ratings: the file of the ratings
        rates: `item=rating`, as typed
        likes: items that the user likes, as typed
        is_new: whether the model does not know the user
    """

    ratings: str | None
    rates: tuple[str, ...]
    likes: tuple[str, ...]
    is_new: bool

    @property
    def given(self) -> bool:
        """Whether the list is for such a user."""
        return bool(self.option)

    @property
    def option(self) -> str:
        """The first option that speaks of them, or nothing."""
        options = {
            "--ratings": self.ratings,
            "--rate": self.rates,
            "--like-item": self.likes,
            "--new-user": self.is_new,
        }
        return next((option for option, value in options.items() if value), "")

    def folded(
        self, model: FittedModel, user: str | None, console: Console
    ) -> tuple[FittedModel, int]:
        """The model for them, and their code in it; says what was done.

        Args:
            model: a fitted model
            user: their id, if the model knows them
            console: where it is printed
        """
        from recli import errors
        from recli.models import fold_in

        if self.is_new and (user is not None or self.ratings or self.rates or self.likes):
            raise errors.UsageError(
                "--new-user is somebody of whom nothing is known. Leave it out, or leave out --user "
                "and all ratings."
            )
        if self.is_new:
            console.say("Nothing is known of a new user: they get what most users like.")
            return fold_in.most_popular(model), 0
        implicit = model.trainset.ratings.implicit
        noun = "item" if implicit else "rating"
        rated = fold_in.rated(model, self._of_file(model), lenient=True)
        typed = fold_in.rated(model, [*self._rates(), *self._likes(model)])
        if rated.unknown:
            console.say(
                f"Left out: {count(len(rated.unknown), noun)} of what the model does not know:\n"
                f"{errors.first_ten(rated.unknown)}"
            )
        rated = rated.then(typed, implicit)
        whose = f"what {user} has done since" if implicit else "their new ratings"
        if user is None:
            whose = "what a new user has done" if implicit else "a new user's ratings"
        how = (
            "no retraining"
            if model.algorithm.folds_in
            else (f"by training again, since {model.configured.name} has no other way")
        )
        console.say(f"Folded in: {count(len(rated.items), noun)} as {whose}, {how}.")
        return fold_in.fold_in(model, rated, user)

    def _of_file(self, model: FittedModel) -> list[Given]:
        from recli import errors
        from recli.models import fold_in

        if self.ratings is None:
            return []
        implicit = model.trainset.ratings.implicit
        if self.ratings == _STDIN:
            return fold_in.read(sys.stdin.read(), "stdin", implicit)
        try:
            text = Path(self.ratings).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise errors.NotFoundError(f"{self.ratings}: no such file.") from None
        except UnicodeDecodeError as error:
            raise errors.DataError(f"{self.ratings}: is no UTF-8 text: {error}.") from None
        except OSError as error:
            raise errors.DataError(
                f"{self.ratings}: cannot be read: {error.strerror or error}"
            ) from None
        return fold_in.read(text, self.ratings, implicit)

    def _rates(self) -> list[Given]:
        from recli import errors
        from recli.models.fold_in import Given

        found = []
        for text in self.rates:
            item, equals, value = text.rpartition("=")  # a title may have an equals sign
            if not equals or not item.strip() or not value.strip():
                raise errors.UsageError(
                    f"'--rate {text}' is not ITEM=RATING, as in '--rate 318=5'."
                )
            found.append(Given(item.strip(), value, f"--rate {text}"))
        return found

    def _likes(self, model: FittedModel) -> list[Given]:
        from recli.models.fold_in import Given

        liking = f"{model.trainset.ratings.liking:.15g}"
        return [Given(item, liking, f"--like-item {item}") for item in self.likes]


def cold_user_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Ratings of somebody new or changed; the command gets a `cold_user`.

    Args:
        command: the function of the command
    """

    @click.option(
        "--ratings",
        metavar="FILE",
        help="Ratings of a user whom the model does not know, an item and a rating a line, - for "
        "stdin; of interactions, an item and its weight, or items alone. With --user, what has come "
        "since.",
    )
    @click.option(
        "--rate",
        "rates",
        multiple=True,
        metavar="ITEM=RATING",
        help="A rating (or weight) of such a user, the item by id or title, as 318=5; may be repeated.",
    )
    @click.option(
        "--like-item",
        "likes",
        multiple=True,
        metavar="ITEM",
        help="The highest rating for an item, by id or title, or a usual weight; may be repeated.",
    )
    @click.option(
        "--new-user",
        "is_new",
        is_flag=True,
        help="Somebody of whom nothing is known: what most users like.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        ratings: str | None,
        rates: tuple[str, ...],
        likes: tuple[str, ...],
        is_new: bool,
        **kwargs: Any,
    ) -> Any:
        return command(*args, cold_user=ColdUser(ratings, rates, likes, is_new), **kwargs)

    return wrapped
