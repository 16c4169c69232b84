"""What stopping bad settings early saves, and what it costs: pruners over five seeds.

    python experiments/pruning.py [DATASET] [ALGORITHM] [TRIALS] [PRUNER,…]

Every seed is a search of its own, on folds of its own; all pruners begin with the same settings. Folds
are measured one at a time. Searches are kept under results/studies: begun again, it goes on where it was.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import scipy.stats

from recli import registry
from recli.data.load import load
from recli.data.splits.k_fold import KFold
from recli.evaluation.goals import goals
from recli.evaluation.protocol import Protocol
from recli.experiments.resources import Resources
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.search import Budget, Method
from recli.experiments.tuning.study import TuningRun

SEEDS = range(5)


def search(dataset, algorithm: str, n_trials: int, pruner: str, seed: int) -> tuple[float, int]:
    """The best RMSE, and how many folds it took."""
    aims = goals(["rmse"])
    plan = Plan((algorithm,), aims, Method(pruner=pruner, seed=seed), holdout=0)
    protocol = Protocol(KFold(5, seed), plan.measures, dataset.ratings.default_threshold, seed)
    name = f"pruning-{dataset.name}-{algorithm}-{n_trials}-{pruner}-{seed}"
    run = TuningRun(Path("results"), ("pruning.py",), dataset, plan, protocol, name=name)
    run.run(Budget(n_trials), Resources(1))
    assert run.best.values is not None
    return run.best.values[0], sum(len(trial.folds) for trial in run.tried)


def main(
    name: str = "movielens-small",
    algorithm: str = "svd",
    n_trials: str = "30",
    pruners: str = ",".join(registry.names("pruner")),
) -> None:
    dataset = load(name)
    found = {}
    compared = dict.fromkeys(("none", *pruners.split(",")))
    for seed in SEEDS:
        for pruner in compared:
            found[pruner, seed] = search(dataset, algorithm, int(n_trials), pruner, seed)
            value, n_folds = found[pruner, seed]
            print(f"seed {seed}  {pruner:<9}  rmse {value:.4f}  {n_folds:>4} folds", flush=True)
    print(f"\n{algorithm} on {dataset.name}, {n_trials} trials, seeds 0 to {len(SEEDS) - 1}\n")
    print(
        "| pruner | best RMSE | less none, with 95 % interval | by seed | folds saved | by seed |"
    )
    print("|---|---|---|---|---|---|")
    plain = np.array([found["none", seed] for seed in SEEDS])
    for pruner in compared:
        values, n_folds = np.array([found[pruner, seed] for seed in SEEDS]).T
        changes, saved = values - plain[:, 0], 1 - n_folds / plain[:, 1]
        within = scipy.stats.t.ppf(0.975, len(SEEDS) - 1) * scipy.stats.sem(changes)
        print(
            f"| `{pruner}` | {values.mean():.4f} | {changes.mean():+.4f} ± {within:.4f} | "
            f"{' '.join(f'{change:+.4f}' for change in changes)} | {saved.mean():.0%}, median "
            f"{np.median(saved):.0%} | {' '.join(f'{share:.0%}' for share in saved)} |"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
