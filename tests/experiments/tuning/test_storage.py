"""Who joins a study: while it is being begun, and one that is somebody else's."""

from __future__ import annotations

import json
import threading

import optuna
import pytest
import sqlalchemy

from recli import errors
from recli.experiments.tuning import pruners, storage

TERMS = {"dataset": "abc", "metric": "rmse"}


@pytest.fixture
def opened(tmp_path):
    found = storage.opened(storage.local(tmp_path))
    yield found
    found.engine.dispose()


def join(opened, terms=TERMS):
    sampler, pruner = optuna.samplers.RandomSampler(0), pruners.pruner("none", 5)
    minimize = [optuna.study.StudyDirection.MINIMIZE]
    return storage.join(opened, "s", minimize, sampler, pruner, terms, [{"x": 1}])


def test_one_who_begins_it_lets_the_defaults_wait(opened):
    study = join(opened)
    assert [trial.state.name for trial in study.trials] == ["WAITING"]
    assert join(opened).study_name == study.study_name
    assert len(study.trials) == 1, "who joins it adds nothing"


def test_terms_that_are_not_yet_said_are_waited_for(opened):
    study = optuna.create_study(study_name="s", storage=opened)
    study.enqueue_trial({"x": 1})
    said = threading.Timer(0.3, study.set_user_attr, ("recli", json.dumps(TERMS)))
    said.start()
    try:
        assert join(opened).study_name == "s"
    finally:
        said.join()


@pytest.mark.parametrize(
    "error",
    [
        sqlalchemy.exc.IntegrityError(
            "INSERT", {}, Exception("UNIQUE constraint failed: alembic_version.version_num")
        ),
        sqlalchemy.exc.IntegrityError(
            "CREATE", {}, Exception('duplicate key value violates "pg_type_typname_nsp_index"')
        ),
        sqlalchemy.exc.OperationalError("CREATE", {}, Exception("table studies already exists")),
    ],
    ids=["version", "type", "table"],
)
def test_another_who_makes_the_tables_is_waited_for(error, tmp_path, monkeypatch):
    """What SQLite and PostgreSQL said to the second of two that began at once."""
    made, tried = storage.RDBStorage, []

    def second(*arguments, **named):
        tried.append(1)
        if len(tried) == 1:
            raise error
        return made(*arguments, **named)

    monkeypatch.setattr(storage, "RDBStorage", second)
    assert storage.opened(storage.local(tmp_path)).get_all_studies() == []
    assert len(tried) == 2


def test_a_study_of_another_program(opened):
    study = optuna.create_study(study_name="s", storage=opened)
    study.add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(errors.UsageError, match="is not one of recli's"):
        join(opened)


def test_a_study_that_was_made_and_never_begun(opened, monkeypatch):
    """Who made it was killed before it said the terms, after the first of its trials was to wait."""
    monkeypatch.setattr(storage, "_PATIENCE", 0.0)
    optuna.create_study(study_name="s", storage=opened).enqueue_trial({"x": 1})
    storage.check(opened, "s", TERMS)
    waiting = join(opened).get_trials()
    assert [trial.system_attrs["fixed_params"] for trial in waiting] == [{"x": 1}]
    with pytest.raises(errors.UsageError, match="metric: there rmse, here mae"):
        join(opened, {**TERMS, "metric": "mae"})


def test_other_terms(opened):
    join(opened)
    with pytest.raises(errors.UsageError, match="metric: there rmse, here mae"):
        join(opened, {**TERMS, "metric": "mae"})
