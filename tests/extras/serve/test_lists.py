"""Lists, likeness and predictions, compared with what the command line prints of the same model."""

from __future__ import annotations

import dataclasses
import json

import pytest

from recli import errors
from recli.extras.serve import self_test
from recli.extras.serve.routes import recommend
from recli.models import model as models


@pytest.fixture
def printed(results):
    """What a command prints as JSON."""
    from click.testing import CliRunner

    from recli.cli import main

    def run(*arguments):
        typed = [*map(str, arguments), "-m", "mine", "--format", "json", "-q"]
        done = CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


CASES = {
    "n": ("-n 3", {"n": 3}),
    "seen": ("--include-seen", {"include_seen": True}),
    "why": ("--explain -n 2", {"explain": True, "n": 2}),
    "where": ("--where year<1995", {"where": "year<1995"}),
}
MORE = CASES | {
    "rare": ("--min-ratings 12 --include-seen", {"min_ratings": 12, "include_seen": True}),
    "fresh": ("--since 1997-01-01 --include-seen", {"since": "1997-01-01", "include_seen": True}),
    "caps": ("--max-per genres=2 --include-seen", {"max_per": {"genres": 2}, "include_seen": True}),
    "unlike": ("--diversify 0.4 --include-seen", {"diversify": 0.4, "include_seen": True}),
    "shares": (
        "--calibrate genres=0.3 --include-seen",
        {"calibrate": {"genres": 0.3}, "include_seen": True},
    ),
    "chance": (
        "--explore 0.5 --seed 3 --include-seen",
        {"explore": 0.5, "seed": 3, "include_seen": True},
    ),
}


@pytest.mark.parametrize(("typed", "asked"), CASES.values(), ids=CASES)
def test_a_known_user_gets_what_the_command_prints(typed, asked, client, printed):
    answer = client.get("/recommend", params={"user_id": 42} | asked)
    assert answer.status_code == 200
    assert answer.json() == printed("recommend", "--user", 42, *typed.split())


@pytest.mark.parametrize(("typed", "asked"), MORE.values(), ids=MORE)
def test_by_post_with_every_filter(typed, asked, client, printed):
    answer = client.post("/recommend", json={"user_id": "42"} | asked)
    assert answer.status_code == 200
    assert answer.json() == printed("recommend", "--user", 42, *typed.split())


def test_candidates_and_what_is_excluded(client):
    asked = {"user_id": 42, "include_seen": True, "n": 25}
    ranked = [one["item"] for one in client.post("/recommend", json=asked).json()["items"]]
    some = {"candidates": [*ranked[3:9], "no such"], "exclude": [ranked[4], "nor this"]}
    answer = client.post("/recommend", json=asked | some).json()
    assert [one["item"] for one in answer["items"]] == [ranked[3], *ranked[5:9]]
    assert answer["left_out"] == ["no such"]


def test_somebody_new_is_folded_in_by_her_ratings(client, printed):
    rated = {"ratings": [{"item_id": 318, "rating": 5}, {"item_id": "296", "rating": 1.5}]}
    answer = client.post("/recommend", json=rated).json()
    assert answer == printed("recommend", "--rate", "318=5", "--rate", "296=1.5")
    assert answer["user"] is None


def test_so_is_a_known_user_by_what_she_has_rated_since(client, printed):
    rated = {"user_id": 42, "ratings": [{"item_id": 318, "rating": 0.5}], "include_seen": True}
    typed = ("--user", 42, "--rate", "318=0.5", "--include-seen")
    assert client.post("/recommend", json=rated).json() == printed("recommend", *typed)


def test_of_two_ratings_the_later_counts_and_unknown_items_are_named(client):
    once = [{"item_id": 318, "rating": 5}]
    twice = [{"item_id": 318, "rating": 1}, {"item_id": "no such", "rating": 3}, *once]
    answer = client.post("/recommend", json={"ratings": twice}).json()
    assert answer.pop("left_out") == ["no such"]
    assert answer == client.post("/recommend", json={"ratings": once}).json()


def test_of_whom_nothing_is_known_gets_what_most_like(client, printed):
    assert client.post("/recommend", json={}).json() == printed("recommend", "--new-user")


def test_what_is_like_an_item(client, printed):
    answer = client.get("/similar/318", params={"n": 4, "min_ratings": 0})
    assert answer.json() == printed("similar", "--item", 318, "-n", 4, "--min-ratings", 0)


def test_predictions_are_those_of_surprises_predict(client, results):
    pairs = [("42", "318"), ("47", "296"), ("42", "356")]
    sent = {"pairs": [{"user_id": int(user), "item_id": item} for user, item in pairs]}
    answer = client.post("/predict", json=sent).json()
    algorithm = models.load(results / "models" / "mine").algorithm
    assert answer["model"] == "mine"
    assert [(one["user"], one["item"]) for one in answer["predictions"]] == [
        (int(user), int(item)) for user, item in pairs
    ]
    for (user, item), one in zip(pairs, answer["predictions"], strict=True):
        assert one["rating"] == pytest.approx(algorithm.predict(user, item).est, abs=1e-12)
        assert one["deviation"] is None


def test_a_model_that_only_orders_predicts_no_rating(serving, results, trained):
    models.save(trained("item-knn"), results, "order")
    sent = {"pairs": [{"user_id": 42, "item_id": 318}]}
    [one] = serving("order").post("/predict", json=sent).json()["predictions"]
    assert one["rating"] is None
    assert isinstance(one["score"], float)


def test_an_answer_is_given_again_and_counted_again(client, serving):
    first, second = (client.get("/recommend?user_id=42&n=3") for _ in range(2))
    assert first.content == second.content
    assert 'recli_lists_total{kind="known"} 2.0' in client.get("/metrics").text
    never = serving(remembered=0)
    assert never.get("/recommend?user_id=42&n=3").json() == first.json()


@pytest.mark.parametrize("seconds", [0.0, 1e6])
def test_quick_or_slow_the_list_is_the_same(seconds, serving, printed, monkeypatch):
    monkeypatch.setattr(self_test, "_QUICK", seconds)
    answer = serving().get("/recommend?user_id=42")
    assert answer.json() == printed("recommend", "--user", 42)


@pytest.mark.parametrize(
    "query",
    [
        *("user_id=42", "user_id=42&n=3", "user_id=42&n=999", "user_id=42&n=1000", "user_id=042"),
        *("user_id=42&n=0", "user_id=42&n=1001", "user_id=42&n=-1", "user_id=42&n=03", "n=3"),
        *(
            "n=3&user_id=42",
            "user_id=42&n=3&n=4",
            "user_id=42&user_id=43",
            "user_id=4%32",
            "user_id=",
        ),
        *(
            "user_id=42&explain=true",
            "user_id=42&m=3",
            "user_id=42%0A",
            "user_id=+42",
            "user_id=99999",
        ),
    ],
)
def test_the_shortest_way_leads_to_what_the_application_says(query, serving, monkeypatch):
    monkeypatch.setattr(self_test, "_QUICK", 1e6)
    short = serving(remembered=0).get(f"/recommend?{query}")
    monkeypatch.setattr(recommend, "at_once", lambda *_: None)
    long = serving(remembered=0).get(f"/recommend?{query}")
    assert short.status_code == long.status_code
    left_out = {"instance"}
    said, expected = (
        {k: v for k, v in a.json().items() if k not in left_out} for a in (short, long)
    )
    assert said == expected


def test_what_is_plain_takes_the_shortest_way(serving, monkeypatch):
    monkeypatch.setattr(self_test, "_QUICK", 1e6)
    monkeypatch.setattr(recommend, "_of_known_user", None)
    client = serving(remembered=0)
    assert client.get("/recommend?user_id=42&n=3").status_code == 200
    assert client.get("/recommend?n=3&user_id=42").status_code == 500
    assert 'route="/recommend",status="200"} 1.0' in client.get("/metrics").text


def test_ids_that_are_no_numbers(serving, results, tmp_path, trained):
    from recli.algorithms import Configured
    from recli.data.load import load

    rows = [f"u{user},i{item},{(user * item) % 5 + 1}" for user in range(8) for item in range(6)]
    (tmp_path / "letters.csv").write_text("user,item,rating\n" + "\n".join(rows), encoding="utf-8")
    dataset = load(str(tmp_path / "letters.csv"))
    models.save(models.train(dataset, Configured.of("svd"), 0), results, "letters")
    answer = serving("letters").get("/recommend?user_id=u3&include_seen=true").json()
    assert answer["user"] == "u3"
    assert {one["item"] for one in answer["items"]} == {f"i{item}" for item in range(6)}


def test_lists_are_made_as_the_model_remembers(results, serving, trained):
    """What a request says goes before it; the rest stays."""
    model = trained("content-based")
    options = {"min_ratings": 14, "diversify": 0.3}
    models.save(dataclasses.replace(model, lists=options), results, "own")
    own, plain = serving("own"), serving("mine")

    def items(client, **asked):
        return client.post(
            "/recommend", json={"user_id": "42", "include_seen": True} | asked
        ).json()["items"]

    assert items(own) == items(plain, **options) != items(plain)
    assert items(own, min_ratings=0) == items(plain, diversify=0.3)
    assert items(own, diversify=0, min_ratings=0) == items(plain)
    asked = {"user_id": 42, "include_seen": True}
    assert own.get("/recommend", params=asked).json()["items"] == items(own)
    [short] = own.get("/recommend", params=asked | {"where": "year<1980", "n": 1}).json()["items"]
    assert short in items(plain, where="year<1980", **options)
    new = {"ratings": [{"item_id": 318, "rating": 5}]}
    assert (
        own.post("/recommend", json=new).json()["items"]
        == plain.post("/recommend", json=new | options).json()["items"]
    )


def test_a_model_whose_lists_cannot_be_made_is_refused(results, serving, trained):
    model = dataclasses.replace(trained("content-based"), lists={"min_ratings": 10_000})
    models.save(model, results, "none")
    with pytest.raises(errors.NotFoundError, match="None of the 25 items"):
        serving("none")
