"""Several algorithms as one."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import surprise

from recli import errors, params
from recli.algorithms._base import Algorithm
from recli.algorithms._configured import Configured, class_of, declared
from recli.algorithms._contract.catalogue import catalogue_size, unknown_alike
from recli.algorithms._contract.constructor import Argument
from recli.algorithms._hybrids import METHODS, Weighting
from recli.algorithms._hybrids.members import Members, named, out_of_fold
from recli.algorithms._shared.reasons import Reason
from recli.data.ratings import Ratings
from recli.params import Choice, Int, Parameter, Text, Value


class _Names(Text):
    """The members, each in its registered spelling."""

    @property
    def domain(self) -> str:
        return "two algorithms or more, separated by commas"

    def _check(self, value: object) -> str:
        names: list[str] = []
        for text in re.split(r"[\s,]+", str(value).strip(" ,")):
            name = Configured.of(text).name
            if issubclass(class_of(name), Hybrid):
                raise errors.UsageError(f"Parameter members={value}: a hybrid is no member of one.")
            if name in names:
                raise errors.UsageError(f"Parameter members={value}: {name} is there twice.")
            names.append(name)
        if len(names) < 2:
            raise self._wrong(value)
        return ",".join(names)


_MEMBERS = _Names(
    "members",
    "svd,knn-baseline,baseline-only",
    "algorithms, separated by commas; each has its own parameters, as in svd.n_factors=50",
)


class Hybrid(Algorithm):
    """A sum of what several algorithms estimate, each with a weight.

    μ + w_0 + Σ_m w_m (r̂_m − μ), over the members m. By the method the weights are

    - stacked: linear in the logarithms of the numbers of ratings of user and item, learned by ridge
      regression (feature-weighted linear stacking),
    - weighted: the same for all, learned by least squares or given,
    - switching: 1 for one member, by whether user and item have enough ratings: the first member
      where both have, the second for an item that has not, the third (with two members the second)
      for a user who has not.

    What is learned is learned from ratings that the members did not know: `n_folds` folds are drawn
    within the training set, and the members that predict a fold are fitted on the others. Then they
    are fitted on all of it.

    Members that only give scores count by how far, in standard deviations, a score lies above the
    user's mean score; method=weighted takes the ratings of others likewise, and then only gives
    scores itself.
    """

    source = (
        "Burke 2002, section 3 (weighted, switching); Breiman 1996; Sill, Takács, Mackey and Lin "
        "2009, section 3 (stacked)"
    )
    kind = "hybrid"
    cold_users = "as members"
    cold_items = "as members"
    cost = "medium"
    additive = True
    tells_unknown_apart = True  # to its members
    for_interactions = 'method="weighted", members="ease,most-popular"'
    parameters = (
        _MEMBERS,
        Choice("method", "stacked", "how members are weighted", options=tuple(METHODS)),
        Int(
            "n_folds",
            5,
            "folds to learn weights from",
            low=2,
            when=("method", ("stacked", "weighted")),
        ),
        *(parameter for method in METHODS.values() for parameter in method.parameters),
    )

    takes = (
        Argument("random_state", 0, "the seed, a whole number"),
        Argument("of_members", None, 'parameters by member, as svd={"n_factors": 50}', many=True),
    )

    def _prepare(self) -> None:
        own = {p.name: getattr(self, p.name) for p in self.parameters}
        self.members = _configured(self.made_of(own), params.flat(self.of_members))
        created = {member.name: member.create(0) for member in self.members}
        self.weighting = _weighting(own, {name: one.predicts for name, one in created.items()})
        self.fitted = (
            "learned",
            *(f"{name}.{attribute}" for name, one in created.items() for attribute in one.fitted),
        )
        self.predicts = "scores" if self.weighting.of_scores else "ratings"

    @classmethod
    def made_of(cls, given: Mapping[str, object]) -> tuple[str, ...]:
        names = _MEMBERS.check(given.get("members", _MEMBERS.default))
        return tuple(str(names).split(","))

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        of_members = {name: value for name, value in given.items() if "." in name}
        members = _configured(cls.made_of(given), of_members)
        return any(member.uses_threshold for member in members)

    @classmethod
    def declared(cls, given: Mapping[str, object]) -> tuple[Parameter, ...]:
        """Its own and those of the members, by name: `svd.n_factors`.

        Args:
            given: Values by name; `members` says whose parameters come along.

        Returns:
            The parameters.

        Raises:
            UsageError: Where `given` names members that there are not.
        """
        of_members = (
            _prefixed(name, parameter)
            for name in cls.made_of(given)
            for parameter in declared(name)
        )
        return (*cls.parameters, *of_members)

    def check_data(self, ratings: Ratings) -> None:
        super().check_data(ratings)
        for member in self.members:
            with named(member.name):
                member.create(0).check_data(ratings)

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        self._check_fits(
            8 * self.weighting.n_columns * trainset.n_ratings,
            "what the members say of every rating",
            "Name fewer members, or take method=weighted, which needs less.",
        )
        seen = functools.partial(
            out_of_fold, self.members, trainset, self.n_folds, self.random_state
        )
        self.learned = self.weighting.learn(seen)
        self._fit_members({})

    def _fit_members(self, states: Mapping[str, Any]) -> None:
        self._fitted = Members.fitted(
            self.members, self.trainset, self.random_state, self.weighting.of_scores, states
        )

    def state(self) -> dict[str, Any]:
        return {"learned": self.learned, **self._fitted.states()}

    def restore(self, trainset: surprise.Trainset, state: Mapping[str, Any]) -> None:
        surprise.AlgoBase.fit(self, trainset)
        self.learned = state["learned"]
        self._fit_members(state)

    @property
    def folds_in(self) -> bool:
        return all(member.folds_in for member in self._fitted.algorithms.values())

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Every member folds the user in and the weights stay; fitted again if one has to be."""
        if self.folds_in:
            self._alone(items, values, user)
            self._fitted = self._fitted.folded(items, values, user)
        else:
            super()._fold_in(items, values, user)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return sum(self._parts(users, items), np.zeros(len(users)))

    def _parts(self, users: np.ndarray, items: np.ndarray) -> Iterator[np.ndarray]:
        """Of pairs: the constant, then what each member adds; their sum is the estimate."""
        n_user, n_item = self._fitted.n_user[unknown_alike(users)], self._fitted.n_item[items]
        weights = self.weighting.weights(self.learned, n_user, n_item)
        yield self._origin + next(weights)
        for weight, deviations in zip(weights, self._fitted.of_pairs(users, items), strict=True):
            yield weight * deviations

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        # In two halves: beside what a member holds while it scores stand the sum and the weights.
        total = np.empty((len(users), catalogue_size(self.trainset)))
        half = max(1, -(-len(users) // 2))
        for start in range(0, len(users), half):
            total[start : start + half] = self._sums(users[start : start + half])
        return total

    def _sums(self, users: np.ndarray) -> np.ndarray:
        n_user, n_item = (
            self._fitted.n_user[unknown_alike(users)][:, None],
            self._fitted.n_item[:-1],
        )
        weights = self.weighting.weights(self.learned, n_user, n_item)
        total = np.zeros((len(users), len(n_item))) + (self._origin + next(weights))
        for weight, deviations in zip(weights, self._fitted.of_users(users), strict=True):
            total += weight * deviations
        return total

    @property
    def _origin(self) -> float:
        return 0.0 if self.weighting.of_scores else float(self.trainset.global_mean)

    def explain(self, user: int, item: int) -> list[Reason]:
        """The mean of all ratings, with the constant, and what each member adds, the most first."""
        parts = self._parts(np.array([user]), np.array([item]))
        constant, *added = (float(part[0]) for part in parts)
        names = [member.name for member in self.members]
        of_members = [
            Reason("member", name, amount)
            for name, amount in zip(names, added, strict=True)
            if amount
        ]
        of_members.sort(key=lambda reason: -abs(reason.amount))
        return [Reason("mean", "", constant), *of_members] if constant else of_members


def _weighting(values: Mapping[str, Value], predicts: Mapping[str, str]) -> Weighting:
    """How members are weighted that predict what `predicts` says.

    Raises UsageError where that and they do not go together.
    """
    method = str(values["method"])
    if method not in METHODS:
        raise errors.unknown("method of hybrid", method, METHODS)
    return METHODS[method](values, predicts)


def _configured(names: tuple[str, ...], given: Mapping[str, object]) -> tuple[Configured, ...]:
    """The members with those of the `given` parameters that begin with their name."""
    of_members: dict[str, dict[str, object]] = {name: {} for name in names}
    for parameter, value in given.items():
        owner = next((name for name in names if parameter.startswith(f"{name}.")), None)
        if owner is None:
            raise errors.unknown("member", parameter.partition(".")[0], names)
        of_members[owner][parameter.removeprefix(f"{owner}.")] = value
    return tuple(Configured.of(name, own) for name, own in of_members.items())


def _prefixed(member: str, parameter: Parameter) -> Parameter:
    """A parameter of a member as one of the hybrid."""
    when = parameter.when and (f"{member}.{parameter.when[0]}", parameter.when[1])
    return dataclasses.replace(parameter, name=f"{member}.{parameter.name}", when=when)
