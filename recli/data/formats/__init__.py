"""File formats, one a file: each reads a file into columns of text."""

from recli.data.formats._base import Format, Malformed, TextTable

__all__ = ["Format", "Malformed", "TextTable"]
