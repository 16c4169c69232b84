"""Code by its source: whether what computed a number is still the same."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import recli
from recli import registry
from recli.algorithms import Configured
from recli.ranking import reranking
from recli.ranking.recommender import lists_of
from recli.records import code_closure
from recli.records.own_sources import edited_since_loaded, own_modules, with_imports

_COMPUTE = (
    "registry",
    "configuration",
    "params",
    "kernels",
    "data",
    "algorithms",
    "models",
    "ranking",
    "evaluation",
    "engines",
)
_OUTCOME = "recli.evaluation.fold_outcome"
# What nobody sees by its imports: a class from elsewhere may ask the registry.
_FOR_A_USER = ("recli.algorithms", "recli.kernels")


@functools.cache
def of_recli() -> str:
    """SHA-256 over the sources that numbers come from, 16 hexadecimal digits of it.

    These are the floors from the ground to evaluation, and the rooms of extras that have algorithms.
    """
    package = Path(recli.__file__).parent
    rooms = [path.parent for path in package.glob("extras/*/algorithms")]
    folders = [*(package / floor for floor in _COMPUTE), *rooms]
    sources = [path for folder in folders for path in folder.rglob("*.py")]
    return _hashed([*package.glob("*.py"), *sources])


def of_algorithm(configured: Configured) -> str | None:
    """`of_recli`; for a class from elsewhere, SHA-256 over its file and what `with_imports` adds.

    Of a hybrid with such a class both. None where there is no source to read.

    Args:
        configured: the algorithm
    """
    modules = own_modules(configured.classes)
    if modules is None:
        return None
    own = of_recli() if configured.name in registry.names("algorithm") else ""
    return own + (_hashed(with_imports(modules)) if modules else "")


def of_outcome(configured: Configured) -> str | None:
    """A digest of the code that an outcome of this algorithm is computed by, hexadecimal.

    That is the making of outcomes and the modules of the classes of the algorithm and of what re-ranks
    its lists, with all of recli that they import. Comments and docstrings do not count, nor do metrics
    and other algorithms. Of a class from elsewhere the Python files beside it count, and every
    algorithm and kernel of recli, since it may ask for them by name.

    Args:
        configured: the algorithm, and how its lists are made

    Returns:
        None where there is no source to read, and where one was edited after it was loaded: what is
        computed then is computed by code that no file has.
    """
    classes = (*configured.classes, *reranking.classes(lists_of(configured)))
    modules = own_modules(classes)
    if modules is None:
        return None
    bases = {base.__module__ for cls in classes for base in cls.__mro__}
    sources = with_imports(modules)
    if edited_since_loaded(sources):
        return None
    packages = _FOR_A_USER if modules else ()
    inside = (module for package in packages for module in code_closure.inside(package))
    imported = (module for path in sources for module in code_closure.imported(path))
    own = code_closure.digest([_OUTCOME, *bases, *inside, *imported])
    return own + "".join(f"{path.name}{code_closure.tree_digest(path)}" for path in sources)


def _hashed(sources: Iterable[Path]) -> str:
    sources = sorted(sources)
    folder = os.path.commonpath([path.parent for path in sources])
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        # The same code, whatever ends its lines.
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]
