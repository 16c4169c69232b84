"""Names to code: a file in a registered folder is a registration.

`recli/algorithms/knn_baseline.py` is the algorithm `knn-baseline`. The names come from the folder's
listing, so that `--help` and completion import nothing; a module is imported when its name is used.
A module registers the one public class that it defines.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from pathlib import Path
from typing import Any

from recli import errors

KINDS = {
    "algorithm": "recli.algorithms",
    "metric": "recli.evaluation.metrics",
    "split": "recli.data.splits",
    "format": "recli.data.formats",
    "report": "recli.experiments.reports",
}


@functools.cache
def names(kind: str) -> tuple[str, ...]:
    """The registered names of `kind`, sorted.

    >>> "knn-baseline" in names("algorithm")
    True
    """
    folder = Path(__file__).parent.joinpath(*KINDS[kind].split(".")[1:])
    stems = (path.stem for path in folder.glob("*.py"))
    return tuple(sorted(stem.replace("_", "-") for stem in stems if not stem.startswith("_")))


def resolve(kind: str, name: str) -> str:
    """The registered spelling of `name`; case and punctuation do not matter.

    >>> resolve("algorithm", "SVD++"), resolve("algorithm", "KNNWithZScore")
    ('svdpp', 'knn-with-zscore')
    """
    wanted = errors.plain(name)
    for candidate in names(kind):
        if errors.plain(candidate) == wanted:
            return candidate
    raise errors.unknown(kind, name, names(kind), f"'recli list {kind}s' explains them.")


def get(kind: str, name: str) -> Any:
    """The class registered as `name`.

    Raises UsageError for an unknown name.
    """
    module_name = f"{KINDS[kind]}.{resolve(kind, name).replace('-', '_')}"
    module = importlib.import_module(module_name)
    defined = [
        value
        for key, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module_name and not key.startswith("_")
    ]
    if len(defined) != 1:
        raise TypeError(f"{module_name} must define exactly one public class, not {len(defined)}")
    return defined[0]


def name_of(cls: type) -> str:
    """The registered name of a class that `get` returns: its file's name."""
    return cls.__module__.rpartition(".")[2].replace("_", "-")
