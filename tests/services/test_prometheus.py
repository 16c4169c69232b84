"""A real Prometheus: its own checks of what is exported, and the scrape of a server at work."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli.cli import main

pytestmark = pytest.mark.services

PATIENCE = 60.0
KEY = "a key of this test alone"


@pytest.fixture(autouse=True, scope="module")
def _installed() -> None:
    if not (shutil.which("promtool") and shutil.which("prometheus")):
        pytest.skip("Prometheus is not installed: 'make test-services' does it on Debian")


def export(folder: Path, *options: object) -> Path:
    typed = ["export", "monitoring", str(folder), "-q", *map(str, options)]
    done = CliRunner().invoke(main, typed)
    assert done.exit_code == 0, done.output
    return folder


def promtool(*arguments: object) -> None:
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def queries(folder: Path, interval: str) -> dict[str, str]:
    """What the dashboard asks, by panel and series, rates over `interval`."""
    document = json.loads((folder / "dashboard.json").read_text(encoding="utf-8"))
    return {
        f"{panel['title']}: {target['legendFormat']}": target["expr"].replace(
            "$__rate_interval", interval
        )
        for panel in document["panels"]
        for target in panel.get("targets", ())
    }


def ask(url: str, body: object = None, key: str | None = None) -> dict:
    """The answer as JSON, whatever its status."""
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as got:
            return json.load(got)
    except urllib.error.HTTPError as error:
        return json.load(error)


def test_promtool_finds_nothing_wrong(tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text(KEY)
    folder = export(tmp_path / "watch", "--key-file", key_file)
    promtool("check", "config", folder / "prometheus.yml")
    promtool("check", "rules", folder / "alerts.yml")
    promtool("test", "rules", folder / "alerts_test.yml")


def test_promtool_reads_every_query_of_the_dashboard(tmp_path):
    folder = export(tmp_path / "watch")
    asked = queries(folder, "5m").values()
    rules = [{"record": f"query:{n}", "expr": expr} for n, expr in enumerate(asked)]
    assert len(rules) > 15
    file = tmp_path / "queries.yml"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    promtool("check", "rules", file)


def test_every_alert_is_tested(tmp_path):
    folder = export(tmp_path / "watch")
    alerts = {
        line.split()[-1]
        for line in (folder / "alerts.yml").read_text(encoding="utf-8").splitlines()
        if "- alert: " in line
    }
    tests = (folder / "alerts_test.yml").read_text(encoding="utf-8").split("\n  - name: ")
    for alert in alerts:
        fires = [part for part in tests if f"alertname: {alert}\n" in part and "exp_alerts" in part]
        assert fires, f"{alert} is never seen to fire"
        assert f"alertname: {alert}, eval_time" in tests[1], f"{alert} is never seen to keep quiet"


def test_a_server_at_work_has_data_for_every_panel(tmp_path, running, serving, free_port):
    key_file = tmp_path / "key"
    key_file.write_text(KEY)
    with serving(RECLI_API_KEY=KEY) as url:
        typed = ("--target", url.removeprefix("http://"), "--key-file", key_file)
        folder = export(tmp_path / "watch", *typed)
        config = folder / "prometheus.yml"
        config.write_text(config.read_text().replace("15s", "1s"))
        watch = f"http://127.0.0.1:{(port := free_port())}"
        command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with running(command, f"{watch}/-/ready"):
            # No model is published meanwhile, so that no list comes to know of an event.
            asked = queries(folder, "10s")
            of_refreshes = {name for name in asked if name.startswith("From event to list")}
            assert len(of_refreshes) == 2
            asked = {name: expr for name, expr in asked.items() if name not in of_refreshes}
            assert wait_for_data(watch, url, asked) == {}
            [target] = ask(f"{watch}/api/v1/targets")["data"]["activeTargets"]
            assert (target["health"], target["lastError"]) == ("up", "")
            [group] = ask(f"{watch}/api/v1/rules")["data"]["groups"]
            assert {rule["health"] for rule in group["rules"]} == {"ok"}
            assert [rule["name"] for rule in group["rules"] if rule["state"] == "firing"] == []


def wait_for_data(watch: str, url: str, asked: dict[str, str]) -> dict[str, str]:
    """Have the server at work until every query gives numbers; those that give none in the end."""
    deadline, n, empty = time.monotonic() + PATIENCE, 0, asked
    while empty and time.monotonic() < deadline:
        work(url, n)
        n += 1
        time.sleep(1)
        empty = {name: expr for name, expr in empty.items() if not numbers(watch, expr)}
    return empty


def work(url: str, n: int) -> None:
    """Requests of every kind, some of them refused."""
    ask(f"{url}/recommend?user_id={n + 1}", key=KEY)
    ask(f"{url}/recommend?user_id=nobody", key=KEY)
    ask(f"{url}/recommend", {"ratings": [{"item_id": 318, "rating": 5}]}, KEY)
    event = {"event_id": f"e{n}", "type": "rating", "user_id": 1, "item_id": 318, "value": 4.0}
    ask(f"{url}/events", {"events": [event]}, KEY)
    ask(f"{url}/events", {"events": [event]}, KEY)


def numbers(watch: str, expr: str) -> bool:
    """Whether a query gives at least one number."""
    answer = ask(f"{watch}/api/v1/query?{urllib.parse.urlencode({'query': expr})}")
    assert answer["status"] == "success", answer
    return any(math.isfinite(float(one["value"][1])) for one in answer["data"]["result"])
