"""Runs and studies as they lie in the results folder, known by name."""

from __future__ import annotations

from recli.stored import StoredKind

RUNS = StoredKind(
    noun="run",
    plural="runs",
    document="run.json",
    maker="recli evaluate",
    schemas=(1, 2),
    keys=("id", "status", "command", "started", "seconds", "dataset", "configuration", "cells"),
    advice="Take a newer recli, or delete the folder.",
    dated=True,
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
)
