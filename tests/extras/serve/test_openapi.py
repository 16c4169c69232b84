"""The description in OpenAPI, and what a fuzzer makes of it."""

from __future__ import annotations

import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from recli.extras.serve.settings import Keys

FUZZ = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_route_is_described_with_examples(client):
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) >= {
        *("/recommend", "/similar/{item_id}", "/predict", "/events"),
        *("/models", "/healthz", "/readyz", "/metrics"),
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert " " in operation["summary"], (path, method)
            assert operation["description"], (path, method)
            for name, schema in _bodies(operation):
                assert document["components"]["schemas"][name]["examples"], schema


def test_every_reference_leads_somewhere(client):
    document = client.get("/openapi.json").json()
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert "Problem" in referred
    assert referred <= set(document["components"]["schemas"])
    assert "security" not in document


def test_keys_are_described_where_they_are_asked_for(serving):
    client = serving(keys=Keys("a", "b", "c"))
    document = client.get("/openapi.json", headers={"x-api-key": "a"}).json()
    schemes = document["components"]["securitySchemes"]
    assert {scheme for way in document["security"] for scheme in way} == set(schemes)
    assert document["paths"]["/readyz"]["get"]["security"] == []
    assert "security" not in document["paths"]["/events"]["post"]


def test_the_examples_are_accepted(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    known = json.dumps([schemas["Wished"]["examples"], schemas["Pairs"]["examples"]])
    wished, pairs = json.loads(known.replace('"item_id": 50', '"item_id": 296'))
    for path, examples in (("/recommend", wished), ("/predict", pairs)):
        for example in examples:
            assert client.post(path, json=example).is_success
    for example in schemas["Events"]["examples"]:
        assert client.post("/events", json=example).status_code == 202


def test_the_examples_of_interactions_are_accepted(serving, shop_model):
    client = serving("shop")
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    [wished] = schemas["Wished"]["examples"][-1:]
    assert client.post("/recommend", json=known(wished)).is_success
    [events] = schemas["Events"]["examples"]
    assert [one["type"] for one in events["events"]] == ["purchase"]
    assert client.post("/events", json=events).status_code == 202
    assert "rating" not in json.dumps([wished, events])


def known(wished):
    """The example with items that there are."""
    ids = {318: "hat", 50: "pen"}
    given = [one | {"item_id": ids[one["item_id"]]} for one in wished["interactions"]]
    return wished | {"interactions": given}


def _bodies(operation):
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield media["schema"]["$ref"].rpartition("/")[2], media["schema"]


@pytest.mark.parametrize("model", ["mine", "shop"])
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_whatever_is_sent_the_server_answers_as_described(mode, model, serving, shop_model):
    """Nothing is answered by 5xx, or by what is not described, whether it fits the description or not.

    What fits may still be refused: a rating off the scale, an item that there is not.
    """
    schema = schemathesis.openapi.from_asgi("/openapi.json", serving(model).app)
    n_asked = 0

    def ask(case):
        nonlocal n_asked
        n_asked += 1
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    for found in schema.get_all_operations():
        operation = found.ok()
        try:
            FUZZ(given(operation.as_strategy(generation_mode=mode))(ask))()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE
            assert not operation.query and not operation.body  # nothing that could be wrong
    assert n_asked > 50
