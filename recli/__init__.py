"""A laboratory for recommender systems built on Surprise, as a command line and in Python.

    load        a dataset: by name, from a file, a pandas DataFrame, a surprise.Dataset
    algorithm   an algorithm with its hyperparameters; `algorithms` has the classes
    split       how ratings are cut; `splits` has the classes
    evaluate    compare algorithms on the same folds
    tune        search for the best hyperparameters
    train       fit an algorithm on all ratings, which gives a Model
    Model       recommend, predict, similar, fold_in, save and load
    errors      what is raised for mistakes, all children of RecliError

`help(recli.load)` and so on say the rest. Names of algorithms, metrics and splits, with what they are,
print `recli list` and `recli show` on the command line.

>>> import recli
>>> data = recli.load("movielens-small")
>>> found = recli.evaluate(data, ["most-popular", "damped-mean"], metrics=["hit-rate", "ndcg@5"])
>>> found.leaderboard()["hit-rate@10"].idxmax()
'most-popular'
>>> model = recli.train(data, "most-popular")
>>> model.recommend(42, n=1)["title"].tolist()
['Silence of the Lambs, The']

Everything is imported when it is asked for: `import recli` by itself costs nothing.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from recli import surprise_lazily

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

    try:
        _PLACE = tempfile.gettempdir()
    except FileNotFoundError:  # nothing can be written anywhere, and nothing has to be
        _PLACE = os.sep
    os.environ.setdefault("SURPRISE_DATA_FOLDER", _PLACE)
surprise_lazily.install()


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name not in _NAMES:
        from recli.errors import did_you_mean

        guess = "" if name.startswith("_") else did_you_mean(name, __all__)
        raise AttributeError(f"module 'recli' has no attribute '{name}'.{guess}")
    found = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
