"""What a fit tells of its epochs: heard wherever it is, kept with its cell, shown with its run."""

from __future__ import annotations

import os
import re

import pytest
from click.testing import CliRunner

from recli.algorithms import Configured
from recli.api.evaluate import evaluate
from recli.cli import main
from recli.data.splits.k_fold import KFold
from recli.epochs import heard
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cells
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.reports.plots.training_curve import TrainingCurve
from recli.experiments.resources import Resources
from recli.experiments.run_data import RunData
from recli.records.stored_run import StoredRun

MEASURES = (Measure.parse("rmse"),)
PROTOCOL = Protocol(KFold(2, seed=0), MEASURES, 4.0, 0)
# Losses of three epochs on what is learned from and on what is held out: the second is the best.
STEPS = """
from recli.algorithms import Algorithm
from recli.epochs import Epoch, tell
from recli.params import Bool, Int

class Steps(Algorithm):
    parameters = (
        Bool("held_out", True, "whether there is a loss on what is held out"),
        Int("n_epochs", 3, "how many of them", low=1, high=3),
    )

    def _learn(self, trainset):
        super()._learn(trainset)
        steps = (1, 0.9, 1.0), (2, 0.8, 0.75), (3, 0.7, 0.8125)
        for number, loss, held_out in steps[: self.n_epochs]:
            told = (loss, held_out) if self.held_out else (loss,)
            tell(Epoch("member", number, 3, 9.0))
            tell(Epoch("own_steps:Steps", number, 3, *told))

    def estimate(self, user, item):
        return self.trainset.global_mean
"""
WHOLE = ((0.9, 1.0), (0.8, 0.75), (0.7, 0.8125))


@pytest.fixture
def steps(own_module):
    own_module("own_steps", STEPS)
    return "own_steps:Steps"


@pytest.fixture
def stored(steps, small, tmp_path):
    """A run of one with a loss on what is held out, of one without, and of one without epochs."""
    line_up = [
        Configured.of(steps),
        Configured.of(steps, {"held_out": "no"}),
        Configured.of("damped-mean"),
    ]
    for _ in range(2):  # the second time what is kept is taken
        run = EvaluationRun(tmp_path / "results", ("recli", "evaluate"), small, line_up, PROTOCOL)
        run.run(Resources(1))
    assert run.n_reused == 6
    return StoredRun.of(run.folder)


@pytest.mark.parametrize("jobs", [1, 2])
def test_they_are_heard_here_wherever_the_fit_is(steps, small, jobs):
    told = []
    with heard(told.append):
        found = list(cells(small, [Configured.of(steps)], PROTOCOL, Resources(jobs)))
    own = [epoch for epoch in told if epoch.algorithm == steps]
    assert sorted(epoch.number for epoch in own) == [1, 1, 2, 2, 3, 3]
    assert {(epoch.loss, epoch.held_out) for epoch in own} == set(WHOLE)
    assert all((epoch.process == os.getpid()) == (jobs == 1) for epoch in told)
    assert [cell.scores.losses for cell in found] == [WHOLE, WHOLE]


def test_who_does_not_listen_hears_nothing(steps, small):
    told = []
    with heard(told.append):
        pass
    list(cells(small, [Configured.of(steps)], PROTOCOL, Resources(1)))
    assert told == []


def test_a_run_keeps_them(stored):
    by_entry = {}
    for cell in stored.document["cells"]:
        by_entry.setdefault(cell["entry"], []).append(cell["losses"])
    with_held_out = [list(epoch) for epoch in WHOLE]
    without = [[loss, None] for loss, _ in WHOLE]
    assert by_entry == {0: [with_held_out] * 2, 1: [without] * 2, 2: [[], []]}


def test_its_report_says_how_long_was_trained(stored):
    text = (stored.folder / "report.md").read_text(encoding="utf-8")
    [section] = re.findall(r"## Training\n\n((?:- .*\n)+)", text)
    first, second = section.splitlines()
    assert "3 epochs, kept that of the lowest loss on what was held out: 2, loss 0.7500." in first
    assert second.endswith("3 epochs, loss 0.7000.")


def test_a_run_says_whose_last_epoch_was_the_best(steps, small, tmp_path):
    given = {"n_epochs": 2}, {}, {"n_epochs": 2, "held_out": False}
    line_up = [Configured.of(steps, each) for each in given]
    run = EvaluationRun(tmp_path, ("recli",), small, line_up, PROTOCOL)
    run.run(Resources(1))
    [said] = [each.message for each in run.findings if each.code == "unfinished-training"]
    assert f"{steps} (n_epochs=2) was still getting better in 2 of 2 fits. " in said
    assert "held_out" not in said
    assert said.count("was still") == 1
    told = evaluate(small, line_up, split="k-fold:n_splits=2", metrics="rmse", jobs=1).warnings
    assert said in [each.message for each in told]


def test_training_says_how_long_it_was_and_whether_that_was_enough(steps, tiny, tmp_path):
    def said(*options):
        typed = ["train", "-a", steps, "-d", str(tiny), "--results", str(tmp_path), *options]
        return CliRunner().invoke(main, typed, catch_exceptions=False).stderr

    whole, short = said(), said("-p", "n_epochs=2")
    assert "Training: 3 epochs, kept that of the lowest loss on what was held out: 2, loss" in whole
    assert "Training: 2 epochs, kept that of the lowest loss on what was held out: 2, loss" in short
    assert "-p n_epochs=" in short
    assert "-p n_epochs=" not in whole
    assert "Training: " not in said("-p", "n_epochs=2", "-q")


def test_a_report_without_epochs_has_no_such_part(small, tmp_path):
    run = EvaluationRun(tmp_path, ("recli",), small, [Configured.of("damped-mean")], PROTOCOL)
    run.run(Resources(1))
    assert "Training\n" not in (run.folder / "report.md").read_text(encoding="utf-8")
    assert TrainingCurve().figures(RunData.of(StoredRun.of(run.folder))) == []


def test_they_are_drawn(stored):
    data = RunData.of(stored)
    first, second = TrainingCurve().figures(data)
    assert [first.title, second.title] == [f"Training: {label}" for label in data.labels[:2]]
    # A thin and a strong line for each of two folds; where nothing was held out, the strong alone.
    lines = [len(re.findall("<polyline[^>]* c0", first.drawing)), first.drawing.count("line lead")]
    assert lines == [2, 2]
    assert second.drawing.count("line lead") == 0
    assert "fold 2: 3 epochs, kept the one of number 2, loss 0.7500" in first.drawing
    assert "fold 1: 3 epochs, kept the one of number 3, loss 0.7000" in second.drawing
    [strong] = set(re.findall('<polyline points="([^"]*)" class="line c0"', first.drawing))
    heights = [float(point.split(",")[1]) for point in strong.split()]
    ratio = (heights[0] - heights[1]) / (heights[0] - heights[2])  # downwards, as SVG counts
    assert ratio == pytest.approx((1.0 - 0.75) / (1.0 - 0.8125), rel=0.01)


def test_what_a_listener_raises_ends_the_fit(steps, small):
    from recli import errors

    stop = _Stop()
    [cell] = cells(
        small,
        [Configured.of(steps)],
        PROTOCOL,
        Resources(1),
        only=[(0, 1)],
        listeners={(0, 1): stop},
    )
    assert isinstance(cell.error, errors.StoppedFitError)
    assert cell.error.foreseen == 1.25
    assert stop.n_heard == 3  # two of the member's, one of its own


class _Stop:
    n_heard = 0

    def __call__(self, epoch):
        from recli import errors

        self.n_heard += 1
        if self.n_heard == 3:
            raise errors.StoppedFitError("enough", 1.25)


def test_an_error_with_what_is_foreseen_comes_back_from_a_process():
    import pickle

    from recli import errors

    found = pickle.loads(pickle.dumps(errors.StoppedFitError("enough", 1.25)))
    assert (str(found), found.foreseen) == ("enough", 1.25)


def test_runs_show_says_so(stored):
    typed = ["runs", "show", stored.id, "--results", str(stored.folder.parents[1])]
    shown = CliRunner().invoke(main, typed, catch_exceptions=False).stdout
    lines = [line for line in shown.splitlines() if line.startswith("training")]
    assert len(lines) == 2
    assert lines[1].endswith("3 epochs, loss 0.7000")
