"""`recli evaluate` as a run on disk: run.json, metrics.csv, report.md."""

from __future__ import annotations

import csv
import io
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from recli import errors, files
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.experiments import store
from recli.experiments.cross_validation import Cell, Protocol, Summary, cells, summaries
from recli.experiments.report import markdown_report
from recli.experiments.resources import Resources
from recli.experiments.verdicts import Verdict, verdicts


class EvaluationRun:
    """A comparison that is being made; what is finished is on disk after every cell."""

    def __init__(
        self,
        results: Path,
        command: Sequence[str],
        dataset: Dataset,
        line_up: Sequence[Configured],
        protocol: Protocol,
    ) -> None:
        self.dataset = dataset
        self.line_up = tuple(line_up)
        self.protocol = protocol
        folds = protocol.split.folds(dataset)
        self.n_folds = len(folds)
        self.test_share = sum(len(f.test) / (len(f.train) + len(f.test)) for f in folds) / len(
            folds
        )
        self.command = tuple(command)
        self.finished: list[Cell] = []
        self.id = store.new_id("evaluate")
        self.folder = store.new_folder(results, "runs", self.id)
        self._started = store.now()
        self._clock = time.perf_counter()

    def run(
        self, resources: Resources, on_cell: Callable[[Cell], None] = lambda cell: None
    ) -> list[Summary]:
        """Evaluate every cell. Raises InterruptedRunError on Ctrl-C, what was finished is kept."""
        self._write("running", resources)
        status = "failed"
        try:
            for cell in cells(self.dataset, self.line_up, self.protocol, resources):
                self.finished.append(cell)
                self._write("running", resources)
                on_cell(cell)
            status = "finished"
        except KeyboardInterrupt:
            status = "interrupted"
            raise errors.InterruptedRunError(
                f"Interrupted. Finished folds: {len(self.finished)}, kept in {self.folder}."
            ) from None
        finally:
            self._write(status, resources)
        return self.summaries

    @property
    def summaries(self) -> list[Summary]:
        """What is finished so far, best first."""
        return summaries(self.line_up, self.finished, self.protocol.measures[0])

    def verdicts(self) -> dict[str, Verdict]:
        """Which algorithms differ, by measure, on the folds that all of them have finished."""
        everywhere = [
            fold
            for fold in range(self.n_folds)
            if sum(cell.fold == fold for cell in self.finished) == len(self.line_up)
        ]
        finished = [cell for cell in self._in_order if cell.fold in everywhere]
        if not finished:
            return {}
        metrics = [
            {"entry": cell.entry, "fold": cell.fold, "metric": metric, "value": value}
            for cell in finished
            for metric, value in cell.scores.metrics.items()
        ]
        per_user = [
            pd.DataFrame(
                {"entry": cell.entry, "fold": cell.fold, "user": cell.scores.users}
                | cell.scores.per_user
            )
            for cell in finished
        ]
        return verdicts(
            [configured.label for configured in self.line_up],
            pd.DataFrame(metrics),
            pd.concat(per_user, ignore_index=True),
            self.protocol.measures,
            self.test_share,
            self.protocol.seed,
        )

    def document(self) -> dict[str, Any]:
        """The run as `recli evaluate --format json` prints it."""
        return {
            "run": self.id,
            "dataset": store.dataset_document(self.dataset),
            "results": [self._result(summary) for summary in self.summaries],
            "significance": {
                metric: verdict.document() for metric, verdict in self.verdicts().items()
            },
        }

    def _result(self, summary: Summary) -> dict[str, Any]:
        metrics = {
            str(measure): {
                "mean": store.or_none(summary.mean(measure)),
                "std": store.or_none(summary.std(measure)),
                "folds": [store.or_none(value) for value in summary.values(measure)],
            }
            for measure in self.protocol.measures
        }
        return {
            "algorithm": summary.configured.name,
            "params": summary.configured.params,
            "metrics": metrics,
            "fit_seconds": summary.fit_seconds,
            "test_seconds": summary.test_seconds,
            "rank_seconds": summary.rank_seconds,
        }

    def metrics_csv(self) -> str:
        """One row per algorithm × fold × metric, in the order of the line-up."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["algorithm", "params", "fold", "metric", "value"])
        for cell in self._in_order:
            entry = self.line_up[cell.entry]
            params = json.dumps(entry.params)
            for metric, value in cell.scores.metrics.items():
                shown = "" if math.isnan(value) else repr(float(value))
                writer.writerow([entry.name, params, cell.fold + 1, metric, shown])
        return buffer.getvalue()

    @property
    def _in_order(self) -> list[Cell]:
        return sorted(self.finished, key=lambda cell: (cell.entry, cell.fold))

    def _report(self) -> str:
        n_cells = len(self.line_up) * self.n_folds
        return markdown_report(
            self.id,
            self.command,
            self.dataset,
            self.protocol,
            self.summaries,
            self.n_folds,
            n_cells,
        )

    def _write(self, status: str, resources: Resources) -> None:
        files.write_text(self.folder / "metrics.csv", self.metrics_csv())
        if status != "running":
            files.write_text(self.folder / "report.md", self._report())
        cell_times = [
            {
                "algorithm": self.line_up[cell.entry].name,
                "entry": cell.entry,
                "fold": cell.fold + 1,
                "fit_seconds": cell.scores.fit_seconds,
                "test_seconds": cell.scores.test_seconds,
                "rank_seconds": cell.scores.rank_seconds,
            }
            for cell in self._in_order
        ]
        document = {
            "schema": 1,
            "id": self.id,
            "status": status,
            "command": list(self.command),
            "started": self._started,
            "seconds": round(time.perf_counter() - self._clock, 3),
            "dataset": store.dataset_document(self.dataset),
            "configuration": {
                **store.protocol_document(self.dataset, self.protocol),
                "line_up": store.line_up_document(self.line_up),
                "jobs": resources.jobs,
                "memory_limit": resources.memory_limit,
            },
            "environment": store.environment(),
            "cells": cell_times,
        }
        files.write_json(self.folder / "run.json", document)
