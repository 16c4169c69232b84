"""Every registered way to make other lists keeps to the contract."""

from __future__ import annotations

import pytest

from recli import params, registry
from recli.ranking.rerankers._max_per import MaxPer
from recli.testing import RerankerContract


class TestEveryReranker(RerankerContract):
    @pytest.fixture(params=registry.names("reranker"))
    def subject(self, request):
        return registry.get("reranker", request.param)

    @pytest.fixture
    def given(self, subject):
        own = {"column": "genres"} if any(p.name == "column" for p in subject.parameters) else {}
        return params.resolve(subject.parameters, own, "it", "reranker")


class OfGenres(MaxPer):
    """What `--max-per genres=4` makes."""

    @classmethod
    def of(cls, whole, model, seed):
        return cls.by_fields(model, {"genres": 4})


class TestMaxPer(RerankerContract):
    reranker = OfGenres
