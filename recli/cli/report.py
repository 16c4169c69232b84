"""`recli report`."""

from __future__ import annotations

from pathlib import Path

import click

from recli import registry
from recli.cli import _options, _types
from recli.cli._console import Console


@click.command(
    epilog="""
    \b
    Examples:
      recli report latest
      recli report latest --format latex --output table.tex
      recli report 20261122-1645 20261123-0901
    """,
)
@click.argument("runs", type=_types.RUN, metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write. [default: html into the results, others on screen]",
)
@_options.results_option
@_options.output_options(*registry.names("report"), default="html")
def command(runs: tuple[str, ...], output: Path | None, results: Path, console: Console) -> None:
    """Write a report of one or more runs.

    HTML is a page to look at, in one file that needs no network: leaderboards that sort, plots, what
    to mind, configuration, and how to do it again. LaTeX and Markdown are tables for a paper, CSV
    has a row for each score. A run is named by the beginning of its name, its folder, or 'latest'.
    Runs on the same folds of the same data get a common leaderboard.
    """
    from recli import files
    from recli.experiments import store
    from recli.experiments.run_data import RunData
    from recli.experiments.stored_run import StoredRun

    found = [StoredRun.read(results, name) for name in dict.fromkeys(runs)]
    text = registry.get("report", console.format)()([RunData.of(run) for run in found])
    if output is None and console.format != "html":
        click.echo(text, nl=False)
        return
    if output is None and len(found) == 1:
        output = found[0].folder / "report.html"
    path = files.write_text(output or results / "reports" / f"{store.new_id('report')}.html", text)
    console.say(f"Written to {path}")
