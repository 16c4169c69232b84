"""Stored models as one file or folder, to carry elsewhere."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

from recli import errors, files, memory, urls
from recli.data.sources import stores
from recli.data.sources.locate import locate
from recli.data.sources.location import Location
from recli.data.sources.packed import DAMAGED
from recli.models import parts, signature
from recli.models.stored import MODELS

_AGAIN = "Export the model again."
_EXPECTED = {MODELS.document, *parts.PARTS}
_MOST_READ = (
    4 << 20
)  # bytes: what zipfile reads at a time, and so what it may take to list the members
_MOST_MANIFEST = 16 << 20  # bytes, a thousand times what is usual: all of it is read into memory
_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
)  # those that `pack` uses, and need little memory


def pack(folder: Path, target: str, sign: Path | None = None) -> str:
    """Write the model in `folder` as a zip file with a folder of its name, and return where that is.

    All but its index, if it has one, which takes the packages and the trust of whoever reads it.

    Raises as `verified` does, so that nothing damaged is passed on; UsageError when the file cannot be
    written, and for a model that holds a pickle; as `signature.text`.

    Args:
        folder: the folder of the model
        target: a file here, or the URL of one in an object store
        sign: the file of a private key to sign it by; without one a signature that it has stays
    """
    portable(folder)
    manifest = parts.without_index(folder)
    signed = None if sign is None else signature.text(manifest, sign)
    if signed is None and (folder / signature.FILE).is_file():
        signed = (folder / signature.FILE).read_text(encoding="utf-8")
    with (
        stores.new_file(target) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        text = files.json_text(manifest).encode(errors="backslashreplace")  # as `write_text` does
        archive.writestr(f"{folder.name}/{MODELS.document}", text)
        if signed is not None:
            archive.writestr(f"{folder.name}/{signature.FILE}", signed)
        for name in parts.PARTS:
            archive.write(folder / name, f"{folder.name}/{name}")
    return urls.shown(target)


def portable(folder: Path) -> dict[str, Any]:
    """The manifest of the model in `folder`, if it can be used elsewhere. Raises as `pack` does.

    Args:
        folder: the folder of the model
    """
    about = parts.verified(folder)
    if about["pickled"]:
        raise errors.UsageError(
            f"{folder}: holds a pickle, which nobody else should have to trust. Train the model without "
            "'--allow-pickle' to export it."
        )
    return about


def copy(folder: Path, target: Path) -> None:
    """Copy the files of the model in `folder` but its index, and nothing else, to a new folder `target`.

    Args:
        folder: the folder of the model
        target: the folder that is made
    """
    target.mkdir(parents=True)
    for name in parts.PARTS:
        shutil.copyfile(folder / name, target / name)
    files.write_json(target / MODELS.document, parts.without_index(folder))


def unpack(place: str, results: Path, name: str | None = None, verify: Path | None = None) -> Path:
    """Store the model in a file that `pack` wrote, as `name` or as it was called, and return its folder.

    Only the files that a model consists of are taken, and only into the new folder; all is verified
    before the folder takes its name. What the archive says that its members are in size, which is all
    that is ever unpacked of them, has to fit on the disk.

    Args:
        place: a file here, or the URL of one elsewhere
        results: the results folder
        name: the name; None for the usual one
        verify: the file of a public key, by whose owner it has to be signed; None for anybody's

    Raises:
        NotFoundError: without such a file
        DataError: when it is no model or is damaged, or has not the signature that is wanted
        UsageError: when there is a model of that name, or no room for this one
    """
    archive = locate(Path(), place)
    try:
        with _Bounded(archive.path) as bounded, zipfile.ZipFile(bounded) as source:
            own_name, held = _checked(archive, source)
            name = files.checked_name(name or own_name, "model")
            folder = MODELS.folder(results, name)
            if folder.exists():
                raise errors.UsageError(
                    f"There is a model '{name}' in {MODELS.folder(results)} already. Give this one "
                    "another name with '--name'."
                )
            with files.new_folder(folder) as temporary:
                _check_room(archive, source, temporary)
                for part in held:
                    with (
                        source.open(f"{own_name}/{part}") as packed,
                        (temporary / part).open("wb") as file,
                    ):
                        shutil.copyfileobj(packed, file)
                try:
                    manifest = parts.verified(temporary, _AGAIN)
                    if verify is not None:
                        signature.verify(temporary, manifest, verify)
                except errors.DataError as error:
                    told = str(error).replace(str(temporary), own_name)
                    raise errors.DataError(f"{archive}: {told}") from None
    except FileNotFoundError:
        raise errors.NotFoundError(f"{archive}: no such file.") from None
    except DAMAGED as error:
        raise errors.DataError(
            f"{archive}: cannot be unpacked, it may be damaged: {error}"
        ) from None
    except OSError as error:
        raise errors.DataError(f"{archive}: cannot be read: {error.strerror or error}") from None
    return folder


class _Bounded(io.FileIO):
    """A file of which little is read at a time, whatever it says of itself: an archive lists its members.

    zipfile reads that list at once, and makes objects of it, before anybody can look.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        most = _MOST_READ + 1
        found = super().read(most if size is None or size < 0 else min(size, most))
        if len(found) == most:
            raise zipfile.BadZipFile("its list of members is too long")
        return found


def _check_room(archive: Location, source: zipfile.ZipFile, folder: Path) -> None:
    """Raise UsageError unless all members fit on the disk of a folder."""
    wanted = sum(member.file_size for member in source.infolist())
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise errors.UsageError(
            f"{archive}: its {memory.shown(wanted)} do not fit on the disk of {folder.parent}, which has "
            f"{memory.shown(free)} left. Make room, or choose another place with '--results'."
        )


def _checked(archive: Location, source: zipfile.ZipFile) -> tuple[str, list[str]]:
    """The one folder in the archive and its files, if they are those of a model and nothing else."""
    members = [name for name in source.namelist() if not name.endswith("/")]
    folder = members[0].partition("/")[0] if members else ""
    names = {name.removeprefix(f"{folder}/") for name in members}
    expected = {f"{folder}/{name}" for name in names & {*_EXPECTED, signature.FILE}}
    if not names >= _EXPECTED or sorted(members) != sorted(expected):
        raise errors.DataError(
            f"{archive}: is no model that 'recli models export' wrote. It holds\n"
            f"{errors.first_ten([ascii(name)[1:100] for name in members])}\nand should hold one folder "
            f"with {', '.join(sorted(_EXPECTED))}."
        )
    for member in source.infolist():
        if member.compress_type not in _METHODS:
            raise errors.DataError(
                f"{archive}: {member.filename} is compressed, but not as 'recli models export' does it."
            )
        if member.filename == f"{folder}/{MODELS.document}" and member.file_size > _MOST_MANIFEST:
            raise errors.DataError(
                f"{archive}: {member.filename} is {memory.shown(member.file_size)}; no manifest is more "
                f"than {memory.shown(_MOST_MANIFEST)}."
            )
    return folder, sorted(names)
