"""Random data, settings and seeds: each of Surprise's ten algorithms by recli and by Surprise itself.

python experiments/equal_to_surprise.py [SEEDS] [MOST] [ALGORITHM…]

For each algorithm SEEDS cases (200 unless given), each with 200 to MOST ratings (100,000 unless given).
A line for every case whose predictions differ by more than 1e-9 or that only one of the two can fit, then
a line for each algorithm: how many cases, the largest difference, and how many Surprise itself cannot
do, because it divides by zero or predicts NaN. `python experiments/equal_to_surprise.py 1 400 nmf@17`
repeats case 17 of `nmf` with as many ratings as it had where MOST is the same.
"""

from __future__ import annotations

import dataclasses
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import surprise

import recli
from recli import errors, params
from recli.algorithms import Configured, declared

THEIRS: Mapping[str, type[surprise.AlgoBase]] = {
    "baseline-only": surprise.BaselineOnly,
    "co-clustering": surprise.CoClustering,
    "knn-baseline": surprise.KNNBaseline,
    "knn-basic": surprise.KNNBasic,
    "knn-with-means": surprise.KNNWithMeans,
    "knn-with-zscore": surprise.KNNWithZScore,
    "nmf": surprise.NMF,
    "slope-one": surprise.SlopeOne,
    "svd": surprise.SVD,
    "svdpp": surprise.SVDpp,
}
EQUAL = 1e-9  # stars
_SEEDED = {"co-clustering", "nmf", "svd", "svdpp"}
_CUTTING = {"co-clustering", "slope-one"}  # hold ratings as whole numbers
_FEWEST, _MANY, _TESTED = 200, 20_000, 300  # ratings, ratings, pairs
_REPEATED = 0.2  # of the cases have pairs that are rated more than once

Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]
"""Ratings of what is how good, float64[n] around 0."""


def _steps(low: float, high: float, step: float) -> Draw:
    middle, width = (low + high) / 2, (high - low) / 4

    def draw(rng: np.random.Generator, quality: np.ndarray) -> np.ndarray:
        values = np.round((middle + width * quality) / step) * step
        return np.clip(np.round(values, 6), low, high)

    return draw


SCALES: Mapping[str, tuple[float, float, Draw]] = {
    "stars": (1, 5, _steps(1, 5, 1)),
    "half stars": (0.5, 5, _steps(0.5, 5, 0.5)),
    "tenths": (1, 10, _steps(1, 10, 0.1)),
    "percent": (0, 100, _steps(0, 100, 1)),
    "thumbs": (0, 1, _steps(0, 1, 1)),
    "two values": (1, 5, _steps(1, 5, 4)),
    "constant": (1, 5, lambda _, quality: np.full(len(quality), 3.0)),
    "negative": (-10, 10, _steps(-10, 10, 1)),
    "real": (-10, 10, lambda _, quality: np.clip(4 * quality, -10, 10)),
    "positive real": (0.5, 9.5, lambda rng, quality: rng.uniform(0.5, 9.5, len(quality))),
}
OTHERS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "nmf": {"reg_bu": (0.1,), "lr_bi": (0.02,), "init_low": (0.2,), "init_high": (0.5, 3.0)},
    "svd": {"lr_bu": (0.01,), "reg_qi": (0.0, 0.3), "init_mean": (0.1,), "init_std_dev": (0.4,)},
    "svdpp": {"lr_yj": (0.02,), "reg_yj": (0.1,), "init_mean": (0.05,), "init_std_dev": (0.3,)},
}
"""Parameters that are not tuned, and values for them."""


@dataclass(frozen=True)
class Case:
    """An algorithm, and what it is to learn and to predict.

    Attributes:
        name: The algorithm.
        seed: Of the case and of the algorithm.
        scale: A key of SCALES.
        params: What is not the default, by dotted name.
        rows: Columns user, item and rating, in the order in which they are learned.
        pairs: User and item ids to predict, some of them unknown.
    """

    name: str
    seed: int
    scale: str
    params: dict[str, Any]
    rows: pd.DataFrame
    pairs: list[tuple[str, str]]

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest rating."""
        low, high, _ = SCALES[self.scale]
        return low, high

    def __str__(self) -> str:
        n_users, n_items = self.rows.user.nunique(), self.rows.item.nunique()
        sizes = f"{len(self.rows)} × {self.scale} of {n_users} × {n_items}"
        return f"{self.name}@{self.seed} {sizes} {params.short(self.params)}"


@dataclass(frozen=True)
class Answer:
    """What one of the two made of a case.

    Attributes:
        estimates: float64[n_pairs], None where there are none.
        why: Why there are none; empty otherwise.
        warned: Whether recli says that the numbers depend on rounding.
    """

    estimates: np.ndarray | None
    why: str = ""
    warned: bool = False


def case(name: str, seed: int, most: int) -> Case:
    """A case drawn at random.

    Args:
        name: A key of THEIRS.
        seed: What is drawn depends on it, on the name, and on `most`.
        most: The largest number of ratings, 200 or more.
    """
    rng = np.random.default_rng([seed, list(THEIRS).index(name)])
    n = int(np.exp(rng.uniform(np.log(_FEWEST), np.log(most))))
    scale = str(rng.choice(list(SCALES)))
    rows = _rows(rng, n, scale)
    given = _settings(rng, name, n)
    users, items = rows.user.unique(), rows.item.unique()
    pairs = [*zip(rng.choice(users, _TESTED), rng.choice(items, _TESTED), strict=True)]
    unknown = [("nobody", items[0]), (users[0], "nothing"), ("nobody", "nothing")]
    return Case(name, seed, scale, given, rows, [*pairs, *unknown])


def _rows(rng: np.random.Generator, n: int, scale: str) -> pd.DataFrame:
    """Ratings, some of them of users who rate exactly as others do."""
    n_users = max(5, min(3000, int(n ** rng.uniform(0.3, 0.65))))
    n_items = max(5, min(3000, int(n / n_users * rng.uniform(1.2, 6))))
    drawn = rng.random((2, 3 * n)) ** rng.choice([1.0, 2.0])  # some are popular
    pairs = np.unique(np.column_stack([n_users * drawn[0], n_items * drawn[1]]).astype(int), axis=0)
    users, items = rng.permutation(pairs)[:n].T
    quality = rng.normal(0, 0.6, n_users)[users] + rng.normal(0, 0.8, n_items)[items]
    values = SCALES[scale][2](rng, quality + rng.normal(0, 0.7, len(users)))
    if rng.random() < 0.5:  # everyone again, under another name and in another order
        again = rng.permutation(np.flatnonzero(users < n_users // 3))
        users, items = np.append(users, users[again] + n_users), np.append(items, items[again])
        values = np.append(values, values[again])
    if rng.random() < _REPEATED:
        again = rng.integers(len(users), size=len(users) // 10)
        users, items = np.append(users, users[again]), np.append(items, items[again])
        values = np.append(values, rng.permutation(values[again]))
    if rng.random() < 0.5:
        order = rng.permutation(len(users))
        users, items, values = users[order], items[order], values[order]
    ids = {"user": [f"u{u}" for u in users], "item": [f"i{i}" for i in items]}
    return pd.DataFrame({**ids, "rating": values})


@dataclass(frozen=True)
class _Random:
    """Draws what a study would."""

    rng: np.random.Generator

    def suggest_int(self, name: str, low: int, high: int, **_: Any) -> int:
        return int(self.rng.integers(low, high + 1))

    def suggest_float(self, name: str, low: float, high: float, **_: Any) -> float:
        return float(self.rng.uniform(low, high))

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]


def _settings(rng: np.random.Generator, name: str, n: int) -> dict[str, Any]:
    """A third the defaults, else as in a study, less of what takes Surprise long."""
    if rng.random() < 1 / 3:
        given: dict[str, Any] = {}
    else:
        given = params.suggest(declared(name), _Random(rng))
        given = params.difference(declared(name), given)
        for parameter, values in OTHERS.get(name, {}).items():
            if rng.random() < 0.3:
                given[parameter] = values[rng.integers(len(values))]
    given.pop("cut_half_stars", None)
    if name in {"svd", "svdpp"}:
        given["n_epochs"] = int(rng.integers(1, 20 if n < _MANY else 4))
        given["n_factors"] = min(given.get("n_factors", 20), 20)
    if name == "nmf":
        given["n_epochs"] = int(rng.integers(1, 60 if n < _MANY else 10))
    by_name = {parameter.name: parameter for parameter in declared(name)}
    return {key: value for key, value in given.items() if _matters(by_name[key].when, given)}


def _matters(when: tuple[str, tuple[Any, ...]] | None, given: Mapping[str, Any]) -> bool:
    return when is None or given.get(when[0]) in when[1]


def by_surprise(asked: Case) -> Answer:
    """What Surprise's own class predicts.

    Args:
        asked: The case.
    """
    arguments = params.nested(asked.params)
    if asked.name in _SEEDED:
        arguments["random_state"] = asked.seed
    elif asked.name != "slope-one":
        arguments["verbose"] = False
        # Surprise's default is one dictionary for all instances, which they change.
        if asked.name.startswith("knn"):
            arguments.setdefault("sim_options", {})
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            algorithm = THEIRS[asked.name](**arguments).fit(trainset(asked))
            found = np.array([algorithm.predict(*pair, clip=False).est for pair in asked.pairs])
        except (ZeroDivisionError, ValueError) as error:
            return Answer(None, f"{type(error).__name__}: {error}")
    # Clipped, NaN would be the highest rating.
    learned = [getattr(algorithm, key, None) for key in ("pu", "qi", "bu", "bi", "yj", "sim")]
    if not all(np.isfinite(state).all() for state in [found, *learned] if state is not None):
        return Answer(None, "not finite")
    return Answer(np.clip(found, *asked.limits))


def by_recli(asked: Case) -> Answer:
    """What recli's class predicts, from its own trainset where no pair is repeated.

    Args:
        asked: The case.
    """
    given = {**asked.params, **({"cut_half_stars": True} if asked.name in _CUTTING else {})}
    repeated = asked.rows.duplicated(["user", "item"]).any()
    data = trainset(asked) if repeated else recli.load(asked.rows, scale=asked.limits).trainset()
    algorithm: Any = Configured.of(asked.name, given).create(asked.seed)
    try:
        algorithm.fit(data)
    except errors.DivergedError as error:
        return Answer(None, str(error))
    estimates = algorithm.predict_pairs(*_inner(data, asked.pairs))
    return Answer(estimates, warned=not getattr(algorithm, "stays_positive", True))


def trainset(asked: Case) -> surprise.Trainset:
    """All rows, as Surprise loads them.

    Args:
        asked: The case.
    """
    reader = surprise.Reader(rating_scale=asked.limits)
    return surprise.Dataset.load_from_df(asked.rows, reader).build_full_trainset()


def _inner(data: surprise.Trainset, pairs: list[tuple[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """int32[n_pairs] each, -1 for the unknown."""
    users = {data.to_raw_uid(u): u for u in data.all_users()}
    items = {data.to_raw_iid(i): i for i in data.all_items()}
    inner = [(users.get(user, -1), items.get(item, -1)) for user, item in pairs]
    return tuple(np.array(inner, np.int32).T)  # type: ignore[return-value]


def of_itself(asked: Case) -> float:
    """How far Surprise's predictions are from its own for ratings that differ by 1e-15.

    Args:
        asked: The case.
    """
    signs = np.random.default_rng(0).choice([-1, 1], len(asked.rows))
    moved = asked.rows.assign(rating=asked.rows.rating * (1 + 1e-15 * signs))
    one, other = by_surprise(asked), by_surprise(dataclasses.replace(asked, rows=moved))
    if one.estimates is None or other.estimates is None:
        return np.inf
    return float(np.abs(one.estimates - other.estimates).max())


def main(seeds: str = "200", most: str = "100000", *names: str) -> None:
    for chosen in names or THEIRS:
        name, _, only = chosen.partition("@")
        largest, n_impossible, n_warned = 0.0, 0, 0
        for seed in [int(only)] if only else range(int(seeds)):
            asked = case(name, seed, int(most))
            theirs, ours = by_surprise(asked), by_recli(asked)
            n_warned += ours.warned
            if theirs.estimates is None:
                n_impossible += 1
                say(asked, f"Surprise: {theirs.why}; recli: {ours.why or 'predicts'}")
            elif ours.estimates is None:
                say(asked, f"recli alone: {ours.why}")
            else:
                apart = float(np.abs(ours.estimates - theirs.estimates).max())
                if ours.warned:
                    say(asked, f"{apart:.1e}, as warned; Surprise of itself {of_itself(asked):.1e}")
                else:
                    largest = max(largest, apart)
                    if apart > EQUAL or only:
                        say(asked, f"{apart:.1e}")
        counts = f"Surprise cannot {n_impossible}, warned of {n_warned}"
        print(f"{name:16} largest difference {largest:.1e}, {counts}", flush=True)


def say(asked: Case, what: str) -> None:
    print(f"{asked}\n    {what}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
