"""For whom recommendations are made."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options.cold_user import ColdUser
from recli.cli._output.console import Console, count

if TYPE_CHECKING:
    import numpy as np

    from recli.models.model import FittedModel


@dataclass(frozen=True)
class TargetUsers:
    """One user, those that a file lists, or all.

    Attributes:
        user: the column of the users
        users_file: a file with ids of users
        everybody: whether all users are meant
    """

    user: str | None
    users_file: Path | None
    everybody: bool

    def check(self, cold_user: ColdUser) -> None:
        """Raise UsageError unless it is exactly one of the three, or somebody new or changed.

        Args:
            cold_user: what is known of a user whom the model does not know
        """
        from recli import errors

        given = [self.user is not None, self.users_file is not None, self.everybody]
        if cold_user.given:
            if any(given[1:]):
                raise errors.UsageError(
                    f"{cold_user.option} is about one user: it goes with --user, if the model knows that "
                    "user, or alone, but not with --users or --all-users."
                )
            return
        if sum(given) != 1:
            raise errors.UsageError(
                "For whom? Say one of --user ID, --users FILE, --all-users. Somebody new is given "
                "by --ratings FILE, --rate ITEM=RATING, or --new-user."
                if not any(given)
                else "--user, --users and --all-users exclude one another: say one of them."
            )

    @property
    def name(self) -> str:
        """What names the file that is written for them."""
        if self.user is not None:
            return f"user-{self.user}"
        if self.users_file is None and not self.everybody:
            return "new-user"
        return "all-users" if self.users_file is None else self.users_file.stem

    def codes(self, model: FittedModel, console: Console) -> np.ndarray:
        """Codes of the users, int32[n_users]; tells of ids in a file that the model does not know.

        Args:
            model: a fitted model
            console: where it is printed
        """
        import numpy as np

        ids = model.trainset.ratings.user_ids
        if self.user is not None:
            return np.array([model.user_code(self.user)], np.int32)
        if self.users_file is None:
            return np.arange(len(ids), dtype=np.int32)
        from recli.ranking.listed_ids import read_ids

        named = read_ids(self.users_file, ids, "users")
        tell_unknown(console, self.users_file, "user", named.unknown)
        return named.codes


def target_users_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--user`, `--users` and `--all-users`; the command gets an `target_users`.

    Args:
        command: the function of the command
    """

    @click.option("-u", "--user", help="The user's id, as in the ratings.")
    @click.option(
        "--users",
        "users_file",
        type=click.Path(path_type=Path),
        help="A file with the ids of users, one a line.",
    )
    @click.option("--all-users", "everybody", is_flag=True, help="Everybody who has rated.")
    @functools.wraps(command)
    def wrapped(
        *args: Any, user: str | None, users_file: Path | None, everybody: bool, **kwargs: Any
    ) -> Any:
        return command(*args, target_users=TargetUsers(user, users_file, everybody), **kwargs)

    return wrapped


def tell_unknown(console: Console, path: Path, noun: str, unknown: list[str]) -> None:
    """Say which ids of a file the model does not know, the first ten of them.

    Args:
        console: where it is printed
        path: the file
        noun: what they are, in the singular
        unknown: ids that are not known
    """
    if unknown:
        from recli import errors

        console.say(
            f"{path}: {count(len(unknown), noun)} that the model does not know, left out:\n"
            f"{errors.first_ten(unknown)}"
        )
