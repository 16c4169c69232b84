"""One round of keeping up: take events, train, compare, publish; each step whole or not at all.

What a step leaves says what it was made of, so that a round that was cut off anywhere is taken up by
the next and ends the same: the dataset says through which event it goes, the document of a decision
is there before the model is published, and the model says which decision published it.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recli import errors, files
from recli.algorithms import Algorithm
from recli.data.dataset import Dataset
from recli.data.splits._rows import number_of
from recli.data.training_statistics import TrainingStatistics
from recli.data.trainset import Trainset
from recli.events.log import FILE_NAME, EventLog
from recli.events.refreshing import findings, history
from recli.events.refreshing.comparison import ModelComparison, compare
from recli.events.refreshing.progress import Progress, folder_of
from recli.events.refreshing.refreshed_dataset import RefreshedDataset
from recli.events.refreshing.rule import RefreshSettings
from recli.models import list_quality
from recli.models import model as models
from recli.models.fold_in import most_popular
from recli.models.model import Model
from recli.records import store


@dataclass(frozen=True)
class Outcome:
    """What came of a round.

    decision: the document of what was decided; None where there was nothing to decide
    told: why not, and what an earlier round had left to do
    """

    decision: dict[str, Any] | None
    told: tuple[str, ...]


def refresh(
    results: Path, name: str, settings: RefreshSettings, allow_pickle: bool = False
) -> Outcome:
    """One round for the model called `name`.

    Raises NotFoundError without such a model, UsageError while another refresh is at work on the same
    results, DataError for a damaged model, dataset or log, and what training raises.
    """
    with files.alone(results / "refreshes" / ".lock", "a refresh is at work there"):
        folder = results / "models" / name
        for replaced in (folder, folder_of(results, name)):
            files.recover(replaced)
        if not (folder / models.MANIFEST).is_file():
            raise models.absent(results, name)
        told = [_finished(results, name, left, allow_pickle) for left in _unfinished(results, name)]
        with EventLog(results / FILE_NAME) as log:
            outcome = _round(results, name, settings, log, allow_pickle)
        return Outcome(outcome.decision, (*told, *outcome.told))


def _round(
    results: Path, name: str, settings: RefreshSettings, log: EventLog, allow_pickle: bool
) -> Outcome:
    started, clock = store.now(), time.perf_counter()
    folder = results / "models" / name
    manifest, progress = models.about(folder), Progress.read(results, name)
    through = log.last
    if progress and progress.is_of(manifest):
        _check_same(progress, log, folder_of(results, name))
        through = max(through, progress.through)
    past = history.of_model(results, name)
    decided = _decided(progress, manifest, settings, past)
    if through <= decided:
        since = f" since event {decided:,}" if decided else ""
        return Outcome(None, (f"Nothing new for model '{name}'{since}.",))
    model = models.load(folder, allow_pickle)
    grown = RefreshedDataset.of(results, name, model, manifest).take(log)
    dataset = grown.load() if grown.progress == progress else grown.write()
    events = grown.positions
    learned = grown.progress.learned(manifest)
    fresh = (events > learned) & ~_known(dataset, model.trainset)
    n_new = int(np.count_nonzero(fresh & (events > decided)))
    if n_new < settings.min_events:
        return Outcome(
            None, (_waiting(name, n_new, settings, grown.progress, dataset.ratings.noun),)
        )
    tested = _newest(dataset, events, fresh, settings.slice)
    statistics = TrainingStatistics(dataset, np.flatnonzero(~tested), model.trainset.threshold)
    candidate = _fit(model, statistics.trainset, settings.warm)
    comparison = compare(model, candidate, statistics, np.flatnonzero(tested))
    publish, why = settings.verdict(comparison)
    decision = {
        "id": store.new_id("refresh"),
        "model": name,
        "algorithm": model.configured.name,
        "params": model.configured.params,
        "seed": model.seed,
        "started": started,
        "settings": dataclasses.asdict(settings),
        "events": findings.events(grown.progress, past),
        "dataset": store.dataset_document(dataset),
        "learned": {
            "through": learned,
            "ratings": len(model.trainset.values),
            "fingerprint": model.dataset["fingerprint"],
            "seal": manifest["seal"],
        },
        "slice": findings.tested_slice(dataset, fresh, tested),
        "scores": comparison.document(),
        "drift": findings.drift(
            # A pair of interactions that was there before has grown, and says nothing of new ones.
            dataset.ratings.values[fresh if dataset.ratings.implicit else events > learned],
            model.trainset.global_mean,
        ),
        "lists": _list_quality(model, candidate, comparison, statistics, np.flatnonzero(tested)),
        "warm": settings.warm and candidate.starts_warm,
        "decision": "publish" if publish else "keep",
        "why": why,
        "published": None,
        "seconds": round(time.perf_counter() - clock, 3),
    }
    history.write(results, decision)
    if publish:
        decision = _publish(results, name, decision, model, dataset, manifest["pickled"])
    return Outcome(decision, ())


def _publish(
    results: Path,
    name: str,
    decision: dict[str, Any],
    model: Model,
    dataset: Dataset,
    pickled: bool,
) -> dict[str, Any]:
    """Train on everything and store the model under its name; the decision, with when that was.

    Raises UsageError where another model has taken the name meanwhile.
    """
    started = time.perf_counter()
    trainset = dataset.trainset(threshold=model.trainset.threshold)
    events = decision["events"]
    origin = {key: value for key, value in model.origin.items() if key == "params"}
    origin["refresh"] = {
        "run": decision["id"],
        **{key: events[key] for key in ("begun_from", "log", "through")},
    }
    if decision.get("lists"):
        origin[list_quality.ORIGIN] = decision["lists"]
    new = Model(
        configured=model.configured,
        algorithm=_fit(model, trainset, decision["settings"]["warm"]),
        trainset=trainset,
        dataset={**model.dataset, "name": dataset.name, "fingerprint": dataset.fingerprint},
        seed=model.seed,
        origin=origin,
    )
    if models.about(results / "models" / name)["seal"] != decision["learned"]["seal"]:
        raise errors.UsageError(
            f"Model '{name}' was trained anew while the refresh was at work; it stays. The next refresh "
            "begins with it."
        )
    models.save(new, results, name, pickled)
    seconds = decision["seconds"] + round(time.perf_counter() - started, 3)
    return _mark_published(results, {**decision, "seconds": seconds})


def _mark_published(results: Path, decision: dict[str, Any]) -> dict[str, Any]:
    decision = {**decision, "published": store.now()}
    history.write(results, decision)
    return decision


def _unfinished(results: Path, name: str) -> list[dict[str, Any]]:
    """Decisions to publish that nobody saw through to the end: at most one, unless by hand."""
    documents = history.of_model(results, name)
    return [d for d in documents if d["decision"] == "publish" and d["published"] is None]


def _finished(results: Path, name: str, decision: dict[str, Any], allow_pickle: bool) -> str:
    """See such a decision through, or take it back where model or dataset are others by now."""
    folder = results / "models" / name
    manifest, progress = models.about(folder), Progress.read(results, name)
    if manifest["origin"].get("refresh", {}).get("run") == decision["id"]:
        _mark_published(results, decision)
        return f"Published before this one was interrupted: {decision['id']}."
    same_events = progress is not None and progress.through == decision["events"]["through"]
    if same_events and manifest["seal"] == decision["learned"]["seal"]:
        model = models.load(folder, allow_pickle)
        grown = RefreshedDataset.of(results, name, model, manifest)
        _publish(results, name, decision, model, grown.load(), manifest["pickled"])
        return f"Published now, an earlier refresh had been interrupted: {decision['id']}."
    why = f"{decision['why']} It was interrupted, and the model has been trained anew since."
    history.write(results, {**decision, "decision": "keep", "why": why})
    return f"Taken back, the model has been trained anew since: {decision['id']}."


def _check_same(progress: Progress, log: EventLog, folder: Path) -> None:
    if progress.log and log.id and progress.log != log.id:
        raise errors.DataError(
            f"{log.path}: is not the event log that {folder} has taken its events from, so that its "
            "positions mean others. Put the old log back, or remove that folder: it is then begun again "
            "from what the model has learned."
        )


def _decided(
    progress: Progress | None,
    manifest: Mapping[str, Any],
    settings: RefreshSettings,
    past: Sequence[Mapping[str, Any]],
) -> int:
    """The position of the last event that this model has learned or was kept in spite of."""
    if progress is None or not progress.is_of(manifest):
        return 0
    same = (manifest["seal"], progress.begun_from, progress.log, dataclasses.asdict(settings))
    kept = [
        document["events"]["through"]
        for document in past
        if same
        == (
            document["learned"]["seal"],
            document["events"]["begun_from"],
            document["events"]["log"],
            document["settings"],
        )
    ]
    return max([progress.learned(manifest), *kept])


def _known(dataset: Dataset, trainset: Trainset) -> np.ndarray:
    """bool[n], whether the model has a rating of the same user and item, maybe another one."""
    ratings, n_items = dataset.ratings, len(dataset.ratings.item_ids)
    old = trainset.ratings
    users = ratings.user_ids.codes(old.user_ids.text)[old.users].astype(np.int64)
    items = ratings.item_ids.codes(old.item_ids.text)[old.items]
    return np.isin(
        ratings.users.astype(np.int64) * n_items + ratings.items, users * n_items + items
    )


def _newest(dataset: Dataset, events: np.ndarray, fresh: np.ndarray, share: float) -> np.ndarray:
    """bool[n]: the newest share of the `fresh` ratings, by time, or as they came where there is none.

    Ratings of the same time are on the same side.
    """
    times = events if dataset.ratings.times is None else dataset.ratings.times
    of_fresh = np.sort(times[fresh])
    return fresh & (times >= of_fresh[-number_of(share, len(of_fresh))])


def _fit(model: Model, trainset: Trainset, warm: bool) -> Algorithm:
    """The model's algorithm on other ratings; from what it has learned if `warm`."""
    algorithm = model.configured.create(model.seed)
    if warm:
        return algorithm.fit_from(model.algorithm, trainset)
    return algorithm.fit(trainset)


def _list_quality(
    model: Model,
    candidate: Algorithm,
    comparison: ModelComparison,
    statistics: TrainingStatistics,
    test: np.ndarray,
) -> dict[str, Any] | None:
    """How good the candidate's lists are beside what is the same for everybody, as models keep it."""
    if not comparison.is_of_lists or math.isnan(comparison.candidate):
        return None
    learned = dataclasses.replace(model, algorithm=candidate, trainset=statistics.trainset)
    floor = compare(most_popular(learned), candidate, statistics, test)
    noun = statistics.dataset.ratings.noun
    return list_quality.ListQuality(
        ndcg=comparison.candidate,
        hit_rate=None,
        floor=floor.current,
        n_users=comparison.test.n,
        measured=f"the newest {len(test):,} of the new {noun}s, held back",
    ).document()


def _waiting(
    name: str, n_new: int, settings: RefreshSettings, progress: Progress, noun: str
) -> str:
    counts = progress.counts
    return (
        f"Too little new for model '{name}': {n_new:,} of the {settings.min_events:,} {noun}s of new "
        f"pairs that it is to be measured on (--min-events). From events its dataset has taken "
        f"{counts['taken']:,} so far, {counts['set_aside']:,} were set aside."
    )
