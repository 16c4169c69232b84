"""`recli.Model`."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from recli import errors, files
from recli.algorithms import Algorithm
from recli.api import _ids
from recli.api._arguments import checked, path
from recli.models import fold_in, similar, titles
from recli.models import model as models
from recli.models.fold_in import Given
from recli.models.stored import MODELS
from recli.ranking.list_options import ListOptions
from recli.ranking.lists import recommend
from recli.ranking.lower_bound import predicted
from recli.ranking.recommender import labelled, remembered
from recli.ranking.request import request_of
from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows

Users: TypeAlias = str | int | Iterable[str | int]
"""One user or several, by raw ids."""
Rated: TypeAlias = Mapping[Any, float] | Iterable[Any]
"""What somebody rated: items and values, or items alone, which are liked; by id or title."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A fitted algorithm with the ratings and tables that it learned from.

    `recli.train` makes one, `Model.load` reads one.

    Attributes:
        stored: the model itself
        name: what it is called
    """

    stored: models.FittedModel
    name: str
    _whole: models.FittedModel | None = None  # as it was before somebody was folded in
    _code: int | None = None  # of the one who was

    @classmethod
    def load(
        cls,
        name: str | Path,
        *,
        results: str | Path = "results",
        allow_pickle: bool = False,
        allow_code: bool = False,
    ) -> Model:
        """A model that was saved, here or by `recli train`.

        Args:
            name: of the model, or its folder
            results: the folder of results that it is in
            allow_pickle: whether a model that was saved with a pickle may be read, which runs code
                from the file
            allow_code: whether a class that the model names as `module:Class` may be imported, which
                runs code of the current folder or of an installed package

        Raises:
            NotFoundError: there is no such model
            DataError: a part of it is missing, altered, or of another format
            UsageError: it holds a pickle, or names a class, and that is not allowed
        """
        results = path("results", results)
        if not path("name", name).is_dir() and _is_path(name):
            raise errors.NotFoundError(f"There is no folder {name}, and so no model.")
        folder = MODELS.find(results, str(name))
        return cls(models.load(folder, allow_pickle, allow_code=allow_code), folder.name)

    def save(
        self,
        name: str | Path | None = None,
        *,
        results: str | Path = "results",
        allow_pickle: bool = False,
    ) -> Path:
        """Write the model, whole or not at all; one of the same name is replaced.

        Args:
            name: of the model in `results/models`, where the commands find it; or, where it is a `Path`
                or has a separator in it, the folder to write
            results: the folder of results
            allow_pickle: whether what a class of your own has learned may be pickled, instead of being
                fitted again at every use

        Returns:
            The folder.

        Raises:
            UsageError: the folder cannot be written, or nothing but an object in memory is the algorithm
        """
        self._check_whole()
        name = self.name.replace(":", ".") if name is None else name
        folder = path("name", name)
        if not _is_path(name):
            folder = MODELS.folder(path("results", results), files.checked_name(str(name), "model"))
        return models.save_in(folder, self.stored, allow_pickle)

    def recommend(
        self,
        users: Users | None = None,
        n: int = 10,
        *,
        explain: bool = False,
        seed: int | None = None,
        exact: bool = False,
        memory_limit: int | None = None,
        **lists: Any,
    ) -> pd.DataFrame:
        """The best items for a user, for several, or for all; what they have rated is left out.

        Args:
            users: raw ids; None for everybody whom the model has learned from
            n: how many items
            explain: whether to say why, in a column
            seed: of what `explore` draws; by default that of the model
            exact: whether to do without an index, if the model has one, by which a list may lack an item
            memory_limit: bytes for scores; by default half of what is free
            lists: how lists are made, in place of what the model remembers of it, by the options of
                `recli recommend`: `exclude_seen`, `candidates` and `exclude` (ids), `where`,
                `min_ratings`, `since`, `max_per`, `diversify`, `calibrate`, `explore`, `sort`

        Returns:
            A row per place: user, rank, item, title (where items have titles), score; rating, where
            the model predicts ratings, and deviation, where it knows that; why, if `explain`.

        Raises:
            NotFoundError: the model does not know a user, or no item is left
            UsageError: there is no such option, or the model cannot do what it says
            DataError: the model lacks the item table or the times that an option needs
        """
        n, memory_limit = checked("n", n), checked("memory_limit", memory_limit)
        said = ListOptions.of(lists)
        whole = self._whole or self.stored
        options = dataclasses.replace(
            remembered(whole), **{option: getattr(said, option) for option in lists}
        )
        codes = self._codes(users)
        seed = self.stored.seed if seed is None else checked("seed", seed)
        request = request_of(options, whole, codes, n, seed=seed, model=self.stored)
        asked = self.stored.without_index if exact else self.stored
        rows = RowTables(self.stored, self.name, datetime.now(UTC), explain=explain)
        made = [
            rows.table(Rows.of(self.stored, some, options.sort, explain))
            for some in recommend(asked, request, memory_limit)
        ]
        found = (
            pa.concat_tables(made).to_pandas() if made else rows.schema.empty_table().to_pandas()
        )
        if self._code is not None and users is None and self._is_new:
            found["user"] = None
        return found.drop(columns=["model", "time", *self._unknown_columns])

    def predict(self, pairs: pd.DataFrame | Iterable[tuple[Any, Any]]) -> pd.DataFrame:
        """What users would say of items.

        Args:
            pairs: of a user and an item, by raw ids; of a DataFrame, the columns `user` and `item`

        Returns:
            A row per pair, in their order: user, item, score, and where the model predicts ratings
            rating, within the scale, and deviation, where it knows that.

        Raises:
            NotFoundError: the model does not know a user or an item
        """
        raw_users, raw_items = _ids.pairs(pairs)
        model, ratings = self.stored, self.stored.trainset.ratings
        users = _ids.codes(raw_users, ratings.user_ids, "user")
        items = _ids.codes(raw_items, ratings.item_ids, "item")
        inner = model.trainset.inner_users[users], model.trainset.inner_items[items]
        scores = model.algorithm.predict_pairs(*inner, clip=False)
        said = predicted(model, users, items, scores, "score")
        columns = {"user": raw_users, "item": raw_items, "score": scores}
        columns |= {} if said.ratings is None else {"rating": said.ratings}
        columns |= {} if said.deviations is None else {"deviation": said.deviations}
        return pd.DataFrame(columns)

    def similar(
        self,
        item: str | int | None = None,
        n: int = 10,
        *,
        user: str | int | None = None,
        min_ratings: int = 5,
    ) -> pd.DataFrame:
        """What the model finds most like an item, or who is most like a user.

        Args:
            item: its id, or its title or a part of it
            n: how many
            user: the id, in place of an item
            min_ratings: those with fewer ratings are left out: by chance many are like them

        Returns:
            A row each, the most similar first: rank, item and title, or user; similarity.

        Raises:
            NotFoundError: the model does not know the item or the user
            UsageError: the model does not compare them, or a title fits several items
        """
        if (item is None) == (user is None):
            raise errors.UsageError("Like what? Give `item` or `user`, one of them.")
        n, min_ratings = checked("n", n), checked("min_ratings", min_ratings)
        model = self.stored
        if item is not None:
            found = similar.similar(
                model, "item", titles.item_code(model, str(item)), n, min_ratings
            )
            table = pd.DataFrame(
                [(one.rank, one.id, one.title, one.similarity) for one in found],
                columns=["rank", "item", "title", "similarity"],
            )
            return table if model.titles is not None else table.drop(columns="title")
        found = similar.similar(model, "user", model.user_code(str(user)), n, min_ratings)
        rows = [(one.rank, one.id, one.similarity) for one in found]
        return pd.DataFrame(rows, columns=["rank", "user", "similarity"])

    def fold_in(self, rated: Rated, user: str | int | None = None) -> Model:
        """The model for somebody with these ratings, without training it again where that can be.

        Args:
            rated: items and ratings, `{"Toy Story": 5, 318: 4.5}`, or items alone, which are
                liked; of interactions their weights. Items by id or title
            user: whom the model knows already: what is new comes to what is known of them

        Returns:
            A model that knows this user: `recommend()` is the list for them. It cannot be saved.

        Raises:
            NotFoundError: the model does not know the user or an item
            UsageError: a value is no rating on the scale, or nothing of it tells the model who it is
        """
        self._check_whole()
        model = self.stored
        if isinstance(rated, str | pd.DataFrame) or not isinstance(rated, Iterable):
            raise errors.UsageError(
                f"`rated={rated!r}` should be items with ratings, {{318: 4.5}}, or a list of items."
            )
        if isinstance(rated, Mapping | pd.Series):
            given = [
                Given(str(item), str(value), f"rated[{item!r}]") for item, value in rated.items()
            ]
        else:
            liking = f"{model.trainset.ratings.liking:.15g}"
            given = [Given(str(item), liking, f"rated, item {item!r}") for item in rated]
        known = None if user is None else str(user)
        folded, code = fold_in.fold_in(model, fold_in.rated(model, given), known)
        return dataclasses.replace(self, stored=folded, _whole=model, _code=code)

    @property
    def algorithm(self) -> Algorithm:
        """The fitted algorithm, a `surprise.AlgoBase`: to `predict` a pair, to `test` a test set."""
        return self.stored.algorithm

    def __repr__(self) -> str:
        ratings = self.stored.trainset.ratings
        model = self.stored
        label = labelled(model) if model.configured.is_named else model.configured.label
        return (
            f"{label}, learned from {self.stored.dataset['name']}: "
            f"{len(ratings):,} {ratings.noun}{'s' * (len(ratings) != 1)} of "
            f"{ratings.n_users:,} user{'s' * (ratings.n_users != 1)}"
        )

    @property
    def _is_new(self) -> bool:
        ids = self.stored.trainset.ratings.user_ids
        return self._code is not None and ids.text[self._code] == ""

    @property
    def _unknown_columns(self) -> list[str]:
        """The columns of lists that this model has nothing to say in."""
        algorithm = self.stored.algorithm
        rates = algorithm.predicts == "ratings"
        unknown = {
            "title": self.stored.titles is None,
            "rating": not rates,
            "deviation": not (rates and algorithm.has_deviations),
        }
        return [column for column, empty in unknown.items() if empty]

    def _codes(self, users: Users | None) -> np.ndarray:
        """int32[n_users]"""
        ids = self.stored.trainset.ratings.user_ids
        if users is None:
            return (
                np.arange(len(ids), dtype=np.int32)
                if self._code is None
                else np.array([self._code], np.int32)
            )
        if isinstance(users, pd.DataFrame | Mapping):
            raise errors.UsageError("`users` should be an id or several, such as a column of ids.")
        if isinstance(users, Hashable) and not isinstance(users, tuple):
            return np.array([self.stored.user_code(str(users))], np.int32)
        return _ids.codes(users, ids, "user")

    def _check_whole(self) -> None:
        if self._whole is not None:
            raise errors.UsageError(
                "This model is for one user who was folded in: take the whole one."
            )


def _is_path(name: str | Path) -> bool:
    """Whether it is where a model lies, and not what it is called."""
    return isinstance(name, Path) or any(separator in name for separator in (os.sep, "/"))
