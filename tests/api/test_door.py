"""The door itself: what it offers, that it costs nothing, and that messages speak its language."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import recli
from recli.cli._options import as_typed

PACKAGE = Path(recli.__file__).parent
BELOW = ("data", "algorithms", "models", "ranking", "evaluation", "api", "experiments/tuning")
# What only commands say: checks and conversion of data, archives, places where lists are written, and
# the reasons to doubt that a run keeps in its files.
COMMANDS_ALONE = (
    *("data/checks", "data/converters", "data/columns/table_ids.py", "data/description.py"),
    *("algorithms/_contract", "data/sources/bigquery.py"),  # for authors of algorithms; SQL
    *("models/archive.py", "ranking/writers"),
    *(
        "experiments/tuning/storage.py",
        "experiments/tuning/study.py",
        "experiments/tuning/ranges.py",
    ),
    *("experiments/tuning/search.py", "experiments/tuning/external_trials.py"),
    "evaluation/external",  # files of other programs
)
OPTION = re.compile(r"(?<![\w-])--[a-z]")


def texts(path):
    """The texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):  # whose parts are not texts of their own
        docs |= {id(v) for v in node.values} if isinstance(node, ast.JoinedStr) else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            values = node.values
            yield "".join(v.value if isinstance(v, ast.Constant) else "0" for v in values)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        ):
            yield node.value


FILES = sorted(path for folder in BELOW for path in (PACKAGE / folder).rglob("*.py"))


def test_every_name_is_there_and_nothing_else_is_listed():
    assert sorted(recli.__all__) == recli.__all__
    for name in recli.__all__:
        assert getattr(recli, name) is not None
    assert set(recli.__all__) <= set(dir(recli))
    with pytest.raises(AttributeError, match="module 'recli' has no attribute 'evaluat'"):
        recli.evaluat  # noqa: B018


def test_to_import_it_loads_nothing():
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import recli\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - {'recli', 'importlib', 'typing', 'os', 're', 'warnings'}))\n"
        "print(sorted(name for name in sys.modules if name.startswith('recli.')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "pandas", "surprise", "optuna", "rich", "click", "sklearn"}
    first, second = done.stdout.splitlines()
    assert not heavy & set(ast.literal_eval(first))
    assert ast.literal_eval(second) == ["recli.surprise_lazily"]


@pytest.mark.parametrize("first", ["recli", "surprise"])
def test_model_selection_of_surprise_is_there_when_it_is_used(first):
    program = (
        f"import {first}, recli, surprise, sys\n"
        "before = 'joblib' in sys.modules\n"
        "from surprise.model_selection import KFold\n"
        "print(before, KFold is surprise.model_selection.split.KFold, 'joblib' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(first == "surprise"), "True", "True"]


@pytest.mark.parametrize(
    ("module", "kind"), [("recli.algorithms", "algorithm"), ("recli.data.splits", "split")]
)
def test_classes_by_name(module, kind):
    package = importlib.import_module(module)
    for name in recli.class_attributes.class_names(kind):
        assert getattr(package, name).__name__ == name
        assert name in dir(package)
    with pytest.raises(AttributeError, match="Did you mean"):
        package.Shufle  # noqa: B018
    assert not hasattr(package, "_nothing")


def test_a_split_with_options_and_as_text():
    assert recli.split("last-n", n=3, seed=2) == recli.splits.LastN(n=3, seed=2)
    assert recli.split("last-n:n=3", seed=2) == recli.splits.LastN(n=3, seed=2)
    with pytest.raises(
        recli.errors.UsageError, match="no parameter of k-fold 'n_split'. Did you mean"
    ):
        recli.split("k-fold", n_split=3)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_messages_name_parameters_and_the_command_line_knows_them(path):
    place = path.relative_to(PACKAGE).as_posix()
    if place.startswith(COMMANDS_ALONE):
        return
    for text in texts(path):
        assert not OPTION.search(text), text
        # What stands in backticks is for the command line to translate.
        if place.startswith("api/") or text == "`0`":  # of nothing but a value
            continue
        assert "`" not in as_typed.as_typed(text), text


TYPED = [
    ("Choose with `duplicates=\"first\"`, 'last'.", "Choose with '--duplicates first', 'last'."),
    ('`duplicates="mean"` is for ratings', "--duplicates mean is for ratings"),
    ("on toy: `threshold=9`: too much", "on toy: --threshold 9: too much"),
    ("a date (see `time_format`)", "a date (see --time-format)"),
    ('Say `user="u id", item="i"`.', "Say '--columns user=\"u id\",item=i'."),
    ('with `…, time="NAME"`, or', "with '--columns …,time=NAME', or"),
    ('`decimal=",", rating="3"` or', "--decimal , --columns rating=3 or"),
    (
        'say `event="e", weights={"view": 1, "buy": 5}`',
        "say '--columns event=e --weight view=1,buy=5'",
    ),
    ("or `implicit=True` or `implicit=False`", "or '--implicit' or '--explicit'"),
    ("with `header=True` or `header=False`", "with '--header' or '--no-header'"),
    ('by `time_format="%d.%m. %H"`', "by '--time-format \"%d.%m. %H\"'"),
    ('take `algorithm(…, mode="profile")`', "take '-p mode=profile'"),
    ('`algorithm(…, sim_options={"user_based": False})`.', "-p sim_options.user_based=false."),
    (
        "by `fold_in({ITEM: RATING})`.",
        "by 'recli recommend --ratings FILE' or '--rate ITEM=RATING'.",
    ),
    ("a column `foo` of `bar=1`", "a column `foo` of `bar=1`"),
    ("a lone ` tick", "a lone ` tick"),
]


@pytest.mark.parametrize(("said", "typed"), TYPED)
def test_as_it_is_typed(said, typed):
    assert as_typed.as_typed(said) == typed


def test_every_parameter_is_an_option_of_some_command(commands):
    options = {option for command in commands.values() for p in command.params for option in p.opts}
    for parameter in as_typed.PARAMETERS:
        assert as_typed.option_of(parameter).partition("/")[0] in options, parameter
