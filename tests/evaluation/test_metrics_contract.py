"""Every registered metric keeps to the contract; a new one is tested here by being there."""

from __future__ import annotations

import pytest

from recli import registry
from recli.testing import MetricContract


class TestEveryMetric(MetricContract):
    @pytest.fixture(params=registry.names("metric"))
    def subject(self, request):
        return registry.get("metric", request.param)
