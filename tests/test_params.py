"""Hyperparameters: read from text, checked, resolved, drawn."""

from __future__ import annotations

import json
import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import errors, params
from recli.params import Bool, Choice, Float, Int, Literal, Parameter, Text

K = Int("k", 40, "neighbours", low=1, tune=(10, 120), log=True)
MOST = Int("most", 5, "at most", low=0, high=9)
RATE = Float("rate", 0.5, "rate", low=0, high=1)
REG = Float("reg", None, "regularisation", low=0, when=("kind", ("fast", "slow")), tune=(0.1, 1))
KIND = Choice("kind", "plain", "how", options=("plain", "fast", "slow"), tune=("plain", "fast"))
DEEP = Bool("deep", False, "deep", when=("kind", ("fast",)), tune=(False, True))
DEEPER = Text("deeper.name", "x", "deeper", when=("deep", (True,)))
ALL = (K, MOST, RATE, KIND, REG, DEEP, DEEPER)


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (K, "20", 20),
        (K, " 20 ", 20),
        (K, "2e1", 20),
        (K, 20.0, 20),
        (MOST, "0", 0),
        (MOST, "9", 9),
        (RATE, "0.25", 0.25),
        (RATE, "1e-3", 0.001),
        (RATE, 1, 1.0),
        (Float("x", 0.0, "any"), "-3", -3.0),
        (REG, "none", None),
        (REG, None, None),
        (REG, "0.5", 0.5),
        (DEEP, "Yes", True),
        (DEEP, "0", False),
        (DEEP, True, True),
        (KIND, "FAST", "fast"),
        (Choice("s", "msd", "s", options=("msd", "pearson_baseline")), "PearsonBaseline", None),
        (Text("t", "all", "t"), "a,b", "a,b"),
        (Literal("x", 0, "x"), "[1, 2]", [1, 2]),
        (Literal("x", 0, "x"), "1.5", 1.5),
        (Literal("x", 0, "x"), "word", "word"),
        (Literal("x", 0, "x"), "False", False),
        (Literal("x", 0, "x"), "true", True),
        (Literal("x", 0, "x"), "None", None),
        (Literal("x", 0, "x"), {"a": 1}, {"a": 1}),
        (Literal("x", "text", "x"), "1", "1"),
    ],
)
def test_reads(parameter, text, value):
    value = "pearson_baseline" if parameter.name == "s" else value
    checked = parameter.check(text)
    assert checked == value
    assert type(checked) is type(value)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (K, "0", "k=0 is not valid: it takes a whole number ≥ 1 (default 40)"),
        (K, "2.5", "k=2.5 is not valid"),
        (K, "many", "k=many is not valid"),
        (K, "nan", "k=nan"),
        (K, "inf", "k=inf"),
        (K, "9" * 400, "a whole number ≥ 1"),
        (K, 10**400, "a whole number ≥ 1"),
        (K, True, "k=True"),
        (K, None, "k=None"),
        (K, [3], "k=[3]"),
        (MOST, 10, "a whole number from 0 to 9"),
        (RATE, 1.01, "a number from 0 to 1"),
        (RATE, "nan", "rate=nan"),
        (RATE, True, "rate=True"),
        (REG, "inf", "reg=inf is not valid: it takes a number ≥ 0 (default none)"),
        (REG, 10**400, "a number ≥ 0"),
        (DEEP, "maybe", "true or false (default false)"),
        (DEEP, 1, "true or false"),
        (DEEP, "none", "true or false"),
        (KIND, "fsat", "no value of kind 'fsat'. Did you mean 'fast'? Valid: fast"),
        (KIND, None, "one of plain, fast, slow (default plain)"),
    ],
)
def test_refuses(parameter, value, message):
    with pytest.raises(errors.UsageError) as caught:
        parameter.check(value)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_domains():
    assert Float("x", 0.0, "x").domain == "a number"
    assert Int("x", 0, "x").domain == "a whole number"
    assert Text("x", "", "x").domain == "text"
    assert Literal("x", "", "x").domain == "any value"


def test_the_base_class_is_abstract():
    with pytest.raises(NotImplementedError):
        Parameter("x", 1, "x").check(2)
    assert not Parameter("x", 1, "x").tunable


def test_shown_is_read_back():
    for parameter, value in [(K, 7), (RATE, 0.125), (DEEP, True), (REG, None), (KIND, "slow")]:
        assert parameter.check(params.shown(value)) == value


# Assignments


def test_assignments():
    assert params.assignments(["k=20", "a.b = x=y ", "t="]) == {"k": "20", "a.b": "x=y", "t": ""}


@pytest.mark.parametrize("text", ["k", "=3", " =3", ""])
def test_not_an_assignment(text):
    with pytest.raises(errors.UsageError, match=r"is not name=value, as in '-p n_factors=50'"):
        params.assignments([text])


def test_given_twice():
    with pytest.raises(errors.UsageError, match="'k' is given twice"):
        params.assignments(["k=1", "k =2"])


# Resolving


def test_defaults_fill_in_what_matters():
    assert params.resolve(ALL, {}, "x") == {"k": 40, "most": 5, "rate": 0.5, "kind": "plain"}
    given = {"deep": "yes", "kind": "fast"}
    assert list(params.resolve(ALL, given, "x").items()) == [
        ("k", 40),
        ("most", 5),
        ("rate", 0.5),
        ("kind", "fast"),
        ("reg", None),
        ("deep", True),
        ("deeper.name", "x"),
    ]


def test_what_does_not_matter_may_not_be_given():
    with pytest.raises(errors.UsageError) as caught:
        params.resolve(ALL, {"reg": 1}, "thing")
    assert str(caught.value) == (
        "Parameter 'reg' of thing only matters with kind=fast or kind=slow: add that, or leave it out."
    )
    with pytest.raises(errors.UsageError, match="only matters with deep=true"):
        params.resolve(ALL, {"kind": "fast", "deeper.name": "y"}, "thing")


def test_an_unknown_name_gives_the_nearest():
    with pytest.raises(errors.UsageError) as caught:
        params.resolve(ALL, {"raet": 1}, "thing")
    text = str(caught.value)
    assert text.startswith("There is no parameter of thing 'raet'. Did you mean 'rate'?")
    assert "recli show algorithm thing" in text


def test_a_default_is_taken_as_it_is():
    # Text that looks like a number stays text.
    assert params.resolve([Literal("mode", "1", "m")], {}, "x") == {"mode": "1"}


def test_difference():
    values = params.resolve(ALL, {"k": 7, "kind": "fast"}, "x")
    assert params.difference(ALL, values) == {"k": 7, "kind": "fast"}


# Nested and flat


names = st.from_regex(r"[a-z]{1,3}(\.[a-z]{4,6}){0,2}", fullmatch=True)
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.dictionaries(names, values, max_size=6))
def test_nested_and_flat_are_inverse(flat):
    leaves = {
        name: value
        for name, value in flat.items()
        if not any(other.startswith(f"{name}.") for other in flat)
    }
    assert params.flat(params.nested(leaves)) == leaves


def test_toml_and_json_carry_parameters():
    text = 'k = 3\nsim_options.name = "cosine"\nsim_options.user_based = false\n'
    expected = {"k": 3, "sim_options.name": "cosine", "sim_options.user_based": False}
    assert params.flat(tomllib.loads(text)) == expected
    assert params.flat(json.loads(json.dumps(params.nested(expected)))) == expected


# Drawing


class Recorder:
    """A trial that takes what it is told, or the lowest."""

    def __init__(self, **wanted):
        self.wanted, self.asked = wanted, []

    def _give(self, name, otherwise):
        self.asked.append(name)
        return self.wanted.get(name, otherwise)

    def suggest_int(self, name, low, high, *, log=False):
        assert (type(low), type(high)) == (int, int)
        return self._give(name, low)

    def suggest_float(self, name, low, high, *, log=False):
        return self._give(name, low)

    def suggest_categorical(self, name, choices):
        return self._give(name, choices[0])


def test_only_what_matters_and_has_a_range_is_drawn():
    trial = Recorder()
    assert params.suggest(ALL, trial) == {"k": 10, "most": 5, "rate": 0.5, "kind": "plain"}
    assert trial.asked == ["k", "kind"]
    trial = Recorder(kind="fast", deep=True)
    assert params.suggest(ALL, trial) == {
        **{"k": 10, "most": 5, "rate": 0.5, "kind": "fast"},
        **{"reg": 0.1, "deep": True, "deeper.name": "x"},
    }
    assert trial.asked == ["k", "kind", "reg", "deep"]


def test_what_is_drawn_resolves():
    for kind in ("plain", "fast"):
        drawn = params.suggest(ALL, Recorder(kind=kind))
        assert params.resolve(ALL, drawn, "x") == drawn


def test_infinite_bounds_are_the_defaults():
    assert (K.low, K.high) == (1, math.inf)
