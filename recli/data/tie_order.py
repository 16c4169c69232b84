"""Which of two items with the same score goes first: a draw, and not what they are called."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from recli.data.ratings import Ratings
from recli.kernels.mixing import mixed


@functools.lru_cache
def _salt(seed: int) -> int:
    [salt] = np.random.SeedSequence(seed).generate_state(1).tolist()
    return int(salt)


@dataclass(frozen=True, eq=False)
class TieOrder:
    """An order of the catalogue for each of some users, drawn evenly and the same at every call.

    Of equal scores the item goes first whose number `mixed(row ^ column)` is smaller. A user's key
    comes of the seed and of how many users appeared in the data before them, an item's of how many
    items did (`Ids.places`). So the order is a user's own, whoever else is ranked, on however many
    threads; it stays when users, items and ratings are appended to the data; and with other names
    for users and items, in the same rows, every number that is measured is the same. Another seed
    draws another order.

    Others: trec_eval 9 and what is built on it (pytrec_eval, most of ir_measures) sort equal scores
    by the document's id, backwards, while RR@k of ir_measures 0.4 begins with the least; ranx 0.3,
    LensKit 2026.4 and the ranker of RecTools 0.19 leave their order to a sort that promises none;
    RecTools measures the ranks that it is given. The expectation over all orders (McSherry and
    Najork, Computing information retrieval performance measures efficiently in the presence of tied
    scores, ECIR 2008) is the mean of what is drawn here over seeds, but there is no list that has
    it: diversity, coverage and re-ranking need one.

    Attributes:
        rows: int64[n_users], a key for each user, below 2³²
        columns: int64[n_items], a key for each item, likewise; by its code, unless `by` was told other
            numbers
    """

    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, ratings: Ratings, users: np.ndarray, seed: int) -> TieOrder:
        """The order of some users.

        Args:
            ratings: whose users and catalogue these are
            users: int[n_users], codes
            seed: a whole number from 0 on
        """
        of_users = mixed(ratings.user_ids.mixed_places[users] ^ _salt(seed))
        return cls(of_users, ratings.item_ids.mixed_places)

    def part(self, rows: slice | np.ndarray) -> TieOrder:
        """The order of some of the users.

        Args:
            rows: which ones: a slice, or int[n] places
        """
        return TieOrder(self.rows[rows], self.columns)

    def by(self, codes: np.ndarray) -> TieOrder:
        """The order where items go by other numbers than their codes, as by inner ids.

        Args:
            codes: int[n_items], the code of each number
        """
        return TieOrder(self.rows, self.columns[codes])

    def draws(self, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        """The number of each pair, int64[n]: of equal scores, the item with the smaller goes first.

        Args:
            rows: int[n], places of users among those whose order this is
            items: int[n], codes
        """
        return mixed(self.rows[rows] ^ self.columns[items])
