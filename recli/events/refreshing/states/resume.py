"""Resume: a decision to publish that an earlier round did not see through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recli.events.refreshing.refreshed_dataset import RefreshedDataset
from recli.events.refreshing.states._base import End, Round, State
from recli.events.refreshing.states.publish import Publish, mark_published
from recli.events.refreshing.states.take import Take


@dataclass(frozen=True, eq=False)
class Resume:
    """See how far an earlier round came with its decision to publish, and go on from there.

    Hands on `Publish` where model and dataset are still those that were decided on. Where the model is
    published already the decision is marked so, and where another model has the name it is taken back.

    Attributes:
        round: what the states share
        decision: the document of that decision
        then: the state that follows once it is seen through
    """

    round: Round
    decision: dict[str, Any]
    then: State

    def advance(self) -> State | End:
        """Publish what was decided, or the state after that."""
        model, tell, decision = self.round.model, self.round.told.append, self.decision
        manifest, progress, run = model.manifest(), model.progress(), decision["id"]
        if manifest["origin"].get("refresh", {}).get("run") == run:
            mark_published(model, decision)
            tell(f"Published before this one was interrupted: {run}.")
            return self.then
        same_events = progress is not None and progress.through == decision["events"]["through"]
        if same_events and manifest["seal"] == decision["learned"]["seal"]:
            loaded = model.load()
            dataset = RefreshedDataset.of(model.dataset_folder, loaded, manifest).load()
            tell(f"Published now, an earlier refresh had been interrupted: {run}.")
            return Publish(
                self.round, decision, loaded, dataset, manifest["pickled"], then=self.then
            )
        why = f"{decision['why']} It was interrupted, and the model has been trained anew since."
        model.record({**decision, "decision": "keep", "why": why})
        tell(f"Taken back, the model has been trained anew since: {run}.")
        return self.then


def entry(round_: Round) -> State:
    """The state that a round begins in: `Resume` where an earlier one was cut off, else `Take`.

    Args:
        round_: the round
    """
    state: State = Take(round_)
    for decision in reversed(round_.model.decisions()):
        if decision["decision"] == "publish" and decision["published"] is None:
            state = Resume(round_, decision, state)
    return state
