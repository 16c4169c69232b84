"""Deviations beside predictions, and lists by the lower bound."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from click.testing import CliRunner

from recli import errors
from recli.algorithms import Algorithm, Configured, rank
from recli.cli import main
from recli.models import model as models
from recli.ranking.lists import recommend
from recli.ranking.lower_bound import LowerBound, sorted_by
from recli.ranking.request import Request
from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows
from tests.top_n import top_n


class Unsure(Algorithm):
    """Every item is 4, and the less sure the higher its inner id."""

    has_deviations = True

    def __init__(self, trainset):
        self.trainset = trainset

    def _estimate_users(self, users):
        return np.full((len(users), self.trainset.n_catalogue), 4.0)

    def deviations_of_users(self, users):
        return np.tile(np.arange(self.trainset.n_catalogue) / 100, (len(users), 1))


def test_the_surer_of_two_goes_first(small):
    trainset = small.trainset()
    bound = LowerBound(Unsure(trainset))
    scores = bound.score_users(np.array([0, -1]))
    np.testing.assert_allclose(scores, np.tile(4 - np.arange(trainset.n_catalogue) / 100, (2, 1)))
    best = rank(bound, trainset, np.array([5]), 3, exclude_seen=False)
    np.testing.assert_array_equal(best.items[0], trainset.item_codes[:3])


def test_by_score_it_is_the_algorithm_itself(small):
    algorithm = Unsure(small.trainset())
    assert sorted_by(algorithm, "score") is algorithm


@pytest.fixture(scope="module")
def bayesian(small):
    return models.train(small, Configured.of("bayesian-fm", {"n_samples": 12}), 0)


def test_a_list_tells_bound_rating_and_deviation(bayesian):
    trainset = bayesian.trainset
    places = top_n(bayesian, "15", 300, sort="lower-bound")
    scores = [place.score for place in places]
    assert scores == sorted(scores, reverse=True)
    user = trainset.inner_users[trainset.ratings.user_ids.code("15")]
    for place in places[::40]:
        item = trainset.inner_items[trainset.ratings.item_ids.code(str(place.item))]
        pair = np.array([user]), np.array([item])
        [rating], [deviation] = (
            bayesian.algorithm.predict_pairs(*pair),
            bayesian.algorithm.deviations_of_pairs(*pair),
        )
        assert place.rating == pytest.approx(rating, abs=1e-9)
        assert place.deviation == pytest.approx(deviation, abs=1e-9)
        unclipped = bayesian.algorithm.predict_pairs(*pair, clip=False)[0]
        assert place.score == pytest.approx(unclipped - deviation, abs=1e-9)


def test_by_score_the_list_tells_deviations_too(bayesian):
    for place in top_n(bayesian, "15", 5):
        assert place.deviation > 0
        assert place.rating == pytest.approx(place.score)


@pytest.mark.parametrize("name", ["baseline-only", "most-popular"])
def test_a_model_that_does_not_know(name, small):
    model = models.train(small, Configured.of(name), 0)
    assert [place.deviation for place in top_n(model, "15", 3)] == [None] * 3
    with pytest.raises(errors.UsageError, match=f"{name} does not say how sure .*: bayesian-fm"):
        top_n(model, "15", 3, sort="lower-bound")


def test_the_command(tiny):
    run = CliRunner().invoke
    trained = run(main, ["train", "-a", "bayesian-fm", "-d", str(tiny), "-p", "n_samples=12"])
    assert trained.exit_code == 0, trained.output
    with (tiny / "ratings.csv").open(encoding="utf-8") as file:
        rated = Counter(row["userId"] for row in csv.DictReader(file))
    user = min(rated, key=lambda one: rated[one])
    chosen = ["recommend", "-m", "bayesian-fm", "-u", user, "-n", "3", "--sort", "lower-bound"]
    found = json.loads(run(main, [*chosen, "--format", "json"]).stdout)["items"]
    assert len(found) == 3
    for place in found:
        assert place["score"] < place["rating"]
    shown = run(main, chosen).stdout
    assert "the highest rating less its deviation first" in shown
    assert f"{found[0]['rating']:.2f} ±{found[0]['deviation']:.2f}" in shown


@pytest.mark.parametrize("sort", ["score", "lower-bound"])
def test_tables_tell_what_single_lists_tell(bayesian, sort):
    users = np.arange(3)
    chunks = recommend(bayesian, Request(users, 7, sort=sort))
    tables = RowTables(bayesian, "m", datetime.now(UTC))
    made = [tables.table(Rows.of(bayesian, lists, sort)) for lists in chunks]
    rows = [row for table in made for row in table.to_pylist()]
    for user in users:
        raw = bayesian.trainset.ratings.user_ids.text[user]
        mine = [row for row in rows if row["user"] == int(raw)]
        alone = top_n(bayesian, raw, 7, sort=sort)
        assert [row["item"] for row in mine] == [place.item for place in alone]
        for name in ("score", "rating", "deviation"):
            expected = [getattr(place, name) for place in alone]
            assert [row[name] for row in mine] == pytest.approx(expected, abs=1e-9)
