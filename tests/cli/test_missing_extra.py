"""Algorithms whose packages are not installed: listed, explained, refused; what is stored still ranks."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
import zipfile

import pytest

from recli import extras, registry

OF = {"bpr": "implicit", "logistic-mf": "implicit", "lightfm": "lightfm"}
OF |= {"lambda-mart": "lightgbm"}
PACKAGES = {"implicit": "implicit", "rectools-lightfm": "lightfm", "lightgbm": "lightgbm"}
# As where neither distribution nor module is there.
WITHOUT = f"""
import importlib.metadata, sys

version = importlib.metadata.version

def absent(name):
    if name in {list(PACKAGES)!r}:
        raise importlib.metadata.PackageNotFoundError(name)
    return version(name)

importlib.metadata.version = absent
sys.modules |= dict.fromkeys({list(PACKAGES.values())!r})
from recli.cli import main
main(sys.argv[1:], prog_name="recli")
"""


def without(*arguments, code=0):
    """recli in a process of its own that has none of these packages."""
    typed = [sys.executable, "-c", WITHOUT, *map(str, arguments)]
    done = subprocess.run(typed, capture_output=True, encoding="utf-8")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: not extra)


@pytest.mark.parametrize(("name", "extra"), OF.items(), ids=OF)
def test_asked_for_it_is_refused(name, extra, recli, tiny, nothing_installed):
    for command in ("evaluate", "train", "tune"):
        shown = recli(command, "-a", name, "-d", tiny, code=5)
        told = (
            f"Error: {name} needs packages that are not installed. Install them: pip install "
            f"'recli[{extra}]'"
        )
        assert shown.stderr.splitlines()[-1] == told
        assert shown.stdout == ""


def test_in_an_experiment_too(recli, tiny, tmp_path, nothing_installed):
    text = f'datasets = "{tiny.as_posix()}"\n[algorithm.svd]\n[algorithm.bpr]\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert "pip install 'recli[implicit]'" in recli("run", "mine.toml", code=5).stderr
    assert not (tmp_path / "results").exists()


def test_it_is_listed_and_explained(recli, nothing_installed):
    listed = {row["algorithm"]: row for row in json.loads(_json(recli, "list", "algorithms"))}
    for name, extra in OF.items():
        assert (listed[name]["extra"], listed[name]["installed"]) == (extra, False)
        shown = json.loads(_json(recli, "show", "algorithm", name))
        assert (shown["extra"], shown["installed"]) == (extra, False)
        assert f"pip install 'recli[{extra}]'" in recli("show", "algorithm", name).stdout
    table = recli("list", "algorithms").stdout
    assert "implicit*" in table
    assert "* not installed: pip install 'recli[" in table


def test_with_it_nothing_is_marked(recli, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: True)
    assert "*" not in recli("list", "algorithms").stdout
    assert "Extra: implicit, installed." in recli("show", "algorithm", "bpr").stdout


def test_where_the_packages_are_really_absent(tiny):
    assert "implicit*" in without("list", "algorithms").stdout
    told = without("evaluate", "-a", "bpr", "-d", tiny, code=5).stderr
    assert told.endswith("pip install 'recli[implicit]'\n")


@pytest.mark.parametrize("name", ["bpr", "lightfm", "lambda-mart"])
def test_what_is_stored_ranks_where_it_could_not_be_learned(name, recli, tiny):
    pytest.importorskip(OF[name], reason=f"the extra '{OF[name]}' is not installed")
    recli("train", "-a", name, "-d", tiny, "--name", "mine")
    asked = ("recommend", "--model", "mine", "--user", "15", "--format", "json")
    assert without(*asked).stdout == recli(*asked).stdout


def test_so_does_a_hybrid_of_it(recli, tiny):
    pytest.importorskip("implicit", reason="the extra 'implicit' is not installed")
    made = ("-a", "hybrid", "-p", "members=bpr,ease", "-p", "method=weighted", "-d", tiny)
    recli("train", *made, "--name", "mine")
    asked = ("recommend", "--model", "mine", "--user", "15", "--format", "json")
    assert without(*asked).stdout == recli(*asked).stdout
    told = without("train", *made, "--name", "another", code=5).stderr
    assert told.endswith(
        "bpr needs packages that are not installed. Install them: pip install 'recli[implicit]'\n"
    )


def _json(recli, *arguments):
    return recli(*arguments, "--format", "json").stdout


# Installed, but not to be imported: what it is compiled for, or what it takes without saying so, is not
# there. Each is asked for as its users do.

BROKEN = {
    "myfm": "evaluate -a bayesian-fm -d {tiny}",
    "implicit": "train -a bpr -d {tiny}",
    "lightfm": "tune -a lightfm -d {tiny} --trials 2",
    "fastapi": "serve --model mine",
    "h5py": "data check {here}/ratings.h5",
    "python_calamine": "data check {here}/ratings.xlsx",
    "cmaes": "tune -a damped-mean -d {tiny} --trials 2 --sampler cmaes",
    "keras": "train -a embedding-dot -d {tiny}",
}
REASONS = {
    "raise ValueError('numpy.dtype size changed')": "cannot be imported: ValueError: numpy.dtype size",
    "import pkg_gone": "needs the module 'pkg_gone', which is not installed. Install it: pip ",
}


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("package", BROKEN)
def test_what_is_installed_but_broken_says_why(package, code, recli, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: True)
    for name in [*sys.modules]:
        if name.partition(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / f"{package}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "broken"))
    (tmp_path / "ratings.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with zipfile.ZipFile(tmp_path / "ratings.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    asked = BROKEN[package].format(tiny=tiny, here=tmp_path)
    assert REASONS[code] in recli(*asked.split(), code=5).stderr


def test_every_room_says_what_is_imported():
    """And imports it, or skips where it is not installed."""
    for room in pkgutil.iter_modules(extras.__path__):
        package = importlib.import_module(f"recli.extras.{room.name}")
        assert package.IMPORTS
        if registry.installed(package.extra() if hasattr(package, "extra") else room.name):
            for name in package.IMPORTS:
                importlib.import_module(name)
