"""What goes wrong: by status and words, as `application/problem+json`, never a trace."""

from __future__ import annotations

import logging

import pytest

JSON = {"content-type": "application/json"}


def problem(answer, status):
    """The problem that this answer is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert set(document) == {"type", "title", "status", "detail", "instance"}
    assert document["status"] == status
    assert "Traceback" not in answer.text
    return document


BY_GET = [
    ("/recommend?user_id=16000", 404, "There is no user '16000' among the 30"),
    ("/recommend", 422, "user_id: Field required."),
    ("/recommend?usr_id=15", 422, "There is no field 'usr_id'. Did you mean 'user_id'?"),
    ("/recommend?user_id=42&n=0", 422, "n: Input should be greater than or equal to 1."),
    ("/recommend?user_id=42&n=1001", 422, "n: Input should be less than or equal to 1000."),
    ("/recommend?user_id=42&n=101&explain=1", 422, "n: 101 are more than can be explained"),
    ("/recommend?user_id=42&n=ten", 422, "n: Input should be a valid integer"),
    ("/recommend?user_id=42&where=genre='a'", 422, "There is no item column 'genre'. Did you mean"),
    ("/recommend?user_id=42&where=year<1000", 404, "None of the 25 items of the catalogue is left"),
    ("/recommend?user_id=" + "9" * 300, 422, "user_id: String should have at most 200 characters"),
    ("/similar/31", 404, "There is no item '31' among the 25 of the catalogue. Nearest ids: "),
    ("/similar/..%2f..%2fetc%2fpasswd", 404, "There is nothing at /similar/../../etc/passwd"),
    ("/no/such/path", 404, "There is nothing at /no/such/path. /openapi.json says what there is."),
    ("/recommend/?user_id=42", 404, "There is nothing at /recommend/."),
    ("/docs", 404, "There is nothing at /docs."),
]


@pytest.mark.parametrize(("path", "status", "told"), BY_GET, ids=[path[:50] for path, *_ in BY_GET])
def test_by_get(path, status, told, client):
    assert told in problem(client.get(path), status)["detail"]


RATED = '{"ratings": [{"item_id": 318, "rating": %s}]}'
BY_POST = [
    ("recommend", '{"n": 3,', 400, "The body is no JSON: "),
    ("recommend", "[" * 100_000, 400, "There was an error parsing the body"),
    ("recommend", '"text"', 422, "body: Input should be a valid dictionary"),
    ("recommend", '{"n": "three"}', 422, "n: Input should be a valid integer"),
    ("recommend", '{"user_id": true}', 422, "user_id: Input should be a valid string"),
    ("recommend", '{"user_id": 1.5}', 422, "user_id: Input should be a valid string"),
    ("recommend", '{"user_id": 1' + "0" * 30 + "}", 422, "user_id: A number this large is no id"),
    ("recommend", RATED % "NaN", 422, "ratings.0.rating: Input should be a finite number"),
    ("recommend", RATED % "Infinity", 422, "ratings.0.rating: Input should be a finite number"),
    ("recommend", RATED % "1e999", 422, "ratings.0.rating: Input should be a finite number"),
    ("recommend", RATED % 7, 422, "ratings.0: 7 is no rating from 0.5 to 5"),
    ("recommend", '{"ratings": [{"item_id": 31, "rating": 3}]}', 404, "There is no item '31'"),
    ("recommend", '{"candidates": ["x", "y"]}', 404, "There is no item 'x'"),
    ("recommend", '{"candidates": []}', 422, "candidates: "),
    ("recommend", '{"user_id": 16000}', 404, "There is no user '16000'"),
    ("recommend", '{"max_per": {"genre": 2}}', 422, "There is no item column 'genre'"),
    ("recommend", '{"calibrate": {"genres": 0.8}, "diversify": 0.4}', 422, "more than 1 together"),
    ("recommend", '{"sort": "lower-bound", "user_id": 42}', 422, "does not say how sure it is"),
    ("recommend", '{"since": "long ago"}', 422, "since: "),
    ("recommend", '{"seed": -1}', 422, "seed: "),
    ("recommend", '{"user_id": 42, "n": 101, "explain": true}', 422, "explained at once"),
    ("predict", "{}", 422, "pairs: Field required"),
    ("predict", '{"pairs": []}', 422, "pairs: List should have at least 1 item"),
    ("predict", '{"pairs": [{"user_id": 42, "item_id": 31}]}', 404, "There is no item '31'"),
    ("predict", '{"pairs": [{"user_id": 16000, "item_id": 318}]}', 404, "There is no user '16000'"),
    ("predict", '{"pairs": [{"user_id": 42}]}', 422, "pairs.0.item_id: Field required"),
    ("predict", '{"pairs": [{"user_id": 42, "itm_id": 318}]}', 422, "Did you mean 'item_id'?"),
]


@pytest.mark.parametrize(("path", "body", "status", "told"), BY_POST)
def test_by_post(path, body, status, told, client):
    answer = client.post(f"/{path}", content=body.encode(), headers=JSON)
    assert told in problem(answer, status)["detail"]


def test_somebody_new_is_told_what_to_send(client):
    told = problem(client.get("/recommend?user_id=16000"), 404)["detail"]
    assert told.endswith(
        'by their ratings: POST /recommend with "ratings": [{"item_id": …, "rating": …}].'
    )


def test_more_than_a_request_may_name(client):
    pairs = [{"user_id": 42, "item_id": 318}] * 1001
    told = problem(client.post("/predict", json={"pairs": pairs}), 422)["detail"]
    assert told.startswith("pairs: List should have at most 1000 items")


def test_half_of_a_character(client):
    body = b'{"user_id": "\\ud800"}'
    answer = client.post("/recommend", content=body, headers=JSON)
    assert problem(answer, 422)["detail"].startswith("user_id: ")


def test_what_is_no_json(client):
    answer = client.post("/predict", content=b"user_id=42", headers={"content-type": "text/plain"})
    assert "Content-Type: application/json" in problem(answer, 415)["detail"]


def test_other_methods(client):
    document = problem(client.put("/recommend"), 405)
    assert document["instance"] == "/recommend"


def test_a_bug_shows_no_trace_and_is_logged_by_its_id(client, monkeypatch, caplog):
    from recli.extras.serve import lists

    def broken(*_, **__):
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(lists, "known", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/recommend?user_id=42")
    document = problem(answer, 500)
    assert "secret" not in answer.text
    assert document["instance"] in caplog.text
    assert document["instance"] in document["detail"]
