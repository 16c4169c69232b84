"""The page at / and what it asks: `/items` and `/about`; a browser opens it in 'make test-services'."""

from __future__ import annotations

import re

import pytest

from recli.extras.serve.settings import Keys


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")],
)
def test_its_files_need_no_key_and_ask_nobody_else(serving, path, media_type):
    client = serving(keys=Keys("key", "key", "key"))
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_it_has_all_that_it_asks_for_at_the_start(client):
    html = client.get("/").text
    links = re.findall(r'(?:src|href)="([^"#]+)"', html)
    for link in links:
        assert link.startswith("data:") or client.get(f"/{link}").status_code == 200
    assert not re.search(r"<script>|<style|\son\w+=", html)  # the policy lets none of these through


def test_titles_as_they_are_typed(client):
    answer = client.get("/items", params={"q": "star wars", "n": 2}).json()
    assert answer["total"] == 3
    # Rated 19, 17 and 16 times in the tiny dataset.
    assert answer["items"] == [
        {"item": 260, "title": "Star Wars: Episode IV - A New Hope"},
        {"item": 1210, "title": "Star Wars: Episode VI - Return of the Jedi"},
    ]
    assert client.get("/items", params={"q": "qqqqqq"}).json() == {"total": 0, "items": []}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "q: "),
        ({"q": ""}, "q: "),
        ({"q": "x" * 101}, "q: "),
        ({"q": "x", "n": 0}, "n: "),
        ({"q": "x", "limit": 5}, "There is no field 'limit'"),
    ],
)
def test_what_is_no_search(client, query, said):
    answer = client.get("/items", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_what_the_model_is(client):
    about = client.get("/about").json()
    trained = about.pop("trained")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", trained)
    assert about == {
        "model": "mine",
        "algorithm": "content-based",
        "dataset": "tiny",
        "users": 30,
        "items": 25,
        "ratings": 428,
        "scale": [0.5, 5.0],
    }


@pytest.mark.parametrize("path", ["/items?q=x", "/about"])
def test_they_ask_for_the_key(serving, path):
    client = serving(keys=Keys("read", "events", "admin"))
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"X-API-Key": "read"}).status_code == 200
