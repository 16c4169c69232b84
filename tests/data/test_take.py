"""Datasets out of a file that the user got by hand, and out of archives that are no zip."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli import errors
from recli.cli import main
from recli.data import description
from recli.data.description import Description
from recli.data.sources.download import download, take

RATINGS = b"u,i,r\n1,a,5\n2,b,3\n2,a,1\n"
ITEMS = b"i,title\na,Alpha\nb,Beta\n"
BOTH = {"set/ratings.csv": "ratings.csv", "set/items.csv.gz": "items.csv.gz"}


def by_hand(folder: Path, members: dict[str, str], more: str = "") -> Description:
    listed = "\n".join(f"'{member}' = '{name}'" for member, name in members.items())
    path = folder / "datasets" / "tiny" / "dataset.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        f'homepage = "https://example.org"\n[ratings]\nfile = "ratings.csv"\nuser = "u"\n'
        f'item = "i"\nrating = "r"\n[download]\npage = "https://example.org/get"\n{more}\n'
        f"[download.members]\n{listed}\n",
        encoding="utf-8",
    )
    return description.read(path)


def tar(kind: str, **extra: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=f"w:{kind}") as archive:
        contents = {"set/ratings.csv": RATINGS, "set/items.csv.gz": ITEMS, **extra}
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("set/link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    return packed.getvalue()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.tar", ""), ("a.tar.gz", "gz"), ("a.tgz", "gz"), ("a.tar.bz2", "bz2"), ("a.tar.xz", "xz")],
)
def test_a_tar_is_unpacked_and_its_members_stay_as_they_are(
    tmp_path: Path, name: str, kind: str
) -> None:
    about, given = by_hand(tmp_path, BOTH), tmp_path / name
    given.write_bytes(tar(kind))
    target = take(about, given, tmp_path / "own" / "tiny")
    assert files(target) == ["dataset.toml", "items.csv.gz", "ratings.csv"]
    assert (target / "ratings.csv").read_bytes() == RATINGS
    assert (target / "items.csv.gz").read_bytes() == ITEMS
    assert given.exists()
    assert files(target.parent) == ["tiny"]


def test_the_only_member_may_be_given_by_itself(tmp_path: Path) -> None:
    about, given = by_hand(tmp_path, {"ratings.csv": "ratings.csv"}), tmp_path / "ratings.csv"
    given.write_bytes(RATINGS)
    target = take(about, given, tmp_path / "own" / "tiny")
    assert (target / "ratings.csv").read_bytes() == RATINGS
    assert given.exists()


def test_a_link_and_a_climbing_name_are_not_taken(tmp_path: Path) -> None:
    about = by_hand(tmp_path, {"set/link.csv": "ratings.csv"})
    given = tmp_path / "a.tar.gz"
    given.write_bytes(tar("gz", **{"../evil.csv": b"evil"}))
    with pytest.raises(errors.DataError, match="the archive lacks 'set/link.csv'"):
        take(about, given, tmp_path / "own" / "tiny")
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]
    assert files(tmp_path / "own") == []


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.bz2", "a.tar.xz", "a.tar", "a.zip", "a.rar"])
@pytest.mark.parametrize("content", [b"<html>no archive</html>" * 99, tar("gz")[:150], b""])
def test_what_is_damaged_or_no_archive_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    about, given = by_hand(tmp_path, BOTH), tmp_path / name
    given.write_bytes(content)
    with pytest.raises(errors.DataError) as caught:
        take(about, given, tmp_path / "own" / "tiny")
    message = str(caught.value)
    assert message.startswith(f"{given}: ")
    assert "cannot be unpacked as an archive" in message or "It is empty." in message
    assert given.read_bytes() == content
    assert files(tmp_path / "own") == []


def test_a_wrong_sum_says_where_to_get_it(tmp_path: Path) -> None:
    about = by_hand(tmp_path, BOTH, f'md5 = "{"0" * 32}"')
    given = tmp_path / "a.tar"
    given.write_bytes(tar(""))
    found = hashlib.md5(given.read_bytes()).hexdigest()
    with pytest.raises(
        errors.DataError, match=rf"is {found}, it.*Get it anew: https://example.org/get"
    ):
        take(about, given, tmp_path / "own" / "tiny")
    assert given.exists()


def test_what_lies_there_stays_until_the_new_is_whole(tmp_path: Path) -> None:
    about, target = by_hand(tmp_path, BOTH), tmp_path / "own" / "tiny"
    target.mkdir(parents=True)
    (target / "old.csv").write_bytes(b"old")
    (tmp_path / "a.tar").write_bytes(b"broken")
    with pytest.raises(errors.DataError):
        take(about, tmp_path / "a.tar", target)
    assert files(target) == ["old.csv"]
    (tmp_path / "a.tar").write_bytes(tar(""))
    take(about, tmp_path / "a.tar", target)
    assert files(target) == ["dataset.toml", "items.csv.gz", "ratings.csv"]


def test_a_file_in_the_folder_that_goes_is_refused(tmp_path: Path) -> None:
    about, target = by_hand(tmp_path, BOTH), tmp_path / "own" / "tiny"
    target.mkdir(parents=True)
    (target / "a.tar").write_bytes(tar(""))
    with pytest.raises(errors.UsageError, match="Move it elsewhere first"):
        take(about, target / "a.tar", target)
    assert files(target) == ["a.tar"]


def test_nothing_is_fetched_of_what_is_got_by_hand(tmp_path: Path) -> None:
    about = by_hand(tmp_path, BOTH)
    with pytest.raises(errors.UsageError, match="by hand from https://example.org/get"):
        download(about, tmp_path / "own" / "tiny")
    with pytest.raises(errors.NotFoundError, match="no such file"):
        take(about, tmp_path / "none.tar", tmp_path / "own" / "tiny")
    assert files(tmp_path / "own") == []


def test_neither_url_nor_page(tmp_path: Path) -> None:
    path = tmp_path / "dataset.toml"
    path.write_text('[ratings]\nfile = "r"\n[download]\nmembers = { r = "r" }', encoding="utf-8")
    with pytest.raises(errors.DataError, match=r"line 3: download: lacks url, or the page"):
        description.read(path)


def test_the_commands_say_what_to_do_until_it_is_here(tmp_path: Path) -> None:
    by_hand(tmp_path, {"ratings.csv": "ratings.csv"})
    run = CliRunner()
    assert "by hand" in run.invoke(main, ["data", "list"]).output
    for command in (["show", "tiny"], ["check", "tiny"], ["download", "tiny"]):
        said = run.invoke(main, ["data", *command])
        assert said.exit_code == (2 if command[0] == "download" else 4)
        assert (
            "Get it by hand from https://example.org/get, then take it in with 'recli data download "
            "tiny --from FILE', where FILE is ratings.csv or an archive (zip, tar) with it."
        ) in said.stderr
    (tmp_path / "ratings.csv").write_bytes(RATINGS)
    done = run.invoke(main, ["data", "download", "tiny", "--from", str(tmp_path / "ratings.csv")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "own-datasets" / "tiny" / "ratings.csv").read_bytes() == RATINGS
