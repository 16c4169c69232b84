"""What is to be searched, and how."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recli import errors
from recli.algorithms import declared
from recli.data.dataset import Dataset
from recli.evaluation.goals import Goal
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.tuning import front, pruners, samplers
from recli.experiments.tuning.ranges import Ranges
from recli.experiments.tuning.search import Method
from recli.experiments.tuning.space import Space
from recli.ranking.list_options import ListOptions
from recli.records import code_version, store


@dataclass(frozen=True)
class Plan:
    """The algorithms and goals of a search, its method, and how its winner is judged.

    Attributes:
        algorithms: names of the algorithms
        goals: what tuning improves, the first orders
        method: how parameters are drawn and trials are stopped
        fixed: parameters that are held, for each algorithm that has them
        ranges: what goes before the declared ranges
        holdout: share of the ratings that is locked away, 0 for none
        nested: whether the whole search is cross-validated, instead of a locked test
        auto: whether bad algorithms are dropped on the way, and the good ones stacked at the end
        pick: which of the Pareto front is meant by the best, see `front.picked`
        lists: how lists are made, but for what is varied of that
        vary: options of lists to vary, such as `diversify`
    """

    algorithms: tuple[str, ...]
    goals: tuple[Goal, ...]
    method: Method = field(default_factory=Method)
    fixed: Mapping[str, str] = field(default_factory=dict)
    ranges: Ranges = field(default_factory=dict)
    holdout: float = 0.2
    nested: bool = False
    auto: bool = False
    pick: str = "knee"
    lists: ListOptions = field(default_factory=ListOptions)
    vary: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What has to be measured."""
        return tuple(goal.measure for goal in self.goals if goal.measure is not None)

    def check(self) -> None:
        """Raise UsageError or MissingExtraError for what cannot be, before any data are read."""
        if self.pick not in front.PICKS and not self.pick.isdecimal():
            raise errors.unknown("pick", self.pick, (*front.PICKS, "1"))
        self.spaces()
        samplers.sampler(self.method.sampler, self.method.seed, len(self.goals))
        pruners.pruner(self.method.pruner, 2)

    def spaces(self) -> list[Space]:
        """The space of every algorithm.

        Raises:
            UsageError: for a parameter that no algorithm has, for a metric that one of them cannot
                have, and where nothing is left to tune
        """
        found = [
            Space.of(name, given, self.ranges.get(name), self.lists, self.vary)
            for name, given in self._given().items()
        ]
        names = [space.start.name for space in found]
        for name in self.ranges:
            if name not in names:
                raise errors.unknown(
                    "algorithm of `algorithms`", name, names, "The space has a table of it."
                )
        for space in found:
            for goal in self.goals:
                goal.check(space.start)
        if not any(space.tunable for space in found):
            raise errors.UsageError(
                f"{' and '.join(names)} has no parameters left to tune; 'recli evaluate -a {names[0]}' "
                "measures it as it is."
            )
        return found

    def terms(self, dataset: Dataset, protocol: Protocol) -> dict[str, Any]:
        """What the trials of an algorithm mean, besides its space.

        Args:
            dataset: the ratings, and what is known of items and users
            protocol: how the line-up is compared
        """
        return {
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "algorithms": [space.start.name for space in self.spaces()],
            "metrics": [str(goal) for goal in self.goals],
            "split": str(protocol.split),
            "seed": protocol.seed,
            "threshold": protocol.threshold,
            "sampler": self.method.sampler,
            "pruner": self.method.pruner,
            "holdout": self.holdout,
        }

    def name(self, dataset: Dataset, protocol: Protocol, spaces: Sequence[Space]) -> str:
        """The name of the study where the user gives none: the same for the same search.

        Other data, spaces, protocols, seeds and versions of the code make another name.

        Args:
            dataset: the ratings, and what is known of items and users
            protocol: how the line-up is compared
            spaces: the parameters of each algorithm that are tuned
        """
        known = {
            **self.terms(dataset, protocol),
            "nested": self.nested,
            "auto": self.auto,
            "spaces": {
                space.start.name: [space.fixed, space.document(), space.start.params]
                for space in spaces
            },
            "code": code_version.of_recli(),
        }
        digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:6]
        who = "+".join(space.start.name for space in spaces)
        if self.auto:
            who = "auto"
        elif len(spaces) > 2:
            who = f"{len(spaces)}-algorithms"
        goal = str(self.goals[0])
        goal = goal.replace("@", "-" if ":" in goal else "")  # p=0.5@10 is not 0.510
        readable = f"{who}-{goal}-{dataset.name}"
        return f"{re.sub(r'[^A-Za-z0-9_.+-]', '-', readable)[:80]}-{digest}"

    def document(
        self, dataset: Dataset, protocol: Protocol, spaces: Sequence[Space]
    ) -> dict[str, Any]:
        """The plan as `study.json` has it.

        Args:
            dataset: the ratings, and what is known of items and users
            protocol: how the line-up is compared
            spaces: the parameters of each algorithm that are tuned
        """
        return {
            **store.protocol_document(dataset, protocol),
            "goals": [str(goal) for goal in self.goals],
            "algorithms": [space.start.name for space in spaces],
            "fixed": {space.start.name: space.fixed for space in spaces},
            "space": {space.start.name: space.document() for space in spaces},
            "sampler": self.method.sampler,
            "pruner": self.method.pruner,
            "holdout": self.holdout,
            "nested": self.nested,
            "auto": self.auto,
            **({"lists": self.lists.document()} if self.lists != ListOptions() else {}),
        }

    def _given(self) -> dict[str, dict[str, str]]:
        """By algorithm, the fixed parameters that it has; one algorithm alone gets all of them."""
        if len(self.algorithms) == 1:
            return {self.algorithms[0]: dict(self.fixed)}
        known = {
            name: {parameter.name for parameter in declared(name, self.fixed)}
            for name in self.algorithms
        }
        every = sorted(set().union(*known.values()))
        for name in self.fixed:
            if name not in every:
                raise errors.unknown(f"parameter of {' or '.join(known)}", name, every)
        return {
            name: {key: value for key, value in self.fixed.items() if key in own}
            for name, own in known.items()
        }
