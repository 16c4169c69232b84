"""A file name is a registration."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

import recli
from recli import errors, registry

PACKAGE = Path(recli.__file__).parent
FOLDERS = {
    "algorithm": "algorithms",
    "metric": "evaluation/metrics",
    "split": "data/splits",
    "format": "data/formats",
    "report": "experiments/reports",
}
FILES = [
    (kind, path.stem)
    for kind, folder in FOLDERS.items()
    for path in sorted((PACKAGE / folder).glob("*.py"))
    if not path.name.startswith("_")
]


def test_these_are_all_kinds():
    assert set(registry.KINDS) == set(FOLDERS)


@pytest.mark.parametrize(("kind", "stem"), FILES, ids=[f"{kind}-{stem}" for kind, stem in FILES])
def test_every_file_registers_one_class(kind, stem):
    module_name = f"recli.{FOLDERS[kind].replace('/', '.')}.{stem}"
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
    stems = [stem.replace("_", "-") for of, stem in FILES if of == kind]
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
