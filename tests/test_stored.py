"""Runs, studies, models and refreshes are found, read and removed alike."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os

import pytest

from recli import errors, stored
from recli.events.refreshing.history import REFRESHES
from recli.models.stored import MODELS
from recli.records.kinds import RUNS, STUDIES
from recli.stored import sealed

# What a document says but for its keys is for other tests: here its values are of no certain shape.
KINDS = [dataclasses.replace(k, shape=None) for k in (RUNS, STUDIES, MODELS, REFRESHES)]
NAMES = ("20260101-a1", "20260101-a2", "20260102-b")


@pytest.fixture(params=KINDS, ids=lambda kind: kind.noun)
def kind(request):
    return request.param


@pytest.fixture
def results(kind, tmp_path):
    """A results folder with three of a kind, written in the order of their names, and what is none."""
    for age, name in enumerate(NAMES):
        document = sealed({key: key for key in kind.keys} | {"schema": kind.schemas[-1]})
        put(tmp_path, kind, name, document, 2e9 + age)
    put(tmp_path, kind, ".20260103-moved", {}, 3e9)
    (tmp_path / kind.plural / "20260104-empty").mkdir()
    return tmp_path


def put(results, kind, name, document, written):
    folder = results / kind.plural / name
    folder.mkdir(parents=True)
    (folder / kind.document).write_text(json.dumps(document), encoding="utf-8")
    os.utime(folder / kind.document, (written, written))


def test_the_newest_come_first(kind, results):
    assert kind.names(results) == ["20260102-b", "20260101-a2", "20260101-a1"]
    os.utime(results / kind.plural / "20260101-a1" / kind.document, (3e9, 3e9))
    first = "20260102-b" if kind.dated else "20260101-a1"  # by its id, or when written
    assert kind.names(results)[0] == first
    assert kind.newest(results) == results / kind.plural / first


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("20260101-a1", "20260101-a1"),
        ("20260102", "20260102-b"),
        ("latest", "20260102-b"),
    ],
)
def test_a_name_its_beginning_and_the_latest(kind, results, said, meant):
    assert kind.find(results, said) == results / kind.plural / meant
    assert kind.find_own(results, said) == results / kind.plural / meant


def test_one_that_is_called_as_others_begin(kind, results):
    put(results, kind, "20260101", {}, 1e9)
    put(results, kind, "latest", {}, 1e9)
    assert kind.find(results, "20260101").name == "20260101"
    assert kind.find(results, "latest").name == "latest"


def test_the_path_of_a_folder(kind, results, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    folder = results / kind.plural / NAMES[0]
    assert kind.find(elsewhere, str(folder)) == folder
    with pytest.raises(errors.NotFoundError, match="none yet"):
        kind.find_own(elsewhere, str(folder))
    assert kind.find_own(results, str(folder)) == folder


def test_a_beginning_of_several_asks(kind, results):
    with pytest.raises(
        errors.UsageError, match=rf"2 {kind.plural} begin with '20260101':\n.*a2\n.*a1\nWrite more"
    ):
        kind.find(results, "20260101")


@pytest.mark.parametrize("name", ["", "..", ".", "x", "20260104", ".20260103-moved"])
def test_what_is_not_there(kind, results, name):
    with pytest.raises(errors.NotFoundError) as caught:
        kind.find(results, name)
    said = str(caught.value)
    assert said.startswith(
        f"There is no {kind.noun} '{name}' in {results / kind.plural}. There are:"
    )
    assert all(known in said for known in NAMES)
    assert said.endswith("'latest' is the newest.")


def test_one_without_a_document_is_listed_and_found_by_its_whole_name(kind, results):
    empty = results / kind.plural / "20260104-empty"
    os.utime(empty, (4e9, 4e9))
    assert kind.every(results) == ["20260104-empty", *reversed(NAMES)]
    assert kind.find_own(results, "20260104-empty") == empty
    with pytest.raises(errors.NotFoundError, match=f"holds no {kind.noun}"):
        kind.read(empty)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 99}', '{"schema": 1}'])
def test_what_cannot_be_read_is_meant_by_its_whole_name_alone(kind, results, content):
    """Neither by `latest`, nor by a beginning, which the readable one has to itself."""
    damaged = results / kind.plural / "20260102-c"
    put(results, kind, damaged.name, {}, 4e9)
    (damaged / kind.document).write_text(content, encoding="utf-8")
    os.utime(damaged / kind.document, (4e9, 4e9))
    assert damaged.name in kind.names(results)
    assert list(kind.readable(results)) == list(reversed(NAMES))
    for said in ("latest", "20260102"):
        assert kind.find(results, said).name == "20260102-b"
    assert kind.newest(results).name == "20260102-b"
    assert kind.find_own(results, damaged.name) == damaged
    with pytest.raises(errors.NotFoundError, match="(?s)There are:.*20260102-c"):
        kind.find(results, "20260102-cc")


def test_none_can_be_read(kind, results):
    for name in NAMES:
        (results / kind.plural / name / kind.document).write_text("{", encoding="utf-8")
    newest = NAMES[-1] if kind.dated else kind.names(results)[0]
    for find in (kind.newest, lambda results: kind.find(results, "latest")):
        with pytest.raises(errors.DataError, match=f"{newest}.*is damaged"):
            find(results)
    with pytest.raises(errors.NotFoundError):
        kind.find(results, "20260102")


def test_the_nearest_name_is_first(kind, results):
    with pytest.raises(errors.NotFoundError) as caught:
        kind.find(results, "20260101-b")
    assert str(caught.value).index("20260102-b") < str(caught.value).index("20260101-a1")


def test_none_yet(kind, tmp_path):
    with pytest.raises(errors.NotFoundError, match=f"none yet: '{kind.maker}' makes one"):
        kind.find(tmp_path, "latest")
    with pytest.raises(errors.NotFoundError, match=f"no {kind.noun} in .* yet: '{kind.maker}'"):
        kind.newest(tmp_path)
    assert kind.names(tmp_path) == []


def test_the_document(kind, results):
    found = kind.read(kind.find(results, "latest"))
    said = {key: key for key in kind.keys if key != "seal"} | {"schema": kind.schemas[-1]}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    assert found == said | {"seal": digest}
    with pytest.raises(errors.NotFoundError, match=f"holds no {kind.noun}"):
        kind.read(results)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is damaged"),
        (b"{", "is damaged"),
        (b"\xff", "is damaged"),
        (b"[]", "does not say in what format it is"),
        (b'{"schema": 99}', "format 99"),
        (b'{"schema": "1"}', "format '1'"),
    ],
)
def test_a_document_that_cannot_be_read(kind, results, content, complaint):
    path = results / kind.plural / NAMES[0] / kind.document
    path.write_bytes(content)
    with pytest.raises(errors.DataError) as caught:
        kind.read(path.parent)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)
    assert str(caught.value).endswith(kind.advice)


def test_a_document_that_lacks_something(kind, results):
    path = results / kind.plural / NAMES[0] / kind.document
    document = json.loads(path.read_text(encoding="utf-8"))
    del document[kind.keys[0]], document[kind.keys[-1]]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(errors.DataError, match=f"lacks {kind.keys[0]}, {kind.keys[-1]}"):
        kind.read(path.parent)


def test_what_is_written_is_read(kind, tmp_path):
    document = {key: [1, "ä"] for key in kind.keys if key != "seal"}
    path = kind.write(kind.folder(tmp_path, "new"), document)
    assert path == tmp_path / kind.plural / "new" / kind.document
    assert kind.read(path.parent) == sealed({"schema": kind.schemas[-1], **document})


def test_removed(kind, results):
    stored.remove([kind.folder(results, name) for name in NAMES[:2]])
    assert kind.names(results) == [NAMES[2]]
    assert sorted(path.name for path in (results / kind.plural).iterdir()) == [
        ".20260103-moved",
        "20260102-b",
        "20260104-empty",
    ]
