"""What others have measured, as the command line takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from recli import errors

FAILED = "failed"


@dataclass(frozen=True)
class Told:
    """Values of a trial, one for each goal; none for one that failed.

    Attributes:
        algorithm: empty where the study has one alone
        number: the number of the trial
        values: one for each goal
    """

    algorithm: str
    number: int
    values: tuple[float, ...]

    @classmethod
    def parse(cls, text: str) -> Told:
        """`3=0.91`, `svd/3=0.91,12.5` or `3=failed`. Raises UsageError.

        Args:
            text: the text to read

        >>> Told.parse("svd/3=0.91,12.5"), Told.parse("4=failed")
        (Told(algorithm='svd', number=3, values=(0.91, 12.5)), Told(algorithm='', number=4, values=()))
        """
        trial, equals, result = text.partition("=")
        algorithm, _, number = trial.strip().rpartition("/")
        try:
            failed = result.strip() == FAILED
            values = () if failed else tuple(map(float, result.split(",")))
            if not equals or not all(map(math.isfinite, values)):
                raise ValueError
            return cls(algorithm, int(number), values)
        except ValueError:
            raise errors.UsageError(
                f"'--tell {text}' is not TRIAL=VALUE, as in '--tell 3=0.91', '--tell svd/3=0.91' or "
                f"'--tell 3={FAILED}'."
            ) from None
