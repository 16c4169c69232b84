"""The lists that are served."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recli import errors
from recli.data.ids import Ids
from recli.extras.serve.answers import Kind, MadeList
from recli.extras.serve.current import Loaded
from recli.models.fold_in import Rated, fold_in
from recli.models.model import FittedModel
from recli.ranking.answer import Answer
from recli.ranking.list_options import ListOptions
from recli.ranking.lists import recommend
from recli.ranking.request import request_of
from recli.ranking.reranking_cost import RerankingCost
from recli.ranking.rows import Rows

# Bytes, far above what one user's list takes; to ask the system takes as long as the list.
_MEMORY = 1 << 30


@dataclass(frozen=True)
class ListRequest:
    """What is asked for, whoever it is for.

    Attributes:
        n: the longest that the list may be
        options: what the lists should be like
        explain: whether to say of each item why
        seed: what chance goes by
        left_out: ids that the model does not know, which the answer names
    """

    n: int
    options: ListOptions
    explain: bool = False
    seed: int = 0
    left_out: Sequence[str] = ()


def known(loaded: Loaded, user: str, asked: ListRequest) -> MadeList:
    """The list of a user whom the model knows.

    Args:
        loaded: the model in service
        user: the raw id of a user
        asked: what is asked for

    Raises:
        NotFoundError: for another
    """
    model = loaded.model
    code = model.user_code(user)
    kind: Kind = "known" if model.trainset.inner_users[code] >= 0 else "fallback"
    return replace(_made(loaded, model, code, asked, kind), user=user)


def cold_user(
    loaded: Loaded,
    user: str | None,
    ratings: Sequence[tuple[str, float]],
    asked: ListRequest,
) -> MadeList:
    """The list of a user with these ratings, raw item ids and values, who is folded in.

    Without ratings it is what most users like.

    Args:
        loaded: the model in service
        user: the id, if the model knows it; of two ratings of an item the new one counts, while
            interactions add up
        ratings: of items that the model does not know, the answer names the ids
        asked: what is asked for

    Raises:
        NotFoundError: where the model knows none of the rated items
        UsageError: for a rating off the scale and as `fold_in` does
    """
    if not ratings:
        return _made(loaded, loaded.popular, 0, asked, "fallback", is_new=True)
    model = loaded.model
    rated, unknown = _rated(model, ratings)
    folded, code = fold_in(model, rated, user)
    asked = replace(asked, left_out=[*asked.left_out, *unknown])
    return _made(loaded, folded, code, asked, "folded", is_new=user is None)


def item_codes(model: FittedModel, items: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Codes of the items that the model knows, int32[n], and the ids of the others, each once.

    Args:
        model: a fitted model
        items: raw ids of items

    Raises:
        NotFoundError: where it knows none, with the ids nearest to the first
    """
    codes = model.trainset.ratings.item_ids.codes(items)
    unknown = [item for item, code in zip(items, codes.tolist(), strict=True) if code < 0]
    if items and len(unknown) == len(items):
        raise unknown_item(model, unknown[0])
    return codes[codes >= 0], list(dict.fromkeys(unknown))


def item_code(model: FittedModel, item: str) -> int:
    """The code of a raw item id.

    Args:
        model: a fitted model
        item: the raw id of an item, or what it is called

    Raises:
        NotFoundError: with the nearest ids
    """
    code = model.trainset.ratings.item_ids.code(item)
    if code < 0:
        raise unknown_item(model, item)
    return code


def unknown_item(model: FittedModel, item: str) -> errors.NotFoundError:
    """The error for the id of an item that is not in the catalogue, with the nearest ids.

    Args:
        model: a fitted model
        item: the raw id of an item, or what it is called
    """
    ids: Ids = model.trainset.ratings.item_ids
    return errors.NotFoundError(
        f"There is no item '{item}' among the {len(ids):,} of the catalogue. "
        f"Nearest ids: {', '.join(ids.nearest(item))}."
    )


def _rated(model: FittedModel, ratings: Sequence[tuple[str, float]]) -> tuple[Rated, list[str]]:
    own = model.trainset.ratings
    values: dict[str, float] = {}
    for place, (item, value) in enumerate(ratings):
        if not own.allows(value):
            raise errors.UsageError(
                f"{own.noun}s.{place}: {value:.15g} is no {own.domain}, as the model has learned from."
            )
        values[item] = value + (values.get(item, 0.0) if own.implicit else 0.0)
    codes, unknown = item_codes(model, list(values))
    left = set(unknown)
    known = [value for item, value in values.items() if item not in left]
    return Rated(codes, np.array(known, np.float64)), unknown


def _made(
    loaded: Loaded,
    model: FittedModel,
    code: int,
    asked: ListRequest,
    kind: Kind,
    is_new: bool = False,
) -> MadeList:
    """The list of the user with this code in `model`, maybe the loaded one with a user folded in."""
    users, options = np.array([code], np.int32), asked.options
    request = request_of(options, loaded.model, users, asked.n, seed=asked.seed, model=model)
    cost = RerankingCost(request.rerankers) if request.rerankers else None
    made = recommend(model, request, _MEMORY)
    [lists] = made if cost is None else cost.follow(made)
    name = loaded.name if model is not loaded.popular else model.configured.name
    rows = Rows.of(model, lists, request.sort, asked.explain)
    document = Answer(name, rows, is_new, cost).document
    if asked.left_out:
        document["left_out"] = list(asked.left_out)
    return MadeList(json.dumps(document, allow_nan=False).encode(), kind, rows.items)
