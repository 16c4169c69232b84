"""Long and short versions of what tries to break recli: `make torture` runs the long ones."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def rounds():
    """`rounds(short, long)` is how many inputs are tried: a short slice in `make test`."""

    def chosen(short: int, long: int) -> int:
        return long if os.environ.get("RECLI_TORTURE") else short

    return chosen
