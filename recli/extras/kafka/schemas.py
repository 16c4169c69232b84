"""Messages whose schema is in a registry: Avro, JSON and Protobuf, as Confluent's clients write them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from recli import errors, registry, urls
from recli.extras.kafka.messages import json_content

_PREFIX = 5  # bytes: a zero, and the number of the schema
_NOT_THERE = 404
_UNREADABLE = (ValueError, TypeError, EOFError, LookupError)


class RegistryContent:
    """What messages say whose schema is in a registry.

    Args:
        url: of the registry; who has to log in writes https://USER:PASSWORD@HOST
        message: `module:Class` of the generated class, for Protobuf

    Raises:
        MissingExtraError: without the packages for schemas
        UsageError: for a class that there is not
    """

    def __init__(self, url: str, message: str | None = None) -> None:
        self._shown = urls.shown(url)
        if not registry.installed("kafka-schemas"):
            raise errors.MissingExtraError(
                "A schema registry needs packages that are not installed. Install them: "
                "pip install 'recli[kafka-schemas]'"
            )
        with registry.importing("A schema registry", "'recli[kafka-schemas]'"):
            from confluent_kafka.schema_registry import SchemaRegistryClient

        self._client = SchemaRegistryClient({"url": url, "max.retries": 2})
        self._message = None if message is None else _generated(message)
        self._reader: Any = None

    def __call__(self, topic: str, value: bytes) -> Any:
        """What a message says.

        Args:
            topic: where the message is from
            value: the value of the message

        Raises:
            DataError: for what is not as its schema says, or of a schema that there is not
            UsageError: where the registry does not answer, or a class is missing, which is no fault of
                the message
        """
        from confluent_kafka.schema_registry import SchemaRegistryError
        from confluent_kafka.serialization import SerializationError
        from google.protobuf.message import DecodeError
        from httpx2 import HTTPError

        if value[:1] != b"\0" or len(value) <= _PREFIX:
            raise errors.DataError("does not begin as messages of a schema registry do.")
        number = int.from_bytes(value[1:_PREFIX], "big")
        try:
            kind = self._client.get_schema(number).schema_type or "AVRO"
            if kind == "JSON":
                return json_content(topic, value[_PREFIX:])
            if kind == "PROTOBUF":
                return self._protobuf(value[_PREFIX:])
            return self._avro(topic, value)
        except SchemaRegistryError as error:
            if error.http_status_code == _NOT_THERE:
                raise errors.DataError(f"has the schema {number}, which there is not.") from None
            raise self._unanswered(error) from None
        except HTTPError as error:
            raise self._unanswered(error) from None
        except (*_UNREADABLE, SerializationError, DecodeError) as error:
            raise errors.DataError(f"is not as its {kind} schema says: {error}.") from None

    def _avro(self, topic: str, value: bytes) -> Any:
        from confluent_kafka.schema_registry.avro import AvroDeserializer
        from confluent_kafka.serialization import MessageField, SerializationContext

        if self._reader is None:
            self._reader = AvroDeserializer(self._client)
        return self._reader(value, SerializationContext(topic, MessageField.VALUE))

    def _protobuf(self, content: bytes) -> dict[str, Any]:
        """The fields that are set, as numbers and texts."""
        from google.protobuf.json_format import MessageToDict

        if self._message is None:
            raise errors.UsageError(
                "These messages are Protobuf: name the class that protoc made of their schema, "
                "'--protobuf module:Class'."
            )
        message = self._message()
        message.ParseFromString(_after_index(content))
        found: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
        return found

    def _unanswered(self, error: Exception) -> errors.UsageError:
        said = str(error).splitlines()[0].rstrip(".") or type(error).__name__
        return errors.UsageError(
            f"{self._shown}: the schema registry does not answer: {urls.redacted(said)}. Nothing was "
            "taken since; the next start goes on there."
        )


def _generated(name: str) -> Any:
    """The class that `module:Class` names; modules in the current folder are found too."""
    module, _, cls = name.partition(":")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        return getattr(importlib.import_module(module), cls)
    except (ImportError, AttributeError, ValueError) as error:
        raise errors.UsageError(
            f"'--protobuf {name}' names no class: {error}. It is module:Class, of a module that protoc "
            "made and that Python finds."
        ) from None


def _after_index(content: bytes) -> bytes:
    """What comes after the index, which says of what message of the schema this is one.

    The index is a number of numbers and these, each as a zigzag varint.
    """
    n_numbers, at = _varint(content, 0)
    for _ in range(n_numbers):
        _, at = _varint(content, at)
    return content[at:]


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """The number at a place, and the place after it."""
    raw = shift = 0
    while content[at] & 0x80:
        raw |= (content[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    raw |= content[at] << shift
    return (raw >> 1) ^ -(raw & 1), at + 1
