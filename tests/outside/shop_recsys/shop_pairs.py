"""A converter."""

from __future__ import annotations

from typing import BinaryIO

from recli.data.converters import FileConverter
from recli.data.dataset import Dataset


class ShopPairs(FileConverter):
    """A line a rating: the user and the item."""

    suffixes = (".pairs",)
    summary = "pairs of user and item"

    def _into(self, dataset: Dataset, file: BinaryIO) -> None:
        ratings = dataset.ratings
        for user, item in zip(ratings.users, ratings.items, strict=True):
            file.write(f"{ratings.user_ids.text[user]} {ratings.item_ids.text[item]}\n".encode())
