"""What can be registered."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RegisteredKind:
    """A kind of thing that has names.

    Args:
        package: whose files register, each under its own name
        base: `module:Class`, what everything of this kind derives from
        plural: as `recli list` calls all of them; `recli.` and this is the group of entry points
    """

    package: str
    base: str
    plural: str

    @property
    def folder(self) -> str:
        """The folder of the package, which the rooms of extras have too."""
        return self.package.rpartition(".")[2]

    @property
    def group(self) -> str:
        """The group of entry points by which packages bring their own."""
        return f"recli.{self.plural}"

    def accepts(self, value: object) -> bool:
        """Whether a value is a class of this kind.

        Args:
            value: a value, as the file has it
        """
        base = self._base
        return inspect.isclass(value) and issubclass(value, base) and value is not base

    def missing(self, cls: type) -> list[str]:
        """What a class of this kind has to declare and does not.

        Args:
            cls: a class that is to be registered
        """
        return [
            name
            for base in cls.__mro__
            for name, of in inspect.get_annotations(base).items()
            if str(of).startswith("ClassVar") and not hasattr(cls, name)
        ]

    def unwritten(self, cls: type) -> list[str]:
        """The methods that a class of this kind has to write and does not, sorted.

        Args:
            cls: a class that is to be registered
        """
        return [
            name
            for name in dir(cls)
            if getattr(getattr(cls, name, None), "__isabstractmethod__", False)
        ]

    @property
    def _base(self) -> type:
        module, _, name = self.base.partition(":")
        found: Any = getattr(importlib.import_module(module), name)
        return found  # type: ignore[no-any-return]


KINDS = {
    "algorithm": RegisteredKind("recli.algorithms", "surprise:AlgoBase", "algorithms"),
    "metric": RegisteredKind(
        "recli.evaluation.metrics", "recli.evaluation.metrics:Metric", "metrics"
    ),
    "split": RegisteredKind("recli.data.splits", "recli.data.splits:Split", "splits"),
    "format": RegisteredKind("recli.data.formats", "recli.data.formats:Format", "formats"),
    "step": RegisteredKind("recli.data.preparation", "recli.data.preparation:Step", "steps"),
    "converter": RegisteredKind(
        "recli.data.converters", "recli.data.converters:Converter", "converters"
    ),
    "report": RegisteredKind(
        "recli.experiments.reports", "recli.experiments.reports:Report", "reports"
    ),
    "writer": RegisteredKind("recli.ranking.writers", "recli.ranking.writers:Writer", "writers"),
    "reranker": RegisteredKind(
        "recli.ranking.rerankers", "recli.ranking.rerankers:Reranker", "rerankers"
    ),
    "check": RegisteredKind(
        "recli.evaluation.lint_checks", "recli.evaluation.lint_checks:Check", "lint"
    ),
    "plot": RegisteredKind(
        "recli.experiments.reports.plots", "recli.experiments.reports.plots:Plot", "plots"
    ),
    "source": RegisteredKind(
        "recli.data.sources.schemes", "recli.data.sources.schemes:Source", "sources"
    ),
    "sampler": RegisteredKind(
        "recli.experiments.tuning.samplers",
        "recli.experiments.tuning.samplers:Sampler",
        "samplers",
    ),
    "cluster": RegisteredKind(
        "recli.experiments.clusters", "recli.experiments.clusters:Cluster", "clusters"
    ),
    "pruner": RegisteredKind(
        "recli.experiments.tuning.pruners", "recli.experiments.tuning.pruners:Pruner", "pruners"
    ),
    "engine": RegisteredKind("recli.engines", "recli.engines:Engine", "engines"),
}
