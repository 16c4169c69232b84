"""Every error that recli raises on purpose, each with the exit code of the command line.

A message says what is wrong, where, and what to do. Anything else that escapes is a bug and keeps
its traceback.
"""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager


class RecliError(Exception):
    """What the user can mend; `exit_code` is the status that the command line ends with."""

    exit_code = 1


class UsageError(RecliError):
    """A name, parameter, value or combination of options that recli does not know."""

    exit_code = 2


class CodeError(UsageError):
    """A class that a file names, which to import would run code that the user has not allowed."""


class SimilarityError(UsageError, NameError):
    """A similarity that there is not; the NameError that Surprise raises for it."""


class BaselineMethodError(UsageError, ValueError):
    """A way to estimate baselines that there is not; the ValueError that Surprise raises for it."""


class DivergedError(UsageError):
    """Learning that ran off to infinity under its parameters."""


class StoppedFitError(RecliError):
    """A fit that was ended before its last epoch, since it promises too little.

    Args:
        message: what it promises, and what would be needed
        foreseen: what it would have come to
    """

    def __init__(self, message: str, foreseen: float = math.nan) -> None:
        super().__init__(message)
        self.foreseen = foreseen


class TooLargeError(UsageError):
    """More memory asked for than is free; raised before it is allocated."""


# What the system says of a place that the user has named, or of a machine that has no more to give.
_REFUSALS = frozenset(
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ESTALE"),
        *("ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "EMFILE", "ENFILE"),
    )
    if hasattr(errno, name)
)
_SHOWN = 200


@contextmanager
def system_told() -> Iterator[None]:
    """A block in which what the system refuses is an error of what was asked, not of the code.

    Raises:
        TooLargeError: in place of MemoryError
        UsageError: in place of an OSError about a file that cannot be had, for its name, its place, its
            rights, or for want of room
    """
    try:
        yield
    except MemoryError as error:
        raise out_of_memory(error) from error
    except OSError as error:
        if error.filename is None or error.errno not in _REFUSALS:
            raise
        name = (
            os.fsdecode(error.filename)
            if isinstance(error.filename, bytes)
            else str(error.filename)
        )
        raise UsageError(f"{shortened(name)}: {error.strerror}.") from error


def shortened(text: str) -> str:
    """A text that fits into a message: the end of one that is longer than any name that people give.

    Args:
        text: the text
    """
    return text if len(text) <= _SHOWN else f"…{text[-_SHOWN:]}"


def out_of_memory(error: MemoryError) -> TooLargeError:
    """What is said when memory cannot be had.

    Args:
        error: what was raised
    """
    said = " ".join(str(error).split()).rstrip(".")
    return TooLargeError(
        f"Memory ran out{': ' + said if said else ''}. Give the process more, or ask for less: fewer "
        "processes (`jobs`), fewer rows, a smaller model."
    )


class DeclarationError(UsageError, TypeError):
    """A class whose constructor is not what it declares; raised when the class is made."""


class DataError(RecliError):
    """A file that is not what it should be."""

    exit_code = 3


class NotFoundError(RecliError):
    """A user, dataset, run or model that does not exist."""

    exit_code = 4


class MissingExtraError(RecliError):
    """A name that exists, but whose optional packages are not installed."""

    exit_code = 5


class InterruptedRunError(RecliError):
    """The user pressed Ctrl-C; what was finished is on disk."""

    exit_code = 6


class WorkerDiedError(RecliError):
    """A process that computed cells is gone, for lack of memory or by the code that it ran."""


class AlgorithmCodeError(RecliError):
    """An error of the code of an algorithm, its own or recli's, that is no answer to what was asked."""


class OwnCodeError(UsageError):
    """An error of code of the user's own that recli was asked to use, but for that of algorithms."""


class FailedCellsError(RecliError):
    """Some algorithms of a line-up failed, the others are there; ends with the code of the first.

    Args:
        message: which, and why
        exit_code: that of the first failure
        traces: the tracebacks of mistakes in code, which are to be shown
    """

    def __init__(self, message: str, exit_code: int, traces: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.exit_code, self.traces = exit_code, traces


class FailedCellsWarning(UserWarning):
    """Some algorithms of a line-up failed, and the others were compared."""


class NotReproducedError(RecliError):
    """A run that gave other numbers when it was made again."""

    exit_code = 7


def unknown(
    kind: str,
    name: str,
    valid: Iterable[str],
    hint: str = "",
    error: type[UsageError] = UsageError,
) -> UsageError:
    """The error for a name that is not among `valid`: the nearest spelling first, then the others.

    Args:
        kind: what names are of, such as `metric`
        name: the name
        valid: the names that there are
        hint: where the names are explained
        error: the class of the error

    >>> print(unknown("metric", "rsme", ["mae", "rmse"]))
    There is no metric 'rsme'. Did you mean 'rmse'? Valid: rmse, mae.
    """
    ordered = nearest(name, valid)
    names = f" Valid: {', '.join(ordered)}." if ordered else " There are none."
    guess = did_you_mean(name, ordered)
    return error(f"There is no {kind} '{name}'.{guess}{names}{' ' + hint if hint else ''}")


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """The question about the nearest spelling, a space before it; nothing where none is near.

    Args:
        name: the name
        valid: the names that there are

    >>> did_you_mean("rsme", ["mae", "rmse"]), did_you_mean("x", ["mae", "rmse"])
    (" Did you mean 'rmse'?", '')
    """
    import difflib  # only a mistake needs it

    ordered = nearest(name, valid)
    close = difflib.get_close_matches(plain(name), [plain(v) for v in ordered], n=1, cutoff=0.6)
    return f" Did you mean '{ordered[0]}'?" if close else ""


def nearest(name: str, valid: Iterable[str], n: int | None = None) -> list[str]:
    """`valid`, the spelling nearest to `name` first; at most `n` of them.

    Args:
        name: the name
        valid: the names that there are
        n: how many at most; None for all

    >>> nearest("ndgc", ["map", "ndcg", "rmse"])[0]
    'ndcg'
    """
    import difflib  # only a mistake needs it

    wanted = plain(name)

    def distance(candidate: str) -> tuple[float, str]:
        return -difflib.SequenceMatcher(None, wanted, plain(candidate)).ratio(), candidate

    return sorted(valid, key=distance)[:n]


def plain(name: str) -> str:
    """`name` without case and punctuation; a plus sign reads as the letter p.

    Args:
        name: the name

    >>> plain("SVD++") == plain("svdpp") and plain("KNNBaseline") == plain("knn-baseline")
    True
    """
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("+", "p"))


def first_ten(lines: Sequence[str], total: int | None = None) -> str:
    """The first ten of `lines`, one a line and indented, and how many more there are.

    Args:
        lines: lines of the file, without their ends
        total: how many there are in all
    """
    total = len(lines) if total is None else total
    shown = [f"  {line}" for line in lines[:10]]
    if total > len(shown):
        shown.append(f"  … and {total - len(shown):,} more")
    return "\n".join(shown)
