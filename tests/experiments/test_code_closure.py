"""Which code an outcome depends on, and which edits make it another."""

from __future__ import annotations

import importlib
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import recli
from recli import registry
from recli.algorithms import Configured
from recli.records import code_closure, code_version

# A package in which each module does one thing, as recli's do.
SOURCES = {
    "__init__": "",
    "errors": "class RecliError(Exception): pass\n",
    "kernels/__init__": "def __getattr__(name): ...\n",
    "kernels/sgd": '"""A kernel."""\n\nRATE = 1\n',
    "kernels/slim": "RATE = 2\n",
    "data/__init__": "",
    "data/trainset": "from recli.errors import RecliError\n",
    "algorithms/__init__": "from recli.algorithms._base import Algorithm\n",
    "algorithms/_base": "import recli.data.trainset\n\nclass Algorithm: ...\n",
    "algorithms/svd": """\
        from typing import TYPE_CHECKING

        from recli import kernels
        from recli.algorithms import Algorithm

        if TYPE_CHECKING:
            from recli.evaluation.metrics import ndcg


        class SVD(Algorithm):
            '''Factors.'''

            def fit(self):
                '''Learn.'''
                # by gradient descent
                return kernels.sgd.RATE
    """,
    "algorithms/slim": "def fit():\n    from recli.kernels.slim import RATE\n    return RATE\n",
    "evaluation/__init__": "",
    "evaluation/metrics/__init__": "",
    "evaluation/metrics/ndcg": "K = 10\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    root = tmp_path / "recli"
    for name, text in SOURCES.items():
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.setattr(recli, "__file__", str(root / "__init__.py"))
    forget()
    yield root
    forget()


def forget() -> None:
    """What a process keeps, which sees no edits of recli itself."""
    for kept in (code_closure._digest, code_closure._parsed, code_closure._path):
        kept.cache_clear()


def digest(module: str = "recli.algorithms.svd") -> str:
    forget()
    return code_closure.digest([module])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_closure_is_what_is_imported_at_run_time(package):
    assert code_closure.closure(["recli.algorithms.svd"]) == [
        "recli.algorithms",
        "recli.algorithms._base",
        "recli.algorithms.svd",
        "recli.data",
        "recli.data.trainset",
        "recli.errors",
        "recli.kernels",
        "recli.kernels.sgd",
    ]
    assert "recli.kernels.slim" in code_closure.closure(["recli.algorithms.slim"])
    assert code_closure.closure(["numpy", "recli", "recli.nowhere"]) == []
    assert code_closure.inside("recli.kernels") == [
        *("recli.kernels", "recli.kernels.sgd", "recli.kernels.slim")
    ]


SAME = {
    "a comment": ("algorithms/svd", "# by gradient descent", "# by descending"),
    "a docstring": ("algorithms/svd", "'''Learn.'''", "'''Learn\n\n        much.\n        '''"),
    "the docstring of a module": ("kernels/sgd", '"""A kernel."""', '"""The kernel."""'),
    "blank lines": (
        "algorithms/svd",
        "return kernels.sgd.RATE",
        "\n\n        return kernels.sgd.RATE",
    ),
    "another algorithm": ("algorithms/slim", "return RATE", "return -RATE"),
    "another kernel": ("kernels/slim", "2", "3"),
    "a metric": ("evaluation/metrics/ndcg", "10", "11"),
}
OTHER = {
    "its own code": ("algorithms/svd", "return kernels.sgd.RATE", "return 2 * kernels.sgd.RATE"),
    "its kernel": ("kernels/sgd", "RATE = 1", "RATE = 3"),
    "its base": ("algorithms/_base", "...", "a = 1"),
    "what its base imports": ("data/trainset", "import RecliError", "import RecliError as Error"),
}


@pytest.mark.parametrize(("name", "old", "new"), SAME.values(), ids=SAME)
def test_an_edit_that_changes_nothing(package, name, old, new):
    before = digest()
    edit(package / f"{name}.py", old, new)
    assert digest() == before


@pytest.mark.parametrize(("name", "old", "new"), OTHER.values(), ids=OTHER)
def test_an_edit_that_counts(package, name, old, new):
    before = digest()
    edit(package / f"{name}.py", old, new)
    assert digest() != before


def test_the_ends_of_lines_do_not_count(package):
    before = digest()
    path = package / "algorithms" / "svd.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert digest() == before


def test_a_source_that_is_no_python_counts_by_its_bytes(package):
    path = package / "kernels" / "sgd.py"
    path.write_text("RATE = (", encoding="utf-8")
    before = digest()
    path.write_text("RATE = [", encoding="utf-8")
    assert digest() != before


def test_a_metric_is_no_part_of_an_outcome_and_every_algorithm_is_of_its_own():
    names = registry.names("algorithm")
    for name in names:
        found = code_closure.closure([registry.get("algorithm", name).__module__])
        assert not [module for module in found if module.startswith("recli.evaluation.metrics")]
    made = code_closure.closure([code_version._OUTCOME])
    others = [*(f"recli.algorithms.{name.replace('-', '_')}" for name in names), "recli.records"]
    assert not {*others, "recli.evaluation.fold", "recli.evaluation.metrics._base"} & set(made)
    assert {"recli.algorithms._ranking", "recli.kernels.top", "recli.data.trainset"} <= set(made)


LOADED = """
import sys

import numpy as np

from recli import registry
from recli.algorithms import Configured
from recli.data.load import load
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold_outcome import Wanted, fold_outcome
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender
from recli.records import code_closure, code_version

lists = dict(option.split("=", 1) for option in sys.argv[2:])
configured = recommender(Configured.of(sys.argv[1]), ListOptions.of(lists))
data = load("movielens-small").part(np.arange(300))
statistics = TrainingStatistics(data, np.arange(200), 4.0)
fold_outcome(statistics, np.arange(200, 300), configured, Wanted(True, 5), 0)
hashed = []
code_closure.digest = lambda modules: hashed.extend(modules) or ""
code_version.of_outcome(configured)
found = code_closure.closure(hashed)
floors = "recli.algorithms", "recli.kernels", "recli.ranking"
ran = {name for name in sys.modules if name.startswith(floors)}
names = registry.names("algorithm")
listed = {f"recli.algorithms.{name.replace('-', '_')}" for name in names}
print(sorted(ran - {*found, *listed}))
"""


RERANKED = ("diversify=0.2", "calibrate=genres=0.2", "explore=0.1", "max_per=genres=2")


@pytest.mark.parametrize(
    "asked", [("svd",), ("content-based",), ("hybrid",), ("ease", *RERANKED)], ids="-".join
)
def test_no_module_that_an_outcome_loads_is_missed(asked):
    """By what Python itself has loaded of algorithms and kernels, to fit, to rank and to re-rank."""
    command = [sys.executable, "-c", LOADED, *asked]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"


OWN = "from surprise import AlgoBase\n\n\nclass Own(AlgoBase):\n    weight = 1  # as it is\n"


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "own_outcome.py"
    sys.modules.pop("own_outcome", None)


def test_the_code_of_a_users_class_without_its_comments(own):
    found = []
    for text in (OWN, OWN.replace("# as it is", "# or not"), OWN.replace("= 1", "= 2")):
        own.write_text(text, encoding="utf-8")
        sys.modules.pop("own_outcome", None)
        found.append(code_version.of_outcome(Configured("own_outcome:Own")))
    assert found[0] == found[1] != found[2]


def test_what_runs_by_a_text_that_its_file_has_no_more_has_no_code(own):
    configured = Configured("own_outcome:Own")
    own.write_text(OWN, encoding="utf-8")
    before = code_version.of_outcome(configured)
    own.write_text(OWN.replace("= 1", "= 2"), encoding="utf-8")
    assert before is not None and code_version.of_outcome(configured) is None
    importlib.invalidate_caches()
    importlib.reload(sys.modules["own_outcome"])
    assert code_version.of_outcome(configured) not in (None, before)
    own.write_text(OWN, encoding="utf-8")
    assert code_version.of_outcome(configured) is None  # though the text is known


IMPORTS = {
    "a package": ("from parts import rates", "parts/rates.py"),
    "a module of one": ("import parts.rates", "parts/rates.py"),
    "what that imports": ("from parts.more import a", "parts/rates.py"),
    "in a function": ("def late():\n    from parts.rates import RATE", "parts/rates.py"),
    "a package itself": ("import parts", "parts/__init__.py"),
    "not at all": ("import parts", "apart/rates.py"),
}


@pytest.mark.parametrize(("text", "edited"), IMPORTS.values(), ids=IMPORTS)
def test_what_a_users_class_imports_from_the_folders_below_it_counts(own, text, edited):
    own.write_text(f"{text}\n{OWN}", encoding="utf-8")
    for name in ("parts/__init__", "parts/rates", "apart/__init__", "apart/rates"):
        path = own.parent / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("RATE = 1\n", encoding="utf-8")
    (own.parent / "parts" / "more.py").write_text("from . import rates\na = 1\n")
    configured = Configured("own_outcome:Own")
    try:
        before = code_version.of_outcome(configured)
        own.parent.joinpath(edited).write_text("RATE = 2\n", encoding="utf-8")
        assert (code_version.of_outcome(configured) != before) == ("apart" not in edited)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "parts"]:
            del sys.modules[name]


def test_an_installed_package_counts_as_far_as_itself(tmp_path):
    from recli.records.own_sources import with_imports

    installed = tmp_path / "site-packages"
    for name, text in {
        "shop/__init__": "",
        "shop/models/__init__": "",
        "shop/models/own": "import other\nfrom ..base import Base\nfrom shop.more import a\n",
        "shop/base": "class Base: ...\n",
        "shop/more": "a = 1\n",
        "shop/unused": "b = 1\n",
        "other": "c = 1\n",
    }.items():
        path = installed / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = with_imports({"shop.models.own": installed / "shop" / "models" / "own.py"})
    assert [path.relative_to(installed).as_posix() for path in found] == [
        "shop/__init__.py",
        "shop/base.py",
        "shop/models/__init__.py",
        "shop/models/own.py",
        "shop/more.py",
    ]


def test_recli_as_a_whole_is_every_floor_that_computes(monkeypatch):
    """What run.json calls recli's code: no file of the ground or of a floor below is left out."""
    package = Path(recli.__file__).parent
    hashed = []
    monkeypatch.setattr(code_version, "_hashed", hashed.extend)
    code_version.of_recli.__wrapped__()
    apart = ("api", "cli", "events", "experiments", "extras", "records", "testing")
    expected = {
        path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in apart
    }
    assert expected <= set(hashed)
