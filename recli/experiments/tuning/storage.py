"""Where Optuna keeps the trials: a file of the study, or a database that many workers share."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
import sqlalchemy
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.study import StudyDirection
from optuna.trial import TrialState

from recli import errors
from recli.experiments.tuning.quiet import quiet
from recli.params import Value

_TERMS = "recli"
_HEARTBEAT, _GRACE = 5, 20  # seconds: a worker that was not heard of for so long is gone
_PATIENCE = 30.0  # seconds for another worker to begin the study
_RETRIES = 3  # of a trial whose worker went away: it may be what killed it
_LOCKED = 60.0  # seconds that SQLite waits for another process to finish writing
# A connection is closed once it has been used, and not whenever its storage is collected.
_OF_FILES = {"connect_args": {"timeout": _LOCKED}, "poolclass": sqlalchemy.NullPool}
_ATTEMPTS, _PAUSE = 6, 0.2  # seconds, and longer each time
_SILENCE = (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError)
_DRIVERS = {"psycopg": "'recli[postgres]'", "psycopg2": "psycopg2-binary"}


def local(folder: Path) -> str:
    """The address of the file that a study's folder holds.

    Args:
        folder: the folder of the study
    """
    return f"sqlite:///{(folder / 'study.db').as_posix()}"


def opened(url: str) -> RDBStorage:
    """The storage at an address of SQLAlchemy's kind; its tables are made where there are none.

    Args:
        url: the address

    Raises:
        UsageError: for what is no address and where nothing answers at it
        MissingExtraError: where the package that speaks with such a database is missing
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        driver = sqlalchemy.engine.make_url(url).get_driver_name()
        is_file = driver in ("pysqlite", "aiosqlite")
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise errors.UsageError(
            f"--storage {url}: is not the address of a database, as in "
            f"'postgresql+psycopg://user@host/name' or 'sqlite:///study.db': {error}"
        ) from None
    except ImportError:
        driver, is_file = "", False
    for attempt in range(_ATTEMPTS):
        try:
            with quiet():
                return RDBStorage(
                    url,
                    engine_kwargs=_OF_FILES if is_file else {},
                    heartbeat_interval=_HEARTBEAT,
                    grace_period=_GRACE,
                    heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(_RETRIES),
                )
        except ImportError as error:
            advice = _DRIVERS.get(driver, driver or "the package of its driver")
            raise errors.MissingExtraError(
                f"The storage {masked(url)} needs a package that is not installed or does not work "
                f"({error}): pip install {advice}"
            ) from None
        except sqlalchemy.exc.SQLAlchemyError as error:
            # Where several workers begin at once, one of them makes the tables.
            if attempt + 1 == _ATTEMPTS or not _is_being_made(error):
                raise _silent(url, error) from None
            time.sleep(_PAUSE * (attempt + 1))
    raise AssertionError


@contextmanager
def reachable(url: str, folder: Path | None = None) -> Iterator[None]:
    """Turns a database's silence into an error that says which one, why, and that nothing is lost.

    Args:
        url: the address
        folder: where the trials so far are written down as well
    """
    try:
        yield
    except _SILENCE as error:
        raise _silent(url, error, folder) from None
    except UnboundLocalError as error:
        # What Optuna 5.0 makes of a storage that goes away before a trial has ended.
        if not isinstance(error.__context__, _SILENCE):
            raise
        raise _silent(url, error.__context__, folder) from None


def _silent(url: str, error: BaseException, folder: Path | None = None) -> errors.UsageError:
    also = f" What was found so far: {folder}." if folder else ""
    return errors.UsageError(
        f"The storage {masked(url)} does not answer: {_cause(error)}. What it has of the study is not "
        f"lost; once it answers, the same command goes on.{also}"
    )


def _cause(error: BaseException) -> str:
    """What the database's driver said, its first line."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _is_being_made(error: Exception) -> bool:
    return isinstance(error, sqlalchemy.exc.IntegrityError) or "already exists" in _cause(error)


def forget(storage: RDBStorage, studies: Sequence[str]) -> None:
    """Remove these studies with all their trials.

    Args:
        storage: where the trials are kept
        studies: names of studies
    """
    for name in studies:
        optuna.delete_study(study_name=name, storage=storage)


def masked(url: str) -> str:
    """`url` without its password.

    Args:
        url: the address

    >>> masked("postgresql://me:secret@host/db")
    'postgresql://me:***@host/db'
    """
    try:
        return sqlalchemy.engine.make_url(url).render_as_string(hide_password=True)
    except sqlalchemy.exc.ArgumentError:
        return url


def join(
    storage: RDBStorage,
    name: str,
    directions: Sequence[StudyDirection],
    sampler: optuna.samplers.BaseSampler,
    pruner: optuna.pruners.BasePruner,
    terms: Mapping[str, Any],
    first: Sequence[Mapping[str, Value]],
) -> optuna.Study:
    """The study of that name: a new one, which tries `first` first, or the one that is there.

    Args:
        storage: where the trials are kept
        name: the name
        directions: whether each goal is made larger or smaller
        sampler: draws the values
        pruner: stops trials that promise little
        terms: what a study has to agree in with its storage
        first: values that are tried first

    Raises:
        UsageError: for one that is there under other terms, which are what its trials mean
    """
    try:
        study = optuna.create_study(
            study_name=name,
            storage=storage,
            directions=directions,
            sampler=sampler,
            pruner=pruner,
        )
    except optuna.exceptions.DuplicatedStudyError:
        study = optuna.load_study(study_name=name, storage=storage, sampler=sampler, pruner=pruner)
        there = _terms_of(study)
        if there is not None:
            _check_same(name, there, terms)
            return study
    for setting in first:
        study.enqueue_trial(dict(setting), skip_if_exists=True)
    # Last, since others wait for it.
    study.set_user_attr(_TERMS, json.dumps(terms))
    return study


def check(storage: RDBStorage, prefix: str, terms: Mapping[str, Any]) -> None:
    """Raise UsageError where a study whose name begins so was begun under other terms.

    Args:
        storage: where the trials are kept
        prefix: how the names of the studies begin
        terms: what a study has to agree in with its storage
    """
    for name in names(storage, prefix):
        there = _terms_of(optuna.load_study(study_name=name, storage=storage))
        if there is not None:
            _check_same(name, there, terms)


def names(storage: RDBStorage, prefix: str) -> list[str]:
    """The studies whose names begin so.

    Args:
        storage: where the trials are kept
        prefix: how the names of the studies begin
    """
    return [name for name in optuna.get_all_study_names(storage) if name.startswith(prefix)]


def _terms_of(study: optuna.Study) -> dict[str, Any] | None:
    """What the trials mean; None where who made the study went without saying so, before any trial."""
    end = time.monotonic() + _PATIENCE
    while True:
        # Who begins a study lets its first trials wait, and says the terms before any of them starts.
        begun = any(trial.state != TrialState.WAITING for trial in study.get_trials(deepcopy=False))
        if _TERMS in study.user_attrs:
            break
        if begun:
            raise errors.UsageError(
                f"The study '{study.study_name}' in this storage is not one of recli's. Choose another "
                'name with `study="NAME"`.'
            )
        if time.monotonic() > end:
            return None
        time.sleep(0.1)
    terms: dict[str, Any] = json.loads(study.user_attrs[_TERMS])
    return terms


def _check_same(name: str, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    here = json.loads(json.dumps(here))
    differing = [key for key in here if there.get(key) != here[key]]
    if not differing:
        return
    lines = [f"  {key}: there {there.get(key)}, here {here[key]}" for key in differing]
    raise errors.UsageError(
        f"The study '{name}' is another one:\n"
        + "\n".join(lines)
        + "\nIts trials mean nothing here. "
        'Choose another name with `study="NAME"`, or `fresh=True` to begin this one anew.'
    )
