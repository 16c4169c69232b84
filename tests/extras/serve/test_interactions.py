"""A model of interactions in service: nothing of ratings, and events by their kind."""

from __future__ import annotations

import re

import pytest

from recli.events.log import FILE_NAME, EventLog

EVENT = {"event_id": "e1", "type": "purchase", "user_id": "u1", "item_id": "hat"}


@pytest.fixture
def shop(serving, shop_model):
    """A client of a model of views and purchases, ease."""
    return serving("shop")


def items(answer):
    assert answer.status_code == 200, answer.text
    return [one["item"] for one in answer.json()["items"]]


def test_what_the_model_is(shop):
    about = shop.get("/about").json()
    assert about.pop("trained")
    assert about == {
        "model": "shop",
        "algorithm": "ease",
        "dataset": "shop",
        "users": 12,
        "items": 6,
        "interactions": 36,
        "kinds": {"view": 1.0, "purchase": 5.0},
    }
    assert shop.get("/readyz").status_code == 200


def test_somebody_new_says_what_they_did(shop):
    """The users of a fixture take hat, scarf and gloves, or pen, ink and paper."""
    given = [{"item_id": "hat", "weight": 5}, {"item_id": "scarf"}]
    best = items(shop.post("/recommend", json={"interactions": given, "n": 1, "explain": True}))
    assert best == ["gloves"]
    assert items(shop.post("/recommend", json={"interactions": [{"item_id": "ink"}], "n": 2})) in (
        ["pen", "paper"],
        ["paper", "pen"],
    )
    assert len(items(shop.post("/recommend", json={}))) == 6
    # A user of the other taste who has come to hats since.
    later = {"user_id": "u1", "interactions": [{"item_id": "hat", "weight": 100}]}
    assert set(items(shop.post("/recommend", json=later))) == {"scarf", "gloves"}


def test_of_one_item_interactions_add_up(shop):
    once = {"interactions": [{"item_id": "hat", "weight": 5}, {"item_id": "pen", "weight": 1}]}
    twice = {"interactions": [*once["interactions"][:1], *[{"item_id": "pen", "weight": 0.5}] * 2]}
    answers = [shop.post("/recommend", json=one).json()["items"] for one in (once, twice)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"ratings": [{"item_id": "hat", "rating": 5}]},
            "ratings: the model has learned from interactions. Send 'interactions' instead",
        ),
        ({"interactions": [{"item_id": "hat", "weight": 0}]}, "weight: Input should be greater"),
        ({"interactions": [{"item_id": "hat", "rating": 1}]}, "There is no field 'rating'"),
    ],
)
def test_what_is_no_interaction(shop, body, told):
    answer = shop.post("/recommend", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_model_of_ratings_takes_none(client):
    answer = client.post("/recommend", json={"interactions": [{"item_id": 318}]})
    assert answer.status_code == 422
    assert "interactions: the model has learned from ratings." in answer.json()["detail"]


def test_events_are_of_the_kinds_that_there_are(shop, results):
    batch = [
        EVENT,
        EVENT | {"event_id": "e2", "type": "view", "value": 3, "time": 1_700_000_000.123456},
        EVENT | {"event_id": "e3", "type": "view", "time": "2023-11-14T23:13:20.5+01:00"},
    ]
    assert shop.post("/events", json={"events": batch}).json() == {"accepted": 3, "duplicates": 0}
    with EventLog(results / FILE_NAME) as log:
        events = [one.event for one in log.after(0)]
    assert [(one.type, one.value) for one in events] == [
        ("purchase", None),
        ("view", 3),
        ("view", None),
    ]
    assert [one.time for one in events[1:]] == [1_700_000_000.123456, 1_700_000_000.5]
    lines = shop.get("/metrics").text.splitlines()
    assert 'recli_events_total{type="view"} 2.0' in lines
    assert 'recli_events_total{type="purchase"} 1.0' in lines
    assert not any(line.startswith("recli_event_rating_mean") for line in lines)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"type": "click"}, "events.1: type is 'click': events are view and purchase. None of"),
        ({"type": "rating", "value": 4}, "type is 'rating': events are view and purchase."),
        ({"value": 0}, "events.1: value is 0: of a purchase it is how often or how many, above 0."),
        ({"value": -1}, "value is -1: of a purchase"),
    ],
)
def test_one_of_another_kind_and_nothing_is_stored(shop, results, wrong, told):
    batch = [EVENT, EVENT | {"event_id": "e2"} | wrong]
    answer = shop.post("/events", json={"events": batch})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert not (results / FILE_NAME).exists()


def test_where_no_column_tells_kinds_apart_events_are_clicks(serving, shop_model):
    shop_model("plain", kinds=False)
    client = serving("plain")
    assert client.get("/about").json()["kinds"] == {"click": 1.0}
    click = EVENT | {"type": "click"}
    assert client.post("/events", json={"events": [click]}).status_code == 202
    answer = client.post("/events", json={"events": [EVENT]})
    assert "type is 'purchase': events are click." in answer.json()["detail"]


def test_other_routes(shop):
    like = shop.get("/similar/hat", params={"n": 2}).json()["items"]
    assert {one["item"] for one in like} == {"scarf", "gloves"}
    assert shop.get("/items", params={"q": "hat"}).json()["total"] == 1
    [predicted] = shop.post(
        "/predict", json={"pairs": [{"user_id": "u0", "item_id": "hat"}]}
    ).json()["predictions"]
    assert predicted["rating"] is None
    unknown = shop.get("/recommend", params={"user_id": "x"}).json()["detail"]
    assert "by what they did" in unknown
    assert not re.search("rating[^s]", unknown)
