"""Finding items as their titles are typed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.data.load import load
from recli.models import model as models
from recli.models.search import TitleSearch


@pytest.fixture(scope="module")
def films() -> models.FittedModel:
    return models.train(load("movielens-small"), Configured.of("most-popular"), 0)


@pytest.fixture(scope="module")
def search(films):
    """Titles that are found for a text."""
    found = TitleSearch(films)
    return lambda text: [films.title(code) for code in found.find(text).tolist()]


@pytest.mark.parametrize("text", ["toy story", "TOY st", "story: toy", "  'toy'  sto", "Toy Story"])
def test_words_in_any_order_and_their_beginnings(search, text):
    assert search(text)[0] == "Toy Story"


def test_all_that_fit_and_those_rated_most_first(search):
    found = search("toy story")
    # Rated 247, 125 and 42 times in movielens-small.
    assert found[:3] == ["Toy Story", "Toy Story 2", "Toy Story 3"]
    assert all("Toy" in title and "Stor" in title for title in found)


def test_the_middle_of_a_word_does_not_fit(search):
    assert "Toy Story" not in search("ory")


@pytest.mark.parametrize("text", ["godfahter", "godfathr", "the gdfather"])
def test_a_misspelt_word(search, text):
    assert search(text)[0] == "Godfather, The"


@pytest.mark.parametrize("text", ["", "  ", "!?", "qqqqqq", "\x00", "toy qqqqqq"])
def test_nothing(search, text):
    assert search(text) == []


def test_an_id_goes_first(search):
    assert search("318")[0] == "Shawshank Redemption, The"


def test_without_titles_by_id(films):
    bare = replace(films, trainset=replace_table(films))
    ids = films.trainset.ratings.item_ids
    found = [ids.text[code] for code in TitleSearch(bare).find("31").tolist()]
    assert found[0] == "31"
    assert found == list(dict.fromkeys(found))
    assert set(found) == {raw for raw in ids.text if raw.startswith("31")}


def replace_table(model):
    trainset = model.trainset
    rows = np.arange(len(trainset.ratings))
    return type(trainset)(
        trainset.ratings, rows, None, trainset.global_mean, trainset.threshold, None
    )
