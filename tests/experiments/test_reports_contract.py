"""Every registered report keeps to the contract."""

from __future__ import annotations

import pytest

from recli import registry
from recli.testing import ReportContract


class TestEveryReport(ReportContract):
    @pytest.fixture(params=registry.names("report"))
    def subject(self, request):
        return registry.get("report", request.param)
