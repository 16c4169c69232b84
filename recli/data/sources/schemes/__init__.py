"""Kinds of places where data are, one a file, found by the scheme of an address."""

from recli.data.sources.schemes._base import Source, source

__all__ = ["Source", "source"]
