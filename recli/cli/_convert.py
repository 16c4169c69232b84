"""`recli data convert`."""

from __future__ import annotations

from pathlib import Path

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.common import DatasetChoice
from recli.cli._output.console import Console


@click.command(
    epilog="""
    \b
    Examples:
      recli data convert my-ratings.xlsx mine
      recli data convert ml-1m ml-1m.parquet
      recli data convert movielens-small out/movielens-small --to recbole
    """,
)
@click.argument("dataset", type=parameter_types.DATASET)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=parameter_types.CONVERTER,
    help="Form that is written; 'recli list converters' explains them. "
    "[default: by the suffix of OUT, a folder of recli without one]",
)
@click.option("--force", is_flag=True, help="Replace what an earlier conversion left at OUT.")
@common.chosen
@common.results_option
@common.output_options()
def convert(
    data: DatasetChoice, out: Path, form: str | None, force: bool, results: Path, console: Console
) -> None:
    """Write a dataset in a form that other programs read.

    As a folder of recli, Parquet, CSV, or the files of RecBole, LensKit or Surprise. Every row that
    was read is written, or named as set aside; what a form has no place for is said. OUT is
    written whole or not at all.
    """
    from recli import registry
    from recli.data.converters._base import converter

    writer = converter(out, form)
    writer.check(out, force)
    dataset = data.load(console, results)
    written = writer.write(dataset, out, force)
    set_aside, merged = len(dataset.bad_rows), dataset.merged
    document = {
        "dataset": dataset.name,
        "out": str(out),
        "to": registry.name_of(type(writer)),
        "read": len(dataset.ratings) + merged + set_aside,
        "written": len(dataset.ratings),
        "merged": merged,
        "set_aside": set_aside,
        "files": written.rows,
        "notes": list(written.notes),
    }
    header = ["file", "rows"]
    rows = [[file, f"{n:,}"] for file, n in written.rows.items()]

    def as_text() -> None:
        console.line(f"{out}")
        console.table(header, rows, right=("rows",))

    console.emit(document, header, rows, as_text)
    console.say(
        f"Ratings: {document['read']:,} rows read, {document['written']:,} written, {merged:,} merged, "
        f"{set_aside:,} set aside."
    )
    for note in written.notes:
        console.say(note)
