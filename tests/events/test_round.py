"""A round decides by what it says it decides by, and ends the same wherever it is cut off."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import surprise
from surprise import accuracy

from recli import errors, files
from recli.algorithms import Configured
from recli.data.event import Event
from recli.data.load import load
from recli.data.tie_order import TieOrder
from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing import history
from recli.events.refreshing.history import REFRESHES
from recli.events.refreshing.refreshed_model import RefreshedModel
from recli.events.refreshing.round import refresh
from recli.events.refreshing.rule import RefreshSettings
from recli.events.refreshing.states._base import End, Round
from recli.events.refreshing.states.resume import entry
from recli.models import model as models

from .conftest import START

FEW = RefreshSettings(min_events=10)
ANYTHING = RefreshSettings(min_events=10, tolerance=9.0)
NOTHING = RefreshSettings(min_events=10, slice=0.5, tolerance=0.0, strict=True)


@pytest.fixture
def loaded(results):
    return lambda name="m": models.load(results / "models" / name)


def test_without_events_there_is_nothing_new_and_nothing_is_written(results, store):
    store()
    for _ in range(2):
        outcome = refresh(results, "m", FEW)
        assert outcome.decision is None
        assert outcome.told == ("Nothing new for model 'm'.",)
    assert not (results / "datasets").exists()
    assert REFRESHES.names(results) == []
    assert not (results / FILE_NAME).exists()


def test_new_ratings_are_learned_and_published(results, store, send, newcomers, loaded):
    store()
    send(newcomers())
    decision = refresh(results, "m", ANYTHING).decision
    assert (decision["decision"], decision["published"] is None) == ("publish", False)
    model = loaded()
    assert model.user_code("new-0-3") >= 0
    assert model.origin["refresh"]["run"] == decision["id"]
    assert (model.seed, model.configured) == (3, Configured.of("svd"))
    # It is what training on the dataset gives.
    dataset = load(str(results / "datasets" / "m"))
    assert model.dataset == {"name": dataset.name, "fingerprint": dataset.fingerprint}
    trained = models.train(dataset, Configured.of("svd"), 3)
    np.testing.assert_array_equal(model.algorithm.qi, trained.algorithm.qi)
    # And now nothing is new.
    assert refresh(results, "m", ANYTHING).told == ("Nothing new for model 'm' since event 120.",)
    assert len(REFRESHES.names(results)) == 1


def test_both_are_measured_on_the_newest_by_surprise_itself(results, store, send, newcomers):
    """Surprise's own SVD, fitted on the same rows in the same order, predicts the newest fifth."""
    old = store()
    send(newcomers())
    decision = refresh(results, "m", FEW).decision
    ratings = pd.read_parquet(results / "datasets" / "m" / "ratings.parquet")
    n_test = math.ceil(0.2 * int((ratings["event"] > 0).sum()))
    newest = ratings["event"].nlargest(n_test).index
    test, train = ratings.loc[newest], ratings.drop(newest)
    assert (decision["slice"]["ratings"], decision["slice"]["new"]) == (n_test, 120)
    reader = surprise.Reader(rating_scale=old.trainset.rating_scale)
    columns = ["user_id", "item_id", "rating"]
    means = {}
    for name, known in (("candidate", train), ("current", ratings[ratings["event"] == 0])):
        algorithm = surprise.SVD(random_state=3)
        algorithm.fit(surprise.Dataset.load_from_df(known[columns], reader).build_full_trainset())
        means[name] = accuracy.rmse(algorithm.test(test[columns].values.tolist()), verbose=False)
    assert decision["scores"]["users"] == test["user_id"].nunique()
    assert decision["scores"]["current"] == pytest.approx(means["current"], abs=1e-9)
    assert decision["scores"]["candidate"] == pytest.approx(means["candidate"], abs=1e-9)
    difference = means["candidate"] - means["current"]
    assert decision["scores"]["difference"] == pytest.approx(difference, abs=1e-9)
    assert decision["decision"] == ("publish" if difference <= 0 else "keep")


def test_one_that_is_worse_is_kept_back_and_decided_once(results, store, send, newcomers, loaded):
    """Whoever measures on the mean of the scale cannot be beaten by who learns noise."""
    store("damped-mean")
    rng = np.random.default_rng(0)
    noise = [(user, item, float(rng.choice([2.0, 5.0]))) for user, item, _ in newcomers(40)]
    send(noise)
    before = (results / "models" / "m" / "model.json").read_bytes()
    decision = refresh(results, "m", NOTHING).decision
    assert (decision["decision"], decision["published"]) == ("keep", None)
    assert (results / "models" / "m" / "model.json").read_bytes() == before
    assert refresh(results, "m", NOTHING).decision is None
    # Under other settings it is another question.
    assert refresh(results, "m", ANYTHING).decision["decision"] == "publish"
    assert len(REFRESHES.names(results)) == 2


def test_what_was_kept_back_is_measured_again_with_what_comes(results, store, send, newcomers):
    store("damped-mean")
    rng = np.random.default_rng(0)
    send([(user, item, float(rng.choice([2.0, 5.0]))) for user, item, _ in newcomers(40)])
    first = refresh(results, "m", NOTHING).decision
    send(newcomers(1, seed=1)[:9], at=9000)
    assert "9 of the 10 ratings of new pairs" in refresh(results, "m", NOTHING).told[0]
    send([("last", "1", 3.0)], at=9900)
    second = refresh(results, "m", NOTHING).decision
    assert second["slice"]["new"] == first["slice"]["new"] + 10
    assert second["events"]["after"] == first["events"]["through"]
    assert (second["events"]["ratings"], second["events"]["taken"]) == (10, 10)


@pytest.mark.parametrize(("strict", "greater"), [(False, False), (True, False), (True, True)])
def test_tolerance_is_held_against_the_mean_or_the_interval(
    results, store, send, newcomers, strict, greater
):
    store("most-popular" if greater else "svd")
    send(newcomers(20))
    scores = refresh(results, "m", RefreshSettings(min_events=10, slice=0.5)).decision["scores"]
    shutil.rmtree(results)
    for offset, expected in ((1e-9, "publish"), (-1e-9, "keep")):
        store("most-popular" if greater else "svd")
        send(newcomers(20))
        worst = -scores["interval_low"] if greater else scores["interval_high"]
        mean = -scores["difference"] if greater else scores["difference"]
        bound = worst if strict else mean
        settings = RefreshSettings(0.5, bound + offset, strict, min_events=10)
        assert refresh(results, "m", settings).decision["decision"] == expected
        shutil.rmtree(results)


@pytest.mark.parametrize("lists", [{}, {"exclude": ["260", "296", "318"]}], ids=["all", "fewer"])
def test_a_model_of_scores_is_measured_by_its_lists(
    results, store, send, newcomers, small, loaded, lists
):
    """nDCG of the best ten of a model of popularity, counted here from the tables."""
    old = store("most-popular")
    models.save(dataclasses.replace(old, lists=lists), results, "m")
    send(newcomers(20))
    decision = refresh(results, "m", RefreshSettings(min_events=10, slice=0.5)).decision
    assert decision["scores"]["measure"] == "ndcg@10"
    ratings = pd.read_parquet(results / "datasets" / "m" / "ratings.parquet")
    newest = ratings["event"].nlargest(100).index
    test, train = ratings.loc[newest], ratings.drop(newest)
    threshold = old.trainset.threshold
    grown = load(str(results / "datasets" / "m")).ratings
    users, items = np.arange(len(grown.user_ids)), np.arange(len(grown.item_ids))
    draws = TieOrder.of(grown, users, old.seed).draws(users[:, None], items)
    values = {"candidate": [], "current": []}
    for name, known in (("candidate", train), ("current", ratings[ratings["event"] == 0])):
        liked = known[known["rating"] >= threshold]["item_id"].value_counts()
        for user, rows in test.groupby("user_id"):
            drawn = dict(zip(grown.item_ids.text, draws[grown.user_ids.code(user)], strict=True))
            order = sorted(drawn, key=lambda i: (-liked.get(i, 0), drawn[i]))
            relevant = set(rows[rows["rating"] >= threshold]["item_id"])
            if not relevant:
                continue
            seen = set(train[train["user_id"] == user]["item_id"])
            left = seen.union(*lists.values())
            best = [item for item in order if item not in left][:10]
            gain = sum(1 / math.log2(r + 2) for r, item in enumerate(best) if item in relevant)
            ideal = sum(1 / math.log2(r + 2) for r in range(min(10, len(relevant))))
            values[name].append(gain / ideal)
    for name, of_users in values.items():
        assert decision["scores"][name] == pytest.approx(np.mean(of_users), abs=1e-12)
    assert loaded().lists == lists


def test_how_lists_are_made_outlives_a_refresh(results, store, send, newcomers, loaded):
    models.save(dataclasses.replace(store(), lists={"min_ratings": 7}), results, "m")
    send(newcomers())
    assert refresh(results, "m", ANYTHING).decision["published"]
    assert loaded().lists == {"min_ratings": 7}


def test_too_little_is_told_and_waited_for(results, store, send, newcomers):
    store()
    send(newcomers(1)[:9])
    outcome = refresh(results, "m", FEW)
    assert outcome.decision is None
    assert "9 of the 10 ratings of new pairs" in outcome.told[0]
    assert REFRESHES.names(results) == []
    send([("one more", "1", 3.0)], at=100)
    assert refresh(results, "m", FEW).decision is not None


def test_a_rating_that_the_model_knows_otherwise_is_learned_but_no_test(
    results, store, send, small, newcomers
):
    store()
    ratings = small.ratings
    again = [
        (ratings.user_ids.text[ratings.users[r]], ratings.item_ids.text[ratings.items[r]], 5.0)
        for r in range(30)
        if ratings.values[r] != 5.0
    ]
    send(again)
    assert "0 of the 10 ratings of new pairs" in refresh(results, "m", FEW).told[0]
    send(newcomers(), at=100)
    decision = refresh(results, "m", FEW).decision
    assert decision["slice"]["new"] == 120
    assert decision["dataset"]["ratings"] == len(ratings) + 120


def test_one_user_is_not_enough_to_tell(results, store, send, small):
    store()
    send([("one", small.ratings.item_ids.text[n], 3.0) for n in range(20)])
    decision = refresh(results, "m", ANYTHING).decision
    assert decision["decision"] == "keep"
    assert "fewer than two users" in decision["why"]
    assert decision["scores"]["t_p"] is None


def test_what_tells_nothing_is_kept_unless_asked(results, store, send, newcomers):
    """Nobody likes anything among the new ratings, so that there is no nDCG; then all are alike."""
    store("most-popular")
    send(newcomers(20, shift=-4.0))
    kept = refresh(results, "m", ANYTHING).decision
    assert (kept["decision"], kept["published"]) == ("keep", None)
    assert kept["why"].startswith("There is nothing to tell by")
    asked = dataclasses.replace(ANYTHING, untold=True)
    assert refresh(results, "m", asked).decision["decision"] == "publish"


def test_drift_of_the_mean_is_told(results, store, send, newcomers, small):
    store()
    new = newcomers(shift=-1.0)
    send(new)
    drift = refresh(results, "m", FEW).decision["drift"]
    values = [value for _, _, value in new]
    assert drift["new_mean"] == pytest.approx(np.mean(values))
    assert drift["training_mean"] == pytest.approx(small.ratings.values.mean())
    assert drift["standard_error"] == pytest.approx(np.std(values, ddof=1) / math.sqrt(120))


def test_warm_starts_where_it_can(results, store, send, newcomers):
    store("svd", {"reg_all": 0.1})
    send(newcomers())
    assert refresh(results, "m", dataclasses.replace(ANYTHING, warm=True)).decision["warm"]
    store("damped-mean", name="other")
    decision = refresh(results, "other", dataclasses.replace(ANYTHING, warm=True)).decision
    assert not decision["warm"]


@pytest.mark.parametrize("name", ["content-based", "knn-baseline", "hybrid", "ease"])
def test_every_kind_of_model_keeps_up(results, store, send, newcomers, loaded, name):
    """One with the features of the catalogue, fitted again when loaded, made of others, of scores."""
    store(name)
    send([*newcomers(), ("new-0-1", "a new film", 4.0)])
    assert refresh(results, "m", ANYTHING).decision["published"]
    model = loaded()
    user = model.trainset.inner_users[model.user_code("new-0-1")]
    assert np.isfinite(model.algorithm.score_users(np.array([user]))).all()


def test_two_models_grow_apart(results, store, send, newcomers, loaded):
    store(name="a")
    store("damped-mean", name="b")
    send(newcomers())
    refresh(results, "a", ANYTHING)
    assert loaded("a").user_code("new-0-0") >= 0
    with pytest.raises(errors.NotFoundError):
        loaded("b").user_code("new-0-0")
    assert refresh(results, "b", ANYTHING).decision["events"]["ratings"] == 120


def test_an_absent_model_is_told(results, store):
    with pytest.raises(errors.NotFoundError, match="There is none yet: 'recli train' makes one"):
        refresh(results, "m", FEW)
    store()
    with pytest.raises(errors.NotFoundError, match="There are: m"):
        refresh(results, "n", FEW)


def test_another_log_under_the_same_name_is_told(results, store, send, newcomers):
    store()
    send(newcomers())
    refresh(results, "m", ANYTHING)
    for path in results.glob(f"{FILE_NAME}*"):
        path.unlink()
    assert refresh(results, "m", ANYTHING).decision is None
    with EventLog(results / FILE_NAME) as log:
        log.append([Event("e", "rating", "u", "i", 3.0, 1)])
    with pytest.raises(errors.DataError, match="is not the event log that"):
        refresh(results, "m", ANYTHING)
    shutil.rmtree(results / "datasets" / "m")
    assert refresh(results, "m", ANYTHING).decision is None


def test_of_two_at_once_the_second_says_so(results, store):
    store()
    holding = (
        "import sys; from pathlib import Path; from recli import files\n"
        f"with files.alone(Path({str(results / 'refreshes' / '.lock')!r}), 'x'):\n"
        "    print('in', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline().strip() == b"in"
        with pytest.raises(errors.UsageError, match="a refresh is at work there already"):
            refresh(results, "m", FEW)
    finally:
        other.kill()
        other.communicate()
    assert refresh(results, "m", FEW).decision is None


# Cut off


class Killed(BaseException):
    """The process ended here: nothing that was to come after was done."""


@pytest.fixture
def killed_at(monkeypatch):
    """Runs a function until the nth time that something on disk takes its name; whether it came so far.

    From then on nothing on the disk changes, as if the process were gone.
    """

    def run(n, function):
        count = 0

        def counted(original):
            def step(*arguments, **options):
                nonlocal count
                count += 1
                if count >= n:
                    raise Killed
                return original(*arguments, **options)

            return step

        def while_alive(original):
            def step(*arguments, **options):
                if count >= n:
                    raise Killed
                return original(*arguments, **options)

            return step

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", counted(os.replace))
            patch.setattr(Path, "rename", counted(Path.rename))
            patch.setattr(files, "_exchanged", counted(files._exchanged))
            patch.setattr(shutil, "rmtree", while_alive(shutil.rmtree))
            patch.setattr(Path, "unlink", while_alive(Path.unlink))
            try:
                function()
            except Killed:
                return True
        return False

    return run


def end_state(results):
    """All that a refresh leaves, but what names moments: the dataset, the model, the decisions."""
    model = models.load(results / "models" / "m")
    documents = [
        REFRESHES.read(REFRESHES.folder(results, name)) for name in REFRESHES.names(results)
    ]
    for document in documents:
        del document["id"], document["started"], document["seconds"], document["seal"]
        document["published"] = document["published"] is not None
        document["learned"].pop("seal")
        document["events"].pop("log")
    documents.sort(key=lambda document: document["events"]["through"])
    datasets = results / "datasets" / "m"
    events = json.loads((datasets / "events.json").read_text())
    return (
        model.algorithm.score_users(np.arange(model.trainset.n_users)).tolist(),
        model.dataset,
        {key: value for key, value in events.items() if key != "log"},
        (datasets / "ratings.parquet").read_bytes(),
        (datasets / "set-aside.csv").read_text(),
        documents,
    )


@pytest.mark.parametrize("exchanges", [True, False], ids=["exchanged", "moved_aside"])
def test_cut_off_anywhere_the_next_refresh_ends_the_same(
    results, tmp_path, store, send, newcomers, killed_at, exchanges, monkeypatch
):
    """Two rounds with events between; the second is killed at each of its steps, then run again."""
    if not exchanges:
        monkeypatch.setattr(files, "_exchanged", lambda *_: False)
    given = {"n_factors": 3, "n_epochs": 2}
    store("svd", given)
    send(newcomers())
    assert refresh(results, "m", ANYTHING).decision["published"]
    send([*newcomers(seed=1), ("u", "i", 99.0)], at=1000)
    begun = tmp_path / "begun"
    shutil.copytree(results, begun)
    assert refresh(results, "m", ANYTHING).decision["published"]
    expected = end_state(results)
    for n in range(1, 100):
        shutil.rmtree(results)
        shutil.copytree(begun, results)
        if not killed_at(n, lambda: refresh(results, "m", ANYTHING)):
            break
        refresh(results, "m", ANYTHING)
        assert end_state(results) == expected, f"killed at step {n}"
        assert refresh(results, "m", ANYTHING).decision is None
    assert n > 8


def test_cut_off_anywhere_no_interaction_is_added_twice(
    results, tmp_path, store, small, newcomers, killed_at
):
    """As above, of clicks: pairs are clicked on again in the second round, and add up once."""
    ratings = small.ratings
    ones = np.ones(len(ratings))
    clicked = dataclasses.replace(
        ratings, values=ones, scale=(1.0, 1.0), implicit=True, first_times=ratings.times
    )
    store("item-knn", dataset=dataclasses.replace(small, ratings=clicked))

    def click(pairs, at):
        events = [
            Event(f"{at}-{n}", "click", user, item, None, START + at + n)
            for n, (user, item, _) in enumerate(pairs)
        ]
        with EventLog(results / FILE_NAME) as log:
            log.append([*events, Event(f"{at}", "rating", "u", "i", 5.0, START)])

    click(newcomers(), 0)
    assert refresh(results, "m", ANYTHING).decision["published"]
    click([*newcomers(), *newcomers(seed=1)], 1000)
    begun = tmp_path / "begun"
    shutil.copytree(results, begun)
    assert refresh(results, "m", ANYTHING).decision["published"]
    expected = end_state(results)
    weights = load(str(results / "datasets" / "m")).ratings.values
    assert weights.sum() == len(ratings) + 360
    assert np.count_nonzero(weights == 2) == 120
    for n in range(1, 100):
        shutil.rmtree(results)
        shutil.copytree(begun, results)
        if not killed_at(n, lambda: refresh(results, "m", ANYTHING)):
            break
        refresh(results, "m", ANYTHING)
        assert end_state(results) == expected, f"killed at step {n}"
    assert n > 8


def walk(results, killed_in=None):
    """The states that a round goes through; it ends before what is done in the state `killed_in`."""
    entered = []
    with EventLog(results / FILE_NAME) as log:
        state = entry(Round(RefreshedModel.find(results, "m"), ANYTHING, log))
        while not isinstance(state, End):
            entered.append(type(state).__name__.lower())
            if entered[-1] == killed_in:
                break
            state = state.advance()
    return entered


WHOLE = ["take", "learn", "compare", "decide", "publish"]


@pytest.mark.parametrize(
    ("killed_in", "then"),
    [
        ("take", WHOLE),
        ("learn", WHOLE),
        ("compare", WHOLE),
        ("decide", WHOLE),
        ("publish", ["resume", "publish", "take"]),
        (None, ["take"]),
    ],
)
def test_a_round_enters_the_state_that_is_not_done(
    results, store, send, newcomers, killed_in, then
):
    store("damped-mean")
    send(newcomers())
    assert walk(results, killed_in) == WHOLE[: WHOLE.index(killed_in or "publish") + 1]
    assert walk(results) == then
    assert walk(results) == ["take"]


def test_a_round_that_was_killed_before_it_marked_the_decision(
    results, store, send, newcomers, monkeypatch
):
    store("damped-mean")
    send(newcomers())
    save = models.save

    def last(*arguments):
        save(*arguments)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(models, "save", last)
        refresh(results, "m", ANYTHING)
    assert walk(results) == ["resume", "take"]
    assert [document["published"] is None for document in history.of_model(results, "m")] == [False]


def test_the_beginning_of_a_name_is_the_name(results, store, send, newcomers):
    store("damped-mean", name="shop-model")
    send(newcomers())
    decision = refresh(results, "shop", ANYTHING).decision
    assert (decision["model"], decision["published"] is None) == ("shop-model", False)
    assert [path.name for path in (results / "models").iterdir()] == ["shop-model"]
    assert [path.name for path in (results / "datasets").iterdir()] == ["shop-model"]


def test_a_decision_whose_model_was_trained_anew_is_taken_back(
    results, store, send, newcomers, killed_at, monkeypatch
):
    store()
    send(newcomers())

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(models, "save", killed)
        refresh(results, "m", ANYTHING)
    store("damped-mean")
    outcome = refresh(results, "m", ANYTHING)
    assert outcome.told[0].startswith("Taken back")
    documents = history.of_model(results, "m")
    assert sorted(d["decision"] for d in documents) == ["keep", "publish"]
    assert outcome.decision["algorithm"] == "damped-mean"


def test_a_model_trained_meanwhile_is_not_replaced(
    results, store, send, newcomers, loaded, monkeypatch
):
    store()
    send(newcomers())
    write = history.write

    def trains_after(*arguments):
        path = write(*arguments)
        store("damped-mean")
        return path

    with monkeypatch.context() as patch:
        patch.setattr(history, "write", trains_after)
        with pytest.raises(
            errors.UsageError, match="was trained anew while the refresh was at work"
        ):
            refresh(results, "m", ANYTHING)
    assert loaded().configured.name == "damped-mean"
    assert refresh(results, "m", ANYTHING).told[0].startswith("Taken back")


def test_what_was_moved_aside_comes_back(tmp_path):
    (tmp_path / ".m.x1").mkdir()
    (tmp_path / ".m.x1" / "old").mkdir()
    (tmp_path / ".m.x1" / "old" / "file").write_text("kept")
    files.recover(tmp_path / "m")
    assert (tmp_path / "m" / "file").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    files.recover(tmp_path / "absent")
