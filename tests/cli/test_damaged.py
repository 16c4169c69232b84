"""Whatever is on disk, lists are shown, the damaged thing is named, and nobody sees a traceback."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from recli.cli import main
from recli.stored import sealed

KINDS = {
    "runs": ("run.json", ("show", "diff"), ("report", "compare")),
    "studies": ("study.json", ("show", "export"), ()),
    "models": ("model.json", ("show",), ()),
    "refreshes": ("refresh.json", (), ()),
}
WRONG = (None, -1, "x", [], {}, [{}], 1e400)
SPARSE = 7
"""Of the alterations one in so many is made: all together take a minute."""


def of_kind(kind: str) -> tuple[str, str]:
    return ("refresh", "--history") if kind == "refreshes" else (kind, "list")


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """A results folder with two of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)

        def run(*typed: object, code: int = 0) -> None:
            done = CliRunner().invoke(main, list(map(str, typed)), catch_exceptions=False)
            assert done.exit_code == code, done.output

        given = ("-d", tiny, "--cv", 2, "-j", 1, "--metric", "rmse", "--metric", "ndcg@5")
        run("evaluate", *given, "-a", "baseline-only", "-a", "slope-one", "--by", "activity")
        run("evaluate", *given, "-a", "baseline-only", "-a", "svd", "-p", "lr_all=50", code=2)
        for name in ("one", "two"):
            typed = ("-d", tiny, "-a", "baseline-only", "--cv", 2, "-j", 1, "--trials", 2, "-q")
            run("tune", *typed, "--study", name)
            run("train", "-d", tiny, "-a", "most-popular", "--name", name)
            events = folder / f"{name}.csv"
            lines = [f"{user},{item},4,1700000000" for user in "abc" for item in items_of(tiny)]
            events.write_text("user_id,item_id,value,time\n" + "\n".join(lines) + "\n", "utf-8")
            run("refresh", "-m", name, "--events", events, "--min-events", 1)
    return folder / "results"


def items_of(tiny: Path) -> list[str]:
    lines = (tiny / "movies.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.partition(",")[0] for line in lines][:12]


@pytest.fixture
def results(whole):
    """A copy of it, where the test stands."""
    return Path(shutil.copytree(whole, "results"))


def told(*typed: object) -> str:
    """What a command says, which ends with 0 or an error that is told."""
    done = CliRunner().invoke(main, list(map(str, typed)), catch_exceptions=False)
    assert done.exit_code in (0, 3, 4), (typed, done.output)
    if done.exit_code:
        assert "Error: " in done.stderr, typed
    return done.stdout + done.stderr


def ask_for_the_list(kind: str, name: str, other: str, format: str) -> None:
    """It names both, whatever became of one of them."""
    listed = told(*of_kind(kind), "--format", format)
    assert name in listed
    assert other in listed


def ask_everything(kind: str, name: str, other: str) -> None:
    """Every command about a kind."""
    for format in ("table", "json"):
        ask_for_the_list(kind, name, other, format)
    _, own, elsewhere = KINDS[kind]
    for command in own:
        told(kind, command, name, *([other] if command == "diff" else []))
    for command in elsewhere:
        told(command, name, *([other] if command == "compare" else []))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ["removed", "cut", "emptied", "replaced", "bytes"])
def test_a_file_of_it_is_damaged(results, kind, damage):
    name, other, *_ = sorted(path.name for path in (results / kind).glob("[!.]*"))
    for path in sorted(path for path in (results / kind / name).rglob("*") if path.is_file()):
        whole = path.read_bytes()
        if damage == "removed":
            path.unlink()
        else:
            path.write_bytes(
                {
                    "cut": whole[: len(whole) // 2],
                    "emptied": b"",
                    "replaced": b'{"schema": 2}\n',
                    "bytes": bytes(range(256)),
                }[damage]
            )
        ask_everything(kind, name, other)
        path.write_bytes(whole)


def altered(document: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Copies of a document, each with one thing in it gone or of another kind."""
    items = document.items() if isinstance(document, dict) else enumerate(document[:1])
    for key, value in items:
        for number, wrong in enumerate((*WRONG, "gone")):
            if (len(path) + len(str(key)) + number) % SPARSE == 0:
                yield (*path, key, wrong), wrong
        if isinstance(value, (dict, list)) and value:
            yield from altered(value, (*path, key))


def sealed_anew(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    """As somebody would write it who knows how; other kinds than models may have no seal."""
    if kind != "models":
        return {key: value for key, value in document.items() if key != "seal"}
    try:
        return sealed(document)
    except ValueError:
        return document


@pytest.mark.parametrize("kind", KINDS)
def test_one_digit_is_not_what_was_written(results, kind):
    # Runs of the same second have no order; only one of them has groups.
    folders = sorted(
        (results / kind).glob("[!.]*"), key=lambda path: not (path / "groups.csv").exists()
    )
    name, other = (path.name for path in folders[:2])
    document = results / kind / name / KINDS[kind][0]
    tables = ("metrics.csv", "groups.csv") if kind == "runs" else ()
    for path in (document, *(document.with_name(table) for table in tables)):
        whole = path.read_text(encoding="utf-8")
        places = [found.start() for found in re.finditer(r"(?<=\d)\d", whole)]
        for place in places[:: max(1, len(places) // 5)]:
            digit = str((int(whole[place]) + 1) % 10)
            changed = whole[:place] + digit + whole[place + 1 :]
            if path == document and json.loads(changed) == json.loads(whole):
                continue  # the seventeenth digit may leave a number what it is
            path.write_text(changed, encoding="utf-8")
            listed = CliRunner().invoke(main, [*of_kind(kind)], catch_exceptions=False).output
            told_so = re.search(
                rf"Damaged: \S*{path.name}: (is not what was written|lacks)", listed
            )
            assert told_so or path.name == "groups.csv", (place, listed)
            for command in KINDS[kind][1]:
                typed = [kind, command, name, *([other] if command == "diff" else [])]
                done = CliRunner().invoke(main, typed, catch_exceptions=False)
                assert done.exit_code == 3 or path.name == "groups.csv"
        path.write_text(whole, encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_its_document_says_something_else(results, kind):
    name, other, *_ = sorted(path.name for path in (results / kind).glob("[!.]*"))
    path = results / kind / name / KINDS[kind][0]
    document = json.loads(path.read_text(encoding="utf-8"))
    for number, ((*where, key, _), wrong) in enumerate(altered(document)):
        changed = copy.deepcopy(document)
        place = changed
        for step in where:
            place = place[step]
        if wrong == "gone":
            del place[key]
        else:
            place[key] = wrong
        path.write_text(json.dumps(sealed_anew(kind, changed)), encoding="utf-8")
        if number % 16 == 0:
            ask_everything(kind, name, other)
        else:
            ask_for_the_list(kind, name, other, ("table", "json")[number % 2])


@pytest.mark.parametrize("kind", ["runs", "studies", "models"])
def test_what_is_damaged_can_be_removed(results, kind):
    name, other, *_ = sorted(path.name for path in (results / kind).glob("[!.]*"))
    (results / kind / name / KINDS[kind][0]).write_text("{", encoding="utf-8")
    assert "Removed: 1 " in told(kind, "rm", name, "--yes")
    (results / kind / other / KINDS[kind][0]).unlink()
    assert "Removed: 1 " in told(kind, "rm", other, "--yes")
