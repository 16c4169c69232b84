"""The keys of an experiment file: one declaration, from which it is read and its JSON Schema made."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from recli import registry
from recli.algorithms import declared
from recli.configuration import Derived, Many, OneOf, Rule, schema
from recli.configuration.kinds import FieldKind
from recli.data import find
from recli.data.description import Quote, Scale, TimeUnit
from recli.data.load import DUPLICATES, ON_BAD
from recli.data.preparation._base import Step
from recli.data.splits._base import Split
from recli.evaluation import metric_names
from recli.evaluation.metric_names import Measure
from recli.experiments.reading import Reading
from recli.params import Bool, Choice, Float, Int, Literal, Parameter
from recli.ranking.list_options import PARAMETERS, ByColumn

ALGORITHM, RECOMMEND = "algorithm", "recommend"


def _format(name: str) -> object:
    return registry.get("format", name)


_OWN_CLASS = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"
FormatText = Annotated[str, Rule(_format, names=registry.names("format"), pattern=f"^{_OWN_CLASS}")]


@dataclass(frozen=True, kw_only=True)
class DatasetTable:
    """A dataset, and how it is read.

    Attributes:
        dataset: a name, a folder with a dataset.toml, or a file of ratings
        query: what is asked, where the dataset is the URL of a database
        format: the format of the file
        delimiter: what cuts a row into columns
        header: whether the first row names the columns
        encoding: the encoding of the file
        quote: whether double quotes enclose cells
        escape: takes the next character literally
        decimal: the decimal point of numbers
        implicit: whether rows are interactions rather than ratings
        user: the column of the users, by name or number
        item: the column of the items
        rating: the column of the ratings
        weight: the column of the counts of interactions
        event: the column of the kinds of interactions
        time: the column of the times
        scale: the lowest and the highest rating
        time_unit: the unit of the times
        time_format: how dates are written, as strptime has it
        prepare: the steps of preparation, in their order
        on_bad: rows that are no ratings: stop, or skip them
        duplicates: several ratings for one user and item: stop, or which one counts
    """

    dataset: Annotated[
        str, Rule(words="a name, a folder with a dataset.toml, or a file of ratings")
    ]
    query: str | None = None
    format: FormatText | None = None
    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    quote: Quote | None = None
    escape: str | None = None
    decimal: str | None = None
    implicit: bool | None = None
    user: str | None = None
    item: str | None = None
    rating: str | None = None
    weight: str | None = None
    event: str | None = None
    time: str | None = None
    scale: Scale | None = None
    time_unit: TimeUnit | None = None
    time_format: str | None = None
    prepare: (
        Annotated[
            tuple[Annotated[str, Rule(Step.parse)], ...],
            Rule(words="a list of steps of preparation"),
        ]
        | None
    ) = None
    on_bad: Annotated[str, OneOf(*ON_BAD)] = "error"
    duplicates: Annotated[str, OneOf(*DUPLICATES)] = "error"


def _reading(told: str | DatasetTable) -> Reading:
    if isinstance(told, str):
        return Reading(told)
    said = {key: value for key, value in dataclasses.asdict(told).items() if value is not None}
    own = {key: said.pop(key) for key in ("on_bad", "duplicates")}
    return Reading(said.pop("dataset"), said, **own)


def _measure(text: str) -> object:
    return text if text == metric_names.ALL else Measure.parse(text)


def _finite(number: float) -> None:
    if not math.isfinite(number):
        raise ValueError


def _names(kind: str) -> str:
    """A pattern for a registered name or the user's own class."""
    return f"({'|'.join(registry.names(kind))}|{_OWN_CLASS})"


SplitText = Annotated[
    str,
    Rule(Split.parse, names=registry.names("split"), pattern=f"^{_names('split')}(:|$)"),
]
MetricText = Annotated[
    str,
    Rule(
        _measure,
        names=(*registry.names("metric"), metric_names.ALL),
        pattern=rf"^{_names('metric')}(:[^@]+)?(@[1-9][0-9]{{0,8}})?$",
    ),
]
Seed = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Length = Annotated[int, Meta(ge=1, le=10**9 - 1)]
AtLeastNone = Annotated[int, Meta(ge=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]


@dataclass(frozen=True, kw_only=True)
class ExperimentKeys:
    """What an experiment says beside its algorithms.

    Attributes:
        title: what the experiment is called
        description: what it asks, for people
        datasets: names, folders, files of ratings, or tables that say how to read one
        splits: how ratings are cut into training and test; 'recli list splits' has them
        seeds: random seeds, of splits and algorithms
        metrics: what is measured, the first one orders; 'all' is every metric
        k: lengths of the lists, for metrics without '@'
        threshold: ratings from here on count as liked; else from the scale
        sampled_negatives: rank what a user likes among that many sampled items: another metric
        by: what metrics are broken down by, such as activity
        min_user_ratings: leave out users with fewer ratings
        min_item_ratings: leave out items with fewer ratings
    """

    title: str = ""
    description: str = ""
    datasets: Annotated[
        tuple[Annotated[Reading, Derived(str | DatasetTable, _reading)], ...], Many()
    ] = (Reading(find.DEFAULT),)
    splits: Annotated[tuple[SplitText, ...], Many()] = ("k-fold:n_splits=5",)
    seeds: Annotated[tuple[Seed, ...], Many()] = (0,)
    metrics: Annotated[tuple[MetricText, ...], Many()] = metric_names.DEFAULT
    k: Annotated[tuple[Length, ...], Many()] = (metric_names.DEFAULT_K,)
    threshold: Annotated[float, Rule(_finite)] | None = None
    sampled_negatives: AtLeastOne | None = None
    by: Annotated[tuple[str, ...], Many()] = ()
    min_user_ratings: AtLeastNone = 0
    min_item_ratings: AtLeastNone = 0


def _not_empty(tables: Mapping[str, Any]) -> None:
    if not tables:
        raise ValueError


@dataclass(frozen=True, kw_only=True)
class ExperimentFile(ExperimentKeys):
    """What 'recli run' reads: an evaluation for each dataset × split × seed.

    Attributes:
        algorithm: the algorithms to compare, each a table of its parameters
        recommend: how lists are made; a list is a grid, which every algorithm is compared with
    """

    algorithm: Annotated[
        Mapping[str, Any],
        Rule(_not_empty, "a table for each algorithm to compare, as [algorithm.svd]"),
    ]
    recommend: Mapping[str, Any] = field(default_factory=dict)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment file, see `recli.configuration.schema`.

    The options of splits and what an algorithm brings along are left to recli.
    """
    found = schema.json_schema(ExperimentFile, "recli experiment")
    keys = found["properties"]
    keys["datasets"] |= {"default": [find.DEFAULT], "examples": find.names()}
    keys[ALGORITHM] = {"description": keys[ALGORITHM]["description"], **_algorithms()}
    keys[RECOMMEND] = {
        "description": keys[RECOMMEND]["description"],
        "type": "object",
        "properties": _parameters(PARAMETERS),
        "additionalProperties": False,
    }
    return found


def _algorithms() -> dict[str, Any]:
    tables = {}
    for name in registry.names("algorithm"):
        own = registry.get("algorithm", name).parameters
        # What an algorithm brings along depends on its own parameters: recli checks it.
        brought = {"type": "object", "description": "parameters of a member"}
        table = {
            "type": "object",
            "properties": _parameters(own),
            "additionalProperties": brought if declared(name) != own else False,
        }
        tables[name] = {
            "description": f"a table of parameters of {name}, or several; a list is a grid",
            "anyOf": [table, {"type": "array", "items": table, "minItems": 1}],
        }
    return {
        "type": "object",
        "properties": tables,
        "patternProperties": {"^[^:]+:[^:]+$": {"description": "your own, as module:Class"}},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _parameters(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Their JSON Schemas by name; a dotted name as a table in a table, and as it is."""
    properties: dict[str, Any] = {}
    for parameter in parameters:
        value = schema.of(FieldKind.of(_type(parameter)))
        if parameter.default is None:
            value = {"anyOf": [value, {"const": "none"}]}
        many = {"type": "array", "items": value, "minItems": 1, "uniqueItems": True}
        grid: dict[str, Any] = {"description": parameter.help, "anyOf": [value, many]}
        if parameter.default is not None:
            grid["default"] = parameter.default
        properties[parameter.name] = grid
        outer, dot, inner = parameter.name.partition(".")
        if dot:
            empty = {"type": "object", "properties": {}, "additionalProperties": False}
            properties.setdefault(outer, empty)["properties"][inner] = grid
    return properties


def _type(parameter: Parameter) -> Any:
    """What a parameter is, as the field of a dataclass would say it."""
    match parameter:
        case Int() | Float():
            kind = int if isinstance(parameter, Int) else float
            low, high = parameter.low, parameter.high
            bounds = Meta(
                ge=None if math.isinf(low) else kind(low),
                le=None if math.isinf(high) else kind(high),
            )
            return Annotated[kind, bounds]
        case Bool():
            return bool
        case Choice():
            return Annotated[str, OneOf(*parameter.options)]
        case ByColumn(of=number):
            return str | Mapping[str, _type(number)]  # type: ignore[misc]
        case Literal():
            return Any
    return str
