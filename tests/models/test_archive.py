"""Models as one file: verified at both ends, and nothing gets in that does not belong."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from recli import errors
from recli.algorithms import Configured
from recli.models import archive
from recli.models import model as models
from recli.models.stored import MODELS
from recli.stored import sealed
from tests.top_n import top_n

HERE, THERE = Path("here"), Path("there")
PARTS = ["ids.json", "model.json", "ratings.safetensors", "state.safetensors", "tables.json"]


@pytest.fixture(scope="module")
def model(small):
    return models.train(small, Configured.of("svd", {"n_factors": 3, "n_epochs": 2}), 5)


@pytest.fixture
def packed(model):
    return archive.pack(models.save(model, HERE, "mine"), "mine.zip")


def rewritten(packed, change, method=zipfile.ZIP_STORED):
    """The same archive with other members: `change` takes a dictionary of name and content."""
    with zipfile.ZipFile(packed) as source:
        members = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(packed, "w", method) as target:
        for name, content in change(members).items():
            target.writestr(name, content)
    return packed


def test_there_and_back(packed, model, small):
    folder = archive.unpack(packed, THERE)
    assert folder == THERE / "models" / "mine"
    assert sorted(os.listdir(folder)) == PARTS
    for part in PARTS:
        assert (folder / part).read_bytes() == (HERE / "models" / "mine" / part).read_bytes()
    user = small.ratings.user_ids.text[3]
    assert top_n(models.load(folder), user, 9) == top_n(model, user, 9)


def test_a_manifest_in_which_something_is_of_another_type(packed):
    def change(members):
        manifest = {**json.loads(members["mine/model.json"]), "seed": "0"}
        manifest["seal"] = sealed(manifest)["seal"]
        return {**members, "mine/model.json": json.dumps(manifest)}

    wanted = r"^mine\.zip: mine/model\.json: is damaged: .*`int`.*seed.*Export the model again"
    with pytest.raises(errors.DataError, match=wanted):
        archive.unpack(rewritten(packed, change), THERE)
    assert not (THERE / "models" / "mine").exists()


def test_the_archive_is_a_plain_zip(packed):
    with zipfile.ZipFile(packed) as source:
        assert sorted(source.namelist()) == [f"mine/{part}" for part in PARTS]
        assert source.testzip() is None


def test_another_name(packed):
    assert archive.unpack(packed, THERE, "yours") == THERE / "models" / "yours"
    assert MODELS.names(THERE) == ["yours"]


def test_a_model_is_not_replaced(packed):
    archive.unpack(packed, THERE)
    with pytest.raises(errors.UsageError, match="a model 'mine' in .* already.*--name"):
        archive.unpack(packed, THERE)


def test_a_damaged_model_is_not_passed_on(model):
    folder = models.save(model, HERE, "mine")
    (folder / "ids.json").write_text("{}", encoding="utf-8")
    with pytest.raises(errors.DataError, match=r"ids\.json: is not what was written"):
        archive.pack(folder, "mine.zip")
    assert not Path("mine.zip").exists()


def extra(name):
    return lambda members: members | {name: b"x"}


def renamed(name):
    """The ids under another name."""

    def change(members):
        return {name if key == "mine/ids.json" else key: value for key, value in members.items()}

    return change


@pytest.mark.parametrize(
    "change",
    [
        extra("mine/run.py"),
        extra("../outside.txt"),
        extra("/outside.txt"),
        extra("outside.txt"),
        extra("mine/deeper/ids.json"),
        extra("other/ids.json"),
        renamed("mine/../ids.json"),
        renamed("../ids.json"),
        renamed("/mine/ids.json"),
        renamed("mine\\ids.json"),
        renamed("yours/ids.json"),
        lambda members: {key: value for key, value in members.items() if "ids" not in key},
        lambda members: {key.removeprefix("mine/"): value for key, value in members.items()},
        lambda members: {f"a/{key}": value for key, value in members.items()},
        lambda members: {},
    ],
)
def test_members_that_do_not_belong(packed, change):
    rewritten(packed, change)
    with pytest.raises(errors.DataError, match="is no model that 'recli models export' wrote"):
        archive.unpack(packed, THERE)
    assert not THERE.exists()
    assert sorted(os.listdir()) == ["here", "mine.zip"]


@pytest.mark.parametrize("name", ["..", ".hidden", "a b", "a:b"])
def test_folders_that_name_no_model(packed, name):
    rewritten(packed, lambda m: {key.replace("mine", name, 1): value for key, value in m.items()})
    with pytest.raises(errors.UsageError, match="cannot name a model"):
        archive.unpack(packed, THERE)
    assert not THERE.exists()


@pytest.mark.parametrize("part", PARTS)
def test_an_altered_part(packed, part):
    def change(members):
        content = bytearray(members[f"mine/{part}"])
        content[len(content) // 2] ^= 1
        return members | {f"mine/{part}": bytes(content)}

    rewritten(packed, change)
    with pytest.raises(errors.DataError, match=r"^mine\.zip: .*(is not what|is damaged)"):
        archive.unpack(packed, THERE)
    assert os.listdir(THERE / "models") == []


@pytest.mark.parametrize("place", [30, 200, -30])
def test_an_altered_byte_of_the_archive(packed, place):
    content = bytearray(Path(packed).read_bytes())
    content[place] ^= 0xFF
    Path(packed).write_bytes(content)
    with pytest.raises(errors.RecliError, match=r"mine\.zip"):
        archive.unpack(packed, THERE)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, errors.NotFoundError, "no such file"),
        (b"", errors.DataError, "cannot be unpacked"),
        (b"no archive", errors.DataError, "cannot be unpacked"),
    ],
)
def test_no_archive(content, error, message):
    if content is not None:
        Path("mine.zip").write_bytes(content)
    with pytest.raises(error, match=message):
        archive.unpack("mine.zip", THERE)


def test_half_an_archive(packed):
    Path(packed).write_bytes(Path(packed).read_bytes()[:1000])
    with pytest.raises(errors.DataError, match="cannot be unpacked"):
        archive.unpack(packed, THERE)


MiB = 1 << 20


def test_members_that_do_not_fit_on_the_disk(packed, monkeypatch):
    zeros = {"mine/ids.json": b"0" * 5 * MiB}
    rewritten(packed, lambda members: members | zeros, zipfile.ZIP_DEFLATED)
    assert Path(packed).stat().st_size < MiB
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=5 * MiB))
    with pytest.raises(errors.UsageError, match=r"mine\.zip: its 5.* MiB do not fit .*--results"):
        archive.unpack(packed, THERE)
    assert os.listdir(THERE / "models") == []


def test_a_model_that_fits_to_the_byte(packed, monkeypatch):
    with zipfile.ZipFile(packed) as source:
        sizes = sum(len(source.read(name)) for name in source.namelist())
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=sizes))
    assert archive.unpack(packed, THERE).is_dir()


def test_a_member_that_is_larger_than_it_says(packed):
    content = bytearray(Path(packed).read_bytes())
    entry = content.rindex(b"mine/state.safetensors") - 46
    assert content[entry : entry + 4] == b"PK\1\2"
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")  # APPNOTE.TXT, 4.3.12
    Path(packed).write_bytes(content)
    with pytest.raises(errors.DataError, match="cannot be unpacked"):
        archive.unpack(packed, THERE)
    assert os.listdir(THERE / "models") == []


def test_a_manifest_that_is_no_manifest_by_its_size(packed):
    rewritten(packed, lambda m: m | {"mine/model.json": b" " * 17 * MiB})
    with pytest.raises(errors.DataError, match=r"mine/model\.json is 17 MiB; no manifest is more"):
        archive.unpack(packed, THERE)
    assert not THERE.exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression(method, packed):
    rewritten(packed, lambda members: members, method)
    with pytest.raises(
        errors.DataError, match="is compressed, but not as 'recli models export' does it"
    ):
        archive.unpack(packed, THERE)
    assert not THERE.exists()


def test_a_list_of_members_that_takes_much_memory(packed):
    with zipfile.ZipFile(packed, "a") as target:
        for n in range(70):
            member = zipfile.ZipInfo(f"mine/{n}")
            member.comment = b"x" * 65_000
            target.writestr(member, b"")
    with pytest.raises(errors.DataError, match="its list of members is too long"):
        archive.unpack(packed, THERE)


def test_names_of_members_are_told_in_a_line(packed):
    rewritten(packed, lambda m: {"mine/\x1b[31m\n" + "x" * 10_000: b""})
    with pytest.raises(errors.DataError, match=r"mine/\\x1b\[31m\\nxxx") as raised:
        archive.unpack(packed, THERE)
    assert len(str(raised.value)) < 400
