"""Experiments as files, and the JSON Schema that is published for them."""

from __future__ import annotations

import dataclasses
import functools
import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli import errors, registry
from recli.experiments import experiment_file
from recli.experiments.experiment_schema import json_schema
from recli.experiments.reading import Reading
from recli.ranking.list_options import ListOptions

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*.toml"))
SVD = "[algorithm.svd]\n"
WHOLE = """\
title = "A title"
description = "Why."
datasets = [
  "movielens-small",
  { dataset = "mine.csv", user = "uid", scale = [1, 5], on_bad = "skip", prepare = ["clip:low=1"] },
]
splits = ["k-fold:n_splits=3", "timeline"]
seeds = [0, 7]
metrics = ["rmse", "ndcg@5", "recall"]
k = [5, 10]
threshold = 3.5
by = "activity"
min_user_ratings = 2
min_item_ratings = 3

[algorithm.svd]
n_factors = [5, 50]
biased = [true, false]

[algorithm.knn-basic.sim_options]
name = "cosine"

[[algorithm.baseline-only]]
[[algorithm.baseline-only]]
bsl_options.reg_u = 1
"""


@functools.cache
def schema():
    found = json_schema()
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def read(text, *given):
    Path("x.toml").write_text(text, encoding="utf-8")
    return experiment_file.read(Path("x.toml"), given)


def labels(experiment):
    return [configured.label for configured in experiment.line_up]


def test_a_whole_file():
    found = read(WHOLE)
    assert (found.title, found.description) == ("A title", "Why.")
    assert found.datasets == (
        Reading("movielens-small"),
        Reading(
            "mine.csv",
            {"user": "uid", "scale": (1.0, 5.0), "prepare": ("clip:low=1",)},
            on_bad="skip",
        ),
    )
    assert found.splits == ("k-fold:n_splits=3", "timeline")
    assert (found.seeds, found.k, found.threshold) == ((0, 7), (5, 10), 3.5)
    assert (found.metrics, found.by) == (("rmse", "ndcg@5", "recall"), ("activity",))
    assert (found.min_user_ratings, found.min_item_ratings) == (2, 3)
    assert labels(found) == [
        "svd (n_factors=5)",
        "svd (n_factors=5, biased=false)",
        "svd (n_factors=50)",
        "svd (n_factors=50, biased=false)",
        "knn-basic (sim_options.name=cosine)",
        "baseline-only",
        "baseline-only (bsl_options.reg_u=1)",
    ]


def test_without_a_key_its_default_holds():
    found = read(SVD)
    assert (found.title, found.datasets) == ("", (Reading("movielens-small"),))
    assert (found.splits, found.seeds, found.k) == (("k-fold:n_splits=5",), (0,), (10,))
    assert (found.threshold, found.by, found.min_user_ratings) == (None, (), 0)
    assert {"rmse", "ndcg"} <= set(found.metrics)


@pytest.mark.parametrize(
    "text",
    [
        "[algorithm.KNNBasic]\nsim_options.name = 'Cosine'\n",
        "[algorithm.knn_basic]\n'sim_options.name' = 'cosine'\n",
        "[algorithm.'KNN basic'.sim_options]\nname = ['cosine']\n",
        "algorithm.knn-basic.sim_options = { name = 'cosine' }\n",
    ],
)
def test_names_in_any_spelling_and_parameters_as_tables_or_dotted(text):
    assert labels(read(text)) == ["knn-basic (sim_options.name=cosine)"]


def test_an_algorithm_of_ones_own_whose_parameter_is_a_list():
    Path("own_of_an_experiment.py").write_text(
        "import surprise\n"
        "class Mine(surprise.AlgoBase):\n"
        "    def __init__(self, layers=(8,)):\n"
        "        super().__init__()\n",
        encoding="utf-8",
    )
    table = '[algorithm."own_of_an_experiment:Mine"]\n'
    found = read(f"{table}layers = [[64, 32], [8]]\n")
    assert [configured.params for configured in found.line_up] == [
        {"layers": [64, 32]},
        {"layers": [8]},
    ]
    assert read(table, "algorithm.own_of_an_experiment:Mine.layers=[64,32],[8]") == found


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ("seeds=3", "seeds", (3,)),
        ("seeds=0, 1", "seeds", (0, 1)),
        ("metrics=mae,ndcg@3", "metrics", ("mae", "ndcg@3")),
        ("splits=last-n:n=5,min_train=2", "splits", ("last-n:n=5,min_train=2",)),
        (
            "splits=last-n:n=5,min_train=2,timeline",
            "splits",
            ("last-n:n=5,min_train=2", "timeline"),
        ),
        ("datasets=a.csv,b.csv", "datasets", (Reading("a.csv"), Reading("b.csv"))),
        ("threshold=4", "threshold", 4.0),
        ("threshold=none", "threshold", None),
        ("title=Mine", "title", "Mine"),
    ],
)
def test_a_setting_goes_before_the_file(given, key, expected):
    assert getattr(read(WHOLE, given), key) == expected


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("[algorithm.SVD]\nn_factors = 3\n", "algorithm.svd.n_factors=5,7", "n_factors={}"),
        ("[[algorithm.svd]]\nn_factors = [1, 2]\n", "algorithm.svd.n_factors=5,7", "n_factors={}"),
    ],
)
def test_a_setting_makes_a_grid(text, given, expected):
    assert labels(read(text, given)) == [f"svd ({expected.format(value)})" for value in (5, 7)]


def test_a_setting_reaches_all_tables_of_an_algorithm():
    found = read(
        "[[algorithm.svd]]\n[[algorithm.svd]]\nbiased = false\n", "algorithm.svd.n_epochs=3"
    )
    assert labels(found) == ["svd (n_epochs=3)", "svd (n_epochs=3, biased=false)"]


def test_a_setting_replaces_a_nested_parameter_and_adds_an_algorithm():
    text = "[algorithm.knn-basic]\n'sim_options.name' = 'pearson'\n"
    given = "algorithm.KNNBasic.sim_options.name=cosine", "algorithm.nmf.n_factors=3"
    assert labels(read(text, *given)) == [
        "knn-basic (sim_options.name=cosine)",
        "nmf (n_factors=3)",
    ]


def test_lists_are_a_grid_that_every_algorithm_is_compared_with():
    text = f"{SVD}[algorithm.nmf]\n[recommend]\nmin_ratings = 5\ndiversify = [0, 0.2]\n"
    assert labels(read(text)) == [
        "svd min_ratings=5",
        "svd min_ratings=5 diversify=0.2",
        "nmf min_ratings=5",
        "nmf min_ratings=5 diversify=0.2",
    ]
    found = read(f"{SVD}[recommend]\n", "recommend.diversify=0,0.4")
    assert labels(found) == ["svd", "svd diversify=0.4"]


# Text, what the message says, and whether the JSON Schema refuses it as well.
BROKEN = [
    (f"metrcs = 'rmse'\n{SVD}", r"x\.toml, line 1: metrcs: .*Did you mean 'metrics'\?", True),
    (f"metrics = ['rsme']\n{SVD}", r"line 1: metrics: .*Did you mean 'rmse'\?", True),
    (f"metrics = 'rmse@5'\n{SVD}", "metrics: .*takes no cut-off", False),
    (f"metrics = []\n{SVD}", "metrics: is an empty list", True),
    (f"k = 0\n{SVD}", "line 1: k = 0 should be a whole number from 1 to 999999999", True),
    (
        f"seeds = ['a']\n{SVD}",
        'line 1: seeds = "a" should be a whole number from 0 to 4294967295',
        True,
    ),
    (f"seeds = [1, 1]\n{SVD}", "seeds: 1 is there twice", True),
    (f"seeds = true\n{SVD}", "seeds = true should be a whole number", True),
    (f"title = 3\n{SVD}", "line 1: title = 3 should be text", True),
    (f"threshold = [4]\n{SVD}", r"threshold = \[4\] should be a number", True),
    (f"by = 3\n{SVD}", "line 1: by = 3 should be text", True),
    (f"min_user_ratings = -1\n{SVD}", "min_user_ratings = -1 should be a whole number ≥ 0", True),
    (f"splits = 'kfoldd'\n{SVD}", r"splits: .*Did you mean 'k-fold'\?", True),
    (f"splits = 'k-fold:n=3'\n{SVD}", "splits: There is no parameter of k-fold 'n'", False),
    (f"datasets = 3\n{SVD}", "datasets = 3 should be text", True),
    (f"datasets = {{ scale = [1, 5] }}\n{SVD}", "datasets: lacks dataset, a name, a folder", True),
    (
        f"datasets = {{ dataset = 'x', scales = 3 }}\n{SVD}",
        r"datasets\.scales: .*Did you mean 'scale'\?",
        True,
    ),
    (
        f"datasets = [{{ dataset = 'x', scale = [5] }}]\n{SVD}",
        r"datasets\.scale = \[5\] should be a list of two numbers",
        True,
    ),
    (
        f"datasets = {{ dataset = 'x', prepare = ['kep:rating > 1'] }}\n{SVD}",
        r"datasets\.prepare: .*Did you mean 'keep'",
        False,
    ),
    (
        f"datasets = {{ dataset = 'x', prepare = 'k-core' }}\n{SVD}",
        r"datasets\.prepare = \"k-core\" should be a list of steps",
        True,
    ),
    (
        f"datasets = {{ dataset = 'x', on_bad = 'ignore' }}\n{SVD}",
        r"datasets\.on_bad = \"ignore\" should be one of error, skip",
        True,
    ),
    ("title = 'x'\n", "lacks algorithm, a table for each algorithm", True),
    ("[algorithm]\n", "line 1: algorithm should be a table for each algorithm", True),
    ("algorithm = 'svd'\n[params]\n", "goes to 'recli evaluate --params'", True),
    ("[algorithm]\nsvd = 3\n", r"line 2: algorithm\.svd should be a table", True),
    ("[algorithm]\nsvd = []\n", r"algorithm\.svd: is an empty list", True),
    ("[algorithm.svdd]\n", r"line 1: algorithm\.svdd: .*Did you mean 'svd'\?", True),
    ("[algorithm.svd]\n\n[algorithm.SVD]\n", r"line 3: algorithm\.SVD: svd is there twice", True),
    (
        "[algorithm.nmf]\n[algorithm.svd]\nn_factor = 3\n",
        r"x\.toml, line 3: algorithm\.svd\.n_factor: .*Did you mean 'n_factors'\?",
        True,
    ),
    (
        "[algorithm.nmf]\nn_factors = 3\n[algorithm.svd]\nn_factors = [3, 0]\n",
        r"line 4: algorithm\.svd\.n_factors: Parameter n_factors=0 is not valid",
        True,
    ),
    ("[algorithm.svd]\nn_factors = []\n", r"algorithm\.svd\.n_factors: is an empty list", True),
    ("[algorithm.svd]\nbiased = 'maybe'\n", r"algorithm\.svd\.biased: .*true or false", True),
    (
        "[algorithm.knn-basic.sim_options]\nnam = 'msd'\n",
        r"line 2: algorithm\.knn-basic\.sim_options\.nam: .*Did you mean 'sim_options.name'\?",
        True,
    ),
    (
        "[algorithm.knn-basic]\nsim_options.shrinkage = 50\n",
        r"algorithm\.knn-basic: .*only matters with sim_options\.name=pearson_baseline",
        False,
    ),
    (f"recommend = 3\n{SVD}", r"line 1: recommend = 3 should be a table", True),
    (
        f"{SVD}[recommend]\ndiversfy = 0.2\n",
        r"x\.toml, line 3: recommend\.diversfy: .*Did you mean 'diversify'\?",
        True,
    ),
    (
        f"{SVD}[recommend]\nexplore = 0.1\ndiversify = [0, 2]\n",
        r"line 4: recommend\.diversify: .*diversify=2 is not valid: it takes a number from 0 to 1",
        True,
    ),
    (
        f"{SVD}[recommend]\nmax_per.genres = 0\n",
        r"line 3: recommend\.max_per: .*0 is not a whole number ≥ 1",
        True,
    ),
    (f"{SVD}[recommend]\ndiversify = [0, 0.0]\n", "line 3: .*is there twice", True),
    (
        f"{SVD}[recommend]\ndiversify = 0.6\ncalibrate.genres = 0.6\n",
        r"line 2: recommend: .*more than 1 together",
        False,
    ),
    ("[algorithm.'no_such_module:X']\n", "There is no module 'no_such_module'", False),
]


@pytest.mark.parametrize(("text", "message", "in_schema"), BROKEN)
def test_an_error_points_at_the_key(text, message, in_schema):
    with pytest.raises(errors.UsageError, match=message):
        read(text)
    assert schema().is_valid(tomllib.loads(text)) is not in_schema


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("sedes=1", r"^-S sedes: .*Did you mean 'seeds'\?"),
        ("seeds=1,x", "^-S seeds=x should be a whole number"),
        ("algorithm.svd.n_factor=3", r"^-S algorithm\.svd\.n_factor: .*'n_factors'\?"),
        ("algorithm.svdd.n_factors=3", r"^-S algorithm\.svdd\.n_factors: .*'svd'\?"),
        ("algorithm.svd=3", "nothing that '-S' sets"),
        ("algorithm=svd", "nothing that '-S' sets"),
        ("datasets.scale=3", "nothing that '-S' sets"),
        (".=3", "nothing that '-S' sets"),
        ("seeds", "'-S seeds' is not name=value"),
    ],
)
def test_an_error_points_at_the_setting(given, message):
    with pytest.raises(errors.UsageError, match=message):
        read(SVD, given)


def test_an_error_of_the_file_is_not_blamed_on_a_setting():
    with pytest.raises(errors.UsageError, match=r"^x\.toml, line 1: title"):
        read(f"title = 3\n{SVD}", "seeds=1")


def test_each_of_several_tables_has_lines_of_its_own():
    twice = "[[algorithm.svd]]\nn_factors = 1\n[[algorithm.svd]]\nn_factors = 0\n"
    with pytest.raises(errors.UsageError, match=r"^x\.toml, line 4: algorithm\.svd\.n_factors"):
        read(twice)


def test_every_mistake_is_named():
    text = "k = 0\nseed = 1\n[[datasets]]\ndataset = 'a'\n[[datasets]]\ndataset = 'b'\nquote = 1\n"
    with pytest.raises(errors.UsageError) as caught:
        read(f"{text}{SVD}", "by=")
    assert [line.partition(" ")[2][:17] for line in str(caught.value).splitlines()] == [
        "line 1: k = 0 sho",
        "line 2: seed: The",
        "line 7: datasets.",
    ]


def test_not_toml():
    with pytest.raises(errors.DataError, match=r"x\.toml: cannot be read.*line 2, column 9"):
        read("title = 'x'\nseeds = \n")
    Path("x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(errors.DataError, match=r"x\.toml: cannot be read"):
        experiment_file.read(Path("x.toml"))
    with pytest.raises(errors.NotFoundError, match=r"none\.toml: no such file"):
        experiment_file.read(Path("none.toml"))
    Path("folder").mkdir()
    with pytest.raises(errors.DataError, match="folder: cannot be read"):
        experiment_file.read(Path("folder"))


def test_the_schema_knows_every_name_and_default():
    keys = schema().schema["properties"]
    assert set(keys["algorithm"]["properties"]) == set(registry.names("algorithm"))
    for name in registry.names("metric"):
        assert schema().is_valid({"metrics": name, "algorithm": {"svd": {}}})
    for name in registry.names("split"):
        assert schema().is_valid({"splits": [name], "algorithm": {"svd": {}}})
    found = read(SVD)
    for name, key in keys.items():
        if name not in ("algorithm", "datasets", "threshold", "recommend"):
            value = getattr(found, name)  # None: TOML has no word for it
            expected = list(value) if isinstance(value, tuple) else value
            assert key.get("default") == expected
    lists = keys["recommend"]["properties"]
    assert set(lists) == {field.name for field in dataclasses.fields(ListOptions)}
    for name in ("sort", "exclude_seen", "min_ratings", "diversify", "explore"):
        assert lists[name]["default"] == getattr(ListOptions(), name)
    assert all(key["description"] for key in lists.values())
    every = {name: key for name, key in keys.items() if name != "algorithm"}
    assert all(key["description"] for key in every.values())


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_five_are_of_the_schema(path):
    schema().validate(tomllib.loads(path.read_text(encoding="utf-8")))
    try:
        read = experiment_file.read(path)
    except errors.MissingExtraError as error:
        pytest.skip(str(error))
    assert read.description


def test_there_are_some():
    assert len(EXPERIMENTS) > 5


def one_or_more(values):
    one = st.sampled_from(values)
    return st.one_of(one, st.lists(one, max_size=3))


DOCUMENTS = st.fixed_dictionaries(
    {
        "algorithm": st.dictionaries(
            st.sampled_from(["svd", "knn-basic", "nmff"]),
            st.fixed_dictionaries(
                {},
                optional={
                    "n_epochs": one_or_more([1, 20, 2.5, -1, True, "none"]),
                    "k": one_or_more([1, 40, 0, "many"]),
                    "sim_options": st.fixed_dictionaries(
                        {"name": one_or_more(["msd", "cosine", "cos"])}
                    ),
                },
            ),
            max_size=2,
        )
    },
    optional={
        "title": st.sampled_from(["a", 3, ["a"]]),
        "seeds": one_or_more([0, 1, -1, 0.5, 2**32, "x", False]),
        "metrics": one_or_more(["rmse", "all", "ndcg", "ndcg@5", "ndcg@0", "ncdg", 1]),
        "splits": one_or_more(["k-fold", "k-fold:n_splits=3", "last-n", "last", 1]),
        "k": one_or_more([1, 10, 0, 10**9, "x"]),
        "threshold": st.sampled_from([4, 3.5, True, [4], "x"]),
        "datasets": one_or_more(["a", 1, {"dataset": "a", "header": True}, {"header": True}]),
        "recommend": st.one_of(
            st.just(3),
            st.fixed_dictionaries(
                {},
                optional={
                    "diversify": one_or_more([0, 0.3, 1, 1.5, "x"]),
                    "min_ratings": one_or_more([0, 10, -1, 2.5]),
                    "exclude_seen": one_or_more([False, True, 7]),
                    "sort": one_or_more(["score", "lower-bound", "best"]),
                    "max_per": one_or_more(["none", {"genres": 3}, {"genres": 0}, {}, 3]),
                    "where": one_or_more(["none", "year > 3", 3]),
                    "wrong": st.just(1),
                },
            ),
        ),
        "wrong": st.just(1),
    },
)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_the_schema_and_recli_agree(document):
    try:
        read("\n".join(f"{key} = {toml(value)}" for key, value in document.items()))
        is_read = True
    except errors.UsageError:
        is_read = False
    assert schema().is_valid(document) is is_read


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)
