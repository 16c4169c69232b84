"""`recli evaluate` as a run on disk: run.json, its tables, report.md."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from recli import errors, files
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.external.entry import External, noted
from recli.evaluation.fold import FoldScores
from recli.evaluation.lint import lint
from recli.evaluation.lint_checks import Finding
from recli.evaluation.metric_names import Measure, leading
from recli.evaluation.protocol import Protocol
from recli.evaluation.sampled_negatives import check_number
from recli.evaluation.tied_places import tied_places
from recli.evaluation.unfinished_training import unfinished_training
from recli.experiments.cell_task import Kept
from recli.experiments.cross_validation import cells
from recli.experiments.reading import Reading
from recli.experiments.report import markdown_report
from recli.experiments.resources import Resources
from recli.experiments.run_data import RunData
from recli.experiments.verdicts import Verdict
from recli.ranking import recommender
from recli.records import failures, run_tables, store
from recli.records.cell_key import cell_key
from recli.records.cell_store import CellStore
from recli.records.cells import Cell, Summary, labels, summaries
from recli.records.environment import environment
from recli.records.failures import CellFailure, EntryFailure
from recli.records.kinds import RUNS
from recli.records.outside import outside
from recli.records.process import this_process

_IN_TABLES = ("metrics", "users", "per_user", "without", "groups")


class EvaluationRun:
    """A comparison that is being made; what is finished is on disk after every cell.

    verdicts: which algorithms differ, by measure, once the run has ended
    finished, failed: the cells that gave something, and those that did not

    Args:
        results: the results folder
        command: the command line
        dataset: the ratings, and what is known of items and users
        line_up: the algorithms that are compared
        protocol: how the line-up is compared
        reading: how the dataset was read, for `recli reproduce`
        strict: whether what `lint` finds is an error, raised before anything is written (DataError);
            what only the results tell is said beside them
        folds: those of the protocol's split, where they are known already
        worded: what becomes of a finding's message, which names parameters as Python does
    """

    def __init__(
        self,
        results: Path,
        command: Sequence[str],
        dataset: Dataset,
        line_up: Sequence[Configured],
        protocol: Protocol,
        reading: Reading | None = None,
        strict: bool = False,
        folds: Sequence[Fold] | None = None,
        worded: Callable[[str], str] = str,
    ) -> None:
        self.dataset = dataset
        self.line_up = tuple(line_up)
        self.protocol = protocol
        self.folds = protocol.split.folds(dataset) if folds is None else folds
        self.n_folds = len(self.folds)
        self.command = tuple(command)
        self.reading = reading
        self._worded = worded
        self.findings: tuple[Finding, ...] = ()
        self._add(lint(dataset, self.folds, protocol, self.line_up) + noted(self.line_up))
        if strict and self.findings:
            doubts = errors.first_ten([finding.message for finding in self.findings])
            raise errors.DataError(f"`strict=True`, and there is reason to doubt:\n{doubts}")
        if protocol.sampled_negatives and any(isinstance(each, External) for each in self.line_up):
            raise errors.UsageError(
                "`sampled_negatives`: nothing tells how another program would rank the items that are "
                "sampled. Leave it out, or the files of the other program."
            )
        if protocol.sampled_negatives:
            check_number(protocol.sampled_negatives, dataset.ratings, self.folds)
        first = TrainingStatistics(dataset, self.folds[0].train, protocol.threshold)
        recommender.check(self.line_up, first, protocol.seed)
        self.finished: list[Cell] = []
        self.failed: list[CellFailure] = []
        self.verdicts: dict[str, Verdict] = {}
        self.id = store.new_id("evaluate")
        self.folder = RUNS.folder(results, self.id)
        self._results = results
        self._store = CellStore(results)
        self._keys = {
            (entry, number): cell_key(dataset, fold, configured, protocol)
            for entry, configured in enumerate(self.line_up)
            for number, fold in enumerate(self.folds)
        }
        self._started = store.now()
        self._clock = time.perf_counter()

    def run(
        self,
        resources: Resources,
        on_cell: Callable[[Cell | CellFailure], None] = lambda cell: None,
        fresh: bool = False,
    ) -> list[Summary]:
        """Measure every cell, and compute those whose outcome is not kept; if `fresh`, all of them.

        An algorithm that fails on a fold is not compared: the others are, see `failures`. What it
        gave on other folds is kept, so that the same command again computes what failed.

        Args:
            resources: how much may work at once, and with how much memory
            on_cell: told of every finished cell
            fresh: whether to compute again what is there already

        Raises:
            InterruptedRunError: on Ctrl-C, what was finished is kept
            UsageError: if the folder of the run cannot be made
        """
        # Not before: where the workers of a cluster are not there, no run has begun.
        store.new_folder(self._results, "runs", self.id)
        self._write("running", resources)
        status = "failed"
        try:
            kept = Kept(self._store, self._keys, fresh)
            found = cells(
                self.dataset, self.line_up, self.protocol, resources, self.folds, kept=kept
            )
            for cell in found:
                if isinstance(cell, CellFailure):
                    self.failed.append(cell)
                else:
                    self.finished.append(cell)
                on_cell(cell)
            status = "finished" if self.compared else "failed"
        except KeyboardInterrupt:
            status = "interrupted"
            raise errors.InterruptedRunError(
                f"Interrupted. Finished folds: {len(self.finished)}, kept in {self.folder}."
            ) from None
        finally:
            scores = {one.label: [cell.scores for cell in one.cells] for one in self.summaries}
            self._add(tied_places(scores) + unfinished_training(scores))
            self._write(status, resources)
        return self.summaries

    def _add(self, findings: Sequence[Finding]) -> None:
        """Findings, in the words of who asked for the run."""
        self.findings += tuple(Finding(each.code, self._worded(each.message)) for each in findings)

    def check(self) -> None:
        """Raise what is to be said at the end of a run in which algorithms failed, if any did.

        Raises:
            RecliError: what the only algorithm of the line-up failed by
            FailedCellsError: see `recli.records.failures.check`
        """
        failures.check(self.failures, len(self.line_up))

    @property
    def failures(self) -> tuple[EntryFailure, ...]:
        """The algorithms that failed on a fold, in the order of the line-up."""
        return failures.by_entry(self.failed, labels(self.line_up), self.n_folds)

    @property
    def compared(self) -> list[Cell]:
        """The finished cells of the algorithms that did not fail, by entry and fold."""
        own = failures.compared(self.finished, self.failed)
        return sorted(own, key=lambda cell: (cell.entry, cell.fold))

    @property
    def summaries(self) -> list[Summary]:
        """The algorithms that have a finished cell and did not fail, best first."""
        return summaries(self.line_up, self.compared, self.leading)

    @property
    def leading(self) -> Measure:
        """The measure that says what is best, see `metric_names.leading`."""
        scores = [cell.scores.metrics for cell in self.compared]

        def has_value(measure: Measure) -> bool:
            return any(not math.isnan(metrics[str(measure)]) for metrics in scores)

        return leading(self.protocol.measures, has_value)

    @property
    def n_cells(self) -> int:
        """How many cells it has when it is complete."""
        return len(self._keys)

    @property
    def n_reused(self) -> int:
        """How many of its cells were there already."""
        return sum(cell.reused for cell in self.finished)

    def document(self) -> dict[str, Any]:
        """The run as `recli evaluate --format json` prints it."""
        return {
            "run": self.id,
            "dataset": store.dataset_document(self.dataset),
            "results": [self._result(summary) for summary in self.summaries],
            "failures": failures.document(self.failures),
            "warnings": [dataclasses.asdict(finding) for finding in self.findings],
            "significance": {
                metric: verdict.document() for metric, verdict in self.verdicts.items()
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
            "fit_seconds": store.or_none(summary.fit_seconds),
            "test_seconds": store.or_none(summary.test_seconds),
            "rank_seconds": store.or_none(summary.rank_seconds),
        }

    def _write(self, status: str, resources: Resources) -> None:
        document = self._run_json(status, resources)
        if status != "running" and (self.compared or not self.failed):
            self._write_tables(self.compared, document)
            tables = (self.folder / name for name in run_tables.FILES)
            found = {path.name: files.sha256(path) for path in tables if path.is_file()}
            document["sha256"] = found
        document["seconds"] = round(time.perf_counter() - self._clock, 3)
        RUNS.write(self.folder, document)

    def _write_tables(self, done: Sequence[Cell], document: dict[str, Any]) -> None:
        measures, ids = self.protocol.measures, self.dataset.ratings.user_ids
        tables = run_tables.metrics_csv(self.line_up, done, measures)
        files.write_text(self.folder / "metrics.csv", tables)
        if any(cell.scores.groups for cell in done):
            groups = run_tables.groups_csv(self.line_up, done, measures)
            files.write_text(self.folder / "groups.csv", groups)
        per_user = run_tables.per_user_table(done, measures, ids)
        files.write_bytes(self.folder / "per_user.parquet", run_tables.parquet(per_user))
        of_users = per_user.to_pandas()
        self.verdicts = RunData(
            id=self.id,
            document=document,
            measures=measures,
            labels=tuple(labels(self.line_up)),
            metrics=run_tables.metrics_frame(done, measures),
            per_user=of_users.assign(user=of_users["user"].astype(str)),
            groups=pd.DataFrame(),
        ).verdicts
        report = markdown_report(
            self.id,
            self.command,
            self.dataset,
            self.protocol,
            self.leading,
            self.summaries,
            self.verdicts,
            self.findings,
            self.n_folds,
            self.n_cells,
            self.failures,
        )
        files.write_text(self.folder / "report.md", report)

    def _run_json(self, status: str, resources: Resources) -> dict[str, Any]:
        left_out = self.dataset.left_out
        done = sorted(self.finished, key=lambda cell: (cell.entry, cell.fold))
        places = {(cell.entry, cell.fold) for cell in done}
        return {
            "id": self.id,
            "status": status,
            "command": list(self.command),
            "started": self._started,
            "seconds": 0.0,
            "process": this_process(),
            "dataset": {
                **store.dataset_document(self.dataset),
                "left_out": None if left_out is None else dataclasses.asdict(left_out),
                "reading": None if self.reading is None else self.reading.document(),
            },
            "configuration": {
                **store.protocol_document(self.dataset, self.protocol),
                "by": list(self.protocol.by),
                "line_up": store.line_up_document(self.line_up),
            },
            "folds": [
                {"fingerprint": fold.fingerprint, "train": len(fold.train), "test": len(fold.test)}
                for fold in self.folds
            ],
            "jobs": resources.jobs,
            "memory_limit": resources.memory_limit,
            "cluster": resources.workers.address if resources.workers else None,
            "environment": environment() | outside(self.dataset, self.protocol, self.line_up),
            "warnings": [dataclasses.asdict(finding) for finding in self.findings],
            "cells": [self._cell_document(cell) for cell in done],
            "failures": failures.document(self.failures),
            "missing": [key for place, key in self._keys.items() if place not in places],
        }

    def _cell_document(self, cell: Cell) -> dict[str, Any]:
        """Times and memory are those of the run that computed it; `reused` says if it was another."""
        rest = {
            field.name: store.without_nan(getattr(cell.scores, field.name))
            for field in dataclasses.fields(FoldScores)
            if field.name not in _IN_TABLES
        }
        return {
            "algorithm": self.line_up[cell.entry].name,
            "entry": cell.entry,
            "fold": cell.fold + 1,
            "key": self._keys[cell.entry, cell.fold],
            "reused": cell.reused,
            "peak_mb": store.or_none(cell.peak_mb),
            **rest,
        }
