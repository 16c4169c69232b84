"""What lists should be like, whoever they are for and whoever asks: one declaration for all commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from recli import errors, params, registry, spec
from recli.data.tables import where
from recli.params import Bool, Choice, Date, Float, Int, Parameter
from recli.ranking.listed_ids import listed
from recli.ranking.lower_bound import SORTS, Sort

CALIBRATE = 0.5
"""The weight of a column's shares where none is said."""


@dataclass(frozen=True)
class ListedIds(Parameter):
    """Ids of items: a list of them, or the name of a file with an id a line."""

    @property
    def domain(self) -> str:
        return "a list of ids, or a file with an id a line"

    def _check(self, value: object) -> Any:
        if isinstance(value, str):
            return listed(Path(value), "items")
        if not isinstance(value, list | tuple):
            raise self._wrong(value)
        return tuple(dict.fromkeys(map(str, value)))


@dataclass(frozen=True)
class Rerankers(Parameter):
    """Re-rankers with their options: a text as NAME:OPTION=VALUE, or several."""

    @property
    def domain(self) -> str:
        return "a re-ranker as NAME:OPTION=VALUE, or a list of them"

    def _check(self, value: object) -> Any:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or not all(isinstance(t, str) for t in texts):
            raise self._wrong(value)
        found = [spec.parse("reranker", text) for text in texts]
        return tuple(spec.written(registry.name_of(cls), options) for cls, options in found)


@dataclass(frozen=True)
class ConditionText(Parameter):
    """A condition on the item table."""

    @property
    def domain(self) -> str:
        return "a condition on the item table, as \"genres contains 'Comedy'\""

    def _check(self, value: object) -> Any:
        if not isinstance(value, str):
            raise self._wrong(value)
        where.parse(value)
        return value


@dataclass(frozen=True)
class ByColumn(Parameter):
    """A number for each of some columns of the item table: a table, or text as `genres=3,year=2`.

    Attributes:
        of: what each number has to be
        most: how many columns there may be
        implied: the number of a column that is named alone; None if it has to be said
    """

    of: Int | Float = field(kw_only=True)
    most: int | None = field(default=None, kw_only=True)
    implied: float | None = field(default=None, kw_only=True)

    @property
    def domain(self) -> str:
        several = "columns" if self.most is None else "a column"
        example = f"{self.name} = 'genres={self.of.default}'"
        return f"{several} of the item table with {self.of.domain}, as {example}"

    def _check(self, value: object) -> Any:
        given = self._typed(value) if isinstance(value, str) else value
        if not isinstance(given, Mapping) or not given:
            raise self._wrong(value)
        if self.most is not None and len(given) > self.most:
            raise self._wrong(value)
        return {str(name): self._number(name, each) for name, each in given.items()}

    def _number(self, column: str, value: object) -> Any:
        try:
            return self.of.check(value)
        except errors.UsageError:
            what = value if str(value) else "nothing"
            raise errors.UsageError(
                f"{self.name}: '{column}={value}' is not valid: {what} is not {self.of.domain}."
            ) from None

    def _typed(self, text: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for part in text.split(",") if self.most is None else [text]:
            name, equals, typed = (piece.strip() for piece in part.rpartition("="))
            if not equals and self.implied is not None:
                name, typed = typed, str(self.implied)
            if not name or name in found:
                raise self._wrong(text)
            found[name] = typed
        return found


SORT = Choice(
    "sort",
    "score",
    "what goes first: the highest score, or the highest prediction less its deviation",
    options=SORTS,
)
PARAMETERS: tuple[Parameter, ...] = (
    SORT,
    Bool("exclude_seen", True, "whether what a user has in the training is left out"),
    ListedIds("candidates", None, "the items to choose from: a file with an id a line"),
    ListedIds("exclude", None, "items to leave out: a file with an id a line"),
    ConditionText("where", None, "a condition on the item table; 'recli show where' explains it"),
    Int("min_ratings", 0, "items with fewer ratings in the training are left out", low=0),
    Date("since", None, "fresh items alone: first rated on that day (UTC) or later, or not yet"),
    ByColumn(
        "max_per",
        None,
        "how many items of a list may have the same value of a column, as genres=3",
        of=Int("n", 3, "", low=1),
    ),
    Float(
        "diversify",
        0.0,
        "weight of how unlike an item is what stands above it (MMR)",
        low=0,
        high=1,
        tune=(0, 1),
    ),
    ByColumn(
        "calibrate",
        None,
        "a column and the weight of its shares in what the user likes, as genres=0.3",
        of=Float("weight", 0.3, "", low=0, high=1),
        most=1,
        implied=CALIBRATE,
    ),
    Float(
        "explore",
        0.0,
        "share of places for items drawn by chance",
        low=0,
        high=1,
        tune=(0, 1),
    ),
    Rerankers("rerank", None, "a re-ranker, or your own as module:Class, with its options"),
)


@dataclass(frozen=True)
class ListOptions:
    """How lists are made of a model's scores: what may be in them, and how they are re-ranked.

    How long a list is, for whom, and the seed of what is drawn are asked for each time, see
    `recli.ranking.request.request_of`.

    Args:
        sort: What goes first, see `lower_bound.sorted_by`.
        exclude_seen: Whether what a user has in the training is left out.
        candidates: Raw ids of the items to choose from; None for the catalogue.
        exclude: Raw ids of items to leave out.
        where: A condition on the item table, see `recli.data.tables.where`.
        min_ratings: How many ratings an item has at least in the training.
        since: An item is fresh if its first rating is of this day (UTC) or later, or if it has none yet.
        max_per: Fields of the item table, and how many items of a list may have the same value there.
        diversify: The weight, from 0 to 1, of how unlike the items of a list are.
        calibrate: A field of the item table and the weight, above 0 and up to 1, of its shares.
        explore: The share of places, from 0 to 1, for items drawn by chance.
        rerank: Other re-rankers with their options, as `recli.spec` reads them.

    Raises:
        UsageError: The weights of `diversify` and `calibrate` leave nothing for the scores.

    >>> options = ListOptions(min_ratings=10, calibrate=("genres", 0.3))
    >>> options.document()
    {'min_ratings': 10, 'calibrate': {'genres': 0.3}}
    >>> ListOptions.of(options.document()) == options
    True
    >>> print(options)
    min_ratings=10 calibrate.genres=0.3
    """

    sort: Sort = "score"
    exclude_seen: bool = True
    candidates: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    where: str | None = None
    min_ratings: int = 0
    since: date | None = None
    max_per: Mapping[str, int] = field(default_factory=dict)
    diversify: float = 0.0
    calibrate: tuple[str, float] | None = None
    explore: float = 0.0
    rerank: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.diversify + (self.calibrate[1] if self.calibrate else 0) > 1:
            raise errors.UsageError(
                "The weights of diversify and calibrate are more than 1 together: nothing is left for "
                "the scores."
            )

    @classmethod
    def of(cls, given: Mapping[str, object]) -> ListOptions:
        """The options that a table of an experiment or a document says; what it lacks is the default.

        Args:
            given: Values by name, as `document` gives them or as text; ids also as a file's name.

        Raises:
            UsageError: There is no such option, or the value is not valid.
            NotFoundError, DataError: A file of ids is absent or holds none.
        """
        known = {parameter.name: parameter for parameter in PARAMETERS}
        found: dict[str, Any] = {}
        for name, value in given.items():
            if name not in known:
                raise errors.unknown("option of lists", name, known)
            checked = known[name].check(value)
            if checked is not None:
                found[name] = checked
        if "since" in found:
            found["since"] = date.fromisoformat(found["since"])
        if "calibrate" in found:
            [(column, weight)] = found["calibrate"].items()
            # A grid may hold a weight of 0.
            found["calibrate"] = (column, weight) if weight else None
        return cls(**found)

    def document(self) -> dict[str, Any]:
        """What differs from the default, as JSON; `of` is the inverse."""
        found = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != getattr(_DEFAULT, each.name)
        }
        return {name: _plain(value) for name, value in found.items()} | (
            {"calibrate": dict([self.calibrate])} if self.calibrate else {}
        )

    @property
    def reranks(self) -> bool:
        """Whether lists are others than the first candidates by score: with places by other measures."""
        by_weight = self.diversify or self.calibrate or self.explore
        return bool(self.max_per or by_weight or self.rerank)

    @property
    def without_reranking(self) -> ListOptions:
        """The filters alone, by score."""
        return replace(
            self, sort="score", max_per={}, diversify=0.0, calibrate=None, explore=0.0, rerank=()
        )

    def __str__(self) -> str:
        """What differs from the default, for labels; empty where nothing does."""
        return " ".join(f"{name}={text}" for name, text in self._texts())

    def _texts(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for name, value in self.document().items():
            if name in ("candidates", "exclude"):
                found.append((name, f"{len(value)}-items"))
            elif name == "rerank":
                found += [(name, text) for text in value]
            elif isinstance(value, dict):
                found += [
                    (f"{name}.{column}", params.short(each)) for column, each in value.items()
                ]
            else:
                found.append((name, f'"{value}"' if name == "where" else params.short(value)))
        return found


_DEFAULT = ListOptions()


def _plain(value: object) -> object:
    """`value` as JSON has it."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, date) else value
