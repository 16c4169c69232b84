"""What is shown of a fit on a terminal, and that nothing is elsewhere."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading

import pytest
from rich.console import Console
from rich.progress import Progress

from recli.cli import main
from recli.cli._output import study_tables
from recli.cli._output.bars import Fits
from recli.epochs import Epoch

STEPS = """
from recli.algorithms import Algorithm
from recli.epochs import Epoch, tell

class Steps(Algorithm):
    def _learn(self, trainset):
        super()._learn(trainset)
        for number in range(1, 4):
            tell(Epoch("shown_steps:Steps", number, 3, 0.5, 0.25))

    def estimate(self, user, item):
        return self.trainset.global_mean
"""


@pytest.fixture
def steps(own_module):
    own_module("shown_steps", STEPS)
    return "shown_steps:Steps"


@pytest.fixture
def shown():
    """Bars as a terminal 200 letters wide would show them, and what hears of epochs."""
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    bars = Progress(*Progress.get_default_columns(), console=console, auto_refresh=False)
    return bars, Fits(bars)


def lines(bars):
    console = bars.console
    with console.capture() as captured:
        console.print(bars.get_renderable())
    return captured.get().splitlines()


def test_a_line_for_each_process_with_its_last_epoch(shown):
    bars, fits = shown
    fits(Epoch("one", 1, 10, 0.5, 0.75, process=7))
    fits(Epoch("two", 1, 20, 0.125, process=8))
    fits(Epoch("one", 2, 10, 0.25, 0.625, process=7))
    first, second = lines(bars)
    assert first.startswith("one: epoch 2 of 10, loss 0.25, held out 0.625")
    assert "20%" in first
    assert second.startswith("two: epoch 1 of 20, loss 0.125 ")
    assert "5%" in second


def test_the_next_fit_of_a_process_takes_the_place_of_the_last(shown):
    bars, fits = shown
    for number in range(1, 4):
        fits(Epoch("one", number, 10, 0.5, process=7))
    fits(Epoch("two", 1, 4, 0.5, process=7))
    [line] = lines(bars)
    assert line.startswith("two: epoch 1 of 4")
    assert "25%" in line


def test_the_time_left_is_that_of_the_epochs_to_come():
    moment = 100.0
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    bars = Progress(
        *Progress.get_default_columns(),
        console=console,
        auto_refresh=False,
        get_time=lambda: moment,
    )
    fits = Fits(bars)
    for number in range(1, 4):
        fits(Epoch("one", number, 10, 0.5, process=7))
        moment += 2.0
    assert "0:00:14" in lines(bars)[0]


def test_the_board_of_a_search(monkeypatch):
    clock = iter([10.0, 12.0, 14.0])
    board = study_tables._Board(None, None)
    monkeypatch.setattr(study_tables.time, "monotonic", lambda: next(clock))
    board.on_epoch(Epoch("one", 1, 10, 0.5))
    assert board._left_of(Epoch("one", 1, 10, 0.5)) == ""
    assert board._left_of(Epoch("one", 3, 10, 0.5)) == ", left 0:07"


def test_nothing_is_shown_where_there_is_no_terminal(recli, tiny, steps):
    said = recli("train", "-a", steps, "-d", tiny).stderr
    assert f"Training {steps} …" in said
    assert "epoch 1 of 3" not in said
    assert "\x1b" not in said
    assert (
        "Training: 3 epochs, kept that of the lowest loss on what was held out: 1, loss 0.25"
        in said
    )
    assert "the last epoch was the best" not in said


@pytest.fixture
def on_a_terminal(monkeypatch):
    """Runs a command whose stderr is a terminal; gives what that was sent."""
    if sys.platform == "win32":
        pytest.skip("terminals of POSIX")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*typed):
        ours, theirs = os.openpty()
        sent = []

        def read():
            with contextlib.suppress(OSError):  # so Linux says that the other end is closed
                while part := os.read(ours, 4096):
                    sent.append(part)

        reader = threading.Thread(target=read)
        reader.start()
        with os.fdopen(theirs, "w", encoding="utf-8") as terminal, monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", terminal)
            main([*map(str, typed)], prog_name="recli", standalone_mode=False)
        reader.join()
        os.close(ours)
        return b"".join(sent).decode()

    return run


@pytest.mark.parametrize(
    "command",
    [("train",), ("evaluate", "--cv", "2", "--metric", "rmse", "--jobs", "1")],
    ids=["train", "evaluate"],
)
def test_on_a_terminal_it_is_and_when_quiet_it_is_not(steps, tiny, on_a_terminal, command):
    typed = (*command, "-a", steps, "-d", tiny)
    assert "epoch 3 of 3, loss 0.5, held out 0.25" in on_a_terminal(*typed)
    assert on_a_terminal(*typed, "--quiet") == ""
