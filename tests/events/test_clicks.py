"""Rates of models that were served side by side, with intervals and tests by user."""

import numpy as np
import pytest
import scipy.stats

from recli.data.event import Event
from recli.events.clicks import clicks
from recli.events.log import Logged
from recli.events.shown import Shown, ShownLists


def logged(user, kind="click", received=200, n=0):
    event = Event(f"{user}-{kind}-{received}-{n}", kind, user, "i", None, 5)
    return Logged(n + 1, event, received)


def shown(model, user, lists=1, first=100.0):
    return Shown(model, user, lists, first, first + 10)


def test_a_click_is_that_of_the_model_of_its_user():
    lists = [shown("a", "u1", 4), shown("a", "u2", 2), shown("b", "u3", 5)]
    log = [logged("u1"), logged("u1", n=1), logged("u3"), logged("stranger")]
    found = clicks("a, b", lists, log)
    a, b = found.rates
    assert (a.users, a.lists, a.clicks, a.clicking, a.rate) == (2, 6, 2, 1, 2 / 6)
    assert (b.users, b.lists, b.clicks, b.clicking, b.rate) == (1, 5, 1, 1, 1 / 5)
    assert found.types == {"click": 3}


def test_what_came_before_the_first_list_is_no_click():
    lists = [shown("a", "u1", first=100.9), shown("b", "u2")]
    log = [logged("u1", received=99), logged("u1", received=100)]
    assert clicks("a, b", lists, log).rates[0].clicks == 1


def test_types_that_count():
    lists, log = [shown("a", "u1")], [logged("u1"), logged("u1", "purchase"), logged("u1", "view")]
    rating = Logged(9, Event("r", "rating", "u1", "i", 4.0, 5), 200)
    assert clicks("a", lists, [*log, rating]).types == {"click": 1, "purchase": 1, "view": 1}
    assert clicks("a", lists, [*log, rating], ["purchase", "rating"]).rates[0].clicks == 2


def test_who_got_lists_of_several_models_is_left_out_and_counted():
    lists = [shown("a", "u1"), shown("b", "u1"), shown("b", "u2")]
    found = clicks("a, b", lists, [logged("u1"), logged("u2")])
    assert found.crossed == 1
    assert [(rate.users, rate.clicks) for rate in found.rates] == [(0, 0), (1, 1)]


def test_of_few_who_clicked_there_is_no_interval_and_no_test():
    lists = [shown(model, f"{model}{u}") for model in "ab" for u in range(100)]
    log = [logged(f"{model}{u}") for model in "ab" for u in range(9)]
    found = clicks("a, b", lists, log)
    [pair] = found.document["pairs"]
    assert pair["difference"] == 0.0
    assert {pair[key] for key in ("low", "high", "p", "p_adjusted", "detectable")} == {None}
    assert all(model["low"] is None for model in found.document["models"])


def drawn(rng, rates, n_users=400):
    """Users differ in how many lists they look at and in how much they click."""
    lists, log = [], []
    for model, rate in rates.items():
        for user in range(n_users):
            n, own = 1 + rng.poisson(3), rate * rng.gamma(2.0, 0.5)
            lists.append(shown(model, f"{model}{user}", n))
            log += [logged(f"{model}{user}", n=k) for k in range(rng.poisson(n * own))]
    return lists, log


def test_the_interval_is_that_of_users_drawn_again():
    rng = np.random.default_rng(0)
    lists, log = drawn(rng, {"a": 0.3})
    [rate] = clicks("a", lists, log).rates
    n = np.array([one.lists for one in lists])
    k = np.array([sum(e.event.user_id == one.user_id for e in log) for one in lists])
    again = rng.integers(0, len(n), (4000, len(n)))
    ratios = k[again].sum(axis=1) / n[again].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    assert rate.low == pytest.approx(low, abs=0.15 * (high - low))
    assert rate.high == pytest.approx(high, abs=0.15 * (high - low))


def test_equal_models_differ_by_chance_as_often_as_is_promised_and_others_are_found():
    rng, n = np.random.default_rng(1), 300
    found, detectable = 0, []
    for _ in range(n):
        [pair] = clicks("a, b", *drawn(rng, {"a": 0.3, "b": 0.3}, 150)).differences
        found += pair.p < 0.05
        detectable.append(pair.detectable)
        assert (pair.p < 0.05) == (pair.low > 0 or pair.high < 0)
    assert scipy.stats.binomtest(found, n, 0.05).pvalue > 0.001
    half = float(np.mean(detectable)) / 2
    apart = {"a": 0.3 + half, "b": 0.3 - half}
    n_found = sum(clicks("a, b", *drawn(rng, apart, 150)).differences[0].p < 0.05 for _ in range(n))
    assert scipy.stats.binomtest(n_found, n, 0.8).pvalue > 0.001


def test_many_pairs_are_corrected_for():
    rng = np.random.default_rng(2)
    found = clicks("a, b, c", *drawn(rng, {"a": 0.3, "b": 0.3, "c": 0.6}))
    assert [(pair.first, pair.second) for pair in found.differences] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    assert all(pair.p_adjusted >= pair.p for pair in found.differences)
    assert found.differences[1].p_adjusted < 0.001 < found.differences[0].p


def test_shown_lists_add_up_from_start_to_start(tmp_path):
    for process in range(2):
        log = ShownLists(tmp_path / "shown.sqlite3")
        log.add("a, b", [Shown("a", "u1", 2, 100.0 + process, 105.0 + process)])
    log.add("c, d", [shown("c", "u1", first=50.0)])
    assert log.of("a, b") == [Shown("a", "u1", 4, 100.0, 106.0)]
    assert log.splits() == ["a, b", "c, d"]
    assert ShownLists(tmp_path / "none.sqlite3").splits() == []
