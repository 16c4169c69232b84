"""How long events waited for a list that knows them, as Prometheus is told."""

from __future__ import annotations

import itertools
import sqlite3
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing.round import refresh
from recli.events.refreshing.rule import RefreshSettings
from recli.models import model as models

NAME = "recli_event_to_list_seconds"
WHATEVER = RefreshSettings(min_events=1, tolerance=99.0, untold=True)
PATIENCE = 60.0


@pytest.fixture
def send(client, results):
    """Posts ratings of somebody new, and lets them have come in `ago` seconds earlier."""
    ids = itertools.count()

    def post(n, ago):
        user = f"new-{next(ids)}"
        batch = [
            {"event_id": f"{user}-{item}", "type": "rating", "user_id": user, "value": 4}
            | {"item_id": item}
            for item in (318, 296, 356)[:n]
        ]
        with EventLog(results / FILE_NAME) as log:
            before = log.last
        assert client.post("/events", json={"events": batch}).json()["accepted"] == n
        with sqlite3.connect(results / FILE_NAME) as connection:
            older = "UPDATE events SET received = received - ? WHERE position > ?"
            connection.execute(older, (ago, before))
        connection.close()

    return post


def samples(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    return [sample for family in families for sample in family.samples]


@pytest.fixture
def published(client, results):
    """Publishes what there is to learn, and waits until that answers."""
    times = itertools.count(1)

    def publish(make=lambda: refresh(results, "mine", WHATEVER).decision["published"]):
        assert make() is not False
        n, deadline = next(times), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            taken = [s.value for s in samples(client) if s.labels.get("result") == "taken"]
            if taken == [n]:
                return
            time.sleep(0.1)
        raise AssertionError("nothing was taken")

    return publish


def ages(client):
    """How many events are at most so old, by bound, and the seconds of all together."""
    found = [s for s in samples(client) if s.name.startswith(NAME)]
    counts = {s.labels["le"]: s.value for s in found if s.name == f"{NAME}_bucket"}
    [total] = [s.value for s in found if s.name == f"{NAME}_sum"]
    [n] = [s.value for s in found if s.name == f"{NAME}_count"]
    assert n == counts["+Inf"]
    return counts, total


def test_before_any_refresh_there_are_none(client, send):
    send(2, ago=0)
    counts, total = ages(client)
    assert set(counts.values()) == {0}
    assert total == 0


def test_each_event_counts_once_with_the_time_from_the_log_to_the_list(client, send, published):
    send(2, ago=0)
    send(3, ago=1000)
    published()
    counts, total = ages(client)
    assert (counts["900.0"], counts["3600.0"], counts["+Inf"]) == (2, 5, 5)
    assert 3000 <= total < 3000 + 5 * PATIENCE
    send(2, ago=50_000)
    published()
    counts, total = ages(client)
    assert (counts["900.0"], counts["21600.0"], counts["86400.0"]) == (2, 5, 7)
    assert 103_000 <= total < 103_000 + 7 * PATIENCE


def test_a_model_that_no_refresh_has_taught_knows_none(client, send, published, results, trained):
    send(2, ago=0)
    published()
    published(lambda: models.save(trained("svd"), results, "mine"))
    assert ages(client)[0]["+Inf"] == 2
    published()  # the same events again, which a list knew before
    assert ages(client)[0]["+Inf"] == 2


def test_a_log_that_cannot_be_read_keeps_no_model_from_answering(client, send, published, results):
    send(2, ago=0)
    assert refresh(results, "mine", WHATEVER).decision["published"]
    (results / FILE_NAME).write_bytes(b"something else " * 1000)
    published(lambda: True)
    assert ages(client)[0]["+Inf"] == 0
