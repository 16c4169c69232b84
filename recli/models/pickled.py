"""What a class of the user's own has learned, pickled: the one file of recli that reads a pickle.

Such a class says of nothing that it has learned that it is plain data, so that its model is stored as a
recipe and fitted again at every use. Where that takes too long, the alternative is a pickle; and to
read one is to run whatever it says. So it takes the user's word twice, when a model is stored and
when it is loaded (`--allow-pickle`), the bytes must be those that were stored, and such a model is
neither exported nor imported.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import surprise

from recli import errors
from recli.algorithms import Algorithm
from recli.algorithms._contract.adapted import Adapted
from recli.data.trainset import Trainset


def write(path: Path, algorithm: Algorithm) -> None:
    """Write the attributes of a fitted algorithm, without its trainset, which has a part of its own.

    Args:
        path: the file
        algorithm: a fitted algorithm

    Raises:
        UsageError: where they cannot be pickled
    """
    learned = {key: value for key, value in vars(_own(algorithm)).items() if key != "trainset"}
    try:
        content = pickle.dumps(learned)
    # What pickle raises for what it cannot: functions, open files, classes defined inside functions.
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise errors.UsageError(
            f"What it has learned cannot be pickled: {error}. Leave out `allow_pickle=True`, and it is "
            "fitted again at every use."
        ) from None
    path.write_bytes(content)


def read(path: Path, algorithm: Algorithm, trainset: Trainset) -> None:
    """Give `algorithm` the attributes in `path`. This runs code from the file.

    Args:
        path: the file
        algorithm: a fitted algorithm
        trainset: the ratings that it learned from
    """
    own = _own(algorithm)
    vars(own).update(pickle.loads(path.read_bytes()))  # noqa: S301, the user has said so
    own.trainset = algorithm.trainset = trainset


def _own(algorithm: Algorithm) -> surprise.AlgoBase:
    """The user's object itself."""
    return algorithm.algorithm if isinstance(algorithm, Adapted) else algorithm
