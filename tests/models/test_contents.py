"""What a stored model says goes together, or it is refused under whatever checksums."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import safetensors.numpy

from recli import errors, files
from recli.algorithms import Configured
from recli.models import contents, parts
from recli.models import model as models
from recli.stored import sealed


@pytest.fixture(scope="module")
def trained(small):
    return models.train(small, Configured.of("svd", {"n_factors": 3, "n_epochs": 1}), 0)


@pytest.fixture
def folder(trained, tmp_path):
    return models.save(trained, tmp_path, "m")


def seal(folder, **changes):
    """As somebody does who knows how: checksums and seal are right."""
    path = folder / "model.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    manifest["sha256"] = {part: files.sha256(folder / part) for part in manifest["sha256"]}
    path.write_text(json.dumps(sealed(manifest)), encoding="utf-8")


def refused(folder, part, said):
    told = rf"{re.escape(str(folder / part))}: is damaged: .*{said}.*Train the model again\.$"
    with pytest.raises(errors.DataError, match=told):
        models.load(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scale": [5.0, 0.5]}, "its scale goes from 5 to 0.5"),
        ({"scale": [0.5]}, "its scale has 1 ends"),
        ({"scale": [0.0, 5.0], "implicit": True}, "its least weight is 0"),
        ({"mean": 7.5}, "its mean of 7.5 is not on the scale"),
        ({"seed": -1}, "its seed is -1"),
        ({"seed": 2**32}, "its seed is 4294967296"),
        ({"time_unit": "h"}, "its unit of time is 'h'"),
        ({"trained": "yesterday"}, "Invalid isoformat"),
        ({"trained": "0001-01-01T00:00:00"}, "in the year 1"),
        ({"versions": {}}, "by which recli"),
        ({"index": {"depth": 0, "recall": 1.0, "users": 3}}, "its index cannot be"),
        ({"index": {"depth": 32, "recall": 1.5, "users": 3}}, "its index cannot be"),
        ({"index": {}}, "depth"),
        ({"threshold": None}, "threshold"),
        ({"dataset": {"name": "small"}}, "fingerprint"),
        ({"lists": {"candidates": "/dev/zero"}}, "candidates"),  # a file of anybody's
        ({"lists": {"rerank": 5}}, "rerank"),
        ({"origin": {"run": {}}}, "run"),
        ({"origin": {"lists": {}}}, "nor why not"),
        ({"origin": {"lists": {"ndcg": 0.5}}}, "hit_rate"),
    ],
)
def test_a_manifest(folder, changes, said):
    seal(folder, **changes)
    refused(folder, "model.json", said)


def ratings(**changed):
    return {
        "users": np.array([0, 1, 1], np.int32),
        "items": np.array([1, 0, 2], np.int32),
        "values": np.array([1.0, 3.0, 5.0]),
        **changed,
    }


MANIFEST = {"scale": [1.0, 5.0], "mean": 3.0}
IDS = contents.RawIds(users=["a", "b"], items=["x", "y", "z"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"users": np.array([0, -1, 1], np.int32)}, "users have codes outside of 0 to 1"),
        ({"items": np.array([0, 3, 1], np.int32)}, "items have codes outside of 0 to 2"),
        ({"users": np.array([0, 1], np.int32)}, "users are not 3"),
        ({"users": np.array([0, 1, 1])}, "users are int64"),
        ({"values": np.array([1.0, 3.0, np.nan])}, "a value is not on the scale from 1 to 5"),
        ({"values": np.array([1.0, 3.0, 5.5])}, "a value is not on the scale from 1 to 5"),
        ({"values": np.array([1.0, 1.0, 5.0])}, "its values have not the mean 3"),
        ({"values": np.array([[1.0, 3.0, 5.0]])}, "values are float64, in 2 dimensions"),
        ({"values": np.empty(0)}, "it has no ratings"),
        ({"times": np.array([1, 2])}, "times are not 3"),
        ({"times": np.array([1.0, 2.0, 3.0])}, "times are float64"),
        ({"first_times": np.array([1, 2, 3])}, "ratings have no first_times"),
        ({"user_places": np.array([0, 0])}, "user_places do not put 2 ids in order"),
        ({"item_places": np.array([0, 1])}, "item_places do not put 3 ids in order"),
        ({"more": np.array([0])}, "nobody knows its more"),
    ],
)
def test_ratings(changed, said):
    contents.check_ratings(ratings(times=np.array([3, 2, 1])), MANIFEST, IDS)
    with pytest.raises(ValueError, match=said):
        contents.check_ratings(ratings(**changed), MANIFEST, IDS)


def test_ratings_that_lack_a_column():
    columns = ratings()
    del columns["items"]
    with pytest.raises(ValueError, match="it lacks items"):
        contents.check_ratings(columns, MANIFEST, IDS)


def test_ids():
    contents.check_ids(IDS)
    for users, said in ((["a", "a"], "an id is there twice among the users"), (["\ud800"], "half")):
        with pytest.raises(ValueError, match=said):
            contents.check_ids(contents.RawIds(users=users, items=[]))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"columns": {"genres": ["Drama"]}}, "genres has not 2 rows"),
        ({"in_table": [True]}, "in_table has not 2 rows"),
        ({"titles": ["x"]}, "titles are not 2"),
        ({"titles": ["x", "\udfff"]}, "half a character"),
        ({"features": [{"name": "year", "kind": "number"}]}, "'year' has no column year"),
        ({"features": [{"name": "genres", "kind": "colour"}]}, "kind"),
        ({"features": [{"name": "genres", "kind": "flags"}]}, "needs columns"),
        ({"features": [{"name": "genres", "kind": "text", "pattern": "("}]}, "pattern"),
        ({"features": [{"name": "genres", "kind": "text", "pattern": "x"}]}, "needs a group"),
        ({"features": [{"name": "genres", "kind": "text"}] * 2}, "a feature is there twice"),
        ({"n_unrated": -1}, "n_unrated is below 0"),
    ],
)
def test_a_table(changed, said):
    table = {"columns": {"genres": ["Drama", ""]}, "in_table": [True, False], "titles": None}
    assert contents.check_table(table, 2) == ()
    with pytest.raises(ValueError, match=said):
        contents.check_table(table | changed, 2)


def test_what_is_wrong_is_told_of_its_part(folder):
    for part, written in {
        "ids.json": {"users": ["1"], "items": [2]},
        "tables.json": {"items": None},
    }.items():
        before = (folder / part).read_bytes()
        (folder / part).write_text(json.dumps(written), encoding="utf-8")
        seal(folder)
        refused(folder, part, "")
        (folder / part).write_bytes(before)
    columns = safetensors.numpy.load_file(folder / "ratings.safetensors")
    columns["users"][0] = -1
    safetensors.numpy.save_file(columns, folder / "ratings.safetensors")
    seal(folder)
    refused(folder, "ratings.safetensors", "users have codes outside of 0 to 59")
    some = np.ones(60, bool)
    with pytest.raises(errors.DataError, match="users have codes outside of 0 to 59"):
        parts.read(folder, models.about(folder), some)


def test_a_state_is_told_with_the_model(folder):
    state = safetensors.numpy.load_file(folder / "state.safetensors")
    state["pu"][0, 0] = np.nan
    safetensors.numpy.save_file(state, folder / "state.safetensors")
    seal(folder)
    with pytest.raises(errors.DataError, match=r"models/m: .*damaged: pu has numbers that are not"):
        models.load(folder)


def test_what_is_stored_is_not_learned_again(folder):
    seal(folder, refit=True)
    with pytest.raises(errors.DataError, match="is stored as a recipe, and svd keeps what it has"):
        models.load(folder)
