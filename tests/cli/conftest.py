"""Running the command line inside the test's own process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from recli.cli import main

Recli = Callable[..., Result]


@pytest.fixture
def recli() -> Recli:
    """`recli("data", "check")` runs that command; it must end with the exit code `code`."""

    def run(*arguments: object, code: int = 0, **extra: object) -> Result:
        typed = [str(argument) for argument in arguments]
        result = CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False, **extra)
        assert result.exit_code == code, result.output
        return result

    return run
