"""`recli tune` as a study on disk: its trials, the best, and how that holds on a locked test."""

from __future__ import annotations

import dataclasses
import math
import shlex
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from recli import errors, files
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.evaluation.goals import Goal
from recli.evaluation.protocol import Protocol
from recli.experiments.interrupts import HeldBack
from recli.experiments.reports._study.page import study_page
from recli.experiments.resources import Resources
from recli.experiments.tuning import front, pruners, storage
from recli.experiments.tuning.auto import Auto, Rung
from recli.experiments.tuning.best_file import best_toml
from recli.experiments.tuning.external_trials import Told
from recli.experiments.tuning.floors import floor_of, floors
from recli.experiments.tuning.holdout import DEFAULTS, HoldOut, HoldoutVerdict, unlock
from recli.experiments.tuning.importance import importances
from recli.experiments.tuning.plan import Plan
from recli.experiments.tuning.search import Budget, Search
from recli.experiments.tuning.trials import Trials
from recli.experiments.tuning.watch import NOBODY, Watch
from recli.params import Value
from recli.records import store
from recli.records.environment import environment
from recli.records.kinds import STUDIES
from recli.records.outside import outside
from recli.records.process import this_process
from recli.records.stored_study import StoredStudy
from recli.records.stored_trial import StoredTrial

Begin = Literal["join", "resume", "fresh"]


class TuningRun:
    """A search for the best parameters. The first trial of every algorithm is its defaults.

    Args:
        results: the results folder
        command: the command line
        dataset: the ratings, and what is known of items and users
        plan: what is tuned, and how
        protocol: how the line-up is compared
        name: of the study; without one, what `Plan.name` gives, so that the same command goes on
            with the same study
        url: of the storage; without one, a file in the study's folder
        begin: `join` goes on with the study of that name or begins it, `resume` only goes on,
            `fresh` forgets the one that is there
    """

    def __init__(
        self,
        results: Path,
        command: Sequence[str],
        dataset: Dataset,
        plan: Plan,
        protocol: Protocol,
        *,
        name: str | None = None,
        url: str | None = None,
        begin: Begin = "join",
    ) -> None:
        plan.check()
        self.spaces = {space.start.name: space for space in plan.spaces()}
        self.dataset, self.plan, self.protocol = dataset, plan, protocol
        self.command = tuple(command)
        spaces = list(self.spaces.values())
        self.id = (
            files.checked_name(name, "study") if name else plan.name(dataset, protocol, spaces)
        )
        self.holdout: HoldOut | None = None
        if plan.holdout and not plan.nested:
            self.holdout = HoldOut.of(dataset, protocol.split, plan.holdout, protocol.seed)
        self.folder = STUDIES.folder(results, self.id)
        self.url = url or storage.local(self.folder)
        self._begin(begin)
        self.tried: list[StoredTrial] = []
        self.locked: tuple[HoldoutVerdict, ...] = ()
        self.floors: dict[str, float] = {}
        self.nested: list[tuple[HoldoutVerdict, ...]] = []
        self.importance: dict[str, dict[str, float]] = {}
        self.timed_out = False
        self.rungs: list[Rung] = []
        self.n_found = 0
        method = (("sampler", plan.method.sampler), ("pruner", plan.method.pruner))
        entries = [space.start for space in self.spaces.values()]
        self._environment = environment() | outside(dataset, protocol, entries, method)
        self._started, self._clock = store.now(), time.perf_counter()

    def run(self, budget: Budget, resources: Resources, watch: Watch = NOBODY) -> None:
        """Try settings until the budget is spent, judge the best, and write all that down.

        A trial that diverges or needs more memory than is free is kept as failed, with the reason.

        Args:
            budget: how many trials, and how long
            resources: how much may work at once, and with how much memory
            watch: told of what happens

        Raises:
            InterruptedRunError: on Ctrl-C, with the trials so far and the best of them kept
            UsageError: where every trial failed, where the storage is gone, and where a study of
                that name is another one, of which nothing is touched
        """
        status, held_back = "failed", HeldBack()
        with storage.reachable(self.url):
            whole = self._new_search(self.open, self.id, budget, resources, held_back)
            self.tried = whole.tried()
            self.n_found = len(self.tried)
        self.floors = self._known_floors()
        self._write("running")
        try:
            with held_back, storage.reachable(self.url, self.folder):
                self._search(whole, budget, resources, watch, held_back)
            status = "finished"
        except KeyboardInterrupt:
            status = "interrupted"
            raise errors.InterruptedRunError(
                f"Interrupted. Finished trials: {len(self.finished)}, kept in {self.folder}.\n"
                f"Go on with: {self._again()}"
            ) from None
        finally:
            self._write(status)

    def ask(self) -> StoredTrial:
        """The next setting, for somebody else to measure and `tell`."""
        search = self._new_search(self.open, self.id, Budget(1), Resources(), HeldBack())
        return search.ask()

    def tell(self, results: Sequence[Told]) -> None:
        """Take down what others have measured.

        Args:
            results: trials that were made elsewhere

        Raises:
            UsageError: for a trial that does not wait
        """
        search = self._new_search(self.open, self.id, Budget(1), Resources(), HeldBack())
        for told in results:
            search.tell(told)
        self.tried = search.tried()
        self._write("finished")

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What is improved."""
        return self.plan.goals

    @property
    def finished(self) -> list[StoredTrial]:
        """The trials that gave values."""
        return [trial for trial in self.tried if trial.state == "complete"]

    @property
    def open(self) -> Dataset:
        """What tuning may see."""
        return self.holdout.open if self.holdout else self.dataset

    @property
    def front(self) -> list[StoredTrial]:
        """The trials that no other beats in every goal; with one goal the best of all."""
        return front.pareto_front(self.goals, self.finished)

    @property
    def best(self) -> StoredTrial:
        """The best trial, or that of the front which was picked."""
        return front.picked(self.goals, self.front, self.plan.pick)

    @property
    def defaults(self) -> StoredTrial | None:
        """The best of the algorithms' defaults, by the first goal; None if all of them failed."""
        own = [trial for trial in self.finished if trial.algorithm in self.spaces]
        first = [trial for trial in own if trial.number == 0]
        return (
            front.picked(self.goals, front.pareto_front(self.goals, first), "first")
            if first
            else None
        )

    @property
    def rival(self) -> StoredTrial | None:
        """What the best is judged against: the defaults; of what was made of several, the best alone."""
        if self.best.algorithm in self.spaces:
            return self.defaults
        alone = [trial for trial in self.finished if trial.algorithm in self.spaces]
        return front.picked(self.goals, front.pareto_front(self.goals, alone), "first")

    def _begin(self, begin: Begin) -> None:
        is_local = self.url == storage.local(self.folder)
        if is_local and begin == "fresh" and self.folder.is_dir():
            with files.writable(self.folder):
                shutil.rmtree(self.folder)
        there = not is_local or (self.folder / "study.db").is_file()
        if there or begin != "resume":
            if is_local:
                with files.writable(self.folder):
                    self.folder.mkdir(parents=True, exist_ok=True)
            self._storage = storage.opened(self.url)
            names = storage.names(self._storage, f"{self.id}/")
        else:
            names = []
        if begin == "fresh":
            storage.forget(self._storage, names)
        elif begin == "resume" and not names:
            raise errors.NotFoundError(
                f"There is no study '{self.id}' to resume in {storage.masked(self.url)}. Without "
                "'--resume' the command begins it."
            )

    def _search(
        self,
        whole: Search,
        budget: Budget,
        resources: Resources,
        watch: Watch,
        held_back: HeldBack,
    ) -> None:
        outer = self.protocol.split.folds(self.dataset) if self.plan.nested else []
        timeout = math.inf if budget.timeout is None else budget.timeout / (len(outer) + 1)
        for number, fold in enumerate(outer, start=1):
            part, name = self.dataset.part(np.sort(fold.train)), f"{self.id}/outer-{number}"
            inner = self._new_search(part, name, budget, resources, held_back)
            self._go(inner, budget, timeout, watch)
            self.tried = inner.tried()
            self.nested.append(self._judge(fold.train, fold.test, resources, held_back))

        def on_trial(trial: StoredTrial) -> None:
            self.tried = whole.tried()
            self._write("running")
            watch.on_trial(trial)

        self._go(whole, budget, timeout, Watch(on_trial, watch.on_fold))
        self.tried = whole.tried()
        late = time.monotonic() > whole.trials.deadline
        self.timed_out = len(self.tried) < budget.trials and late and not self.plan.auto
        self._check_finished()
        self.importance = importances(whole)
        if self.holdout:
            fold = self.holdout.fold
            self.locked = self._judge(fold.train, fold.test, resources, held_back)
        else:
            self.floors = self.floors or self._measured_floors(whole.trials)

    def _go(self, search: Search, budget: Budget, timeout: float, watch: Watch) -> None:
        search.trials.deadline = time.monotonic() + timeout
        if not self.plan.auto:
            search.run(budget.trials, watch)
            return
        auto = Auto(search, timeout, budget.trials)
        auto.run(watch)
        self.rungs = auto.rungs

    def _new_search(
        self,
        dataset: Dataset,
        name: str,
        budget: Budget,
        resources: Resources,
        held_back: HeldBack,
    ) -> Search:
        trials = Trials(
            dataset,
            self.protocol,
            self.goals,
            resources,
            held_back,
            pruners.named(self.plan.method.pruner),
        )
        terms = self.plan.terms(self.dataset, self.protocol)
        spaces = list(self.spaces.values())
        return Search(self._storage, name, spaces, trials, self.plan.method, terms, budget.trials)

    def _judge(
        self, train: np.ndarray, test: np.ndarray, resources: Resources, held_back: HeldBack
    ) -> tuple[HoldoutVerdict, ...]:
        """The best of what was tried and its rival, fitted on `train`, on `test`."""
        self._check_finished()
        best = self.best
        rival, is_single = self.rival or best, best.algorithm in self.spaces
        assert best.values is not None and rival.values is not None
        defaults = f"{DEFAULTS} of {rival.algorithm}" if len(self.spaces) > 1 else DEFAULTS
        fold = Fold(np.sort(train), np.sort(test))
        with held_back.let_through():
            return unlock(
                self.dataset,
                fold,
                best.configured,
                rival.configured,
                best.values,
                rival.values,
                self.goals,
                self.protocol,
                resources,
                defaults if is_single else f"{rival.algorithm}, the best single model",
            )

    def _known_floors(self) -> dict[str, float]:
        """Those of an earlier call, which nothing that is tried since changes."""
        if not self.n_found or not (self.folder / STUDIES.document).is_file():
            return {}
        return dict(STUDIES.read(self.folder).get("floors", {}))

    def _measured_floors(self, trials: Trials) -> dict[str, float]:
        """What the floor of each goal reaches on the folds of the search, by goal."""
        found: dict[str, float] = {}
        for floor in floors(self.goals, self.best.configured):
            values = trials.means(floor)
            named = zip(self.goals, values, strict=True)
            found |= {str(goal): value for goal, value in named if floor_of(goal) == floor.name}
        return found

    def _check_finished(self) -> None:
        if not self.finished:
            reasons = [trial.reason for trial in self.tried if trial.reason]
            raise errors.UsageError(f"Every trial failed, the first so: {reasons[0]}")

    def _again(self) -> str:
        """The command that goes on with this study."""
        words = [word for word in self.command if word not in ("--fresh", "--resume")]
        return shlex.join([*words, "--resume"])

    def _about(self, trial: StoredTrial) -> dict[str, Any]:
        values = trial.values or [math.nan] * len(self.goals)
        named = zip(map(str, self.goals), store.without_nan(values), strict=True)
        return {
            **dataclasses.asdict(trial),
            "value": store.or_none(values[0]),
            "values": dict(named),
            "folds": store.without_nan(trial.folds),
        }

    def _chosen(self, trial: StoredTrial) -> dict[str, Value]:
        if trial.algorithm in self.spaces:
            return self.spaces[trial.algorithm].chosen(trial.configured)
        return {name: value for name, value in trial.params.items() if value is not None}

    def _write(self, status: str) -> None:
        ended = status != "running"
        if ended and self.finished:
            best = self.best
            text = best_toml(
                self.id,
                self.dataset,
                best,
                self._chosen(best),
                self.goals,
                len(self.tried),
                self.protocol.seed,
                self.locked,
                self.floors,
            )
            files.write_text(self.folder / "best.toml", text)
        document = {
            "id": self.id,
            "status": status,
            "command": list(self.command),
            "started": self._started,
            "seconds": round(time.perf_counter() - self._clock, 3),
            "process": this_process(),
            "storage": storage.masked(self.url),
            "dataset": store.dataset_document(self.dataset),
            "configuration": self.plan.document(
                self.dataset, self.protocol, list(self.spaces.values())
            ),
            "metrics": [str(goal) for goal in self.goals],
            "best": self._about(self.best) if self.finished else None,
            "front": [self._about(t) for t in self.front] if len(self.goals) > 1 else [],
            "floors": self.floors,
            "locked": [verdict.document() for verdict in self.locked],
            "nested": [[verdict.document() for verdict in fold] for fold in self.nested],
            "trials": [self._about(trial) for trial in self.tried],
            "importance": self.importance,
            "timed_out": self.timed_out,
            "rungs": [rung.document() for rung in self.rungs],
            "environment": self._environment,
        }
        STUDIES.write(self.folder, document)
        if ended:
            page = study_page(StoredStudy(self.folder, document))
            files.write_text(self.folder / "report.html", page)
