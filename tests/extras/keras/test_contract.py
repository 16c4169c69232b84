"""What every algorithm keeps to, for those of Keras; `make test-keras` runs it on each backend."""

from __future__ import annotations

from typing import ClassVar

import pytest

from recli import registry
from recli.testing import AlgorithmContract

NAMES = [
    name
    for name in registry.names("algorithm")
    if registry.extra_of("algorithm", name).startswith("keras-")
]


class TestEveryModel(AlgorithmContract):
    changes: ClassVar = {
        "item_features": "year",
        "user_features": "town",
        "patience": None,  # what it changes is up to how the loss wanders
        "text_terms": None,  # without item features they change nothing
        "text_factors": None,
        "text_stop_words": None,
    }

    @pytest.fixture(params=NAMES)
    def subject(self, request):
        return registry.get("algorithm", request.param)
