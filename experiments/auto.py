"""What `recli tune --auto` finds in a given time, beside the defaults of every algorithm it could take.

    python experiments/auto.py [DATASET] [METRIC] [SECONDS,…] [SEEDS] [SPLIT]

A search for each number of seconds, by what `recli tune --auto --metric METRIC --timeout SECONDS` does
(with SPLIT, that split in place of the usual one). What it has found and the defaults are then measured
on five folds of all ratings for each seed from 1 on, which are not the folds of the search. Relative to
the best of the defaults: above 0 is better. Every search begins anew, under results/studies.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.splits._base import Split
from recli.data.splits.k_fold import KFold
from recli.evaluation.goals import Goal
from recli.evaluation.make_protocol import liked_from
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cross_validate
from recli.experiments.resources import Resources
from recli.experiments.tuning import usual
from recli.experiments.tuning.auto import suitable
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.search import Budget
from recli.experiments.tuning.study import TuningRun


def search(dataset: Dataset, goal: Goal, seconds: float, split: Split | None) -> Configured:
    """The best that is found, and how it was found, printed."""
    plan = Plan(tuple(suitable(dataset, [goal])), (goal,), auto=True)
    plan, protocol = usual.on_dataset(plan, dataset, metrics=[str(goal)], split=split)
    run = TuningRun(Path("results"), ("auto.py",), dataset, plan, protocol, begin="fresh")
    started = time.monotonic()
    run.run(Budget(sys.maxsize, seconds), Resources(-1))
    took = time.monotonic() - started
    print(f"\n{seconds:g} s on {protocol.split}: took {took:.1f} s, {len(run.tried)} trials")
    for rung in run.rungs:
        print(f"  {rung.document()}")
    for trial in sorted(run.finished, key=lambda t: goal.sign * t.values[0])[:3]:
        print(f"  {trial.values[0]:.4f}  {trial.configured.whole_label}")
    print(f"  locked: {[verdict.document() for verdict in run.locked]}", flush=True)
    return run.best.configured


def main(
    name: str = "ml-100k",
    metric: str = "ndcg@10",
    seconds: str = "60,600",
    seeds: str = "1",
    split: str = "",
) -> None:
    dataset, goal = load(name), Goal.parse(metric)
    cut = Split.parse(split) if split else None
    defaults = [Configured.of(found) for found in suitable(dataset, [goal])]
    entries = [
        (f"--auto, {of} s", search(dataset, goal, float(of), cut)) for of in seconds.split(",")
    ]
    entries += [(configured.name, configured) for configured in defaults]
    line_up = {configured.whole_label: configured for _, configured in entries}
    assert goal.measure is not None
    folds: dict[str, list[float]] = {label: [] for label in line_up}
    for seed in range(1, int(seeds) + 1):
        liked = liked_from(dataset, None)
        protocol = Protocol(KFold(5, seed), (goal.measure,), liked, seed)
        for summary in cross_validate(dataset, [*line_up.values()], protocol, Resources(-1)):
            folds[summary.configured.whole_label] += summary.values(goal.measure)
    mean = {label: sum(values) / len(values) for label, values in folds.items()}
    best = min(goal.sign * mean[configured.whole_label] for configured in defaults)
    print(f"\n| {dataset.name}, five folds, seeds 1 to {seeds} | {goal} | to the best defaults |")
    print("|---|---|---|")
    for who, configured in sorted(entries, key=lambda e: goal.sign * mean[e[1].whole_label]):
        value = mean[configured.whole_label]
        print(f"| {who} | {value:.4f} | {(best - goal.sign * value) / abs(best):+.1%} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
