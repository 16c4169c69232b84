"""Several models, each of which answers its share of the users."""

from __future__ import annotations

import shutil

import pytest
from starlette.testclient import TestClient

from recli import errors
from recli.events.shown import FILE_NAME, ShownLists
from recli.events.split import UserSplit
from recli.extras.serve.app import create_app
from recli.extras.serve.settings import ServiceSettings
from recli.extras.serve.variants import Variants
from recli.models import model as models


@pytest.fixture
def two(results, trained):
    """A results folder with the models `mine` and `other`, svd."""
    models.save(trained("svd"), results, "other")
    return results


@pytest.fixture
def users(trained):
    return trained("svd").trainset.ratings.user_ids.text[:20].tolist()


def served(results, *names):
    return create_app(ServiceSettings(results, dict.fromkeys(names, 1.0)))


def model_of(client, user):
    return client.get(f"/recommend?user_id={user}&n=3").json()["model"]


def test_each_user_gets_the_list_of_the_model_that_is_theirs(two, users, serving):
    client = serving("mine", "other")
    split = UserSplit.of({"mine": 1.0, "other": 1.0})
    alone = {name: serving(name) for name in ("mine", "other")}
    for _ in range(2):  # the second time from what is remembered
        for user in users:
            path = f"/recommend?user_id={user}&n=3"
            assert client.get(path).json() == alone[split.model(user)].get(path).json()
    assert {model_of(client, user) for user in users} == {"mine", "other"}
    for user in users[:6]:
        body = {"user_id": user, "n": 2}
        assert client.post("/recommend", json=body).json()["model"] == split.model(user)
    assert client.post("/recommend", json={"n": 2}).status_code == 200  # somebody without an id


def test_the_order_they_are_named_in_changes_nobodys_model(two, users, serving):
    one, other = serving("mine", "other"), serving("other", "mine")
    assert [model_of(one, user) for user in users] == [model_of(other, user) for user in users]


def test_lists_and_events_are_counted_by_model(two, users, serving):
    client, split = serving("mine", "other"), UserSplit.of({"mine": 1.0, "other": 1.0})
    for user in users + users[:3]:
        model_of(client, user)
    event = {"event_id": "e", "type": "click", "user_id": users[0], "item_id": "1"}
    assert client.post("/events", json={"events": [event]}).status_code == 202
    text = client.get("/metrics").text
    for name in ("mine", "other"):
        n = sum(split.model(user) == name for user in users + users[:3])
        assert f'recli_variant_lists_total{{model="{name}"}} {float(n)}' in text
        assert f'recli_model_reloads_total{{model="{name}",result="taken"}} 0.0' in text
        assert f'recli_event_backlog{{model="{name}"}} 1.0' in text
    of = split.model(users[0])
    assert f'recli_variant_events_total{{model="{of}",type="click"}} 1.0' in text


def test_one_model_is_told_of_as_ever(client):
    client.get("/recommend?user_id=42")
    text = client.get("/metrics").text
    assert "variant" not in text and "recli_event_backlog 0.0" in text
    assert "variants" not in client.get("/models").json()
    assert set(client.get("/readyz").json()) == {"status", "model", "version", "warning"}


def test_what_was_shown_is_on_disk_after_the_server(two, users):
    for _ in range(2):
        with TestClient(served(two, "mine", "other")) as client:
            for user in users[:5]:
                model_of(client, user)
            client.post("/recommend", json={"n": 2})
    split = UserSplit.of({"mine": 1.0, "other": 1.0})
    found = ShownLists(two / FILE_NAME).of("mine, other")
    assert {one.user_id: (one.model, one.lists) for one in found} == {
        user: (split.model(user), 2) for user in users[:5]
    }


def test_of_one_model_nothing_is_kept(results, users):
    with TestClient(served(results, "mine")) as client:
        model_of(client, users[0])
    assert not (results / FILE_NAME).exists()


def test_a_file_that_cannot_be_written_costs_no_answer(two, users, caplog):
    (two / FILE_NAME).write_text("no database, and longer than the header of one" * 10)
    with TestClient(served(two, "mine", "other")) as client:
        assert model_of(client, users[0]) in ("mine", "other")
    assert "shown cannot be read or written" in caplog.text


def test_models_and_readiness_tell_of_each(two, serving):
    client = serving("mine", "other")
    told = client.get("/models").json()
    assert [(each["model"], each["share"]) for each in told["variants"]] == [
        ("mine", 0.5),
        ("other", 0.5),
    ]
    assert told["serving"]["model"] == "mine"
    assert [each["model"] for each in client.get("/readyz").json()["variants"]] == ["mine", "other"]


def test_each_is_replaced_by_itself_and_a_half_published_one_is_refused(two, trained):
    variants = Variants(ServiceSettings(two, {"mine": 1.0, "other": 1.0}))
    mine, other = variants
    models.save(trained("svd", seed=1), two, "other")
    (two / "models" / "mine" / "model.json").unlink()
    for current in variants:
        current.look()
    assert (mine.gone, mine.taken, other.taken) == (True, 0, 1)
    assert mine.loaded.model.configured.name == "content-based"  # it goes on
    (two / "models" / "other" / "state.safetensors").unlink()
    (two / "models" / "other" / "model.json").touch()
    other.look()
    assert other.refused is not None and "state.safetensors is missing" in other.refused.reason


def half(folder):
    (folder / "model.json").unlink()


def cut(folder):
    (folder / "model.json").write_text('{"schema": 3', encoding="utf-8")


def without_a_part(folder):
    (folder / "ids.json").unlink()


@pytest.mark.parametrize("spoil", [half, cut, without_a_part])
def test_a_half_published_one_is_refused_at_the_start(spoil, two):
    spoil(two / "models" / "other")
    with pytest.raises(errors.RecliError, match="other"):
        served(two, "mine", "other")


def test_unknown_and_twice_named_ones_are_refused(two):
    with pytest.raises(errors.NotFoundError, match="nobody"):
        served(two, "mine", "nobody")
    with pytest.raises(errors.UsageError, match="named twice"):
        served(two, "mine", str(two / "models" / "mine"))


def test_models_of_other_events_are_not_served_together(results, shop_model):
    with pytest.raises(errors.UsageError, match="same kinds of events"):
        served(results, "mine", "shop")
    shutil.rmtree(results / "models" / "mine")
    shop_model("plain", kinds=False)
    with pytest.raises(errors.UsageError, match="shop: purchase, view"):
        served(results, "plain", "shop")
