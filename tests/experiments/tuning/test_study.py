"""A study: what it tries, what it keeps, and what it leaves on disk."""

from __future__ import annotations

import json

import optuna
import pytest

from recli import errors, memory
from recli.algorithms import Configured
from recli.experiments import params_file
from recli.experiments.cross_validation import cross_validate
from recli.experiments.tuning import trials
from recli.experiments.tuning.search import Method
from recli.records.stored_study import StoredStudy


def params_of(run):
    return [trial.params for trial in run.tried]


def states_of(run):
    return [trial.state for trial in run.tried]


@pytest.fixture(scope="module")
def finished(study, search, small, tmp_path_factory):
    """Eight trials on k-NN, whose parameters are nested and conditional."""
    told = []
    run = study(tmp_path_factory.mktemp("results"), small, "KNNBasic")
    search(run, 8, on_trial=told.append)
    assert [trial.number for trial in told] == list(range(8))
    return run


def test_the_first_trial_is_the_defaults(finished, small):
    first = finished.tried[0]
    assert first.configured == Configured.of("knn-basic")
    [summary] = cross_validate(small, [first.configured], finished.protocol)
    measure = finished.protocol.measures[0]
    assert first.values == (summary.mean(measure),)
    assert [fold for (fold,) in first.folds] == summary.values(measure)


def test_every_trial_is_valid_and_within_its_ranges(finished):
    for params in params_of(finished):
        assert Configured.of("knn-basic", params).params == params
        assert 10 <= params["k"] <= 120
        assert 1 <= params["min_k"] <= 8


def test_conditional_parameters_only_where_they_matter(finished):
    names = [params["sim_options.name"] for params in params_of(finished)]
    assert "pearson_baseline" in names, "a seed that draws it"
    for trial in finished.tried:
        matters = trial.params["sim_options.name"] == "pearson_baseline"
        assert ("sim_options.shrinkage" in trial.params) == matters
        assert ("sim_options.shrinkage" in trial.varied) == matters


def test_the_best_is_the_best(finished):
    values = [trial.values for trial in finished.tried]
    assert finished.best == finished.tried[values.index(min(values))]


def test_best_toml_is_read_by_params_file(finished):
    path = finished.folder / "best.toml"
    assert params_file.read(path) == finished.best.configured
    changed = params_file.read(path, {"k": 17})
    assert changed.params == {**finished.best.params, "k": 17}


def test_study_db_is_optunas(finished):
    storage = f"sqlite:///{finished.folder / 'study.db'}"
    study = optuna.load_study(study_name=None, storage=storage)
    assert study.study_name == f"{finished.id}/knn-basic"
    assert [(trial.value,) for trial in study.trials] == [t.values for t in finished.tried]


def test_the_stored_study_is_what_was_found(finished):
    stored = StoredStudy.read(finished.folder.parents[1], finished.id[:12])
    assert (stored.id, stored.status) == (finished.id, "finished")
    assert stored.tried == finished.tried
    assert stored.best == finished.best
    assert stored.algorithms == ["knn-basic"]
    assert sorted(stored.finished(), key=lambda t: t.number) == finished.tried
    json.dumps(stored.printed(), allow_nan=False)


def test_the_same_seed_tries_the_same(study, search, small, tmp_path):
    runs = [
        search(study(tmp_path / str(n), small, "baseline-only", seed=seed), 5)
        for n, seed in enumerate((3, 3, 4))
    ]
    first, again, other = [[(t.params, t.values) for t in run.tried] for run in runs]
    assert first == again
    assert params_of(runs[0])[1:] != params_of(runs[2])[1:]
    assert first != other


def test_the_same_seed_tries_the_same_by_default(study, search, small, tmp_path):
    default = {"sampler": Method().sampler, "pruner": Method().pruner}
    runs = [
        search(study(tmp_path / str(n), small, "baseline-only", split="k-fold", **default), 14)
        for n in range(2)
    ]
    first, again = [[(t.params, t.state, t.folds) for t in run.tried] for run in runs]
    assert first == again
    assert "pruned" in states_of(runs[0])


def test_going_on_tries_what_one_go_tries(study, search, small, tmp_path):
    whole = search(study(tmp_path / "1", small, "baseline-only"), 14)
    search(study(tmp_path / "2", small, "baseline-only"), 3)
    parts = search(study(tmp_path / "2", small, "baseline-only", begin="resume"), 14)
    assert parts.n_found == 3
    assert [t.params for t in parts.tried] == [t.params for t in whole.tried]


def test_jobs_change_no_trial(study, search, small, tmp_path):
    runs = [
        search(
            study(
                tmp_path / str(jobs),
                small,
                "baseline-only",
                pruner="racing",
                split="k-fold:n_splits=5",
            ),
            12,
            jobs=jobs,
        )
        for jobs in (1, 2, 4)
    ]
    told = [[(t.params, t.state, t.folds) for t in run.tried] for run in runs]
    assert told[0] == told[1] == told[2]
    assert "pruned" in states_of(runs[0])


def test_a_study_that_is_complete_computes_nothing(new_run, search, monkeypatch):
    first = search(new_run("baseline-only"), 3)
    monkeypatch.setattr(trials, "cells", None)
    again = search(new_run("baseline-only"), 3)
    assert again.id == first.id
    assert again.tried == first.tried


def test_fresh_forgets(new_run, search):
    search(new_run("baseline-only"), 3)
    again = new_run("baseline-only", begin="fresh")
    assert search(again, 2).n_found == 0
    assert len(again.tried) == 2


def test_a_storage_that_is_none_leaves_no_folder(new_run, tmp_path):
    with pytest.raises(errors.UsageError, match="--storage nowhere: is not the address"):
        new_run("baseline-only", url="nowhere")
    with pytest.raises(
        errors.UsageError, match="study.db does not answer: unable to open database"
    ):
        new_run("baseline-only", url=f"sqlite:///{(tmp_path / 'none' / 'study.db').as_posix()}")
    assert list(tmp_path.iterdir()) == []


def test_a_storage_that_is_lost_within_a_trial(new_run, search, document, monkeypatch):
    real, count = trials.cells, iter(range(1000))

    def gone(*_, **__):
        raise optuna.exceptions.StorageInternalError("the server is gone")

    def lost(*given, **named):
        if next(count) == 3:  # the last fold of the second trial
            for name in ("get_trial", "set_trial_user_attr", "set_trial_state_values"):
                monkeypatch.setattr(optuna.storages.RDBStorage, name, gone)
        return real(*given, **named)

    monkeypatch.setattr(trials, "cells", lost)
    run = new_run("baseline-only")
    with pytest.raises(errors.UsageError, match=r"not answer: the server is gone.*found so far: "):
        search(run, 4)
    assert document(run)["status"] == "failed"
    assert [trial["state"] for trial in document(run)["trials"]] == ["complete"]
    assert params_file.read(run.folder / "best.toml") == Configured.of("baseline-only")


def test_nothing_to_resume(new_run, tmp_path):
    with pytest.raises(errors.NotFoundError, match="no study 'baseline-only-rmse-small-.*resume"):
        new_run("baseline-only", begin="resume")
    assert list(tmp_path.iterdir()) == []


def test_another_dataset_under_the_same_name_is_refused(study, search, small, embedded, tmp_path):
    search(study(tmp_path, small, "baseline-only", name="mine"), 1)
    run = study(tmp_path, embedded, "baseline-only", name="mine")
    with pytest.raises(errors.UsageError, match="'mine/baseline-only' is another one") as caught:
        search(run, 2)
    assert small.fingerprint in str(caught.value)
    assert embedded.fingerprint in str(caught.value)
    run = study(tmp_path, small, "baseline-only", name="mine", metrics=("mae",))
    with pytest.raises(errors.UsageError, match=r"metrics: there \['rmse'\], here \['mae'\]"):
        search(run, 2)
    run = study(tmp_path, small, "slope-one", "svd", name="mine")
    with pytest.raises(
        errors.UsageError, match=r"there \['baseline-only'\], here \['slope-one', 'svd"
    ):
        search(run, 2)
    kept = StoredStudy.read(tmp_path, "mine")
    assert (kept.status, len(kept.tried)) == ("finished", 1), "what is there is not touched"


def test_a_metric_of_which_more_is_better(new_run, search):
    run = search(new_run("baseline-only", metrics=("ndcg@10",)), 4)
    assert run.best.values == max(trial.values for trial in run.tried)


def test_fixed_parameters_are_held(new_run, search):
    fixed = {"k": "9", "sim_options.user_based": "false"}
    run = search(new_run("knn-basic", fixed=fixed), 4)
    assert {params["k"] for params in params_of(run)} == {9}
    assert {params["sim_options.user_based"] for params in params_of(run)} == {False}
    assert len({params["min_k"] for params in params_of(run)}) > 1
    assert params_file.read(run.folder / "best.toml") == run.best.configured


def test_several_algorithms_share_equally(new_run, search):
    run = search(new_run("baseline-only", "co-clustering", "slope-one"), 7)
    by_algorithm = [trial.algorithm for trial in run.tried]
    assert by_algorithm == ["baseline-only"] * 3 + ["co-clustering"] * 3 + ["slope-one"]
    assert {t.algorithm for t in run.tried if t.number == 0} == set(by_algorithm)
    assert run.best.values == min(trial.values for trial in run.tried)


def diverge_at(monkeypatch, numbers):
    """Learning of the trials with these numbers runs off to infinity."""
    real, count = trials.cells, iter(range(1000))

    def sometimes(dataset, line_up, *rest, **named):
        if next(count) in numbers:
            line_up = [Configured.of("svd", {"lr_all": 5})]
        return real(dataset, line_up, *rest, **named)

    monkeypatch.setattr(trials, "cells", sometimes)


def test_a_diverged_trial_is_kept_and_the_study_goes_on(new_run, search, document, monkeypatch):
    diverge_at(monkeypatch, {1, 2})
    run = search(new_run("svd", fixed={"n_factors": "2"}), 5, jobs=2)
    assert states_of(run) == ["complete", "failed", "failed", "complete", "complete"]
    assert run.tried[1].values is None
    assert "svd diverged" in run.tried[1].reason
    assert len(run.finished) == 3
    assert document(run)["status"] == "finished"


def test_every_trial_diverged(new_run, search, document, monkeypatch):
    diverge_at(monkeypatch, {0, 1})
    run = new_run("svd", fixed={"n_factors": "2"})
    with pytest.raises(errors.UsageError, match=r"Every trial failed, .*svd diverged.*lr_all"):
        search(run, 2, jobs=2)
    assert document(run)["status"] == "failed"
    assert not (run.folder / "best.toml").exists()


def test_a_trial_that_does_not_fit_in_memory_is_kept_and_the_study_goes_on(
    new_run, search, monkeypatch
):
    # 60 users and 250 items: the 100 factors of the defaults take 248,000 bytes.
    monkeypatch.setattr(memory, "available", lambda: 250_000)
    run = search(new_run("svd", fixed={"n_epochs": "1"}), 12)
    too_large = {trial.number for trial in run.tried if trial.varied["n_factors"] > 100}
    assert too_large
    assert 0 not in too_large
    for trial in run.tried:
        assert trial.state == ("failed" if trial.number in too_large else "complete")
        if trial.number in too_large:
            assert "244.1 KiB are free. Lower n_factors." in trial.reason


def test_a_metric_that_no_fold_has(new_run, search):
    run = new_run("baseline-only", metrics=("ndcg@10",), threshold=5.5)
    with pytest.raises(errors.RecliError, match="no user to whom ndcg@10 applies"):
        search(run, 2)


def test_a_timeout_shorter_than_one_trial_gives_the_defaults(new_run, search, document):
    run = search(new_run("baseline-only"), 5, timeout=1e-9)
    assert [(trial.number, trial.state) for trial in run.tried] == [(0, "complete")]
    assert document(run)["timed_out"]
    assert run.best.configured == Configured.of("baseline-only")


def test_the_timeout_ends_the_search(new_run, search, document):
    run = search(new_run("baseline-only"), 100_000, timeout=0.5)
    assert 1 <= len(run.tried) < 100_000
    assert document(run)["status"] == "finished"
    assert document(run)["timed_out"]


def test_ctrl_c_keeps_the_best_so_far_and_says_how_to_go_on(new_run, search, document):
    run = new_run("baseline-only", command=("recli", "tune", "-a", "baseline-only"))

    def interrupt(trial):
        if trial.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(errors.InterruptedRunError, match="Finished trials: 3, kept") as caught:
        search(run, 9, on_trial=interrupt)
    assert caught.value.exit_code == 6
    assert "Go on with: recli tune -a baseline-only --resume" in str(caught.value)
    assert document(run)["status"] == "interrupted"
    assert params_file.read(run.folder / "best.toml") == run.best.configured
    again = search(new_run("baseline-only", begin="resume"), 4)
    assert (again.n_found, len(again.tried)) == (3, 4)


def test_what_ctrl_c_cut_short_is_taken_up_again(new_run, search, monkeypatch):
    real, count = trials.cells, iter(range(1000))

    def interrupted(*given, **named):
        if next(count) == 3:
            raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(trials, "cells", interrupted)
    with pytest.raises(errors.InterruptedRunError):
        search(new_run("baseline-only"), 4)
    again = search(new_run("baseline-only", begin="resume"), 4)
    assert len(again.tried) == 4
    whole = search(new_run("baseline-only", begin="fresh"), 4)
    # One more trial than in one go stands in the file, the one that was cut short.
    assert [t.params for t in again.tried][:2] == [t.params for t in whole.tried][:2]


def test_an_error_ends_the_study_as_failed(new_run, search, document, monkeypatch):
    def broken(*_, **__):
        raise errors.DataError("no item table")

    monkeypatch.setattr(trials, "cells", broken)
    run = new_run("content-based")
    with pytest.raises(errors.DataError, match="no item table"):
        search(run, 3)
    assert document(run)["status"] == "failed"


def test_nothing_left_to_tune(new_run, tmp_path):
    with pytest.raises(errors.UsageError, match="slope-one has no parameters left to tune"):
        new_run("slope-one")
    fixed = {"n_cltr_u": "2", "n_cltr_i": "2", "n_epochs": "3"}
    with pytest.raises(errors.UsageError, match="no parameters left to tune"):
        new_run("co-clustering", fixed=fixed)
    assert list(tmp_path.iterdir()) == []


def test_scores_have_no_rmse(new_run, tmp_path):
    with pytest.raises(errors.UsageError, match='most-popular scores items.*`metric="ndcg@10"`'):
        new_run("most-popular", "svd")
    assert list(tmp_path.iterdir()) == []
