"""Messages without a broker."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class FakeMessage:
    """As confluent-kafka gives them."""

    content: Any
    at: int = 0
    number: int = 0
    name: str = "events"
    milliseconds: int = 1_700_000_000_500

    def value(self) -> bytes | None:
        plain = self.content is None or isinstance(self.content, bytes)
        return self.content if plain else json.dumps(self.content).encode()

    def key(self) -> bytes:
        return b"key"

    def headers(self) -> list[tuple[str, bytes]]:
        return [("trace", b"1")]

    def topic(self) -> str:
        return self.name

    def partition(self) -> int:
        return self.number

    def offset(self) -> int:
        return self.at

    def timestamp(self) -> tuple[int, int]:
        return 1, self.milliseconds


@pytest.fixture
def message():
    """Makes a message of a document, or of bytes."""
    return FakeMessage
