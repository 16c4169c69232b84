"""What makes the numbers of a protocol say less than they seem to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings
from recli.data.splits._base import Fold, Split
from recli.evaluation.metric_names import Measure

BASELINES = ("baseline-only", "normal-predictor", "most-popular", "damped-mean")
# Below these shares nothing is said, because the metrics hardly change. In any sparse table of
# ratings some items have but one, and a random fold tests a few percent of all ratings on them.
_LEAKED = 0.01
_UNKNOWN = 0.1
_LIKED = 0.95
_UNUSED = 0.25  # of the scale, at one end
# Comparisons are known to be stable with 50 topics in a test and not with 25: Buckley and Voorhees,
# Evaluating evaluation measure stability, SIGIR 2000.
_ENOUGH_USERS = 50


@dataclass(frozen=True)
class Finding:
    """A reason to doubt: its kind, and what it is, how much of it there is, and what to do."""

    code: str
    message: str


@dataclass(frozen=True, eq=False)
class _Checked:
    dataset: Dataset
    folds: Sequence[Fold]
    split: Split
    measures: Sequence[Measure]
    threshold: float
    line_up: Sequence[str]

    @property
    def ratings(self) -> Ratings:
        return self.dataset.ratings

    @property
    def n_tests(self) -> int:
        """Test ratings of all folds together."""
        return sum(len(fold.test) for fold in self.folds)

    @property
    def ranks(self) -> list[Measure]:
        """The measures that ask for liked items."""
        every = [measure for measure in self.measures if measure.metric.needs == "rankings"]
        return [measure for measure in every if measure.metric.uses_test]


def lint(
    dataset: Dataset,
    folds: Sequence[Fold],
    split: Split,
    measures: Sequence[Measure],
    threshold: float,
    line_up: Sequence[str],
) -> tuple[Finding, ...]:
    """What to mend or to keep in mind before the numbers of a protocol are believed.

    folds: what `split` makes of the dataset
    threshold: the rating from which an item counts as liked
    line_up: names of the algorithms

    Each kind at most once, with its counts over all folds:

    - `duplicates`: test ratings whose pair of user and item is in the training too.
    - `unknown-users`, `unknown-items`: 10 % or more of the test ratings are of users, or items, that
      have no training rating. Where all are, the split is meant so, and nothing is said.
    - `future`: the ratings have times, the split does not go by them, and for 1 % or more of the test
      ratings the training holds a later one of the same user.
    - `ties`: the split goes by time, and for some test ratings the training holds one of the same user
      and the same time.
    - `scale`: the ratings leave a quarter of the scale or more unused at one of its ends.
    - `threshold`: 95 % or more of the test ratings count as liked, or all are alike, and a measure asks
      for liked items.
    - `no-baseline`: nothing in the line-up shows what little effort reaches.
    - `few-users`: a fold measures fewer than 50 users; for measures of liked items, users with one.

    >>> from recli.data.load import load
    >>> from recli.data.splits.k_fold import KFold
    >>> dataset, split = load("movielens-small"), KFold(5)
    >>> found = lint(dataset, split.folds(dataset), split, [Measure.parse("ndcg")], 4.0, ["svd"])
    >>> [finding.code for finding in found]
    ['future', 'no-baseline']
    """
    checked = _Checked(dataset, folds, split, measures, threshold, line_up)
    return tuple(
        Finding(code, message) for code, check in _CHECKS.items() for message in check(checked)
    )


def check_cutoffs(measures: Sequence[Measure], n_catalogue: int) -> None:
    """Raises UsageError for a measure of more first places than the catalogue has items.

    >>> check_cutoffs([Measure.parse("ndcg@20")], 12)
    Traceback (most recent call last):
    recli.errors.UsageError: ndcg@20: the catalogue has only 12 items. Take a cut-off of 12 or less.
    """
    wrong = [str(measure) for measure in measures if (measure.k or 0) > n_catalogue]
    if wrong:
        raise errors.UsageError(
            f"{', '.join(wrong)}: the catalogue has only {n_catalogue:,} items. "
            f"Take a cut-off of {n_catalogue} or less."
        )


def _duplicates(checked: _Checked) -> Iterator[str]:
    ratings = checked.ratings
    pairs = ratings.pairs
    repeated = pd.Series(pairs).duplicated(keep=False).to_numpy()
    counts = []
    for fold in checked.folds:
        train, test = (pairs[rows[repeated[rows]]] for rows in (fold.train, fold.test))
        counts.append(int(np.isin(test, train).sum()))
    if any(counts):
        yield (
            f"{sum(counts):,} test ratings, in {np.count_nonzero(counts)} of {len(counts)} folds, are "
            "of a user and an item that the training has a rating of: the answer was learned. Merge "
            "them with '--duplicates last', for instance."
        )


def _unknown_users(checked: _Checked) -> Iterator[str]:
    yield from _unknown(checked, checked.ratings.users, "users", "activity")


def _unknown_items(checked: _Checked) -> Iterator[str]:
    yield from _unknown(checked, checked.ratings.items, "items", "popularity")


def _unknown(checked: _Checked, codes: np.ndarray, what: str, by: str) -> Iterator[str]:
    n_codes, n_ratings, noun = 0, 0, checked.ratings.noun
    for fold in checked.folds:
        known = np.bincount(codes[fold.train], minlength=int(codes.max()) + 1) > 0
        unknown = codes[fold.test][~known[codes[fold.test]]]
        n_codes += len(np.unique(unknown))
        n_ratings += len(unknown)
    if _UNKNOWN * checked.n_tests <= n_ratings < checked.n_tests:
        yield (
            f"{_share(n_ratings, checked.n_tests)} of the test {noun}s are of {what} without a training "
            f"{noun} ({n_codes:,} {what}, summed over {_folds(checked)}): they measure what an algorithm "
            f"does without knowing them. See the others apart with '--by {by}'."
        )


def _future(checked: _Checked) -> Iterator[str]:
    times, users, noun = checked.ratings.times, checked.ratings.users, checked.ratings.noun
    if times is None or checked.split.uses_time:
        return
    n_leaked = 0
    for fold in checked.folds:
        latest = np.full(len(checked.ratings.user_ids), np.iinfo(np.int64).min)
        np.maximum.at(latest, users[fold.train], times[fold.train])
        n_leaked += int(np.count_nonzero(latest[users[fold.test]] > times[fold.test]))
    if n_leaked >= _LEAKED * checked.n_tests:
        splits = registry.names("split")
        by_time = [name for name in splits if registry.get("split", name).uses_time]
        yield (
            f"For {_share(n_leaked, checked.n_tests)} of the test {noun}s the training holds a later "
            f"{noun} of the same user: the future is known, which in service it is not. Split by time "
            f"to see what is left: {', '.join(by_time)}."
        )


def _ties(checked: _Checked) -> Iterator[str]:
    times, users = checked.ratings.times, checked.ratings.users
    if times is None or not checked.split.uses_time:
        return
    moments = pd.factorize(times)[0]
    of_user = users.astype(np.int64) * (int(moments.max()) + 1) + moments
    counts = [np.isin(of_user[fold.test], of_user[fold.train]) for fold in checked.folds]
    n_tied = sum(map(np.count_nonzero, counts))
    if n_tied:
        yield (
            f"For {_share(n_tied, checked.n_tests)} of the test ratings the training holds one of the "
            "same user and the same time: which of them came last is taken from the order of the file. "
            "Splits at one moment for all, 'timeline' and 'rolling', never part them."
        )


def _scale(checked: _Checked) -> Iterator[str]:
    if checked.ratings.implicit:
        return
    (low, high), values = checked.ratings.scale, checked.ratings.values
    lowest, highest = float(values.min()), float(values.max())
    if max(lowest - low, high - highest) >= _UNUSED * (high - low) > 0:
        yield (
            f"The scale is {low:g} to {high:g}, and the ratings lie between {lowest:g} and {highest:g}: "
            "predictions are clipped to the scale, and what counts as liked goes by it. If it is not "
            f"right, say '--scale {lowest:g}:{highest:g}'."
        )


def _threshold(checked: _Checked) -> Iterator[str]:
    if checked.ratings.implicit:
        return  # all are liked, as they should be
    (lowest, highest) = checked.ratings.values.min(), checked.ratings.values.max()
    if checked.ranks and lowest == highest:
        yield (
            f"All ratings are {highest:g}: they say what was rated, and nothing of how. Such rows are "
            "interactions: say '--implicit'."
        )
        return
    liked = checked.ratings.values >= checked.threshold
    n_liked = sum(int(np.count_nonzero(liked[fold.test])) for fold in checked.folds)
    if checked.ranks and n_liked >= _LIKED * checked.n_tests:
        yield (
            f"{_share(n_liked, checked.n_tests)} of the test ratings are {checked.threshold:g} or more "
            "and count as liked: to find what is liked is to find what is rated. Choose a higher "
            "'--threshold'."
        )


def _no_baseline(checked: _Checked) -> Iterator[str]:
    if not set(BASELINES) & set(checked.line_up):
        of_lists = [name for name in BASELINES if _scores_only(name)]
        baselines = of_lists if checked.ratings.implicit else BASELINES
        names = " or ".join(f"'-a {name}'" for name in baselines)
        yield f"The line-up has no baseline, so that nothing says what is little. Add {names}."


def _scores_only(name: str) -> bool:
    """Whether an algorithm makes lists without predicting ratings."""
    return bool(registry.get("algorithm", name).predicts == "scores")


def _few_users(checked: _Checked) -> Iterator[str]:
    ratings, advice = (
        checked.ratings,
        "Test on more users, and read differences with their intervals.",
    )
    tested, liking = [], []
    for fold in checked.folds:
        users, liked = ratings.users[fold.test], ratings.values[fold.test] >= checked.threshold
        tested.append(len(np.unique(users)))
        liking.append(len(np.unique(users[liked])))
    for counts, measures, who in (
        (tested, checked.measures, "users"),
        (liking, checked.ranks, "users with a liked item"),
    ):
        few = [n for n in counts if n < _ENOUGH_USERS]
        if few and measures:
            yield (
                f"In {len(few)} of {_folds(checked)} {_listed(measures)} rest on fewer than "
                f"{_ENOUGH_USERS} {who}, in the smallest on {min(few)}: chance decides much. {advice}"
            )
            return


def _listed(measures: Sequence[Measure]) -> str:
    more = f" and {len(measures) - 3} more metrics" if len(measures) > 3 else ""
    return ", ".join(map(str, measures[:3])) + more


def _folds(checked: _Checked) -> str:
    return "1 fold" if len(checked.folds) == 1 else f"{len(checked.folds)} folds"


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})"


_CHECKS: dict[str, Callable[[_Checked], Iterator[str]]] = {
    "duplicates": _duplicates,
    "unknown-users": _unknown_users,
    "unknown-items": _unknown_items,
    "future": _future,
    "ties": _ties,
    "scale": _scale,
    "threshold": _threshold,
    "no-baseline": _no_baseline,
    "few-users": _few_users,
}
