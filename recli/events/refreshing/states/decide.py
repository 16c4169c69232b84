"""Decide: whether the candidate is published, which is written down with all that it was decided by."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any

from recli.events.refreshing import findings
from recli.events.refreshing.states._base import End, Round, State
from recli.events.refreshing.states.handed_on import Candidate, Compared, Taken
from recli.events.refreshing.states.publish import Publish
from recli.records import store


@dataclass(frozen=True, eq=False)
class Decide:
    """Hold the comparison against the settings and write the document of the decision.

    Once it is written, a round that is cut off is taken up by the next in `Resume`.

    Attributes:
        round: what the states share
        taken: the model, and its dataset with the events that came since
        candidate: the candidate, and what it has not learned from
        compared: how the candidate does beside the model as it is
    """

    round: Round
    taken: Taken
    candidate: Candidate
    compared: Compared

    def advance(self) -> State | End:
        """`Publish`, or the end where the model is kept.

        Raises:
            UsageError: if nothing can be written
        """
        publish, why = self.round.settings.verdict(self.compared.comparison)
        decision = self._document("publish" if publish else "keep", why)
        self.round.model.record(decision)
        if not publish:
            return End(decision)
        taken = self.taken
        return Publish(self.round, decision, taken.model, taken.dataset, taken.manifest["pickled"])

    def _document(self, decided: str, why: str) -> dict[str, Any]:
        round_, taken, candidate = self.round, self.taken, self.candidate
        model, dataset, ratings = taken.model, taken.dataset, taken.dataset.ratings
        # A pair of interactions that was there before adds up, and says nothing of new ones.
        new = ratings.values[taken.fresh if ratings.implicit else taken.later]
        return {
            "id": store.new_id("refresh"),
            "model": round_.model.name,
            "algorithm": model.configured.name,
            "params": model.configured.params,
            "seed": model.seed,
            "started": round_.started,
            "settings": dataclasses.asdict(round_.settings),
            "events": findings.events(taken.progress, taken.past),
            "dataset": store.dataset_document(dataset),
            "learned": {
                "through": taken.learned,
                "ratings": len(model.trainset.values),
                "fingerprint": model.dataset["fingerprint"],
                "seal": taken.manifest["seal"],
            },
            "slice": findings.tested_slice(dataset, taken.fresh, candidate.test),
            "scores": self.compared.comparison.document(),
            "drift": findings.drift(new, model.trainset.global_mean),
            "lists": self.compared.lists,
            "warm": round_.settings.warm and candidate.algorithm.starts_warm,
            "decision": decided,
            "why": why,
            "published": None,
            "seconds": round(time.perf_counter() - round_.clock, 3),
        }
