"""Guesses about a bare file. Every guess is shown to the user, with the parameter that overrules it."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable, Sequence

from recli.data.columns.cells import SPACE, Cutter
from recli.data.columns.number import number
from recli.data.columns.roles import name_both, plain, role_of

DELIMITERS = ("::", "\t", ",", ";", "|")
_TABLE_WORDS = (
    *("id", "title", "name", "genre", "genres", "category", "categories", "year", "tags"),
    *("age", "gender", "sex", "occupation", "country", "zip", "zipcode"),
)
_MISSING = ("na", "nan", "null", "none", "nil", "?", "-", "\\n")
_SNIFFED_LINES = 200
_BLOCK = 1 << 24
_NOT_ASCII = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_READ_BYTES = 1 << 16  # of lines that are not ASCII, to tell one encoding from another
_FEW_BYTES = 8  # so few that are not ASCII tell nothing
# Those in which files of the field are found, of which other libraries' names are kin.
_ENCODINGS = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]


def encoding(content: bytes, cut: bool = False) -> str:
    """The encoding of a text, by its mark, as UTF-8, or by what reads best; `cut` if more follows.

    A text of which most lines that are not ASCII are UTF-8 is UTF-8, whatever the others are. Bytes
    of Western Europe are `latin-1`, or `cp1252` where they need it.

    Args:
        content: the file, or how it begins
        cut: whether the content may end within a character
    """
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if is_utf_8(content, cut):
        return "utf-8"
    lines = _NOT_ASCII.findall(content)
    if 2 * sum(map(is_utf_8, lines)) > len(lines):
        return "utf-8"
    return _legacy(lines)


def is_utf_8(content: bytes, cut: bool = False) -> bool:
    """Whether the bytes are UTF-8; with `cut`, half a character may stand at the end.

    Args:
        content: the file, or how it begins
        cut: whether the content may end within a character
    """
    if content.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _BLOCK):
            decoder.decode(content[start : start + _BLOCK])
        decoder.decode(b"", final=not cut)
    except UnicodeDecodeError:
        return False
    return True


def _legacy(lines: Sequence[bytes]) -> str:
    """The encoding of lines that are not UTF-8."""
    import charset_normalizer

    step = max(1, sum(map(len, lines)) // _READ_BYTES)
    sample = b"\n".join(dict.fromkeys(lines[::step]))
    high = [byte for byte in sample if byte >= 0x80]
    western = "cp1252" if any(byte < 0xA0 for byte in high) else "latin-1"
    if len(high) < _FEW_BYTES:
        return western
    found = charset_normalizer.from_bytes(sample, cp_isolation=_ENCODINGS)
    names = [match.encoding for match in found]
    return western if not names or "cp1252" in names else names[0]


def filled(lines: Iterable[str]) -> list[str]:
    """The lines with something on them.

    Args:
        lines: lines of the file
    """
    return [line for line in lines if line.strip(" ")]


def delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most of the lines into the same number of cells.

    One that gives the three cells of a rating goes before one that gives two, as a comma in every
    title does. Spaces are one beside numbers where nothing else is, or where they leave nothing else.

    Args:
        lines: lines of the file, without their ends
    """
    lines = lines[:_SNIFFED_LINES]

    def consistency(candidate: str) -> tuple[int, float, int]:
        widths = [len(row) for row in cells(lines, candidate)]
        common = most_common(widths)
        return min(common, 3), widths.count(common) / len(widths), -DELIMITERS.index(candidate)

    best = max(DELIMITERS, key=consistency)
    return SPACE if _is_cut_at_spaces(lines, [len(row) for row in cells(lines, best)]) else best


def _is_cut_at_spaces(lines: Sequence[str], widths: Sequence[int]) -> bool:
    """Whether spaces cut the lines better than a delimiter that gives these widths."""
    rows = cells(lines, SPACE)
    width = most_common(widths)
    if 2 * widths.count(width) <= len(widths):
        width = 1
    if len({len(row) for row in rows}) > 1 or not width < len(rows[0]) or width >= 3:
        return False
    below = rows[1:] or rows
    numeric = [all(is_number(row[place]) for row in below) for place in range(len(rows[0]))]
    return all(numeric) or (any(numeric) and width == 1)


def cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Each of the lines cut into cells; quotes are text where one is left open.

    Args:
        lines: lines of the file, without their ends
        delimiter: what stands between two cells
    """
    cutter = Cutter(delimiter)
    return [cutter.either(line) for line in lines]


def header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns.

    It does if it has a known name and no number, or a name where all others have a number; beside
    numbers that has to be a known name. A value that is missing names nothing.

    Args:
        rows: the first rows, cut into cells
    """
    first, below = rows[0], rows[1:50]
    if any(name.strip().lower() in _MISSING for name in first):
        return False
    known = [bool(role_of(name)) or plain(name) in _TABLE_WORDS for name in first]
    pure = not any(map(is_number, first))
    return (pure and (any(known) or name_both(first))) or any(
        (known[column] or (pure and (column == 0 or bool(name.strip()))))
        and all(is_number(row[column]) for row in below if column < len(row))
        for column, name in enumerate(first if below else ())
    )


def names(rows: Sequence[Sequence[str]], header: bool) -> tuple[str, ...]:
    """Column names from the header, made unique; `column1`, … where there is none.

    Args:
        rows: the first rows, cut into cells
        header: whether the first row names the columns
    """
    width = len(rows[0]) if header else most_common([len(row) for row in rows])
    found = [f"column{position}" for position in range(1, width + 1)]
    if header:
        for position, name in enumerate(map(str.strip, rows[0])):
            found[position] = name if name and name not in found else found[position]
    return tuple(found)


def is_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or comma.

    Args:
        text: the text to read
    """
    return math.isfinite(number(text)) or math.isfinite(number(text, ","))


def most_common(widths: Sequence[int]) -> int:
    """The number of cells that most lines have, the greater of two.

    Args:
        widths: how many cells each row has
    """
    return max(set(widths), key=lambda width: (widths.count(width), width))
