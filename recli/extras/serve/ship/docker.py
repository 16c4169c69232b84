"""A folder of which a container is built: recli with a model, watched by Prometheus and Grafana."""

from __future__ import annotations

from pathlib import Path

from recli import files
from recli.extras.serve.ship import monitoring
from recli.extras.serve.ship._carried import Carried

_PORT = 8000
_KEY_FILE = "/run/secrets/recli_key"  # where compose puts the secret of this name


def write(folder: Path, model: Path, wheel: Path | None = None) -> None:
    """Write all that an image with the model in the folder `model` is made of.

    In place of an earlier one, whole or not at all.

    Args:
        folder: what is written
        model: the folder of the model
        wheel: of recli, which goes into the image; None where recli comes from the registry of
            packages

    Raises:
        UsageError: for a folder that holds anything else, and as `Carried.of` does
    """
    carried = Carried.of(model, {"serve"}, wheel)
    with files.own_folder(folder, carried.own("docker") | {"monitoring"}) as temporary:
        carried.put("docker", temporary, {"PORT": str(_PORT)})
        watch = temporary / "monitoring"
        monitoring.lay_out(watch, f"recli:{_PORT}", _KEY_FILE, "http://prometheus:9090")
