"""Ratings of somebody new, items by title, and what is alike."""

from __future__ import annotations

import numpy as np
import pytest

from recli import errors, registry
from recli.algorithms import Configured
from recli.models import fold_in, similar, titles
from recli.models import model as models
from recli.models.fold_in import Given


@pytest.fixture(scope="module")
def model(small):
    return models.train(small, Configured.of("svd", {"n_factors": 10}), 0)


def raw(model, text):
    return model.trainset.ratings.item_ids.text[titles.item_code(model, text)]


# Titles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("318", "318"),
        ("shawshank redemption, the", "318"),
        ("The Shawshank Redemption", "318"),
        ("shawshank", "318"),
        ("shawsh redem", "318"),
        ("Toy Story", "1"),
        ("toy story 2", "3114"),
        ("empire strikes", "1196"),
    ],
)
def test_an_item_by_id_or_title(model, text, expected):
    assert raw(model, text) == expected


def test_several_titles_are_shown_the_most_rated_first(model):
    with pytest.raises(errors.UsageError) as caught:
        titles.item_code(model, "star wars")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("'star wars' fits ")
    assert lines[1] == "  260  Star Wars: Episode IV - A New Hope"
    assert lines[-1] == "Say which by its id, or by more of its title."


@pytest.mark.parametrize("text", ["toy stroy", "999999", "!", ""])
def test_no_such_item_names_the_nearest(model, text):
    with pytest.raises(errors.NotFoundError, match=f"There is no item '{text}'. Nearest: "):
        titles.item_code(model, text)


def test_a_misspelt_title_is_near(model):
    with pytest.raises(errors.NotFoundError, match=r"1 \(Toy Story\)"):
        titles.item_code(model, "toy stroy")


# Files


@pytest.mark.parametrize(
    "text",
    [
        "318,5\n1,4.5\n",
        "item,rating\n318,5\n1,4.5\n",
        "rating;movieId;title\n5;318;x\n4.5;1;y\n",
        "318\t5\n\n1\t4.5\n",
        "film,note\n318,5\n1,4.5\n",
    ],
)
def test_a_table_of_ratings(model, text):
    found = fold_in.rated(model, fold_in.read(text, "mine.csv"))
    ids = model.trainset.ratings.item_ids.text[found.items]
    assert dict(zip(ids, found.values.tolist(), strict=True)) == {"318": 5.0, "1": 4.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.csv: holds no ratings. It should have an item and a rating a line, as 318,5."),
        (" \n\n", "mine.csv: holds no ratings"),
        ("item,rating\n", "mine.csv: has a header, and no ratings below it"),
        ("318,5\n1\n", "These are none:\n  line 2: 1"),
        ("318\n1\n", "  line 1: 318\n  line 2: 1"),
    ],
)
def test_a_table_without_ratings(text, message):
    with pytest.raises(errors.DataError) as caught:
        fold_in.read(text, "mine.csv")
    assert message in str(caught.value)


@pytest.mark.parametrize("value", ["6", "0", "five", "nan", "inf", ""])
def test_no_rating_on_the_scale(model, value):
    with pytest.raises(errors.UsageError, match="mine, line 1: '.*' is no rating from 0.5 to 5"):
        fold_in.rated(model, [Given("318", value, "mine, line 1")])


def test_unknown_items_stop_or_are_set_aside(model):
    given = [Given("318", "5", "a"), Given("nothing", "4", "b")]
    with pytest.raises(errors.NotFoundError, match="There is no item 'nothing'"):
        fold_in.rated(model, given)
    found = fold_in.rated(model, given, lenient=True)
    assert len(found.items) == 1
    [unknown] = found.unknown
    assert unknown.startswith("b: There is no item 'nothing'")
    with pytest.raises(errors.NotFoundError, match="None of the 1 rated items is known"):
        fold_in.rated(model, given[1:], lenient=True)


def test_of_two_ratings_the_later_counts(model):
    found = fold_in.rated(
        model, [Given("318", "5", "a"), Given("1", "3", "b"), Given("318", "2", "c")]
    )
    assert found.values.tolist() == [3.0, 2.0]


# Models


def rating(model, item, value):
    return fold_in.rated(model, [Given(item, value, "here")])


def test_a_new_user(model):
    folded, code = fold_in.fold_in(model, rating(model, "318", "5"))
    assert folded.trainset.ratings.user_ids.text[code] == ""
    assert model.trainset.n_users > 1
    assert folded.trainset.n_users == 1


def test_what_a_known_user_had_rated_counts_too_and_the_new_wins(model):
    trainset, ids = model.trainset, model.trainset.ratings.user_ids
    user = ids.text[14]
    mine = trainset.users == trainset.inner_users[14]
    again = trainset.ratings.item_ids.text[trainset.item_codes[trainset.items[mine][0]]]
    new = 3.5 if trainset.values[mine][0] != 3.5 else 2.0
    folded, code = fold_in.fold_in(model, rating(model, again, str(new)), user)
    hers = folded.trainset
    assert hers.ratings.user_ids.text[code] == user
    before = dict(zip(trainset.items[mine].tolist(), trainset.values[mine].tolist(), strict=True))
    after = dict(zip(hers.items.tolist(), hers.values.tolist(), strict=True))
    assert after == before | {int(trainset.items[mine][0]): new}


def test_fitting_again_takes_the_packages(small, model, monkeypatch):
    if not registry.installed("lightfm"):
        pytest.skip("lightfm is not installed")
    lightfm = models.train(small, Configured.of("lightfm", {"n_epochs": 1}), 0)
    assert not lightfm.algorithm.folds_in
    folded, code = fold_in.fold_in(lightfm, rating(lightfm, "318", "5"))
    assert folded.trainset.rated(int(folded.trainset.inner_users[code])).size == 1
    monkeypatch.setattr(registry, "installed", lambda extra: False)
    fold_in.fold_in(model, rating(model, "318", "5"))
    with pytest.raises(errors.MissingExtraError, match="lightfm needs packages"):
        fold_in.fold_in(lightfm, rating(lightfm, "318", "5"))


def test_a_user_whom_the_model_does_not_know(model):
    with pytest.raises(errors.NotFoundError, match="There is no user 'nobody'"):
        fold_in.fold_in(model, rating(model, "318", "5"), "nobody")


def test_of_whom_nothing_is_known_gets_what_most_like(model, small):
    popular = fold_in.most_popular(model)
    scores = popular.algorithm.score_users(popular.trainset.inner_users[[0]])[0]
    liked = small.ratings.values >= model.trainset.threshold
    counts = np.bincount(small.ratings.items[liked], minlength=300)
    rated = np.bincount(small.ratings.items, minlength=300) > 0
    np.testing.assert_array_equal(scores[popular.trainset.inner_items][rated], counts[rated])


# Alike


def test_alike_by_the_cosine_of_factors(model):
    code = titles.item_code(model, "Toy Story")
    found = similar.similar(model, "item", code, 3)
    qi, trainset = model.algorithm.qi, model.trainset
    own = qi[trainset.inner_items[code]]
    cosines = qi @ own / np.linalg.norm(qi, axis=1) / np.linalg.norm(own)
    best = np.argsort(-cosines)[1:4]
    ids = trainset.ratings.item_ids
    assert [one.id for one in found] == [ids.json(int(c)) for c in trainset.item_codes[best]]
    assert [one.similarity for one in found] == pytest.approx(cosines[best].tolist())
    assert [one.rank for one in found] == [1, 2, 3]


def test_alike_by_the_models_own_similarities(small):
    by_items = {"sim_options.user_based": "false", "sim_options.name": "cosine"}
    knn = models.train(small, Configured.of("knn-basic", by_items), 0)
    code = titles.item_code(knn, "Toy Story")
    [first] = similar.similar(knn, "item", code, 1)
    inner = int(knn.trainset.inner_items[code])
    row = knn.algorithm.sim[inner].copy()
    row[inner] = -1
    assert first.similarity == row.max()
    with pytest.raises(errors.UsageError, match="compares items"):
        similar.similar(knn, "user", 14, 1)


def test_alike_users(model):
    [first] = similar.similar(model, "user", 14, 1)
    assert first.title == ""
    assert first.id != model.trainset.ratings.user_ids.json(14)


def test_few_ratings_are_left_out(model):
    counts = np.bincount(model.trainset.ratings.items, minlength=300)
    ids = model.trainset.ratings.item_ids
    found = similar.similar(model, "item", 0, 300, min_ratings=20)
    assert all(counts[ids.code(str(one.id))] >= 20 for one in found)


def test_what_nobody_has_rated_is_like_nothing(model, small):
    cold = int(np.flatnonzero(np.bincount(small.ratings.items, minlength=300) == 0)[0])
    with pytest.raises(errors.UsageError, match="Nobody has rated item"):
        similar.similar(model, "item", cold, 3)


def test_some_models_do_not_compare(small):
    plain = models.train(small, Configured.of("baseline-only"), 0)
    with pytest.raises(errors.UsageError, match="baseline-only has no vectors"):
        similar.similar(plain, "item", 0, 3)
