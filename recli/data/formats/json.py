"""JSON that holds an array of objects."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from recli import errors
from recli.data.formats._base import TextTable
from recli.data.formats._objects import (
    columns,
    half_a_character,
    is_json,
    is_lines,
    problem,
    without_types,
)
from recli.data.formats._text.lines import Recognised
from recli.data.sources.location import Location


class Json(Recognised):
    """An array of objects, or an object with one array of objects in it, such as `{"ratings": […]}`.

    Keys are columns, nested ones `a.b`; lists are JSON, null is empty. The objects are numbered from 1.
    """

    suffixes = (".json",)
    summary = "JSON, an array of objects"

    def recognises(self, head: bytes, file: Location) -> bool:
        return is_json(head) and not is_lines(head, file.suffix)

    def table(self, file: Location, text: str) -> TextTable:
        try:
            document = json.loads(text)
        except ValueError as error:
            raise errors.DataError(
                f"{file}: is no JSON: {problem(error, line=True)}. For a file with an object a line "
                'say `format="json-lines"`.'
            ) from None
        except RecursionError:
            raise errors.DataError(f"{file}: is JSON nested too deep to be a table.") from None
        objects = _array(file, document)
        if half_a_character(objects):
            raise errors.DataError(f"{file}: a text has half a character of two, such as \\ud800.")
        return TextTable(without_types(columns(objects)), np.arange(1, len(objects) + 1))


def _array(file: Location, document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict):
        arrays = {name: value for name, value in document.items() if _is_rows(value)}
        if len(arrays) > 1:
            raise errors.DataError(
                f"{file}: holds several arrays of objects: {', '.join(arrays)}. Make a file of each."
            )
        document = next(iter(arrays.values()), None)
    if not _is_rows(document):
        raise errors.DataError(
            f"{file}: holds no array of objects, with an object for each row. For a file with an "
            'object a line say `format="json-lines"`.'
        )
    return document


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
