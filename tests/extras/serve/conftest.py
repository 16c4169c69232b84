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
from recli.extras.serve.settings import ServiceSettings
from recli.models import model as models
from recli.models.model import FittedModel

Serving = Callable[..., TestClient]


@pytest.fixture(scope="session")
def trained(tiny: Path) -> Callable[..., FittedModel]:
    """`trained("svd", n_factors=4)` on the tiny dataset."""

    def train(algorithm: str, seed: int = 0, **params: object) -> FittedModel:
        return models.train(load(str(tiny)), Configured.of(algorithm, params), seed)

    return train


@pytest.fixture
def results(tmp_path: Path, trained: Callable[..., FittedModel]) -> Path:
    """A results folder with the model `mine`, content-based."""
    models.save(trained("content-based"), tmp_path / "results", "mine")
    return tmp_path / "results"


@pytest.fixture
def shop_model(results: Path, tmp_path: Path) -> Callable[..., None]:
    """The model `shop`, ease, of views and purchases by two tastes.

    `shop_model(name, kinds=False)` stores another, without kinds.
    """
    tastes = ("hat", "scarf", "gloves"), ("pen", "ink", "paper")
    lines = ["user_id,item_id,event"]
    for user in range(12):
        for n, item in enumerate(tastes[user % 2]):
            lines.append(f"u{user},{item},{'purchase' if (user + n) % 3 else 'view'}")

    def train(name: str, kinds: bool = True) -> None:
        rows = [line if kinds else line.rpartition(",")[0] for line in lines]
        (tmp_path / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        reading = {"weights": {"view": 1.0, "purchase": 5.0}} if kinds else {}
        dataset = load(str(tmp_path / f"{name}.csv"), overrides={"implicit": True, **reading})
        models.save(models.train(dataset, Configured.of("ease"), 0), results, name)

    train("shop")
    return train


@pytest.fixture
def serving(results: Path) -> Iterator[Serving]:
    """`serving(keys=…)` is a client of an application with these settings."""
    with ExitStack() as stack:

        def start(*models: str, **settings: object) -> TestClient:
            weights = dict.fromkeys(models or ["mine"], 1.0)
            app = create_app(ServiceSettings(results, weights, **settings))
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield start


@pytest.fixture
def client(serving: Serving) -> TestClient:
    """A client of an application that serves `mine`."""
    return serving()
