"""A topic of Kafka."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from recli.ranking.writers._base import Write, Writer
from recli.ranking.writers.csv import plain

_OF_LIST = ("user", "model", "time")


class KafkaWriter(Writer):
    """A topic, `kafka://HOST:PORT/TOPIC`: the list of each user is a message, whose key is the user.

    Its value is JSON: user, model, time, and items with what else there is of each place. They are sent
    when all lists are made, each once and in order. Where the brokers fail in between, some of the users
    have their new list; to write it again does no harm, since of each user the last one counts.
    """

    schemes = ("kafka",)
    adds = True
    summary = "a message for each user in a topic of Kafka, by kafka://HOST:PORT/TOPIC"

    @contextmanager
    def open(self, target: str, schema: pa.Schema) -> Iterator[Write]:
        from recli.extras.kafka.topic import Outgoing, Topic

        topic = Topic.of(target)
        topic.check()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:

            def write(table: pa.Table) -> None:
                columns = [plain(table[name]) for name in schema.names]
                for row in zip(*columns, strict=True):
                    file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")

            yield write
            file.seek(0)
            lists = _lists(map(json.loads, file), schema.names)
            topic.send(Outgoing(str(found["user"]).encode(), _json(found)) for found in lists)


def _lists(rows: Iterable[list[Any]], names: list[str]) -> Iterator[dict[str, Any]]:
    """The list of each user, of rows that come user by user."""
    places = (dict(zip(names, row, strict=True)) for row in rows)
    for _, those in itertools.groupby(places, key=lambda place: place["user"]):
        items = list(those)
        found = {name: items[0][name] for name in _OF_LIST}
        yield found | {"items": [_without(place) for place in items]}


def _without(place: dict[str, Any]) -> dict[str, Any]:
    """A place of a list, without what is said once of the list."""
    return {name: value for name, value in place.items() if name not in _OF_LIST}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
