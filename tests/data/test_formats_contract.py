"""Every registered format keeps to the contract, with a small file of those that are text."""

from __future__ import annotations

import pytest

from recli import registry
from recli.testing import FormatContract

ROWS = [("1", "10", 5.0), ("1", "11", 3.5), ("2", "10", 1.0)]
CONTENTS = {
    "delimited": b"user,item,rating\n1,10,5\n1,11,3.5\n2,10,1\n",
    "json": b'[{"user":1,"item":10,"rating":5},{"user":1,"item":11,"rating":3.5},'
    b'{"user":2,"item":10,"rating":1}]',
    "json-lines": b'{"user":1,"item":10,"rating":5}\n{"user":1,"item":11,"rating":3.5}\n'
    b'{"user":2,"item":10,"rating":1}\n',
    "konect": b"% bip weighted\n1 10 5\n1 11 3.5\n2 10 1\n",
    "libsvm": b"5 1:1 10:1\n3.5 1:1 11:1\n1 2:1 10:1\n",
    "recbole": b"user_id:token\titem_id:token\trating:float\n1\t10\t5\n1\t11\t3.5\n2\t10\t1\n",
    "wide": b"user,10,11\n1,5,3.5\n2,1,\n",
}


class TestEveryFormat(FormatContract):
    rows = ROWS

    @pytest.fixture(params=registry.names("format"))
    def subject(self, request):
        return registry.get("format", request.param)

    @pytest.fixture
    def file(self, subject, tmp_path):
        name = registry.name_of(subject)
        if name not in CONTENTS:
            pytest.skip("its files have tests of their own")
        path = tmp_path / f"ratings{subject.suffixes[0] if subject.suffixes else '.txt'}"
        path.write_bytes(CONTENTS[name])
        return path
