"""Every finding, made to appear and made to go; and none too many in the normal case."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.splits._base import Fold, Split
from recli.data.splits.k_fold import KFold
from recli.data.splits.last_n import LastN
from recli.evaluation import metric_names
from recli.evaluation.external.entry import External, ExternalFiles
from recli.evaluation.lint import check_cutoffs, lint
from recli.evaluation.lint_checks import Finding
from recli.evaluation.lint_checks.no_baseline import BASELINES
from recli.evaluation.protocol import Protocol

MEASURES = metric_names.measures(["rmse", "ndcg"], [2])
BASE = "baseline-only"


@pytest.fixture(scope="module")
def movielens() -> Dataset:
    return load("movielens-small")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """100 users rate 8 of 10 items each, from 1 to 5; each begins with another item."""
    path = tmp_path_factory.mktemp("clean") / "clean.csv"
    rows = [
        f"u{user:02},i{item},{(user // 2 + item) % 5 + 1},{1_000_000_000 + 86_400 * day + user}\n"
        for user in range(100)
        for day in range(8)
        for item in [(3 * user + day) % 10]
    ]
    path.write_text("user,item,rating,time\n" + "".join(rows), encoding="utf-8")
    return load(str(path))


def changed(dataset: Dataset, **changes: object) -> Dataset:
    ratings = dataclasses.replace(dataset.ratings, **changes)
    return dataclasses.replace(dataset, ratings=ratings)


def by_item(dataset: Dataset, *items: int) -> list[Fold]:
    """One fold that tests on every third rating, and beside on all of these items."""
    tested = np.arange(len(dataset.ratings)) % 3 == 0
    return [Fold.where(tested | np.isin(dataset.ratings.items, items))]


def found(
    dataset: Dataset,
    folds: list[Fold] | None = None,
    split: Split | None = None,
    measures: tuple[metric_names.Measure, ...] = MEASURES,
    threshold: float = 4.0,
    line_up: tuple[str | Configured, ...] = ("svd", BASE),
) -> dict[str, str]:
    """Messages by code."""
    protocol = Protocol(split or LastN(2), measures, threshold, seed=0)
    entries = [Configured.of(e, to_fit=False) if isinstance(e, str) else e for e in line_up]
    findings = lint(dataset, folds or protocol.split.folds(dataset), protocol, entries)
    assert all(isinstance(finding, Finding) for finding in findings)
    messages = {finding.code: finding.message for finding in findings}
    assert len(messages) == len(findings), "each kind once"
    return messages


def without_times(dataset: Dataset) -> Dataset:
    return changed(dataset, times=None)


# The normal case.


def test_nothing_to_say(clean: Dataset) -> None:
    assert found(clean) == {}
    assert found(without_times(clean), split=KFold(3)) == {}


@pytest.mark.parametrize("text", ["k-fold", "k-fold:n_splits=10", "shuffle", "stratified"])
def test_movielens_by_default_has_only_the_future(movielens: Dataset, text: str) -> None:
    assert list(found(movielens, split=Split.parse(text))) == ["future"]
    assert found(without_times(movielens), split=Split.parse(text)) == {}


@pytest.mark.parametrize(
    ("text", "codes"),
    [("last-n", ["ties", "no-order"]), ("cold-users", []), ("last-n:n=5", ["ties"])],
)
def test_movielens_by_time_or_by_user(movielens: Dataset, text: str, codes: list[str]) -> None:
    assert list(found(movielens, split=Split.parse(text))) == codes


def test_ties_in_movielens(movielens: Dataset) -> None:
    """Counted user by user, in the second of whose test rating there is another one."""
    n_tied = 0
    ratings = movielens.ratings
    for user in range(len(ratings.user_ids)):
        times = np.sort(ratings.times[ratings.users == user]).tolist()
        n_tied += times[-1] == times[-2]
    message = found(movielens, split=LastN(1))["ties"]
    assert message.startswith(f"For {n_tied} of 671 ")


# Every kind.


def test_ties(clean: Dataset) -> None:
    """A tenth of a second apart is no tie; the same tenth is, of one user."""
    ratings = clean.ratings
    tenths = changed(clean, times=ratings.times * 10, time_unit="ms")
    assert found(tenths) == {}
    times = ratings.times.copy()
    times[7] = times[6] = times[5]  # of the first user, who gave the ratings 0 to 7
    message = found(changed(clean, times=times))["ties"]
    assert message.startswith("For 2 of 200 (1%) of the test ratings")
    assert "ties" not in found(changed(clean, times=times), split=LastN(3))
    assert "ties" not in found(changed(clean, times=times), split=Split.parse("timeline"))


def test_duplicates(clean: Dataset) -> None:
    ratings, fold = clean.ratings, LastN(2).folds(clean)[0]
    users, items = ratings.users.copy(), ratings.items.copy()
    for test, train in zip(fold.test[:3], fold.train[:3], strict=True):
        users[test], items[test] = users[train], items[train]
    repeated = changed(clean, users=users, items=items)
    message = found(repeated, [fold, fold])["duplicates"]
    assert message.startswith("6 test ratings, in 2 of 2 folds, are of a user and an item that")
    only_in_training = [Fold(np.concatenate([fold.train, fold.test[:3]]), fold.test[3:])]
    assert "duplicates" not in found(repeated, only_in_training)


def test_unknown_items(clean: Dataset) -> None:
    assert found(clean, by_item(clean)) == {}
    folds = by_item(clean, 7, 9)  # 160 of the 800 ratings, and a third of the others
    n_tests = len(folds[0].test)
    message = found(clean, folds)["unknown-items"]
    assert message.startswith(
        f"160 of {n_tests} ({160 / n_tests:.0%}) of the test ratings are of items"
    )
    assert "(2 items, summed over 1 fold)" in message and 'by="popularity"' in message


def test_unknown_users(clean: Dataset) -> None:
    tested = (clean.ratings.users < 6) | (np.arange(len(clean.ratings)) % 3 == 0)
    message = found(clean, [Fold.where(tested)] * 2)["unknown-users"]
    assert (
        message.startswith(f"96 of {2 * tested.sum()} ")
        and "(12 users, summed over 2 folds)" in message
    )
    assert "unknown-items" not in found(clean, [Fold.where(tested)])


def test_a_few_unknown_are_normal_and_all_are_meant(clean: Dataset) -> None:
    # One rating in ten is the bound: 9 and 10 of 90 and of 100 are of an item all their own.
    items = clean.ratings.items.copy()
    alone = changed(clean, items=np.where(np.arange(800) < 10, 9, np.minimum(items, 8)))
    train = np.arange(200, 800)
    assert "unknown-items" not in found(alone, [Fold(train, np.arange(1, 101))])
    assert "unknown-items" in found(alone, [Fold(train, np.arange(100))])
    assert "unknown-items" not in found(alone, [Fold(train, np.arange(10))]), "a test of cold items"


def test_the_future(clean: Dataset) -> None:
    # The last item of each user is in the training, and one before it in the test.
    first = np.flatnonzero(np.diff(clean.ratings.users, prepend=-1))
    folds = [Fold(np.setdiff1d(np.arange(800), first), first)]
    message = found(clean, folds, KFold(5))["future"]
    assert message.startswith(
        "For 100 of 100 (100%) of the test ratings the training holds a later"
    )
    assert "last-n, rolling, timeline" in message
    assert "future" not in found(clean, folds, LastN(1)), "a split by time answers for itself"
    assert "future" not in found(without_times(clean), folds, KFold(5))
    last = np.append(first[1:] - 1, 799)
    assert "future" not in found(clean, [Fold(np.setdiff1d(np.arange(800), last), last)], KFold(5))
    level = changed(clean, times=np.zeros(800, np.int64))
    assert "future" not in found(level, folds, KFold(5)), "of the same second, none is later"


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ((1.0, 5.0), False),
        ((0.0, 5.0), False),
        ((1.0, 6.0), False),
        ((1.0, 7.0), True),  # two of six
        ((-1.0, 5.0), True),
        ((1.0, 10.0), True),
    ],
)
def test_scale(clean: Dataset, scale: tuple[float, float], said: bool) -> None:
    messages = found(changed(clean, scale=scale))
    assert ("scale" in messages) == said
    if said:
        assert "the ratings lie between 1 and 5" in messages["scale"]
        assert "`scale=(1, 5)`" in messages["scale"]


def test_a_scale_of_one_rating_fits(clean: Dataset) -> None:
    assert "scale" not in found(changed(clean, values=np.ones(800), scale=(1.0, 1.0)))


def test_threshold(clean: Dataset) -> None:
    fold = LastN(2).folds(clean)[0]
    values = clean.ratings.values.copy()
    values[fold.test] = 5.0
    values[fold.test[:11]] = 1.0  # of 200
    assert "threshold" not in found(changed(clean, values=values), [fold])
    values[fold.test[0]] = 5.0
    message = found(changed(clean, values=values), [fold])["threshold"]
    assert message.startswith("190 of 200 (95%) of the test ratings are 4 or more")
    for names in (["rmse"], ["gini", "novelty"]):  # what is liked is not asked for
        measures = metric_names.measures(names, [10])
        assert "threshold" not in found(changed(clean, values=values), [fold], measures=measures)
    assert "threshold" in found(clean, threshold=1.0)


def test_ratings_all_alike_are_interactions(clean: Dataset) -> None:
    alike = changed(clean, values=np.full(800, 5.0))
    message = found(alike)["threshold"]
    assert message.startswith("All ratings are 5: they say what was rated")
    assert "`implicit=True`" in message


def test_interactions_have_no_scale_and_are_all_liked(clean: Dataset) -> None:
    counts = np.ones(800)
    counts[0] = 100.0
    clicks = changed(clean, values=counts, scale=(-100.0, 100.0), implicit=True)
    messages = found(clicks, threshold=1.0, line_up=("ease",))
    assert messages.keys() == {"no-baseline"}
    assert messages["no-baseline"].endswith('Add `algorithms="most-popular"`.')


def test_interactions_are_called_so(clean: Dataset) -> None:
    clicks = changed(clean, implicit=True)
    split = KFold(2)
    message = found(clicks, split.folds(clicks), split)["future"]
    assert "of the test interactions the training holds a later interaction" in message


SEQUENCES = ("sasrec", "gru4rec", BASE)
BY_ORDER = (
    Configured.of("markov-chain"),
    Configured.of("item-knn", {"last": 1}),
    Configured.of("most-popular", {"half_life": 7}),
)


def test_models_of_sequences_want_baselines_that_go_by_order(clean: Dataset) -> None:
    message = found(clean, line_up=SEQUENCES)["no-order"]
    assert message.startswith("gru4rec, sasrec: whether a model of sequences is worth its effort")
    assert message.endswith(
        'Add `algorithms="markov-chain"`, `algorithms="item-knn"` with `algorithm(…, last=1)`, '
        '`algorithms="most-popular"` with `algorithm(…, half_life=30)`.'
    )
    assert found(clean, line_up=(*SEQUENCES, *BY_ORDER)) == {}
    assert found(clean, line_up=BY_ORDER) == {}, "these alone are no models to be doubted"
    for left_out in BY_ORDER:
        others = (entry for entry in BY_ORDER if entry is not left_out)
        message = found(clean, line_up=(*SEQUENCES, *others))["no-order"]
        named = [name for name in ("markov-chain", "item-knn", "most-popular") if name in message]
        assert named == [left_out.name]
    by_all = (Configured.of("item-knn"), Configured.of("most-popular"))
    message = found(clean, line_up=(*SEQUENCES, BY_ORDER[0], *by_all))["no-order"]
    assert "item-knn" in message and "most-popular" in message, "these go by all, whenever it was"
    ratings = metric_names.measures(["rmse"], [])
    assert found(clean, line_up=SEQUENCES, measures=ratings) == {}


def test_where_the_next_item_is_tested_somebody_goes_by_order(clean: Dataset) -> None:
    message = found(clean, split=LastN(1))["no-order"]
    assert message.startswith("The test is what users took next") and "markov-chain" in message
    for entry in BY_ORDER[:2]:
        assert "no-order" not in found(clean, split=LastN(1), line_up=(BASE, entry))
    assert "no-order" in found(clean, split=LastN(1), line_up=(BASE, BY_ORDER[2]))
    mixed = Configured.of("hybrid", {"members": "markov-chain,most-popular"})
    assert "no-order" not in found(clean, split=LastN(1), line_up=("svd", mixed))
    assert found(clean, split=LastN(2)) == {}, "several are tested: in which order does not count"
    assert "no-order" not in found(clean, split=Split.parse("leave-one-out"))


def test_an_order_of_time_without_times(clean: Dataset) -> None:
    bare, split = without_times(clean), KFold(3)
    messages = found(bare, split=split, line_up=("sasrec", *BY_ORDER[:2], BASE))
    assert messages.keys() == {"no-times"}
    assert messages["no-times"].startswith("markov-chain, sasrec: goes by the order of time")
    assert "no-times" not in found(clean, line_up=("sasrec", BASE))


@pytest.mark.parametrize("name", BASELINES)
def test_baselines(clean: Dataset, name: str) -> None:
    assert name in registry.names("algorithm")
    assert found(clean, line_up=(name,)) == {}
    theirs = External("mine", files=ExternalFiles("mine"), digests={})
    message = found(clean, line_up=("svd", theirs))["no-baseline"]
    assert f'`algorithms="{name}"`' in message


def test_few_users(clean: Dataset) -> None:
    ratings = clean.ratings
    whole = LastN(2).folds(clean)[0]
    some = Fold(whole.train, whole.test[ratings.users[whole.test] < 49])
    message = found(clean, [whole, some, whole])["few-users"]
    assert message.startswith(
        "In 1 of 3 folds rmse, ndcg@2 rest on fewer than 50 users, in the smallest on 49:"
    )
    enough = Fold(whole.train, whole.test[ratings.users[whole.test] < 50])
    assert "few-users" not in found(clean, [enough], measures=metric_names.measures(["rmse"], []))


def test_few_users_with_a_liked_item(clean: Dataset) -> None:
    ratings, fold = clean.ratings, LastN(2).folds(clean)[0]
    values = np.where(ratings.users < 20, 5.0, 1.0)
    message = found(changed(clean, values=values), [fold])["few-users"]
    assert message.startswith(
        "In 1 of 1 fold ndcg@2 rests on fewer than 50 users with a liked item, in the smallest on 20:"
    )
    of_ratings = metric_names.measures(["rmse"], [])
    assert "few-users" not in found(changed(clean, values=values), [fold], measures=of_ratings)


def test_lists_that_hold_all_that_there_is(clean: Dataset) -> None:
    # 10 items, of which the training has 6 of each user: 4 are left.
    for k, said in ((3, False), (4, True), (10, True)):
        measures = metric_names.measures(["rmse", "recall"], [k])
        assert ("few-candidates" in found(clean, measures=measures)) == said
    message = found(clean, measures=metric_names.measures(["recall"], [10]))["few-candidates"]
    assert message.startswith("For 100 of 100 (100%) of the tested users a list of 10 places holds")
    assert "Half of the users have 4 items" in message
    shorter = metric_names.measures(["recall"], [2, 10])  # the shortest is one that tells
    assert "few-candidates" not in found(clean, measures=shorter)
    assert "few-candidates" not in found(clean, measures=metric_names.measures(["rmse"], []))


# Cut-offs.


def test_cutoffs() -> None:
    measures = metric_names.measures(["rmse", "ndcg", "auc"], [5, 10, 11])
    check_cutoffs(measures, 11)
    with pytest.raises(
        errors.UsageError, match=r"^ndcg@10, ndcg@11: the catalogue has only 9 items\."
    ):
        check_cutoffs(measures, 9)
