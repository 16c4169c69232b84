"""Where something that is registered comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Origin:
    """Where something that is registered comes from.

    Args:
        package: the package that has it; empty for a file of the user
        version: the version of the package
        extra: the extra of recli in whose room it stands, if it does
        file: the source; None where there is none to read
    """

    package: str
    version: str
    extra: str = ""
    file: Path | None = None

    @property
    def is_recli(self) -> bool:
        """Whether it comes with recli."""
        return self.package == "recli"

    def __str__(self) -> str:
        if self.is_recli:
            return f"recli[{self.extra}]" if self.extra else "recli"
        if self.package:
            return f"{self.package} {self.version}"
        return "your own class" if self.file is None else f"your own file {self.file.name}"

    @property
    def sha256(self) -> str | None:
        """SHA-256 of the source, 16 hexadecimal digits of it, however its lines end."""
        if self.file is None:
            return None
        import hashlib

        return hashlib.sha256(self.file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]
