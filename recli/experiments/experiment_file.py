"""Experiments as files: what is to be evaluated, in TOML."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors, params
from recli.algorithms import Configured
from recli.configuration import Document, Place, parts
from recli.experiments.experiment_schema import ALGORITHM, RECOMMEND, ExperimentFile, ExperimentKeys
from recli.experiments.line_up import line_up, lists
from recli.ranking.recommender import recommender

# A comma ends a value, but not within brackets, nor before option=value of a split.
_COMMA = re.compile(r",(?!\s*\w+=)(?![^\[]*\])")


@dataclass(frozen=True, kw_only=True)
class Experiment(ExperimentKeys):
    """What an experiment file says: an evaluation for each of `datasets` × `splits` × `seeds`.

    Attributes:
        file: the file
        line_up: the algorithms that each evaluation compares, the product of their grids and of
            those of how lists are made
    """

    file: Path
    line_up: tuple[Configured, ...]


def read(file: Path, settings: Sequence[str] = ()) -> Experiment:
    """The experiment in a file.

    Args:
        file: the file
        settings: texts `KEY=VALUE` that go before what the file says. Dots lead into tables and commas
            part several values: `algorithm.svd.n_factors=50,100`.

    Raises:
        NotFoundError: there is no such file
        DataError: it is not TOML
        UsageError: a key, name or value is not valid; names the file, the line and the key, or the
            setting
    """
    document = Document.read(file)
    given = params.assignments(settings, "-S", "seeds=0,1")
    paths = {key: parts(key) for key in given}
    top = dataclasses.replace(document.top, settings=frozenset(paths.values()), option="-S")
    if isinstance(document.values.get(ALGORITHM), str):
        raise errors.UsageError(
            f"{top.key(ALGORITHM)} should be a table [algorithm.NAME] for each algorithm. A file of "
            "tuned parameters goes to 'recli evaluate --params'."
        )
    for key, value in given.items():
        _set(document.values, paths[key], _values(value), top)
    document = dataclasses.replace(document, top=top)
    said: ExperimentFile = document.to(ExperimentFile, error=errors.UsageError, lax=True)
    keys = {field.name: getattr(said, field.name) for field in dataclasses.fields(ExperimentKeys)}
    algorithms = line_up(said.algorithm, top.key(ALGORITHM))
    ways = lists(said.recommend, top.key(RECOMMEND))
    compared = tuple(recommender(entry, way) for entry in algorithms for way in ways)
    return Experiment(file=file, line_up=compared, **keys)


def _values(text: str) -> str | list[str]:
    parts = [part.strip() for part in _COMMA.split(text)]
    return parts if len(parts) > 1 else text


def _set(document: dict[str, Any], path: tuple[str, ...], value: object, top: Place) -> None:
    """Puts `value` at `path`; the name of an algorithm in any spelling, all its tables at once."""
    if len(path) == 1 and path[0] not in (ALGORITHM, RECOMMEND):
        document[path[0]] = value
        return
    if len(path) == 2 and path[0] == RECOMMEND:
        _replace(document, list(path), value)
        return
    if len(path) < 3 or path[0] != ALGORITHM:
        raise errors.UsageError(
            f"'{top.key(*path)}' is nothing that '-S' sets: it sets keys of the file, as in "
            "'-S seeds=0,1', and parameters, as in '-S algorithm.svd.n_factors=50,100'."
        )
    _, name, *parameter = path
    with top.key(*path).pointed_at():
        wanted = Configured.of(name).name
    algorithms = document.setdefault(ALGORITHM, {})
    if not isinstance(algorithms, dict):
        return  # which is the error
    names = [key for key in algorithms if errors.plain(key) == errors.plain(wanted)]
    for key in names or [wanted]:
        tables = algorithms.setdefault(key, {})
        for table in tables if isinstance(tables, list) else [tables]:
            if isinstance(table, dict):
                _replace(table, parameter, value)


def _replace(table: dict[str, Any], path: list[str], value: object) -> None:
    """Sets a dotted key, however it was written before."""
    table.pop(".".join(path), None)
    for name in path[:-1]:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            return  # which is an error of its own
        table = inner
    table[path[-1]] = value
