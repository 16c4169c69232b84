"""A run made again from what it says about itself, and compared number by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._configured import class_of
from recli.data.dataset import Dataset
from recli.data.filters import filtered
from recli.data.splits._base import Fold, Split
from recli.evaluation.external.entry import ExternalFiles
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.reading import Reading
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender
from recli.records import outside
from recli.records.run_diff import Difference, differences
from recli.records.stored_run import StoredRun

_NUMBERS_DO_NOT_DEPEND_ON = ("commit", "cores")


@dataclass(frozen=True)
class Deviation:
    """A metric of an algorithm that came out otherwise; `largest` is NaN where it is undefined once.

    Attributes:
        algorithm: the name of the algorithm
        metric: the name of the metric
        n_values: how many values were compared
        n_differing: of its `n_values` values: of folds, of groups, of users
        largest: the largest deviation
    """

    algorithm: str
    metric: str
    n_values: int
    n_differing: int
    largest: float


@dataclass(frozen=True)
class Reproduction:
    """What came of making a run again.

    Attributes:
        n_values: how many values were compared
        same_bytes: whether metrics.csv is the same to the byte
        deviations: what deviates
        changed: what is not as it was: versions, code, processor
        without_seed: algorithms with other numbers that take no seed
    """

    n_values: int
    same_bytes: bool
    deviations: tuple[Deviation, ...]
    changed: tuple[str, ...]
    without_seed: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether every number and every byte of metrics.csv is as it was."""
        return self.same_bytes and not self.deviations

    @property
    def causes(self) -> list[str]:
        """Why numbers may be others, as far as the runs tell; empty if they are the same."""
        if self.identical:
            return []
        seeds = [
            f"seed missing: {label} takes no 'random_state', so the run's seed does not reach it"
            for label in self.without_seed
        ]
        return [*seeds, *self.changed]


def dataset_of(run: StoredRun) -> Dataset:
    """The dataset of a finished run, read as it was then.

    Args:
        run: a run as it is stored

    Raises:
        UsageError: for a run that is not finished or does not say how its data was read
        DataError: where the data is no longer the same; and as `load` does
    """
    if run.status != "finished":
        raise errors.UsageError(
            f"{run.id} is {run.status}. To run its command again computes what is missing; a finished "
            "run can be reproduced."
        )
    about = run.document["dataset"]
    if about.get("reading") is None:
        raise errors.UsageError(
            f"{run.id} does not say how its data was read: it is of an older recli, or was not made by "
            "'recli evaluate'."
        )
    dataset = Reading.of(about["reading"]).load()
    if about["left_out"]:
        least = about["left_out"]["min_user_ratings"], about["left_out"]["min_item_ratings"]
        dataset = filtered(dataset, *least)
    if dataset.fingerprint != about["fingerprint"]:
        ratings = dataset.ratings
        raise errors.DataError(
            f"Data changed: {about['name']} was {about['fingerprint']} with {about['users']:,} users, "
            f"{about['items']:,} items and {about['ratings']:,} ratings, and is "
            f"{dataset.fingerprint} with {ratings.n_users:,}, {ratings.n_items:,} and "
            f"{len(ratings):,}."
        )
    return dataset


def again(
    results: Path,
    command: Sequence[str],
    run: StoredRun,
    dataset: Dataset,
    worded: Callable[[str], str] = str,
) -> EvaluationRun:
    """The same evaluation as a new run, yet to be run.

    Args:
        results: the results folder
        command: the command line
        run: a run as it is stored
        dataset: the ratings, and what is known of items and users
        worded: as for `EvaluationRun`

    Raises:
        NotReproducedError: where the split gives other rows
        NotFoundError: where a file of another program is gone
        DataError: where it is another
        UsageError: for what this recli does not know
    """
    outside.check(run.document)
    configuration = run.document["configuration"]
    protocol = Protocol(
        Split.parse(run.split, configuration["split_seed"]),
        tuple(map(Measure.parse, run.measures)),
        configuration["threshold"],
        configuration["seed"],
        tuple(configuration["by"]),
        configuration.get("sampled_negatives", 0),
    )
    was = [fold["fingerprint"] for fold in run.document["folds"]]
    folds = protocol.split.folds(dataset)
    now = [fold.fingerprint for fold in folds]
    if now != was:
        raise errors.NotReproducedError(
            f"Split changed: {protocol.split} gives other rows to learn from and to test on than it "
            f"did. Folds were {', '.join(was)} and are {', '.join(now)}."
        )
    line_up = [
        _entry(about, dataset, folds, protocol.measures) for about in configuration["line_up"]
    ]
    reading = Reading.of(run.document["dataset"]["reading"])
    return EvaluationRun(
        results, command, dataset, line_up, protocol, reading, folds=folds, worded=worded
    )


def _entry(
    about: Mapping[str, Any], dataset: Dataset, folds: Sequence[Fold], measures: Sequence[Measure]
) -> Configured:
    """An entry of a line-up as it was. Raises what `ExternalFiles.of` does where a file is another."""
    if "external" in about:
        files = ExternalFiles.of(about["algorithm"], about["external"])
        return files.read(dataset, folds, measures)
    lists = ListOptions.of(about.get("lists", {}))
    return recommender(Configured.of(about["algorithm"], about["params"]), lists)


def compare(first: StoredRun, second: StoredRun) -> Reproduction:
    """Every number of `second` against that of `first`, of which it is the repetition.

    Args:
        first: one run
        second: the other run
    """
    n_values, deviations = 0, []
    of_first, of_second = (_tables(run) for run in (first, second))
    labels = first.line_up
    found: dict[tuple[int, str], list[np.ndarray]] = {}
    for one, two in zip(of_first, of_second, strict=True):
        n_values += one.size
        other = two.reindex(index=one.index, columns=one.columns)
        entries = one.index.get_level_values("entry").to_numpy()
        for metric in one.columns:
            values = np.stack([one[metric].to_numpy(), other[metric].to_numpy()])
            for entry in np.unique(entries):
                found.setdefault((int(entry), metric), []).append(values[:, entries == entry])
    for (entry, metric), blocks in found.items():
        one, two = np.concatenate(blocks, axis=1)
        differing = ~((one == two) | (np.isnan(one) & np.isnan(two)))
        if differing.any():
            largest = float(np.abs(one - two)[differing].max())
            n_differing = int(np.count_nonzero(differing))
            deviations.append(Deviation(labels[entry], metric, len(one), n_differing, largest))
    tables = [run.folder / "metrics.csv" for run in (first, second)]
    changed = [
        difference
        for difference in differences(first, second)
        if difference.what not in _NUMBERS_DO_NOT_DEPEND_ON
    ]
    others = {deviation.algorithm for deviation in deviations}
    return Reproduction(
        n_values=n_values,
        same_bytes=tables[0].read_bytes() == tables[1].read_bytes(),
        deviations=tuple(deviations),
        changed=(*map(_told, changed), *_other_failures(first, second)),
        without_seed=tuple(label for label in _without_seed(second) if label in others),
    )


def _other_failures(first: StoredRun, second: StoredRun) -> Iterator[str]:
    """What failed in one of the two and not in the other, on the same folds."""
    was, now = ({(one["label"], *one["folds"]): one for one in r.failures} for r in (first, second))
    for key in was.keys() - now.keys():
        yield f"{was[key]['label']} failed: {was[key]['reason']} → it does not so any more"
    for key in now.keys() - was.keys():
        yield f"{now[key]['label']} fails: {now[key]['reason']} It did not so then"


def _tables(run: StoredRun) -> list[pd.DataFrame]:
    """The numbers of a run, a column for each metric."""
    fold, group = ["entry", "fold"], ["entry", "fold", "by", "group"]
    return [
        run.metrics().pivot(index=fold, columns="metric", values="value"),
        run.groups().pivot(index=group, columns="metric", values="value"),
        run.per_user().set_index([*fold, "user"]),
    ]


def _without_seed(run: StoredRun) -> list[str]:
    """A user's classes that take no seed; recli's own without one draw no random numbers."""
    labels = []
    line_up = run.document["configuration"]["line_up"]
    for about, label in zip(line_up, run.line_up, strict=True):
        name = about["algorithm"]
        configured = Configured(name, about["params"])
        if "external" in about or configured.is_own:
            continue
        if "random_state" not in configured.arguments(class_of(name), 0):
            labels.append(label)
    return labels


def _told(difference: Difference) -> str:
    names = {"recli": "recli", "code": "recli's code", "cpu": "processor"}
    what = difference.what
    if what.startswith("packages."):
        told = f"package changed: {what.removeprefix('packages.')} "
    elif what.startswith("outside."):
        told = f"{what.removeprefix('outside.')} changed: "
    elif difference.part == "line-up":
        told = f"code of {what} changed: "
    else:
        told = f"{names.get(what, what)} changed: "
    was, now = (str(v) if v is not None else "none" for v in (difference.first, difference.second))
    return f"{told}{was} → {now}"
