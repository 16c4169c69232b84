"""A user whom a model does not know, or not as they are now, by their ratings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from recli import errors
from recli.algorithms import Configured
from recli.data.columns.number import number
from recli.models.model import FittedModel
from recli.models.titles import item_code

_OF_RATINGS = "It should have an item and a rating a line, as 318,5."
_OF_INTERACTIONS = "It should have an item a line and, if there is one, its weight, as 318,5."
_ONCE = "1"


@dataclass(frozen=True)
class Given:
    """A rating as somebody gave it: the item by id or title, the value as text, and where it stands.

    Attributes:
        item: the raw id of an item, or what it is called
        value: as it is written
        where: where it was given, for errors
    """

    item: str
    value: str
    where: str


@dataclass(frozen=True, eq=False)
class Rated:
    """Ratings or interactions of one user.

    Attributes:
        items: int32[n], codes in the model's ratings, each once
        values: float64[n]
        unknown: what of a file was no item of the model, a line each
    """

    items: np.ndarray
    values: np.ndarray
    unknown: tuple[str, ...] = ()

    def then(self, later: Rated, implicit: bool) -> Rated:
        """These and `later` ones, which count where an item is rated again; interactions add up.

        Args:
            later: what came after
            implicit: whether the data are interactions
        """
        again = np.isin(self.items, later.items)
        values = later.values.copy()
        if implicit:
            before = dict(zip(self.items.tolist(), self.values.tolist(), strict=True))
            values += [before.get(item, 0.0) for item in later.items.tolist()]
        return Rated(
            np.append(self.items[~again], later.items), np.append(self.values[~again], values)
        )


def read(text: str, name: str, implicit: bool = False) -> list[Given]:
    """The ratings in a table of items and values, delimiter, header and order of columns sniffed.

    Without a header the first column is the item and the second the value. Of interactions the table
    may have items alone, each of weight 1.

    Args:
        text: the content of the file
        name: the name
        implicit: whether the data are interactions

    Raises:
        DataError: for a table without a rating or with a row that is none
    """
    from recli.data.columns import (
        roles,
        sniff,
    )  # which brings pandas along, that nothing else here needs

    noun, should = ("interactions", _OF_INTERACTIONS) if implicit else ("ratings", _OF_RATINGS)
    numbered = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not numbered:
        raise errors.DataError(f"{name}: holds no {noun}. {should}")
    lines = [line for _, line in numbered]
    rows = sniff.cells(lines, sniff.delimiter(lines))
    alone = implicit and all(len(row) == 1 for row in rows)
    item, value = 0, 1
    if sniff.header(rows):
        played = [roles.role_of(head) for head in rows[0]]
        values = [place for place, role in enumerate(played) if role in ("rating", "weight")]
        if values and "item" in played:
            item, value = played.index("item"), values[0]
        numbered, rows = numbered[1:], rows[1:]
    if alone:
        rows = [[*row, _ONCE] for row in rows]
    if not rows:
        raise errors.DataError(f"{name}: has a header, and no {noun} below it.")
    found, wrong = [], []
    for (n, line), row in zip(numbered, rows, strict=True):
        if len(row) > max(item, value):
            found.append(Given(row[item].strip(), row[value].strip(), f"{name}, line {n}"))
        else:
            wrong.append(f"line {n}: {line}")
    if wrong:
        raise errors.DataError(f"{name}: {should} These are none:\n{errors.first_ten(wrong)}")
    return found


def rated(model: FittedModel, given: Iterable[Given], lenient: bool = False) -> Rated:
    """The ratings by item code; of two for the same item the later counts, interactions add up.

    Args:
        model: a fitted model
        given: what the user says
        lenient: set aside what is no item of the model, instead of raising

    Raises:
        UsageError: for a value that is no rating on the scale, or no weight of an interaction; for
            an item, what `item_code` does
        NotFoundError: where nothing is left
    """
    ratings = model.trainset.ratings
    found: dict[int, float] = {}
    unknown = []
    for one in given:
        value = number(one.value)
        if not ratings.allows(value):
            raise errors.UsageError(
                f"{one.where}: '{one.value}' is no {ratings.domain}, as the model has learned from."
            )
        try:
            code = item_code(model, one.item)
        except (errors.NotFoundError, errors.UsageError) as error:
            if not lenient:
                raise
            unknown.append(f"{one.where}: {str(error).splitlines()[0]}")
        else:
            before = found.pop(code, 0.0)
            found[code] = before + value if ratings.implicit else value
    if unknown and not found:
        kind = "items" if ratings.implicit else "rated items"
        raise errors.NotFoundError(
            f"None of the {len(unknown):,} {kind} is known:\n{errors.first_ten(unknown)}"
        )
    items = np.array(list(found), np.int32)
    return Rated(items, np.array(list(found.values()), np.float64), tuple(unknown))


def fold_in(model: FittedModel, rated: Rated, user: str | None = None) -> tuple[FittedModel, int]:
    """The model for a user with these ratings, and their code in it, see `Algorithm.fold_in`.

    Args:
        model: a fitted model
        user: their id if the model knows them: to what they rated then comes what is new, and where
            they rated an item again the new rating counts, while interactions add up. None: a new
            user; their id is empty
        rated: codes of items and their ratings

    Raises:
        NotFoundError: for a user whom the model does not know
        UsageError: where they have rated no item from which the algorithm knows a user
        MissingExtraError: where it has to be fitted again and its packages are not installed
    """
    trainset, inner = model.trainset, -1
    if user is not None:
        inner = int(trainset.inner_users[model.user_code(user)])
        mine = trainset.users == inner
        before = Rated(trainset.item_codes[trainset.items[mine]], trainset.values[mine])
        rated = before.then(rated, trainset.ratings.implicit)
    items, values = trainset.inner_items[rated.items], rated.values
    if not model.algorithm.folds_in:
        Configured.of(model.configured.name, model.configured.params)  # to fit takes its packages
    algorithm = model.algorithm.fold_in(items, values, inner)
    folded = replace(model, algorithm=algorithm, trainset=algorithm.trainset)
    if not model.algorithm.folds_in:
        folded = replace(folded, index=None)
    elif "by_norm" in vars(model):
        vars(folded)["by_norm"] = model.by_norm  # of items nothing is learned anew
    return folded, int(algorithm.trainset.user_codes[0])


def most_popular(model: FittedModel) -> FittedModel:
    """The items that most users like, for a user of whom nothing is known; their code is 0.

    Where nobody likes anything it is the items that most users have rated.

    Args:
        model: a fitted model
    """
    trainset = model.trainset
    liked = bool((trainset.values >= trainset.threshold).any())
    configured = Configured.of("most-popular", {} if liked else {"preferences": "all"})
    fitted = configured.create(model.seed).fit(trainset)
    nothing = np.empty(0, np.int32)
    alone = trainset.alone(nothing, nothing)
    return replace(model, configured=configured, algorithm=fitted, trainset=alone, index=None)
