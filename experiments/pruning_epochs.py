"""What ending a first fold within its epochs saves, and which settings it costs.

    python experiments/pruning_epochs.py [DATASET] [ALGORITHM] [TRIALS] [SEEDS] [METRIC] [LEAST]

Searches are made with the race of folds alone, so that all is known of each trial that had its first fold
measured; of the items those with LEAST ratings are taken. Then they are gone through again: would the
epochs of the trial, by what the trials before it have come to, have ended its first fold? That is right
where the race of folds stopped the trial after it, and costs something where that let it go on. Searches
are kept under results/studies: begun again, it goes on where it was. Batches are of 1,024 examples, to
be done sooner.
"""

from __future__ import annotations

import sys
from pathlib import Path

import optuna

from recli import errors
from recli.data.filters import filtered
from recli.data.load import load
from recli.data.splits.k_fold import KFold
from recli.epochs import Epoch
from recli.evaluation.goals import goals
from recli.evaluation.protocol import Protocol
from recli.experiments.resources import Resources
from recli.experiments.tuning import storage
from recli.experiments.tuning.foresight import Foresight
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.pruners.racing import RacingPruner
from recli.experiments.tuning.racing import Racing
from recli.experiments.tuning.search import Budget, Method
from recli.experiments.tuning.study import TuningRun
from recli.records.stored_trial import FOLDS, LOSSES

N_FOLDS = 3


class FoldsAlone(RacingPruner):
    """The race of the folds, which lets every first fold come to its end."""

    def first_fold_limit(self, study: optuna.Study, n_folds: int) -> None:
        return None


def search(dataset, algorithm: str, n_trials: int, seed: int, metric: str) -> optuna.Study:
    """The study as Optuna has it."""
    aims = goals([metric])
    method = Method(pruner="pruning_epochs:FoldsAlone", seed=seed)
    fixed = {"batch_size": "1024"}
    plan = Plan((algorithm,), aims, method, fixed=fixed, holdout=0)
    protocol = Protocol(
        KFold(N_FOLDS, seed), plan.measures, dataset.ratings.default_threshold, seed
    )
    name = f"pruning-epochs-{dataset.name}-{algorithm}-{metric}-{seed}"
    run = TuningRun(Path("results"), ("pruning_epochs.py",), dataset, plan, protocol, name=name)
    run.run(Budget(n_trials), Resources(1))
    return optuna.load_study(study_name=f"{name}/{algorithm}", storage=storage.opened(run.url))


def again(study: optuna.Study) -> None:
    """Go through the trials in their order, and print what would have been ended."""
    trials = [trial for trial in study.trials if trial.user_attrs.get(LOSSES)]
    so_far = optuna.create_study(direction=study.direction.name.lower())
    known: list[tuple[list[float], float]] = []
    n_ended = n_wrong = n_epochs = n_saved = 0
    costs_best = False
    for trial in trials:
        losses, folds = trial.user_attrs[LOSSES], trial.user_attrs[FOLDS]
        limit = Racing(N_FOLDS).first_fold_limit(so_far)
        ended = None
        if limit is not None:
            greater = study.direction.name == "MAXIMIZE"
            foresight = Foresight(*zip(*known, strict=True), limit, greater)
            ended = _ended(foresight, losses)
        n_epochs += len(losses)
        if ended is None:
            known.append((losses, folds[0][0]))
            so_far.add_trial(trial)
            continue
        went_on = len(folds) > 1
        n_ended, n_wrong = n_ended + 1, n_wrong + went_on
        n_saved += len(losses) - ended
        costs_best |= trial.number == study.best_trial.number
    print(
        f"  {len(trials)} trials, first folds of {n_epochs} epochs; ended {n_ended}, which saves "
        f"{n_saved} epochs ({n_saved / n_epochs:.0%}); the race would have let go on {n_wrong}"
        f"{', the best among them' if costs_best else ''}",
        flush=True,
    )


def _ended(foresight: Foresight, losses: list[float]) -> int | None:
    for number, loss in enumerate(losses, start=1):
        try:
            foresight(Epoch("", number, len(losses), 0.0, loss))
        except errors.StoppedFitError:
            return number
    return None


def main(
    name: str = "movielens-small",
    algorithm: str = "embedding-dot",
    n_trials: str = "16",
    n_seeds: str = "2",
    metric: str = "rmse",
    least: str = "150",
) -> None:
    dataset = filtered(load(name), 0, int(least))
    print(f"{algorithm} on {dataset.name}, {dataset.extent}, {metric}, {N_FOLDS} folds")
    for seed in range(int(n_seeds)):
        study = search(dataset, algorithm, int(n_trials), seed, metric)
        print(f"seed {seed}: best {study.best_value:.4f}")
        again(study)


if __name__ == "__main__":
    main(*sys.argv[1:])
