"""Parameter types that complete names in the shell; the names come without importing anything."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import click
from click.shell_completion import CompletionItem

from recli import errors, memory, registry, urls
from recli.models.stored import MODELS
from recli.records.kinds import RUNS, STUDIES
from recli.stored import StoredKind


class Name(click.ParamType[str]):
    """A name that the library checks later; `names` lists what to complete.

    Args:
        name: the name
        names: the names to complete
    """

    def __init__(self, name: str, names: Callable[[click.Context], Iterable[str]]) -> None:
        self.name = name
        self.names = names

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(name) for name in self.names(ctx) if name.startswith(incomplete)]


def _dataset_names(ctx: click.Context) -> list[str]:
    from recli.data import find

    return find.names()


def _own_datasets(ctx: click.Context) -> list[str]:
    from recli.data import find

    return find.own_names()


def _stored(kind: StoredKind) -> Callable[[click.Context], list[str]]:
    """The names of all of a kind in the results folder."""

    def names(ctx: click.Context) -> list[str]:
        results = Path(ctx.params.get("results") or os.environ.get("RECLI_RESULTS", "results"))
        return sorted(kind.every(results))

    return names


def registered(kind: str, name: str = "") -> Name:
    """A registered name of a kind, or the user's own class; `name` is how help shows it.

    Args:
        kind: such as `algorithm` or `metric`, see `recli.registry.KINDS`
        name: the name
    """
    return Name(name or kind, lambda ctx: registry.every(kind))


ALGORITHM = registered("algorithm")
SPLIT = registered("split")
METRIC = registered("metric")
STEP = registered("step")
RERANKER = registered("reranker")
FILE_FORMAT = registered("format")
CONVERTER = registered("converter", "form")
DATASET = Name("dataset", _dataset_names)
OWN_DATASET = Name("dataset", _own_datasets)
MODEL = Name("model", _stored(MODELS))
RUN = Name("run", _stored(RUNS))
STUDY = Name("study", _stored(STUDIES))


class PlaceType(click.ParamType[str]):
    """A file or a URL."""

    name = "place"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


class Named(click.ParamType[tuple[str, str]]):
    """`NAME=FILE`."""

    name = "name=file"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, _, file = (part.strip() for part in str(value).partition("="))
        if not name or not file:
            self.fail(f"'{value}' is not NAME=FILE, as in other=predictions.csv.")
        return name, file

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


class ResultsFolder(click.Path):
    """A folder on this machine."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if urls.is_url(str(value)):
            raise errors.UsageError(
                f"--results {urls.shown(str(value))}: results need a folder on this machine, because "
                "they are renamed, locked and kept in SQLite there. Carry what comes of them elsewhere: "
                "'recli models export MODEL --output URL' and 'recli recommend --output URL'."
            )
        return super().convert(value, param, ctx)


class Delimiter(click.ParamType[str]):
    """A delimiter by name or as it is."""

    name = "delimiter"
    _BY_NAME: ClassVar = {
        "comma": ",",
        "tab": "\t",
        "\\t": "\t",
        "semicolon": ";",
        "bar": "|",
        "pipe": "|",
        "space": " ",
    }

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        found = self._BY_NAME.get(value, value)
        if found != "::" and (len(found) != 1 or found in "\r\n"):
            self.fail(
                f"'{value}' is not one character, '::', or one of {', '.join(self._BY_NAME)}."
            )
        return str(found)


class Columns(click.ParamType[dict[str, str]]):
    """`user=userId,item=movieId,…`, or the roles in the order of the columns: `item,user,rating`."""

    name = "columns"
    _ROLES = ("user", "item", "rating", "weight", "event", "time")

    def convert(self, value: Any, param: Any, ctx: Any) -> dict[str, str]:
        if isinstance(value, dict):
            return value
        found = {}
        for position, part in enumerate(str(value).split(","), start=1):
            role, _, column = part.partition("=")
            role = role.strip()
            if role in ("", "-"):
                continue
            if role not in self._ROLES:
                raise errors.unknown("column role", role, self._ROLES)
            found[role] = column.strip() or str(position)
        return found


class Weights(click.ParamType[dict[str, float]]):
    """`view=1,cart=3,purchase=5`."""

    name = "weights"

    def convert(self, value: Any, param: Any, ctx: Any) -> dict[str, float]:
        if isinstance(value, dict):
            return value
        found = {}
        for part in str(value).split(","):
            kind, _, weight = part.rpartition("=")
            try:
                found[kind.strip()] = float(weight)
            except ValueError:
                found[kind.strip()] = math.nan
            if not kind.strip() or not 0 <= found[kind.strip()] < math.inf:
                self.fail(f"'{part}' is not KIND=WEIGHT with a weight of 0 or more, as in view=1.")
        return found


class Jobs(click.ParamType[int]):
    """A number of processes, or -1 for one per core."""

    name = "integer"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        jobs = click.INT.convert(value, param, ctx)
        if jobs < 1 and jobs != -1:
            self.fail(f"{jobs} is neither a number of processes nor -1, one per core.")
        return jobs


class Size(click.ParamType[int]):
    """A size of memory in bytes, `512M`; with `or_none` also 0.

    Args:
        or_none: whether 0 is a size too
    """

    name = "size"

    def __init__(self, or_none: bool = False) -> None:
        self._or_none = or_none

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        if self._or_none and value == "0":
            return 0
        return value if isinstance(value, int) else memory.parse(value)


class ScaleType(click.ParamType[tuple[float, float]]):
    """`LOWEST:HIGHEST`."""

    name = "scale"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            low, high = map(float, str(value).split(":"))
        except ValueError:
            self.fail(f"'{value}' is not LOWEST:HIGHEST, as in 1:5.")
        if not -math.inf < low < high < math.inf:
            self.fail(f"'{value}': the lowest rating is not below the highest, or has no end.")
        return low, high


class Duration(click.ParamType[float]):
    """A time in seconds, `90s`, `15m`, `1h` or `1d`."""

    name = "duration"
    _SECONDS: ClassVar = {"d": 86_400, "h": 3600, "m": 60, "s": 1}

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", str(value).lower(), re.ASCII)
        seconds = float(found[1]) * self._SECONDS[found[2]] if found else 0.0
        if not 1 <= seconds <= 366 * 86_400:
            self.fail(f"'{value}' is no time from a second to a year, as 30s, 15m, 1h or 1d.")
        return seconds

    @classmethod
    def shown(cls, seconds: float) -> str:
        """A time as it is written.

        Args:
            seconds: a duration in seconds

        >>> Duration.shown(900.0), Duration.shown(90.0), Duration.shown(3600.0)
        ('15m', '90s', '1h')
        """
        unit = next(unit for unit, size in cls._SECONDS.items() if seconds % size == 0 or size == 1)
        return f"{seconds / cls._SECONDS[unit]:g}{unit}"
