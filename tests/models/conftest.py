"""The same small datasets as tests/algorithms has, and models whose scores are said beforehand."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from recli.algorithms import Algorithm, Configured
from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.models import model as models

_shared = runpy.run_path(str(Path(__file__).parents[1] / "algorithms" / "conftest.py"))
embedded, small = _shared["embedded"], _shared["small"]

FEATURES = (
    Feature("genres", "categories", "genres", separator="|"),
    Feature("year", "number", "year"),
    Feature("tags", "flags", "tags", columns=("Old", "New Wave")),
    Feature("decade", "text", "title", pattern=r"\((\d{3})\d\)"),
)
COLUMNS = ("genres", "year", "country", "Old", "New Wave")


class Given(Algorithm):
    """Scores said beforehand, by item code; the same for every user."""

    def __init__(self, scores, predicts="ratings"):
        self.scores = np.array(scores, float)
        self.predicts = predicts

    def _learn(self, trainset):
        self.trainset = trainset

    def _estimate_users(self, users):
        return np.tile(self.scores[self.trainset.item_codes], (len(users), 1))


def _model(items, rated, *, times=None, predicts="ratings", table=True):
    """A model of items {id: (score, title, {column: text})}, and of (user, item, rating)."""
    users, rated_items, values = zip(*rated, strict=True)
    user_ids, item_ids = Ids.of(users), Ids.of(list(items))
    described = [items[raw] for raw in item_ids.text]
    columns = {
        name: np.array([columns.get(name, "") for _, _, columns in described], object)
        for name in COLUMNS
    }
    columns["title"] = titles = np.array([title for _, title, _ in described], object)
    rows = np.ones(len(item_ids), bool)
    ratings = Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(users),
        items=item_ids.codes(rated_items),
        values=np.array(values, float),
        times=None if times is None else np.array(times, np.int64),
        scale=(1.0, 5.0),
    )
    known = Items(item_ids, columns, rows, titles=titles, features=FEATURES) if table else None
    description = Description("toy", None, RatingsSource(file="none.csv"))
    trainset = Dataset("toy", description, ratings, known).trainset()
    algorithm = Given([score for score, _, _ in described], predicts).fit(trainset)
    return models.FittedModel(Configured("given"), algorithm, trainset, {"name": "toy"}, 0)


@pytest.fixture(scope="session")
def model_of():
    """The function that makes such a model."""
    return _model


FILMS = {
    "1": (4.5, "Metropolis (1927)", {"genres": "Drama|Sci-Fi", "year": "1927", "Old": "1"}),
    "2": (4.0, "Playtime (1967)", {"genres": "Comedy", "year": "1967", "country": "FR"}),
    "3": (3.5, "Alphaville (1965)", {"genres": "Sci-Fi", "year": "1965", "New Wave": "1"}),
    "4": (3.0, "Ocean's Eleven", {"genres": " Comedy | Crime ", "year": "2001", "country": "us"}),
    "5": (2.5, "Nothing is known", {}),
    "6": (2.0, "Élan", {"genres": "Comedy", "year": "", "country": "  "}),
}
RATED = [("a", "1", 5), ("a", "2", 4), ("b", "2", 3), ("b", "3", 1), ("c", "4", 2)]
TIMES = [100, 200, 50, 300, 400]


@pytest.fixture(scope="session")
def films():
    """Six films with genres, year, flags and times; nobody rated 5 and 6."""
    return _model(FILMS, RATED, times=TIMES)
