"""A laboratory for recommender systems built on Surprise, as a command line and in Python.

>>> import recli
>>> ratings = recli.load("movielens-small")
>>> ratings.ratings.n_users
671

Everything is imported when it is asked for: `import recli` by itself costs nothing.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recli import algorithms, errors
    from recli.api.algorithm import algorithm
    from recli.api.evaluate import evaluate
    from recli.api.load import load
    from recli.api.model import Model
    from recli.api.split import split
    from recli.api.train import train
    from recli.api.tune import tune
    from recli.data import splits

__version__ = "0.1.0"
_NAMES = {
    "load": "recli.api.load",
    "algorithm": "recli.api.algorithm",
    "split": "recli.api.split",
    "evaluate": "recli.api.evaluate",
    "tune": "recli.api.tune",
    "train": "recli.api.train",
    "Model": "recli.api.model",
}
_MODULES = {
    "algorithms": "recli.algorithms",
    "splits": "recli.data.splits",
    "errors": "recli.errors",
}
__all__ = [
    "Model",
    "algorithm",
    "algorithms",
    "errors",
    "evaluate",
    "load",
    "split",
    "splits",
    "train",
    "tune",
]

# Surprise makes this folder when it is imported, and fails where the home cannot be written.
_DATASETS_OF_SURPRISE = os.path.expanduser("~/.surprise_data")
if not os.path.isdir(_DATASETS_OF_SURPRISE) and not os.access(os.path.expanduser("~"), os.W_OK):
    import tempfile

    os.environ.setdefault("SURPRISE_DATA_FOLDER", tempfile.gettempdir())


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name not in _NAMES:
        raise AttributeError(f"module 'recli' has no attribute '{name}'")
    found = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
