"""A folder that is deployed as a Google Cloud Function: `main.py`, its requirements, and a model."""

from __future__ import annotations

from pathlib import Path

from recli import files
from recli.extras.serve.ship._carried import Carried


def write(folder: Path, model: Path, wheel: Path | None = None) -> None:
    """Write all that a function with the model in the folder `model` is made of.

    In place of an earlier one, whole or not at all.

    Args:
        folder: what is written
        model: the folder of the model
        wheel: of recli, which is deployed too; None where recli comes from the registry of packages

    Raises:
        UsageError: for a folder that holds anything else, and as `Carried.of` does
    """
    carried = Carried.of(model, {"function", "serve"}, wheel)
    with files.own_folder(folder, carried.own("function")) as temporary:
        carried.put("function", temporary, {})
