"""What the commands about runs, studies, models and refreshes share: to list, to show and to remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from recli.cli._output.console import Console
from recli.stored import StoredKind

Document = Mapping[str, Any]


def show_list(
    kind: StoredKind,
    results: Path,
    console: Console,
    describe: Callable[[Path], Document | None],
    columns: Mapping[str, Callable[[Document], str]],
    right: Sequence[str] = (),
) -> None:
    """Print all of a kind, the newest first; one that cannot be read is a row that says so.

    Args:
        kind: what is listed
        results: the results folder
        console: where it is printed
        describe: what is told of the one in a folder, None for nothing; it may raise RecliError
        columns: the columns of the table, each with what a document has there
        right: the columns that stand to the right
    """
    from recli import errors

    documents: list[Document] = []
    rows = []
    header = list(columns)
    for name in kind.every(results):
        try:
            found = describe(kind.folder(results, name))
        except errors.RecliError as error:
            # What was begun and killed before its first word is no loss, but it is there.
            word = "empty" if isinstance(error, errors.NotFoundError) else "damaged"
            console.say(f"{word.capitalize()}: {error}")
            documents.append({kind.noun: name, word: str(error)})
            rows.append([name, word, *["–"] * (len(header) - 2)])
            continue
        if found is not None:
            documents.append(found)
            rows.append([cell(found) for cell in columns.values()])
    if not documents:
        console.say(str(kind.none(results)))

    def as_table() -> None:
        if rows:
            console.table(header, rows, right=right)

    console.emit(documents, header, rows, as_table)


def show_facts(console: Console, facts: Mapping[str, str], width: int) -> None:
    """Print what is known of one, a line for each fact, names in a column of `width` characters.

    Args:
        console: where it is printed
        facts: what is known, by its name
        width: how wide the column of names is
    """
    for name, value in facts.items():
        console.line(f"{name:<{width}}  {value}")


def agreed(kind: StoredKind, results: Path, names: Sequence[str], yes: bool) -> list[Path]:
    """The folders that are to be removed, once the user agrees; `yes` is their answer beforehand.

    Raises:
        NotFoundError: if a name means none in this results folder
        UsageError: if a name is ambiguous, if it is still worked on, or if the user does not agree

    Args:
        kind: runs, studies, models or refreshes
        results: the results folder
        names: names, as typed
        yes: whether the user has agreed already
    """
    from recli import errors

    folders = list(dict.fromkeys(kind.find_own(results, name) for name in names))
    for folder in folders:
        if "status" in kind.keys and _is_running(kind, folder):
            raise errors.UsageError(f"{folder.name} is still running. Stop it first.")
    if not yes:
        confirm([folder.name for folder in folders], f"Remove {_count(kind, folders)}?")
    return folders


def tell_removed(
    kind: StoredKind, folders: Sequence[Path], console: Console, more: str = "", **also: int
) -> None:
    """Say what was removed: `more` in words, and `also` in the document.

    Args:
        kind: runs, studies, models or refreshes
        folders: what was removed
        console: where it is printed
        more: what else was removed, in words
        **also: how many other things were removed, by what they are called
    """
    document = {"removed": [folder.name for folder in folders], **also}
    text = f"Removed: {_count(kind, folders)}{more}."
    console.emit(document, [], [], lambda: console.line(text))


def _is_running(kind: StoredKind, folder: Path) -> bool:
    """Whether somebody works on it; of one that cannot be read nobody knows, and it may go."""
    from recli import errors
    from recli.records.process import is_alive

    try:
        document = kind.read(folder)
    except errors.RecliError:
        return False
    return document["status"] == "running" and is_alive(document.get("process"))


def _count(kind: StoredKind, folders: Sequence[Path]) -> str:
    return f"{len(folders):,} {kind.noun if len(folders) == 1 else kind.plural}"


def confirm(names: list[str], question: str) -> None:
    """Ask before `names` are gone.

    Args:
        names: what is removed
        question: what is asked before

    Raises:
        UsageError: for any answer but yes
    """
    from recli import errors

    click.echo("\n".join(names), err=True)
    try:
        click.confirm(question, abort=True, err=True)
    except click.Abort:
        raise errors.UsageError("Nothing was removed. '--yes' answers for you.") from None
