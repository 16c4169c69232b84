"""Reasons in words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import surprise

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._contract.adapted import adapted
from recli.algorithms._shared.reasons import Reason
from recli.models import model as models
from recli.ranking.explanation import because, explained


@pytest.fixture(scope="module")
def model(small):
    return models.train(small, Configured.of("content-based"), 0)


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (
            [
                Reason("mean", "", 3.0),
                Reason("feature", "genres=Film-Noir", 0.2),
                Reason("feature", "names=Kubrick", 0.9),
                Reason("feature", "year=1990s", -2.0),
            ],
            "because you liked Kubrick, Film-Noir",
        ),
        ([Reason("feature", f"f={n}", 1.0) for n in "abcd"], "because you liked a, b, c"),
        (
            [Reason("feature", f"f={name}", 1.0) for name in ("Film-Noir", "Matrix, The")],
            "because you liked Film-Noir; Matrix, The",
        ),
        ([Reason("feature", "length", 1.0)], "because you liked length"),
        (
            [Reason("item bias", "", 1.0), Reason("rated item", "nobody's", 0.1, 5.0)],
            "because you liked nobody's",
        ),
        (
            [Reason("neighbour", "7", 0.1, 5.0)],
            "because 1 user with a taste like yours gave it 5.0",
        ),
        (
            [Reason("neighbour", "7", 0.1, 5.0), Reason("neighbour", "8", -0.1, 3.5)],
            "because 2 users with a taste like yours gave it 4.2",
        ),
        (
            [Reason("rated item", "this", 0.3, 1.0), Reason("rated item", "that", 0.1, 4.0)],
            "because you liked that",
        ),
        ([Reason("rated item", "this", 0.3, 1.0)], "because of how you rated this"),
        ([Reason("item bias", "", 0.5), Reason("feature", "x", -1.0)], "because many liked it"),
        ([Reason("mean", "", 3.5)], "nothing speaks for it in particular"),
        ([], "nothing speaks for it in particular"),
    ],
)
def test_words(model, reasons, words):
    assert because(model, reasons) == words


def test_rated_items_have_their_titles(model, small):
    raw = str(small.ratings.item_ids.text[5])
    words = because(model, [Reason("rated item", raw, 1.0)])
    assert words == f"because you liked {small.items.titles[5]}"


def test_of_every_item_the_reasons_sum_to_its_score(model, small):
    items = np.arange(len(small.ratings.item_ids))
    found = [explained(model, 7, item) for item in items]
    inner = model.trainset.inner_users[[7]]
    scores = model.algorithm.score_users(inner)[0][model.trainset.inner_items]
    np.testing.assert_allclose([sum(r.amount for r in one.reasons) for one in found], scores)


def test_a_table_has_them_in_short(model):
    one = explained(model, 7, 3)
    words, reasons = one.cells
    assert words == one.words == one.document["why"]
    assert reasons.startswith("mean +3.")
    assert len(reasons.split("; ")) == len(one.reasons) == len(one.document["reasons"])
    assert one.document["reasons"][0].keys() == {"kind", "what", "amount", "rating"}


class Mute(surprise.AlgoBase):
    """An algorithm of a user's own."""

    def estimate(self, u, i):
        return 3.0


def test_an_algorithm_that_cannot_say(model, small):
    mute = dataclasses.replace(model, algorithm=adapted(Mute()).fit(small.trainset()))
    with pytest.raises(errors.UsageError, match="cannot say why it ranks an item"):
        explained(mute, 0, 0)
