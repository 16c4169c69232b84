"""Messages that are no events: where they go, with the reason."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recli import files
from recli.extras.kafka.topic import Outgoing, Topic


@dataclass(frozen=True)
class DeadLetter:
    """A message that is no event.

    Attributes:
        message: as the client gave it
        reason: why
    """

    message: Any
    reason: str

    @property
    def about(self) -> dict[str, Any]:
        """Where the message is from, and why it is here."""
        topic, partition = self.message.topic(), self.message.partition()
        place = {"topic": topic, "partition": partition, "offset": self.message.offset()}
        return {"reason": self.reason, **place}


class DeadLetterFile:
    """A file of JSON lines, which several processes may add to.

    A process that is killed before the event log has stored that the message was read writes it once
    more; by topic, partition and offset it is known again.

    Args:
        path: the file
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Add them; once this returns they are on disk.

        Args:
            letters: at least one

        Raises:
            UsageError: where the file cannot be written
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        lines = [
            json.dumps(
                {"time": now, **letter.about}
                | _content("key", letter.message.key())
                | _content("value", letter.message.value()),
                ensure_ascii=False,
            )
            for letter in letters
        ]
        with files.writable(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b", buffering=0) as file:
                # What a killed process has left half-written ends there. What another is writing looks
                # the same, and then there is a blank line.
                end = file.seek(0, os.SEEK_END)
                file.seek(max(end - 1, 0))
                torn = b"\n" if file.read(1) not in (b"", b"\n") else b""
                left = memoryview(torn + "".join(f"{line}\n" for line in lines).encode())
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())


class DeadLetterTopic:
    """A topic, which gets the messages as they were; headers say where they are from, and why.

    Args:
        topic: the topic
    """

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    def __str__(self) -> str:
        return str(self._topic)

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Send them; once this returns the brokers have them.

        Args:
            letters: at least one

        Raises:
            NotFoundError, DataError: where the topic does not take them
        """
        self._topic.send(map(_as_it_was, letters))


def _as_it_was(letter: DeadLetter) -> Outgoing:
    message = letter.message
    said = ((f"recli.{name}", str(value).encode()) for name, value in letter.about.items())
    return Outgoing(message.key(), message.value(), (*(message.headers() or ()), *said))


def _content(name: str, content: bytes | None) -> dict[str, str | None]:
    """Text as it is, other bytes in base64 under another name."""
    try:
        return {name: None if content is None else content.decode()}
    except UnicodeDecodeError:
        assert content is not None
        return {f"{name}_base64": base64.b64encode(content).decode()}
