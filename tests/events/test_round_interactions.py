"""A round with interactions: compared by nDCG on new pairs, published, and served."""

from __future__ import annotations

import numpy as np
import pytest
from starlette.testclient import TestClient

from recli.algorithms import Configured
from recli.data.event import Event
from recli.data.load import load
from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing.round import refresh
from recli.events.refreshing.rule import RefreshSettings
from recli.extras.serve.app import create_app
from recli.extras.serve.settings import ServiceSettings
from recli.models import model as models

KINDS = {"view": 1.0, "cart": 2.0, "purchase": 4.0}
ANYTHING = RefreshSettings(min_events=10, tolerance=9.0)


@pytest.fixture
def results(tmp_path):
    """A table of two tastes: users of the one take items a0 to a7, those of the other b0 to b7."""
    rng = np.random.default_rng(1)
    lines = ["user_id,item_id,event,time"]
    for user in range(40):
        taste = "ab"[user % 2]
        for item in rng.choice(8, 5, replace=False):
            kind = rng.choice(list(KINDS))
            at = 1_600_000_000 + len(lines)
            lines.append(f"{taste}-{user},{taste}{item},{kind},{at}")
    (tmp_path / "shop.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "results"


@pytest.fixture
def train(results):
    def trained(algorithm):

        dataset = load(str(results.parent / "shop.csv"), overrides={"weights": KINDS})
        models.save(models.train(dataset, Configured.of(algorithm), 0), results, "m")

    return trained


def purchases(item, n_users=12):
    """New users of the first taste who view what there is of it, and buy `item`, which is new."""
    moment = 1_700_000_000.25
    for user in range(n_users):
        for n, (kind, bought) in enumerate([("view", "a0"), ("view", "a1"), ("purchase", item)]):
            at = moment + 10 * user + n
            yield Event(f"{user}-{n}", kind, f"new-{user}", bought, None, at)


@pytest.mark.parametrize("algorithm", ["ease", "item-knn", "most-popular"])
def test_what_arrives_changes_the_list_that_is_served(algorithm, train, results):
    train(algorithm)
    app = create_app(ServiceSettings(results, {"m": 1.0}))
    with TestClient(app) as client:
        asked = {"user_id": "a-0", "n": 16}
        before = client.get("/recommend", params=asked).json()["items"]
        assert "hat" not in [one["item"] for one in before]
        sent = [
            {
                "event_id": event.event_id,
                "type": event.type,
                "user_id": event.user_id,
                "item_id": event.item_id,
                "time": event.time,
            }
            for event in purchases("hat")
        ]
        answer = client.post("/events", json={"events": sent})
        assert (answer.status_code, answer.json()) == (202, {"accepted": 36, "duplicates": 0})
        decision = refresh(results, "m", ANYTHING).decision
        assert decision["decision"] == "publish"
        assert decision["scores"]["measure"] == "ndcg@10"
        assert decision["dataset"]["implicit"]
        assert decision["slice"]["new"] == 36
        app_of(client).state.variants.first.look()
        after = client.get("/recommend", params=asked).json()["items"]
        assert "hat" in [one["item"] for one in after]
        assert client.get("/readyz").status_code == 200
        assert client.get("/about").json()["dataset"] == "shop+events"
        assert client.get("/recommend", params={"user_id": "new-3"}).status_code == 200
    model = models.load(results / "models" / "m")
    assert model.kinds == KINDS
    # It is what training on the dataset gives.
    dataset = load(str(results / "datasets" / "m"))
    trained = models.train(dataset, Configured.of(algorithm), 0)
    users = np.arange(trained.trainset.n_users)
    scores = (one.algorithm.score_users(users) for one in (model, trained))
    np.testing.assert_array_equal(*scores)
    assert refresh(results, "m", ANYTHING).told == ("Nothing new for model 'm' since event 36.",)


def app_of(client):
    """The application inside its middlewares."""
    app = client.app
    while not hasattr(app, "state"):
        app = app._app
    return app


def test_both_are_measured_by_hand_on_the_newest_new_pairs(train, results):
    """The newest fifth are the last 8 of 36 pairs, of three users; their lists are made by hand."""
    train("most-popular")
    with EventLog(results / FILE_NAME) as log:
        log.append(list(purchases("hat")))
    decision = refresh(results, "m", ANYTHING).decision
    assert decision["slice"]["ratings"] == 8
    assert decision["slice"]["users"] == 3
    assert decision["slice"]["from"] == 1_700_000_000 + 91
    assert decision["slice"]["to"] == 1_700_000_000 + 112
    weights: dict[tuple[str, str], float] = {}
    lines = (results.parent / "shop.csv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        user, item, kind, _ = line.split(",")
        weights[user, item] = weights.get((user, item), 0) + KINDS[kind]
    old = popularity(weights)
    for event in list(purchases("hat"))[:28]:
        weights[event.user_id, event.item_id] = KINDS[event.type]
    new = popularity(weights)
    tests = {"new-9": ["a1", "hat"], "new-10": ["a0", "a1", "hat"], "new-11": ["a0", "a1", "hat"]}
    for name, items in (("current", old), ("candidate", new)):
        of_users = []
        for user, wanted in tests.items():
            seen = {"a0"} if user == "new-9" else set()
            best = [item for item in items if item not in seen][:10]
            gains = sum(1 / np.log2(best.index(item) + 2) for item in wanted if item in best)
            of_users.append(gains / sum(1 / np.log2(n + 2) for n in range(len(wanted))))
        assert decision["scores"][name] == pytest.approx(np.mean(of_users), abs=1e-12)
    # The model is its own floor.
    lists = models.load(results / "models" / "m").origin["lists"]
    assert lists["ndcg"] == lists["floor"] == decision["scores"]["candidate"]
    assert (lists["n_users"], lists["measured"]) == (
        3,
        "the newest 8 of the new interactions, held back",
    )


def popularity(weights):
    """Items by the sum of ln(1 + w) over their users."""
    sums: dict[str, float] = {}
    for (_, item), weight in weights.items():
        sums[item] = sums.get(item, 0) + np.log(1 + weight)
    assert len({round(one, 9) for one in sums.values()}) == len(sums)  # no ties
    return sorted(sums, key=lambda item: -sums[item])
