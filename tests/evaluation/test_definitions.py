"""What recli says of other libraries' metrics, by the numbers that these gave when they were run."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from types import SimpleNamespace

import pytest

from recli import registry
from recli.evaluation.example import EXAMPLE
from recli.evaluation.metric_names import Measure

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
SAID = [
    pytest.param(name, one, id=f"{name}-{one.option}-{next(iter(one.called.values()))}")
    for name in registry.names("metric")
    for one in registry.get("metric", name).elsewhere
]


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script():
    return loaded(EXPERIMENTS / "metric_definitions.py")


@pytest.mark.parametrize(("name", "one"), SAID)
def test_the_option_gives_the_number_that_the_library_gave(name, one):
    if one.option is None:
        assert one.differs
        return
    assert bool(one.differs) == bool(one.option)
    metric = Measure.parse(f"{name}:{one.option}" if one.option else name).metric
    assert EXAMPLE.value(metric) == pytest.approx(one.value, abs=5e-7)


@pytest.mark.parametrize("library", ["rs_metrics", "surprise"])
def test_libraries_that_are_installed_give_what_is_said(library, script):
    """The others are run by experiments/metric_definitions.py, each in an environment of its own."""
    adapter = loaded(EXPERIMENTS / "definitions" / f"of_{library}.py")
    many = script.many_users()
    cases = [
        SimpleNamespace(**json.loads(json.dumps(script.document(case)))) for case in (EXAMPLE, many)
    ]
    measured = [adapter.values(case) for case in cases]
    assert script.differences(adapter.LIBRARY, *measured, many) == []


def test_what_is_wrong_is_found(script):
    """A number that another library gives, a definition that is said and not measured, and a new one."""
    of_example = {"mrr": {"mrr(k)": 0.4}, "recall": {"new": 0.1}}
    wrong = script.differences("rs_metrics", of_example, of_example, script.many_users())
    assert "mrr: mrr(k) gives 0.400000, recli says 0.500000" in wrong
    assert "recall: new gives 0.100000, and recli says nothing of it" in wrong
    assert "map: mapr(k) is said, and not measured" in wrong


def test_every_library_has_its_adapter(script):
    adapters = {script.declared(path)["LIBRARY"] for path in script.FOLDER.glob("of_*.py")}
    said = {library.name for param in SAID for library in param.values[1].called}
    assert adapters == said


def test_large_counts_have_a_gain_that_grows_exponentially():
    """2^2000 is no number of a computer; of one user the best two places are swapped."""
    from recli.evaluation.by_hand import lists_by_hand

    lists = lists_by_hand({0: [1, 0, 2]}, [(0, 0, 2000.0), (0, 1, 1999.0)], 3, 3)
    [value] = Measure.parse("ndcg:gain=exponential").metric.values(lists)
    second = 1 / math.log2(3)
    assert value == pytest.approx((0.5 + second) / (1 + 0.5 * second), rel=1e-12)


def test_gains_are_never_below_zero():
    from recli.evaluation.by_hand import lists_by_hand

    lists = lists_by_hand({0: [1, 0, 2]}, [(0, 0, 5.0), (0, 1, -3.0)], 3, 3)
    for gain in ("stars", "exponential", "exponential-liked"):
        [value] = Measure.parse(f"ndcg:gain={gain}").metric.values(lists)
        assert value == pytest.approx(1 / math.log2(3))
