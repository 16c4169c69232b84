import time

import pytest

from recli import errors
from recli.data.event import Event
from recli.extras.kafka.messages import EventReading


def test_a_message_has_the_fields_of_an_event(message):
    sent = {
        "event_id": "e",
        "type": "rating",
        "user_id": 7,
        "item_id": "x",
        "value": 4.5,
        "time": 9,
    }
    assert EventReading().event(message(sent), "T") == Event("e", "rating", "7", "x", 4.5, 9)


def test_what_else_it_holds_is_left_aside(message):
    sent = {"user_id": 7, "item_id": 8, "session": {"page": [1]}, "event_id": "e", "time": 1}
    assert EventReading().event(message(sent), "T") == Event("e", "click", "7", "8", None, 1)


def test_fields_go_by_other_names_and_within_others(message):
    fields = {"user_id": "who.id", "item_id": "song", "value": "n.of.plays", "time": "a.b"}
    sent = {
        "event_id": "e",
        "who": {"id": "u"},
        "song": "s",
        "n": {"of": {"plays": 2}},
        "a.b": 5,  # a name with a point of its own
        "a": {"b": 6},
        "user_id": "not this",
    }
    reading = EventReading(fields, types=("play",))
    assert reading.event(message(sent), "T") == Event("e", "play", "u", "s", 2.0, 5)


def test_what_has_not_happened_yet_is_a_dead_letter(message):
    tomorrow, later = time.time() + 80_000, time.time() + 90_000
    assert EventReading().event(message({"user_id": 1, "item_id": 2, "time": tomorrow}), "T")
    with pytest.raises(errors.DataError, match="more than a day ahead of this machine's clock"):
        EventReading().event(message({"user_id": 1, "item_id": 2, "time": later}), "T")


@pytest.mark.parametrize("who", [None, 3, "text", [], {"other": 1}])
def test_a_field_within_what_has_none_is_absent(message, who):
    with pytest.raises(errors.DataError, match="lacks user_id"):
        EventReading({"user_id": "who.id"}).event(message({"who": who, "item_id": 1}), "T")


@pytest.mark.parametrize(
    ("unit", "sent", "moment"),
    [
        ("s", 1_700_000_000, 1_700_000_000),
        ("ms", 1_700_000_000_250, 1_700_000_000.25),
        ("us", 1_700_000_000_250_000, 1_700_000_000.25),
        ("ns", 1_700_000_000_250_000_000, 1_700_000_000.25),
        ("ms", "2023-11-14T22:13:20Z", 1_700_000_000),
    ],
)
def test_times_are_in_any_unit(message, unit, sent, moment):
    found = EventReading(time_unit=unit).event(
        message({"user_id": 1, "item_id": 2, "time": sent}), "T"
    )
    assert found.time == moment


def test_without_a_time_it_is_of_that_of_the_message(message):
    found = EventReading().event(message({"user_id": 1, "item_id": 2}, milliseconds=1500), "T")
    assert found.time == 1.5
    before = time.time()
    found = EventReading().event(message({"user_id": 1, "item_id": 2}, milliseconds=-1), "T")
    assert before - 1 <= found.time <= time.time()


def test_without_an_id_it_is_known_by_its_place(message):
    def id_of(source="T", **place):
        return EventReading().event(message({"user_id": 1, "item_id": 2}, **place), source).event_id

    assert id_of(at=4) == id_of(at=4)
    others = [{"at": 5}, {"number": 1}, {"milliseconds": 3}, {"source": "U"}]
    assert len({id_of(at=4), *(id_of(**({"at": 4} | other)) for other in others)}) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "has no value"),
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"user_id": "\xff"}', "is not JSON"),
        (b"\0\0\0\0\x01abc", "is not JSON.*schema-registry"),
        (b'{"user_id": 1, "item_id": 2, "value": NaN}', "is not JSON"),
        ([1], "not an object"),
        ("text", "not an object"),
        ({"user_id": 1}, "lacks item_id"),
        ({"user_id": 1, "item_id": {"a": 1}}, "item_id is"),
        ({"user_id": 1, "item_id": 2.5}, "item_id is 2.5"),
        ({"user_id": True, "item_id": 2}, "user_id is True"),
        ({"user_id": 1, "item_id": 2, "value": "many"}, "value is 'many'"),
        ({"user_id": 1, "item_id": 2, "value": [1]}, "value is"),
        ({"user_id": 1, "item_id": 2, "type": "zap"}, "type is 'zap'"),
        ({"user_id": 1, "item_id": 2, "time": 1_700_000_000_000}, "time is"),
        ({"user_id": 1, "item_id": 2, "time": "yesterday"}, "time is 'yesterday'"),
        ({"user_id": " ", "item_id": 2}, "blank"),
        ({"user_id": "u" * 300, "item_id": 2}, "300 characters"),
        ({"user_id": 1, "item_id": 2, "event_id": [1]}, "event_id is"),
    ],
)
def test_what_is_no_event_is_told(message, content, said):
    with pytest.raises(errors.DataError, match=said):
        EventReading().event(message(content), "T")


def test_what_the_data_cannot_have_is_no_event(message):
    reading = EventReading(objection=lambda event: "too good" if event.value == 9 else "")
    with pytest.raises(errors.DataError, match="too good"):
        reading.event(message({"user_id": 1, "item_id": 2, "value": 9}), "T")
    assert reading.event(message({"user_id": 1, "item_id": 2, "value": 8}), "T").value == 8
