"""Where recommendations are written, one kind of target a file."""

from recli.ranking.writers._base import FileWriter, Writer

__all__ = ["FileWriter", "Writer"]
