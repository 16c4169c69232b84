"""What Prometheus reads."""

from __future__ import annotations

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from recli.models import model as models


def samples(client):
    """Every sample by its name and labels."""
    text = client.get("/metrics").text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_by_route_and_status(client):
    client.get("/recommend?user_id=42")
    client.get("/recommend?user_id=42")
    client.get("/recommend?user_id=16000")
    client.get("/similar/318")
    client.get("/similar/296")
    client.get("/made/up")
    client.get("/made/up/too")
    client.request("BREW", "/recommend")
    found = samples(client)
    assert found["recli_requests_total", "/recommend", "200", "GET"] == 2
    assert found["recli_requests_total", "/recommend", "404", "GET"] == 1
    assert found["recli_requests_total", "/similar/{item_id}", "200", "GET"] == 2
    assert found["recli_requests_total", "404", "GET", "none"] == 2
    assert found["recli_requests_total", "/recommend", "405", "other"] == 1
    assert found["recli_request_seconds_count", "/recommend"] == 4
    assert found["recli_requests_in_flight",] == 1  # the question itself


def test_lists_by_what_is_known_of_the_user(client):
    client.get("/recommend?user_id=42")
    client.get("/recommend?user_id=42")
    client.get("/recommend?user_id=16000")
    client.post("/recommend", json={"ratings": [{"item_id": 318, "rating": 5}]})
    client.post("/recommend", json={})
    found = samples(client)
    kinds = {kind: found["recli_lists_total", kind] for kind in ("known", "folded", "fallback")}
    assert kinds == {"known": 2, "folded": 1, "fallback": 1}
    assert found["recli_lists_total", "unknown"] == 1


def test_how_the_lists_are(client, results):
    assert ("recli_served_coverage_ratio",) not in samples(client)
    asked = {"n": 3, "include_seen": True}
    shown = []
    for user in (42, 47, 42):
        items = client.get("/recommend", params={"user_id": user} | asked).json()["items"]
        shown += [str(one["item"]) for one in items]
    ratings = models.load(results / "models" / "mine").trainset.ratings
    raw = ratings.item_ids.text[ratings.items]
    found = samples(client)
    assert found["recli_served_coverage_ratio",] == len(set(shown)) / 25
    popularity = np.mean([np.count_nonzero(raw == item) for item in shown])
    assert found["recli_served_popularity_mean",] == pytest.approx(popularity)
    assert found["recli_training_rating_mean",] == pytest.approx(ratings.values.mean())


def test_which_model_answers_and_since_when(client, results):
    found = samples(client)
    about = models.about(results / "models" / "mine")
    version = about["seal"][:12]
    assert found["recli_model_info", *sorted(("mine", "content-based", "tiny", version))] == 1
    trained = found["recli_model_trained_timestamp_seconds",]
    assert trained <= found["recli_model_loaded_timestamp_seconds",]
    assert found["recli_model_reloads_total", "taken"] == 0
    assert found["recli_model_reloads_total", "refused"] == 0
