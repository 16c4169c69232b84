"""Stored models with one thing wrong under right checksums, as anybody can make them."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from click.testing import CliRunner

from recli import files
from recli.algorithms import Configured
from recli.cli import main
from recli.data.load import load
from recli.models import model as models
from recli.models import parts
from recli.ranking.indexing import indexed
from recli.stored import sealed

ALGORITHMS: dict[str, dict[str, object]] = {
    "svd": {"n_factors": 3, "n_epochs": 2},
    "svdpp": {"n_factors": 3, "n_epochs": 2},
    "nmf": {"n_factors": 3, "n_epochs": 2, "biased": True},
    "knn-basic": {},
    "knn-baseline": {"sim_options.user_based": False},
    "slope-one": {},
    "baseline-only": {},
    "damped-mean": {},
    "normal-predictor": {},
    "co-clustering": {"n_epochs": 2},
    "content-based": {},
    "most-popular": {},
    "item-knn": {"k": 5},
    "markov-chain": {},
    "ease": {},
    "ials": {"n_factors": 3, "n_epochs": 2},
    "bpr": {"n_factors": 3, "n_epochs": 2},
    "lightfm": {"n_factors": 3, "n_epochs": 2},
    "bayesian-fm": {"n_factors": 2, "n_samples": 3, "burn_in": 1},
    "hybrid": {"members": "svd,knn-basic", "n_folds": 2, "svd.n_factors": 2, "svd.n_epochs": 2},
    "lambda-mart": {"n_folds": 2, "n_trees": 2, "min_leaf": 5, "item-knn.k": 5},
}
INTERACTIONS = ("bpr", "item-knn", "markov-chain", "rp3beta")
LISTS: dict[str, dict[str, object]] = {
    "ials": {
        "where": "genres contains 'Comedy'",
        "diversify": 0.2,
        "explore": 0.1,
        "exclude": ["318"],
    },
    "ease": {
        "rerank": ["diversify:weight=0.3"],
        "min_ratings": 2,
        "candidates": ["1", "318", "356"],
    },
    "baseline-only": {
        "max_per": {"genres": 3},
        "calibrate": {"genres": 0.3},
        "since": "1999-01-01",
    },
}
ORIGIN = {
    "params": {"study": "s", "value": 0.9},
    "run": {"run": "r", "split": "s", "metrics": {"rmse": 0.9, "ndcg@10": None}},
    "refresh": {"run": "f", "begun_from": "00", "log": "l", "through": 7},
    "lists": {"ndcg": 0.3, "hit_rate": 0.7, "floor": 0.1, "n_users": 30, "measured": "a fifth"},
}
COMPARE = ("svd", "item-knn", "content-based", "knn-baseline", "ease", "ials", "lightfm")
DEEP: Any = []
for _ in range(99):
    DEEP = [DEEP]
ODD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        10_000,
        2**31,
        2**53,
        2**63,
        -(2**63),
        2**70,
        0.5,
        -0.5,
        1e308,
    ),
    *(
        "",
        "x",
        "0",
        "none",
        "../x",
        "/dev/null",
        "module:Class",
        "svd",
        "a" * 10_000,
        "\n",
        "\ud800",
    ),
    *([], {}, [[]], [None], ["x"], [1, 2], {"x": 1}, {"": None}, DEEP),
    *("true", "2026-01-01", "ns", "pearson", "items", "genres", "(", "((a)", "1e400", "NaN"),
]
TYPES = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u4", "u8", "?")
RAW = (
    b"",
    b"{",
    b"[" * 100_000,
    b'{"k":' * 100_000,
    b'{"users": [], "users": [], "items": []}',
    b'{"users": NaN, "items": [1e999]}',
    b"\xff\xfe\x00",
    b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ",
    b'\x40\x00\x00\x00\x00\x00\x00\x00{"values":{"dtype":"BF16",'
    b'"shape":[1],"data_offsets":[0,2]}}    \0\0',
)


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """A results folder with a small model of each algorithm; that of svd has an index, too."""
    folder = tmp_path_factory.mktemp("whole")
    make(tiny, folder)
    return folder / "models"


def make(tiny: Path, results: Path) -> None:
    """A small model of each algorithm; some remember how lists are made, or are of interactions."""
    ratings, plays = load(str(tiny)), load(str(tiny), {"implicit": True})
    for name, given in ALGORITHMS.items():
        dataset = plays if name in INTERACTIONS else ratings
        model = models.train(dataset, Configured.of(name, given), 0, origin=ORIGIN)
        if name in LISTS:
            model = dataclasses.replace(model, lists=LISTS[name])
        models.save(indexed(model)[0] if name == "svd" else model, results, name)


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """The paths to all that a document holds; of a long list, to some."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        some = {0, 1, len(value) - 1} & {*range(len(value))}
        items = [(place, value[place]) for place in sorted(some)]
    return [found for key, one in items for found in [(*path, key), *places(one, (*path, key))]]


def change_document(document: Any, rng: random.Random) -> str:
    """Change one thing in a document; says what."""
    *outer, key = rng.choice(places(document))
    inner = document
    for step in outer:
        inner = inner[step]
    at = f"{'.'.join(map(str, [*outer, key]))}"
    match rng.randrange(6):
        case 0:
            del inner[key]
            return f"{at} deleted"
        case 1 if isinstance(inner, list):
            inner.append(inner[0])
            return f"{at} once more"
        case 1:
            inner["extra"] = rng.choice(ODD)
            return f"extra beside {at}"
        case 2 if isinstance(inner[key], (int, float)):
            inner[key] = inner[key] * rng.choice([-1, 0, 2, 1000, 0.5])
        case 3 if isinstance(inner[key], list) and inner[key]:
            inner[key] = rng.choice(
                [inner[key][1:], inner[key][::-1], inner[key] * 2, inner[key][0]]
            )
        case 4 if len(outer) > 0:
            inner[key] = copy.deepcopy(document[outer[0]])
        case _:
            inner[key] = rng.choice(ODD)
    return f"{at} = {inner[key]!r:.60}"


def change_arrays(arrays: dict[str, np.ndarray], rng: random.Random) -> str:
    """Change one thing in one of some arrays; says what."""
    name = rng.choice(sorted(arrays))
    array = arrays[name]
    match rng.randrange(10):
        case 0:
            del arrays[name]
            return f"{name} deleted"
        case 1:
            arrays["extra"] = array
            return f"extra beside {name}"
        case 2:
            other = rng.choice(sorted(arrays))
            arrays[name], arrays[other] = arrays[other], array
            return f"{name} and {other} for each other"
        case 3:
            kind = rng.choice(TYPES)
            with np.errstate(all="ignore"):
                arrays[name] = array.astype(kind)
            return f"{name} as {kind}"
        case 4:
            shapes = [array[:-1], array[:0], array[None], array.T, np.repeat(array, 2, axis=0)]
            arrays[name] = np.ascontiguousarray(
                rng.choice([*shapes, array.ravel(), array.ravel()[:1]])
            )
            return f"{name} of shape {arrays[name].shape}"
        case 5:
            arrays[name] = np.zeros_like(array)
            return f"{name} all 0"
        case _:
            if not array.size:
                return f"{name} as it was"
            place = rng.randrange(array.size)
            if array.dtype.kind == "f":
                value = rng.choice(
                    [math.nan, math.inf, -math.inf, 1e308, -1e300, 0.0, -1.0, 7.0, 1e-310]
                )
            else:
                value = rng.choice([-1, 0, 1, 24, 25, 30, 1000, 2**31 - 1, -(2**31)])
            arrays[name] = array.copy()
            with np.errstate(all="ignore"):
                arrays[name].flat[place] = value
            return f"{name}[{place}] = {value}"


def change(folder: Path, rng: random.Random) -> str:
    """Change one thing in a stored model, and make its checksums and its seal anew; says what."""
    path = folder / "model.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    part = rng.choice(["model.json", "model.json", *parts.PARTS, "state.safetensors"])
    file = folder / part
    if rng.randrange(20) == 0:
        file.write_bytes(raw := rng.choice(RAW))
        said = f"is {raw[:30]!r}"
        if part == "model.json":
            return f"{part} {said}"
    elif part.endswith(".json"):
        document = (
            manifest if part == "model.json" else json.loads(file.read_text(encoding="utf-8"))
        )
        said = change_document(document, rng)
        file.write_text(json.dumps(document), encoding="utf-8")
    else:
        arrays = safetensors.numpy.load_file(file)
        said = change_arrays(arrays, rng) if arrays else "as it was"
        safetensors.numpy.save_file(arrays, file)
    if isinstance(sums := manifest.get("sha256"), dict) and part in sums:
        sums[part] = files.sha256(file)
    try:
        path.write_text(json.dumps(sealed(manifest)), encoding="utf-8")
    except ValueError:  # such a number has no seal
        path.write_text(json.dumps(manifest), encoding="utf-8")
    return f"{part}: {said}"


def ask(*typed: object) -> Any:
    """What a command says as JSON; None where it ends with an error that is told."""
    words = [str(word) for word in typed] + ["--format", "json", "-q"]
    done = CliRunner().invoke(main, words, prog_name="recli", catch_exceptions=False)
    assert done.exit_code in (0, 2, 3, 4, 5), done.output
    if done.exit_code:
        assert "Error: " in done.stderr
        return None
    return json.loads(done.stdout, parse_constant=no_number)


def no_number(text: str) -> None:
    raise AssertionError(f"{text} was printed")


def check_list(answer: Any, by_score: bool) -> None:
    """A list has places one after another, no item twice, and finite scores, the highest first."""
    items = [place["item"] for place in answer["items"]]
    assert len(set(map(str, items))) == len(items)
    assert [place["rank"] for place in answer["items"]] == [*range(1, len(items) + 1)]
    scores = [place["score"] for place in answer["items"]]
    assert scores == sorted(scores, reverse=True) or not by_score
    assert all(map(math.isfinite, scores))


def use(name: str, rng: random.Random) -> None:
    """What people do with a stored model."""
    ask("models", "list")
    ask("models", "show", name)
    user = rng.choice([("--user", 42), ("--user", 42, "--explain"), ("--rate", "318=4")])
    if answer := ask("recommend", "-m", name, *user, "-n", 5):
        check_list(answer, by_score=name not in LISTS)
    if name in COMPARE:
        ask("similar", "-m", name, "--item", 318, "-n", 5)
    if ask("models", "export", name, "--output", "m.zip"):
        ask("models", "import", "m.zip", "--name", "again")


def test_one_thing_in_a_stored_model_is_another(whole, rounds, tmp_path):
    results = tmp_path / "results" / "models"
    for number in range(rounds(25, 5_000)):
        rng = random.Random(number)
        name = rng.choice(sorted(ALGORITHMS))
        shutil.rmtree(results, ignore_errors=True)
        shutil.copytree(whole / name, results / name)
        said = change(results / name, rng)
        try:
            use(name, rng)
        except BaseException as error:
            error.add_note(f"round {number}: {name}, {said}")
            raise
        if number % 100 == 0:
            pack_by_hand(results / name)


def pack_by_hand(folder: Path) -> None:
    """What nobody exports is imported as well: told, or taken."""
    with zipfile.ZipFile("by-hand.zip", "w") as archive:
        for part in ("model.json", *parts.PARTS):
            archive.write(folder / part, f"m/{part}")
    ask("models", "import", "by-hand.zip", "--name", "by-hand")
