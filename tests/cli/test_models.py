"""`recli models`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def model(recli, tiny):
    recli("train", "-a", "svd", "-p", "n_factors=3", "-d", tiny, "--name", "mine")
    return Path("results/models/mine")


def test_list(recli, model, tiny):
    recli("train", "-a", "baseline-only", "-d", tiny)
    found = json.loads(recli("models", "list", "--format", "json").stdout)
    assert {entry["model"] for entry in found} == {"mine", "baseline-only"}
    (mine,) = (entry for entry in found if entry["model"] == "mine")
    assert mine["algorithm"] == "svd"
    assert mine["params"]["n_factors"] == 3
    assert mine["dataset"]["name"] == "tiny"
    assert "svd (n_factors=3)" in recli("models", "list").stdout


def test_list_names_what_cannot_be_read(recli, model):
    (model / "model.json").write_text("{", encoding="utf-8")
    done = recli("models", "list")
    assert "Damaged: " in done.stderr
    assert ["mine", "damaged", "–", "–", "–"] in [line.split() for line in done.stdout.splitlines()]
    assert "is damaged" in done.stderr


def test_no_models(recli):
    assert "no model in results/models yet: 'recli train'" in recli("models", "list").stderr


def test_show(recli, model, tiny):
    shown = recli("models", "show", "mine").stdout
    assert "algorithm   svd\n" in shown
    assert "n_factors=3" in shown
    assert "verified    4 parts, all as written\n" in shown
    assert "measured" not in shown
    found = json.loads(recli("models", "show", "mine", "--format", "json").stdout)
    assert found == {"model": "mine", **json.loads((model / "model.json").read_text("utf-8"))}


def test_show_verifies(recli, model):
    content = (model / "state.safetensors").read_bytes()
    (model / "state.safetensors").write_bytes(content[:-1] + b"x")
    done = recli("models", "show", "mine", code=3)
    assert "state.safetensors: is not what was written" in done.stderr


def test_a_model_knows_the_run_that_measured_it(recli, tiny):
    line_up = ("-a", "svd", "-a", "baseline-only", "-p", "n_factors=3", "-p", "n_epochs=2")
    recli("evaluate", *line_up, "-d", tiny, "--cv", 2, "-j", 1, "--metric", "rmse")
    [run] = Path("results/runs").iterdir()
    measured = json.loads((run / "run.json").read_text(encoding="utf-8"))
    recli("train", *line_up[:2], *line_up[4:], "-d", tiny, "--name", "mine")
    about = json.loads(recli("models", "show", "mine", "--format", "json").stdout)
    assert about["origin"]["run"]["run"] == measured["id"]
    assert set(about["origin"]["run"]["metrics"]) == {"rmse"}
    assert "measured    rmse " in recli("models", "show", "mine").stdout
    recli("train", *line_up[:2], "-p", "n_factors=4", "-d", tiny, "--name", "other")
    about = json.loads(recli("models", "show", "other", "--format", "json").stdout)
    assert about["origin"].keys() == {"lists"}


def test_a_model_knows_the_study_that_tuned_it(recli, tiny):
    text = (
        'algorithm = "svd"\n[params]\nn_factors = 3\n'
        '[origin]\nstudy = "20261122-tune"\nmetric = "rmse"\nvalue = 0.87\n'
    )
    Path("best.toml").write_text(text, encoding="utf-8")
    recli("train", "--params", "best.toml", "-d", tiny, "--name", "mine")
    about = json.loads(recli("models", "show", "mine", "--format", "json").stdout)
    assert about["origin"]["params"] == {
        "file": "best.toml",
        "study": "20261122-tune",
        "metric": "rmse",
        "value": 0.87,
    }
    assert "study=20261122-tune metric=rmse value=0.87" in recli("models", "show", "mine").stdout


def test_rm(recli, model, tiny):
    recli("train", "-a", "baseline-only", "-d", tiny)
    done = recli("models", "rm", "mine", "nine", "--yes", code=4)
    assert "no model 'nine'" in done.stderr
    assert model.is_dir()
    done = recli("models", "rm", "mine", code=2)
    assert "Nothing was removed. '--yes' answers for you." in done.stderr
    assert recli("models", "rm", "mine", "--yes").stdout == "Removed: 1 model.\n"
    assert [path.name for path in model.parent.iterdir()] == ["baseline-only"]
    assert recli("models", "rm", "baseline-only", input="y\n").stdout == "Removed: 1 model.\n"


def test_a_model_is_meant_by_how_its_name_begins_or_as_the_latest(recli, model, tiny):
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "other")
    assert json.loads(recli("models", "show", "mi", "--format", "json").stdout)["model"] == "mine"
    typed = ("recommend", "--user", 42, "--format", "json", "--model")
    assert json.loads(recli(*typed, "mi").stdout)["model"] == "mine"
    assert json.loads(recli(*typed, "latest").stdout)["model"] == "other"
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "mirror")
    assert "2 models begin with 'mi'" in recli("models", "rm", "mi", "--yes", code=2).stderr
    assert recli("models", "rm", "min", "other", "--yes").stdout == "Removed: 2 models.\n"
    assert [path.name for path in model.parent.iterdir()] == ["mirror"]


def test_rm_removes_nothing_elsewhere(recli, model):
    model.rename("elsewhere")
    assert "no model 'elsewhere'" in recli("models", "rm", "elsewhere", "--yes", code=4).stderr
    assert "no model '..'" in recli("models", "rm", "..", "--yes", code=4).stderr
    assert Path("elsewhere/model.json").is_file()


def test_export_and_import(recli, model):
    before = recli("recommend", "--user", 42, "-m", "mine").stdout
    assert recli("models", "export", "mine").stdout == "Model 'mine': mine.zip\n"
    recli("models", "rm", "mine", "--yes")
    recli("models", "import", "mine.zip")
    assert recli("recommend", "--user", 42, "-m", "mine").stdout == before
    assert "already" in recli("models", "import", "mine.zip", code=2).stderr
    recli("models", "import", "mine.zip", "--name", "yours")
    assert recli("recommend", "--user", 42, "-m", "yours").stdout == before


def test_a_recipe_says_that_it_is_one(recli, tiny):
    Path("own.py").write_text("from surprise import SVD\nclass Own(SVD):\n    pass\n", "utf-8")
    recli("train", "-a", "own:Own", "-d", tiny, "--name", "own")
    assert "stored as   a recipe: it is fitted again" in recli("models", "show", "own").stdout


RUNS_CODE = """
from pathlib import Path
from surprise import SVD
with Path("ran").open("a") as file:
    file.write("1")
class Own(SVD):
    pass
"""


def test_a_class_that_a_model_names_is_imported_on_the_users_word_alone(recli, tiny):
    """Each command in a process of its own, as the class is known to this one."""
    Path("theirs.py").write_text(RUNS_CODE, "utf-8")
    recli("train", "-a", "theirs:Own", "-d", tiny, "--name", "m")
    run = json.loads(recli("evaluate", "-a", "svd", "-d", tiny, "--format", "json").stdout)["run"]
    Path("ran").unlink()

    def typed(*arguments):
        command = [sys.executable, "-m", "recli", *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    listed = typed("models", "list", "--format", "json")
    assert json.loads(listed.stdout)[0]["algorithm"] == "theirs:Own"
    assert "theirs:Own" in typed("models", "list").stdout
    assert "theirs:Own" in typed("models", "show", "m").stdout
    for command in (
        ("recommend", "-m", "m", "--user", "42"),
        ("similar", "-m", "m", "--item", "318"),
        ("serve", "-m", "m", "--port", "0"),
        ("export", "embeddings", "-m", "m", "-o", "exported"),
        ("report", run, "-m", "m"),
    ):
        refused = typed(*command)
        assert refused.returncode == 2, refused.stderr
        assert "names the algorithm theirs:Own, and to import it runs code" in refused.stderr
        assert "'--allow-code' uses it." in refused.stderr
    refused = typed("export", "function", "exported", "--model", "m")
    assert "theirs:Own does not come with recli" in refused.stderr
    assert not Path("ran").exists()
    done = typed("recommend", "-m", "m", "--user", "42", "--allow-code")
    assert done.returncode == 0, done.stderr
    assert Path("ran").read_text(encoding="utf-8") == "1"


def test_a_pickle_is_allowed_at_both_ends(recli, tiny):
    Path("own.py").write_text("from surprise import SVD\nclass Own(SVD):\n    pass\n", "utf-8")
    recli("train", "-a", "own:Own", "-d", tiny, "--name", "own", "--allow-pickle")
    assert "pickled     what it has learned" in recli("models", "show", "own").stdout
    refused = recli("recommend", "--user", 42, "-m", "own", code=2)
    assert "results/models/own: holds a pickle" in refused.stderr
    assert "nobody else should have to trust" in recli("models", "export", "own", code=2).stderr
    recli("train", "-a", "own:Own", "-d", tiny, "--name", "recipe")
    typed = ("recommend", "--user", 42, "-n", 3, "--format", "csv")
    pickled = recli(*typed, "-m", "own", "--allow-pickle").stdout
    assert pickled == recli(*typed, "-m", "recipe", "--allow-code").stdout
