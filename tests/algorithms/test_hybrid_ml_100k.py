"""The stacked hybrid of `experiments/hybrid.toml` on MovieLens 100K, five folds, seed 0.

GroupLens forbids passing the data on, so it is read from where it lies beside the repository.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from recli.data.load import load
from recli.data.splits.k_fold import KFold
from recli.evaluation.metric_names import Measure
from recli.experiments import cross_validation, experiment_file
from recli.experiments.resources import Resources

HERE = Path(__file__).parents[2]
DATA = HERE.parent / "shared" / "datasets" / "ml-100k"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"MovieLens 100K is not in {DATA}")


def test_reaches_what_it_must(tmp_path):
    about = (HERE / "datasets" / "ml-100k" / "dataset.toml").read_text(encoding="utf-8")
    for name, file in (("u.data", "u.data.gz"), ("u.item", "u.item"), ("u.user", "u.user")):
        about = about.replace(f'file = "{name}"', f'file = "{(DATA / file).as_posix()}"')
    (tmp_path / "dataset.toml").write_text(about, encoding="utf-8")
    experiment = experiment_file.read(HERE / "experiments" / "hybrid.toml")
    stacked = experiment.line_up[0]
    assert stacked.params["method"] == "stacked"
    protocol = cross_validation.Protocol(KFold(5, seed=0), (Measure.parse("rmse"),), 4.0, seed=0)
    [summary] = cross_validation.cross_validate(
        load(str(tmp_path)), [stacked], protocol, Resources(2)
    )
    assert summary.mean(protocol.measures[0]) <= 0.895
