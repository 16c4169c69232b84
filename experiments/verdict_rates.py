"""How often a verdict is wrong: false stars between equal algorithms, and intervals that miss.

    python experiments/verdict_rates.py [REPEATS]

A population of 60,000 users, who rate very unequally much (log-normal, a median of 12 ratings, one in
forty more than 100) and are predicted very unequally well. The errors of two algorithms on a rating share
a part; each has a part of its own, and a bias of its own for each user. nDCG is of drawn lists, most
without a hit.

For false stars the two are equal: whose errors are whose is drawn for each user, and a difference that
the test calls real at 5 % is false. For intervals the second errs by 30 % more with a tenth of the users,
and the 95 % interval has to hold the difference that there is in the whole population. Each comparison
draws users anew, with their ratings in two folds, computes recli's metrics, and asks recli's test; and,
beside it, the delta method: influences by the derivative (the infinitesimal jackknife), the same t.
"""

from __future__ import annotations

import sys

import numpy as np
import scipy.stats

from recli.evaluation.metrics.fcp import FCP
from recli.evaluation.metrics.mae import MAE
from recli.evaluation.metrics.rmse import RMSE
from recli.evaluation.predictions import Predictions
from recli.evaluation.significance import Influences, paired

N_POPULATION = 60_000
N_USERS = (71, 600, 6000)
N_FOLDS = 2
STEP = 1e-4  # of the derivative
GAINS = np.array([1.0, 0.63, 0.5, 0.43, 0.39])


class Population:
    """Users with the sums that each metric makes of their ratings, fold by fold.

    Attributes:
        sums: by metric and algorithm, float64[n_folds, n_users, n_sums]
        ndcg: by algorithm, float64[n_users]
    """

    def __init__(self, worse: float, rng: np.random.Generator) -> None:
        n = np.maximum(1, rng.lognormal(np.log(12), 1.1, N_POPULATION)).astype(int)
        user = np.repeat(np.arange(N_POPULATION), n)
        of_users = rng.normal(0, 0.4, N_POPULATION)[user]
        truth = np.clip(np.round(3.5 + of_users + rng.normal(0, 1, len(user))), 1, 5)
        fold = rng.integers(0, N_FOLDS, len(user))
        scale = rng.lognormal(-0.2, 0.35, N_POPULATION)
        hurt = rng.random(N_POPULATION) < 0.1
        common = rng.normal(0, 0.8, len(user))
        self.metrics = {"rmse": RMSE(), "mae": MAE(), "fcp": FCP()}
        self.sums: dict[str, list[np.ndarray]] = {name: [] for name in self.metrics}
        self.ndcg = []
        liked = rng.beta(0.5, 2, N_POPULATION)
        for algorithm in range(2):
            more = 1 + worse * algorithm * hurt
            bias = 0.3 * rng.normal(size=N_POPULATION) * rng.lognormal(0, 0.5, N_POPULATION)
            own = common + rng.normal(0, 0.6, len(user))
            estimate = truth + ((scale[user] * own + bias[user]) * more[user])
            for name, metric in self.metrics.items():
                self.sums[name].append(self._sums(metric, truth, estimate, user, fold))
            hit = rng.random(N_POPULATION) < liked * (1 - worse * algorithm * hurt)
            self.ndcg.append(hit * rng.choice(GAINS, N_POPULATION))

    @staticmethod
    def _sums(metric, truth, estimate, user, fold) -> np.ndarray:
        found = []
        for number in range(N_FOLDS):
            rows = fold == number
            predictions = Predictions(truth[rows], estimate[rows], user[rows])
            own = metric._sums(predictions)
            every = np.zeros((N_POPULATION, own.shape[1]))
            every[predictions.distinct] = own
            found.append(every)
        return np.stack(found)

    def difference(self, name: str) -> float:
        """The true one."""
        if name == "ndcg":
            return float(self.ndcg[0].mean() - self.ndcg[1].mean())
        of_sums = self.metrics[name]._of_sums
        first, second = (of_sums(sums.sum(axis=1)).mean() for sums in self.sums[name])
        return float(first - second)

    def drawn(self, name: str, users: np.ndarray, swapped: np.ndarray, infinitesimal: bool):
        """Influences on both algorithms' numbers, of drawn users; those `swapped` change their places."""
        if name == "ndcg":
            first, second = (values[users] for values in self.ndcg)
            pair = np.where(swapped, second, first), np.where(swapped, first, second)
            if not infinitesimal:
                return [Influences.of_mean(values) for values in pair]
            return [Influences(v.mean(), (v - v.mean()) / len(v)) for v in pair]
        first, second = (sums[:, users] for sums in self.sums[name])
        change = swapped[None, :, None]
        pair = np.where(change, second, first), np.where(change, first, second)
        return [self._of_sums(self.metrics[name], sums, infinitesimal) for sums in pair]

    @staticmethod
    def _of_sums(metric, sums: np.ndarray, infinitesimal: bool) -> Influences:
        folds = []
        for own in sums:
            total = own.sum(axis=0)
            value = float(metric._of_sums(total))
            if infinitesimal:
                change = (metric._of_sums(total + STEP * own) - value) / STEP
                folds.append(Influences(value, change))
            else:
                without = metric._of_sums(total - own)
                folds.append(Influences.of_fold(value, metric._of_sums(own), without))
        return Influences.over_folds(folds, [np.arange(sums.shape[1])] * len(folds), sums.shape[1])


def verdict(first: Influences, second: Influences, infinitesimal: bool) -> tuple[float, float]:
    """The difference, and how far from it the 95 % interval reaches."""
    if not infinitesimal:
        test = paired(first, second)
        return test.difference, test.difference - test.interval[0]
    change = first.of_users - second.of_users
    n = len(change)
    error = np.sqrt(n / (n - 1) * np.sum(change**2))
    return first.value - second.value, scipy.stats.t.ppf(0.975, n - 1) * error


def main(repeats: int) -> None:
    print("| metric | users | false stars | delta method | intervals that hold | delta method |")
    print("|---|---|---|---|---|---|")
    rng = np.random.default_rng(0)
    alike, other = Population(0.0, rng), Population(0.3, rng)
    for name in ("rmse", "mae", "fcp", "ndcg"):
        truth = other.difference(name)
        for n_users in N_USERS:
            stars, held = np.zeros(2, int), np.zeros(2, int)
            for _ in range(repeats):
                users = rng.integers(0, N_POPULATION, n_users)
                # Either algorithm's errors may as well be the other's: exactly equal ones.
                swapped = rng.random(n_users) < 0.5
                as_it_is = np.zeros(n_users, bool)
                for way in (0, 1):
                    difference, margin = verdict(
                        *alike.drawn(name, users, swapped, way == 1), way == 1
                    )
                    stars[way] += abs(difference) > margin
                    difference, margin = verdict(
                        *other.drawn(name, users, as_it_is, way == 1), way == 1
                    )
                    held[way] += abs(difference - truth) <= margin
            shares = [f"{100 * n / repeats:.1f} %" for n in (*stars, *held)]
            print(f"| {name} | {n_users:,} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
