"""`recli export docker`: what is in the folder, and what is pinned; 'make test-services' builds it."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
from pathlib import Path

import pytest

import recli as package
from recli import registry

OWN = """\
from recli.algorithms import Algorithm


class Own(Algorithm):
    def estimate(self, user, item):
        return 3.0
"""
WHEEL = f"recli-{package.__version__}-py3-none-any.whl"

pytestmark = pytest.mark.skipif(
    not registry.installed("serve"), reason="the extra 'serve' is not installed"
)


@pytest.fixture
def stored(recli, tiny) -> None:
    recli("train", "-a", "svd", "-d", tiny, "--name", "films", "-q")


def test_the_folder(recli, stored):
    result = recli("export", "docker", "c", "--model", "films", "--format", "json")
    document = json.loads(result.stdout)
    assert document["model"] == "films"
    assert {name.split("/")[0] for name in document["files"]} == {
        *(".dockerignore", "Dockerfile", "README.md", "compose.yaml", "requirements.txt"),
        *("models", "monitoring"),
    }
    for name in document["files"]:
        assert not re.search("@[A-Z_]+@", Path("c", name).read_text("utf-8", errors="replace"))
    python = ".".join(platform.python_version_tuple()[:2])
    assert f"ARG BASE=python:{python}-slim\n" in Path("c/Dockerfile").read_text()
    assert "credentials_file" in Path("c/monitoring/prometheus.yml").read_text()


def test_the_model_in_it_is_the_model(recli, stored):
    recli("export", "docker", "c", "--model", "films", "-q")
    typed = ("recommend", "--user", "2", "--format", "json", "--model")
    assert recli(*typed, "c/models/films").stdout == recli(*typed, "films").stdout


def test_versions_are_pinned_as_they_are_installed(recli, stored):
    recli("export", "docker", "c", "--model", "films", "-q")
    first, *pins = Path("c/requirements.txt").read_text().splitlines()
    assert first == f"recli[serve]=={package.__version__}"
    for pin in pins:
        name, version = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?==(\S+)", pin).groups()
        assert importlib.metadata.version(name) == version
    names = {re.split(r"[\[=]", pin)[0] for pin in pins}
    assert {"numpy", "scikit-surprise", "fastapi", "uvicorn", "prometheus-client"} <= names
    assert "pytest" not in names


def test_a_model_brings_the_extra_that_learned_it(recli, tiny):
    pytest.importorskip("implicit", reason="the extra 'implicit' is not installed")
    members = "members=bpr,most-popular"
    recli("train", "-a", "hybrid", "-p", members, "-d", tiny, "--name", "both", "-q")
    recli("export", "docker", "c", "--model", "both", "-q")
    lines = Path("c/requirements.txt").read_text().splitlines()
    assert lines[0].startswith("recli[implicit,serve]==")
    assert f"implicit=={importlib.metadata.version('implicit')}" in lines


def test_a_wheel_is_put_in(recli, stored):
    Path(WHEEL).write_bytes(b"wheel")
    recli("export", "docker", "c", "--model", "films", "--wheel", WHEEL, "-q")
    assert Path("c", WHEEL).read_bytes() == b"wheel"
    assert Path("c/requirements.txt").read_text().startswith(f"./{WHEEL}[serve]\n")
    assert f"COPY requirements.txt {WHEEL} ./\n" in Path("c/Dockerfile").read_text()
    recli("export", "docker", "c", "--model", "films", "-q")  # and out again
    assert not Path("c", WHEEL).exists()


@pytest.mark.parametrize(
    ("wheel", "said", "code"),
    [
        ("recli.zip", "recli.zip: is no wheel by its name", 2),
        ("numpy-2.0.0-py3-none-any.whl", "is a wheel of numpy, not of recli", 2),
        ("recli-9.0-py3-none-any.whl", "is recli 9.0, and the model goes with", 2),
        (WHEEL, f"{WHEEL}: no such file", 4),
    ],
)
def test_what_is_no_wheel_of_it(recli, stored, wheel, said, code):
    result = recli("export", "docker", "c", "--model", "films", "--wheel", wheel, code=code)
    assert said in result.stderr
    assert not Path("c").exists()


def test_the_newest_model_by_default(recli, stored):
    said = recli("export", "docker", "c").stderr
    assert "No --model given: 'films' is the newest." in said
    assert Path("c/models/films/model.json").is_file()


def test_what_cannot_go(recli, tiny, monkeypatch):
    said = recli("export", "docker", "c", code=4).stderr
    assert "'recli train' makes one." in said
    Path("own.py").write_text(OWN)
    monkeypatch.syspath_prepend(".")
    recli("train", "-a", "own:Own", "-d", tiny, "--name", "mine", "-q")
    said = recli("export", "docker", "c", "--model", "mine", code=2).stderr
    assert "own:Own does not come with recli" in said
    recli("train", "-a", "svd", "-d", tiny, "--name", "films", "-q")
    Path("results/models/films/ids.json").write_text("{}")
    said = recli("export", "docker", "c", "--model", "films", code=3).stderr
    assert "is not what was written" in said
    assert not Path("c").exists()


def test_an_extra_that_is_not_installed(recli, stored, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: extra != "serve")
    said = recli("export", "docker", "c", "--model", "films", code=5).stderr
    assert "pip install 'recli[serve]'" in said
