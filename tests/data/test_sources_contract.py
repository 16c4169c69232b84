"""Sources of files keep to the contract."""

from __future__ import annotations

import pytest

from recli import registry
from recli.testing import SourceContract


class TestFiles(SourceContract):
    source = registry.get("source", "files")
    content = b"user,item,rating\n1,2,3\n"

    @pytest.fixture
    def place(self, tmp_path_factory):
        path = tmp_path_factory.mktemp("there") / "ratings.csv"
        path.write_bytes(self.content)
        return str(path)

    @pytest.fixture
    def nowhere(self, tmp_path_factory):
        return str(tmp_path_factory.mktemp("there") / "absent.csv")
