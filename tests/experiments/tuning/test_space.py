"""What is varied: declared ranges, what overrides them, grids."""

from __future__ import annotations

import itertools
from pathlib import Path

import optuna
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.experiments.tuning.ranges import read_ranges
from recli.experiments.tuning.space import Space


def ranges(text: str) -> dict:
    Path("space.toml").write_text(text, encoding="utf-8")
    return read_ranges(Path("space.toml"))


def test_a_file_goes_before_what_is_declared():
    found = ranges(
        """
        [SVD]
        n_factors = [10, 400]
        reg_all = { low = 0.001, high = 1, log = false }
        biased = [true, false]
        [knn-basic]
        sim_options.name = ["msd", "cosine"]
        """
    )
    svd = Space.of("svd", {}, found["svd"]).document()
    assert svd["n_factors"] == {"low": 10, "high": 400, "log": True}
    assert svd["reg_all"] == {"low": 0.001, "high": 1.0, "log": False}
    assert svd["biased"] == [True, False]
    assert svd["n_epochs"] == Space.of("svd", {}).document()["n_epochs"]
    knn = Space.of("knn-basic", {}, found["knn-basic"]).document()
    assert knn["sim_options.name"] == ["msd", "cosine"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "n_factors = [400, 10]",
            r"^space.toml, line 2: svd.n_factors: from 400 to 10 there is nothing",
        ),
        (
            "n_factors = [10, 50]",
            "leaves out the default of n_factors, 100.*Widen it",
        ),
        ("n_factors = [0, 500]", "n_factors=0 is not valid"),
        ("n_factors = 10", r"n_factors = 10 should be \[low, high\], a list"),
        ("n_factors = { low = 10 }", "n_factors: lacks high, a number"),
        ("n_factors = [1, 2, 3]", r"n_factors: should be \[low, high\] or"),
        ("reg_all = { low = 1, high = 2, lg = true }", r"reg_all.lg: .*Did you mean 'log'\?"),
        ("biased = { low = 1, high = 2 }", "biased: should be a list of values: true or false"),
        ("reg_all = { low = 0, high = 1 }", "has no logarithm"),
        ("n_factor = [10, 500]", "no parameter of svd 'n_factor'. Did you mean 'n_factors'"),
        ("biased = [false]", "leaves out the default of biased, true"),
        ("biased = 3", r"biased = 3 should be \[low, high\], a list of all values"),
    ],
)
def test_a_space_that_is_none(text, message):
    with pytest.raises(errors.UsageError, match=message):
        Space.of("svd", {}, ranges(f"[svd]\n{text}")["svd"])


def test_files_that_are_none():
    with pytest.raises(errors.NotFoundError, match="none.toml: no such file"):
        read_ranges(Path("none.toml"))
    with pytest.raises(errors.DataError, match="cannot be read as TOML"):
        ranges("[svd")
    with pytest.raises(errors.DataError, match="line 1: .* should be in a table of its algo"):
        ranges("n_factors = [10, 400]")
    with pytest.raises(errors.UsageError, match="no algorithm 'svdd'. Did you mean 'svd'"):
        ranges("[svdd]\nn_factors = [10, 400]")


def test_what_is_fixed_has_no_range():
    with pytest.raises(errors.UsageError, match="n_factors is fixed, and has a range"):
        Space.of("svd", {"n_factors": "50"}, {"n_factors": [10, 400]})
    space = Space.of("svd", {"n_factors": "50"})
    assert "n_factors" not in space.tunable
    assert space.start.params["n_factors"] == 50


def test_a_users_class_gets_its_types_from_the_file():
    Path("mine.py").write_text(
        "from surprise import AlgoBase\n"
        "class Mine(AlgoBase):\n"
        "    def __init__(self, k=3, reg=0.1, how='a', fast=True):\n"
        "        super().__init__()\n",
        encoding="utf-8",
    )
    given = {"k": [1, 9], "reg": [0.01, 1], "how": ["a", "b"], "fast": [True, False]}
    space = Space.of("mine:Mine", {}, given)
    trial = optuna.trial.FixedTrial({"k": 4, "reg": 0.5, "how": "b", "fast": False})
    params = space.configured(trial).params
    assert params == {"k": 4, "reg": 0.5, "how": "b", "fast": False}
    assert isinstance(params["k"], int)
    with pytest.raises(errors.UsageError, match=r"ranges: k = 3 should be \[low, high\], a list"):
        Space.of("mine:Mine", {}, {"k": 3})


def test_a_grid_has_the_ends_and_every_choice():
    space = Space.of("co-clustering", {"n_epochs": "5"})
    grid = space.grid(10)
    bounds = space.document()
    expected = []
    for name in ("n_cltr_u", "n_cltr_i"):
        low, high = bounds[name]["low"], bounds[name]["high"]
        expected.append({low, high})
        assert {setting[name] for setting in grid} >= {low, high}
    assert len(grid) == 9, "three by three"
    with pytest.raises(errors.UsageError, match=r"has 4 settings or more, and `trials` allows 3"):
        space.grid(3)


def test_a_grid_leaves_out_what_does_not_matter():
    grid = Space.of("baseline-only", {}).grid(8)
    als = [setting for setting in grid if setting["bsl_options.method"] == "als"]
    sgd = [setting for setting in grid if setting["bsl_options.method"] == "sgd"]
    assert len(als) == len(sgd) == 4
    names = ("bsl_options.method", "bsl_options.reg_u", "bsl_options.reg_i")
    assert {tuple(setting) for setting in als} == {names}
    pairs = {(setting["bsl_options.reg_u"], setting["bsl_options.reg_i"]) for setting in als}
    assert pairs == set(itertools.product((1.0, 30.0), repeat=2))


def test_steps_of_a_logarithmic_range_have_equal_factors():
    grid = Space.of("svd", {"n_factors": 5, "n_epochs": 5, "init_std_dev": 0.1, "reg_all": 0.02})
    rates = sorted(setting["lr_all"] for setting in grid.grid(4))
    factors = [after / before for before, after in itertools.pairwise(rates)]
    assert factors == pytest.approx([factors[0]] * 3)
    assert (rates[0], rates[-1]) == (0.002, 0.02)


def test_what_takes_the_value_of_another_begins_with_it():
    """The regularisation of the implicit factors of SVD++ is reg_all by default, and varied."""
    space = Space.of("svdpp", {})
    assert space.document()["reg_yj"] == {"low": 0.002, "high": 0.2, "log": True}
    assert space.defaults["reg_yj"] == space.defaults["reg_all"] == 0.02
    assert space.configured(optuna.trial.FixedTrial(space.defaults)) == Configured.of("svdpp")
    other = space.configured(optuna.trial.FixedTrial({**space.defaults, "reg_yj": 0.01}))
    assert other == Configured.of("svdpp", {"reg_yj": 0.01})
    assert Space.of("svdpp", {"reg_all": 0.1}).defaults["reg_yj"] == 0.1


def test_what_takes_the_value_of_another_is_not_varied_where_that_is_out_of_its_range():
    assert "reg_yj" not in Space.of("svdpp", {"reg_all": 0.5}).tunable


def test_what_takes_the_value_of_another_is_held():
    space = Space.of("svdpp", {"reg_yj": 0.01})
    assert "reg_yj" not in space.tunable
    assert space.configured(optuna.trial.FixedTrial(space.defaults)).params["reg_yj"] == 0.01


def test_a_member_takes_the_value_of_its_own():
    space = Space.of("hybrid", {"members": "svdpp,baseline-only", "svdpp.reg_all": 0.05})
    assert space.defaults["svdpp.reg_yj"] == 0.05
