"""Metrics as the user writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from recli import errors, registry
from recli.evaluation.metric_names import DEFAULT, Measure, leading, measures

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "name", "k", "written"),
    [
        ("rmse", "rmse", None, "rmse"),
        ("RMSE", "rmse", None, "rmse"),
        ("ndcg@10", "ndcg", 10, "ndcg@10"),
        ("ndcg", "ndcg", 10, "ndcg@10"),
        ("nDCG@1", "ndcg", 1, "ndcg@1"),
        ("hit_rate@5", "hit-rate", 5, "hit-rate@5"),
        ("HitRate @ 20", "hit-rate", 20, "hit-rate@20"),
    ],
)
def test_parse(text, name, k, written):
    measure = Measure.parse(text)
    assert measure == Measure(name, k)
    assert str(measure) == written
    assert Measure.parse(str(measure)) == measure


@pytest.mark.parametrize(
    ("text", "measure", "written"),
    [
        ("ndcg:gain=rating@10", Measure("ndcg", 10, (("gain", "rating"),)), "ndcg:gain=rating@10"),
        ("nDCG: gain = Rating", Measure("ndcg", 10, (("gain", "rating"),)), "ndcg:gain=rating@10"),
        ("ndcg:gain=binary@5", Measure("ndcg", 5), "ndcg@5"),
        ("ndcg:@5", Measure("ndcg", 5), "ndcg@5"),
        ("rbp", Measure("rbp", 10), "rbp@10"),
        ("rbp:p=0.80", Measure("rbp", 10), "rbp@10"),
        ("RBP:p=.5@3", Measure("rbp", 3, (("p", 0.5),)), "rbp:p=0.5@3"),
        ("rbp:p=0.123456789", Measure("rbp", 10, (("p", 0.123456789),)), "rbp:p=0.123456789@10"),
        ("rbp:p=0", Measure("rbp", 10, (("p", 0.0),)), "rbp:p=0@10"),
    ],
)
def test_options(text, measure, written):
    found = Measure.parse(text)
    assert found == measure
    assert hash(found) == hash(measure)
    assert str(found) == written
    assert Measure.parse(written) == found
    assert found.metric.options.items() >= dict(measure.options).items()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rbp:q=0.5", "There is no parameter of rbp 'q'. Valid: p. 'recli show metric rbp'"),
        ("ndcg:gian=rating", "There is no parameter of ndcg 'gian'. Did you mean 'gain'?"),
        ("ndcg:gain=ratings@5", "There is no value of gain 'ratings'. Did you mean 'rating'?"),
        ("rbp:p=1.5", "Parameter p=1.5 is not valid: it takes a number from 0 to 0.9999"),
        ("rbp:p=", "Parameter p= is not valid"),
        (
            "rbp:0.5",
            "'rbp:0.5' is not NAME:OPTION=VALUE,OPTION=VALUE with each option once, as in ",
        ),
        ("rbp:p=0.5,p=0.6", "with each option once, as in 'rbp:p=0.8'."),
        ("rbp:p=0.5,", "with each option once"),
        ("rmse:p=0.5", "'rmse:p=0.5': rmse takes no options. Write 'rmse'."),
        ("rmse:squared", "'rmse:squared': rmse takes no options. Write 'rmse'."),
        ("rbq:p=0.5", "There is no metric 'rbq'. Did you mean 'rbp'?"),
        ("rbp@5:p=0.5", "the cut-off '5:p=0.5' is not a whole number"),
        ("rbp:p=0.5@0", "Write 'rbp:p=0.5@10', for example."),
    ],
)
def test_bad_options(text, message):
    with pytest.raises(errors.UsageError) as caught:
        Measure.parse(text)
    assert message in str(caught.value)


def test_measures_at_every_cutoff_keep_their_options():
    assert written(["rbp:p=0.5", "rbp:p=0.5@3", "rbp", "rbp:p=0.8"], [5, 10]) == [
        *("rbp:p=0.5@5", "rbp:p=0.5@10", "rbp:p=0.5@3", "rbp@5", "rbp@10"),
    ]


@pytest.mark.parametrize("text", ["rsme", "", "@10", "ndgc@10", "_base"])
def test_unknown_metric(text):
    with pytest.raises(errors.UsageError, match="There is no metric '.*Valid: "):
        Measure.parse(text)


@pytest.mark.parametrize("text", ["rmse@10", "fcp@1", "mae@", "auc@10", "r-precision@5"])
def test_metric_of_ratings_or_of_whole_rankings_takes_no_cutoff(text):
    with pytest.raises(errors.UsageError, match="takes no cut-off"):
        Measure.parse(text)


CUTOFFS = ["0", "x", "", "-1", "+5", "1.5", "1e1", "1_0", "10@5", "٣", "9" * 5000, "5\n5"]


@pytest.mark.parametrize("cutoff", CUTOFFS, ids=ascii)
def test_cutoff_is_a_positive_whole_number(cutoff):
    with pytest.raises(errors.UsageError, match="is not a whole number from 1"):
        Measure.parse(f"ndcg@{cutoff}")


@pytest.mark.parametrize("name", registry.names("metric"))
def test_metric_is_the_registered_one(name):
    measure = Measure.parse(name)
    assert type(measure.metric) is registry.get("metric", name)
    assert measure.greater_is_better == registry.get("metric", name).greater_is_better
    assert (measure.k is not None) == measure.metric.cutoff


def test_lower_is_better_only_for_errors():
    lower = {text for text in DEFAULT if not Measure.parse(text).greater_is_better}
    assert lower == {"rmse", "mae", "mse"}


def test_default_is_canonical_and_leaves_the_cutoffs_to_the_user():
    assert tuple(Measure.parse(text).name for text in DEFAULT) == DEFAULT


def written(texts, cutoffs):
    return [str(measure) for measure in measures(texts, cutoffs)]


@pytest.mark.parametrize(
    ("texts", "cutoffs", "expected"),
    [
        (["ndcg"], [5, 10, 20], ["ndcg@5", "ndcg@10", "ndcg@20"]),
        (["ndcg"], [20, 5], ["ndcg@20", "ndcg@5"]),
        (["ndcg@3", "rmse", "auc"], [5, 10], ["ndcg@3", "rmse", "auc"]),
        (["ndcg@10", "nDCG", "RMSE", "rmse"], [5, 10], ["ndcg@10", "ndcg@5", "rmse"]),
        (["hit_rate", "rmse"], [7], ["hit-rate@7", "rmse"]),
        ([], [5], []),
    ],
)
def test_measures(texts, cutoffs, expected):
    assert written(texts, cutoffs) == expected


@pytest.mark.parametrize("word", ["all", "ALL", " all "])
def test_all_is_every_metric_at_every_cutoff(word):
    found = written([word], [5, 10])
    assert {text.partition("@")[0] for text in found} == {*registry.names("metric")}
    assert {"rmse", "auc", "r-precision", "map@5", "map@10", "f1@5"} <= {*found}
    assert not {"rmse@5", "auc@5", "map"} & {*found}
    assert len(found) == len({*found})


def test_all_after_others_keeps_their_place():
    found = written(["ndcg@10", "rmse", "all"], [5, 10])
    assert found[:2] == ["ndcg@10", "rmse"]
    assert sorted(found) == sorted(written(["all"], [5, 10]))


@pytest.mark.parametrize("text", ["al", "all@5", "ndgc", "ndcg@0", "rmse@5"])
def test_measures_are_checked(text):
    with pytest.raises(errors.UsageError):
        measures(["rmse", text], [10])


def test_import_loads_no_numpy():
    code = "import sys, recli.evaluation.metric_names as m; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_leading_measure_is_the_first_that_somebody_has():
    rmse, ndcg, recall = measures(["rmse", "ndcg", "recall"], [10])
    assert leading([rmse, ndcg, recall], {rmse, ndcg}.__contains__) == rmse
    assert leading([rmse, ndcg, recall], {ndcg, recall}.__contains__) == ndcg
    assert leading([rmse, ndcg], set().__contains__) == rmse
