"""A file name is a registration."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import recli
from recli import errors, registry
from recli.registry import _folders

PACKAGE = Path(recli.__file__).parent
FOLDERS = {
    "algorithm": "algorithms",
    "metric": "evaluation/metrics",
    "split": "data/splits",
    "format": "data/formats",
    "step": "data/preparation",
    "converter": "data/converters",
    "report": "experiments/reports",
    "writer": "ranking/writers",
    "reranker": "ranking/rerankers",
    "check": "evaluation/lint_checks",
    "plot": "experiments/reports/plots",
    "source": "data/sources/schemes",
    "cluster": "experiments/clusters",
    "sampler": "experiments/tuning/samplers",
    "pruner": "experiments/tuning/pruners",
    "engine": "engines",
}
FILES = [
    (kind, ".".join(path.relative_to(PACKAGE).parent.parts), path.stem)
    for kind, folder in FOLDERS.items()
    for place in (folder, f"extras/*/{Path(folder).name}")
    for path in sorted(PACKAGE.glob(f"{place}/*.py"))
    if not path.name.startswith("_")
]


def test_these_are_all_kinds():
    assert set(registry.KINDS) == set(FOLDERS)


@pytest.mark.parametrize(
    ("kind", "package", "stem"), FILES, ids=[f"{kind}-{stem}" for kind, _, stem in FILES]
)
def test_every_file_registers_one_class(kind, package, stem):
    module_name = f"recli.{package}.{stem}"
    module = importlib.import_module(module_name)
    public = [
        value
        for key, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module_name and key[0] != "_"
    ]
    [cls] = public
    name = stem.replace("_", "-")
    assert registry.get(kind, name) is cls
    assert registry.get(kind, stem.upper()) is cls
    assert registry.name_of(cls) == name


@pytest.mark.parametrize("kind", FOLDERS)
def test_names_are_the_files(kind):
    stems = [stem.replace("_", "-") for of, _, stem in FILES if of == kind]
    assert list(registry.names(kind)) == sorted(stems)
    assert stems


def test_all_eleven_of_surprise_and_content_based_are_there():
    assert set(registry.names("algorithm")) >= {
        *("normal-predictor", "baseline-only", "knn-basic", "knn-with-means", "knn-with-zscore"),
        *("knn-baseline", "svd", "svdpp", "nmf", "slope-one", "co-clustering", "content-based"),
    }


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("KNNWithZScore", "knn-with-zscore"),
        ("knn_with_zscore", "knn-with-zscore"),
        ("SVD++", "svdpp"),
        ("SVDpp", "svdpp"),
        ("Slope One", "slope-one"),
        ("Co-Clustering", "co-clustering"),
    ],
)
def test_case_and_punctuation_do_not_matter(written, name):
    assert registry.resolve("algorithm", written) == name


@pytest.mark.parametrize("kind", FOLDERS)
def test_unknown_names(kind):
    with pytest.raises(errors.UsageError) as caught:
        registry.get(kind, "zzzz")
    text = str(caught.value)
    assert text.startswith(f"There is no {kind} 'zzzz'. Valid: ")
    assert all(name in text for name in registry.names(kind))
    assert caught.value.exit_code == 2


def test_the_nearest_spelling_goes_first():
    with pytest.raises(errors.UsageError) as caught:
        registry.resolve("algorithm", "svdp")
    assert "no algorithm 'svdp'. Did you mean 'svdpp'? Valid: svdpp, svd, " in str(caught.value)
    assert "'recli list algorithms' explains them." in str(caught.value)


# Extras


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    """A package with an algorithm in its own folder and one in a room that needs an extra."""
    for path in ("algorithms/plain.py", "extras/fancy/algorithms/glittering.py"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("", encoding="utf-8")
    monkeypatch.setattr(_folders, "PACKAGE", tmp_path)
    fancy = SimpleNamespace(IMPORTS=("numpy",))
    monkeypatch.setitem(sys.modules, "recli.extras.fancy", fancy)
    _folders.modules.cache_clear()
    yield
    _folders.modules.cache_clear()


def test_a_room_of_an_extra_registers_too(rooms):
    assert registry.names("algorithm") == ("glittering", "plain")
    assert registry.extra_of("algorithm", "glittering") == "fancy"
    assert registry.extra_of("algorithm", "plain") == ""


@pytest.mark.parametrize(
    ("declared", "there"),
    [
        (["numpy>=1; extra == 'fancy'"], True),
        (["numpy>=999; extra == 'fancy'"], False),
        (["no-such-thing; extra == 'fancy'", "numpy; extra == 'fancy'"], False),
        (["no-such-thing; extra == 'other'", "no-such-thing"], True),
        (["no-such-thing; extra == 'fancy' and python_version < '3'"], True),
    ],
)
def test_an_extra_is_installed_if_all_its_packages_are(rooms, monkeypatch, declared, there):
    monkeypatch.setattr("importlib.metadata.requires", lambda _: declared)
    assert registry.installed("fancy") == there
    registry.check_installed("algorithm", "plain")
    if there:
        registry.check_installed("algorithm", "glittering")
    else:
        with pytest.raises(errors.MissingExtraError) as caught:
            registry.check_installed("algorithm", "glittering")
        assert "pip install 'recli[fancy]'" in str(caught.value)
        assert caught.value.exit_code == 5


def test_sources_that_are_not_installed_have_no_extras(monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    assert registry.installed("")
    assert registry.packages("") == ()
    assert not registry.installed("implicit")
    registry.check_installed("algorithm", "svd")
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'recli\[implicit\]'"):
        registry.check_installed("algorithm", "bpr")
