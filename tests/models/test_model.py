"""Models on disk: whole or not at all, checked, and never pickled."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import safetensors.numpy

from recli import errors, files
from recli.algorithms import Configured
from recli.data.load import load
from recli.data.tables.users import Users
from recli.models import archive, parts
from recli.models import model as models
from recli.models.stored import MODELS
from recli.stored import sealed
from tests.top_n import top_n

PARTS = ["ids.json", "ratings.safetensors", "state.safetensors", "tables.json"]


@pytest.fixture(scope="module")
def model(small):
    return models.train(small, Configured.of("svd", {"n_factors": 3, "n_epochs": 2}), 5)


@pytest.fixture
def folder(model, tmp_path):
    return models.save(model, tmp_path, "m")


def edit(folder, **changes):
    path = folder / "model.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, **changes}), encoding="utf-8")


def seal(folder, **changes):
    """`edit`, by somebody who knows how manifests are sealed."""
    edit(folder, **changes)
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    edit(folder, seal=sealed(manifest)["seal"])


def everything(path):
    return sorted(str(p.relative_to(path)) for p in path.rglob("*"))


def test_the_folder(folder, model, small, tmp_path):
    assert folder == tmp_path / "models" / "m"
    assert everything(folder) == sorted([*PARTS, "model.json"])
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == 3
    assert (manifest["algorithm"], manifest["seed"]) == ("svd", 5)
    assert manifest["params"] == model.configured.params
    assert manifest["dataset"] == {"name": "small", "fingerprint": small.fingerprint}
    assert manifest["scale"] == [0.5, 5.0]
    assert set(manifest["sha256"]) == set(PARTS)


def test_loads_equal(folder, model, small):
    loaded = models.load(folder)
    user = small.ratings.user_ids.text[7]
    assert top_n(loaded, user, 20) == top_n(model, user, 20)
    assert loaded.title(3) == small.items.titles[3]
    np.testing.assert_array_equal(loaded.trainset.values, small.ratings.values)
    assert loaded.trainset.ratings.user_ids.text.tolist() == small.ratings.user_ids.text.tolist()


def test_conditional_parameters_come_back(small, tmp_path):
    for given in ({}, {"bsl_options.method": "sgd"}, {"sim_options.name": "pearson_baseline"}):
        name = "baseline-only" if "bsl_options.method" in given else "knn-basic"
        trained = models.train(small, Configured.of(name, given), 0)
        loaded = models.load(models.save(trained, tmp_path, "c"))
        assert loaded.configured == trained.configured
        assert loaded.configured.label == trained.configured.label


def test_a_model_without_titles(small, tmp_path):
    bare = dataclasses.replace(small, items=None)
    trained = models.train(bare, Configured.of("slope-one"), 0)
    loaded = models.load(models.save(trained, tmp_path, "bare"))
    assert loaded.titles is None
    assert loaded.title(0) == ""


def test_tables_and_times_come_back(small, tmp_path):
    users = Users(
        small.ratings.user_ids,
        {"age": np.array([f"{n}" for n in range(60)], object)},
        np.arange(60) % 2 == 0,
        n_unrated=7,
    )
    trained = models.train(
        dataclasses.replace(small, users=users), Configured.of("baseline-only"), 0
    )
    loaded = models.load(models.save(trained, tmp_path, "t")).trainset
    np.testing.assert_array_equal(loaded.ratings.times, small.ratings.times)
    assert loaded.item_table.fingerprint == small.items.fingerprint
    assert loaded.user_table.fingerprint == users.fingerprint
    assert loaded.user_table.n_unrated == 7
    for ours, theirs in ((loaded.item_table, small.items), (loaded.user_table, users)):
        np.testing.assert_array_equal(ours.in_table, theirs.in_table)
    assert loaded.item_table.features == small.items.features


def test_parts_of_a_second_come_back(small, tmp_path):
    ratings = dataclasses.replace(small.ratings, time_unit="us")
    finer = dataclasses.replace(small, ratings=ratings)
    trained = models.train(finer, Configured.of("baseline-only"), 0)
    assert models.load(models.save(trained, tmp_path, "t")).trainset.ratings.time_unit == "us"


def test_ratings_without_times(small, tmp_path):
    ratings = dataclasses.replace(small.ratings, times=None)
    bare = dataclasses.replace(small, ratings=ratings)
    trained = models.train(bare, Configured.of("baseline-only"), 0)
    assert models.load(models.save(trained, tmp_path, "t")).trainset.ratings.times is None


def test_where_a_model_comes_from(small, tmp_path):
    run = {"run": "r", "split": "s", "metrics": {"rmse": 0.9}}
    origin = {"params": {"study": "s", "value": 0.9}, "run": run}
    trained = models.train(small, Configured.of("baseline-only"), 0, origin=origin)
    folder = models.save(trained, tmp_path, "t")
    assert models.load(folder).origin == origin
    about = models.about(folder)
    assert about["origin"] == origin
    assert set(about["versions"]) == {"recli", "python", *parts._PACKAGES}


def test_ids_come_back_as_they_were(tmp_path):
    path = tmp_path / "zeros.csv"
    rows = "\n".join(
        f"{u},{i},{r}" for u, i, r in [("007", "α", 1), ("7", "a,b", 2), ("7", "1", 5)]
    )
    path.write_text(f"user,item,rating\n{rows}\n".replace("a,b", '"a,b"'), encoding="utf-8")
    trained = models.train(load(str(path)), Configured.of("baseline-only"), 0)
    loaded = models.load(models.save(trained, tmp_path, "zeros"))
    assert loaded.trainset.ratings.user_ids.text.tolist() == ["007", "7"]
    assert {place.item for place in top_n(loaded, "007", 5)} == {"a,b", "1"}


# Damage, each with its own message


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("place", [0, 100, -1])
def test_an_altered_byte(folder, part, place):
    content = bytearray((folder / part).read_bytes())
    content[place] ^= 1
    (folder / part).write_bytes(content)
    with pytest.raises(errors.DataError, match=rf"{part}: is not what was written"):
        models.load(folder)


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part(folder, part):
    (folder / part).unlink()
    with pytest.raises(errors.DataError, match=rf"the part {part} is missing. Train the model"):
        models.load(folder)


def test_a_part_cut_short(folder):
    content = (folder / "state.safetensors").read_bytes()
    (folder / "state.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(errors.DataError, match="is not what was written"):
        models.load(folder)


def test_arrays_that_cannot_be_read(folder):
    (folder / "state.safetensors").write_bytes(b"no tensors")
    seal(folder, sha256={part: files.sha256(folder / part) for part in PARTS})
    with pytest.raises(errors.DataError, match="cannot be read"):
        models.load(folder)


def test_another_schema(folder):
    edit(folder, schema=99)
    with pytest.raises(errors.DataError, match="written in format 99, this recli reads 3"):
        models.load(folder)


@pytest.mark.parametrize("text", ["", "{", '{"schema": 1', b"\xff\xfe\x00"])
def test_a_damaged_manifest(folder, text):
    (folder / "model.json").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(errors.DataError, match=r"model\.json: is damaged"):
        models.load(folder)


@pytest.mark.parametrize("document", [[], 3, {}, None, "text"])
def test_a_manifest_of_something_else(folder, document):
    (folder / "model.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(errors.DataError, match="does not say in what format it is"):
        models.load(folder)


@pytest.mark.parametrize("key", ["algorithm", "params", "seed", "scale", "refit", "sha256"])
def test_a_manifest_that_lacks_something(folder, key):
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del manifest[key]
    (folder / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(errors.DataError, match=rf"model\.json: lacks {key}"):
        models.load(folder)


def test_a_manifest_without_checksums_is_not_believed(folder):
    seal(folder, sha256={})
    with pytest.raises(errors.DataError, match="is not what was written"):
        models.load(folder)


def test_no_model(tmp_path):
    with pytest.raises(errors.NotFoundError, match="holds no model"):
        models.load(tmp_path)


def test_an_altered_manifest(folder):
    edit(folder, params={"n_factors": 4})
    with pytest.raises(errors.DataError, match=r"model\.json: is not what was written"):
        models.load(folder)


def test_a_state_of_another_version(folder):
    arrays = safetensors.numpy.load_file(folder / "state.safetensors")
    arrays["wu"] = arrays.pop("pu")
    safetensors.numpy.save_file(arrays, folder / "state.safetensors")
    seal(folder, sha256={part: files.sha256(folder / part) for part in PARTS})
    with pytest.raises(
        errors.DataError, match="whose svd kept bi, bu, qi, wu; here it is bi, bu, pu"
    ):
        models.load(folder)


# Pickles, of classes of the user's own alone


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A class in the user's folder that counts its fits, and learns what only a pickle can hold."""
    program = (
        "from surprise import AlgoBase\n"
        "class Own(AlgoBase):\n"
        "    fits = 0\n"
        "    def fit(self, trainset):\n"
        "        AlgoBase.fit(self, trainset)\n"
        "        type(self).fits += 1\n"
        "        self.learned = {(u, i): r for u, i, r in trainset.all_ratings()}\n"
        "        return self\n"
        "    def estimate(self, u, i):\n"
        "        return self.learned.get((u, i), 2.5)\n"
        "class Closed(Own):\n"
        "    def fit(self, trainset):\n"
        "        self.function = lambda: 0\n"
        "        return Own.fit(self, trainset)\n"
    )
    (tmp_path / "own_pickled.py").write_text(program, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield Configured.of("own_pickled:Own")
    del sys.modules["own_pickled"]


def test_a_pickle_takes_the_users_word_twice(own, small, tmp_path):
    trained = models.train(small, own, 0)
    folder = models.save(trained, tmp_path, "m", allow_pickle=True)
    assert "state.pickle" in everything(folder)
    with pytest.raises(errors.UsageError, match="holds a pickle.*`allow_pickle=True` reads it"):
        models.load(folder)
    loaded = models.load(folder, allow_pickle=True)
    assert type(loaded.algorithm.algorithm).fits == 1
    users = np.arange(60)
    np.testing.assert_array_equal(
        loaded.algorithm.score_users(users), trained.algorithm.score_users(users)
    )


def test_without_the_users_word_it_is_a_recipe(own, small, tmp_path):
    folder = models.save(models.train(small, own, 0), tmp_path, "m")
    assert "state.pickle" not in everything(folder)
    assert type(models.load(folder, allow_code=True).algorithm.algorithm).fits == 2


@pytest.mark.parametrize(
    "named",
    [
        {"algorithm": "strangers:Own", "params": {}},
        {"algorithm": "hybrid", "params": {"members": "svd,strangers:Own"}},
        {"lists": {"rerank": ["strangers:Own"]}},
    ],
    ids=["algorithm", "member", "reranker"],
)
def test_a_class_that_is_named_is_not_imported(named, folder, tmp_path, monkeypatch):
    (tmp_path / "strangers.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    seal(folder, **named)
    with pytest.raises(
        errors.CodeError, match=r"m: names the \w+ strangers:Own.*`allow_code=True`"
    ):
        models.load(folder)
    with pytest.raises(errors.UsageError, match="SystemExit: it ran"):
        models.load(folder, allow_code=True)


def test_an_altered_pickle_is_not_read(own, small, tmp_path):
    folder = models.save(models.train(small, own, 0), tmp_path, "m", allow_pickle=True)
    (folder / "state.pickle").write_bytes(b"cos\nsystem\n(S'touch run'\ntR.")
    with pytest.raises(errors.DataError, match=r"state\.pickle: is not what was written"):
        models.load(folder, allow_pickle=True)
    assert not (tmp_path / "run").exists()


def test_what_cannot_be_pickled(own, small, tmp_path):
    trained = models.train(small, Configured.of("own_pickled:Closed"), 0)
    with pytest.raises(
        errors.UsageError, match="cannot be pickled: .*Leave out `allow_pickle=True`"
    ):
        models.save(trained, tmp_path, "m", allow_pickle=True)
    assert not everything(tmp_path / "models")


def test_our_own_are_never_pickled(model, tmp_path):
    folder = models.save(model, tmp_path, "m", allow_pickle=True)
    assert "state.pickle" not in everything(folder)
    models.load(folder)


def test_a_pickle_is_not_exported(own, small, tmp_path):
    folder = models.save(models.train(small, own, 0), tmp_path, "m", allow_pickle=True)
    with pytest.raises(errors.UsageError, match="nobody else should have to trust"):
        archive.pack(folder, str(tmp_path / "m.zip"))
    assert not (tmp_path / "m.zip").exists()


# Replacing


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, OSError(28, "disk is full")])
def test_a_failure_in_the_middle_keeps_the_old_model(
    folder, model, small, tmp_path, monkeypatch, failure
):
    before = {path: path.read_bytes() for path in folder.iterdir()}

    def fails(arrays, path):
        path.write_bytes(b"half")
        raise failure

    monkeypatch.setattr(safetensors.numpy, "save_file", fails)
    other = models.train(small, Configured.of("baseline-only"), 0)
    expected = errors.UsageError if isinstance(failure, OSError) else failure
    with pytest.raises(expected):
        models.save(other, tmp_path, "m")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert os.listdir(tmp_path / "models") == ["m"]
    assert models.load(folder).configured == model.configured


def test_a_failure_at_first_leaves_nothing(model, tmp_path, monkeypatch):
    def fails(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "write_json", fails)
    with pytest.raises(KeyboardInterrupt):
        models.save(model, tmp_path, "m")
    assert os.listdir(tmp_path / "models") == []


def test_the_new_model_takes_the_place_of_the_old(folder, small, tmp_path):
    other = models.train(small, Configured.of("baseline-only"), 0)
    assert models.save(other, tmp_path, "m") == folder
    assert models.load(folder).configured.name == "baseline-only"
    assert os.listdir(tmp_path / "models") == ["m"]


def test_a_place_that_cannot_be_written(model, tmp_path):
    (tmp_path / "models").write_text("a file", encoding="utf-8")
    with pytest.raises(errors.UsageError, match='cannot be written.*results="FOLDER"') as caught:
        models.save(model, tmp_path, "m")
    assert caught.value.exit_code == 2


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(model, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(errors.UsageError, match="cannot be written"):
            models.save(model, tmp_path, "m")
    finally:
        tmp_path.chmod(0o700)


# Names


@pytest.mark.parametrize("name", ["svd", "my_module.MyAlgo", "a-1", "_x", "x" * 100])
def test_names_of_models(name):
    assert files.checked_name(name, "model") == name


@pytest.mark.parametrize("name", ["", ".hidden", "..", "a/b", "a\\b", "a b", "a:b", "x" * 101, "é"])
def test_no_names_of_models(name):
    with pytest.raises(errors.UsageError, match="cannot name a model"):
        files.checked_name(name, "model")


def test_names_newest_first(folder, tmp_path):
    for age, name in enumerate(("b", "a", ".half")):
        shutil.copytree(folder, tmp_path / "models" / name)
        os.utime(tmp_path / "models" / name / "model.json", (2e9 - age, 2e9 - age))
    (tmp_path / "models" / "empty").mkdir()
    assert MODELS.names(tmp_path) == ["b", "a", "m"]


def test_find(folder, tmp_path):
    assert MODELS.find(tmp_path, "m") == folder
    assert MODELS.find(tmp_path / "elsewhere", str(folder)) == folder
    with pytest.raises(errors.NotFoundError, match="no model 'n' .*There are: m"):
        MODELS.find(tmp_path, "n")
    with pytest.raises(errors.NotFoundError, match="none yet: 'recli train' makes one"):
        MODELS.find(tmp_path / "elsewhere", "n")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        *((name, "numba") for name in ("ease", "ials", "item-knn", "rp3beta", "slim", "svd")),
        ("ials", "scipy.sparse"),
    ],
)
def test_a_stored_model_recommends_without(name, module, small, tmp_path):
    models.save(models.train(small, Configured.of(name), 0), tmp_path, "m")
    program = (
        "import sys\n"
        "from recli.cli import main\n"
        f"main(['recommend', '-m', 'm', '--results', {str(tmp_path)!r}, '-u', '2'], "
        "standalone_mode=False)\n"
        f"print('{module}' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr.splitlines()[-1] == "False"
