"""The model that a command uses: a stored one, or the default, trained for the occasion."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.common import DatasetChoice
from recli.cli._output.console import Console
from recli.models.stored import MODELS

if TYPE_CHECKING:
    from recli.evaluation.metric_names import Purpose
    from recli.models.model import FittedModel


@dataclass(frozen=True)
class ModelChoice:
    """A stored model by name or folder, or the dataset to train the default on.

    Attributes:
        name: the name; None for the usual one
        data: the dataset, as typed
        dataset_given: whether the user named a dataset
        seed: what is drawn at random is drawn by it
        allow_pickle: whether what a class of the user's own has learned may be pickled
        allow_code: whether such a class may be imported that a stored model names
    """

    name: str | None
    data: DatasetChoice
    dataset_given: bool
    seed: int
    allow_pickle: bool = False
    allow_code: bool = False

    def load(
        self,
        results: Path,
        console: Console,
        goal: Purpose | None = None,
        usual: Purpose = "lists",
        keep: bool = False,
        exact: bool = False,
    ) -> tuple[FittedModel, str]:
        """The model, and what it is called; where one is trained, for the goal, or the usual one.

        Args:
            results: the results folder
            console: where it is printed
            goal: what the algorithm is wanted for: `lists` or `ratings`; None for the usual
            usual: the goal where the user says none
            keep: whether to store a model that is trained, under the name of its algorithm
            exact: whether to do without an index of a stored model
        """
        from recli.models import model as models

        if self.name is None:
            return self._trained(results, console, goal, usual, keep)
        folder = MODELS.find(results, self.name)
        model = models.load(folder, self.allow_pickle, exact, self.allow_code)
        if self.dataset_given:
            self._check(model, folder.name, console)
        return model, folder.name

    def folder(self, results: Path) -> Path:
        """Where the model is stored that was named.

        Args:
            results: the results folder
        """
        assert self.name is not None
        return MODELS.find(results, self.name)

    def _check(self, model: FittedModel, shown: str, console: Console) -> None:
        """A model brings its own ratings: raise UsageError where `--dataset` means others."""
        from recli import errors
        from recli.data.load import describe

        learned_from = model.dataset["name"]
        if describe(self.data.spec).name != learned_from:
            raise errors.UsageError(
                f"Model '{shown}' has learned from the dataset {learned_from}, not from "
                f"{self.data.spec}. Leave out '--dataset', or leave out '--model' to train on that."
            )
        if self.data.load(console, None).fingerprint != model.dataset["fingerprint"]:
            raise errors.UsageError(
                f"The dataset {learned_from} is no longer what model '{shown}' has learned from. Train "
                "it again, or leave out '--dataset' to recommend as it was."
            )

    def _trained(
        self, results: Path, console: Console, goal: Purpose | None, usual: Purpose, keep: bool
    ) -> tuple[FittedModel, str]:
        from recli.evaluation.make_protocol import liked_from, purpose
        from recli.experiments.default_algorithm import default
        from recli.models import model as models

        dataset = self.data.load(console, results)
        liked = liked_from(dataset, None)
        choice = default(dataset, purpose(goal, dataset, usual), self.seed, liked)
        hint = "" if keep else " To keep one: 'recli train'."
        console.say(f"No --model given: training {choice.why}.{hint}")
        model = models.train(dataset, choice.configured, self.seed, liked, choice.origin)
        if keep:
            console.say(f"Kept as {models.save(model, results, choice.configured.name)}.")
        return model, choice.configured.name


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--model`, and the dataset and seed to train one where it is left out; gives a `choice`.

    Args:
        command: the function of the command
    """

    @click.option(
        "-m",
        "--model",
        "model_name",
        type=parameter_types.MODEL,
        help="A model from 'recli train', by name or folder. [default: one is trained]",
    )
    @click.option(
        "--allow-pickle",
        is_flag=True,
        help="Read a model that was trained with --allow-pickle. This runs code from the file.",
    )
    @common.allow_code_option
    @common.dataset_options
    @common.seed_option
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        model_name: str | None,
        allow_pickle: bool,
        allow_code: bool,
        data: DatasetChoice,
        seed: int,
        **kwargs: Any,
    ) -> Any:
        given = common.typed("dataset")
        choice = ModelChoice(model_name, data, given, seed, allow_pickle, allow_code)
        return command(*args, choice=choice, **kwargs)

    return wrapped
