"""Studies of `recli tune` as they lie in the results folder."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recli.evaluation.goals import Goal
from recli.records.kinds import STUDIES
from recli.records.process import is_alive
from recli.records.stored_trial import StoredTrial
from recli.stored import Stored


class StoredStudy(Stored):
    """A study in the results folder."""

    kind = STUDIES

    @property
    def status(self) -> str:
        """`finished`, `failed`, `interrupted`, `running`, or `killed`: nobody works on it any more."""
        status = str(self.document["status"])
        gone = status == "running" and not is_alive(self.document["process"])
        return "killed" if gone else status

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What was improved, the first orders."""
        return tuple(map(Goal.parse, self.document["metrics"]))

    @property
    def algorithms(self) -> list[str]:
        """Those of the search."""
        return list(self.document["configuration"]["algorithms"])

    @property
    def params_file(self) -> Path:
        """The best as TOML, which `--params` reads."""
        return self.folder / "best.toml"

    @property
    def tried(self) -> list[StoredTrial]:
        """Every trial, by algorithm and number."""
        return [self._tried(about) for about in self.document["trials"]]

    @property
    def best(self) -> StoredTrial | None:
        """The best trial; None where none has finished."""
        about = self.document["best"]
        return None if about is None else self._tried(about)

    @property
    def front(self) -> list[StoredTrial]:
        """The Pareto front, best first goal first; empty for one goal."""
        return [self._tried(about) for about in self.document["front"]]

    @property
    def n_folds(self) -> int:
        """Folds of a trial that was not stopped."""
        return max((len(trial.folds) for trial in self.tried), default=0)

    @property
    def n_saved(self) -> int:
        """Folds that stopping bad settings early has saved."""
        return sum(self.n_folds - len(t.folds) for t in self.tried if t.state == "pruned")

    def finished(self) -> list[StoredTrial]:
        """The trials with a value, the best in the first goal first."""
        sign = self.goals[0].sign
        found = [trial for trial in self.tried if trial.values is not None]
        return sorted(found, key=lambda trial: sign * (trial.values or (math.nan,))[0])

    def printed(self) -> dict[str, Any]:
        """The study as `--format json` prints it."""
        keys = ("metrics", "best", "front", "locked", "nested", "importance", "trials")
        return {
            "study": self.id,
            "algorithm": self.best.algorithm if self.best else None,
            "metric": str(self.goals[0]),
            **{key: self.document[key] for key in keys},
            "params_file": str(self.params_file),
        }

    def _tried(self, about: Mapping[str, Any]) -> StoredTrial:
        whole = about["state"] == "complete"
        folds = (tuple(map(_or_nan, fold)) for fold in about["folds"])
        known = {
            **about,
            "values": tuple(map(_or_nan, about["values"].values())) if whole else None,
            "folds": tuple(folds),
        }
        return StoredTrial(
            **{field.name: known[field.name] for field in dataclasses.fields(StoredTrial)}
        )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
