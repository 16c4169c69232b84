"""A folder of which a container is built: recli with a model, watched by Prometheus and Grafana."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import recli
from recli import files
from recli.extras.serve.ship import _layout, _requirements, monitoring
from recli.recommend import archive

_PORT = 8000
_KEY_FILE = "/run/secrets/recli_key"  # where compose puts the secret of this name


def write(folder: Path, model: Path, wheel: Path | None = None) -> None:
    """Write all that an image with the model in the folder `model` is made of.

    wheel: of recli, which goes into the image; None where recli comes from the registry of packages

    In place of an earlier one, whole or not at all. Raises UsageError for a folder that holds anything
    else, and what `archive.portable` and `requirements` raise.
    """
    name = files.checked_name(model.name, "model")
    extras = {"serve", *_requirements.extras_of(archive.portable(model), model)}
    required = _requirements.requirements(extras, wheel)
    values = {
        "MODEL": name,
        "PYTHON": ".".join(platform.python_version_tuple()[:2]),
        "PORT": str(_PORT),
        "VERSION": recli.__version__,
        "WHEEL": "" if wheel is None else f"{wheel.name} ",
    }
    own = _layout.entries("docker") | {"requirements.txt", "models", "monitoring"}
    earlier = {path.name for path in folder.glob("recli-*.whl")}
    with _layout.new_folder(folder, own | earlier) as temporary:
        _layout.lay_out("docker", temporary, values)
        (temporary / "requirements.txt").write_text(required, encoding="utf-8", newline="\n")
        if wheel is not None:
            shutil.copyfile(wheel, temporary / wheel.name)
        archive.copy(model, temporary / "models" / name)
        monitoring.lay_out(
            temporary / "monitoring", f"recli:{_PORT}", _KEY_FILE, "http://prometheus:9090"
        )
