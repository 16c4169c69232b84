"""What a container and a function have in common: a model, and recli to read it."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import recli
from recli import files
from recli.extras.serve.ship import _layout
from recli.extras.serve.ship._requirements import extras_of, requirements
from recli.models import archive

_OWN = {"requirements.txt", "models", "recli-*.whl"}


@dataclass(frozen=True)
class Carried:
    """A model on its way elsewhere.

    Attributes:
        model: its folder
        required: the lines of requirements.txt
        wheel: of recli, if it goes along
    """

    model: Path
    required: str
    wheel: Path | None

    @classmethod
    def of(cls, model: Path, extras: Collection[str], wheel: Path | None) -> Carried:
        """The model in a folder, with `extras` of recli and those that brought its algorithm.

        Raises what `archive.portable`, `extras_of` and `requirements` do.

        Args:
            model: the folder of the model
            extras: names of extras
            wheel: recli as a wheel; None installs the released one
        """
        files.checked_name(model.name, "model")
        of_model = extras_of(archive.portable(model), model)
        return cls(model, requirements({*extras, *of_model}, wheel), wheel)

    def own(self, kind: str) -> set[str]:
        """What `put` leaves at the top of a folder, as patterns of names.

        Args:
            kind: the folder of templates, such as `docker`
        """
        return _OWN | _layout.entries(kind)

    def put(self, kind: str, folder: Path, values: Mapping[str, str]) -> None:
        """Write into `folder` the templates of this kind, the requirements, the model and the wheel.

        Args:
            kind: the folder of templates, such as `docker`
            folder: where the files are laid out
            values: what is filled in, by its name
        """
        name = self.model.name
        _layout.lay_out(kind, folder, {**self._values, **values})
        (folder / "requirements.txt").write_text(self.required, encoding="utf-8", newline="\n")
        archive.copy(self.model, folder / "models" / name)
        if self.wheel is not None:
            shutil.copyfile(self.wheel, folder / self.wheel.name)

    @property
    def _values(self) -> dict[str, str]:
        slug = re.sub(r"[^a-z0-9]+", "-", self.model.name.lower()).strip("-")
        major, minor, _ = platform.python_version_tuple()
        return {
            "MODEL": self.model.name,
            # As images, projects of compose and functions may be called.
            "NAME": f"recli-{slug}" if slug else "recli",
            "PYTHON": f"{major}.{minor}",
            "RUNTIME": f"python{major}{minor}",
            "VERSION": recli.__version__,
            "WHEEL": "" if self.wheel is None else f"{self.wheel.name} ",
        }
