"""A model that is replaced, refused or deleted while it answers."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import UTC, datetime

import numpy as np
import pytest

from recli import errors, registry
from recli.extras.serve import current as module
from recli.extras.serve.current import Current
from recli.extras.serve.self_test import _check, check
from recli.extras.serve.settings import ServiceSettings
from recli.models import model as models


@pytest.fixture
def current(results):
    return Current(ServiceSettings(results, {}), "mine")


def best(loaded, user="42"):
    from tests.top_n import top_n

    return [place.item for place in top_n(loaded.model, user, 5)]


def test_nothing_new_is_nothing_to_do(current):
    loaded = current.loaded
    current.look()
    assert current.loaded is loaded
    assert (current.taken, current.n_refused, current.refused, current.gone) == (0, 0, None, False)


def test_a_new_model_answers_from_then_on(current, results, trained):
    old = current.loaded
    models.save(trained("svd"), results, "mine")
    current.look()
    assert current.loaded.model.configured.name == "svd"
    assert current.loaded.version != old.version
    assert (current.taken, current.n_refused) == (1, 0)
    assert best(current.loaded) == best(Current(ServiceSettings(results, {}), "mine").loaded)
    assert old.model.configured.name == "content-based"  # what was begun with it ends with it


def test_the_same_model_again_has_the_same_version(current, results):
    shutil.copytree(results / "models" / "mine", results / "models" / "twin")
    assert Current(ServiceSettings(results, {}), "twin").loaded.version == current.loaded.version


def damaged(folder):
    (folder / "ratings.safetensors").write_bytes(b"damaged")


def cut_off(folder):
    (folder / "model.json").write_text("{", encoding="utf-8")


def without_a_part(folder):
    (folder / "ids.json").unlink()


@pytest.mark.parametrize("spoil", [damaged, cut_off, without_a_part])
def test_a_damaged_model_is_refused_and_the_old_one_stays(
    spoil, current, results, trained, tmp_path, caplog
):
    old = current.loaded
    models.save(trained("svd"), tmp_path / "elsewhere", "mine")
    spoil(tmp_path / "elsewhere" / "models" / "mine")
    shutil.rmtree(results / "models" / "mine")
    shutil.move(tmp_path / "elsewhere" / "models" / "mine", results / "models" / "mine")
    current.look()
    current.look()
    assert current.loaded is old
    assert (current.taken, current.n_refused) == (0, 1)  # and not looked at again
    assert current.refused is not None
    assert "Train the model again" in current.refused.reason
    assert "was refused" in caplog.text
    models.save(trained("svd"), results, "mine")
    current.look()
    assert current.loaded.model.configured.name == "svd"
    assert current.refused is None


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_so_is_one_that_holds_no_numbers(number, current, results, trained):
    model = trained("svd")
    model.algorithm.pu[3, 5] = number
    models.save(model, results, "mine")
    current.look()
    assert current.loaded.model.configured.name == "content-based"
    assert "pu has numbers that are not finite" in current.refused.reason


def test_and_one_whose_arrays_are_of_other_sizes(current, results, trained):
    model = trained("svd")
    model.algorithm.qi = model.algorithm.qi[:3]
    models.save(model, results, "mine")
    current.look()
    assert current.loaded.model.configured.name == "content-based"
    assert current.n_refused == 1


@pytest.mark.parametrize("name", registry.names("algorithm"))
def test_every_algorithm_can_be_served(name, trained):
    check(trained(name))


def test_lists_that_are_not_sorted_are_seen(results):
    from recli.ranking.ranked_lists import RankedLists

    model = models.load(results / "models" / "mine")
    users = np.array([0], np.int32)
    for items, scores in (
        ([0, 1], [1.0, 2.0]),
        ([0, 0], [1.0, 1.0]),
        ([0, 25], [1.0, 1.0]),
        ([0, 1], [np.inf, 1.0]),
    ):
        with pytest.raises(errors.DataError):
            _check(model, RankedLists(users, np.array([items], np.int32), np.array([scores])))
    padded = RankedLists(users, np.array([[0, -1]], np.int32), np.array([[1.0, np.nan]]))
    _check(model, padded)


def test_the_watcher_outlives_whatever_a_model_does(current, results, trained, monkeypatch, caplog):
    models.save(trained("svd"), results, "mine")

    def broken(*_, **__):
        raise TypeError("float() argument must be a string or a real number, not 'NoneType'")

    with monkeypatch.context() as patch:
        patch.setattr(models, "load", broken)
        current.look()
    assert current.n_refused == 1
    assert current.refused.reason.startswith("TypeError: float() argument")
    assert "Traceback" in caplog.text, "a fault of ours is not hidden"
    models.save(trained("svd"), results, "mine")
    current.look()
    assert (current.loaded.model.configured.name, current.refused) == ("svd", None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_that_no_longer_looks_is_not_ready(serving, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.01)
    died = threading.Event()

    def dies(_):
        died.set()
        raise SystemExit

    client = serving()
    assert client.get("/readyz").json()["status"] == "ready"
    monkeypatch.setattr(Current, "look", dies)
    late = serving()
    assert died.wait(60)
    for _ in range(600):
        if (answer := late.get("/readyz")).status_code == 503:
            break
        time.sleep(0.01)
    assert answer.json()["status"].startswith("no longer looks for new models")


def test_one_that_changes_while_it_is_read_is_looked_at_again(
    current, results, trained, monkeypatch
):
    models.save(trained("svd"), results, "mine")
    load = current._load

    def too_late():
        models.save(trained("baseline-only"), results, "mine")
        raise errors.DataError("half of one, half of the other")

    monkeypatch.setattr(current, "_load", too_late)
    current.look()
    assert current.n_refused == 0
    monkeypatch.setattr(current, "_load", load)
    current.look()
    assert current.loaded.model.configured.name == "baseline-only"


def test_one_that_is_deleted_goes_on_in_memory(current, results, trained):
    old = current.loaded
    shutil.rmtree(results / "models" / "mine")
    current.look()
    assert current.loaded is old
    assert current.gone
    models.save(trained("svd"), results, "mine")
    current.look()
    assert not current.gone
    assert current.loaded.model.configured.name == "svd"


def test_what_cannot_be_served_at_all(results, trained, tmp_path):
    with pytest.raises(errors.NotFoundError, match="There is no model 'other'"):
        Current(ServiceSettings(results, {}), "other")
    damaged(results / "models" / "mine")
    with pytest.raises(errors.DataError, match="SHA-256 differs"):
        Current(ServiceSettings(results, {}), "mine")


def test_a_pickle_is_not_read(results, trained, monkeypatch):
    monkeypatch.setattr(models.Algorithm, "state", lambda algorithm: None)
    models.save(trained("normal-predictor"), results, "pickled", allow_pickle=True)
    with pytest.raises(errors.UsageError, match="holds a pickle, and a server reads none"):
        Current(ServiceSettings(results, {}), "pickled")


def test_the_server_sees_it_by_itself(serving, results, trained, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.01)
    looked = threading.Event()
    look = Current.look

    def and_tell(current):
        look(current)
        if current.taken:
            looked.set()

    monkeypatch.setattr(Current, "look", and_tell)
    client = serving()
    before = client.get("/models").json()["serving"]
    assert client.get("/recommend?user_id=42").json()["items"]
    models.save(trained("svd"), results, "mine")
    assert looked.wait(60)
    after = client.get("/models").json()["serving"]
    assert (before["algorithm"], after["algorithm"]) == ("content-based", "svd")
    assert before["version"] != after["version"]
    answer = client.get("/recommend?user_id=42").json()  # and not what the old one had said
    assert [one["item"] for one in answer["items"]][:5] == best(
        Current(ServiceSettings(results, {}), "mine").loaded
    )
    metrics = client.get("/metrics").text
    assert 'recli_model_reloads_total{result="taken"} 1.0' in metrics
    assert f'algorithm="svd",dataset="tiny",model="mine",version="{after["version"]}"' in metrics


def test_ready_though_the_folder_is_gone(serving, results, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.01)
    client = serving()
    assert client.get("/readyz").json()["warning"] is None
    shutil.rmtree(results / "models" / "mine")
    while (answer := client.get("/readyz")).json()["warning"] is None:
        time.sleep(0.01)
    assert answer.status_code == 200
    assert "folder is gone" in answer.json()["warning"]
    assert client.get("/recommend?user_id=42").is_success
    serving = client.get("/models").json()["serving"]
    assert serving["gone"]


def test_models_says_which_answers(client, results, trained):
    models.save(trained("svd"), results, "other")
    document = client.get("/models").json()
    about = models.about(results / "models" / "mine")
    serving = document["serving"]
    assert serving["model"] == "mine"
    assert serving["version"] == about["seal"][:12]
    assert serving["trained"] == about["trained"]
    assert datetime.fromisoformat(serving["loaded"]) <= datetime.now(UTC)
    assert serving["refused"] is None
    assert sorted(document["stored"]) == ["mine", "other"]
