"""The command line beside the front door, and the tiny dataset as tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from recli.cli import main


@pytest.fixture
def printed(tmp_path: Path) -> Callable[..., Any]:
    """`printed("evaluate", "-a", "svd")` is what the command prints as JSON."""

    def run(*arguments: object) -> Any:
        typed = [*map(str, arguments), "--format", "json", "-q", "--results", str(tmp_path / "cli")]
        result = CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture(scope="session")
def ratings(tiny: Path) -> pd.DataFrame:
    return pd.read_csv(tiny / "ratings.csv")


@pytest.fixture(scope="session")
def movies(tiny: Path) -> pd.DataFrame:
    return pd.read_csv(tiny / "movies.csv")
