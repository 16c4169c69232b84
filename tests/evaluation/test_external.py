"""Files of other programs: what is measured of them, and what is wrong with them."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.by_hand import dataset_of
from recli.evaluation.external.entry import ExternalFiles
from recli.evaluation.fold import measure
from recli.evaluation.metric_names import Measure

# (user, item, rating): 3 users, 6 items; the first five train, of a mean of 3.
RATED = [
    *[(0, 0, 5), (0, 1, 1), (1, 0, 4), (1, 2, 2), (2, 3, 3)],
    *[(0, 2, 4), (0, 3, 2), (1, 3, 5), (1, 4, 4), (2, 0, 1), (2, 5, 3)],
]
DATA = dataset_of(RATED, 3, 6)
FOLDS = [Fold(np.arange(5), np.arange(5, 11))]
TWO = [FOLDS[0], Fold(np.arange(5, 11), np.arange(5))]
PREDICTED = """\
user,item,prediction
2,5,3.5
0,2,4.5
0,3,1
1,3,6
1,4,
2,0,0.5
"""
LISTS = """\
user,item,rank
0,3,2
0,2,1
0,5,3
1,5,1
1,4,2
1,1,3
2,0,1
2,1,2
2,2,3
"""
TEXTS = ("rmse", "mae", "prediction-coverage", "ndcg@3", "recall@3", "mrr@3", "auc", "r-precision")
MEASURES = [Measure.parse(text) for text in TEXTS]


def read(predictions=None, lists=None, folds=FOLDS, data=DATA, measures=MEASURES, seen=True):
    """The entry by these texts, written to files."""
    files = {}
    for kind, text in (("predictions", predictions), ("lists", lists)):
        if text is not None:
            Path(f"{kind}.csv").write_text(text, encoding="utf-8")
            files[kind] = f"{kind}.csv"
    return ExternalFiles("other", **files, exclude_seen=seen).read(data, folds, measures)


def scores(*arguments, by=(), **more):
    entry = read(*arguments, **more)
    statistics = TrainingStatistics(DATA, FOLDS[0].train, 4.0)
    return measure(entry.outcome(statistics, 0), statistics, FOLDS[0].test, MEASURES, by)


def refused(kind, text, match, error=errors.DataError, folds=FOLDS, **more):
    with pytest.raises(error, match=match) as told:
        read(**{kind: text}, folds=folds, **more)
    return str(told.value)


def test_predictions_by_hand():
    found = scores(PREDICTED)
    # Of 4, 2, 5, 4, 1 and 3; user 1 has no prediction for item 4, and 3 is the training's mean.
    wrong = [0.5, -1, 1, -1, -0.5, 0.5]
    assert found.metrics["mae"] == pytest.approx(np.mean(np.abs(wrong)), abs=1e-12)
    assert found.metrics["rmse"] == pytest.approx(math.sqrt(np.mean(np.square(wrong))), abs=1e-12)
    assert found.metrics["prediction-coverage"] == pytest.approx(5 / 6)
    assert found.per_user["mae"].tolist() == [0.75, 1.0, 0.5]
    assert np.isnan(found.metrics["ndcg@3"])
    assert np.isnan(found.per_user["ndcg@3"]).all()
    assert np.isnan([found.fit_seconds, found.test_seconds, found.rank_seconds]).all()


def test_predictions_are_taken_as_they_are_and_told():
    notes = read(PREDICTED + "0,5,3\n1,0,3\n").notes
    assert notes == (
        "other: 2 predictions of pairs that are not tested: left out.",
        "other: 1 test rating without a prediction: the mean of the training ratings stands for it.",
        "other: 2 predictions off the scale 1 to 5: taken as they are, while those of recli are clipped.",
    )


def test_lists_by_hand():
    found = scores(lists=LISTS)
    # Liked in the test: item 2 by user 0, who has 2, 3, 5; 3 and 4 by user 1, who has 5, 4, 1; none
    # by user 2.
    at_2 = 1 / math.log2(3)
    expected = {"ndcg@3": (1 + at_2 / (1 + at_2)) / 2, "recall@3": 0.75, "mrr@3": 0.75}
    assert {name: found.metrics[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    assert np.isnan(found.metrics["rmse"])
    # User 0 has 4 candidates, 1 has 4: neither list has all. R is 1 and 2, which they reach.
    assert np.isnan(found.per_user["auc"]).all()
    assert found.per_user["r-precision"][:2].tolist() == [1.0, 0.5]
    assert found.exposure


def test_a_whole_ranking_has_an_auc_with_ties_shared():
    # Candidates of user 1: 1, 3, 4 and 5; liked 3 and 4. 3 is tied with 1, and beats 5: 1.5 of 2.
    # 4 is the last: 0 of 2.
    whole = "user,item,score\n0,2,1\n1,1,2\n1,3,2\n1,4,0.5\n1,5,1\n2,0,1\n"
    found = scores(lists=whole)
    assert found.per_user["auc"][1] == 1.5 / 4
    assert np.isnan(found.per_user["auc"][0])
    # 1 and 3 have the first two places, whichever is drawn to go first, and one of them is liked.
    assert found.per_user["r-precision"].tolist()[:2] == [1.0, 0.5]


def test_rank_goes_before_score_and_only_its_order_counts():
    by_rank = scores(lists=LISTS).metrics["ndcg@3"]
    upside_down = [f"{line},{n}" for n, line in enumerate(LISTS.splitlines()[1:])]
    from_zero = LISTS.replace(",1\n", ",0\n")
    for text in ("\n".join(["user,item,rank,score", *upside_down]), from_zero):
        assert text != LISTS
        assert scores(lists=text).metrics["ndcg@3"] == by_rank


def test_both_files_make_one_entry():
    found = scores(PREDICTED, LISTS)
    assert found.metrics["mae"] == scores(PREDICTED).metrics["mae"]
    assert found.metrics["ndcg@3"] == scores(lists=LISTS).metrics["ndcg@3"]


@pytest.mark.parametrize(
    ("files", "there", "absent"),
    [({"predictions": PREDICTED}, "mae", "ndcg@3"), ({"lists": LISTS}, "recall@3", "mae")],
)
def test_groups_have_metrics_of_what_there_is(files, there, absent):
    groups = scores(**files, by=["popularity", "activity"]).groups
    assert {group.by for group in groups} == {"popularity", "activity"}
    assert not all(math.isnan(group.metrics[there]) for group in groups)
    assert all(math.isnan(group.metrics[absent]) for group in groups)


def test_lists_that_lack_something_are_told():
    text = "user,item,rank\n0,2,1\n1,5,1\n1,4,2\n1,1,3\n"
    entry = read(lists=text + "2,0,1\n", folds=[Fold(np.arange(5), np.array([5, 6, 7, 8]))])
    assert entry.notes == (
        "other: 1 row of users who are not in that fold's test: left out.",
        "other: 1 of 2 lists shorter than 3 places: what they lack counts as no hit.",
        "other: 2 lists without all candidates: no auc and no r-precision for users whose list ends "
        "before it is known.",
    )
    empty = scores(lists=text)
    assert read(lists=text).notes[0] == (
        "other: 1 of 3 users of the tests without a list: it counts as an empty one."
    )
    assert empty.per_user["recall@3"].tolist()[:2] == [1.0, 0.5]


def test_an_empty_list_of_a_user_who_likes_something_is_a_miss():
    found = scores(lists="user,item,rank\n0,2,1\n")
    assert found.per_user["recall@3"].tolist()[:2] == [1.0, 0.0]
    assert found.metrics["recall@3"] == 0.5


def test_folds_and_other_names_of_columns():
    rows = PREDICTED.replace("user,item,prediction", "uid,iid,est,Fold,details")
    first = "\n".join(f"{line},1,x" for line in rows.splitlines()[1:])
    second = "\n".join(f"{u},{i},3,2,x" for u, i, _ in RATED[:5])
    text = f"uid,iid,est,Fold,details\n{second}\n{first}\n"
    entry = read(text, folds=TWO)
    assert entry.predictions[1].tolist() == [3.0] * 5
    np.testing.assert_array_equal(entry.predictions[0], [4.5, 1, 6, np.nan, 0.5, 3.5])


def test_parquet_with_numbers_for_ids():
    frame = pd.DataFrame(
        {
            "user": [0, 0, 1, 1, 2, 2],
            "item": [2, 3, 3, 4, 0, 5],
            "prediction": [4, 2, 5, 4, 1, np.nan],
        }
    )
    frame.astype({"user": float}).to_parquet("theirs.parquet")
    entry = ExternalFiles("other", predictions="theirs.parquet").read(DATA, FOLDS, MEASURES)
    np.testing.assert_array_equal(entry.predictions[0], [4, 2, 5, 4, 1, np.nan])


def test_missing_pairs():
    said = refused(
        "predictions", PREDICTED.replace("0,3,1\n", "").replace("2,5,3.5\n", ""), "2 of the 6"
    )
    assert said.startswith(
        "predictions.csv: 2 of the 6 pairs of user and item in the test of fold 1"
    )
    assert "\n  user 0, item 3\n  user 2, item 5\n" in said
    assert "leave the prediction empty" in said
    assert "recli export folds" in said


@pytest.mark.parametrize(
    ("kind", "text", "match"),
    [
        (
            "predictions",
            PREDICTED + "0,2,1\n",
            r"1 of 7 rows repeat a pair.*\n  line 8: user 0, item 2\n",
        ),
        ("lists", LISTS + "0,2,4\n", r"1 of 10 rows have an item.*\n  line 11: user 0, item 2\n"),
        (
            "lists",
            LISTS + "0,4,3\n",
            r"1 of 10 rows have the rank of another.*\n  line 11: user 0, item 4",
        ),
        (
            "lists",
            LISTS + "0,0,4\n",
            r"1 of 10 rows recommend.*:\n  line 11: user 0, item 0\n.*seen'",
        ),
        (
            "lists",
            LISTS + "0,99,4\n",
            r"1 item that by hand does not.*\n  line 11: item 99, nearest 5",
        ),
        (
            "predictions",
            PREDICTED + "9,2,1\n",
            r"1 user that by hand.*\n  line 8: user 9, nearest 2",
        ),
        (
            "predictions",
            PREDICTED.replace("4.5", "good"),
            "line 3, column prediction: 'good' is not",
        ),
        ("predictions", PREDICTED.replace("4.5", "inf"), "line 3, column prediction: 'inf' is not"),
        ("lists", LISTS.replace("0,2,1", "0,2,"), "line 3, column rank: '' is not a finite"),
        ("lists", PREDICTED, "no column for rank or score"),
        ("predictions", LISTS, "no column for prediction. It has user, item, rank"),
        ("predictions", "0,2,3\n0,3,1\n", "no column for user and item and prediction"),
        (
            "predictions",
            "user,user_id,item,prediction\n0,0,2,3\n",
            "which column is the user: user or",
        ),
        ("predictions", "user,item,prediction\n", "(has no row|only the header|no row)"),
        ("predictions", "", "empty"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(kind, text, match):
    refused(kind, text, f"(?s){match}")


def test_what_is_wrong_with_folds():
    rows = PREDICTED.splitlines()[1:]
    refused("predictions", PREDICTED, r"no column for fold.*There are 2 folds", folds=TWO)
    zero = "\n".join(["user,item,prediction,fold", *(f"{row},0" for row in rows)])
    refused("predictions", zero, "line 2, column fold: there is no fold 0; there are 2", folds=TWO)
    refused("predictions", zero, "there is no fold 0; there is one, called 1")
    one = zero.replace(",0\n", ",1\n")[:-1] + "1"
    refused("predictions", one, "has no row of fold 2; there are 2", folds=TWO)


def test_ratings_beside_predictions_are_checked():
    truth = {(str(u), str(i)): r for u, i, r in RATED[5:]}
    rows = [line.split(",") for line in PREDICTED.splitlines()[1:]]
    beside = [f"{u},{i},{p},{truth[u, i]}" for u, i, p in rows]
    text = "\n".join(["user,item,prediction,r_ui", *beside]) + "\n"
    np.testing.assert_array_equal(read(text).predictions[0], read(PREDICTED).predictions[0])
    said = refused(
        "predictions", text.replace("0,2,4.5,4", "0,2,4.5,5"), "another rating than the data"
    )
    assert "line 3: user 0, item 2" in said


def test_seen_items_may_be_asked_for():
    entry = read(lists=LISTS + "0,0,0\n", seen=False)
    assert entry.lists[0].items[0].tolist() == [0, 2, 3]
    assert entry.lists[0].n_candidates.tolist() == [6, 6, 6]


def test_predictions_of_interactions():
    ratings = dataclasses.replace(DATA.ratings, implicit=True)
    data = dataclasses.replace(DATA, ratings=ratings)
    refused("predictions", PREDICTED, "holds interactions", errors.UsageError, data=data)


@pytest.mark.parametrize("name", ["svd", "SVD++", "knnbaseline", "--", "a\nb"])
def test_names_that_are_taken_or_none(name):
    with pytest.raises(errors.UsageError, match="is an algorithm of recli|is no name"):
        ExternalFiles(name, predictions="theirs.csv")


def test_files_that_are_absent_or_elsewhere():
    with pytest.raises(errors.NotFoundError, match=r"theirs\.csv: no such file"):
        ExternalFiles("other", predictions="theirs.csv").read(DATA, FOLDS, MEASURES)
    with pytest.raises(errors.UsageError, match="takes a file on this machine"):
        ExternalFiles("other", lists="https://host/lists.csv")


def test_a_line_up_with_it_needs_no_algorithm():
    entry = read(PREDICTED)
    assert (entry.label, entry.parts, entry.params) == ("other", (), {})
    assert isinstance(entry, Configured)
