"""What a topic is told from any other by, on other clusters too, or of the same name later."""

from __future__ import annotations

import hashlib

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from recli.events.log import EventLog
from recli.extras.kafka.connection import PATIENCE, Connection


class TopicSources:
    """Names for topics as the event log knows them.

    That is a topic's id, and of clusters that give none what cluster and topic are called. It stays the
    same as long as the topic, also where the cluster does not say it today: by it a partition is gone on
    with, and events are known again that have no id of their own.

    Args:
        connection: the cluster
        cluster: what it calls itself
        log: the event log
        group: the group that reads
    """

    def __init__(self, connection: Connection, cluster: str, log: EventLog, group: str) -> None:
        self._connection, self._cluster, self._log, self._group = connection, cluster, log, group
        self._found: dict[str, str] = {}

    def of(self, topic: str) -> str:
        """The source of a topic, which is asked for once.

        Args:
            topic: its name
        """
        if topic not in self._found:
            known, told = self._known(topic), self._id(topic)
            named = hashlib.sha256(f"{self._cluster}/{topic}".encode()).hexdigest()[:22]
            if told is None:
                self._found[topic] = known[-1] if known else named
            else:
                self._found[topic] = named if named in known and told not in known else told
        return self._found[topic]

    def stream(self, topic: str, partition: int) -> str:
        """What a partition is called in the log.

        Args:
            topic: the name of its topic
            partition: its number
        """
        return f"kafka/{self.of(topic)}/{topic}/{partition}/{self._group}"

    def forget(self) -> None:
        """Ask again: a topic may have been made anew."""
        self._found.clear()

    def _known(self, topic: str) -> list[str]:
        """Those under which the log has partitions of a topic of this name, the last one begun last."""
        found = (stream.split("/", 4) for stream in self._log.streams())
        return [
            parts[1]
            for parts in found
            if len(parts) == 5 and (parts[0], parts[2], parts[4]) == ("kafka", topic, self._group)
        ]

    def _id(self, topic: str) -> str | None:
        """The topic's id in letters that are safe in names; None where the cluster does not say it."""
        client = AdminClient(self._connection.settings())
        try:
            asked = client.describe_topics(TopicCollection([topic]), request_timeout=PATIENCE)
            found = str(asked[topic].result().topic_id)
        except KafkaException:  # it has no controller, it is busy, or it may not be asked
            return None
        # From before there were ids it is zero.
        return found.replace("/", "_").replace("+", "-") if found.strip("A") else None
