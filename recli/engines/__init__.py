"""Engines: where the data of a command are read, checked and learned from.

A file here, or in the folder `engines` of an extra's room, is an engine of its name: `--engine spark` is
`recli/extras/spark/engines/spark.py`. Commands know what `Engine` declares and nothing of any of them.
"""

from recli.engines._advice import within_memory
from recli.engines._base import CheckedData, Engine, ListsWritten, of_dataset

__all__ = ["CheckedData", "Engine", "ListsWritten", "of_dataset", "within_memory"]
