"""Models as they lie in the results folder, known by name."""

from __future__ import annotations

from recli.stored import StoredKind

MODELS = StoredKind(
    noun="model",
    plural="models",
    document="model.json",
    maker="recli train",
    schemas=(3,),
    keys=(
        *("algorithm", "params", "seed", "trained", "dataset", "origin", "scale", "mean"),
        *("threshold", "refit", "pickled", "state", "versions", "sha256", "seal"),
    ),
    advice="Train the model again.",
)
