"""`recli export monitoring`: the files, and a dashboard that Grafana's own types take as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

FILES = [
    "README.md",
    "alerts.yml",
    "alerts_test.yml",
    "dashboard.json",
    "grafana/provisioning/dashboards/recli.yml",
    "grafana/provisioning/datasources/prometheus.yml",
    "prometheus.yml",
]


def files(folder: str) -> list[str]:
    found = (path.relative_to(folder) for path in Path(folder).rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found)


def lacking(before: object, after: object, path: str = "") -> list[str]:
    """What of `before` is missing or another in `after`, which may have more."""
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(f"{path}/{key}", before[key], after.get(key)) for key in before]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(f"{path}/{n}", *pair) for n, pair in enumerate(zip(before, after, strict=True))]
    else:
        return [] if before == after else [f"{path}: {before!r} became {after!r}"]
    return [found for where, a, b in pairs for found in lacking(a, b, where)]


def test_the_files(recli):
    result = recli("export", "monitoring", "watch")
    assert result.stdout.split() == ["watch:", "7", "files", *FILES]
    assert files("watch") == FILES
    assert 'targets: ["127.0.0.1:8000"]' in Path("watch/prometheus.yml").read_text()
    assert "credentials" not in Path("watch/prometheus.yml").read_text()
    for name in FILES:
        assert not re.search("@[A-Z_]+@", Path("watch", name).read_text(encoding="utf-8"))


def test_an_address_and_a_key(recli):
    typed = ("--target", "shop.example:81", "--key-file", "/etc/key", "--format", "json")
    result = recli("export", "monitoring", "watch", *typed)
    assert json.loads(result.stdout) == {
        "target": "shop.example:81",
        "folder": "watch",
        "files": FILES,
    }
    text = Path("watch/prometheus.yml").read_text()
    assert '    authorization:\n      credentials_file: "/etc/key"\n' in text
    assert 'targets: ["shop.example:81"]' in text


@pytest.mark.parametrize("target", ["8000", "a:b", 'a"]:80', "a: 80", ""])
def test_what_is_no_address(recli, target):
    said = recli("export", "monitoring", "watch", "--target", target, code=2).stderr
    assert f"'{target}' is no HOST:PORT" in said
    assert not Path("watch").exists()


def test_an_earlier_one_is_replaced_and_nothing_else(recli):
    recli("export", "monitoring", "watch", "-q")
    Path("watch/alerts.yml").write_text("mine")
    recli("export", "monitoring", "watch", "-q")
    assert Path("watch/alerts.yml").read_text().startswith("# Alerts")
    Path("watch/notes.txt").write_text("mine")
    said = recli("export", "monitoring", "watch", code=2).stderr
    assert "watch holds notes.txt, which is not of this command's making" in said
    assert Path("watch/notes.txt").read_text() == "mine"


def test_grafana_reads_the_dashboard(recli):
    recli("export", "monitoring", "watch", "-q")
    written = json.loads(Path("watch/dashboard.json").read_text(encoding="utf-8"))
    plugins.register_default_plugins()
    read = json.loads(json.dumps(Dashboard.from_json(written), cls=JSONEncoder))
    assert lacking(written, read) == []


def test_panels_lie_side_by_side(recli):
    recli("export", "monitoring", "watch", "-q")
    panels = json.loads(Path("watch/dashboard.json").read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))  # Grafana's grid
