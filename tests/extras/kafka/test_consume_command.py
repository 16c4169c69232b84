"""The command as far as it goes without a broker."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from recli import registry
from recli.cli import main

TYPED = ("consume", "--topic", "events", "--bootstrap-server", "127.0.0.1:1")


@pytest.fixture
def consume(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *typed: CliRunner().invoke(main, [*TYPED, *typed])


def test_without_the_extra_it_says_what_to_install(consume, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: False)
    done = consume()
    assert done.exit_code == 5
    assert "pip install 'recli[kafka]'" in done.output


def test_a_registry_needs_an_extra_of_its_own(consume, monkeypatch):
    monkeypatch.setattr(registry, "installed", lambda extra: extra == "kafka")
    done = consume("--schema-registry", "http://127.0.0.1:1")
    assert done.exit_code == 5
    assert "pip install 'recli[kafka-schemas]'" in done.output


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("--fields", "user=uid"), 2, "no field of an event 'user'. Did you mean 'user_id'?"),
        (("--fields", "user_id"), 2, "'user_id' is not NAME=FIELD"),
        (("--from", "yesterday"), 2, "'yesterday' is not beginning, latest or a date"),
        (("--kafka-config", "x"), 2, "KEY=VALUE"),
        (("--kafka-config", "no.such=1"), 2, "does not take the property 'no.such'"),
        (("--kafka-config-file", "no"), 4, "no: no such file"),
        (("--into", "no-such-thing"), 4, "no-such-thing"),
        (("--protobuf", "a:B"), 2, "goes with '--schema-registry URL'"),
    ],
)
def test_what_cannot_be_is_told(consume, typed, code, said):
    done = consume(*typed)
    assert done.exit_code == code, done.output
    assert said in done.output
    assert "Traceback" not in done.output


def test_nobody_there_is_told(consume, monkeypatch):
    monkeypatch.setattr(registry.room("kafka", "consumer"), "PATIENCE", 1.0)
    done = consume()
    assert done.exit_code == 3
    assert "kafka://127.0.0.1:1: no broker answers." in done.output
