"""`recli.train` and `recli.Model`: what the commands print, as tables."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import surprise

import recli
from recli.errors import NotFoundError, UsageError


@pytest.fixture(scope="module")
def svd(tiny):
    return recli.train(tiny, recli.algorithm("svd", n_epochs=5))


@pytest.fixture(scope="module")
def ease(tiny):
    return recli.train(recli.load(tiny), "ease")


def records(frame):
    return frame.drop(columns="user", errors="ignore").to_dict("records")


def test_the_lists_are_those_of_the_command(svd, ease, printed, tiny, tmp_path):
    for model, name in ((svd, "svd"), (ease, "ease")):
        model.save(name, results=tmp_path / "cli")
        for user, options, typed in (
            (2, {}, []),
            (
                3,
                {"min_ratings": 12, "exclude_seen": False},
                ["--min-ratings", 12, "--include-seen"],
            ),
            (
                3,
                {"diversify": 0.4, "where": "year > 1985"},
                ["--diversify", 0.4, "--where", "year > 1985"],
            ),
        ):
            answer = printed("recommend", "-m", name, "-u", user, "-n", 4, *typed)["items"]
            found = model.recommend(user, 4, **options)
            expected = pd.DataFrame(answer)[[c for c in found.columns if c != "user"]]
            pd.testing.assert_frame_equal(found.drop(columns="user"), expected, check_dtype=False)
            assert set(found["user"]) == {user}


def test_several_users_and_all(ease):
    both = ease.recommend([2, 3], 3)
    alone = pd.concat([ease.recommend(2, 3), ease.recommend("3", 3)], ignore_index=True)
    pd.testing.assert_frame_equal(both, alone)
    ids = ease.stored.trainset.ratings.user_ids.text
    everybody = ease.recommend(n=1)["user"].astype(str).tolist()
    assert len(set(everybody)) == len(everybody) > 20
    assert everybody == [user for user in ids if user in everybody]  # others have rated everything
    assert ease.recommend([], 3).columns.tolist() == both.columns.tolist()


def test_why(ease):
    found = ease.recommend(2, 2, explain=True)
    assert found["why"].str.startswith("because you liked ").all()


def test_somebody_new_as_the_command_has_them(svd, printed, tmp_path):
    svd.save("svd", results=tmp_path / "cli")
    title = svd.recommend(2, 1)["title"].iloc[0]
    typed = ("--rate", f"{title}=5", "--rate", "1=0.5")
    answer = printed("recommend", "-m", "svd", "-n", 3, *typed)["items"]
    found = svd.fold_in({title: 5, 1: 0.5}).recommend(n=3)
    assert found["item"].tolist() == [place["item"] for place in answer]
    assert found["score"].tolist() == [place["score"] for place in answer]
    assert found["user"].isna().all()
    known = printed("recommend", "-m", "svd", "-n", 3, "-u", 2, "--rate", "1=0.5")["items"]
    assert svd.fold_in({1: 0.5}, user=2).recommend(n=3)["item"].tolist() == [
        one["item"] for one in known
    ]
    liked = printed("recommend", "-m", "svd", "-n", 3, "--like-item", 1)["items"]
    assert svd.fold_in([1]).recommend(n=3)["item"].tolist() == [one["item"] for one in liked]
    with pytest.raises(UsageError, match="folded in"):
        svd.fold_in([1]).save("other")


def test_similar_as_the_command_has_it(ease, printed, tmp_path):
    ease.save("ease", results=tmp_path / "cli")
    answer = printed("similar", "-m", "ease", "-i", 1, "-n", 3)
    assert records(ease.similar(1, 3)) == answer["items"]
    with pytest.raises(UsageError, match="Like what"):
        ease.similar()


def test_predictions_are_those_of_surprise(svd, tiny):
    """Surprise's own SVD, pair by pair."""
    data = recli.load(tiny).to_surprise()
    theirs = surprise.SVD(n_epochs=5, random_state=0).fit(data.build_full_trainset())
    pairs = [(raw[0], raw[1]) for raw in data.raw_ratings[:50]]
    expected = [theirs.predict(*pair).est for pair in pairs]
    np.testing.assert_allclose(svd.predict(pairs)["rating"], expected, rtol=1e-9)
    frame = pd.DataFrame(pairs, columns=["user", "item"])
    pd.testing.assert_frame_equal(svd.predict(frame), svd.predict(pairs))
    testset = [(user, item, 3.0) for user, item in pairs]
    assert surprise.accuracy.rmse(svd.algorithm.test(testset), verbose=False) == pytest.approx(
        surprise.accuracy.rmse(theirs.test(testset), verbose=False), rel=1e-9
    )


def test_saved_by_name_and_by_path(svd):
    assert os.listdir() == []
    assert svd.save("mine") == Path("results/models/mine")
    assert svd.save(Path("shop/svd")) == Path("shop/svd")
    for again in (recli.Model.load("mine"), recli.Model.load("shop/svd")):
        pd.testing.assert_frame_equal(again.recommend([2, 3]), svd.recommend([2, 3]))
    assert (
        repr(again) == repr(svd) == "svd (n_epochs=5), learned from tiny: 428 ratings of 30 users"
    )
    with pytest.raises(NotFoundError, match="There is no model 'nine'.*mine"):
        recli.Model.load("nine")


def test_the_default_makes_lists(tiny):
    model = recli.train(tiny)
    assert model.stored.origin["lists"]["measured"]
    assert model.name in ("ease", "item-knn", "rp3beta", "most-popular")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (
            lambda m: m.recommend(99999),
            NotFoundError,
            "Somebody new gets a list by their ratings: `fold_in(",
        ),
        (
            lambda m: m.recommend([2, 99999]),
            NotFoundError,
            "does not know 1 user of these:\n  99999",
        ),
        (lambda m: m.recommend(2, diversfy=1), UsageError, "Did you mean 'diversify'?"),
        (lambda m: m.recommend(2, where="yeer > 1"), UsageError, "`where`: "),
        (lambda m: m.recommend(2, candidates=[]), NotFoundError, "candidates: names no items."),
        (lambda m: m.predict([(2,)]), UsageError, "`pairs` should be pairs"),
        (
            lambda m: m.predict(pd.DataFrame({"who": [2]})),
            UsageError,
            "needs the columns user and item",
        ),
        (lambda m: m.predict([(2, 99999)]), NotFoundError, "does not know 1 item"),
        (lambda m: m.fold_in({1: 9}), UsageError, "'9' is no rating from 0.5 to 5"),
    ],
)
def test_what_is_refused(svd, ask, error, message):
    with pytest.raises(error) as caught:
        ask(svd)
    assert message in str(caught.value)
    assert "--" not in str(caught.value)
