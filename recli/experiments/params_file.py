"""TOML files of parameters, as `recli tune` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from recli import params
from recli.algorithms import Configured
from recli.configuration import Document, Rule, schema
from recli.experiments.line_up import grid
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender


@dataclass(frozen=True)
class ParamsFile:
    """Parameters of an algorithm, as 'recli tune' writes them and '--params' reads them.

    Attributes:
        algorithm: the name of the algorithm
        params: its parameters; those that are left out have their defaults
        recommend: how its lists are made
        origin: where they come from: for people, and for the manifest of a model
    """

    algorithm: Annotated[str, Rule(words='the name of one, as in algorithm = "svd"')]
    params: Mapping[str, Any] = field(default_factory=dict)
    recommend: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path, given: Mapping[str, object] | None = None) -> Configured:
    """The algorithm in a file of parameters.

    A table [recommend] says how its lists are made.

    Args:
        path: the file
        given: parameters that go before those of the file

    Raises:
        NotFoundError: there is no such file
        DataError: it is not of that form; names the line and the key
        UsageError: the algorithm does not exist, or has no such parameter or value
    """
    document = Document.read(path)
    said: ParamsFile = document.to(ParamsFile)
    with document.top.key("algorithm").pointed_at():
        name = Configured.of(said.algorithm).name
    place = document.top.key("params")
    own = params.flat(said.params)
    given = given or {}
    places = {key: place.key(*key.split(".")) for key in own if key not in given}
    values = {key: [value] for key, value in {**own, **given}.items()}
    [configured] = grid(name, values, places, place)
    with document.top.key("recommend").pointed_at():
        return recommender(configured, ListOptions.of(said.recommend))


def origin(path: Path) -> dict[str, Any]:
    """What such a file says of where its parameters come from, and the file: for a model's manifest.

    Raises:
        RecliError: as `read` raises

    Args:
        path: the file
    """
    said: ParamsFile = Document.read(path).to(ParamsFile)
    plain = {
        key: value for key, value in said.origin.items() if isinstance(value, str | int | float)
    }
    return {"file": str(path), **plain}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a file of parameters, see `recli.configuration.schema`.

    Which parameters an algorithm has is left to recli.
    """
    return schema.json_schema(ParamsFile, "recli parameters")
