"""Events: accepted means on disk, all of a batch or none."""

from __future__ import annotations

import time

import pytest

from recli.events.log import FILE_NAME, EventLog

RATING = {"event_id": "e1", "type": "rating", "user_id": 42, "item_id": 318, "value": 4.5}


def logged(results):
    with EventLog(results / FILE_NAME) as log:
        return [one.event for one in log.after(0)]


def test_what_is_accepted_is_in_the_log(client, results):
    click = {"event_id": "e2", "type": "click", "user_id": "new", "item_id": "new", "time": 10.9}
    moments = {"e3": "2026-11-22T16:45:00Z", "e4": "2026-11-22T17:45:00.25+01:00"}
    dated = [RATING | {"event_id": event, "time": when} for event, when in moments.items()]
    before = int(time.time())
    answer = client.post("/events", json={"events": [RATING, click, *dated]})
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 4, "duplicates": 0}
    first, second, *others = logged(results)
    assert (first.event_id, first.type, first.user_id, first.item_id) == (
        "e1",
        "rating",
        "42",
        "318",
    )
    assert first.value == 4.5
    assert before <= first.time <= time.time()
    assert (second.user_id, second.item_id, second.value, second.time) == ("new", "new", None, 10.9)
    assert [event.time for event in others] == [1795365900, 1795365900.25]


def test_an_event_that_is_sent_twice_counts_once(client, results):
    client.post("/events", json={"events": [RATING]})
    answer = client.post("/events", json={"events": [RATING, RATING | {"event_id": "e2"}]})
    assert answer.json() == {"accepted": 1, "duplicates": 1}
    assert [event.event_id for event in logged(results)] == ["e1", "e2"]


WRONG = [
    ({"value": 5.5}, "events.1: rating 5.5 is off the scale 0.5 to 5. None of the batch"),
    ({"value": None}, "events.1: the rating has no value."),
    ({"type": "click", "value": 0}, "events.1: value is 0: of a click it is how often"),
    ({"type": "buy"}, "events.1: type is 'buy': events are rating and click."),
    ({"type": ""}, "events.1.type: String should have at least 1 character"),
    ({"time": "yesterday"}, "events.1.time: Invalid isoformat string"),
    ({"time": 9e10}, "events.1: time is 4821-12-26T"),
    ({"time": -1}, "events.1.time: Input should be greater than or equal to 0"),
    ({"time": 1e300}, "events.1.time: Input should be less than or equal to"),
    ({"event_id": ""}, "events.1.event_id: String should have at least 1 character"),
    ({"user_id": "a\nb"}, "events.1: user_id is 'a\\nb': it holds a control character"),
    ({"user": 1}, "There is no field 'user'"),
]


@pytest.mark.parametrize(("wrong", "told"), WRONG, ids=[str(wrong) for wrong, _ in WRONG])
def test_one_wrong_event_and_nothing_is_stored(wrong, told, client, results):
    batch = [RATING, RATING | {"event_id": "e2"} | wrong]
    answer = client.post("/events", json={"events": batch})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert logged(results) == []


def test_too_many_at_once(client, results):
    batch = [RATING | {"event_id": event} for event in range(1001)]
    assert client.post("/events", json={"events": batch}).status_code == 422
    assert logged(results) == []


def test_a_log_that_cannot_be_written(client, results):
    (results / FILE_NAME).write_bytes(b"something else " * 100)
    answer = client.post("/events", json={"events": [RATING]})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "no event log" in answer.json()["detail"]


def test_metrics_are_there_all_the_same(client, results):
    (results / FILE_NAME).write_bytes(b"something else " * 100)
    lines = client.get("/metrics").text.splitlines()
    assert "recli_event_backlog NaN" in lines
    assert 'recli_events_total{type="rating"} 0.0' in lines


def test_what_prometheus_is_told_of_them(client):
    batch = [RATING | {"event_id": event, "value": event} for event in (1, 2, 3)]
    client.post("/events", json={"events": batch})
    client.post("/events", json={"events": batch[:1]})
    lines = client.get("/metrics").text.splitlines()
    for line in (
        'recli_events_total{type="rating"} 4.0',
        'recli_events_total{type="click"} 0.0',
        "recli_events_duplicate_total 1.0",
        "recli_event_backlog 3.0",
        "recli_event_rating_mean 1.75",
    ):
        assert line in lines
