"""A stored model of the small dataset, and events that come in to it."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.data.event import Event
from recli.events.log import FILE_NAME, EventLog
from recli.models import model as models

_shared = runpy.run_path(str(Path(__file__).parents[1] / "algorithms" / "conftest.py"))
embedded, small = _shared["embedded"], _shared["small"]

START = 1_700_000_000
"""Later than every rating of the dataset."""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def store(results, small) -> Callable[..., models.FittedModel]:
    """Trains an algorithm on the small dataset and stores the model; `dataset` may be another."""

    def train(algorithm="svd", given=None, dataset=None, name="m") -> models.FittedModel:
        model = models.train(dataset or small, Configured.of(algorithm, given), 3)
        models.save(model, results, name)
        return model

    return train


@pytest.fixture
def send(results) -> Callable[..., None]:
    """Appends ratings (user, item, value) to the log, a second apart, from the second `at` on."""
    sent = iter(range(1_000_000))

    def append(ratings, at=0) -> None:
        events = [
            Event(f"e{next(sent)}", "rating", user, item, value, START + at + n)
            for n, (user, item, value) in enumerate(ratings)
        ]
        with EventLog(results / FILE_NAME) as log:
            log.append(events)

    return append


@pytest.fixture
def newcomers(small) -> Callable[..., list[tuple[str, str, float]]]:
    """Ratings of new users, ten each; of real items, in the taste of real users."""

    def ratings(n_users=12, seed=0, shift=0.0):
        rng = np.random.default_rng(seed)
        known, found = small.ratings, []
        busy = np.flatnonzero(np.bincount(known.users) >= 10)
        for user in range(n_users):
            rows = np.flatnonzero(known.users == rng.choice(busy))
            for row in rng.permutation(rows)[:10]:
                value = float(np.clip(known.values[row] + shift, *known.scale))
                found.append((f"new-{seed}-{user}", known.item_ids.text[known.items[row]], value))
        return [found[n] for n in rng.permutation(len(found))]

    return ratings
