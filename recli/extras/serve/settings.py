"""What a server is told when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which workers count together, set before they start."""
Purpose = Literal["read", "events", "admin"]


@dataclass(frozen=True)
class Keys:
    """The API keys by what they open; None where no key is asked for.

    Attributes:
        read: lists and predictions
        events: to send events
        admin: what is said of models, and metrics
    """

    read: str | None = None
    events: str | None = None
    admin: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Keys:
        """`RECLI_API_KEY`, and apart from it `RECLI_EVENTS_KEY` and `RECLI_ADMIN_KEY` if they are set.

        Args:
            environment: the environment

        >>> Keys.of({"RECLI_API_KEY": "a", "RECLI_ADMIN_KEY": "b"})
        Keys(read='a', events='a', admin='b')
        """
        key, events, admin = (
            environment.get(f"RECLI_{name}_KEY", "").strip() or None
            for name in ("API", "EVENTS", "ADMIN")
        )
        return cls(key, events or key, admin or key)


@dataclass(frozen=True)
class Limits:
    """What one client may ask for.

    Attributes:
        body: bytes of a request's body
        seconds: how long headers and body may take to arrive
        rate: requests a second from one address, in bursts of as many; None for any number
    """

    body: int = 1 << 20
    seconds: float = 10.0
    rate: float | None = None


@dataclass(frozen=True)
class ServiceSettings:
    """Which models are served from which results folder, to whom.

    Attributes:
        results: the results folder
        models: their names or folders, each with its weight in the split of users; mostly one
        keys: what clients have to send
        limits: what a request may ask for
        origins: web pages that may ask from a browser, as https://shop.example; none but the
            server's own
        remembered: bytes of answers that are kept to be given again
        topic: kafka://HOST:PORT/TOPIC that each list is sent to as well; None for none
        hosts: names by which requests may ask for this server, in lower case; None for any
        trusted_proxies: addresses and networks whose word is taken for whom they ask
        allow_code: whether classes that a model names as `module:Class` may be imported
    """

    results: Path
    models: Mapping[str, float]
    keys: Keys = field(default_factory=Keys)
    limits: Limits = field(default_factory=Limits)
    origins: tuple[str, ...] = ()
    remembered: int = 32 << 20
    topic: str | None = None
    hosts: frozenset[str] | None = None
    trusted_proxies: tuple[str, ...] = ()
    allow_code: bool = False
