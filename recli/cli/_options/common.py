"""Options that several commands share, and the objects they become."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from recli import memory, registry
from recli.cli._group import DEBUG
from recli.cli._options import parameter_types
from recli.cli._output.console import Console, count
from recli.extras import keras
from recli.records import default_files

if TYPE_CHECKING:
    from recli.data.dataset import Dataset
    from recli.engines import Engine
    from recli.experiments.reading import Reading

Command = Callable[..., Any]

dataset_option = click.option(
    "-d",
    "--dataset",
    type=parameter_types.DATASET,
    default="movielens-small",
    show_default=True,
    help="A dataset's name, a folder with a dataset.toml, a file of ratings, an ARCHIVE::MEMBER, a "
    "pattern such as 'parts/*.csv', a folder of parts, or a URL (https, s3, gs, az, or a database's).",
)


def message_options(command: Command) -> Command:
    """`--quiet` and `--debug`, for a command without a result; it gets a `console`.

    Args:
        command: the function of the command
    """

    @_quiet_and_debug
    @functools.wraps(command)
    def wrapped(*args: Any, quiet: bool, **kwargs: Any) -> Any:
        return command(*args, console=Console("table", quiet), **kwargs)

    return wrapped


def _quiet_and_debug(command: Command) -> Command:
    debug = click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=lambda ctx, _, value: ctx.meta.__setitem__(DEBUG, value),
        help="Show the traceback of an error.",
    )
    quiet = click.option("-q", "--quiet", is_flag=True, help="No messages and no progress bar.")
    return quiet(debug(command))


def output_options(
    *formats: str, default: str = "table", kind: str | None = None
) -> Callable[[Command], Command]:
    """`--format`, `--quiet` and `--debug`; the command gets a `console`.

    Args:
        default: the format where none is asked for
        kind: of what `--format` takes the names; else it is one of `formats`, and without any of
            those what every table can be printed in
        *formats: the formats that there are
    """
    known = f" As {', '.join(registry.names(kind))}, or your own as module:Class." if kind else ""

    def decorate(command: Command) -> Command:
        @click.option(
            "--format",
            "output_format",
            type=parameter_types.registered(kind)
            if kind
            else click.Choice(formats or ("table", "json", "csv", "markdown")),
            default=default,
            show_default=True,
            help=f"How results are printed.{known}",
        )
        @_quiet_and_debug
        @functools.wraps(command)
        def wrapped(
            *args: Any,
            output_format: str,
            quiet: bool,
            spreadsheet_safe: bool = False,  # where the command has `spreadsheet_option`
            **kwargs: Any,
        ) -> Any:
            if kind:
                output_format = registry.resolve(kind, output_format)
            return command(*args, console=Console(output_format, quiet, spreadsheet_safe), **kwargs)

        return wrapped

    return decorate


def spreadsheet_option(command: Command) -> Command:
    """`--spreadsheet-safe`, for a command that writes ids and titles as CSV.

    Args:
        command: the function of the command
    """
    return click.option(
        "--spreadsheet-safe",
        is_flag=True,
        help="In CSV and TSV, put an apostrophe before texts that a spreadsheet would take for formulas: "
        "those that begin with = + - @ or a tab, and are no numbers.",
    )(command)


@dataclass(frozen=True)
class DatasetChoice:
    """Which dataset, and how to read it.

    Attributes:
        spec: a dataset by name, folder, file, pattern, URL or query
        overrides: what the options say about reading, by field
        on_bad: `error`, or `skip` to set bad rows aside
        duplicates: what becomes of repeated pairs of user and item: `error`, `first`, `last`,
            `mean` or `keep`
    """

    spec: str
    overrides: dict[str, Any]
    on_bad: str
    duplicates: str

    @property
    def reading(self) -> Reading:
        """As a run keeps it, to read the same again."""
        from recli.experiments.reading import Reading

        return Reading(self.spec, self.overrides, self.on_bad, self.duplicates)

    def load(self, console: Console, results: Path | None, engine: Engine | None = None) -> Dataset:
        """The dataset; tells what was guessed, merged or set aside.

        Args:
            console: where it is printed
            results: the results folder; None does not look for models there
            engine: what reads it; None is this process
        """
        from recli.data.load import load

        if engine is None:
            dataset = load(self.spec, self.overrides, self.on_bad, self.duplicates)
        else:
            dataset = engine.load(self.reading)
        console.describe(dataset)
        if results is not None:
            console.set_aside(dataset.bad_rows, default_files.bad_rows(results, dataset.name))
        return dataset


def dataset_options(command: Command) -> Command:
    """`--dataset` and everything about reading it; the command gets a `data`: DatasetChoice.

    Args:
        command: the function of the command
    """

    @dataset_option
    @chosen
    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs)

    return wrapped


def dataset_argument(command: Command) -> Command:
    """As `dataset_options`, the dataset as an argument.

    Args:
        command: the function of the command
    """

    @click.argument("dataset", type=parameter_types.DATASET, default="movielens-small")
    @chosen
    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs)

    return wrapped


def chosen(command: Command) -> Command:
    """Makes of `dataset` and the reading options a `data`: DatasetChoice.

    Args:
        command: the function of the command
    """

    @reading_options
    @functools.wraps(command)
    def wrapped(*args: Any, dataset: str, reading: dict[str, Any], **kwargs: Any) -> Any:
        on_bad, duplicates = reading.pop("on_bad"), reading.pop("duplicates")
        data = DatasetChoice(dataset, reading, on_bad, duplicates)
        return command(*args, data=data, **kwargs)

    return wrapped


def reading_options(command: Command) -> Command:
    """How to read a file of ratings, where a look at it is not enough; the command gets `reading`.

    Args:
        command: the function of the command
    """

    @click.option("--query", help="What is asked, where the dataset is the URL of a database.")
    @click.option("--file-format", type=parameter_types.FILE_FORMAT, help="Format of the file.")
    @click.option(
        "--delimiter", type=parameter_types.Delimiter(), help="What cuts a row into columns."
    )
    @click.option("--header/--no-header", default=None, help="Whether the first row names columns.")
    @click.option("--encoding", help="Encoding of the file, such as utf-8 or latin-1.")
    @click.option(
        "--quote",
        type=click.Choice(("auto", "double", "none")),
        help="Whether double quotes enclose cells or are text; auto decides from the file. "
        "[default: auto]",
    )
    @click.option("--escape", metavar="CHARACTER", help="Takes the next character literally.")
    @click.option("--decimal", metavar="CHARACTER", help="Decimal point of numbers. [default: .]")
    @click.option(
        "--columns",
        type=parameter_types.Columns(),
        metavar="ROLE=COLUMN,…",
        help="Columns by name or number: 'user=uid,item=film,rating=stars,time=when'; or just the "
        "roles in the file's order: 'item,user,rating'. Roles: user, item, rating, weight, event, time.",
    )
    @click.option(
        "--implicit/--explicit",
        default=None,
        help="Whether rows are interactions (views, purchases, plays) or ratings.",
    )
    @click.option(
        "--weight",
        "weights",
        type=parameter_types.Weights(),
        metavar="KIND=WEIGHT,…",
        help="What each kind of interaction weighs: 'view=1,cart=3,purchase=5'.",
    )
    @click.option(
        "--missing",
        type=float,
        metavar="VALUE",
        help="In a wide matrix, the number that stands for no rating.",
    )
    @click.option(
        "--scale",
        type=parameter_types.ScaleType(),
        metavar="LOW:HIGH",
        help="Rating scale, as 1:5.",
    )
    @click.option(
        "--time-unit",
        type=click.Choice(("s", "ms", "us", "ns", "date")),
        help="Unit of the time column.",
    )
    @click.option(
        "--time-format",
        metavar="FORMAT",
        help="How dates are written, as '%d.%m.%Y %H:%M'. [default: ISO 8601]",
    )
    @click.option(
        "--on-bad",
        type=click.Choice(("error", "skip")),
        default="error",
        show_default=True,
        help="Rows that are no ratings: stop, or set them aside into a file.",
    )
    @click.option(
        "--duplicates",
        type=click.Choice(("error", "first", "last", "mean")),
        default="error",
        show_default=True,
        help="Several ratings for one user and item: stop, or which one counts, by time if there is one.",
    )
    @click.option(
        "--prepare",
        multiple=True,
        metavar="STEP:OPTION=VALUE,…",
        help='A step of preparation, such as "keep:rating >= 3" or k-core:min_user_ratings=5; may be '
        "repeated, in order. 'recli list steps' has them all.",
    )
    @functools.wraps(command)
    def wrapped(*args: Any, columns: dict[str, str] | None, **kwargs: Any) -> Any:
        given = {field: kwargs.pop(field) for field in _READING} | (columns or {})
        given["prepare"] = given["prepare"] or None
        given["format"] = given.pop("file_format")
        reading = {key: value for key, value in given.items() if value is not None}
        return command(*args, reading=reading, **kwargs)

    return wrapped


_READING = (
    *("query", "file_format", "delimiter", "header", "encoding", "quote", "escape", "decimal"),
    *("implicit", "weights", "missing", "scale", "time_unit", "time_format", "prepare"),
    *("on_bad", "duplicates"),
)


results_option = click.option(
    "--results",
    type=parameter_types.ResultsFolder(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    envvar="RECLI_RESULTS",
    help="Folder for runs, models and recommendations.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Random seed."
)
jobs_option = click.option(
    "-j",
    "--jobs",
    type=parameter_types.Jobs(),
    default=-1,
    show_default=True,
    help="Processes at once, -1 for one per core; changes no number.",
)


def _choose_backend(ctx: click.Context, option: click.Parameter, backend: str | None) -> None:
    if backend is not None:
        keras.choose(backend)


backend_option = click.option(
    "--backend",
    type=click.Choice(keras.BACKENDS),
    expose_value=False,
    is_eager=True,
    callback=_choose_backend,
    help="What deep models are learned by, for which there is KERAS_BACKEND, too. [default: the first of "
    "these that is installed]",
)


def _of_a_kind(ctx: click.Context, option: click.Parameter, address: str | None) -> str | None:
    # A wrong one is told before anything is loaded.
    if address is not None:
        from recli.experiments.clusters import named

        named(address)
    return address


cluster_option = click.option(
    "--cluster",
    metavar="URL",
    callback=_of_a_kind,
    help="Compute on the workers of a cluster in place of this machine, as dask://HOST:8786; changes no "
    "number. 'recli list clusters' has all kinds.",
)
CELLS_LIMIT = "RECLI_CELLS_LIMIT"
"""The variable of the environment that limits what kept outcomes may take on disk."""
memory_limit_option = click.option(
    "--memory-limit",
    type=parameter_types.Size(),
    help="Memory for ranking the catalogue, as 512M or 2G; changes no number. "
    "[default: half of what is free]",
)
cells_limit_option = click.option(
    "--cells-limit",
    type=parameter_types.Size(),
    envvar=CELLS_LIMIT,
    show_envvar=True,
    help="Most that outcomes kept in results/cells may take on disk when the run is over; those not used "
    "for longest go. [default: no limit]",
)
params_option = click.option(
    "-p", "params", multiple=True, metavar="NAME=VALUE", help="A hyperparameter; may be repeated."
)
cv_option = click.option(
    "--cv", type=click.IntRange(2), default=5, show_default=True, help="Folds of cross-validation."
)
threshold_option = click.option(
    "--threshold", type=float, help="Ratings from here on count as liked. [default: from the scale]"
)
algorithm_option = click.option(
    "-a",
    "--algorithm",
    type=parameter_types.ALGORITHM,
    help="An algorithm, or your own as module:Class. [default: the best of a few for the goal]",
)
allow_code_option = click.option(
    "--allow-code",
    is_flag=True,
    help="Import classes that a stored model names as module:Class, your own or another's. This runs "
    "code of the current folder or of an installed package.",
)
GOAL = click.Choice(("lists", "ratings"))
goal_option = click.option(
    "--goal",
    type=GOAL,
    help="What it is for: good lists of items, or well predicted ratings.  [default: lists]",
)
params_file_option = click.option(
    "--params",
    "params_file",
    type=click.Path(path_type=Path),
    help="A file with algorithm and parameters, as 'recli tune' writes.",
)


def limit_cells(limit: int | None, results: Path, console: Console) -> None:
    """Remove kept outcomes beyond the limit, those not used for longest, and say so.

    Args:
        limit: the most bytes that are read; None reads all
        results: the results folder
        console: where it is printed
    """
    if limit is None:
        return
    from recli.records import prune

    found = prune.beyond_limit(results, limit)
    beyond = found.beyond
    prune.remove(results, found)
    if beyond:
        size = memory.shown(prune.n_bytes(beyond))
        console.say(f"Removed {count(len(beyond), 'cell')}, {size}: --cells-limit")


def typed(option: str) -> bool:
    """Whether the user gave this option, and not its default.

    Args:
        option: the name of the option's parameter
    """
    source = click.get_current_context().get_parameter_source(option)
    return source is not ParameterSource.DEFAULT
