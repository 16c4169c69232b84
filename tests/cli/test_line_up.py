"""Which algorithms `recli evaluate` compares when none is named."""

from __future__ import annotations

import json
import shutil

from recli import registry

FAST = ("--cv", 2, "-j", 1, "--metric", "rmse", "--format", "json")


def _names(shown) -> set[str]:
    return {result["algorithm"] for result in json.loads(shown.stdout)["results"]}


def _quick() -> set[str]:
    """What needs no extra, learns in a moment, and does not go by order."""
    classes = {name: registry.get("algorithm", name) for name in registry.names("algorithm")}
    return {
        name
        for name, cls in classes.items()
        if cls.cost == "low" and not registry.extra_of("algorithm", name) and cls.kind != "sequence"
    }


def _quick_for_lists() -> set[str]:
    """And those that make lists and take little longer."""
    return _quick() | {"item-knn", "rp3beta"}


def test_for_ratings_all_that_are_quick_on_a_dataset_with_features(recli, tiny):
    assert _names(recli("evaluate", "-d", tiny, "--goal", "ratings", *FAST)) == _quick()


def test_for_lists_those_that_make_lists_too(recli, tiny):
    assert _names(recli("evaluate", "-d", tiny, *FAST)) == _quick_for_lists()


def test_without_features_content_is_left_out_and_named(recli, tiny, tmp_path):
    shutil.copy(tiny / "ratings.csv", tmp_path / "bare.csv")
    shown = recli("evaluate", "-d", "bare.csv", *FAST)
    assert _names(shown) == _quick_for_lists() - {"content-based"}
    assert "Left out (the dataset has no item features): content-based" in shown.stderr


def test_content_asked_for_without_features_is_an_error(recli, tiny, tmp_path):
    shutil.copy(tiny / "ratings.csv", tmp_path / "bare.csv")
    shown = recli("evaluate", "-d", "bare.csv", "-a", "content-based", *FAST, code=3)
    assert "[items.features]" in shown.stderr


def test_defaults_and_tuned_side_by_side(recli, tiny, tmp_path):
    (tmp_path / "tuned.toml").write_text('algorithm = "svd"\n[params]\nn_factors = 5\n')
    shown = recli("evaluate", "-d", tiny, "-a", "svd", "--params", "tuned.toml", *FAST)
    results = json.loads(shown.stdout)["results"]
    assert sorted(result["params"]["n_factors"] for result in results) == [5, 100]
