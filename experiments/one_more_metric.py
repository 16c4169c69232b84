"""What a metric more costs once a line-up is measured: evaluations one after another, as ratios.

    python experiments/one_more_metric.py [DATASET] [OPTION …]

Every evaluation is a `recli evaluate` of its own, with the default line-up unless OPTIONs say another.
The first computes; the others find its outcomes, and change what is measured. The kernels are compiled
beforehand. Outcomes are kept in a folder that is removed afterwards.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recli.evaluation.metric_names import DEFAULT

USUAL = [f"--metric={name}" for name in DEFAULT]
LATER = {
    "the same again": USUAL,
    "one metric more, `auc`": [*USUAL, "--metric=auc"],
    "lists of 20": [*USUAL, "--k=20"],
    "by activity": [*USUAL, "--by=activity"],
    "every metric": ["--metric=all"],
    "another threshold": [*USUAL, "--threshold=3"],
}


def evaluate(results: str, options: list[str]) -> tuple[float, str]:
    """Seconds of wall clock of a run, and how many of its cells were there."""
    command = [sys.executable, "-m", "recli", "evaluate", "--results", results, *options]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)  # noqa: S603
    seconds = time.perf_counter() - start
    found = re.search(r"(\d+ of \d+) cells were there", done.stderr)
    return seconds, found[1] if found else "none"


def main(dataset: str = "movielens-small", *options: str) -> None:
    given = ["-d", dataset, *options]
    with tempfile.TemporaryDirectory() as warm:
        evaluate(warm, [*given, *USUAL, "--split=shuffle:n_splits=1"])
    with tempfile.TemporaryDirectory() as results:
        first, _ = evaluate(results, [*given, *USUAL])
        cells = list(Path(results, "cells").glob("*/*.parquet"))
        size = sum(path.stat().st_size for path in cells)
        print(f"{dataset}: {len(cells)} cells, {size / len(cells) / 1024:,.0f} KiB each\n")
        print("| evaluation | seconds | of the first | cells that were there |")
        print("|---|---|---|---|")
        print(f"| the usual metrics | {first:.1f} | 1 | none |", flush=True)
        for what, changed in LATER.items():
            seconds, there = evaluate(results, [*given, *changed])
            print(f"| {what} | {seconds:.1f} | {seconds / first:.3f} | {there} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
