"""`recli tune`: Optuna over an algorithm's declared ranges, cross-validated."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna

from recli import errors, files, params
from recli.algorithms import Configured, declared
from recli.data.dataset import Dataset
from recli.experiments import store
from recli.experiments.cross_validation import Protocol, cross_validate
from recli.experiments.environment import environment
from recli.experiments.interrupts import HeldBack
from recli.experiments.resources import Resources
from recli.params import Parameter, Value

_FAILURES = (errors.DivergedError, errors.TooLargeError)


@dataclass(frozen=True)
class Budget:
    """When to stop: after so many trials, or once so many seconds have passed."""

    trials: int
    timeout: float | None


class TuningRun:
    """A search for the parameters of one algorithm. The first trial is the defaults."""

    def __init__(
        self,
        results: Path,
        command: Sequence[str],
        dataset: Dataset,
        algorithm: str,
        fixed: Mapping[str, object],
        protocol: Protocol,
    ) -> None:
        self.start = Configured.of(algorithm, fixed)
        self.fixed = {name: self.start.params[name] for name in fixed}
        self.space = [
            _held(parameter, self.fixed) for parameter in declared(self.start.name, self.fixed)
        ]
        if not any(parameter.tunable for parameter in self.space):
            raise errors.UsageError(
                f"{self.start.name} has no parameters left to tune; 'recli evaluate -a "
                f"{self.start.name}' measures it as it is."
            )
        self.dataset, self.protocol = dataset, protocol
        self.measure = protocol.measures[0]
        self.command = tuple(command)
        self.id = store.new_id(f"tune-{self.start.name}")
        self.folder = store.new_folder(results, "studies", self.id)
        # A trial that failed is in the study with its reason; Optuna would print the traceback.
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.study = optuna.create_study(
            study_name=self.id,
            storage=f"sqlite:///{self.folder / 'study.db'}",
            sampler=optuna.samplers.TPESampler(seed=protocol.seed),
            direction="maximize" if self.measure.greater_is_better else "minimize",
        )

    def run(
        self,
        budget: Budget,
        resources: Resources,
        on_trial: Callable[[optuna.trial.FrozenTrial], None] = lambda trial: None,
    ) -> None:
        """Try settings until the budget is spent, and write the best.

        A trial that diverges or needs more memory than is free is kept as failed, with the reason.
        Raises InterruptedRunError on Ctrl-C, the trials so far and the best of them are kept.
        """
        started = time.perf_counter()
        held_back = HeldBack()
        self.study.enqueue_trial(_defaults(self.space, self.start.params))

        def objective(trial: optuna.Trial) -> float:
            configured = Configured.of(self.start.name, params.suggest(self.space, trial))
            trial.set_user_attr("params", json.dumps(configured.params))
            try:
                with held_back.let_through():
                    [summary] = cross_validate(self.dataset, [configured], self.protocol, resources)
            except _FAILURES as error:
                trial.set_user_attr("reason", str(error))
                raise
            trial.set_user_attr("folds", summary.values(self.measure))
            if math.isnan(summary.mean(self.measure)):
                trial.set_user_attr("reason", f"a fold has no user to whom {self.measure} applies")
            return summary.mean(self.measure)

        status = "failed"
        try:
            with held_back:
                self.study.optimize(
                    objective,
                    n_trials=budget.trials,
                    timeout=budget.timeout,
                    catch=_FAILURES,
                    callbacks=[lambda _, trial: on_trial(trial)],
                )
            status = "finished" if self.finished else "failed"
        except KeyboardInterrupt:
            status = "interrupted"
            raise errors.InterruptedRunError(
                f"Interrupted. Finished trials: {len(self.finished)}, kept in {self.folder}."
            ) from None
        finally:
            self._write(time.perf_counter() - started, status)
        if not self.finished:
            attributes = [trial.user_attrs for trial in self.study.trials]
            reasons = [given["reason"] for given in attributes if "reason" in given]
            if not reasons:
                raise errors.UsageError("There was no time for a single trial: raise '--timeout'.")
            raise errors.UsageError(f"Every trial failed, the first so: {reasons[0]}")

    @property
    def finished(self) -> list[optuna.trial.FrozenTrial]:
        """The trials that gave a value."""
        complete = optuna.trial.TrialState.COMPLETE
        return self.study.get_trials(deepcopy=False, states=(complete,))

    @property
    def best(self) -> Configured:
        """The algorithm with the best parameters so far."""
        return Configured.of(
            self.start.name, json.loads(self.study.best_trial.user_attrs["params"])
        )

    @property
    def params_file(self) -> Path:
        """The TOML file that `--params` reads."""
        return self.folder / "best.toml"

    def document(self) -> dict[str, Any]:
        """The study as `recli tune --format json` prints it."""
        return {
            "study": self.id,
            "algorithm": self.start.name,
            "metric": str(self.measure),
            "best": {"value": self.study.best_value, "params": self.best.params},
            "trials": [
                {
                    "number": trial.number,
                    "value": store.or_none(trial.value),
                    "state": trial.state.name.lower(),
                    "params": json.loads(trial.user_attrs.get("params", "{}")),
                }
                for trial in self.study.trials
            ],
            "params_file": str(self.params_file),
        }

    def _write(self, seconds: float, status: str) -> None:
        if self.finished:
            files.write_text(self.params_file, self._best_toml())
        document = {
            "schema": 1,
            "id": self.id,
            "status": status,
            "command": list(self.command),
            "seconds": round(seconds, 3),
            "dataset": store.dataset_document(self.dataset),
            "configuration": {
                **store.protocol_document(self.dataset, self.protocol),
                "algorithm": self.start.name,
                "fixed": self.fixed,
                "sampler": "TPE",
            },
            "environment": environment(),
        }
        files.write_json(self.folder / "study.json", document)

    def _best_toml(self) -> str:
        best = self.study.best_trial
        chosen = {*self.fixed, *best.params}
        lines = [
            f"# The best of {len(self.finished)} trials: {self.measure} {best.value:.6f}, the mean of "
            f"{len(best.user_attrs['folds'])} folds on {self.dataset.name}.",
            "# Chosen for that number, so a little too good to be true on other data.",
            f'algorithm = "{self.start.name}"',
            "",
            "[params]",
            *(
                f"{_key(name)} = {_toml(value)}"
                for name, value in self.best.params.items()
                if name in chosen and value is not None
            ),
            "",
            "[origin]",
            f'study = "{self.id}"',
            f"dataset = {_toml(self.dataset.name)}",
            f'fingerprint = "{self.dataset.fingerprint}"',
            f'metric = "{self.measure}"',
            f"value = {best.value!r}",
            f"seed = {self.protocol.seed}",
        ]
        return "\n".join(lines) + "\n"


def _defaults(space: Sequence[Parameter], start: Mapping[str, Value]) -> dict[str, Value]:
    """The tunable parameters of the first trial, those that matter under the defaults."""
    return {p.name: start[p.name] for p in space if p.tunable and p.name in start}


def _key(name: str) -> str:
    """`name` as a key of TOML, which has no colon unless in quotes."""
    return name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else _toml(name)


def _toml(value: object) -> str:
    # JSON's numbers, booleans, lists and texts are TOML's too, once non-ASCII letters stand as such.
    return json.dumps(value, ensure_ascii=False)


def _held(parameter: Parameter, fixed: Mapping[str, Value]) -> Parameter:
    """`parameter`, if it is fixed with that value as its default and without a tuning range."""
    if parameter.name not in fixed:
        return parameter
    changes: dict[str, Any] = {"default": fixed[parameter.name]}
    if parameter.tunable:
        changes["tune"] = None
    return dataclasses.replace(parameter, **changes)
