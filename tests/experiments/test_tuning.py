"""`recli tune`: what it tries, what it keeps, and what it leaves on disk."""

from __future__ import annotations

import json

import optuna
import pytest

from recli import errors, memory
from recli.algorithms import Configured
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.experiments import params_file, tuning
from recli.experiments.cross_validation import Protocol, cross_validate
from recli.experiments.resources import Resources
from recli.experiments.tuning import Budget, TuningRun
from recli.params import Float


def new_run(results, dataset, algorithm, fixed=None, metric="rmse", threshold=4.0, seed=0):
    protocol = Protocol(KFold(2, seed=seed), (Measure.parse(metric),), threshold, seed)
    return TuningRun(results, ("recli", "tune"), dataset, algorithm, fixed or {}, protocol)


def tried(run):
    return [json.loads(trial.user_attrs["params"]) for trial in run.study.trials]


def document(run):
    return json.loads((run.folder / "study.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def finished(small, tmp_path_factory):
    """Eight trials on k-NN, whose parameters are nested and conditional."""
    run = new_run(tmp_path_factory.mktemp("results"), small, "KNNBasic")
    told = []
    run.run(Budget(8, None), Resources(1), on_trial=told.append)
    assert [trial.number for trial in told] == list(range(8))
    return run


def test_the_first_trial_is_the_defaults(finished, small):
    assert tried(finished)[0] == Configured.of("knn-basic").params
    [summary] = cross_validate(small, [Configured.of("knn-basic")], finished.protocol)
    assert finished.study.trials[0].value == summary.mean(finished.measure)
    assert finished.study.trials[0].user_attrs["folds"] == summary.values(finished.measure)


def test_every_trial_is_valid_and_within_its_ranges(finished):
    for params in tried(finished):
        assert Configured.of("knn-basic", params).params == params
        assert 10 <= params["k"] <= 120
        assert 1 <= params["min_k"] <= 8


def test_conditional_parameters_only_where_they_matter(finished):
    names = [params["sim_options.name"] for params in tried(finished)]
    assert "pearson_baseline" in names, "a seed that draws it"
    for params, trial in zip(tried(finished), finished.study.trials, strict=True):
        matters = params["sim_options.name"] == "pearson_baseline"
        assert ("sim_options.shrinkage" in params) == matters
        assert ("sim_options.shrinkage" in trial.params) == matters


def test_the_best_is_the_best(finished):
    values = [trial.value for trial in finished.study.trials]
    best = values.index(min(values))
    assert finished.study.best_value == min(values)
    assert finished.best == Configured("knn-basic", tried(finished)[best])


def test_best_toml_is_read_by_params_file(finished):
    assert finished.params_file == finished.folder / "best.toml"
    assert params_file.read(finished.params_file) == finished.best
    changed = params_file.read(finished.params_file, {"k": 17})
    assert changed.params == {**finished.best.params, "k": 17}


def test_study_db_is_optunas(finished):
    storage = f"sqlite:///{finished.folder / 'study.db'}"
    study = optuna.load_study(study_name=None, storage=storage)
    assert study.study_name == finished.id
    assert [trial.value for trial in study.trials] == [t.value for t in finished.study.trials]


def test_the_documents(finished):
    about = finished.document()
    assert (about["study"], about["algorithm"], about["metric"]) == (
        *(finished.id, "knn-basic", "rmse"),
    )
    assert about["best"] == {"value": finished.study.best_value, "params": finished.best.params}
    assert [trial["number"] for trial in about["trials"]] == list(range(8))
    assert {trial["state"] for trial in about["trials"]} == {"complete"}
    assert [trial["params"] for trial in about["trials"]] == tried(finished)
    json.dumps(about, allow_nan=False)
    written = document(finished)
    assert (written["schema"], written["status"]) == (1, "finished")
    assert written["configuration"]["algorithm"] == "knn-basic"
    assert written["dataset"]["name"] == "small"


def test_the_same_seed_tries_the_same(small, tmp_path):
    runs = [new_run(tmp_path, small, "baseline-only", seed=seed) for seed in (3, 3, 4)]
    for run in runs:
        run.run(Budget(5, None), Resources(1))
    values = [[trial.value for trial in run.study.trials] for run in runs]
    assert tried(runs[0]) == tried(runs[1])
    assert values[0] == values[1]
    assert tried(runs[0])[1:] != tried(runs[2])[1:]


def test_jobs_change_no_trial(small, tmp_path):
    runs = [new_run(tmp_path, small, "baseline-only") for _ in range(2)]
    for run, jobs in zip(runs, (1, 2), strict=True):
        run.run(Budget(3, None), Resources(jobs))
    assert [t.value for t in runs[0].study.trials] == [t.value for t in runs[1].study.trials]


def test_a_metric_of_which_more_is_better(small, tmp_path):
    run = new_run(tmp_path, small, "baseline-only", metric="ndcg@10")
    run.run(Budget(4, None), Resources(1))
    assert run.study.best_value == max(trial.value for trial in run.study.trials)


def test_fixed_parameters_are_held(small, tmp_path):
    fixed = {"k": "9", "sim_options.user_based": "false"}
    run = new_run(tmp_path, small, "knn-basic", fixed)
    run.run(Budget(4, None), Resources(1))
    assert run.fixed == {"k": 9, "sim_options.user_based": False}
    assert {params["k"] for params in tried(run)} == {9}
    assert {params["sim_options.user_based"] for params in tried(run)} == {False}
    assert len({params["min_k"] for params in tried(run)}) > 1
    assert params_file.read(run.params_file) == run.best
    assert run.best.params["k"] == 9


def test_a_fixed_parameter_matters_only_in_some_trials(small, tmp_path):
    # reg_u is for als; the method is still free, and sgd has no reg_u.
    run = new_run(tmp_path, small, "baseline-only", {"bsl_options.reg_u": 3})
    run.run(Budget(8, None), Resources(1))
    methods = {params["bsl_options.method"] for params in tried(run)}
    assert methods == {"als", "sgd"}, "a seed that draws both"
    for params in tried(run):
        expected = 3.0 if params["bsl_options.method"] == "als" else None
        assert params.get("bsl_options.reg_u") == expected
    assert params_file.read(run.params_file) == run.best


def test_a_fixed_condition_opens_what_depends_on_it(small, tmp_path):
    run = new_run(tmp_path, small, "baseline-only", {"bsl_options.method": "sgd"})
    run.run(Budget(3, None), Resources(1))
    assert len({params["bsl_options.reg"] for params in tried(run)}) == 3
    assert tried(run)[0]["bsl_options.reg"] == 0.02


def diverge_at(monkeypatch, numbers):
    """Learning of the trials with these numbers runs off to infinity."""
    real, count = tuning.cross_validate, iter(range(1000))

    def sometimes(dataset, line_up, protocol, resources):
        if next(count) in numbers:
            line_up = [Configured.of("svd", {"lr_all": 5})]
        return real(dataset, line_up, protocol, resources)

    monkeypatch.setattr(tuning, "cross_validate", sometimes)


def test_a_diverged_trial_is_kept_and_the_study_goes_on(small, tmp_path, monkeypatch):
    diverge_at(monkeypatch, {1, 2})
    run = new_run(tmp_path, small, "svd", {"n_factors": 2})
    run.run(Budget(5, None), Resources(1))
    states = [trial["state"] for trial in run.document()["trials"]]
    assert states == ["complete", "fail", "fail", "complete", "complete"]
    assert run.document()["trials"][1]["value"] is None
    assert "svd diverged" in run.study.trials[1].user_attrs["reason"]
    assert len(run.finished) == 3
    assert document(run)["status"] == "finished"


def test_every_trial_diverged(small, tmp_path, monkeypatch):
    diverge_at(monkeypatch, {0, 1})
    run = new_run(tmp_path, small, "svd", {"n_factors": 2})
    with pytest.raises(errors.UsageError, match=r"Every trial failed, .*svd diverged.*lr_all"):
        run.run(Budget(2, None), Resources(1))
    assert document(run)["status"] == "failed"
    assert not run.params_file.exists()


def test_a_trial_that_does_not_fit_in_memory_is_kept_and_the_study_goes_on(
    small, tmp_path, monkeypatch
):
    # 60 users and 250 items: the 100 factors of the defaults take 248,000 bytes.
    monkeypatch.setattr(memory, "available", lambda: 250_000)
    run = new_run(tmp_path, small, "svd", {"n_epochs": 1})
    run.run(Budget(8, None), Resources(1))
    too_large = {trial.number for trial in run.study.trials if trial.params["n_factors"] > 110}
    assert too_large
    assert 0 not in too_large
    for trial in run.study.trials:
        assert trial.state.name == ("FAIL" if trial.number in too_large else "COMPLETE")
        if trial.number in too_large:
            assert "244.1 KiB are free. Lower n_factors." in trial.user_attrs["reason"]


def test_a_metric_that_no_fold_has(small, tmp_path):
    run = new_run(tmp_path, small, "baseline-only", metric="ndcg@10", threshold=5.5)
    with pytest.raises(errors.RecliError, match="no user to whom ndcg@10 applies"):
        run.run(Budget(2, None), Resources(1))


def test_no_time_at_all(small, tmp_path):
    run = new_run(tmp_path, small, "baseline-only")
    with pytest.raises(errors.UsageError, match="no time for a single trial.*--timeout"):
        run.run(Budget(5, 0.0), Resources(1))


def test_the_timeout_ends_the_search(small, tmp_path):
    run = new_run(tmp_path, small, "baseline-only")
    run.run(Budget(100_000, 0.3), Resources(1))
    assert 1 <= len(run.study.trials) < 100_000
    assert document(run)["status"] == "finished"


def test_ctrl_c_keeps_the_best_so_far(small, tmp_path):
    run = new_run(tmp_path, small, "baseline-only")

    def interrupt(trial):
        if trial.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(errors.InterruptedRunError, match="Finished trials: 3, kept") as caught:
        run.run(Budget(9, None), Resources(1), on_trial=interrupt)
    assert caught.value.exit_code == 6
    assert document(run)["status"] == "interrupted"
    assert params_file.read(run.params_file) == run.best


def test_an_error_ends_the_study_as_failed(small, tmp_path, monkeypatch):
    def broken(*_):
        raise errors.DataError("no item table")

    monkeypatch.setattr(tuning, "cross_validate", broken)
    run = new_run(tmp_path, small, "content-based")
    with pytest.raises(errors.DataError, match="no item table"):
        run.run(Budget(3, None), Resources(1))
    assert document(run)["status"] == "failed"


def test_nothing_left_to_tune(small, tmp_path):
    with pytest.raises(errors.UsageError, match="slope-one has no parameters left to tune"):
        new_run(tmp_path, small, "slope-one")
    fixed = {"n_cltr_u": 2, "n_cltr_i": 2, "n_epochs": 3}
    with pytest.raises(errors.UsageError, match="no parameters left to tune"):
        new_run(tmp_path, small, "co-clustering", fixed)
    assert list(tmp_path.iterdir()) == []


def test_toml_of_odd_values(tmp_path):
    path = tmp_path / "x.toml"
    values = {"item_features": 'a "b" \\ é 😀', "reg": 1e-05, "text_terms": 3}
    lines = "\n".join(f"{name} = {tuning._toml(value)}" for name, value in values.items())
    path.write_text(f'algorithm = "content-based"\n[params]\n{lines}\n', encoding="utf-8")
    assert params_file.read(path).params.items() >= values.items()


def test_held_keeps_what_is_not_fixed():
    parameter = Float("reg", 1.0, "reg", tune=(1, 2))
    assert tuning._held(parameter, {"other": 3}) is parameter
    held = tuning._held(parameter, {"reg": 5.0})
    assert (held.default, held.tunable) == (5.0, False)
