"""Users and items with enough ratings."""

from __future__ import annotations

from dataclasses import dataclass

from recli import errors
from recli.data import filters
from recli.data.preparation._base import Draft, Step
from recli.params import Int


@dataclass(frozen=True)
class KCore(Step):
    """Keep users and items with enough ratings, until all that are left have them.

    Leaving out a user takes ratings from items and the other way round, so it is repeated: what is left
    is the k-core (Seidman 1983). With a least number for items the catalogue shrinks to those that are
    left.

    Attributes:
        min_user_ratings: users with fewer ratings are left out
        min_item_ratings: items with fewer ratings are left out
    """

    parameters = (
        Int("min_user_ratings", 0, "ratings that a user has at least", low=0),
        Int("min_item_ratings", 0, "ratings that an item has at least", low=0),
    )
    example = "k-core:min_user_ratings=5,min_item_ratings=5"

    min_user_ratings: int = 0
    min_item_ratings: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.min_user_ratings and not self.min_item_ratings:
            raise errors.UsageError(
                "The step k-core needs min_user_ratings, min_item_ratings or both, as in "
                f"'{self.example}'."
            )

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        dataset = draft.dataset
        core = filters.left(dataset, self.min_user_ratings, self.min_item_ratings)
        prepared = draft.only(core.stays, core.items if self.min_item_ratings else None)
        n_users = len(dataset.ratings.user_ids) - len(prepared.dataset.ratings.user_ids)
        n_items = len(dataset.ratings.item_ids) - len(prepared.dataset.ratings.item_ids)
        users, items = "user" + "s" * (n_users != 1), "item" + "s" * (n_items != 1)
        return prepared, f"{n_users:,} {users} and {n_items:,} {items} left out"
