"""Ways to prepare a dataset before anything is learned of it, one a file."""

from recli.data.preparation._base import Draft, Step

__all__ = ["Draft", "Step"]
