"""The keys of an experiment file: one declaration, from which it is read and its JSON Schema made."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from recli import errors, params, registry
from recli.algorithms import declared
from recli.data import find
from recli.data.description import QUOTES, TIME_UNITS
from recli.data.load import DUPLICATES, ON_BAD
from recli.data.preparation._base import Step
from recli.data.splits._base import Split
from recli.evaluation import metric_names
from recli.evaluation.metric_names import Measure
from recli.params import Bool, Choice, Float, Int, Literal, Parameter, Value
from recli.ranking import list_options
from recli.ranking.list_options import ByColumn

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Line(Parameter):
    """Text, and nothing that would have to be made text first.

    reads: raises UsageError for a text that is not valid
    names, pattern: what the JSON Schema says of a text: one of these, or of this form
    """

    reads: Callable[[str], object] = field(default=str, kw_only=True)
    names: tuple[str, ...] = field(default=(), kw_only=True)
    pattern: str | None = field(default=None, kw_only=True)

    @property
    def domain(self) -> str:
        return "text"

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise errors.UsageError(f"{self.name} = {params.shown(value)} should be {self.domain}.")
        self.reads(value)
        return value


@dataclass(frozen=True)
class ScaleKey(Parameter):
    """The lowest and the highest rating."""

    @property
    def domain(self) -> str:
        return "a list of two numbers, lowest and highest"

    def _check(self, value: object) -> Any:
        match value:
            case [int() | float() as low, int() | float() as high] if low < high:
                return float(low), float(high)
        raise self._wrong(value)


@dataclass(frozen=True)
class Steps(Parameter):
    """Steps of preparation, in their order."""

    @property
    def domain(self) -> str:
        return "a list of steps of preparation"

    def _check(self, value: object) -> Any:
        if not isinstance(value, list) or not all(isinstance(step, str) for step in value):
            raise self._wrong(value)
        for step in value:
            Step.parse(step)
        return tuple(value)


@dataclass(frozen=True)
class Key:
    """One key of the file.

    value: what it is, or each of a list of them
    default: what holds without the key; a list of them, if there may be several
    """

    value: Parameter
    default: tuple[Value, ...] | None = None

    @property
    def name(self) -> str:
        """As it is written."""
        return self.value.name

    @property
    def many(self) -> bool:
        """Whether there may be a list."""
        return self.default is not None


def _measure(text: str) -> object:
    return text if text == metric_names.ALL else Measure.parse(text)


def _names(kind: str) -> str:
    return "|".join(registry.names(kind))


DATASET = (
    Line("dataset", None, "a name, a folder with a dataset.toml, or a file of ratings"),
    Line("query", None, "what is asked, where the dataset is the URL of a database"),
    Choice("format", None, "format of the file", options=registry.names("format")),
    Line("delimiter", None, "what cuts a row into columns"),
    Bool("header", None, "whether the first row names columns"),
    Line("encoding", None, "encoding of the file"),
    Choice("quote", None, "whether double quotes enclose cells", options=QUOTES),
    Line("escape", None, "takes the next character literally"),
    Line("decimal", None, "decimal point of numbers"),
    Bool("implicit", None, "whether rows are interactions rather than ratings"),
    Line("user", None, "column of the users, by name or number"),
    Line("item", None, "column of the items"),
    Line("rating", None, "column of the ratings"),
    Line("weight", None, "column of the counts of interactions"),
    Line("event", None, "column of the kinds of interactions"),
    Line("time", None, "column of the times"),
    ScaleKey("scale", None, "lowest and highest rating"),
    Choice("time_unit", None, "unit of the times", options=TIME_UNITS),
    Line("time_format", None, "how dates are written, as strptime has it"),
    Steps("prepare", None, "steps of preparation, in their order"),
    Choice("on_bad", "error", "rows that are no ratings: stop, or skip them", options=ON_BAD),
    Choice(
        "duplicates",
        "error",
        "several ratings for one user and item: stop, or which one counts",
        options=DUPLICATES,
    ),
)
KEYS = (
    Key(Line("title", "", "what the experiment is called")),
    Key(Line("description", "", "what it asks, for people")),
    Key(
        Line(
            "datasets", None, "names, folders, files of ratings, or tables that say how to read one"
        ),
        (find.DEFAULT,),
    ),
    Key(
        Line(
            "splits",
            None,
            "how ratings are cut into training and test; 'recli list splits' has them",
            reads=Split.parse,
            names=registry.names("split"),
            pattern=rf"^({_names('split')}):",
        ),
        ("k-fold:n_splits=5",),
    ),
    Key(Int("seeds", None, "random seeds, of splits and algorithms", low=0, high=2**32 - 1), (0,)),
    Key(
        Line(
            "metrics",
            None,
            "what is measured, the first one orders; 'all' is every metric",
            reads=_measure,
            names=(*registry.names("metric"), metric_names.ALL),
            pattern=rf"^({_names('metric')})(:[^@]+)?(@[1-9][0-9]{{0,8}})?$",
        ),
        metric_names.DEFAULT,
    ),
    Key(
        Int("k", None, "lengths of the lists, for metrics without '@'", low=1, high=10**9 - 1),
        (metric_names.DEFAULT_K,),
    ),
    Key(Float("threshold", None, "ratings from here on count as liked; else from the scale")),
    Key(Line("by", None, "what metrics are broken down by, such as activity"), ()),
    Key(Int("min_user_ratings", 0, "leave out users with fewer ratings", low=0)),
    Key(Int("min_item_ratings", 0, "leave out items with fewer ratings", low=0)),
)
ALGORITHM, RECOMMEND = "algorithm", "recommend"
DATASETS = "datasets"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment file, draft 2020-12, for editors and other programs.

    It is the stricter one in form: recli reads names in any spelling, and numbers written as text. What
    depends on several keys, and the options of splits, it leaves to recli.
    """
    keys = {key.name: _key(key) for key in KEYS}
    return {
        "$schema": DIALECT,
        "title": "recli experiment",
        "description": "What 'recli run' reads: an evaluation for each dataset × split × seed.",
        "type": "object",
        "properties": {**keys, ALGORITHM: _algorithms(), RECOMMEND: _recommend()},
        "required": [ALGORITHM],
        "additionalProperties": False,
    }


def _key(key: Key) -> dict[str, Any]:
    if not key.many:
        return _described(key.value, _value(key.value))
    one = _value(key.value)
    if key.name == DATASETS:
        one = {"anyOf": [{**one, "examples": find.names()}, _table(DATASET)]}
    return _described(key.value, _several(one)) | {"default": list(key.default or ())}


def _several(one: dict[str, Any]) -> dict[str, Any]:
    """One, or a list of them."""
    many = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [one, many]}


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
        "description": "the algorithms to compare, each a table of its parameters",
        "type": "object",
        "properties": tables,
        "patternProperties": {"^[^:]+:[^:]+$": {"description": "your own, as module:Class"}},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _recommend() -> dict[str, Any]:
    return {
        "description": "how lists are made; a list is a grid, which every algorithm is compared with",
        "type": "object",
        "properties": _parameters(list_options.PARAMETERS),
        "additionalProperties": False,
    }


def _parameters(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Their JSON Schemas by name; a dotted name as a table in a table, and as it is."""
    properties: dict[str, Any] = {}
    for parameter in parameters:
        value = _value(parameter)
        if parameter.default is None:
            value = {"anyOf": [value, {"const": "none"}]}
        grid = _described(parameter, _several(value))
        properties[parameter.name] = grid
        outer, dot, inner = parameter.name.partition(".")
        if dot:
            empty = {"type": "object", "properties": {}, "additionalProperties": False}
            properties.setdefault(outer, empty)["properties"][inner] = grid
    return properties


def _table(parameters: Sequence[Parameter]) -> dict[str, Any]:
    properties = {p.name: _described(p, _value(p)) for p in parameters}
    return {
        "type": "object",
        "properties": properties,
        "required": [parameters[0].name],
        "additionalProperties": False,
    }


def _described(parameter: Parameter, schema: dict[str, Any]) -> dict[str, Any]:
    default = {} if parameter.default is None else {"default": parameter.default}
    return {"description": parameter.help, **schema, **default}


def _value(parameter: Parameter) -> dict[str, Any]:
    """The JSON Schema of one value."""
    match parameter:
        case Int() | Float():
            kind = {"type": "integer" if isinstance(parameter, Int) else "number"}
            bounds = {"minimum": parameter.low, "maximum": parameter.high}
            return kind | {key: bound for key, bound in bounds.items() if not math.isinf(bound)}
        case Bool():
            return {"type": "boolean"}
        case Choice():
            return {"enum": list(parameter.options)}
        case Line(names=names, pattern=pattern) if names:
            return {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": pattern}]}
        case Steps():
            return {"type": "array", "items": {"type": "string"}}
        case ScaleKey():
            number = {"type": "number"}
            return {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        case ByColumn(of=number):
            by_name = {"type": "object", "additionalProperties": _value(number), "minProperties": 1}
            return {"anyOf": [{"type": "string"}, by_name]}
        case Literal():
            return {}
    return {"type": "string"}
