"""recli's own algorithms, handed in as the files of another program, come out as themselves."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import surprise

from recli import errors
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.external.entry import ExternalFiles
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments import reproduce
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.merged_runs import together
from recli.experiments.reading import Reading
from recli.experiments.resources import Resources
from recli.experiments.run_data import RunData
from recli.records.run_diff import differences
from recli.records.stored_run import StoredRun

TEXTS = (
    *("rmse", "mae", "fcp", "prediction-coverage", "r2"),
    *("ndcg@5", "map@10", "recall@5", "mrr@3", "auc", "r-precision", "gini@5", "novelty@5"),
)
MEASURES = tuple(map(Measure.parse, TEXTS))
PROTOCOL = Protocol(KFold(3, seed=0), MEASURES, 4.0, 0, by=("activity", "popularity"))


def fitted(dataset, name):
    """For each fold: its number, its test rows, training statistics and the fitted algorithm."""
    for number, fold in enumerate(PROTOCOL.split.folds(dataset), start=1):
        statistics = TrainingStatistics(dataset, fold.train, 4.0)
        algorithm = Configured.of(name).create(0)
        algorithm.fit(statistics.trainset)
        yield number, fold, statistics.trainset, algorithm


def svd_predictions(dataset) -> pd.DataFrame:
    """By Surprise's `test`, pair by pair, from raw ids."""
    ratings, parts = dataset.ratings, []
    for number, fold, _, algorithm in fitted(dataset, "svd"):
        users, items = (
            ids.text[codes[fold.test]]
            for ids, codes in (
                (ratings.user_ids, ratings.users),
                (ratings.item_ids, ratings.items),
            )
        )
        testset = list(zip(users, items, ratings.values[fold.test], strict=True))
        found = [tuple(prediction)[:4] for prediction in algorithm.test(testset)]
        frame = pd.DataFrame(found, columns=["uid", "iid", "r_ui", "est"])
        parts.append(frame.assign(fold=number))
    return pd.concat(parts).sample(frac=1, random_state=3)


def ease_rankings(dataset) -> pd.DataFrame:
    """All candidates of every user, by sorting in Python."""
    ratings, rows = dataset.ratings, []
    for number, fold, trainset, algorithm in fitted(dataset, "ease"):
        users = np.unique(ratings.users[fold.test])
        scores = algorithm.score_users(trainset.inner_users[users])
        train = set(zip(ratings.users[fold.train], ratings.items[fold.train], strict=True))
        for user, of_user in zip(users, scores, strict=True):
            known = {
                item: of_user[inner] if inner >= 0 else None
                for item, inner in enumerate(trainset.inner_items)
                if (user, item) not in train
            }
            raw = ratings.user_ids.text[user]
            rows += [(raw, ratings.item_ids.text[i], s, number) for i, s in known.items()]
    return pd.DataFrame(rows, columns=["user", "item", "score", "fold"])


def finished(results, dataset, line_up, protocol=PROTOCOL, jobs=1, reading=None) -> EvaluationRun:
    folds = protocol.split.folds(dataset)
    entries = [
        each.read(dataset, folds, protocol.measures) if isinstance(each, ExternalFiles) else each
        for each in line_up
    ]
    run = EvaluationRun(results, (), dataset, entries, protocol, reading, folds=folds)
    run.run(Resources(jobs))
    return run


def assert_alike(run, one: int, other: int, needs: str) -> None:
    """Every number of two entries is the same, of these metrics, per user and per group too."""
    names = [str(measure) for measure in MEASURES if measure.metric.needs == needs]
    cells = {(cell.entry, cell.fold): cell.scores for cell in run.finished}
    for fold in range(3):
        mine, theirs = cells[one, fold], cells[other, fold]
        assert [mine.metrics[n] for n in names] == [theirs.metrics[n] for n in names]
        assert not np.isnan([mine.metrics[n] for n in names]).any()
        for name in set(names) & set(mine.per_user):
            np.testing.assert_array_equal(mine.per_user[name], theirs.per_user[name])
        for a, b in zip(mine.groups, theirs.groups, strict=True):
            assert (a.by, a.group, a.n_ratings) == (b.by, b.group, b.n_ratings)
            np.testing.assert_array_equal(
                [a.metrics[n] for n in names], [b.metrics[n] for n in names]
            )
    labels = [entry.label for entry in run.line_up]
    for name in names:
        verdict = run.verdicts[name]
        pair = tuple(labels[entry] for entry in sorted((one, other)))
        assert verdict.over_folds[pair].difference == 0
        if verdict.over_users is not None:
            test = verdict.over_users[pair]
            assert (test.difference, test.interval, test.t_p) == (0, (0, 0), 1)


def test_svd_by_its_predictions_is_svd(small, tmp_path):
    svd_predictions(small).to_csv("theirs.csv", index=False)
    line_up = [Configured.of("svd"), Configured.of("baseline-only")]
    run = finished(tmp_path, small, [*line_up, ExternalFiles("other", "theirs.csv")], jobs=2)
    assert_alike(run, 0, 2, "predictions")
    [other] = [cell for cell in run.finished if (cell.entry, cell.fold) == (2, 0)]
    assert np.isnan(other.scores.metrics["ndcg@5"])


def test_surprise_itself_is_svd(small, tmp_path):
    ratings, parts = small.ratings, []
    for number, fold in enumerate(PROTOCOL.split.folds(small), start=1):
        table = pd.DataFrame(
            {
                "user": ratings.user_ids.text[ratings.users],
                "item": ratings.item_ids.text[ratings.items],
                "rating": ratings.values,
            }
        )
        reader = surprise.Reader(rating_scale=ratings.scale)
        data = surprise.Dataset.load_from_df(table.iloc[fold.train], reader)
        algorithm = surprise.SVD(random_state=0).fit(data.build_full_trainset())
        found = algorithm.test(list(table.iloc[fold.test].itertuples(index=False, name=None)))
        frame = pd.DataFrame([tuple(p)[:4] for p in found], columns=["uid", "iid", "r_ui", "est"])
        parts.append(frame.assign(fold=number))
    pd.concat(parts).to_parquet("surprise.parquet")
    line_up = [Configured.of("svd"), ExternalFiles("Surprise's SVD", "surprise.parquet")]
    run = finished(tmp_path, small, line_up)
    for measure in (m for m in MEASURES if m.metric.needs == "predictions"):
        mine, theirs = (s.values(measure) for s in sorted(run.summaries, key=lambda s: s.label))
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-9)


def test_ease_by_its_rankings_is_ease(small, tmp_path):
    whole = ease_rankings(small)
    # An item that nobody rated in the training has the least score, as among recli's own.
    whole["score"] = whole["score"].fillna(-1e9)
    whole.to_parquet("whole.parquet")
    ordered = whole.assign(code=small.ratings.item_ids.codes(whole["item"].to_numpy()))
    ordered = ordered.sort_values(["fold", "user", "score", "code"], ascending=[1, 1, 0, 1])
    ordered["rank"] = ordered.groupby(["fold", "user"]).cumcount() + 1
    first = ordered[ordered["rank"] <= 10]
    first[["user", "item", "rank", "fold"]].sample(frac=1, random_state=1).to_csv(
        "first.csv", index=False
    )
    line_up = [
        Configured.of("ease"),
        ExternalFiles("whole", lists="whole.parquet"),
        ExternalFiles("first ten", lists="first.csv"),
    ]
    run = finished(tmp_path, small, line_up)
    assert_alike(run, 0, 1, "rankings")
    for measure in MEASURES:
        if measure.k:
            mine, theirs = (
                next(s for s in run.summaries if s.label == label).values(measure)
                for label in ("ease", "first ten")
            )
            assert mine == theirs
    [told] = [f.message for f in run.findings if f.code == "external"]
    assert told.startswith("first ten: ")


@pytest.fixture
def made(tiny, tmp_path):
    """A run with two files beside an algorithm, on the tiny dataset."""
    reading = Reading(str(tiny))
    dataset = reading.load()
    svd_predictions(dataset).to_csv("theirs.csv", index=False)
    whole = ease_rankings(dataset)
    whole.fillna({"score": -1e9}).to_csv("lists.csv", index=False)
    line_up = [Configured.of("svd"), ExternalFiles("other", "theirs.csv", "lists.csv")]
    run = finished(Path("results"), dataset, line_up, reading=reading)
    return StoredRun.read(Path("results"), str(run.folder))


def test_run_json(made):
    about = made.document["configuration"]["line_up"][1]
    assert (about["algorithm"], about["label"], about["params"]) == ("other", "other", {})
    external = about["external"]
    assert external["exclude_seen"] is True
    for kind, name in (("predictions", "theirs.csv"), ("lists", "lists.csv")):
        path = Path(external[kind]["file"])
        assert path == Path(name).resolve()
        assert external[kind]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    cells = [cell for cell in made.document["cells"] if cell["entry"] == 1]
    assert [(c["fit_seconds"], c["rank_seconds"], c["key"]) for c in cells] == [(None,) * 3] * 3
    assert made.document["missing"] == []
    text = (made.folder / "report.md").read_text(encoding="utf-8")
    assert "- The predictions of other are those of `" in text
    assert " – " in next(line for line in text.splitlines() if line.startswith("| other"))


def again(first: StoredRun) -> StoredRun:
    run = reproduce.again(Path("results"), (), first, reproduce.dataset_of(first))
    run.run(Resources(1), fresh=True)
    return StoredRun.read(Path("results"), str(run.folder))


def test_is_reproduced(made):
    second = again(made)
    found = reproduce.compare(made, second)
    assert (found.identical, found.causes) == (True, [])
    assert differences(made, second) == []


def test_is_not_reproduced_by_another_file(made):
    table = Path("theirs.csv")
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(errors.DataError, match=r"File changed: .*theirs\.csv, the predictions of"):
        again(made)
    table.unlink()
    with pytest.raises(
        errors.NotFoundError, match=r"theirs\.csv: no such file\. The predictions of"
    ):
        again(made)


def test_is_joined_with_other_runs(made, tiny):
    run = finished(Path("results"), Reading(str(tiny)).load(), [Configured.of("baseline-only")])
    other = StoredRun.read(Path("results"), str(run.folder))
    joint, reason = together([RunData.of(made), RunData.of(other)])
    assert reason == ""
    assert joint.labels == ("svd", "other", "baseline-only")
    assert joint.verdicts["rmse"].over_users["svd", "other"].difference == 0
    assert np.isnan(joint.seconds("fit")[1])
    assert not np.isnan(joint.seconds("fit")[[0, 2]]).any()


def test_a_changed_file_is_a_difference_of_runs(made, tiny):
    table = pd.read_csv("theirs.csv")
    table.assign(est=table["est"] + 0.5).to_csv("theirs.csv", index=False)
    line_up = [Configured.of("svd"), ExternalFiles("other", "theirs.csv", "lists.csv")]
    run = finished(Path("results"), Reading(str(tiny)).load(), line_up)
    second = StoredRun.read(Path("results"), str(run.folder))
    [found] = [one for one in differences(made, second) if one.part == "line-up"]
    assert (found.what, found.first == found.second) == ("other", False)
