"""What an image or a function installs: recli, and all that recli asks for as it is installed here."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

import recli
from recli import errors, registry
from recli.algorithms import Configured


def extras_of(about: Mapping[str, Any], folder: Path) -> set[str]:
    """The extras of recli that bring the packages of a model, by its manifest.

    Args:
        about: the manifest of the model
        folder: the folder of the model

    Raises:
        UsageError: for an algorithm that does not come with recli
    """
    try:
        with registry.names_of(folder):
            configured = Configured.of(about["algorithm"], about["params"], to_fit=False)
        comes_along = configured.is_own
    except errors.CodeError:
        comes_along = False
    if not comes_along:
        raise errors.UsageError(
            f"{folder}: {about['algorithm']} does not come with recli, and only recli's algorithms are "
            "where the model goes to."
        )
    return {registry.extra_of("algorithm", part) for part in configured.parts} - {""}


def requirements(extras: Collection[str], wheel: Path | None) -> str:
    """The lines of a requirements.txt: recli with `extras`, and its direct requirements, pinned.

    Args:
        extras: names of extras
        wheel: what recli is installed from, beside the file; None for the registry of packages

    Raises:
        MissingExtraError: where an extra is not installed, so that its versions are not known
        UsageError: for a wheel that is not recli's
    """
    for extra in sorted(extras):
        if not registry.installed(extra):
            raise errors.MissingExtraError(
                "What is pinned is what is installed here, and this lacks: "
                f"pip install 'recli[{extra}]'"
            )
    named = f"recli[{','.join(sorted(extras))}]"
    if wheel is None:
        first = f"{named}=={recli.__version__}"
    else:
        first = f"./{_checked(wheel).name}{named.removeprefix('recli')}"
    return "\n".join([first, *_pinned(extras)]) + "\n"


def from_registry() -> bool:
    """Whether the recli that is installed here came from a registry of packages (PEP 610)."""
    origin = importlib.metadata.distribution("recli").read_text("direct_url.json")
    return origin is None or "url" not in json.loads(origin)


def _pinned(extras: Collection[str]) -> list[str]:
    """`name[extras]==version` of every direct requirement, sorted."""
    pins = {}
    for requirement in map(Requirement, importlib.metadata.requires("recli") or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            own = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
            version = importlib.metadata.version(registry.present(requirement.name))
            pins[requirement.name.lower()] = f"{requirement.name}{own}=={version}"
    return [pins[name] for name in sorted(pins)]


def _checked(wheel: Path) -> Path:
    try:
        name, version, *_ = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename:
        raise errors.UsageError(f"{wheel}: is no wheel by its name. {_HOW}") from None
    if name != "recli":
        raise errors.UsageError(f"{wheel}: is a wheel of {name}, not of recli. {_HOW}")
    if str(version) != recli.__version__:
        raise errors.UsageError(
            f"{wheel}: is recli {version}, and the model goes with {recli.__version__}, which is "
            f"installed here. {_HOW}"
        )
    if not wheel.is_file():
        raise errors.NotFoundError(f"{wheel}: no such file. {_HOW}")
    return wheel


_HOW = "'pip wheel --no-deps FOLDER' makes one of recli's source."
