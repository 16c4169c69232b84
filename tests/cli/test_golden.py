"""What the commands print on the tiny dataset at a fixed seed, to the letter.

`make golden` writes the files anew. Run ids, times and places are placeholders; numbers are
rounded to nine digits, so that the order of additions of another machine is no difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest

WRITE = os.environ.get("RECLI_GOLDEN") == "write"
FOLDER = Path(__file__).parent / "golden"
SUFFIXES = {"table": "txt", "json": "json", "csv": "csv", "markdown": "md"}
COMMANDS = {
    "evaluate": (
        *("evaluate", "-a", "svd", "-a", "content-based", "-a", "baseline-only"),
        *("-p", "n_factors=5", "--cv", "3", "--metric", "rmse", "--metric", "mae"),
        *("--metric", "ndcg@5", "--metric", "hit-rate@5", "-j", "1", "-d", "TINY"),
    ),
    "tune": (
        *("tune", "-a", "svd", "-p", "n_epochs=5", "--cv", "3", "--trials", "3", "-j", "1"),
        *("-d", "TINY"),
    ),
    "recommend": ("recommend", "--user", "42", "-n", "5", "-d", "TINY"),
    "train": ("train", "-a", "svd", "-p", "n_factors=5", "--name", "mine", "-d", "TINY"),
    "data-check": ("data", "check", "TINY"),
}
CASES = [
    (name, output_format)
    for name in COMMANDS
    for output_format in SUFFIXES
    if output_format in ("table", "json") or name not in ("train", "data-check")
]


@pytest.mark.parametrize(("name", "output_format"), CASES, ids="-".join)
def test_golden(recli, tiny, name, output_format):
    typed = [str(tiny) if word == "TINY" else word for word in COMMANDS[name]]
    printed = recli(*typed, "--format", output_format).stdout
    shown = {"json": _json, "csv": _csv}.get(output_format, _without_ids)(printed)
    # Where two digits after the point are seconds.
    if name in ("evaluate", "train") and output_format in ("table", "markdown"):
        shown = re.sub(r"(?<![\d.])\d+\.\d\d(?!\d)", "0.00", shown)
    path = FOLDER / f"{name}.{SUFFIXES[output_format]}"
    if WRITE:
        path.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == path.read_text(encoding="utf-8"), "if this is meant, run 'make golden'"


@pytest.mark.skipif(WRITE, reason="they are being written")
def test_no_golden_file_is_left_over():
    expected = {f"{name}.{SUFFIXES[output_format]}" for name, output_format in CASES}
    assert {path.name for path in FOLDER.iterdir()} == expected


def _json(printed: str) -> str:
    return json.dumps(_plain(json.loads(printed)), indent=2, ensure_ascii=False) + "\n"


def _csv(printed: str) -> str:
    header, *rows = csv.reader(io.StringIO(printed))
    found = io.StringIO()
    plain = ([_cell(*each) for each in zip(header, row, strict=True)] for row in rows)
    csv.writer(found, lineterminator="\n").writerows([header, *plain])
    return _without_ids(found.getvalue())


def _cell(column: str, text: str) -> str:
    try:
        return str(_plain(float(text) if "." in text else text, column))
    except ValueError:
        return text


def _plain(value: object, key: str = "") -> object:
    if key.endswith("seconds"):
        return "SECONDS"
    if isinstance(value, dict):
        return {name: _plain(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, str):
        return _without_ids(value.replace("\\", "/") if key in ("path", "params_file") else value)
    return value


def _without_ids(text: str) -> str:
    # The name of a study ends in a digest, of the code too.
    text = re.sub(r"\b(svd-rmse-tiny)-[0-9a-f]{6}\b", r"\1-DIGEST", text)
    return re.sub(r"\d{8}-\d{6}-([a-z-]+)-[0-9a-f]{4}", r"DATE-\1-ID", text)
