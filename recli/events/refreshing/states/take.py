"""Take: the events that came since go into the dataset of the model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli import errors
from recli.events.refreshing.progress import Progress
from recli.events.refreshing.refreshed_dataset import RefreshedDataset
from recli.events.refreshing.states._base import End, Round, State
from recli.events.refreshing.states.handed_on import Taken
from recli.events.refreshing.states.learn import Learn


@dataclass(frozen=True, eq=False)
class Take:
    """Take the new events into the dataset, which is written whole; hands on `Taken` to `Learn`.

    A round that was cut off after this finds them taken.

    Attributes:
        round: what the states share
    """

    round: Round

    def advance(self) -> State | End:
        """`Learn`, or the end where nothing or too little is new.

        Raises:
            DataError: if model, dataset or log is damaged, or the log is not the one of the dataset
            UsageError: if the model holds a pickle that is not allowed
        """
        model, log, tell = self.round.model, self.round.log, self.round.told.append
        manifest, progress, past = model.manifest(), model.progress(), model.decisions()
        if progress is not None and not progress.is_of(manifest):
            progress = None  # of a model of the same name that was trained on other data
        through = log.last
        if progress is not None:
            self._check_log(progress)
            through = max(through, progress.through)
        decided = 0 if progress is None else self._decided(progress, manifest, past)
        if through <= decided:
            since = f" since event {decided:,}" if decided else ""
            tell(f"Nothing new for model '{model.name}'{since}.")
            return End()
        loaded = model.load()
        refreshed = RefreshedDataset.of(model.dataset_folder, loaded, manifest).take(log)
        dataset = refreshed.load() if refreshed.progress == progress else refreshed.write()
        taken = Taken(loaded, manifest, past, dataset, refreshed.progress, refreshed.positions)
        n_new = int(np.count_nonzero(taken.fresh & (taken.positions > decided)))
        if n_new < self.round.settings.min_events:
            tell(self._too_little(n_new, taken))
            return End()
        return Learn(self.round, taken)

    def _decided(
        self, progress: Progress, manifest: dict[str, Any], past: list[dict[str, Any]]
    ) -> int:
        """The position of the last event that the model has learned or was kept in spite of.

        It was kept under the same settings; under others it is another question.
        """
        settings = dataclasses.asdict(self.round.settings)
        same = (manifest["seal"], progress.begun_from, progress.log, settings)
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

    def _check_log(self, progress: Progress) -> None:
        log = self.round.log
        if progress.log and log.id and progress.log != log.id:
            raise errors.DataError(
                f"{log.path}: is not the event log that {self.round.model.dataset_folder} has taken its "
                "events from, so that its positions mean others. Put the old log back, or remove that "
                "folder: it is then begun again from what the model has learned."
            )

    def _too_little(self, n_new: int, taken: Taken) -> str:
        counts, noun = taken.progress.counts, taken.dataset.ratings.noun
        return (
            f"Too little new for model '{self.round.model.name}': {n_new:,} of the "
            f"{self.round.settings.min_events:,} {noun}s of new pairs that it is to be measured on "
            f"(--min-events). From events its dataset has taken {counts['taken']:,} so far, "
            f"{counts['set_aside']:,} were set aside."
        )
