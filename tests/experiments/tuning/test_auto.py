"""From data to the best model: who stays, what is stacked, and in what time."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from recli import registry
from recli.algorithms import Configured
from recli.data.load import load
from recli.evaluation.goals import goals
from recli.experiments import params_file
from recli.experiments.reports._study import words
from recli.experiments.reports._study.words import said
from recli.experiments.tuning import auto, holdout, usual
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.stacks import stacks
from recli.experiments.tuning.study import TuningRun
from recli.experiments.tuning.trials import Trials
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender
from recli.records.stored_study import StoredStudy
from recli.records.stored_trial import StoredTrial
from recli.testing import small_dataset

STACK = "hybrid"
SIX = ("baseline-only", "normal-predictor", "slope-one", "knn-basic", "co-clustering", "svd")


@pytest.fixture(scope="module")
def finished(study, search, small, tmp_path_factory):
    run = study(tmp_path_factory.mktemp("results"), small, *SIX, auto=True, holdout=0.25)
    return search(run, 16, timeout=1e6)  # what the stack may take is a share of it


def test_a_third_stays_at_least_three(finished):
    [rung] = finished.rungs
    assert (rung.trials, rung.folds) == (1, 1)
    assert len(rung.kept) == 3
    assert {*rung.kept, *rung.dropped} == set(SIX)
    assert not rung.failed
    assert not rung.not_tried
    first = {t.algorithm: t.folds[0][0] for t in finished.tried if t.number == 0}
    del first[STACK]
    assert list(rung.kept + rung.dropped) == sorted(first, key=first.__getitem__)
    assert "normal-predictor" in rung.dropped


def test_who_was_dropped_has_one_fold(finished):
    [rung] = finished.rungs
    for name in rung.dropped:
        [trial] = [trial for trial in finished.tried if trial.algorithm == name]
        assert (trial.state, len(trial.folds)) == ("pruned", 1)
        assert trial.reason == "worse than others on 1 of 2 folds"
        assert trial.seconds > 0
    stayed = [trial for trial in finished.tried if trial.algorithm in rung.kept]
    assert len(stayed) == 16 - len(rung.dropped)


def test_the_best_are_stacked(finished):
    [stack] = [trial for trial in finished.tried if trial.algorithm == STACK]
    members = stack.params["members"].split(",")
    assert len(members) == 3
    assert "normal-predictor" not in members
    best = min((t for t in finished.finished if t.algorithm == members[0]), key=lambda t: t.values)
    for name, value in best.params.items():
        assert stack.params[f"{members[0]}.{name}"] == value
    assert finished.best.values == min(trial.values for trial in finished.finished)


def test_what_it_leaves(finished):
    stored = StoredStudy.read(finished.folder.parents[1], finished.id)
    assert stored.document["rungs"] == [rung.document() for rung in finished.rungs]
    assert params_file.read(finished.folder / "best.toml") == finished.best.configured
    [verdict] = finished.locked
    defaults = [t for t in finished.finished if t.number == 0 and t.algorithm != STACK]
    assert finished.defaults == min(defaults, key=lambda trial: trial.values)
    assert verdict.tuned == finished.best.values[0]


def test_without_time_the_first_algorithm_is_measured_all_the_same(new_run, search):
    run = search(new_run(*SIX, auto=True), 100, timeout=1e-9)
    assert [(t.algorithm, t.state) for t in run.tried] == [("baseline-only", "complete")]
    [rung] = run.rungs
    assert rung.kept == ("baseline-only",)
    assert rung.dropped == ()
    assert set(rung.not_tried) == set(SIX) - {"baseline-only"}


def test_those_made_for_the_goal_go_first(new_run, search):
    names = ("baseline-only", "damped-mean", "item-knn", "most-popular")
    run = search(new_run(*names, metrics=("ndcg@10",), auto=True), 100, timeout=1e-9)
    assert [t.algorithm for t in run.tried] == ["most-popular"]
    assert run.rungs[0].not_tried == ("item-knn", "baseline-only", "damped-mean")


def test_one_that_fails_is_dropped_as_such(new_run, search):
    run = search(new_run(*SIX, auto=True, fixed={"lr_all": 1e6, "biased": True}), 12, timeout=1e6)
    [rung] = run.rungs
    assert rung.failed == ("svd",)
    [trial] = [trial for trial in run.tried if trial.algorithm == "svd"]
    assert trial.state == "failed"
    assert "diverged" in trial.reason
    assert len(rung.kept) == 3
    stored = StoredStudy.read(run.folder.parents[1], run.id)
    assert any("; failed: svd." in text for text in said(stored))


def test_what_was_not_tried_is_not_called_dropped(new_run, search):
    run = search(new_run(*SIX, auto=True), 100, timeout=1e-9)
    text = " ".join(said(StoredStudy.read(run.folder.parents[1], run.id)))
    assert "After the defaults on one fold stayed baseline-only; not tried: time: " in text
    assert "dropped" not in text


def test_fewer_trials_than_algorithms(new_run, search):
    names = ("most-popular", "item-knn", "rp3beta", "ease")
    run = search(new_run(*names, metrics=("ndcg@10",), split="last-n:n=2", auto=True), 2, 1e6)
    [rung] = run.rungs
    assert {*rung.kept, *rung.not_tried} == {*names}
    assert len(rung.kept) == 2
    assert {t.algorithm for t in run.tried if t.algorithm in names} == {*rung.kept}
    text = " ".join(said(StoredStudy.read(run.folder.parents[1], run.id)))
    assert "not tried: trials: " in text


def test_it_goes_on_with_the_looks_that_it_had(new_run, search, monkeypatch):
    first = search(new_run(*SIX, auto=True), 6, timeout=1e6)
    looked = []
    monkeypatch.setattr(Trials, "first_fold", lambda self, configured: looked.append(configured))
    again = search(new_run(*SIX, auto=True, begin="resume"), 8, timeout=1e6)
    assert not looked
    assert again.rungs[0] == first.rungs[0]
    assert len(again.tried) > len(first.tried)


def test_what_suits(small):
    movies = load("movielens-small")
    for_rmse = auto.suitable(movies, goals(["rmse"]))
    assert {"svd", "content-based", "slope-one"} <= set(for_rmse)
    assert not {"hybrid", "most-popular"} & set(for_rmse)
    assert "most-popular" in auto.suitable(movies, goals(["ndcg@10"]))


MEMBERS = [
    StoredTrial("svd", 3, "complete", (0.9,), (), {"n_factors": 7, "lr_bu": None}, {}, 1.0),
    StoredTrial("slope-one", 0, "complete", (0.95,), (), {}, {}, 1.0),
]
RANKERS = [
    StoredTrial("ease", 1, "complete", (0.4,), (), {"reg": 70.0, "lists.explore": 0.1}, {}, 1.0),
    StoredTrial("most-popular", 0, "complete", (0.2,), (), {}, {}, 1.0),
]


def test_a_stack_has_the_parameters_of_its_members():
    [stack] = stacks(MEMBERS, *goals(["rmse"]), implicit=False)
    given = {"members": "svd,slope-one,baseline-only", "svd.n_factors": 7}
    assert stack == Configured.of("hybrid", given)
    assert stack.create(0).predicts == "ratings"


def test_a_stack_has_baselines_once():
    tuned = {"bsl_options.reg_u": 7.0}
    baselines = StoredTrial("baseline-only", 3, "complete", (0.9,), (), tuned, {}, 1.0)
    [stack] = stacks([baselines, MEMBERS[0]], *goals(["rmse"]), implicit=False)
    assert stack.params["members"] == f"baseline-only,{MEMBERS[0].algorithm}"
    assert stack.params["baseline-only.bsl_options.reg_u"] == 7.0


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("has_lightgbm", [False, True])
def test_for_lists_every_fusion_that_is_installed_is_made_of_the_members(
    implicit, has_lightgbm, monkeypatch
):
    monkeypatch.setattr(registry, "installed", lambda extra: not extra or has_lightgbm)
    given = {"members": "ease,most-popular", "ease.reg": 70.0}
    expected = [Configured.of("hybrid", {**given, "method": "log-linear"})]
    if has_lightgbm:
        expected.append(Configured.of("lambda-mart", given))
    found = stacks(RANKERS, *goals(["ndcg@10"]), implicit)
    assert found == [recommender(one, ListOptions(explore=0.1)) for one in expected]
    assert {one.create(0).predicts for one in found} == {"scores"}


def test_one_algorithm_alone_is_not_stacked():
    assert stacks(RANKERS[:1], *goals(["ndcg@10"]), implicit=False) == []


def test_what_is_made_of_several_is_judged_against_the_best_of_them_alone():
    """Not against defaults, which tuning each of them had left behind already."""
    run = TuningRun.__new__(TuningRun)
    run.plan = SimpleNamespace(pick="first", goals=goals(["ndcg@10"]))
    run.spaces = dict.fromkeys(["ease", "most-popular"])
    defaults = StoredTrial("ease", 0, "complete", (0.35,), (), {}, {}, 1.0)
    fusion = StoredTrial("hybrid", 0, "complete", (0.42,), (), {}, {}, 1.0)
    run.tried = [defaults, *RANKERS]
    assert (run.best, run.rival) == (RANKERS[0], defaults)
    run.tried.append(fusion)
    assert (run.best, run.rival) == (fusion, RANKERS[0])


def test_a_verdict_names_what_it_is_against(small):
    measured = ({"ndcg@10": 0.4}, {"ndcg@10": 0.3})
    one, other = (
        SimpleNamespace(metrics=values, influences=lambda measure: None) for values in measured
    )
    cells = [SimpleNamespace(scores=scores) for scores in (one, other)]
    [goal] = goals(["ndcg@10"])
    given = goal, (0.39, 0.31), *cells, {"most-popular": other}
    text = words._verdict(holdout._verdict(*given, "ease, the best single model").document())
    assert "0.4000 with the best, 0.3000 with ease, the best single model. " in text


def test_auto_gives_features_to_what_predicts_ratings_and_can_do_without():
    pytest.importorskip("myfm")
    dataset, names = small_dataset(), ("bayesian-fm", "content-based", "svd")
    every = {"item_features": "all", "user_features": "all"}
    plan = Plan(names, goals(["rmse"]), auto=True)
    found = {s.start.name: s.fixed for s in usual.on_dataset(plan, dataset)[0].spaces()}
    assert found["bayesian-fm"] == every
    assert found["svd"] == {}
    without = dataclasses.replace(dataset, users=None)
    assert usual.on_dataset(plan, without)[0].fixed == {"item_features": "all"}
    held = dataclasses.replace(plan, fixed={"item_features": "genres"})
    assert usual.on_dataset(held, dataset)[0].fixed == {**every, "item_features": "genres"}
    by_hand = dataclasses.replace(plan, auto=False)
    assert usual.on_dataset(by_hand, dataset)[0].fixed == {}
