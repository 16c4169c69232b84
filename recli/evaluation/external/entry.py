"""A recommender of another program as an entry of a line-up, known by what it gave on every fold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from recli import errors, registry, urls
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.sources.locate import locate
from recli.data.sources.location import Location
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.external.predictions import read_predictions
from recli.evaluation.external.ranked import read_lists
from recli.evaluation.external.rows import counted
from recli.evaluation.fold_outcome import FoldOutcome, Listed, PredictedRatings, Wanted
from recli.evaluation.lint_checks import Finding
from recli.evaluation.metric_names import Measure


@dataclass(frozen=True)
class ExternalFiles:
    """Where the predictions, the lists or both of one program are.

    Attributes:
        name: what the program is called among the algorithms
        predictions: a file, as a dataset may be named; None where it predicted no ratings
        lists: likewise; None where it made no lists
        exclude_seen: whether a list may not have what its user has in the training
    """

    name: str
    predictions: str | None = None
    lists: str | None = None
    exclude_seen: bool = True

    def __post_init__(self) -> None:
        name = errors.plain(self.name)
        for known in registry.every("algorithm"):
            if errors.plain(known) == name:
                raise errors.UsageError(
                    f"'{self.name}' is an algorithm of recli: call what comes from a file something "
                    f"else, as in 'other-{known}'."
                )
        if not name or not self.name.isprintable():
            raise errors.UsageError(f"'{self.name}' is no name: it takes a letter or a digit.")
        for file in filter(urls.is_url, filter(None, (self.predictions, self.lists))):
            raise errors.UsageError(
                f"{self.name}={urls.shown(file)}: takes a file on this machine. Fetch it first."
            )

    @property
    def locations(self) -> dict[str, Location]:
        """The files that there are, by `predictions` and `lists`."""
        named = {"predictions": self.predictions, "lists": self.lists}
        return {kind: locate(Path(), file) for kind, file in named.items() if file is not None}

    def read(
        self, dataset: Dataset, folds: Sequence[Fold], measures: Sequence[Measure]
    ) -> External:
        """The entry of a line-up.

        Args:
            dataset: what the program learned from
            folds: what it learned from and was tested on
            measures: what is to be measured, which says how long lists have to be

        Raises:
            UsageError: for predictions where there are no ratings to predict
            NotFoundError, DataError: as `read_predictions` and `read_lists` do
        """
        if self.predictions is not None and dataset.ratings.implicit:
            raise errors.UsageError(
                f"--predictions {self.name}: {dataset.name} holds interactions, and no ratings to "
                "predict. Give ranked lists, with '--lists'."
            )
        found: dict[str, Any] = {}
        notes: dict[str, tuple[str, ...]] = {}
        for kind, file in self.locations.items():
            if kind == "predictions":
                found[kind], notes[kind] = read_predictions(file, dataset, folds)
            else:
                k = Wanted.by(measures).k or 1
                found[kind], notes[kind] = read_lists(file, dataset, folds, k, self.exclude_seen)
                notes[kind] += _beyond(found[kind], measures)
        return External(
            self.name,
            files=self,
            digests={kind: _digest(file) for kind, file in self.locations.items()},
            notes=tuple(f"{self.name}: {note}." for said in notes.values() for note in said),
            **found,
        )

    @classmethod
    def of(cls, name: str, document: Mapping[str, Any]) -> Self:
        """The files that `External.document` tells of, as they were.

        Args:
            name: what the program is called
            document: what `External.document` gave

        Raises:
            NotFoundError: for a file that is not there any more
            DataError: for one that is another now
        """
        kinds = {kind: document[kind] for kind in ("predictions", "lists") if kind in document}
        places = {kind: about["file"] for kind, about in kinds.items()}
        files = cls(name, **places, exclude_seen=document["exclude_seen"])
        for kind, file in files.locations.items():
            if not file.exists():
                raise errors.NotFoundError(
                    f"{file}: no such file. The {kind} of {name} were read from it; without, the run "
                    "cannot be made again."
                )
            was, now = kinds[kind]["sha256"], _digest(file)
            if was != now:
                raise errors.DataError(
                    f"File changed: {file}, the {kind} of {name}, had the SHA-256 {was} and has {now}."
                )
        return files


@dataclass(frozen=True, eq=False)
class External(Configured):
    """What another program gave on every fold, instead of an algorithm to be fitted.

    Attributes:
        files: where it was read from
        digests: the SHA-256 of each file, by `predictions` and `lists`
        notes: what is to be known of them, a sentence each
        predictions: for each fold float64[n_test], NaN where there is none; None without predictions
        lists: the lists of each fold; None without
    """

    files: ExternalFiles = field(kw_only=True)
    digests: Mapping[str, str] = field(kw_only=True)
    notes: tuple[str, ...] = ()
    predictions: tuple[np.ndarray, ...] | None = None
    lists: tuple[Listed, ...] | None = None

    parts = ()
    releases_gil = True
    label = property(lambda self: self.name)
    whole_label = label

    def outcome(self, statistics: TrainingStatistics, number: int) -> FoldOutcome:
        """What it gave on a fold, times unknown; the global mean stands for what it did not predict.

        Args:
            statistics: the training rows of the fold
            number: that of the fold, from 0 on
        """
        estimated = None
        if self.predictions is not None:
            estimates = self.predictions[number].copy()
            impossible = np.isnan(estimates)
            if impossible.any():
                estimates[impossible] = statistics.trainset.global_mean
            estimated = PredictedRatings(estimates, impossible)
        listed = None if self.lists is None else self.lists[number]
        unknown = np.nan, np.nan, np.nan
        return FoldOutcome(estimated is not None, estimated, listed, *unknown)

    @property
    def about_files(self) -> dict[str, dict[str, str]]:
        """Whole path and SHA-256 of its files, by `predictions` and `lists`."""
        return {
            kind: {"file": file.reference(), "sha256": self.digests[kind]}
            for kind, file in self.files.locations.items()
        }

    def document(self) -> dict[str, Any]:
        """`about_files`, and whether its lists may have what their users have in the training."""
        return {**self.about_files, "exclude_seen": self.files.exclude_seen}


def noted(line_up: Iterable[Configured]) -> tuple[Finding, ...]:
    """What is to be known of what comes from files, beside what `lint` finds.

    Args:
        line_up: algorithms and others
    """
    found = (note for entry in line_up if isinstance(entry, External) for note in entry.notes)
    return tuple(Finding("external", note) for note in found)


def _beyond(found: Sequence[Listed], measures: Sequence[Measure]) -> tuple[str, ...]:
    """Which measures look at more of the ranking than some lists have."""
    names = [str(m) for m in measures if m.metric.needs == "rankings" and not m.metric.cutoff]
    n_part = sum(int(np.count_nonzero(of.n_ranked < of.n_candidates)) for of in found)
    if not names or not n_part:
        return ()
    return (
        f"{counted(n_part, 'list')} without all candidates: no {' and no '.join(names)} for users whose "
        "list ends before it is known",
    )


def _digest(file: Location) -> str:
    """SHA-256 of the content, unpacked; of several parts, of all in their order."""
    digest = hashlib.sha256()
    for part in [part.file for part in file.parts] or [file]:
        digest.update(part.read_bytes())
    return digest.hexdigest()
