"""What a user's own metric or split does wrong is told by name, and nothing is crowned by it."""

from __future__ import annotations

from pathlib import Path

import pytest

CODE = """
from dataclasses import dataclass

import numpy as np

from recli.data.splits._base import Fold, Split
from recli.evaluation.metrics._base import HitMetric, ListMetric


class Raises(ListMetric):
    summary = "raises"
    highest = 1.0

    def values(self, lists):
        return lists.no_such_thing


class Short(ListMetric):
    summary = "gives too few"
    highest = 1.0

    def values(self, lists):
        return np.zeros(3)


@dataclass(frozen=True)
class Overlap(Split):
    seed: int = 0
    advice = "Take another."

    def _folds(self, dataset):
        rows = np.arange(len(dataset.ratings))
        yield Fold(rows, rows[:50])


@dataclass(frozen=True)
class Beyond(Split):
    seed: int = 0
    advice = "Take another."

    def _folds(self, dataset):
        rows = np.arange(len(dataset.ratings))
        yield Fold(rows[50:], rows[:50] + len(rows))


@dataclass(frozen=True)
class Broken(Split):
    seed: int = 0
    advice = "Take another."

    def _folds(self, dataset):
        raise KeyError("week")
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--metric faulty:Raises", "faulty:Raises raises AttributeError"),
        ("--metric faulty:Short", "faulty:Short.values gives an array of shape (3,)"),
        ("--split faulty:Overlap", "fold 1 tests on 50 rows that it also learns from"),
        ("--split faulty:Beyond", "fold 1 has the row "),
        ("--split faulty:Broken", "faulty:Broken raises KeyError: 'week'"),
    ],
)
def test_it_is_named_and_no_traceback_is_shown(recli, tiny, options, said, monkeypatch):
    Path("faulty.py").write_text(CODE, encoding="utf-8")
    command = ["evaluate", "-d", str(tiny), "-a", "most-popular", *options.split()]
    shown = recli(*command, code=2).stderr
    assert said in shown
    assert "Traceback" not in shown


def test_where_nobody_likes_anything_there_is_no_best(recli):
    rows = [f"u{u},i{i},{1 + (u + i) % 4}" for u in range(12) for i in range(10) if (u * i) % 3]
    Path("r.csv").write_text("\n".join(["user,item,rating", *rows]), encoding="utf-8")
    command = "evaluate -d r.csv --scale 1:5 -a baseline-only -a damped-mean --metric ndcg"
    shown = recli(*command.split(), "--threshold", "4.5").stderr
    assert "No list can be judged: ndcg@10 has a value for no user. Lower --threshold." in shown
    assert "The best lists" not in shown
