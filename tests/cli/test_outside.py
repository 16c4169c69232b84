"""What other packages and the user bring: one of each kind, used through the command line."""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest

from recli import registry
from recli.experiments import interrupts

OUTSIDE = Path(__file__).parents[1] / "outside"
NAMES = {
    "algorithm": "shop-mean",
    "metric": "largest-error",
    "split": "every-nth",
    "format": "shop-log",
    "step": "halve",
    "converter": "shop-pairs",
    "report": "one-line",
    "writer": "shop-rows",
    "reranker": "by-code",
    "sampler": "dice",
    "pruner": "patient",
    "source": "shelf",
    "check": "tuesday",
    "plot": "empty",
    "engine": "next-door",
    "cluster": "tills",
}
PLURALS = {kind: about.plural for kind, about in registry.KINDS.items()}


@pytest.fixture
def shop(monkeypatch):
    """The package of the shop, installed."""
    monkeypatch.syspath_prepend(str(OUTSIDE))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop_recsys"]:
        del sys.modules[name]


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """`broken(kind, value, code)` installs a package of one module and one entry point, `bad`."""

    def install(kind: str, value: str, code: str = "", package: str = "bad-luck") -> None:
        folder = tmp_path / package
        about = folder / f"{package.replace('-', '_')}-0.3.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.3\n")
        (about / "entry_points.txt").write_text(f"[recli.{PLURALS[kind]}]\n{value}\n")
        module = value.partition("=")[2].partition(":")[0].strip()
        (folder / f"{module}.py").write_text(code)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, module, raising=False)
        registry._log_once.cache_clear()

    return install


def test_the_shop_has_one_of_every_kind():
    assert set(NAMES) == set(registry.KINDS)


@pytest.mark.parametrize("kind", NAMES)
def test_each_is_listed_with_its_package(kind, recli, shop):
    rows = json.loads(recli("list", PLURALS[kind], "--format", "json").stdout)
    origins = {row[kind]: row["from"] for row in rows}
    assert origins.pop(NAMES[kind]) == "shop-recsys 1.2"
    assert set(origins) == set(registry.names(kind))
    assert {origin.partition("[")[0] for origin in origins.values()} == {"recli"}
    table = recli("list", PLURALS[kind]).stdout.splitlines()
    assert "from" in table[0]
    [line] = [line for line in table if line.split()[:1] == [NAMES[kind]]]
    assert line.endswith("shop-recsys 1.2")


@pytest.mark.parametrize("kind", NAMES)
def test_without_other_packages_the_screen_shows_no_origin(kind, recli):
    assert "from" not in recli("list", PLURALS[kind]).stdout.splitlines()[0].split()


@pytest.mark.parametrize("kind", ["algorithm", "metric", "split", "step", "reranker"])
def test_each_is_explained(kind, recli, shop):
    text = recli("show", kind, NAMES[kind].upper()).stdout
    assert text.startswith(f"{NAMES[kind]}\n\n")
    assert "From: shop-recsys 1.2\n" in text


def test_origins(shop):
    origin = registry.origin("split", "EveryNth")
    assert (origin.package, origin.version) == ("shop-recsys", "1.2")
    assert origin.file == OUTSIDE / "shop_recsys" / "every_nth.py"
    text = origin.file.read_bytes().replace(b"\r\n", b"\n")
    assert origin.sha256 == hashlib.sha256(text).hexdigest()[:16]
    own = registry.origin("split", "shop_recsys.every_nth:EveryNth")
    assert (own.package, own.version, own.sha256) == ("", "", origin.sha256)
    assert registry.origin("split", "last-n").is_recli


def evaluated(recli, *arguments):
    return json.loads(recli("evaluate", *arguments, "--format", "json").stdout)


def test_algorithm_metric_split_and_check_evaluate(recli, shop, tiny):
    found = recli(
        *(
            "evaluate",
            "-d",
            tiny,
            "-a",
            "shop-mean",
            "--metric",
            "LargestError",
            "--metric",
            "rmse",
        ),
        *("--split", "every-nth:n=4", "-j", "1"),
    )
    assert "1 fold (every-nth:n=4)" in found.stderr
    assert "1 fold are few." in found.stderr
    [folder] = Path("results/runs").iterdir()
    with (folder / "metrics.csv").open(newline="") as file:
        values = {row["metric"]: float(row["value"]) for row in csv.DictReader(file)}
    with (tiny / "ratings.csv").open(newline="") as file:
        ratings = np.array([float(row["rating"]) for row in csv.DictReader(file)])
    tested = np.arange(len(ratings)) % 4 == 0
    errors = np.abs(ratings[tested] - ratings[~tested].mean())
    assert values["largest-error"] == pytest.approx(errors.max(), rel=1e-12)
    assert values["rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-12)


def test_formats_are_found_by_suffix_and_name(recli, shop):
    lines = [f"u{u}>i{i}={1 + (u * i) % 5}" for u in range(1, 8) for i in range(1, 6)]
    Path("a.shoplog").write_text("\n".join(lines))
    Path("a.odd").write_text("\n".join(lines))
    by_suffix = recli("data", "check", "a.shoplog")
    by_name = recli("data", "check", "a.odd", "--file-format", "shop-log")
    by_class = recli("data", "check", "a.odd", "--file-format", "shop_recsys.shop_log:ShopLog")
    for found in (by_suffix, by_name, by_class):
        assert "7 users × 5 items" in found.stderr


def test_sources_are_found_by_scheme_and_class(recli, shop):
    Path("shelf").mkdir()
    rows = [f"{u},{i},{1 + (u * i) % 5}" for u in range(1, 8) for i in range(1, 6)]
    Path("shelf/a.csv").write_text("\n".join(["user,item,rating", *rows]))
    for address in ("shelf://a.csv", "shop_recsys.shelf:Shelf://a.csv"):
        assert "7 users × 5 items" in recli("data", "check", address).stderr
    refused = recli("data", "check", "shelf://a.csv", "--query", "select 1", code=2)
    assert "A query is for a database" in refused.stderr


def test_steps_and_converters(recli, shop, tiny):
    for step in ("halve", "shop_recsys.halve:Halve"):
        found = recli("data", "check", tiny, "--prepare", step)
        assert "from 0.25 to 2.5" in found.stderr
    recli("data", "convert", tiny, "a.pairs")
    recli("data", "convert", tiny, "--to", "shop_recsys.shop_pairs:ShopPairs", "b.txt")
    assert Path("a.pairs").read_text() == Path("b.txt").read_text()
    with (tiny / "ratings.csv").open(newline="") as file:
        rows = [f"{row['userId']} {row['movieId']}" for row in csv.DictReader(file)]
    assert Path("a.pairs").read_text().splitlines() == rows


def test_writers_by_suffix(recli, shop, tiny):
    options = ("recommend", "-d", tiny, "--all-users", "-n", "3")
    recli(*options, "--output", "a.shop")
    recli(*options, "--output", "shop_recsys.shop_rows:ShopRows:b.txt")
    recli(*options, "--output", "a.csv")
    assert Path("b.txt").read_text() == Path("a.shop").read_text()
    with Path("a.csv").open(newline="") as file:
        rows = [f"{row['user']} {row['item']}" for row in csv.DictReader(file)]
    assert Path("a.shop").read_text().splitlines() == rows
    assert len(rows) > 30


def rows_of(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_rerankers(recli, shop, tiny):
    options = ("recommend", "-d", tiny, "--all-users", "-n", "4")
    recli(*options, "--output", "plain.csv")
    recli(*options, "--output", "ours.csv", "--rerank", "by-code")
    recli(*options, "--output", "own.csv", "--rerank", "shop_recsys.by_id:ByCode:reverse=true")
    lists = {}
    for name in ("plain", "ours", "own"):
        for row in rows_of(f"{name}.csv"):
            lists.setdefault(row["user"], {}).setdefault(name, []).append(row["item"])
    # The catalogue of these ratings is in the order of the ids as numbers.
    for of_user in lists.values():
        assert of_user["ours"] == sorted(of_user["plain"], key=int)
        assert of_user["own"] == of_user["ours"][::-1]
    assert any(of_user["ours"] != of_user["plain"] for of_user in lists.values())


def test_terms_share_the_weights(recli, shop, tiny):
    options = ("recommend", "-d", tiny, "--user", "15", "-n", "4", "--include-seen")
    low = ("--rerank", "shop_recsys.by_id:Low:weight=1")
    recli(*options, *low, "--output", "low.csv")
    items = [int(row["item"]) for row in rows_of("low.csv")]
    assert items == sorted(int(row["movieId"]) for row in rows_of(tiny / "movies.csv"))[:4]
    refused = recli(*options, *low, "--diversify", "0.1", code=2)
    assert "The weights of diversify and shop_recsys.by_id:Low are more than 1" in refused.stderr
    assert (
        "no parameter of shop_recsys.by_id:Low 'wait'"
        in recli(*options, "--rerank", "shop_recsys.by_id:Low:wait=1", code=2).stderr
    )


def test_those_of_recli_by_name_are_those_of_their_options(recli, tiny):
    options = ("recommend", "-d", tiny, "--all-users", "-n", "5")
    for number, choice in enumerate(
        (
            ("--diversify", "0.3", "--calibrate", "genres=0.2", "--explore", "0.4"),
            (
                *("--rerank", "explore:share=0.4", "--rerank", "diversify"),
                *("--rerank", "calibrate:column=genres,weight=0.2"),
            ),
        )
    ):
        recli(*options, *choice, "--output", f"{number}.csv")
    short, long = ([{**row, "time": ""} for row in rows_of(f"{n}.csv")] for n in (0, 1))
    assert short == long
    assert "needs a column" in recli(*options, "--rerank", "calibrate", code=2).stderr


def test_rerankers_are_measured(recli, shop, tiny):
    Path("e.toml").write_text(
        f"""
datasets = "{tiny.as_posix()}"
splits = "shuffle:n_splits=1"
metrics = ["ndcg@3", "map@3"]

[algorithm.most-popular]

[recommend]
rerank = ["by-code", "by-code:reverse=true"]
""",
        encoding="utf-8",
    )
    recli("run", "e.toml", "-j", "1")
    run = json.loads(next(Path("results/runs").glob("*/run.json")).read_text(encoding="utf-8"))
    lists = [entry["lists"]["rerank"] for entry in run["configuration"]["line_up"]]
    assert lists == [["by-code:reverse=false"], ["by-code:reverse=true"]]
    assert run["environment"]["outside"]["reranker by-code"].startswith("shop-recsys 1.2, ")
    assert "most-popular rerank=by-code:reverse=true" in recli("runs", "show", "latest").stdout


def test_reports_and_plots(recli, shop, tiny):
    recli("evaluate", "-d", tiny, "-a", "damped-mean", "--cv", "2", "-j", "1")
    for name in ("OneLine", "shop_recsys.one_line:OneLine"):
        assert recli("report", "latest", "--format", name).stdout.endswith(": damped-mean\n")
    recli("report", "latest", "--output", "page.html")
    assert "The plot of the shop" in Path("page.html").read_text(encoding="utf-8")


def test_samplers_and_pruners(recli, shop, tiny):
    options = ("tune", "-d", tiny, "-a", "damped-mean", "--cv", "2", "--trials", "3", "-j", "1")
    own = ("--sampler", "shop_recsys.lazy:Dice", "--pruner", "shop_recsys.lazy:Patient")
    for number, choice in enumerate((("--sampler", "DICE", "--pruner", "patient"), own)):
        recli(*options, *choice, "--study", f"s{number}")
    configured = json.loads(Path("results/studies/s0/study.json").read_text())["configuration"]
    assert (configured["sampler"], configured["pruner"]) == ("dice", "patient")
    refused = recli(*options, "--sampler", "dice", "--metric", "rmse", "--metric", "mae", code=2)
    assert (
        "The sampler 'dice' takes one goal. For several: grid, qmc, random, tpe." in refused.stderr
    )


def test_a_split_that_takes_no_seed_is_named(recli, tiny, own_module):
    own_module(
        "halves",
        "from recli.data.splits._base import Split\n\n\n"
        "class Halves(Split):\n    'Every other.'\n    advice = 'Take others.'\n",
    )
    told = recli("evaluate", "-d", tiny, "-a", "damped-mean", "--split", "halves:Halves", code=2)
    assert "Halves cannot be made with seed: got an unexpected keyword" in told.stderr
    assert "It is in " in told.stderr and "halves.py, line 4." in told.stderr


def test_processes_find_them_too(tiny, tmp_path):
    """By an interpreter of its own, with workers in processes."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "recli", "evaluate", "-d", str(tiny), "-a", "shop-mean"),
            *("-a", "damped-mean", "--metric", "largest-error", "--split", "every-nth", "-j", "2"),
        ],
        env={**os.environ, "PYTHONPATH": str(OUTSIDE)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "shop-mean" in done.stdout


def test_workers_that_the_users_own_code_started_find_them_too(recli, tiny, request):
    """They were started before the package was there."""
    joblib.Parallel(2, backend="loky")(joblib.delayed(abs)(n) for n in range(2))
    interrupts.forget_workers()  # as in a process in which recli has not started any
    request.getfixturevalue("shop")
    typed = ("evaluate", "-d", tiny, "-a", "shop-mean", "-a", "damped-mean")
    assert "shop-mean" in recli(*typed, "--split", "every-nth", "-j", 2).stdout


def test_names_of_other_packages_are_completed(shop):
    done = subprocess.run(
        [sys.executable, "-m", "recli"],
        env={
            **os.environ,
            "PYTHONPATH": str(OUTSIDE),
            "_RECLI_COMPLETE": "bash_complete",
            "COMP_WORDS": "recli evaluate --split ev",
            "COMP_CWORD": "3",
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "plain,every-nth\n"


METRIC = """
import joblib
import numpy as np

from recli.evaluation.metrics import RatingMetric


class Bias(RatingMetric):
    per_user = False
    summary = "by how much predictions are too high"

    def _value(self, predictions):
        return float((predictions.estimate - predictions.truth).mean())
"""


def test_a_run_knows_where_its_parts_come_from(recli, shop, tiny, monkeypatch):
    def write(code):
        Path("own_metric.py").write_text(code, encoding="utf-8")
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, "own_metric", raising=False)
        return f"your own file own_metric.py, {hashlib.sha256(code.encode()).hexdigest()[:16]}"

    was = write(METRIC)
    evaluate = ("evaluate", "-d", tiny, "-a", "shop-mean", "-a", "damped-mean", "-j", "1")
    recli(*evaluate, "--metric", "own_metric:Bias", "--split", "every-nth:n=2")
    [path] = Path("results/runs").glob("*/run.json")
    outside = json.loads(path.read_text(encoding="utf-8"))["environment"]["outside"]
    assert set(outside) == {"split every-nth", "metric own_metric:Bias", "algorithm shop-mean"}
    assert outside["metric own_metric:Bias"] == was
    assert outside["split every-nth"].startswith("shop-recsys 1.2, ")
    recli("reproduce", path.parent.name, "-q")
    now = write(METRIC.replace(".mean())", ".mean()) + 1"))
    found = recli("reproduce", path.parent.name, code=7)
    assert f"metric own_metric:Bias changed: {was} → {now}" in found.output


def test_a_run_whose_metric_is_gone_says_where_it_came_from(recli, tiny, monkeypatch):
    with monkeypatch.context() as installed:
        installed.syspath_prepend(str(OUTSIDE))
        recli("evaluate", "-d", tiny, "-a", "damped-mean", "--metric", "largest-error", "-j", "1")
    said = "the metric 'largest-error' of shop-recsys 1.2, which is not there any more."
    for command in (("runs", "show"), ("report",), ("reproduce",)):
        assert said in recli(*command, "latest", code=5).stderr
    assert said in recli("runs", "list").stderr


def test_a_run_of_recli_alone_says_nothing_of_others(recli, tiny):
    recli("evaluate", "-d", tiny, "-a", "damped-mean", "--cv", "2", "-j", "1")
    run = json.loads(next(Path("results/runs").glob("*/run.json")).read_text(encoding="utf-8"))
    assert "outside" not in run["environment"]


# What does not work


@pytest.mark.parametrize(
    ("code", "told", "exit_code"),
    [
        ("import no_such_thing\n", "needs the module 'no_such_thing', which is not installed.", 5),
        ("def f(:\n", "cannot be imported: SyntaxError: ", 2),
        ("1 / 0\n", "cannot be imported: ZeroDivisionError: division by zero (", 2),
        ("raise SystemExit(3)\n", "cannot be imported: SystemExit: 3 (", 2),
        ("", "cannot be imported: AttributeError: ", 2),
        ("class Bad: pass\n", "is not a subclass of recli.evaluation.metrics.Metric", 2),
        ("Bad = 7\n", "is not a subclass of recli.evaluation.metrics.Metric", 2),
        (
            "from recli.evaluation.metrics import Metric\nclass Bad(Metric): pass\n",
            "does not declare needs, aspect, ",
            2,
        ),
    ],
    ids=[
        "import",
        "syntax",
        "error",
        "exit",
        "no class",
        "another class",
        "no class at all",
        "bare",
    ],
)
def test_a_broken_one_is_named_and_takes_nothing_down(
    code, told, exit_code, recli, broken, shop, caplog
):
    broken("metric", "bad = bad_luck_code:Bad", code)
    listed = recli("list", "metrics", "--format", "json")
    names = [row["metric"] for row in json.loads(listed.stdout)]
    assert "bad" not in names
    assert "largest-error" in names
    [line] = caplog.messages
    assert line.startswith("The metric 'bad' of bad-luck 0.3")
    assert told in line
    recli("list", "splits")
    assert caplog.messages == [line]  # once
    asked = recli("show", "metric", "bad", code=exit_code)
    assert asked.stderr.strip() == f"Error: {line}"
    debugged = recli("show", "metric", "bad", "--debug", code=exit_code)
    assert "Traceback" in debugged.stderr


def test_what_recli_refuses_in_a_file_is_placed_in_that_file(recli, tmp_path, monkeypatch):
    code = """
from recli.algorithms import Algorithm
from recli.params import Int

class Whole(Algorithm):
    pass

class Odd(Algorithm):
    parameters = (Int("width", 3, "how wide"),)

    def __init__(self, height=2):
        self.height = height
"""
    written = tmp_path / "odd_file.py"
    written.write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    said = recli("show", "algorithm", "odd_file:Whole", code=2).stderr.strip()
    assert said.startswith("Error: The module 'odd_file' cannot be imported: odd_file.Odd declares")
    line = code.split("\n").index("class Odd(Algorithm):") + 1
    assert said.endswith(f" ({written}, line {line}).")


def test_a_file_named_as_a_module_is_told_the_name_of_its_module(recli, tmp_path, monkeypatch):
    (tmp_path / "own_file.py").write_text("class A: pass\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    said = recli("show", "algorithm", "own_file.py:A", code=2).stderr
    assert "no module 'own_file.py'" in said
    assert said.endswith("The module of that file is called 'own_file:A'.\n")


def test_an_unfinished_class_is_none_of_those_to_choose_from(recli, tmp_path, monkeypatch):
    code = "from recli.extras.keras import Network\nfrom recli.algorithms import Algorithm\n"
    code += "class Mine(Algorithm): pass\n"
    (tmp_path / "of_networks.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    said = recli("show", "algorithm", "of_networks:Yours", code=2).stderr
    assert "of_networks:Mine" in said
    assert "of_networks:Network" not in said


def test_what_is_broken_is_said_on_stderr(tiny, broken):
    broken("split", "bad = bad_luck_code:Bad", "1 / 0\n")
    done = subprocess.run(
        [sys.executable, "-m", "recli", "list", "splits"],
        env={**os.environ, "PYTHONPATH": str(Path("bad-luck").resolve())},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr.startswith(
        "The split 'bad' of bad-luck 0.3 cannot be imported: ZeroDivision"
    )
    assert len(done.stderr.splitlines()) == 1


def test_a_broken_format_does_not_stop_what_needs_none(recli, broken, caplog):
    broken("format", "bad = bad_luck_code:Bad", "1 / 0\n")
    rows = [f"{u},{i},{1 + (u * i) % 5}" for u in range(1, 8) for i in range(1, 6)]
    Path("a.odd").write_text("\n".join(["user,item,rating", *rows]))
    found = recli("data", "check", "a.odd")
    assert "7 users × 5 items" in found.stderr
    [line] = caplog.messages
    assert line.startswith("The format 'bad' of bad-luck 0.3 cannot be imported")


def test_a_name_of_recli_stays_with_recli(recli, broken, caplog):
    broken("metric", "nDCG = bad_luck_code:Bad", "1 / 0\n")
    listed = recli("list", "metrics", "--format", "json")
    origins = {row["metric"]: row["from"] for row in json.loads(listed.stdout)}
    assert origins["ndcg"] == "recli"
    said = (
        "bad-luck 0.3: its metric 'nDCG' is hidden by recli's own 'ndcg'. Write 'bad_luck_code:Bad' to "
        "have it."
    )
    assert caplog.messages == [said]
    assert recli("show", "metric", "ndcg", "--format", "json").stdout


def test_a_name_of_two_packages_is_nobodys(recli, broken, shop, caplog):
    broken("split", "every-nth = other_code:Other", "", package="other-shop")
    listed = recli("list", "splits", "--format", "json")
    assert "every-nth" not in [row["split"] for row in json.loads(listed.stdout)]
    said = (
        "other-shop 0.3 and shop-recsys 1.2 both have a split 'every-nth'. Write 'other_code:Other' or "
        "'shop_recsys.every_nth:EveryNth' to have one of them."
    )
    assert caplog.messages == [said]
    assert recli("show", "split", "every-nth", code=2).stderr == f"Error: {said}\n"
    assert recli("show", "split", "shop_recsys.every_nth:EveryNth").stdout


@pytest.mark.parametrize(
    ("spelled", "told"),
    [
        ("no_such_file:S", "There is no module 'no_such_file' in the current folder, "),
        ("own_splits:T", "There is no split 'own_splits:T'. Did you mean 'own_splits:S'?"),
        (
            "own_splits:N",
            "'own_splits:N' is not a subclass of recli.data.splits.Split, as every split",
        ),
        ("own_splits:S:k=3", "There is no parameter of own_splits:S 'k'. Valid: n."),
        ("own_splits:S:n=1", "Parameter n=1 is not valid"),
    ],
)
def test_ones_own_class_that_is_none(spelled, told, recli, tiny):
    Path("own_splits.py").write_text("from shop_split import S\nN = 3\n", encoding="utf-8")
    code = (OUTSIDE / "shop_recsys" / "every_nth.py").read_text(encoding="utf-8")
    Path("shop_split.py").write_text(code.replace("EveryNth", "S"), encoding="utf-8")
    try:
        refused = recli("evaluate", "-d", tiny, "--split", spelled, code=2)
    finally:
        sys.modules.pop("own_splits", None)
        sys.modules.pop("shop_split", None)
    assert refused.stderr.startswith(f"Error: {told}")
    assert "timeline" not in refused.stderr


def test_a_model_is_the_same_by_another_engine(recli, shop, tmp_path):
    for engine in ("local", "next-door"):
        typed = ("-a", "most-popular", "--name", engine, "--results", tmp_path)
        recli("train", *typed, "--engine", engine)
    models = tmp_path / "models"
    for part in ("ratings.safetensors", "state.safetensors", "ids.json"):
        assert (models / "next-door" / part).read_bytes() == (models / "local" / part).read_bytes()
    checked = recli("data", "check", "--engine", "next-door", "--results", tmp_path).stdout
    assert checked == recli("data", "check", "--results", tmp_path).stdout


def test_another_cluster_changes_no_number(recli, shop, tiny):
    numbers = []
    for results, where in (("here", ()), ("there", ("--cluster", "tills"))):
        typed = ("-a", "svd", "-a", "ease", "--cv", "2", "-j", "1", "--results", results)
        recli("evaluate", "-d", tiny, *typed, *where)
        [run] = Path(results, "runs").iterdir()
        with (run / "metrics.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if "seconds" not in row[3]]
        numbers.append(sorted(rows))
        assert json.loads((run / "run.json").read_text())["cluster"] == (where[-1:] or (None,))[0]
    assert numbers[0] == numbers[1]
