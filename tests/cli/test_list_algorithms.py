"""`recli list algorithms`: narrow on the screen, all of it elsewhere."""

from __future__ import annotations

import csv
import io
import json

import pytest

from recli import registry


def test_every_trait_is_in_json_and_csv(recli):
    listed = json.loads(recli("list", "algorithms", "--format", "json").stdout)
    by_name = {row["algorithm"]: row for row in listed}
    assert tuple(by_name) == registry.names("algorithm")
    assert by_name["content-based"] == {
        "algorithm": "content-based",
        "kind": "content",
        "predicts": "ratings",
        "new_users": "baseline",
        "new_items": "features",
        "uses": ["item features"],
        "cost": "low",
        "extra": "",
        "installed": True,
        "summary": by_name["content-based"]["summary"],
        "source": by_name["content-based"]["source"],
        "from": "recli",
    }
    rows = list(csv.DictReader(io.StringIO(recli("list", "algorithms", "--format", "csv").stdout)))
    assert list(rows[0]) == list(listed[0])
    assert {row["algorithm"]: row["uses"] for row in rows}["content-based"] == "item features"


def test_the_screen_has_a_line_for_each_under_its_kind(recli):
    lines = recli("list", "algorithms").stdout.splitlines()
    under, kind = {}, ""
    for line in lines[1 : lines.index("")]:
        if line.startswith(" "):
            under[line.split()[0]] = kind
        else:
            kind = line
    kinds = {name: registry.get("algorithm", name).kind for name in registry.names("algorithm")}
    assert under == kinds
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("kind", registry.KINDS)
def test_it_is_said_how_to_begin_one_of_your_own(kind, recli):
    shown = " ".join(recli("list", registry.KINDS[kind].plural).stdout.split())
    module, _, base = registry.KINDS[kind].base.partition(":")
    assert f"{kind} of yours is a subclass of {base} of {module} in a Python file here" in shown


@pytest.mark.parametrize("name", registry.names("metric"))
def test_what_is_said_to_programmers_is_not_shown(name, recli):
    shown = recli("show", "metric", name).stdout
    assert "Arguments as" not in " ".join(shown.split())
    assert shown.partition("\n\n")[2].strip()


def test_one_is_explained_with_its_traits(recli):
    shown = recli("show", "algorithm", "LightFM").stdout
    assert (
        "Kind: factors. Scores items to rank them; learns from ratings and item features" in shown
    )
    assert "New users: popularity. New items: last or features." in shown
    assert "Cost: medium, 100,000 ratings take seconds." in shown
    document = json.loads(recli("show", "algorithm", "svd", "--format", "json").stdout)
    assert (document["kind"], document["predicts"]) == ("factors", "ratings")
    assert (document["extra"], document["installed"]) == ("", True)
