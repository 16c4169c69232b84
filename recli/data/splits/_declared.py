"""Options that several splits share."""

from __future__ import annotations

from recli.params import Float, Int, Value


def n_splits(low: int = 2) -> Int:
    """The number of folds.

    Args:
        low: the least that is allowed
    """
    return Int("n_splits", 5, "number of folds", low=low)


def share(
    name: str, default: float, of: str, when: tuple[str, tuple[Value, ...]] | None = None
) -> Float:
    """A share: neither nothing nor all.

    Args:
        name: the name
        default: the default
        of: of what it is the share, for help
        when: the option, and its values, with which it matters
    """
    return Float(name, default, f"share of {of}", low=0.0001, high=0.9999, when=when)
