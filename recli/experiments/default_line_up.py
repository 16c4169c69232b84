"""Which algorithms are compared where nobody names any, and which the data do not suit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recli import registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.evaluation.metric_names import Purpose
from recli.experiments.list_makers import LIST_MAKERS


@dataclass(frozen=True)
class DefaultLineUp:
    """Names of algorithms, and those that were left out, by the reason.

    Attributes:
        names: names of the algorithms
        left_out: names of others by the reason
    """

    names: tuple[str, ...]
    left_out: dict[str, list[str]]

    @classmethod
    def of(cls, dataset: Dataset, purpose: Purpose) -> DefaultLineUp:
        """Every algorithm that learns in a moment, needs no extra, and has what it needs.

        Models of sequences are none of it: most splits mix what came earlier and later. For lists also
        those of `LIST_MAKERS`, whatever they take.

        Args:
            dataset: the ratings, and what is known of items and users
            purpose: what the algorithm is wanted for: `lists` or `ratings`
        """
        classes = {name: registry.get("algorithm", name) for name in registry.names("algorithm")}
        quick = LIST_MAKERS if purpose == "lists" else ()
        ordered = [name for name, cls in classes.items() if cls.kind == "sequence"]
        slow = [name for name, cls in classes.items() if cls.cost != "low"]
        slow = [name for name in slow if name not in (*quick, *ordered)]
        blind = [name for name, cls in classes.items() if cls.needs_features]
        left_out = {"name them with `algorithms` to have them too, since they take longer": slow}
        left_out["name them, with a split by time, since they say what comes next"] = ordered
        if not dataset.has_features:
            left_out["the dataset has no item features"] = blind
        if dataset.ratings.implicit:
            predicting = [name for name, cls in classes.items() if cls.predicts == "ratings"]
            left_out = {"they predict ratings, and these are interactions": predicting} | {
                reason: [name for name in names if name not in predicting]
                for reason, names in left_out.items()
            }
        gone = set().union(*left_out.values())
        names = [n for n in classes if n not in gone and not registry.extra_of("algorithm", n)]
        return cls(tuple(names), {reason: some for reason, some in left_out.items() if some})

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, a line for each reason."""
        return tuple(
            f"Left out ({reason}): {', '.join(names)}" for reason, names in self.left_out.items()
        )


def check_suits(line_up: Iterable[Configured], dataset: Dataset) -> None:
    """Raise UsageError for an algorithm that cannot learn from these data, before anything is run.

    Args:
        line_up: the algorithms
        dataset: the ratings, and what is known of items and users
    """
    for configured in line_up:
        configured.create(0).check_data(dataset.ratings)
