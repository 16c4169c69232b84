"""`/recommend`: the list of a user."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from recli import errors
from recli.extras.serve import lists
from recli.extras.serve.answers import MadeList
from recli.extras.serve.current import Loaded
from recli.extras.serve.metrics import Metrics
from recli.extras.serve.problems import responses
from recli.extras.serve.schemas import MOST_ITEMS, Id, Sent, as_parameters, of_query
from recli.extras.serve.state import TheMetrics, TheVariants
from recli.extras.serve.variants import Variants
from recli.ranking.list_options import ListOptions
from recli.ranking.lower_bound import Sort

router = APIRouter(tags=["lists"])
PATH = "/recommend"
_PLAIN = re.compile(rb"user_id=([\w.~-]{1,200})(?:&n=([1-9]\d{0,2}))?", re.ASCII)
_MOST_EXPLAINED = 100  # to say why takes some algorithms as long as the whole list
_N_DEFAULT = 10
_N = Field(_N_DEFAULT, ge=1, le=MOST_ITEMS, description="How many items.")
_EXPLAIN = Field(False, description="Say of each item why.")
_WHERE = Field(
    None,
    max_length=1000,
    description="A condition on the item table, as `genres contains 'Comedy' and year >= 1990`.",
)
_SEEN = Field(False, description="Whether what the user knows already may be recommended again.")
_EXAMPLE = {
    "user": 42,
    "model": "svd",
    "items": [
        {
            "rank": 1,
            "item": 318,
            "title": "The Shawshank Redemption (1994)",
            "score": 4.61,
            "rating": 4.61,
            "deviation": None,
        }
    ],
}
_DESCRIBED: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {
            "description": "The list, best first, as `recli recommend --format json` prints it.",
            "content": {"application/json": {"example": _EXAMPLE}},
        },
        **responses(400, 401, 404, 422, 429),
    },
}


class RecommendQuery(Sent):
    """For whom, and how many."""

    user_id: Id = Field(description="The user's id, as in the ratings.", examples=["42"])
    n: int = _N
    explain: bool = _EXPLAIN
    include_seen: bool = _SEEN
    where: str | None = _WHERE


class GivenRating(Sent):
    """What somebody says of an item."""

    item_id: Id
    rating: float


class GivenInteraction(Sent):
    """What somebody has done with an item."""

    item_id: Id
    weight: float = Field(
        1.0, gt=0, description="How often or how many, times what the kind of interaction weighs."
    )


class Wished(Sent):
    """For whom, from what they say they like, which items, in which order."""

    user_id: Id | None = Field(
        None,
        description="The user's id, if the model knows it; what is sent is then what came since.",
    )
    ratings: list[GivenRating] = Field(
        default_factory=list,
        max_length=MOST_ITEMS,
        description="What they say of items, for a model of ratings. Without these and without an id, "
        "they get what most like.",
    )
    interactions: list[GivenInteraction] = Field(
        default_factory=list,
        max_length=MOST_ITEMS,
        description="What they did with items, for a model of interactions; of one item it adds up.",
    )
    n: int = _N
    sort: Sort = Field("score", description="`lower-bound`: prediction less its deviation.")
    explain: bool = _EXPLAIN
    include_seen: bool = _SEEN
    where: str | None = _WHERE
    candidates: list[Id] | None = Field(
        None, min_length=1, max_length=MOST_ITEMS, description="The items to choose from."
    )
    exclude: list[Id] = Field(
        default_factory=list, max_length=MOST_ITEMS, description="Items to leave out."
    )
    min_ratings: int = Field(
        0, ge=0, lt=2**31, description="Ratings, or users, that an item has at least."
    )
    since: date | None = Field(
        None, description="Only items that were first seen on that day (UTC) or later."
    )
    max_per: dict[str, Annotated[int, Field(ge=1, le=MOST_ITEMS)]] = Field(
        default_factory=dict,
        max_length=10,
        description="Items of a list with the same value of a column, at most.",
    )
    diversify: float = Field(
        0.0, ge=0, le=1, description="Weight of how unlike the items are (MMR)."
    )
    calibrate: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(
        default_factory=dict,
        max_length=1,
        description="A column and the weight of its shares in what they like (Steck 2018).",
    )
    explore: float = Field(0.0, ge=0, le=1, description="Share of places for items by chance.")
    seed: int = Field(0, ge=0, lt=2**32, description="What chance goes by.")

    model_config = Sent.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "ratings": [{"item_id": 318, "rating": 5}, {"item_id": 50, "rating": 4.5}],
                    "n": 5,
                },
                {"user_id": 42, "where": "genres contains 'Comedy'", "max_per": {"genres": 3}},
                {"interactions": [{"item_id": 318, "weight": 5}, {"item_id": 50}], "n": 5},
            ]
        }
    }


# Parsed here: FastAPI's own way takes a third of the time that the list itself takes.
@router.get(PATH, openapi_extra={"parameters": as_parameters(RecommendQuery)}, **_DESCRIBED)
async def of_known_user(request: Request) -> Response:
    """Recommend items to a user whom the model knows.

    Lists are filtered and re-ranked as the model was trained to make them, unless the request says
    otherwise.
    """
    asked = of_query(RecommendQuery, request)  # what is plainest has been answered, see `Shortest`
    loaded = request.app.state.variants.of_user(asked.user_id).loaded
    metrics = request.app.state.metrics
    make = functools.partial(_of_known_user, asked, loaded, metrics)
    plain = asked.where is None and not asked.explain
    quick = plain and _is_quick(asked.user_id, loaded)
    made = make() if quick else await run_in_threadpool(make)
    loaded.answers.keep(request.scope["query_string"], made)
    metrics.served(loaded, made)
    return response(made)


@router.post(PATH, **_DESCRIBED)
def of_anybody(wished: Wished, variants: TheVariants, metrics: TheMetrics) -> Response:
    """Recommend items to anybody, by what they like; filtered and re-ranked.

    What the request does not say of filters and re-ranking is as the model was trained to make lists.
    """
    user = wished.user_id
    loaded = variants.of_user(user).loaded
    _check_explained(wished.n, wished.explain)
    if user is not None:
        _check_known(user, loaded, metrics)
    asked = _asked(wished, loaded)
    ratings = _given(wished, loaded)
    if user is not None and not ratings:
        made = lists.known(loaded, user, asked)
    else:
        made = lists.cold_user(loaded, user, ratings, asked)
    metrics.served(loaded, made)
    return response(made)


def _given(wished: Wished, loaded: Loaded) -> list[tuple[str, float]]:
    """What they say or did, raw item ids and values. Raises UsageError for what the model is not of."""
    implicit = loaded.model.trainset.ratings.implicit
    ours, theirs = ("interactions", "ratings") if implicit else ("ratings", "interactions")
    if getattr(wished, theirs):
        raise errors.UsageError(
            f"{theirs}: the model has learned from {ours}. Send '{ours}' instead, see /openapi.json."
        )
    if implicit:
        return [(one.item_id, one.weight) for one in wished.interactions]
    return [(one.item_id, one.rating) for one in wished.ratings]


def _of_known_user(asked: RecommendQuery, loaded: Loaded, metrics: Metrics) -> MadeList:
    _check_explained(asked.n, asked.explain)
    _check_known(asked.user_id, loaded, metrics)
    said = {"where": asked.where, "exclude_seen": not asked.include_seen}
    options = _over(loaded.lists, said, asked.model_fields_set)
    return lists.known(loaded, asked.user_id, lists.ListRequest(asked.n, options, asked.explain))


def _over(remembered: ListOptions, said: dict[str, Any], given: set[str]) -> ListOptions:
    """What the model remembers of its lists, and in its place what a request says.

    given: names of the fields that the request has
    """
    given = {"exclude_seen" if name == "include_seen" else name for name in given}
    changed = {name: value for name, value in said.items() if name in given}
    return replace(remembered, **changed) if changed else remembered


def at_once(query: bytes, variants: Variants) -> tuple[Loaded, MadeList] | None:
    """The list that `of_known_user` gives, by which model; None for a query that it has to look at.

    Args:
        query: the query as it came
        variants: the models in service
    """
    plain = _PLAIN.fullmatch(query)
    if plain is None:
        return None
    user, n = plain[1].decode(), int(plain[2] or _N_DEFAULT)
    loaded = variants.of_user(user).loaded
    if not _is_quick(user, loaded):
        return None
    made = lists.known(loaded, user, lists.ListRequest(n, loaded.lists))
    loaded.answers.keep(query, made)
    return loaded, made


def _is_quick(user: str, loaded: Loaded) -> bool:
    """Whether nobody else is kept waiting while a plain list is made; to find near ids takes longer."""
    return loaded.quick and loaded.model.trainset.ratings.user_ids.code(user) >= 0


def response(made: MadeList) -> Response:
    """A list on its way.

    Args:
        made: the list as JSON, and how it was made
    """
    return Response(made.body, media_type="application/json")


def _check_explained(n: int, explain: bool) -> None:
    if explain and n > _MOST_EXPLAINED:
        raise errors.UsageError(
            f"n: {n:,} are more than can be explained at once, which are {_MOST_EXPLAINED}."
        )


def _check_known(user: str, loaded: Loaded, metrics: Metrics) -> None:
    try:
        loaded.model.user_code(user)
    except errors.NotFoundError:
        metrics.lists.labels("unknown").inc()
        raise


def _asked(wished: Wished, loaded: Loaded) -> lists.ListRequest:
    """What the list should be like, and the candidates that the model does not know."""
    unknown = list[str]()
    if wished.candidates is not None:
        unknown = lists.item_codes(loaded.model, wished.candidates)[1]
    said = {
        "sort": wished.sort,
        "exclude_seen": not wished.include_seen,
        "candidates": None if wished.candidates is None else tuple(wished.candidates),
        "exclude": tuple(wished.exclude),
        "where": wished.where,
        "min_ratings": wished.min_ratings,
        "since": wished.since,
        "max_per": wished.max_per,
        "diversify": wished.diversify,
        "calibrate": next(iter(wished.calibrate.items()), None),
        "explore": wished.explore,
    }
    options = _over(loaded.lists, said, wished.model_fields_set)
    return lists.ListRequest(wished.n, options, wished.explain, wished.seed, unknown)
