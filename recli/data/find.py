"""Where datasets live, and which one a name means."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import recli
from recli import errors, user_folders
from recli.data import description
from recli.data.description import Description

DEFAULT = "movielens-small"


def folders() -> list[Path]:
    """Folders that hold datasets, the first to have a name wins.

    `datasets/` where the user stands, then the user's own folder, then those shipped with recli.
    """
    return [Path("datasets"), *_user_folder(), _shipped()]


def user_folder() -> Path:
    """Where `recli data add` and `recli data download` put datasets: `$RECLI_DATASETS`, or the
    platform's folder for user data.

    Raises:
        UsageError: for a user without a home
    """
    found = _user_folder()
    if not found:
        raise errors.UsageError(
            "There is no home folder to keep datasets in: name one in RECLI_DATASETS, or the file itself."
        )
    return found[0]


def _user_folder() -> list[Path]:
    """The one, or none."""
    chosen, of_system = os.environ.get("RECLI_DATASETS"), user_folders.data()
    if chosen:
        return [Path(chosen)]
    return [of_system / "datasets"] if of_system else []


def _shipped() -> Path:
    package = Path(recli.__file__).parent
    installed = package / "shipped_datasets"
    return installed if installed.is_dir() else package.parent / "datasets"


def names() -> list[str]:
    """Every dataset that has a name, sorted."""
    found = {path.parent.name for folder in folders() for path in folder.glob("*/dataset.toml")}
    return sorted(found)


def own_names() -> list[str]:
    """The datasets in the user's own folder, sorted."""
    found = (path for folder in _user_folder() for path in folder.glob("*/dataset.toml"))
    return sorted(path.parent.name for path in found)


def own(name: str) -> Path:
    """The folder of a dataset in the user's own folder.

    Args:
        name: the name

    Raises:
        UsageError: for one that is elsewhere
        NotFoundError: for one that there is not
    """
    if name in own_names():
        return user_folder() / name
    if name in names():
        raise errors.UsageError(
            f"Dataset '{name}' is not in your own folder, {user_folder()}, but in "
            f"{named(name).folder}, which is left alone."
        )
    raise errors.NotFoundError(str(errors.unknown("dataset of your own", name, own_names())))


def to_download(name: str) -> Description:
    """The description to download the dataset called `name` by.

    That which the name means, except that a copy from an earlier download gives way to the shipped
    entry for the same archive, which may take more out of it.

    Args:
        name: the name

    Raises:
        NotFoundError: as `named` does
    """
    about = named(name)
    shipped = _shipped() / name / description.FILE_NAME
    if about.download and about.folder.parent == user_folder() and shipped.is_file():
        newer = description.read(shipped)
        if newer.download and newer.download.url == about.download.url:
            return newer
    return about


def named(name: str) -> Description:
    """The description of the dataset called `name`.

    A downloaded copy in the user's folder goes before the shipped entry that tells where to get it.

    Args:
        name: the name

    Raises:
        NotFoundError: the nearest names first
    """
    for folder in folders():
        path = folder / name / description.FILE_NAME
        if path.is_file():
            return description.read(path)
    valid = errors.nearest(name, names())
    close = difflib.get_close_matches(name, valid[:1])
    guess = f" Did you mean '{close[0]}'?" if close else ""
    raise errors.NotFoundError(
        f"There is no dataset or file '{name}'.{guess} "
        f"Give a file, a folder with a {description.FILE_NAME}, or one of: {', '.join(valid)}."
    )
