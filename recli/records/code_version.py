"""Code by its source: whether what computed a number is still the same."""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import recli
from recli import registry
from recli.algorithms import Configured

_COMPUTE = ("kernels", "data", "algorithms", "models", "ranking", "evaluation")
_NOT_OF_THE_USER = {"recli", "surprise", *sys.stdlib_module_names}


@functools.cache
def of_recli() -> str:
    """SHA-256 over the sources that numbers come from, 16 hexadecimal digits of it.

    These are the floors of data, algorithms and evaluation, the ground below them, and the rooms of
    extras that have algorithms.
    """
    package = Path(recli.__file__).parent
    rooms = [path.parent for path in package.glob("extras/*/algorithms")]
    folders = [*(package / floor for floor in _COMPUTE), *rooms]
    sources = [path for folder in folders for path in folder.rglob("*.py")]
    return _hashed(package, [*package.glob("*.py"), *sources])


def of_algorithm(configured: Configured) -> str | None:
    """`of_recli`; for a class from elsewhere, SHA-256 over its file and the Python files beside it.

    Of a hybrid with such a class both. What that class imports from elsewhere is not seen. None
    where there is no source to read.
    """
    folders = set()
    for base in (base for cls in configured.classes for base in cls.__mro__):
        if base.__module__.partition(".")[0] in _NOT_OF_THE_USER:
            continue
        source = getattr(sys.modules.get(base.__module__), "__file__", None)
        if source is None or Path(source).suffix != ".py" or not Path(source).is_file():
            return None
        folders.add(Path(source).parent)
    own = of_recli() if configured.name in registry.names("algorithm") else ""
    return own + "".join(_hashed(folder, folder.glob("*.py")) for folder in sorted(folders))


def _hashed(folder: Path, sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        # The same code, whatever ends its lines.
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]
