"""Texts that people type and files that they write, at random: understood, or told what is wrong."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recli import errors, registry, spec
from recli.data.load import load
from recli.data.tables import where
from recli.evaluation.metric_names import Measure
from recli.experiments import experiment_file, params_file
from recli.experiments.tuning.ranges import read_ranges

ROOT = Path(__file__).parents[2]
ODD_WORDS = """
0 -1 1 3 1e308 -1e308 1e400 99999999999999999999999999 0.1 .5 1. 1_000 0x10 nan inf -inf true false null
none '' "" ' " \\ \\u0000 \\ud800 \\x00 [] {} [[]] {a=1} [1,[2]] ( ) (( )) in is not and or contains
empty = == != < > <= >= , ; : :: . .. @ @0 @-1 @1e9 # $ % % && * ** / // ? ! ~ ` ä ﬁ ٣ \u200b \ufeff
2020-01-01 2020-13-41 12:00:00 1979-05-27T07:32:00Z a.b.c "a"."b" module:Class ../x /dev/null
"""
ODD = ODD_WORDS.split()
ODD += [
    "a" * 5000,
    "(" * 3000,
    "[" * 3000,
    "not " * 3000,
    "9" * 5000,
    "1." * 500,
    "\n",
    "\t",
    " ",
    "\r\n",
]
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def mutated(text: str, rng: random.Random) -> str:
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        place = rng.randrange(len(tokens) + 1)
        match rng.randrange(5):
            case 0:
                tokens[place:place] = [rng.choice(ODD)]
            case 1:
                tokens[place : place + 1] = [rng.choice(ODD)]
            case 2:
                del tokens[place : place + rng.choice([1, 1, 3])]
            case 3 if tokens:
                tokens[place:place] = [rng.choice(tokens)]
            case _:
                other = rng.randrange(len(tokens) + 1)
                tokens[min(place, other) : max(place, other)] = tokens[
                    min(place, other) : max(place, other)
                ][::-1]
    return "".join(tokens)


TEXTS: dict[str, tuple[Callable[[str], object], list[str]]] = {
    "where": (
        where.parse,
        [
            "year >= 1965 and not genres contains 'Crime'",
            "(year in (1927, 2001) or title is empty) and price < -1e3",
            "user.age > 30 and genres = 'Drama'",
        ],
    ),
    "metric": (Measure.parse, ["ndcg@10", "rmse", "hit-rate@5", "precision@1,2", "diversity@10"]),
    **{
        kind: (lambda text, kind=kind: spec.parse(kind, text), [one, *registry.names(kind)])
        for kind, one in {
            "split": "shuffle:n_splits=5,test_size=0.1",
            "step": "min-ratings:user=5,item=5",
            "reranker": "mmr:weight=0.3",
        }.items()
    },
}


@pytest.mark.parametrize("kind", TEXTS)
def test_what_is_typed(kind, rounds):
    read, seeds = TEXTS[kind]
    for n in range(rounds(300, 20_000)):
        rng = random.Random(f"{kind} {n}")
        text = mutated(rng.choice(seeds), rng)
        try:
            read(text)
        except errors.RecliError as error:
            assert str(error).strip(), text


PARAMS = """
algorithm = "svd"
[params]
n_factors = 20
lr_all = 0.005
biased = true
[recommend]
diversify = "mmr"
where = "year > 1990"
[origin]
study = "svd-rmse"
"""
SPACE = """
[svd]
n_factors = [10, 400]
reg_all = { low = 0.001, high = 1, log = true }
biased = [true, false]
["knn-basic"]
sim_options.name = ["cosine", "msd"]
"""


def _toml_of_movielens(path: Path) -> object:
    folder = path.parent / "films"
    folder.mkdir(exist_ok=True)
    for name in ("ratings.csv", "movies.csv"):
        if not (folder / name).exists():
            lines = (
                (ROOT / "datasets/movielens-small" / name)
                .read_text(encoding="utf-8")
                .splitlines(True)
            )
            (folder / name).write_text("".join(lines[:60]), encoding="utf-8")
    shutil.copy(path, folder / "dataset.toml")
    return load(str(folder))


FILES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "params": (params_file.read, [PARAMS]),
    "space": (read_ranges, [SPACE]),
    "experiment": (
        experiment_file.read,
        [
            path.read_text(encoding="utf-8")
            for path in sorted((ROOT / "experiments").glob("*.toml"))
        ],
    ),
    "dataset": (
        _toml_of_movielens,
        [(ROOT / "datasets/movielens-small/dataset.toml").read_text(encoding="utf-8")],
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_written(kind, rounds, tmp_path):
    read, seeds = FILES[kind]
    path = tmp_path / "said.toml"
    for n in range(rounds(80, 10_000)):
        rng = random.Random(f"{kind} {n}")
        text = mutated(rng.choice(seeds), rng)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            read(path)
        except errors.RecliError as error:
            assert str(error).strip(), text
