"""List, look at, check, add, convert, download and remove datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._convert import convert
from recli.cli._options import common, parameter_types
from recli.cli._options.common import DatasetChoice
from recli.cli._options.engine import EngineChoice, engine_options
from recli.cli._output import activity
from recli.cli._output.console import Console, count
from recli.cli._output.figures import QUANTILE_NAMES, date, histogram, problems
from recli.cli._output.stored import confirm
from recli.records import default_files

if TYPE_CHECKING:
    from recli.data.checks.check import CheckReport
    from recli.engines import CheckedData


@click.group(
    name="data",
    epilog="""
    \b
    Examples:
      recli data list
      recli data check my-ratings.csv
      recli data download ml-100k
    """,
)
def command() -> None:
    """List, look at, check, add, convert, download and remove datasets."""


command.add_command(convert)


@command.command(
    name="list",
    epilog="""
    \b
    Example:
      recli data list
    """,
)
@common.output_options()
def list_datasets(console: Console) -> None:
    """List all datasets.

    Those that come with recli, those to download, and your own.
    """
    from recli.cli.list import datasets, show_datasets

    header, rows = datasets()
    document = [dict(zip(header, row, strict=True)) for row in rows]
    console.emit(document, header, rows, lambda: show_datasets(console))


@command.command(
    epilog="""
    \b
    Examples:
      recli data show movielens-small
      recli data show my-ratings.csv --delimiter tab
    """,
)
@common.dataset_argument
@common.output_options()
def show(data: DatasetChoice, console: Console) -> None:
    """Show what a dataset is.

    Source, licence, how it is read, its first ratings, and the characteristics that papers report:
    shape, density, Gini indices, the long tail, what users share, degrees, time, k-cores.
    """
    from recli.cli._output import traits_of_data
    from recli.data.checks.characteristics import characteristics
    from recli.data.description import ROLES

    dataset = data.load(console, None)
    about, ratings = dataset.description, dataset.ratings
    source = about.ratings
    roles = {role: getattr(source, role) for role in ROLES}
    facts = {
        "name": dataset.name,
        "title": about.title,
        "licence": about.licence,
        "citation": about.citation,
        "homepage": about.homepage,
        "file": str(about.location(source)),
        "columns": ", ".join(f"{role}={name}" for role, name in roles.items() if name),
        "weights" if ratings.implicit else "scale": f"{ratings.scale[0]:g} to {ratings.scale[1]:g}",
        "item features": ", ".join(f.name for f in dataset.items.features) if dataset.items else "",
        "user columns": ", ".join(dataset.users.columns) if dataset.users else "",
        "fingerprint": dataset.fingerprint,
    }
    facts = {key: value for key, value in facts.items() if value}
    found = characteristics(ratings)
    what = "weight" if ratings.implicit else "rating"
    header = ["user", "item", what, "title"]
    rows = [
        [
            ratings.user_ids.text[ratings.users[row]],
            ratings.item_ids.text[ratings.items[row]],
            f"{ratings.values[row]:g}",
            dataset.title(int(ratings.items[row])),
        ]
        for row in range(min(5, len(ratings)))
    ]

    def as_text() -> None:
        width = max(map(len, facts))
        for key, value in facts.items():
            console.line(f"{key:{width}}  {value}")
        console.line()
        console.table(header, rows, right=(what,))
        console.line()
        traits_of_data.show(console, found, ratings)

    first = [dict(zip(header, row, strict=True)) for row in rows]
    document = {**facts, "first": first, "characteristics": traits_of_data.document(found)}
    console.emit(document, header, rows, as_text)


@command.command(
    epilog="""
    \b
    Examples:
      recli data check
      recli data check my-ratings.csv --columns user=who,item=what,rating=stars
    """,
)
@common.dataset_argument
@engine_options
@common.results_option
@common.output_options()
def check(data: DatasetChoice, engine: EngineChoice, results: Path, console: Console) -> None:
    """Check a table of ratings or interactions.

    Shows what is in it, what looks wrong, and what to do. Rows that cannot be read stop the check,
    the first ten are listed; with --on-bad skip they are set aside and counted.

    --engine spark counts ratings beyond the memory of one machine, with the same answers; it reads text
    with a row a line, Parquet, s3a and hdfs, and tables of its catalogue by table://NAME. Where the size
    of a file and the memory that is free speak for the other engine, that is said first.
    """
    import dataclasses

    from recli.data.checks.check import CheckReport

    keep = data.duplicates if data.duplicates != "error" else "keep"
    made, reading = engine.made(), dataclasses.replace(data, duplicates=keep).reading
    if advice := made.advice(reading):
        console.say(f"Note: {advice}")
    checked = made.check(reading)
    _say_read(console, checked)
    console.set_aside(checked.bad_rows, default_files.bad_rows(results, checked.name))
    if not isinstance(checked.found, CheckReport):
        activity.show(console, checked.name, checked.found, checked.fingerprint)
        return
    report = checked.found
    document = {
        "dataset": checked.name,
        "users": report.users,
        "items": report.items,
        "ratings": report.ratings,
        "scale": list(report.scale),
        "density": report.density,
        "mean": report.mean,
        "histogram": [{"from": low, "to": high, "count": n} for low, high, n in report.histogram],
        "ratings_per_user": report.per_user,
        "ratings_per_item": report.per_item,
        "times": None if report.times is None else list(map(date, report.times)),
        "duplicates": report.duplicates,
        "problems": [dataclasses.asdict(problem) for problem in report.problems],
        "fingerprint": checked.fingerprint,
    }
    header = ["problem", "count", "advice"]
    rows = [[problem.kind, str(problem.count), problem.advice] for problem in report.problems]
    console.emit(document, header, rows, lambda: _print_report(console, report))


@command.command(
    epilog="""
    \b
    Examples:
      recli data add my-ratings.csv --name mine --items my-items.csv
      recli data add my-ratings.csv --name mine --users my-users.csv --users-id member
      recli data add https://example.org/ratings.csv.gz --name theirs
    """,
)
@click.argument("file", type=parameter_types.PlaceType())
@click.option("--name", required=True, help="Name for --dataset.")
@click.option(
    "--items",
    type=parameter_types.PlaceType(),
    help="A table of items: their ids, titles and features by its header.",
)
@click.option(
    "--items-id",
    metavar="COLUMN",
    help="Column of ids in the table of items, by name or number. [default: that called as in the "
    "ratings, else that with most of their ids]",
)
@click.option(
    "--users",
    type=parameter_types.PlaceType(),
    help="A table of users: their ids, and what else is known by its header.",
)
@click.option(
    "--users-id",
    metavar="COLUMN",
    help="Column of ids in the table of users, as --items-id.",
)
@common.reading_options
@common.output_options()
def add(
    file: str,
    name: str,
    items: str | None,
    items_id: str | None,
    users: str | None,
    users_id: str | None,
    reading: dict[str, Any],
    console: Console,
) -> None:
    """Add your file of ratings under a name.

    The file is checked and copied (from a URL, fetched) into your dataset folder, with a dataset.toml
    that says how it is read; edit that to describe item features. A table of many parts stays where it
    is. Tables of items and users go with it; nothing is added unless all of it can be read.
    """
    from recli import errors
    from recli.data import add as adding
    from recli.data.load import load

    for option, table in (("items", items), ("users", users)):
        if table is None and (items_id if option == "items" else users_id) is not None:
            raise errors.UsageError(f"--{option}-id needs --{option}, the table that it is about.")
    on_bad, duplicates = reading.pop("on_bad"), reading.pop("duplicates")
    dataset = load(file, reading, on_bad, duplicates)
    console.describe(dataset)
    added = adding.add(
        name, file, dataset, items, users, items_id, users_id, on_bad=on_bad, duplicates=duplicates
    )
    for told in added.told:
        console.say(told)
    if added.dataset.bad_rows:
        console.say(
            f"Set aside whenever it is read with --on-bad skip: "
            f"{count(len(added.dataset.bad_rows), 'bad row')}."
        )
    document = {"dataset": name, "path": str(added.folder)}
    header, rows = ["dataset", "path"], [[name, str(added.folder)]]
    console.emit(document, header, rows, lambda: console.line(f"Added '{name}': {added.folder}"))
    skip = " --on-bad skip" if added.dataset.bad_rows else ""
    console.say(f"Next: recli data check {name}{skip}")


@command.command(
    epilog="""
    \b
    Examples:
      recli data rm mine
      recli data rm mine ml-100k --yes
    """,
)
@click.argument(
    "names", nargs=-1, required=True, type=parameter_types.OWN_DATASET, metavar="NAMES..."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common.output_options("table", "json")
def rm(names: tuple[str, ...], yes: bool, console: Console) -> None:
    """Remove datasets from your dataset folder.

    Those that were added and those that were downloaded, with all their files. What comes with recli
    stays, and so do models and runs.
    """
    from recli.data import add as adding
    from recli.data import find

    names = tuple(dict.fromkeys(names))
    folders = [str(find.own(name)) for name in names]
    if not yes:
        confirm(folders, f"Remove {count(len(names), 'dataset')}?")
    for name in names:
        adding.remove(name)
    text = f"Removed: {count(len(names), 'dataset')}."
    console.emit({"removed": list(names)}, [], [], lambda: console.line(text))


@command.command(
    epilog="""
    \b
    Examples:
      recli data download ml-100k
      recli data download retailrocket --from Downloads/archive.zip
    """,
)
@click.argument("name", type=parameter_types.DATASET)
@click.option(
    "--from",
    "given",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The publisher's file, if you have it already. Nothing is fetched then.",
)
@common.output_options()
def download(name: str, given: Path | None, console: Console) -> None:
    """Fetch a dataset from its publisher.

    It goes into your dataset folder. A download that was cut off goes on where it stopped; the
    checksum is verified where one is known. Some publishers want you to sign in: get their file in your
    browser and give it with --from. The licence is shown: keep to it.
    """
    from recli.data import find
    from recli.data.sources.download import download as fetch
    from recli.data.sources.download import take

    about, target = find.to_download(name), find.user_folder() / name
    console.say(f"{about.title}. {about.licence}")
    if target.exists():
        console.say(f"Replaces {target} with all that is in it, once everything has arrived.")
    if given is not None:
        folder = take(about, given, target)
    else:
        with console.progress(f"Downloading {name}", 0) as advance:
            arrived = 0

            def progress(so_far: int, total: int | None) -> None:
                nonlocal arrived
                advance(so_far - arrived, total=total)
                arrived = so_far

            folder = fetch(about, target, progress)
    document = {"dataset": name, "path": str(folder)}
    header, rows = ["dataset", "path"], [[name, str(folder)]]
    console.emit(document, header, rows, lambda: console.line(f"Dataset '{name}': {folder}"))


def _say_read(console: Console, checked: CheckedData) -> None:
    """What was read, and what was guessed of it."""
    if checked.dataset is not None:
        console.describe(checked.dataset)
        return
    found: Any = checked.found
    low, high = found.scale
    console.say(
        f"{checked.name}: {count(found.users, 'user')} × {count(found.items, 'item')}, "
        f"{count(found.ratings, 'rating')} from {low:g} to {high:g}"
    )
    console.guessed(checked.sniffed)
    for note in checked.notes:
        console.say(f"Note: {note}")


def _print_report(console: Console, report: CheckReport) -> None:
    low, high = report.scale
    console.line(f"users    {report.users:>10,}")
    console.line(f"items    {report.items:>10,}")
    console.line(
        f"ratings  {report.ratings:>10,}  from {low:g} to {high:g}, mean {report.mean:.3f}"
    )
    console.line(f"density  {report.density:>10.3%}")
    if report.times:
        console.line(f"time     {' to '.join(map(date, report.times))}")
    console.line()
    rows = [
        ["ratings per user", *(f"{n:,.0f}" for n in report.per_user)],
        ["ratings per item", *(f"{n:,.0f}" for n in report.per_item)],
    ]
    console.table(["", *QUANTILE_NAMES], rows, right=QUANTILE_NAMES)
    console.line()
    histogram(console, report.histogram, digits=4)
    console.line()
    problems(console, report.problems)
