"""`recli.split`."""

from __future__ import annotations

from typing import Any

from recli import errors, params, registry
from recli.api._arguments import checked
from recli.data.splits._base import Split
from recli.data.splits.k_fold import KFold

SplitLike = str | Split
"""What says how ratings are cut: a name, a name with options as text, or a split."""


def split(name: str, *, seed: int = 0, **options: Any) -> Split:
    """A way to cut ratings into training and test.

    Args:
        name: the name in any spelling; `recli list splits` has them all, and `recli.splits` their
            classes. Options may stand behind it as on the command line: `"last-n:n=5"`
        seed: what is left to chance is drawn by it
        options: those of the split

    Returns:
        The split; `folds(dataset)` gives the rows of each fold.

    Raises:
        UsageError: there is no such split or option, or a value is out of its bounds

    >>> import recli
    >>> recli.split("k-fold", n_splits=3)
    KFold(n_splits=3, seed=0)
    >>> recli.split("k-fold", n_splits=3) == recli.splits.KFold(n_splits=3)
    True
    """
    if not isinstance(name, str):
        raise errors.UsageError(f"`name={name!r}` should be the name of a split, such as 'k-fold'.")
    seed = checked("seed", seed)
    if not options:
        return Split.parse(name, seed)
    cls = registry.get("split", name)
    name = registry.name_of(cls)
    found: Split = cls(**params.resolve(cls.parameters, options, name, "split"), seed=seed)
    return found


def as_split(of: SplitLike | None, seed: int) -> Split:
    """The split itself, or that of a text, seeded; five folds where nothing is said.

    Args:
        seed: what is drawn at random is drawn by it
        of: a split, its text, or None
    """
    if of is None:
        return KFold(seed=seed)
    if not isinstance(of, str | Split):
        raise errors.UsageError(
            f"`split={of!r}` should be the name of a split, such as 'k-fold:n_splits=3', or an instance "
            "of a class in `recli.splits`."
        )
    return split(of, seed=seed) if isinstance(of, str) else of
