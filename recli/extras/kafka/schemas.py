"""Messages whose schema is in a registry: Avro, JSON and Protobuf, as Confluent's clients write them."""

from __future__ import annotations

import importlib
from typing import Any

from recli import errors, registry, urls
from recli.extras.kafka.messages import json_content

_PREFIX = 5  # bytes: a zero, and the number of the schema
_NOT_THERE = (404,)


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
                "A schema registry needs packages that are not installed: "
                "pip install 'recli[kafka-schemas]'"
            )
        with registry.importing("A schema registry", "'recli[kafka-schemas]'"):
            from confluent_kafka.schema_registry import SchemaRegistryClient

        self._client = SchemaRegistryClient({"url": url, "max.retries": 2})
        self._message = None if message is None else _generated(message)
        self._readers: dict[str, Any] = {}

    def __call__(self, topic: str, value: bytes) -> Any:
        """What a message says.

        Args:
            topic: where the message is from
            value: the value of the message

        Raises:
            DataError: for what is not as its schema says, or of a schema that there is not
            UsageError: where the registry does not answer, which is no fault of the message
        """
        from confluent_kafka.schema_registry import SchemaRegistryError
        from confluent_kafka.serialization import (
            MessageField,
            SerializationContext,
            SerializationError,
        )
        from httpx2 import HTTPError

        if value[:1] != b"\0" or len(value) <= _PREFIX:
            raise errors.DataError("does not begin as messages of a schema registry do.")
        try:
            schema = self._client.get_schema(int.from_bytes(value[1:_PREFIX], "big"))
            kind = schema.schema_type or "AVRO"
            if kind == "JSON":
                return json_content(topic, value[_PREFIX:])
            read = self._reader(kind)(value, SerializationContext(topic, MessageField.VALUE))
        except SchemaRegistryError as error:
            if error.http_status_code in _NOT_THERE:
                raise errors.DataError(f"has a schema that there is not: {error}.") from None
            raise self._unanswered(error) from None
        except HTTPError as error:
            raise self._unanswered(error) from None
        except (SerializationError, ValueError, TypeError, EOFError, LookupError) as error:
            raise errors.DataError(f"is not as its {kind} schema says: {error}.") from None
        return read if kind == "AVRO" else _fields(read)

    def _reader(self, kind: str) -> Any:
        if kind not in self._readers:
            if kind == "AVRO":
                from confluent_kafka.schema_registry.avro import AvroDeserializer

                self._readers[kind] = AvroDeserializer(self._client)
            elif self._message is None:
                raise errors.UsageError(
                    "These messages are Protobuf: name the class that protoc made of their schema, "
                    "'--protobuf module:Class'."
                )
            else:
                from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer

                settings = {"use.deprecated.format": False}
                self._readers[kind] = ProtobufDeserializer(self._message, settings, self._client)
        return self._readers[kind]

    def _unanswered(self, error: Exception) -> errors.UsageError:
        said = str(error).splitlines()[0].rstrip(".") or type(error).__name__
        return errors.UsageError(
            f"{self._shown}: the schema registry does not answer: {urls.redacted(said)}. Nothing was "
            "taken since; the next start goes on there."
        )


def _generated(name: str) -> Any:
    """The class that `module:Class` names."""
    module, _, cls = name.partition(":")
    try:
        return getattr(importlib.import_module(module), cls)
    except (ImportError, AttributeError, ValueError) as error:
        raise errors.UsageError(
            f"'--protobuf {name}' names no class: {error}. It is module:Class, of a module that protoc "
            "made and that Python finds."
        ) from None


def _fields(message: Any) -> dict[str, Any]:
    """The fields of a Protobuf message that are set, as numbers and texts."""
    from google.protobuf.json_format import MessageToDict

    found: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return found
