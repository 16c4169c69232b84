"""How good the lists of a model are, as it was measured when the model was trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

FLOOR = "most-popular"
"""The algorithm whose lists are the same for everybody: what learns nothing from the user."""
ORIGIN = "lists"
"""The key of a model's origin that holds the measurement."""


@dataclass(frozen=True)
class ListQuality:
    """What the lists of an algorithm reach on ratings that were held back.

    Attributes:
        ndcg: nDCG@10 and hit-rate@10; the latter is None where it was not measured
        hit_rate: likewise
        floor: nDCG@10 of `most-popular` on the same ratings
        n_users: the users whose lists were measured; None where that is not known
        measured: on what, in words: `a random fifth of the ratings, held back`
    """

    ndcg: float
    hit_rate: float | None
    floor: float
    n_users: int | None
    measured: str

    @classmethod
    def of(cls, origin: Mapping[str, Any]) -> ListQuality | None:
        """The inverse of `document`, from a model's origin; None where nothing was measured.

        Args:
            origin: where the model comes from
        """
        found = origin.get(ORIGIN)
        return cls(**found) if found and "ndcg" in found else None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @property
    def is_poor(self) -> bool:
        """Whether the same list for everybody is better."""
        return self.ndcg < self.floor

    def __str__(self) -> str:
        """The numbers, for people.

        >>> print(ListQuality(0.3007, 0.763, 0.1444, 670, "a random fifth of the ratings"))
        nDCG@10 0.3007, hit-rate@10 0.7630 on a random fifth of the ratings; most-popular 0.1444
        """
        hits = "" if self.hit_rate is None else f", hit-rate@10 {self.hit_rate:.4f}"
        few = self.n_users is not None and self.n_users < _FEW
        users = f", of only {self.n_users} users" if few else ""
        floor = "" if self.ndcg == self.floor else f"; {FLOOR} {self.floor:.4f}"
        return f"nDCG@10 {self.ndcg:.4f}{hits} on {self.measured}{users}{floor}"


_FEW = 50  # users, as the lint of protocols has it


def said(algorithm: str, origin: Mapping[str, Any]) -> Iterator[str]:
    """How good the lists of the model with this origin are, in sentences; the last one warns.

    Args:
        algorithm: the model's, as it is shown
        origin: where the model comes from
    """
    about = origin.get(ORIGIN)
    if about is None:
        return  # of an earlier recli
    quality = ListQuality.of(origin)
    if quality is None:
        yield f"How good the lists are was not measured: {about['unmeasured']}"
        return
    yield f"Lists by {algorithm}: {quality}."
    if quality.is_poor:
        yield (
            f"Warning: {FLOOR} makes better lists, the same for everybody. For lists, train what is best "
            "for them: 'recli train' without '-a'."
        )
