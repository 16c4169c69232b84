"""What the command line says of splits."""

from __future__ import annotations

import json

from recli import registry


def test_all_are_listed(recli):
    listed = json.loads(recli("list", "splits", "--format", "json").stdout)
    assert [entry["split"] for entry in listed] == list(registry.names("split"))
    by_name = {entry["split"]: entry for entry in listed}
    assert by_name["last-n"] == {
        "split": "last-n",
        "needs times": "yes",
        "options": "n=1,min_train=1",
        "what it does": "The last `n` ratings of each user are in the test, all that they gave before "
        "in the training",
        "from": "recli",
    }
    assert by_name["k-fold"]["needs times"] == "no"


def test_one_is_explained(recli):
    text = recli("show", "split", "Timeline").stdout
    assert text.startswith("timeline\n\nAll ratings before one moment are in the training")
    assert "\nIt needs the times of the ratings.\n" in text
    assert "\nAs it is by default: timeline:test_size=0.2\n" in text
    assert "share of the ratings in the test (only with at=none)" in text
    assert "It needs" not in recli("show", "split", "group").stdout
    found = json.loads(recli("show", "split", "timeline", "--format", "json").stdout)
    assert found.keys() == {"split", "description", "from", "needs_times", "options"}
    assert [option["name"] for option in found["options"]] == ["at", "test_size"]
    assert found["options"][1]["only_with"] == {"at": [None]}
