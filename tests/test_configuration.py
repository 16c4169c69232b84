"""What a file says, as what a dataclass declares; places of errors; TOML; JSON Schemas."""

from __future__ import annotations

import importlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors
from recli.configuration import Derived, Document, Keyed, Many, OneOf, Rule, key, schema, toml
from recli.configuration.place import lines

DATASETS = sorted((Path(__file__).parents[1] / "datasets").glob("*/dataset.toml"))
TUNED = sorted((Path(__file__).parents[1] / "experiments").glob("tuned/**/*.toml"))


def positive(number: float) -> None:
    if number <= 0:
        raise ValueError


def known(text: str) -> None:
    if text != "known":
        raise errors.UsageError(f"who knows {text}?")


@dataclass(frozen=True)
class Part:
    """A part.

    Attributes:
        name: what it is called
        size: how large it is
    """

    name: str
    size: int


@dataclass(frozen=True)
class Kept:
    """What is kept of it, and in
    more than one line.

    Attributes:
        flag: a truth value,
            explained at length
        number: a number
    """

    flag: bool = False
    number: Annotated[float, Rule(positive, "a number above 0")] = 1.0


@dataclass(frozen=True)
class Whole(Kept):
    """A file.

    Attributes:
        colour: one of a few
        text: some text
        counts: one or several
        parts: by name
        weights: by name
        upper: in a file in lower case
        tables: a list of tables
        either: a text or a table
    """

    colour: Annotated[str, OneOf("red", "green")] | None = None
    text: Annotated[str, Rule(known)] | None = None
    counts: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1, le=9)], ...], Many()] = (1,)
    parts: Annotated[tuple[Part, ...], Keyed()] = ()
    weights: Mapping[str, float] | None = None
    upper: Annotated[str, Derived(str, str.upper)] = ""
    tables: tuple[Mapping[str, Any], ...] = ()
    either: str | Part | None = None


def read(text: str, **options: Any) -> Whole:
    Path("x.toml").write_text(text, encoding="utf-8")
    return Document.read(Path("x.toml")).to(Whole, **options)


def test_everything():
    found = read(
        """
        flag = true
        number = 2
        colour = "red"
        text = "known"
        counts = [1, 9]
        upper = "abc"
        either = { name = "p", size = 3 }
        [parts]
        one = { size = 1 }
        "two words".size = 2
        [weights]
        a = 1
        [[tables]]
        x = [1]
        [[tables]]
        """
    )
    assert found == Whole(
        flag=True,
        number=2.0,
        colour="red",
        text="known",
        counts=(1, 9),
        parts=(Part("one", 1), Part("two words", 2)),
        weights={"a": 1.0},
        upper="ABC",
        tables=({"x": [1]}, {}),
        either=Part("p", 3),
    )
    assert isinstance(found.number, float)
    assert read("") == Whole()
    assert read("counts = 3\neither = 'a'") == Whole(counts=(3,), either="a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flags = true", "line 1: flags: There is no key 'flags'. Did you mean 'flag'? Valid: flag, "),
        ("flag = 1", "line 1: flag = 1 should be true or false."),
        ("flag = 2001-01-01", "flag = 2001-01-01 should be true or false."),
        ("number = 0", "number = 0 should be a number above 0."),
        ("number = true", "number = true should be a number above 0."),
        ("colour = 'gren'", "colour = \"gren\" should be one of green, red. Did you mean 'green'?"),
        ("colour = 'Red'", "colour = \"Red\" should be one of red, green. Did you mean 'red'?"),
        ("colour = 1", "colour = 1 should be one of red, green."),
        ("text = 'x'", "line 1: text: who knows x?"),
        ("counts = 0", "counts = 0 should be a whole number from 1 to 9."),
        ("counts = [\n1,\n'2']", 'line 1: counts = "2" should be a whole number from 1 to 9.'),
        ("counts = []", "counts: is an empty list. Name one at least, or leave it out."),
        ("counts = [1, 2, 1]", "counts: 1 is there twice."),
        ("parts = 1", "parts = 1 should be a table."),
        ("[parts]\nx = 1", "line 2: parts.x = 1 should be a table."),
        ("[parts]\nx = {}", "line 2: parts.x: lacks size, a whole number."),
        ("[parts.x]\nsize = 1\nname = 'y'", "line 3: parts.x.name: There is no key 'name'."),
        ("[weights]\na = 1\nb = 'x'", 'line 3: weights.b = "x" should be a number.'),
        ("tables = 1", "tables = 1 should be a list of tables."),
        ("[[tables]]\n[[tables]]\n[either]\nsize = 1", "line 3: either: lacks name, text."),
        ("either = 1", "either = 1 should be text."),
        ("either = { nam = 'x', size = 1 }", "line 1: either.nam: There is no key 'nam'."),
    ],
)  # fmt: skip
def test_what_is_not_valid(text, message):
    with pytest.raises(errors.DataError) as caught:
        read(text)
    assert str(caught.value).startswith("x.toml, line ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_mistake_has_a_line():
    with pytest.raises(errors.UsageError) as caught:
        read("flag = 1\nnumber = 2\ncolour = 'x'\n[parts]\na = {}\n", error=errors.UsageError)
    found = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in found] == [f"x.toml, line {n}" for n in (1, 3, 5)]


def test_lax_reads_numbers_and_names_as_people_write_them():
    found = read("number = '2'\ncolour = 'RED'\ncounts = ['3', 4.0]", lax=True)
    assert found == Whole(number=2.0, colour="red", counts=(3, 4))
    assert read("colour = 'none'", lax=True).colour is None
    for text in ("number = 'x'", "flag = 'maybe'", "text = 3", "counts = true"):
        with pytest.raises(errors.DataError, match="should be"):
            read(text, lax=True)


def test_files_that_are_none():
    with pytest.raises(errors.NotFoundError, match=r"none\.toml: no such file"):
        Document.read(Path("none.toml"))
    with pytest.raises(errors.DataError, match=r"x\.toml: cannot be read as TOML: .*line 2"):
        read("a = 1\nb = \nc = 1")


def test_lines_of_keys():
    text = """
a.b = 1
[c.'d.e']
"f" = 1  # [g]
h = '''
i = 1
'''
j = [
  1,
]
[[k]]
[k.l]
m = 1
[[k]]
[k.l]
m = 2
"""
    assert lines(text) == {
        ("a",): 2,
        ("a", "b"): 2,
        ("c", "d.e"): 3,
        ("c", "d.e", "f"): 4,
        ("c", "d.e", "h"): 5,
        ("c", "d.e", "j"): 8,
        ("k", 1): 11,
        ("k", 1, "l"): 12,
        ("k", 1, "l", "m"): 13,
        ("k", 2): 14,
        ("k", 2, "l"): 15,
        ("k", 2, "l", "m"): 16,
    }


VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text(), VALUES)
def test_what_is_written_as_toml_is_read_again(name, value):
    [(again, found)] = tomllib.loads(f"{key(name)} = {toml(value)}").items()
    assert again == name
    assert repr(found) == repr(value)


def test_times_and_numbers_of_numpy():
    np = pytest.importorskip("numpy")
    assert toml(np.float64(0.5)) == "0.5"
    assert toml(date(2001, 12, 31)) == "2001-12-31"
    assert math.isnan(tomllib.loads(f"x = {toml(math.nan)}")["x"])


def test_the_json_schema():
    found = schema.json_schema(Whole, "whole")
    jsonschema.Draft202012Validator.check_schema(found)
    keys = found["properties"]
    assert found["title"] == "whole"
    assert found["description"] == "A file."
    assert list(keys)[:2] == ["flag", "number"]
    assert keys["flag"] == {
        "description": "a truth value, explained at length",
        "type": "boolean",
        "default": False,
    }
    assert keys["colour"] == {"description": "one of a few", "enum": ["red", "green"]}
    one = {"type": "integer", "minimum": 1, "maximum": 9}
    many = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    assert keys["counts"] == {"description": "one or several", "anyOf": [one, many], "default": [1]}
    assert keys["parts"]["additionalProperties"] == {
        "type": "object",
        "properties": {"size": {"description": "how large it is", "type": "integer"}},
        "required": ["size"],
        "additionalProperties": False,
    }


MODULES = {
    "dataset": "recli.data.description",
    "experiment": "recli.experiments.experiment_schema",
    "params": "recli.experiments.params_file",
    "space": "recli.experiments.tuning.ranges",
}


def validator(kind: str) -> jsonschema.Draft202012Validator:
    found = importlib.import_module(MODULES[kind]).json_schema()
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(json.loads(json.dumps(found)))


def test_the_schema_of_datasets_fits_those_that_are_shipped():
    schema_of_datasets = validator("dataset")
    assert len(DATASETS) > 50
    for path in DATASETS:
        schema_of_datasets.validate(tomllib.loads(path.read_text(encoding="utf-8")))
    assert not schema_of_datasets.is_valid({"ratings": {"user": "u"}})
    assert not schema_of_datasets.is_valid({"ratings": {"file": "r", "usr": "u"}})


def test_the_schemas_of_parameters_and_of_ranges():
    assert TUNED
    for path in TUNED:
        validator("params").validate(tomllib.loads(path.read_text(encoding="utf-8")))
    assert not validator("params").is_valid({"params": {}})
    space = validator("space")
    assert space.is_valid({"svd": {"n_factors": [1, 2], "reg_all": {"low": 1, "high": 2}}})
    assert space.is_valid({"knn-basic": {"sim_options": {"name": ["msd"]}}, "a:B": {"k": [1, 2]}})
    assert not space.is_valid({"svd": {"n_factors": 3}})
    assert not space.is_valid({"svdd": {}})
