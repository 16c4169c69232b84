"""What is kept of a cell: enough for another metric, cut-off, grouping or threshold without a fit."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.fold_outcome import LIST_LENGTH, Wanted
from recli.evaluation.metric_names import Measure, measures
from recli.evaluation.protocol import Protocol
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.resources import Resources
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender
from recli.records.cell_store import CellStore

# Every fit leaves a line. Scores are of the item and of the user, with ties.
COUNTED = """\
from pathlib import Path

import numpy as np

from recli.algorithms import Algorithm


class Counted(Algorithm):
    def fit(self, trainset):
        with Path("fits").open("a") as fits:
            fits.write("fit\\n")
        return super().fit(trainset)

    def _estimate_pairs(self, users, items):
        found = 1.0 + (7 * items + 3 * users) % 41 / 10
        return np.where(items % 11 == 5, np.nan, found)


class Heedless(Counted):
    @classmethod
    def uses_threshold(cls, given):
        return False


class Scorer(Heedless):
    predicts = "scores"
"""
USUAL = ("rmse", "ndcg@5")


@pytest.fixture
def run(small, tmp_path, monkeypatch):
    """Runs of an own algorithm in the working folder; gives the run and how many fits it took."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("counted_fits.py").write_text(COUNTED, encoding="utf-8")

    def made(
        *metrics,
        name="Heedless",
        results="results",
        fresh=False,
        threshold=4.0,
        by=(),
        seed=0,
        **lists,
    ):
        fits = Path("fits")
        before = len(fits.read_text().splitlines()) if fits.exists() else 0
        wanted = tuple(map(Measure.parse, metrics or USUAL))
        protocol = Protocol(KFold(3, seed=0), wanted, threshold, seed, by)
        line_up = [recommender(Configured.of(f"counted_fits:{name}"), ListOptions(**lists))]
        found = EvaluationRun(tmp_path / results, ("recli",), small, line_up, protocol)
        found.run(Resources(1), fresh=fresh)
        return found, len(fits.read_text().splitlines()) - before

    yield made
    sys.modules.pop("counted_fits", None)


def tables(found) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in found.folder.iterdir()
        if path.suffix in (".csv", ".parquet")
    }


FREE = {
    "one more": {"metrics": (*USUAL, "recall@5")},
    "fewer": {"metrics": ("rmse",)},
    "none in common": {"metrics": ("mae", "fcp", "precision@3", "catalogue-coverage@2")},
    "all there are": {"metrics": tuple(map(str, measures(["all"], [3, 12])))},
    "shorter lists": {"metrics": ("ndcg@1",)},
    "longer lists": {"metrics": ("ndcg@20", f"ndcg@{LIST_LENGTH}")},
    "groups": {"by": ("activity", "item:genres")},
    "threshold": {"threshold": 2.5},
    "all of it": {"metrics": ("mrr", "mse", "map@30"), "by": ("popularity",), "threshold": 3.0},
}


@pytest.mark.parametrize("changes", FREE.values(), ids=FREE)
def test_what_needs_no_fit_has_the_numbers_of_a_fresh_run(run, changes):
    given = dict(changes)
    metrics = given.pop("metrics", USUAL)
    _, first = run()
    again, more = run(*metrics, **given)
    alone, fresh = run(*metrics, results="elsewhere", **given)
    assert (first, more, fresh) == (3, 0, 3)
    assert (again.n_reused, alone.n_reused) == (3, 0)
    assert tables(again) == tables(alone)
    assert again.verdicts == alone.verdicts
    for one, other in zip(again.finished, alone.finished, strict=True):
        assert one.scores.exposure == other.scores.exposure
        assert one.scores.error_by_rating == other.scores.error_by_rating
        assert one.scores.n_users_liking == other.scores.n_users_liking


COSTS = {
    "longer than what is kept": {"metrics": (f"ndcg@{LIST_LENGTH + 1}",)},
    "seed": {"seed": 1},
}


@pytest.mark.parametrize("changes", COSTS.values(), ids=COSTS)
def test_what_needs_a_fit(run, changes):
    given = dict(changes)
    metrics = given.pop("metrics", USUAL)
    run()
    again, more = run(*metrics, **given)
    assert (more, again.n_reused) == (3, 0)


def test_another_threshold_costs_a_fit_where_nobody_says_that_it_does_not_matter(run):
    assert run(name="Counted")[1] == 3
    assert run(name="Counted", threshold=2.5)[1] == 3
    assert run(name="Counted")[1] == 0


def test_what_is_made_anew_keeps_what_was_there(run):
    assert run("rmse")[1] == 3
    assert run("ndcg@60")[1] == 3  # which has no lists
    assert run("rmse", "ndcg@60")[1] == 0  # the predictions are still there
    assert run("ndcg@5")[1] == 0
    assert run("ndcg@70", "mae")[1] == 3
    assert run("ndcg@60", "ndcg@70", "rmse")[1] == 0


def test_who_predicts_no_ratings_is_not_asked_again_for_them(run):
    assert run("ndcg@5", name="Scorer")[1] == 3
    found, more = run("rmse", "ndcg@5", name="Scorer")
    assert more == 0
    assert all(np.isnan(cell.scores.metrics["rmse"]) for cell in found.finished)


def test_reranked_lists_begin_otherwise_where_longer_ones_are_asked_for(run):
    lists = {"explore": 0.5, "max_per": {"genres": 2}}
    assert run("ndcg@5", **lists)[1] == 3
    again, more = run("precision@5", "recall@2", **lists)
    assert more == 0
    longer, more = run("precision@5", "recall@2", "ndcg@9", **lists)
    assert more == 3
    for made, asked in ((again, ()), (longer, ("ndcg@9",))):
        alone, _ = run("precision@5", "recall@2", *asked, results="elsewhere", **lists)
        assert tables(made) == tables(alone)
    assert again.finished[0].scores.metrics != longer.finished[0].scores.metrics
    assert run("ndcg@5", **lists)[1] == 0  # both are kept
    assert run("ndcg@5", **lists, threshold=3.0)[1] == 3


def test_filtered_lists_are_the_beginning_of_longer_ones(run):
    lists = {"min_ratings": 5, "exclude_seen": False}
    assert run("ndcg@5", **lists)[1] == 3
    again, more = run("ndcg@30", **lists)
    alone, _ = run("ndcg@30", results="elsewhere", **lists)
    assert more == 0
    assert tables(again) == tables(alone)
    assert run("ndcg@5")[1] == 3  # without the filter


def test_fresh_fits_and_what_it_makes_is_kept(run):
    run()
    found, more = run(fresh=True)
    assert (more, found.n_reused) == (3, 0)
    assert run()[1] == 0


def test_a_wrong_grouping_is_an_error_before_any_fit(run):
    from recli import errors

    with pytest.raises(errors.UsageError, match="grouping"):
        run(by=("activty",))
    assert not Path("fits").exists()


def test_lists_are_no_longer_than_the_memory_limit_easily_holds(run, small, tmp_path):
    protocol = Protocol(KFold(3, seed=0), (Measure.parse("ndcg@5"),), 4.0, 0)
    line_up = [Configured.of("counted_fits:Heedless")]
    found = EvaluationRun(tmp_path / "tight", ("recli",), small, line_up, protocol)
    found.run(Resources(1, memory_limit=40_000))
    store = CellStore(tmp_path / "tight")
    lengths = sorted(store.read(cell.key).has.k for cell in store.cells())
    # A quarter of the limit, at 12 bytes a place, over the users of each fold.
    n_users = [len(set(small.ratings.users[fold.test].tolist())) for fold in found.folds]
    assert lengths == sorted(40_000 // 4 // (12 * n) for n in n_users)
    whole, _ = run("ndcg@5")
    assert tables(found) == tables(whole)


def test_an_outcome_has_what_it_says(run):
    run("rmse")
    store = CellStore(Path("results"))
    [outcome, *_] = [store.read(cell.key) for cell in store.cells()]
    assert outcome.has == Wanted(predictions=True, k=0)
    assert outcome.covers(Wanted()) and outcome.covers(Wanted(True))
    assert not outcome.covers(Wanted(True, 1))
    scorer = dataclasses.replace(outcome, rates=False, estimated=None)
    assert scorer.covers(Wanted(True)) and not scorer.covers(Wanted(False, 1))
    assert Wanted(True, 3) | Wanted(False, 7) == Wanted(True, 7)
