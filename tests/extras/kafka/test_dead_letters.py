import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from recli import errors
from recli.extras.kafka.dead_letters import DeadLetter, DeadLetterFile, DeadLetterTopic


def lines(path):
    written = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in written if line]


def test_a_file_says_what_where_and_why(tmp_path, message):
    path = tmp_path / "results" / "dead.jsonl"
    DeadLetterFile(path).put([DeadLetter(message(b"\xff", 3, 1), "is not JSON.")])
    DeadLetterFile(path).put([DeadLetter(message("ä"), "bad"), DeadLetter(message(None), "none")])
    first, second, third = lines(path)
    assert first.pop("time")
    assert first == {
        "reason": "is not JSON.",
        "topic": "events",
        "partition": 1,
        "offset": 3,
        "key": "key",
        "value_base64": "/w==",
    }
    assert json.loads(second["value"]) == "ä"
    assert third["value"] is None


def test_what_a_killed_process_has_left_half_written_ends_there(tmp_path, message):
    path = tmp_path / "dead.jsonl"
    path.write_bytes(b'{"half')
    DeadLetterFile(path).put([DeadLetter(message("a"), "bad")])
    half, whole = path.read_text().splitlines()
    assert half == '{"half'
    assert json.loads(whole)["reason"] == "bad"


def test_several_may_add_to_it_at_once(tmp_path, message):
    path = tmp_path / "dead.jsonl"

    def put(n):
        DeadLetterFile(path).put([DeadLetter(message("x" * 3000, n), "bad")] * 5)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(40)))
    assert sorted(line["offset"] for line in lines(path)) == sorted([*range(40)] * 5)


def test_a_place_that_cannot_be_written_is_told(tmp_path, message):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UsageError, match="cannot be written"):
        DeadLetterFile(tmp_path / "file" / "dead").put([DeadLetter(message("a"), "bad")])


def test_a_topic_gets_the_message_as_it_was_and_headers_beside(message):
    class FakeTopic:
        def send(self, messages):
            self.sent = list(messages)

    topic = FakeTopic()
    DeadLetterTopic(topic).put([DeadLetter(message(b"\xff", 3, 1), "is not JSON.")])
    [sent] = topic.sent
    assert (sent.key, sent.value) == (b"key", b"\xff")
    assert sent.headers == (
        ("trace", b"1"),
        ("recli.reason", b"is not JSON."),
        ("recli.topic", b"events"),
        ("recli.partition", b"1"),
        ("recli.offset", b"3"),
    )
