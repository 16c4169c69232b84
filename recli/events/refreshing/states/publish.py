"""Publish: the model is trained on everything and takes the place of the one that was."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from recli.data.dataset import Dataset
from recli.events.refreshing.refreshed_model import RefreshedModel, refitted
from recli.events.refreshing.states._base import End, Round, State
from recli.models import list_quality
from recli.models.model import FittedModel
from recli.ranking.indexing import indexed, wanted_again
from recli.records import store


@dataclass(frozen=True, eq=False)
class Publish:
    """Train on everything, store the model under its name, and mark the decision as published.

    The model says which decision published it, so that a round that is cut off between the two is
    taken up by the next in `Resume`.

    Attributes:
        round: what the states share
        decision: the document of the decision to publish
        model: the model that is replaced
        dataset: all that the new one learns from
        pickled: whether what a model has learned is pickled, as it is of the one that is replaced
        then: the state that follows; None where this is the end of the round
    """

    round: Round
    decision: dict[str, Any]
    model: FittedModel
    dataset: Dataset
    pickled: bool
    then: State | None = None

    def advance(self) -> State | End:
        """The end, or the state that follows.

        Raises:
            UsageError: if another model has taken the name meanwhile, or it cannot be written
        """
        started, decision = time.perf_counter(), self.decision
        seal = decision["learned"]["seal"]
        self.round.model.replace(self._trained(), seal, self.pickled)
        seconds = decision["seconds"] + round(time.perf_counter() - started, 3)
        decision = mark_published(self.round.model, {**decision, "seconds": seconds})
        return self.then or End(decision)

    def _trained(self) -> FittedModel:
        model, dataset, decision = self.model, self.dataset, self.decision
        trainset = dataset.trainset(threshold=model.trainset.threshold)
        taken = {key: decision["events"][key] for key in ("begun_from", "log", "through")}
        origin = {key: value for key, value in model.origin.items() if key == "params"}
        origin["refresh"] = {"run": decision["id"], **taken}
        if decision.get("lists"):
            origin[list_quality.ORIGIN] = decision["lists"]
        trained = FittedModel(
            configured=model.configured,
            algorithm=refitted(model, trainset, decision["settings"]["warm"]),
            trainset=trainset,
            dataset={**model.dataset, "name": dataset.name, "fingerprint": dataset.fingerprint},
            seed=model.seed,
            origin=origin,
            lists=model.lists,
        )
        return indexed(trained)[0] if wanted_again(model) else trained


def mark_published(model: RefreshedModel, decision: dict[str, Any]) -> dict[str, Any]:
    """Write a decision with the time at which its model was published, now.

    Args:
        model: the model that it is about
        decision: the document

    Returns:
        What the document says from now on.
    """
    decision = {**decision, "published": store.now()}
    model.record(decision)
    return decision
