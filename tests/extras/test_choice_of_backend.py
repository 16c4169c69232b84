"""What Keras computes by is chosen before anybody imports it. Keras need not be installed for this."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli import errors, registry
from recli.cli import main
from recli.experiments import interrupts
from recli.extras import keras

VARIABLE = "KERAS_BACKEND"
OWN = """
import keras

from recli.extras.keras import Network

SEEN = keras.SEEN


class Mine(Network):
    def build(self, n_users, n_items):
        pass

    def compile(self, model):
        pass
"""
KERAS = """
import os

SEEN = os.environ.get("KERAS_BACKEND")


class config:
    backend = staticmethod(lambda: SEEN)
"""


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    """As in a process in which nobody has said a backend or imported Keras."""
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv(VARIABLE)
    before = {name: sys.modules.pop(name) for name in [*sys.modules] if name in ("keras", "mine")}
    yield
    for name in ("keras", "mine"):
        sys.modules.pop(name, None)
    sys.modules.update(before)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A network in `mine.py`, in the folder where the test stands."""
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("mine.py").write_text(OWN, encoding="utf-8")


def found(*names):
    return lambda name: name if name in names else None


@pytest.mark.parametrize(
    ("installed", "said", "chosen"),
    [
        (("jax",), "", "jax"),
        (("tensorflow", "jax"), "", "tensorflow"),
        (("torch", "jax"), "jax", "jax"),
        (("torch",), "jax", "jax"),
        (("jax",), "theano", "jax"),
        ((), "", "torch"),
    ],
)
def test_what_is_said_goes_before_what_is_installed(installed, said, chosen, monkeypatch):
    monkeypatch.setattr(keras.importlib.util, "find_spec", found(*installed))
    if said:
        monkeypatch.setenv(VARIABLE, said)
    assert keras.chosen() == chosen
    assert keras.extra() == f"keras-{chosen}"


def test_a_module_of_the_user_may_import_keras_at_its_top(own, monkeypatch):
    monkeypatch.setattr(keras, "chosen", lambda: "jax")
    Path("keras.py").write_text(KERAS, encoding="utf-8")
    registry.get("algorithm", "mine:Mine")
    assert sys.modules["mine"].SEEN == "jax"
    assert VARIABLE not in os.environ


def test_what_a_module_says_itself_stays_said(own):
    text = f"import os\n\nos.environ['{VARIABLE}'] = 'tensorflow'\n{OWN}"
    Path("mine.py").write_text(text, encoding="utf-8")
    Path("keras.py").write_text(KERAS, encoding="utf-8")
    registry.get("algorithm", "mine:Mine")
    assert registry.extra_of("algorithm", "mine:Mine") == "keras-tensorflow"


@pytest.mark.parametrize("backend", keras.BACKENDS)
def test_without_keras_the_extra_is_named(own, backend, monkeypatch):
    monkeypatch.setenv(VARIABLE, backend)
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(errors.MissingExtraError, match=rf"'keras'.*recli\[keras-{backend}\]'$"):
        registry.get("algorithm", "mine:Mine")


def test_another_package_of_the_user_is_no_extra(own):
    Path("mine.py").write_text("import pkg_that_is_not\n", encoding="utf-8")
    with pytest.raises(
        errors.MissingExtraError, match="'pkg_that_is_not', which is not installed.$"
    ):
        registry.get("algorithm", "mine:Mine")


def recli(*typed):
    return CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False)


@pytest.mark.parametrize("command", ["evaluate", "train", "tune"])
def test_a_backend_that_is_not_installed_is_named(command, tiny, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: not extra)
    done = recli(command, "-a", "sasrec", "-d", str(tiny), "--backend", "jax")
    assert done.exit_code == 5
    assert (
        "sasrec needs packages that are not installed. Install them: pip install 'recli[keras-jax]'"
        in done.stderr
    )


def test_one_that_there_is_not_is_told_those_that_there_are(tiny):
    done = recli("train", "-a", "sasrec", "-d", str(tiny), "--backend", "theano")
    assert done.exit_code == 2
    assert "'theano' is not one of 'torch', 'tensorflow', 'jax'" in done.stderr


def test_tensorflow_is_as_good_as_tensorflow_cpu(monkeypatch):
    monkeypatch.setenv(VARIABLE, "tensorflow")
    there = {"keras": "3.15.1", "tensorflow": "2.21.0"}

    def version(name):
        if name not in there:
            raise importlib.metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert registry.installed(keras.extra())
    assert registry.packages(keras.extra()) == ("keras", "tensorflow")
    there["tensorflow-cpu"] = there.pop("tensorflow")
    assert registry.packages(keras.extra()) == ("keras", "tensorflow-cpu")
    there["tensorflow-cpu"] = "2.0"
    assert not registry.installed(keras.extra())
    del there["tensorflow-cpu"]
    assert not registry.installed(keras.extra())


def test_workers_that_were_started_for_another_backend_are_not_asked(monkeypatch):
    stopped = []

    class Executor:
        def shutdown(self, wait):
            stopped.append(os.environ.get(VARIABLE))

    monkeypatch.setattr(interrupts, "get_reusable_executor", Executor)
    monkeypatch.setattr(interrupts.joblib, "Parallel", lambda *_, **__: list)
    interrupts.forget_workers()
    for backend in ("torch", "torch", "jax"):
        monkeypatch.setenv(VARIABLE, backend)
        interrupts.start_workers(2)
    interrupts.forget_workers()
    assert stopped == ["torch", "jax"]
