"""Lists that are served, to a topic as well."""

from __future__ import annotations

from collections.abc import Callable

from recli.extras.kafka.topic import Outgoing, Topic
from recli.extras.serve.answers import MadeList


class PublishedLists:
    """Sends each list to a topic, as it was answered; its key is the user, if it is anybody's.

    Args:
        url: `kafka://HOST:PORT/TOPIC`
        lost: called for each list that the brokers did not take

    Raises:
        UsageError: for a URL of another form
        NotFoundError, DataError: where the topic is not there
    """

    def __init__(self, url: str, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._topic = Topic.of(url)
        self._topic.check()

    def __call__(self, made: MadeList) -> None:
        """Send a list, some time from now.

        Args:
            made: the list
        """
        key = None if made.user is None else made.user.encode()
        self._topic.offer(Outgoing(key, made.body), self._lost)

    def close(self) -> None:
        """Wait a while for what is on its way."""
        self._topic.close()
