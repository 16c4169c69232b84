"""Experiments as files: what is to be evaluated, in TOML."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors, params
from recli.algorithms import Configured, declared
from recli.experiments.experiment_schema import ALGORITHM, DATASET, DATASETS, KEYS, RECOMMEND, Key
from recli.experiments.reading import Reading
from recli.params import Parameter, Value
from recli.ranking.list_options import PARAMETERS, ListOptions
from recli.ranking.recommender import recommender

HINT = "'recli show schema' has all keys."
# A comma ends a value, but not within brackets, nor before option=value of a split.
_COMMA = re.compile(r",(?!\s*\w+=)(?![^\[]*\])")


@dataclass(frozen=True)
class Experiment:
    """What an experiment file says: an evaluation for each of `datasets` × `splits` × `seeds`.

    line_up: the algorithms that each evaluation compares, the product of their grids and of those of
        how lists are made
    """

    file: Path
    title: str
    description: str
    datasets: tuple[Reading, ...]
    splits: tuple[str, ...]
    seeds: tuple[int, ...]
    metrics: tuple[str, ...]
    k: tuple[int, ...]
    threshold: float | None
    by: tuple[str, ...]
    min_user_ratings: int
    min_item_ratings: int
    line_up: tuple[Configured, ...]


def read(file: Path, settings: Sequence[str] = ()) -> Experiment:
    """The experiment in `file`, after `settings`, texts `KEY=VALUE` that go before what it says.

    In a setting, dots lead into tables and commas part several values:
    `algorithm.svd.n_factors=50,100`.

    Raises NotFoundError when there is no such file, DataError when it is not TOML, and UsageError for
    keys, names and values that are not valid; each names the file and the key, where it stands at the
    beginning of a line also that.
    """
    try:
        text = file.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise errors.NotFoundError(f"{file}: no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise errors.DataError(f"{file}: cannot be read as TOML: {error}") from None
    given = params.assignments(settings, "-S", "seeds=0,1")
    paths = {key: _parts(key) for key in given}
    top = _Place(str(file), _lines(text), frozenset(paths.values()))
    if isinstance(document.get(ALGORITHM), str):
        raise errors.UsageError(
            f"{top.key(ALGORITHM)}: should be a table [algorithm.NAME] for each algorithm. A file of "
            "tuned parameters goes to 'recli evaluate --params'."
        )
    for key, value in given.items():
        _set(document, paths[key], _values(value), top)
    names = [key.name for key in KEYS]
    for name in document:
        if name not in (*names, ALGORITHM, RECOMMEND):
            with top.key(name).pointed_at():
                raise errors.unknown("key", name, (*names, ALGORITHM, RECOMMEND), HINT)
    values = {key.name: _read(key, document, top.key(key.name)) for key in KEYS}
    algorithms = _line_up(document.get(ALGORITHM, {}), top.key(ALGORITHM))
    lists = _lists(document.get(RECOMMEND, {}), top.key(RECOMMEND))
    line_up = tuple(recommender(entry, each) for entry in algorithms for each in lists)
    return Experiment(file=file, line_up=line_up, **values)


@dataclass(frozen=True)
class _Place:
    """A key of the file, for errors to point at."""

    file: str
    lines: Mapping[tuple[str, ...], int | None]
    settings: frozenset[tuple[str, ...]]
    path: tuple[str, ...] = ()

    def key(self, *names: str) -> _Place:
        return _Place(self.file, self.lines, self.settings, (*self.path, *names))

    def __str__(self) -> str:
        if any(self.path[: len(setting)] == setting for setting in self.settings):
            origin = "-S"
        else:
            line = self.lines.get(self.path)
            origin = f"{self.file}, line {line}:" if line else f"{self.file}:"
        return f"{origin} {'.'.join(self.path)}"

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """Errors from within name this place."""
        try:
            yield
        except errors.RecliError as error:
            raise type(error)(f"{self}: {error}") from None


def _parts(key: str) -> tuple[str, ...]:
    """A dotted key of TOML, cut at the dots outside of quotes."""
    return tuple(part.strip("\"' ") for part in re.findall(r"""(?:"[^"]*"|'[^']*'|[^."'])+""", key))


def _lines(text: str) -> dict[tuple[str, ...], int | None]:
    """The lines of tables and keys that begin one; None for a key that stands on several."""
    found: dict[tuple[str, ...], int | None] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+([^\[\],]+)\]+\s*(#.*)?$", line):
            path = table = _parts(header[1])
        elif key := re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w.+:-])+)\s*=""", line):
            path = (*table, *_parts(key[1]))
        else:
            continue
        found[path] = None if path in found else number
    return found


def _values(text: str) -> str | list[str]:
    parts = [part.strip() for part in _COMMA.split(text)]
    return parts if len(parts) > 1 else text


def _set(document: dict[str, Any], path: tuple[str, ...], value: object, top: _Place) -> None:
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


def _read(key: Key, document: Mapping[str, Any], place: _Place) -> Any:
    """What the file says for the key, or its default."""
    if not key.many:
        return _checked(key.value, document.get(key.name, key.value.default), place)
    values = _listed(document[key.name], place) if key.name in document else key.default or ()
    reads = _reading if key.name == DATASETS else _checked
    return tuple(reads(key.value, value, place) for value in values)


def _listed(value: object, place: _Place) -> list[Any]:
    """The list itself, or the one value as a list."""
    values = value if isinstance(value, list) else [value]
    if not values:
        raise errors.UsageError(f"{place}: is an empty list. Name one at least, or leave it out.")
    for number, one in enumerate(values):
        if one in values[:number]:
            raise errors.UsageError(f"{place}: {params.shown(one)} is there twice.")
    return values


def _checked(parameter: Parameter, value: object, place: _Place) -> Value:
    with place.pointed_at():
        return parameter.check(value)


def _reading(parameter: Parameter, value: object, place: _Place) -> Reading:
    if not isinstance(value, dict):
        return Reading(str(_checked(parameter, value, place)))
    known = {declaration.name: declaration for declaration in DATASET}
    read = {}
    for name, option in value.items():
        if name not in known:
            with place.key(name).pointed_at():
                raise errors.unknown("key of a dataset", name, known, HINT)
        read[name] = _checked(known[name], option, place.key(name))
    if "dataset" not in read:
        raise errors.UsageError(f'{place}: a table needs dataset = "…", a name or a path.')
    choices = {name: str(read.pop(name)) for name in ("on_bad", "duplicates") if name in read}
    return Reading(str(read.pop("dataset")), read, **choices)


def _line_up(tables: object, place: _Place) -> tuple[Configured, ...]:
    if not isinstance(tables, dict) or not tables:
        raise errors.UsageError(
            f"{place}: should be a table for each algorithm to compare, as [algorithm.svd]."
        )
    line_up: list[Configured] = []
    for name, several in tables.items():
        for table in _listed(several, place.key(name)):
            for entry in _grid(name, table, place.key(name)):
                if entry in line_up:
                    raise errors.UsageError(
                        f"{place.key(name)}: {entry.whole_label} is there twice."
                    )
                line_up.append(entry)
    return tuple(line_up)


def _grid(name: str, table: object, place: _Place) -> Iterator[Configured]:
    """The algorithm with every combination of the values in `table`."""
    if not isinstance(table, dict):
        raise errors.UsageError(
            f"{place}: should be a table of parameters, as [{ALGORITHM}.{name}]."
        )
    with place.pointed_at():
        wanted = Configured.of(name).name
    places = {parameter: place.key(*parameter.split(".")) for parameter in params.flat(table)}
    given = {
        parameter: _listed(values, places[parameter])
        for parameter, values in params.flat(table).items()
    }
    known = _by_name(declared(wanted))
    own = {
        parameter: [_checked(known[parameter], value, places[parameter]) for value in values]
        for parameter, values in given.items()
        if parameter in known
    }
    with place.pointed_at():
        for combination in _combinations(own):
            known |= _by_name(declared(wanted, combination))  # what the members of a hybrid have
    for parameter, inner in places.items():
        with inner.pointed_at():
            if parameter not in known:
                hint = f"'recli show algorithm {wanted}' explains them."
                raise errors.unknown(f"parameter of {wanted}", parameter, known, hint)
    grid = {
        parameter: [_checked(known[parameter], value, places[parameter]) for value in values]
        for parameter, values in given.items()
    }
    with place.pointed_at():
        for combination in _combinations(grid):
            yield Configured.of(wanted, combination)


def _lists(table: object, place: _Place) -> list[ListOptions]:
    """How lists are made, every combination of the values in `table`."""
    if not isinstance(table, dict):
        raise errors.UsageError(
            f"{place}: should be a table of options of lists, as [{RECOMMEND}]."
        )
    known, grid = _by_name(PARAMETERS), {}
    for name, values in table.items():
        with place.key(name).pointed_at():
            if name not in known:
                raise errors.unknown("option of lists", name, known, HINT)
        grid[name] = [
            _checked(known[name], value, place.key(name))
            for value in _listed(values, place.key(name))
        ]
    found: list[ListOptions] = []
    with place.pointed_at():
        for combination in _combinations(grid):
            options = ListOptions.of(combination)
            if options in found:
                raise errors.UsageError(f"'{options or 'the default'}' is there twice.")
            found.append(options)
    return found


def _by_name(declared: Sequence[Parameter]) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in declared}


def _combinations(grid: Mapping[str, Sequence[Value]]) -> Iterator[dict[str, Value]]:
    for combination in itertools.product(*grid.values()):
        yield dict(zip(grid, combination, strict=True))
