"""A small model in service, inside the test's own process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recli.algorithms import Configured
from recli.data.load import load
from recli.extras.serve.app import create_app
from recli.extras.serve.settings import Settings
from recli.recommend import model as models
from recli.recommend.model import Model

Serving = Callable[..., TestClient]


@pytest.fixture(scope="session")
def trained(tiny: Path) -> Callable[..., Model]:
    """`trained("svd", n_factors=4)` on the tiny dataset."""

    def train(algorithm: str, seed: int = 0, **params: object) -> Model:
        return models.train(load(str(tiny)), Configured.of(algorithm, params), seed)

    return train


@pytest.fixture
def results(tmp_path: Path, trained: Callable[..., Model]) -> Path:
    """A results folder with the model `mine`, content-based."""
    models.save(trained("content-based"), tmp_path / "results", "mine")
    return tmp_path / "results"


@pytest.fixture
def serving(results: Path) -> Iterator[Serving]:
    """`serving(keys=…)` is a client of an application with these settings."""
    with ExitStack() as stack:

        def start(model: str = "mine", **settings: object) -> TestClient:
            app = create_app(Settings(results, model, **settings))
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield start


@pytest.fixture
def client(serving: Serving) -> TestClient:
    """A client of an application that serves `mine`."""
    return serving()
