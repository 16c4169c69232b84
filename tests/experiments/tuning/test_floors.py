"""What is below an algorithm that knows nobody's taste is not written without a warning."""

from __future__ import annotations

import numpy as np
import pytest

from recli.experiments.reports._study.words import said
from recli.records.stored_study import StoredStudy


def _texts(run):
    stored = StoredStudy.read(run.folder.parents[1], run.id)
    best = (run.folder / "best.toml").read_text(encoding="utf-8")
    warnings = [line for line in best.splitlines() if line.startswith("# Warning")]
    return list(said(stored)), warnings


@pytest.mark.parametrize("holdout", [0.0, 0.25])
def test_lists_worse_than_the_same_for_everybody(new_run, search, holdout):
    run = search(new_run("normal-predictor", "svd", metrics=("ndcg@10",), holdout=holdout), 2)
    sentences, [warning] = _texts(run)
    place = "There" if holdout else "On the same folds"
    assert any(s.startswith(f"{place} most-popular, which gives everybody") for s in sentences)
    assert any(s.startswith("Warning: that is better than the best found.") for s in sentences)
    assert warning.startswith("# Warning: most-popular, which gives everybody the same list, is")


@pytest.mark.parametrize("holdout", [0.0, 0.25])
def test_ratings_worse_than_by_means(new_run, search, small, holdout):
    run = search(new_run("normal-predictor", "knn-basic", holdout=holdout), 2)
    sentences, warnings = _texts(run)
    assert any("baseline-only, which goes by the means of users and items" in s for s in sentences)
    assert len(warnings) == 1
    assert any(s.startswith("Warning") for s in sentences)


def test_no_warning_without_a_reason(new_run, search):
    run = search(new_run("ease", metrics=("ndcg@10",)), 1)
    sentences, warnings = _texts(run)
    assert not warnings
    assert not any("Warning" in s for s in sentences)


def test_the_floor_is_what_it_is(new_run, search, small):
    """RMSE of the same folds by Surprise's own class."""
    import surprise

    run = search(new_run("knn-basic"), 1)
    errors = []
    for fold in run.protocol.split.folds(small):
        rows = [
            (str(u), str(i), r, None) for u, i, r in zip(*_columns(small, fold.train), strict=True)
        ]
        built = surprise.Dataset(surprise.Reader(rating_scale=small.ratings.scale))
        algorithm = surprise.BaselineOnly(verbose=False).fit(built.construct_trainset(rows))
        test = [(str(u), str(i), r) for u, i, r in zip(*_columns(small, fold.test), strict=True)]
        gone = [p.est - p.r_ui for p in algorithm.test(test)]
        errors.append(np.sqrt(np.mean(np.square(gone))))
    assert run.floors == {"rmse": pytest.approx(np.mean(errors), abs=1e-9)}


def _columns(dataset, rows):
    ratings = dataset.ratings
    return ratings.users[rows], ratings.items[rows], ratings.values[rows]
