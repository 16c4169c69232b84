"""How ratings are cut into training and test: one split a file.

The classes can be had from here by name, each imported when it is asked for:

>>> from recli.data.splits import KFold
>>> KFold(n_splits=3, seed=1)
KFold(n_splits=3, seed=1)
"""

from typing import Any

from recli import class_attributes
from recli.data.splits._base import Fold, Split

__all__ = ["Fold", "Split"]


def __getattr__(name: str) -> Any:
    return class_attributes.class_called("split", name, __name__)


def __dir__() -> list[str]:
    return [*globals(), *class_attributes.class_names("split")]
