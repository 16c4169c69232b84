"""What is made of other algorithms, whatever it makes of what they say."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import surprise

from recli import errors, params
from recli.algorithms._base import Algorithm
from recli.algorithms._configured import Configured, class_of, declared
from recli.algorithms._contract.constructor import Argument
from recli.algorithms._hybrids.members import Members, named
from recli.algorithms._hybrids.scales import Scale
from recli.data.ratings import Ratings
from recli.params import Parameter, Text, Value


class _Names(Text):
    """The members, each in its registered spelling; `svd-2` is a second svd."""

    @property
    def domain(self) -> str:
        return "two algorithms or more, separated by commas; svd,svd-2 is one of them twice"

    def _check(self, value: object) -> str:
        names: list[str] = []
        for text in re.split(r"[\s,]+", str(value).strip(" ,")):
            algorithm, number = _numbered(text)
            algorithm = Configured.of(algorithm, to_fit=False).name
            if issubclass(class_of(algorithm), Combined):
                raise errors.UsageError(f"Parameter members={value}: a hybrid is no member of one.")
            name = algorithm + number
            if name in names:
                raise errors.UsageError(
                    f"Parameter members={value}: {name} is there twice. One with other parameters "
                    f"has a number, as in {algorithm}-2."
                )
            names.append(name)
        if len(names) < 2:
            raise self._wrong(value)
        return ",".join(names)


def _numbered(member: str) -> tuple[str, str]:
    """The algorithm of a member, and what tells it from others of the same algorithm.

    >>> _numbered("svd"), _numbered("svd-2")
    (('svd', ''), ('svd', '-2'))
    """
    algorithm = re.sub(r"-([2-9]|[1-9][0-9]+)\Z", "", member)
    return algorithm, member.removeprefix(algorithm)


def members(default: str) -> Parameter:
    """The parameter that names the members.

    Args:
        default: Their names, separated by commas.
    """
    text = "algorithms, separated by commas; each has its own parameters, as in svd.n_factors=50"
    return _Names("members", default, text)


class Combined(Algorithm):
    """The part of a hybrid that has members, which are fitted, stored and folded in with it.

    The first of the parameters are the `members`. What a subclass learns of them it learns in
    `_learned`, and says in `own_fitted` by which attributes a stored model holds it.

    Attributes:
        own_fitted: Attributes that `fit` sets besides the members.
        scale: On which one the members are brought; None: ratings stay ratings.
        for_lists: The parameters with which it makes one list of those of its members.
    """

    kind = "hybrid"
    cold_users = "as members"
    cold_items = "as members"
    tells_unknown_apart = True  # to its members
    takes = (
        Argument("random_state", 0, "the seed, a whole number"),
        Argument("of_members", None, 'parameters by member, as svd={"n_factors": 50}', many=True),
    )
    own_fitted: tuple[str, ...] = ()
    scale: Scale | None = None
    for_lists: ClassVar[Mapping[str, Value]] = {}

    def _prepare(self) -> None:
        own: dict[str, Value] = {p.name: getattr(self, p.name) for p in self.parameters}
        self.members = configured(self.made_of(own), params.flat(self.of_members))
        created = {name: member.create(0) for name, member in self.members.items()}
        self._prepare_for(own, {name: one.predicts for name, one in created.items()})
        self.fitted = (
            *self.own_fitted,
            *(f"{name}.{attribute}" for name, one in created.items() for attribute in one.fitted),
        )

    def _prepare_for(self, own: Mapping[str, Value], predicts: Mapping[str, str]) -> None:
        """Set what follows from its own parameters and from what each member predicts."""

    @classmethod
    def made_of(cls, given: Mapping[str, object]) -> dict[str, str]:
        parameter = cls.parameters[0]
        members = str(parameter.check(given.get("members", parameter.default))).split(",")
        return {member: _numbered(member)[0] for member in members}

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        of_members = {name: value for name, value in given.items() if "." in name}
        members = configured(cls.made_of(given), of_members)
        return any(member.uses_threshold for member in members.values())

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
            _prefixed(member, parameter)
            for member, name in cls.made_of(given).items()
            for parameter in declared(name)
        )
        return (*cls.parameters, *of_members)

    def check_data(self, ratings: Ratings) -> None:
        super().check_data(ratings)
        for name, member in self.members.items():
            with named(name):
                member.create(0).check_data(ratings)

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        self._learn_from_members(trainset)
        self._fit_members({})

    def _learn_from_members(self, trainset: surprise.Trainset) -> None:
        """Set what `own_fitted` names, from what members say of ratings that they do not know."""
        raise NotImplementedError

    def _fit_members(self, states: Mapping[str, Any]) -> None:
        self._fitted = Members.fitted(
            self.members, self.trainset, self.random_state, self.scale, states
        )

    def state(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in self.own_fitted}
        return {**own, **self._fitted.states()}

    def restore(self, trainset: surprise.Trainset, state: Mapping[str, Any]) -> None:
        surprise.AlgoBase.fit(self, trainset)
        for name in self.own_fitted:
            setattr(self, name, state[name])
        self._check_state(state)
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


def configured(names: Mapping[str, str], given: Mapping[str, object]) -> dict[str, Configured]:
    """The members with those of the parameters that begin with their name.

    Args:
        names: The algorithm of each member.
        given: Values by name, as `svd.n_factors`.

    Returns:
        The members by name, not fitted.

    Raises:
        UsageError: For a parameter of nobody, for two members that are the same, and as
            `Configured.of`.
    """
    of_members: dict[str, dict[str, object]] = {name: {} for name in names}
    for parameter, value in given.items():
        owner = next((name for name in names if parameter.startswith(f"{name}.")), None)
        if owner is None:
            raise errors.unknown("member", parameter.partition(".")[0], names)
        of_members[owner][parameter.removeprefix(f"{owner}.")] = value
    found = {
        member: Configured.of(names[member], own, to_fit=False)
        for member, own in of_members.items()
    }
    for (one, first), (other, second) in itertools.combinations(found.items(), 2):
        if first == second:
            raise errors.UsageError(
                f"Members {one} and {other} of the hybrid are the same: give one of them other "
                "parameters, or leave it out."
            )
    return found


def _prefixed(member: str, parameter: Parameter) -> Parameter:
    """A parameter of a member as one of the hybrid."""
    when = parameter.when and (f"{member}.{parameter.when[0]}", parameter.when[1])
    otherwise = parameter.otherwise and f"{member}.{parameter.otherwise}"
    name = f"{member}.{parameter.name}"
    return dataclasses.replace(parameter, name=name, when=when, otherwise=otherwise)
