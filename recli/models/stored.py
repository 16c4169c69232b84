"""Models as they lie in the results folder, known by name."""

from __future__ import annotations

from recli.models.manifest import KEYS, Manifest
from recli.stored import StoredKind

MODELS = StoredKind(
    noun="model",
    plural="models",
    document="model.json",
    maker="recli train",
    schemas=(3,),
    keys=KEYS,
    advice="Train the model again.",
    shape=lambda: Manifest,
)
