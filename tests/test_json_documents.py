"""JSON is read that is JSON in every respect."""

from __future__ import annotations

import pytest

from recli import errors, json_documents


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"k": NaN}', "it holds NaN"),
        ("[-Infinity]", "it holds -Infinity"),
        ("[1e999]", "the number 1e999 is too large"),
        ("[18446744073709551616]", "the whole number 18446744073709551616 is too large"),
        ("[-9223372036854775809]", "the whole number -9223372036854775809 is too large"),
        ("[" + "9" * 100_000 + "]", "the whole number 99999999999999999999… is too large"),
        ('{"a": {"k": 1, "j": 2, "k": 1}}', "the key 'k' is there twice"),
        ("[" * 101 + "]" * 101, "more than 100 deep"),
        ('{"k": ' * 100_000 + "1" + "}" * 100_000, "more than 100 deep"),
        ("[" * 100_000, "more than 100 deep"),
        ("{", "Expecting"),
        ("", "Expecting"),
        (b"[\xff]", "utf-8"),
    ],
)
def test_anything_else_is_told(text, said, tmp_path):
    with pytest.raises(ValueError, match=said):
        json_documents.parsed(text)
    path = tmp_path / "x.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(errors.DataError, match=rf"x\.json: is damaged: .*{said}.*\. Mend it\."):
        json_documents.read(path, "Mend it.")


def test_what_it_may_be():
    text = '{"a": [18446744073709551615, -9223372036854775808, 1e308, true, null], "b": "é"}'
    assert json_documents.parsed(text.encode()) == {
        "a": [18446744073709551615, -9223372036854775808, 1e308, True, None],
        "b": "é",
    }
    deepest = json_documents.parsed("[" * 100 + "]" * 100)
    for _ in range(99):
        [deepest] = deepest
    assert deepest == []


def test_a_file_that_is_not_there_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        json_documents.read(tmp_path / "x.json")
    with pytest.raises(errors.DataError, match="is damaged"):
        json_documents.read(tmp_path)
