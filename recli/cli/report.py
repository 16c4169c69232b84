"""Write a report of one or more runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recli import registry
from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console
from recli.models.stored import MODELS

if TYPE_CHECKING:
    from recli.models.item_map import ItemMap


@click.command(
    epilog="""
    \b
    Examples:
      recli report latest
      recli report latest --model svd
      recli report latest --format latex --output table.tex
      recli report 20261122-1645 20261123-0901
    """,
)
@click.argument("runs", type=parameter_types.RUN, metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write. [default: html into the results, others on screen]",
)
@click.option(
    "-m",
    "--model",
    "model_name",
    type=parameter_types.MODEL,
    help="A model from 'recli train': the page shows the items in two dimensions, near where it finds "
    "them alike.",
)
@common.allow_code_option
@common.results_option
@common.output_options(default="html", kind="report")
def command(
    runs: tuple[str, ...],
    output: Path | None,
    model_name: str | None,
    allow_code: bool,
    results: Path,
    console: Console,
) -> None:
    """Write a report of one or more runs.

    HTML is a page to look at, in one file that needs no network: leaderboards that sort, plots, what
    to mind, configuration, and how to do it again. LaTeX and Markdown are tables for a paper, CSV
    has a row for each score. A run is named by the beginning of its name, its folder, or 'latest'.
    Runs on the same folds of the same data get a common leaderboard.
    """
    from recli import files
    from recli.experiments.run_data import RunData
    from recli.records import default_files, store
    from recli.records.stored_run import StoredRun

    make = registry.get("report", console.format)()
    found = [StoredRun.read(results, name) for name in dict.fromkeys(runs)]
    drawn = None if model_name is None else _item_map(model_name, allow_code, results, console)
    text = make([RunData.of(run, drawn) for run in found])
    if output is None and console.format != "html":
        click.echo(text, nl=False)
        return
    if output is None and len(found) == 1:
        output = found[0].folder / "report.html"
    output = output or default_files.report(results, store.new_id("report"))
    path = files.write_text(output, text)
    console.say(f"Written to {path}")


def _item_map(model_name: str, allow_code: bool, results: Path, console: Console) -> ItemMap:
    from recli.models import model as models
    from recli.models.item_map import item_map

    if console.format != "html":
        raise click.UsageError("'--model' draws a map, which only '--format html' has.")
    return item_map(models.load(MODELS.find(results, model_name), allow_code=allow_code))
