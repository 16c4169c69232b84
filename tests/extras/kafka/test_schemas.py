"""Messages by schemas of a registry, which is a small server of this test."""

from __future__ import annotations

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest

from recli import errors
from recli.extras.kafka.messages import EventReading

fastavro = pytest.importorskip("fastavro", reason="pip install 'recli[kafka-schemas]'")
pytest.importorskip("google.protobuf", reason="pip install 'recli[kafka-schemas]'")

FIELDS = [
    {"name": "user_id", "type": "string"},
    {"name": "item_id", "type": "long"},
    {"name": "value", "type": ["null", "double"]},
    {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
]
AVRO = {"name": "rating", "type": "record", "fields": FIELDS}
PROTO = """
syntax = "proto3";
message Play { string user_id = 1; int64 item_id = 2; double value = 3; double time = 4; }
"""
# As protoc writes it, but for the serialised form of the file.
GENERATED = """
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_file = descriptor_pb2.FileDescriptorProto(name="recli_test_play.proto", syntax="proto3")
_play = _file.message_type.add(name="Play")
for _number, (_name, _type) in enumerate(
    [("user_id", 9), ("item_id", 3), ("value", 1), ("time", 1)], start=1
):
    _play.field.add(name=_name, number=_number, type=_type, label=1)
_pool = descriptor_pool.DescriptorPool()
_pool.Add(_file)
Play = message_factory.GetMessageClass(_pool.FindMessageTypeByName("Play"))
"""


@pytest.fixture(scope="module")
def address():
    """The registry: Avro is 1, Protobuf 2, JSON 3, and asked for 500 it fails."""
    known = {
        "1": {"schema": json.dumps(AVRO)},
        "2": {"schema": PROTO, "schemaType": "PROTOBUF"},
        "3": {"schema": "{}", "schemaType": "JSON"},
    }

    class Schemas(BaseHTTPRequestHandler):
        def do_GET(self):
            found = re.match(r"/schemas/ids/(\d+)", self.path)
            document = known.get(found[1] if found else "")
            status = 200 if document else 500 if found and found[1] == "500" else 404
            body = json.dumps(document or {"error_code": 40403, "message": "Schema not found"})
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            """Not told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Schemas) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def event(address, message, monkeypatch):
    """The event of bytes, by the registry; `protobuf` is the class."""
    from recli.extras.kafka.schemas import RegistryContent

    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def read(value: bytes, url=address, protobuf=None):
        reading = EventReading(content=RegistryContent(url, protobuf))
        return reading.event(message(value), "T")

    return read


@pytest.fixture
def play(tmp_path, monkeypatch):
    """The generated class, of a module in the current folder."""
    (tmp_path / "recli_test_play_pb2.py").write_text(GENERATED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield "recli_test_play_pb2:Play"
    sys.modules.pop("recli_test_play_pb2", None)


def begin(number: int) -> bytes:
    return b"\0" + number.to_bytes(4, "big")


def avro(record: dict) -> bytes:
    buffer = BytesIO()
    fastavro.schemaless_writer(buffer, fastavro.parse_schema(AVRO), record)
    return buffer.getvalue()


RATING = {"user_id": "u", "item_id": 7, "value": 4.5, "time": 1_700_000_000_250}


def test_avro(event):
    found = event(begin(1) + avro(RATING))
    assert (found.type, found.user_id, found.item_id, found.value) == ("rating", "u", "7", 4.5)
    assert found.time == 1_700_000_000.25
    assert event(begin(1) + avro(RATING | {"value": None})).type == "click"


def test_json(event):
    found = event(begin(3) + b'{"user_id": "u", "item_id": 7, "time": 5}')
    assert (found.user_id, found.item_id, found.time) == ("u", "7", 5)


def test_protobuf(event, play):
    # Fields 1 to 4 by hand: a text, a varint, two doubles; before them which message of the schema.
    import struct

    doubles = b"\x19" + struct.pack("<d", 4.5) + b"\x21" + struct.pack("<d", 1_700_000_000.5)
    content = b"\x0a\x01u" + b"\x10\x07" + doubles
    # The first message of the schema; the same written out; the second within the 65th.
    for index in (b"\0", b"\x02\0", b"\x04\x80\x01\x02"):
        found = event(begin(2) + index + content, protobuf=play)
        assert (found.user_id, found.item_id, found.value) == ("u", "7", 4.5)
        assert found.time == 1_700_000_000.5


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b'{"user_id": 1, "item_id": 2}', "does not begin as messages of a schema registry"),
        (b"\0\0\0", "does not begin as messages of a schema registry"),
        (begin(9) + avro(RATING), "has the schema 9, which there is not"),
        (begin(1) + avro(RATING)[:4], "is not as its AVRO schema says"),
        (begin(1) + b"\xff" * 30, "is not as its AVRO schema says"),
        (begin(3) + b"{", "is not JSON"),
    ],
)
def test_a_message_that_does_not_match_is_no_event(event, value, said):
    with pytest.raises(errors.DataError, match=said):
        event(value)


def test_protobuf_that_does_not_match_is_no_event(event, play):
    with pytest.raises(errors.DataError, match="is not as its PROTOBUF schema says"):
        event(begin(2) + b"\0" + b"\x0a\xff\xff", protobuf=play)


def test_protobuf_that_is_cut_off_is_no_event(event, play):
    with pytest.raises(errors.DataError, match="is not as its PROTOBUF schema says"):
        event(begin(2) + b"\x04\x80", protobuf=play)


@pytest.mark.parametrize(
    ("value", "url", "protobuf", "said"),
    [
        (begin(1) + b"x", "http://127.0.0.1:1", None, "registry does not answer"),
        (begin(500) + b"x", None, None, "registry does not answer"),
        (begin(2) + b"x", None, None, "'--protobuf module:Class'"),
        (begin(2) + b"x", None, "no_such_module:Play", "names no class"),
        (begin(2) + b"x", None, "json:Play", "names no class"),
        (begin(2) + b"x", None, "json", "names no class"),
    ],
)
def test_what_is_no_fault_of_the_message_is_an_error(event, address, value, url, protobuf, said):
    with pytest.raises(errors.UsageError, match=said):
        event(value, url or address, protobuf)


def test_a_password_of_the_registry_is_not_shown(event):
    with pytest.raises(errors.UsageError) as told:
        event(begin(1) + b"x", "http://me:s3cret@127.0.0.1:1")
    assert "s3cret" not in str(told.value)
