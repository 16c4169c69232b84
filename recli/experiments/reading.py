"""How a dataset was read, so that it can be read again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recli.data import description, find
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.sources.locate import absolute, is_path


@dataclass(frozen=True)
class Reading:
    """The arguments of `load`.

    Attributes:
        spec: a dataset by name, folder, file, pattern, URL or query
        overrides: what overrules what is found out about the file, by field
        on_bad: `error`, or `skip` to set bad rows aside
        duplicates: what becomes of repeated pairs of user and item: `error`, `first`, `last`,
            `mean` or `keep`
    """

    spec: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    on_bad: str = "error"
    duplicates: str = "error"

    @property
    def has_options(self) -> bool:
        """Whether anything but the place was said."""
        return bool(self.overrides) or (self.on_bad, self.duplicates) != ("error", "error")

    def load(self) -> Dataset:
        """The dataset. Raises as `recli.data.load.load` does."""
        return load(self.spec, self.overrides, self.on_bad, self.duplicates)

    def document(self) -> dict[str, Any]:
        """As JSON; a file or folder by its whole path, so that it is found from anywhere."""
        spec = self.spec
        has_name = spec in find.names() and not (Path(spec) / description.FILE_NAME).is_file()
        if is_path(spec) and not (has_name and Path(spec).is_dir()):
            spec = absolute(spec)
        return {**dataclasses.asdict(self), "spec": spec}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Reading:
        """The inverse of `document`.

        Args:
            document: as JSON has it

        >>> reading = Reading("movielens-small", {"scale": (1.0, 5.0)}, on_bad="skip")
        >>> Reading.of(reading.document()) == reading
        True
        """
        overrides = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document["overrides"].items()
        }
        return cls(**{**document, "overrides": overrides})
