"""Runs and studies as they lie in the results folder, known by name."""

from __future__ import annotations

from recli.stored import StoredKind


def _run() -> type:
    from recli.records.documents import RunDocument

    return RunDocument


def _study() -> type:
    from recli.records.documents import StudyDocument

    return StudyDocument


RUNS = StoredKind(
    noun="run",
    plural="runs",
    document="run.json",
    maker="recli evaluate",
    schemas=(1, 2),
    keys=("id", "status", "command", "started", "seconds", "dataset", "configuration", "cells"),
    advice="Delete the folder: the same command makes the run anew of the outcomes that are kept.",
    dated=True,
    shape=_run,
)
STUDIES = StoredKind(
    noun="study",
    plural="studies",
    document="study.json",
    maker="recli tune",
    schemas=(2,),
    keys=(
        *("id", "status", "command", "started", "seconds", "process", "dataset", "configuration"),
        *("metrics", "best", "front", "trials"),
    ),
    advice="Its trials are in study.db beside it, which Optuna reads.",
    shape=_study,
)
