"""A study of `recli tune`, while it is searched and as it has ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from recli.cli._output.console import Console, count
from recli.cli._output.shown_number import ShownNumber

if TYPE_CHECKING:
    from recli.epochs import Epoch
    from recli.experiments.tuning.search import Budget
    from recli.experiments.tuning.study import TuningRun
    from recli.experiments.tuning.watch import Watch
    from recli.records.stored_study import StoredStudy
    from recli.records.stored_trial import StoredTrial

_SHOWN_TRIALS = 5


@contextmanager
def watched(console: Console, run: TuningRun, budget: Budget) -> Iterator[Watch]:
    """On a terminal a table that follows the search; yields what the search tells.

    Args:
        console: where it is printed
        run: the run of `recli tune`
        budget: how many trials, and how long
    """
    from recli.experiments.tuning.watch import Watch

    if console.quiet or not sys.stderr.isatty():
        yield Watch()
        return
    from rich.console import Console as RichConsole
    from rich.live import Live

    from recli.epochs import heard

    board = _Board(run, budget)
    live = Live(
        get_renderable=board.table,
        console=RichConsole(stderr=True),
        transient=True,
        refresh_per_second=4,
    )
    with live, heard(board.on_epoch):
        yield Watch(board.on_trial, board.on_fold)


class _Board:
    """What the table shows: the best so far, how the trials ended, the one at work, the time left.

    Args:
        run: the run of `recli tune`
        budget: how many trials, and how long
    """

    def __init__(self, run: TuningRun, budget: Budget) -> None:
        self._run, self._budget = run, budget
        self._started = time.monotonic()
        self._ended: list[StoredTrial] = []
        self._fold = 0
        self._epoch: Epoch | None = None

    def on_trial(self, trial: StoredTrial) -> None:
        self._ended.append(trial)
        self._fold, self._epoch = 0, None

    def on_fold(self, n: int) -> None:
        self._fold, self._epoch = n, None

    def on_epoch(self, epoch: Epoch) -> None:
        if epoch.number == 1 or self._epoch is None:
            self._first = epoch.number, time.monotonic()
        self._epoch = epoch

    def table(self) -> Any:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for name, text in self._rows().items():
            table.add_row(name, text)
        return table

    def _rows(self) -> dict[str, str]:
        states = [trial.state for trial in self._ended]
        ended = len(self._ended)
        done = self._run.n_found + ended
        best = self._best()
        elapsed = time.monotonic() - self._started
        n_trials, timeout = self._budget.trials, self._budget.timeout
        left = elapsed / ended * (n_trials - done) if ended else float("inf")
        if timeout is not None:
            left = min(left, max(0.0, timeout - elapsed))
        of_all = f" of {n_trials}" if n_trials < sys.maxsize else ""
        return {
            "best": best or "–",
            "trials": f"{done}{of_all}: {states.count('complete')} to the end, "
            f"{states.count('pruned')} stopped early, {states.count('failed')} failed",
            "at work": f"trial {done}, {count(self._fold, 'fold')} measured",
            **({"fit": f"{self._epoch}{self._left_of(self._epoch)}"} if self._epoch else {}),
            "time": f"{_clock(elapsed)}, left {_clock(left) if ended else '–'}",
        }

    def _left_of(self, epoch: Epoch) -> str:
        """The time to the last of all epochs, once there are two to go by."""
        number, moment = self._first
        if epoch.number <= number:
            return ""
        each = (time.monotonic() - moment) / (epoch.number - number)
        return f", left {_clock(each * (epoch.of - epoch.number))}"

    def _best(self) -> str:
        from recli.experiments.reports._study.words import setting
        from recli.experiments.tuning.front import pareto_front

        goals = self._run.goals
        front = pareto_front(goals, [trial for trial in self._ended if trial.values])
        if not front:
            return ""
        more = f" and {len(front) - 1} more on the front" if len(front) > 1 else ""
        values = zip(goals, front[0].values or (), strict=True)
        reached = ", ".join(f"{goal} {value:.4f}" for goal, value in values)
        return f"{reached}  {front[0].algorithm} ({setting(front[0])}){more}"


def show(console: Console, study: StoredStudy) -> None:
    """The best trials, the Pareto front, and what the locked test said.

    Args:
        console: where it is printed
        study: the study as it is stored
    """
    from recli.experiments.reports._study.words import said

    finished = study.finished()
    header, rows = _table(study, finished)

    def table() -> None:
        console.line()
        shown = study.front or finished[:_SHOWN_TRIALS]
        header, rows = _table(study, shown)
        if len(study.algorithms) > 1:  # each counts from 0 on
            for row, trial in zip(rows, shown, strict=True):
                row[0] = f"{trial.algorithm}/{trial.number}"
        console.table(header, rows, _title(study, len(shown)), right=header)
        console.line()
        for text in said(study):
            console.line(text)

    console.emit(study.printed(), header, rows, table)


def _table(study: StoredStudy, trials: list[StoredTrial]) -> tuple[list[str], list[list[str]]]:
    """Of one algorithm a column for each parameter, of several a column for all."""
    from recli.experiments.reports._study.words import setting

    goals = [str(goal) for goal in study.goals]
    several = len(study.algorithms) > 1
    names = list(dict.fromkeys(name for trial in trials for name in trial.varied))
    header = ["trial", *(["algorithm"] if several else []), *goals]
    header += ["parameters"] if several else names
    rows = []
    for trial in trials:
        row = [str(trial.number), *([trial.algorithm] if several else [])]
        row += [ShownNumber(value, ".4f") for value in trial.values or ()]
        if several:
            row.append(setting(trial))
        else:
            row += [_parameter(trial.varied.get(n)) for n in names]
        rows.append(row)
    return header, rows


def _parameter(value: Any) -> str:
    """A value that was drawn; none where the trial has no such parameter."""
    from recli.params import short

    return ShownNumber(value, ".3g") if value is None or isinstance(value, float) else short(value)


def _title(study: StoredStudy, n_shown: int) -> str:
    from recli.experiments.reports._study.words import ended

    parts = ", ".join([f"trial {'NAME/' * (len(study.algorithms) > 1)}0: defaults", *ended(study)])
    kind = "The Pareto front" if study.front else f"The best {n_shown}"
    return f"{kind} of {count(len(study.tried), 'trial')} ({parts})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
