"""Downloads from a server on this machine that misbehaves on demand."""

from __future__ import annotations

import errno
import fnmatch
import functools
import hashlib
import io
import os
import random
import re
import shutil
import socket
import stat
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from recli import errors
from recli.cli import main
from recli.data import description
from recli.data.description import Description
from recli.data.sources.download import download

SHIPPED = sorted((Path(__file__).parents[2] / "datasets").glob("*/dataset.toml"))
WITHOUT_TLS = ("book-crossing", "msd-taste-profile")  # their servers have nothing else
WITHOUT_SCALE = ("ambar", "anime")  # which their publishers do not tell
RATINGS = b"".join(b"%d,%d,%d\n" % (n, n % 97, n % 5 + 1) for n in range(20_000))
ITEMS = random.Random(0).randbytes(300_000)  # what cannot be compressed needs several blocks


class Publisher:
    """What the server does, and the headers of the requests that it saw."""

    def __init__(self) -> None:
        self.url = ""
        self.content = b""
        self.etag: str | None = '"first"'
        self.modified: str | None = None
        self.status = 200
        self.failures = 0  # how many answers are a status 503
        self.cuts: list[int] = []  # bytes after which the next answers break off
        self.ranges = True
        self.if_range = True
        self.chunked = False
        self.seen: list[dict[str, str]] = []

    @property
    def asked_for(self) -> list[str | None]:
        """The Range of every request, None for the whole file."""
        return [headers.get("Range") for headers in self.seen]


class Handler(BaseHTTPRequestHandler):
    publisher: Publisher

    def do_GET(self) -> None:
        publisher = self.publisher
        publisher.seen.append(dict(self.headers.items()))
        status = publisher.status
        if publisher.failures:
            publisher.failures, status = publisher.failures - 1, 503
        if status != 200:
            self.send_error(status)
            return
        content, total = publisher.content, len(publisher.content)
        first = self._first_byte()
        if first >= total > 0:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{total}")
            self.end_headers()
            return
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        if publisher.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(total - first))
        if publisher.etag:
            self.send_header("ETag", publisher.etag)
        if publisher.modified:
            self.send_header("Last-Modified", publisher.modified)
        self.end_headers()
        body = content[first:]
        cut = publisher.cuts.pop(0) if publisher.cuts else None
        sent = body[:cut]
        if publisher.chunked:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(sent), sent))
            if cut is None:
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(sent)

    def _first_byte(self) -> int:
        publisher = self.publisher
        wanted = self.headers.get("Range")
        if wanted is None or not publisher.ranges:
            return 0
        condition = self.headers.get("If-Range")
        if publisher.if_range and condition not in (None, publisher.etag, publisher.modified):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    state = Publisher()
    handler = type("BoundHandler", (Handler,), {"publisher": state, "protocol_version": "HTTP/1.1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}/sets/tiny.zip"
    state.content = archive()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "user" / "datasets" / "tiny"


def archive(**extra: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("tiny/", "")
        file.writestr("tiny/ratings.csv", RATINGS)
        file.writestr("tiny/movies.csv", ITEMS)
        file.writestr("tiny/README", "not asked for")
        for name, text in extra.items():
            file.writestr(name, text)
    return packed.getvalue()


def dataset(
    tmp_path: Path,
    url: str,
    members: dict[str, str] | None = None,
    *,
    md5: str | None = None,
    sha256: str | None = None,
) -> Description:
    members = members or {"tiny/ratings.csv": "ratings.csv", "tiny/movies.csv": "movies.csv"}
    lines = [
        'homepage = "https://example.org/tiny"',
        "[ratings]",
        'file = "ratings.csv"',
        "[download]",
        f'url = "{url}"',
        f'md5 = "{md5}"' if md5 else "",
        f'sha256 = "{sha256}"' if sha256 else "",
        "[download.members]",
        *(f"'{member}' = '{name}'" for member, name in members.items()),
    ]
    folder = tmp_path / "shipped" / "tiny"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "dataset.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return description.read(path)


fetch = functools.partial(download, wait=lambda seconds: None)


def assert_complete(target: Path, shipped: Path) -> None:
    """The files are there with their bytes, and nothing else is."""
    assert files(target) == ["dataset.toml", "movies.csv", "ratings.csv"]
    assert (target / "ratings.csv").read_bytes() == RATINGS
    assert (target / "movies.csv").read_bytes() == ITEMS
    assert (target / "dataset.toml").read_bytes() == (shipped / "dataset.toml").read_bytes()
    assert files(target.parent) == [target.name]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_dataset_is_fetched_unpacked_and_described(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    about = dataset(tmp_path, publisher.url)
    assert fetch(about, target) == target
    assert_complete(target, about.folder)
    assert publisher.asked_for == [None]
    about = description.read(target / "dataset.toml")
    assert about.location(about.ratings).read_bytes() == RATINGS


def test_progress_rises_from_nothing_to_the_size(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    calls: list[tuple[int, int | None]] = []
    fetch(
        dataset(tmp_path, publisher.url),
        target,
        progress=lambda arrived, total: calls.append((arrived, total)),
    )
    size = len(publisher.content)
    arrived = [bytes_so_far for bytes_so_far, _ in calls]
    assert {total for _, total in calls} == {size}
    assert (arrived[0], arrived[-1]) == (0, size)
    assert arrived == sorted(set(arrived)) and len(arrived) > 3


def test_progress_without_a_known_size(publisher: Publisher, tmp_path: Path, target: Path) -> None:
    publisher.chunked = True
    calls: list[tuple[int, int | None]] = []
    about = dataset(tmp_path, publisher.url)
    fetch(about, target, progress=lambda arrived, total: calls.append((arrived, total)))
    assert {total for _, total in calls} == {None}
    assert calls[-1][0] == len(publisher.content)
    assert_complete(target, about.folder)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_broken_connection_is_resumed_where_it_broke(
    publisher: Publisher, tmp_path: Path, target: Path, chunked: bool
) -> None:
    publisher.chunked = chunked
    publisher.cuts = [100_000, 50_000, 1]
    about = dataset(tmp_path, publisher.url)
    waits: list[float] = []
    download(about, target, wait=waits.append)
    assert publisher.asked_for == [None, "bytes=100000-", "bytes=150000-", "bytes=150001-"]
    assert [headers.get("If-Range") for headers in publisher.seen] == [None] + ['"first"'] * 3
    assert waits == [1.0, 2.0, 4.0]
    assert_complete(target, about.folder)


def test_attempts_end_and_a_later_call_goes_on(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    publisher.cuts = [1000] * 3
    about = dataset(tmp_path, publisher.url)
    with pytest.raises(
        errors.DataError, match=r"3 attempts.*3,000 bytes have arrived and are kept"
    ):
        fetch(about, target, attempts=3)
    assert not target.exists()
    fetch(about, target)
    assert publisher.asked_for == [None, "bytes=1000-", "bytes=2000-", "bytes=3000-"]
    assert_complete(target, about.folder)


def test_ctrl_c_leaves_what_arrived(publisher: Publisher, tmp_path: Path, target: Path) -> None:
    def stop(arrived: int, total: int | None) -> None:
        if arrived >= 100_000:
            raise KeyboardInterrupt

    about = dataset(tmp_path, publisher.url)
    with pytest.raises(KeyboardInterrupt):
        fetch(about, target, progress=stop)
    arrived = (target.parent / ".tiny.partial").stat().st_size
    assert 100_000 <= arrived < len(publisher.content)
    fetch(about, target)
    assert publisher.asked_for == [None, f"bytes={arrived}-"]
    assert_complete(target, about.folder)


@pytest.mark.parametrize(
    ("etag", "modified", "condition"),
    [
        (None, "Mon, 17 Oct 2016 10:00:00 GMT", "Mon, 17 Oct 2016 10:00:00 GMT"),
        ('W/"weak"', "Mon, 17 Oct 2016 10:00:00 GMT", "Mon, 17 Oct 2016 10:00:00 GMT"),
        (None, None, None),
    ],
    ids=["date", "weak-etag", "no-version"],
)
def test_resume_rests_on_the_version_that_the_server_names(
    publisher: Publisher,
    tmp_path: Path,
    target: Path,
    etag: str | None,
    modified: str | None,
    condition: str | None,
) -> None:
    publisher.etag, publisher.modified, publisher.cuts = etag, modified, [1000]
    about = dataset(tmp_path, publisher.url)
    fetch(about, target)
    assert publisher.seen[1].get("If-Range") == condition
    assert publisher.asked_for == [None, "bytes=1000-" if condition else None]
    assert_complete(target, about.folder)


def test_a_server_without_ranges_is_asked_from_the_start(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    publisher.cuts, publisher.ranges = [1000], False
    about = dataset(tmp_path, publisher.url)
    fetch(about, target)
    assert publisher.asked_for == [None, "bytes=1000-"]
    assert_complete(target, about.folder)


@pytest.mark.parametrize("if_range", [True, False], ids=["heeds-if-range", "ignores-if-range"])
def test_a_file_that_changed_meanwhile_is_never_joined_to_the_old_one(
    publisher: Publisher, tmp_path: Path, target: Path, if_range: bool
) -> None:
    about = dataset(tmp_path, publisher.url)
    publisher.cuts, publisher.if_range = [1000], if_range
    with pytest.raises(errors.DataError):
        fetch(about, target, attempts=1)
    publisher.content, publisher.etag = archive(NEWS="another version"), '"second"'
    fetch(about, target)
    assert publisher.asked_for == [None, "bytes=1000-"] + [None] * (not if_range)
    assert_complete(target, about.folder)


def test_what_arrived_from_another_address_is_not_continued(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    publisher.cuts = [1000]
    with pytest.raises(errors.DataError):
        fetch(dataset(tmp_path, publisher.url), target, attempts=1)
    about = dataset(tmp_path, publisher.url.replace("/sets/", "/moved/"))
    fetch(about, target)
    assert publisher.asked_for == [None, None]
    assert_complete(target, about.folder)


def test_a_damaged_note_means_starting_over(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    publisher.cuts = [1000]
    about = dataset(tmp_path, publisher.url)
    with pytest.raises(errors.DataError):
        fetch(about, target, attempts=1)
    (target.parent / ".tiny.partial.json").write_text("{", encoding="utf-8")
    fetch(about, target)
    assert publisher.asked_for == [None, None]
    assert_complete(target, about.folder)


def test_checksums_are_compared(publisher: Publisher, tmp_path: Path, target: Path) -> None:
    about = dataset(
        tmp_path,
        publisher.url,
        md5=hashlib.md5(publisher.content).hexdigest().upper(),
        sha256=hashlib.sha256(publisher.content).hexdigest(),
    )
    fetch(about, target)
    assert_complete(target, about.folder)


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_wrong_checksum_leaves_nothing(
    publisher: Publisher, tmp_path: Path, target: Path, algorithm: str
) -> None:
    wrong = hashlib.new(algorithm, b"another file").hexdigest()
    right = hashlib.new(algorithm, publisher.content).hexdigest()
    md5, sha256 = (wrong, None) if algorithm == "md5" else (None, wrong)
    with pytest.raises(errors.DataError) as caught:
        fetch(dataset(tmp_path, publisher.url, md5=md5, sha256=sha256), target)
    for part in (wrong, right, algorithm.upper(), "deleted", "https://example.org/tiny"):
        assert part in str(caught.value)
    assert files(target.parent) == []


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "tiny/../../evil.csv",
        "/tmp/recli-evil.csv",
        "..\\evil.csv",
        "C:\\evil.csv",
        "C:evil.csv",
        "\\\\host\\share\\evil.csv",
    ],
)
def test_an_archive_that_climbs_out_is_refused_whole(
    publisher: Publisher, tmp_path: Path, target: Path, name: str
) -> None:
    publisher.content = archive(**{name: "evil"})
    with pytest.raises(errors.DataError, match="refused") as caught:
        fetch(dataset(tmp_path, publisher.url), target)
    assert name in str(caught.value)
    assert files(target.parent) == []
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]
    assert not Path("/tmp/recli-evil.csv").exists()


def test_an_archive_with_a_symbolic_link_is_refused(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    packed = io.BytesIO(archive())
    link = zipfile.ZipInfo("tiny/link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr(link, "/etc")
    publisher.content = packed.getvalue()
    with pytest.raises(errors.DataError, match="tiny/link"):
        fetch(dataset(tmp_path, publisher.url), target)
    assert files(target.parent) == []


@pytest.mark.parametrize(
    "name", ["../x.csv", "/x.csv", "a/../../x.csv", "C:x.csv", "..\\x.csv", "", ".", "dataset.toml"]
)
def test_a_file_name_outside_the_folder_is_refused_before_anything_is_asked(
    publisher: Publisher, tmp_path: Path, target: Path, name: str
) -> None:
    about = dataset(tmp_path, publisher.url, {"tiny/ratings.csv": name})
    with pytest.raises(errors.DataError, match="members"):
        fetch(about, target)
    assert publisher.seen == []
    assert files(tmp_path) == ["shipped"]


def test_a_missing_member_is_named_with_those_there_are(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    about = dataset(tmp_path, publisher.url, {"tiny/rating.csv": "ratings.csv"})
    with pytest.raises(errors.DataError) as caught:
        fetch(about, target)
    message = str(caught.value)
    assert "'tiny/rating.csv'" in message
    assert message.index("tiny/ratings.csv") < message.index("tiny/README")
    assert files(target.parent) == []


def test_what_is_no_archive_is_said_to_be_none(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    publisher.content = b"<html>Please sign in to the network of this hotel.</html>"
    with pytest.raises(errors.DataError, match="cannot be unpacked"):
        fetch(dataset(tmp_path, publisher.url), target)
    assert files(target.parent) == []


def test_a_damaged_member_is_found(publisher: Publisher, tmp_path: Path, target: Path) -> None:
    damaged = bytearray(publisher.content)
    damaged[len(damaged) // 2] ^= 0xFF
    publisher.content = bytes(damaged)
    with pytest.raises(errors.DataError, match="cannot be unpacked"):
        fetch(dataset(tmp_path, publisher.url), target)
    assert files(target.parent) == []


def test_a_bare_file_is_taken_as_it_is(publisher: Publisher, tmp_path: Path, target: Path) -> None:
    publisher.content = RATINGS
    url = publisher.url.replace("tiny.zip", "latest%20ratings.dat?raw=1")
    about = dataset(tmp_path, url, {"latest ratings.dat": "sub/ratings.csv"})
    fetch(about, target)
    assert (target / "sub" / "ratings.csv").read_bytes() == RATINGS
    assert files(target) == ["dataset.toml", "sub"]
    assert files(target.parent) == ["tiny"]


def test_the_command_says_what_it_replaces(publisher: Publisher, tmp_path: Path) -> None:
    shutil.copytree(dataset(tmp_path, publisher.url).folder, tmp_path / "datasets" / "tiny")
    first = CliRunner().invoke(main, ["data", "download", "tiny"])
    again = CliRunner().invoke(main, ["data", "download", "tiny"])
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "Replaces" not in first.stderr
    assert f"Replaces {tmp_path / 'own-datasets' / 'tiny'}" in again.stderr


def test_a_new_download_replaces_the_old_folder(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    target.mkdir(parents=True)
    (target / "leftover.csv").write_text("old", encoding="utf-8")
    about = dataset(tmp_path, publisher.url)
    fetch(about, target)
    assert_complete(target, about.folder)


def test_a_dataset_downloads_over_itself(
    publisher: Publisher, tmp_path: Path, target: Path
) -> None:
    about = dataset(tmp_path, publisher.url)
    fetch(about, target)
    fetch(description.read(target / "dataset.toml"), target)
    assert_complete(target, about.folder)


@pytest.mark.parametrize("trouble", ["gone", "cut", "checksum", "member", "climbs", "rename"])
def test_the_old_folder_survives_whatever_goes_wrong(
    publisher: Publisher,
    tmp_path: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    target.mkdir(parents=True)
    (target / "ratings.csv").write_text("old", encoding="utf-8")
    about = dataset(tmp_path, publisher.url)
    if trouble == "gone":
        publisher.status = 404
    elif trouble == "checksum":
        about = dataset(tmp_path, publisher.url, md5="0" * 32)
    elif trouble == "cut":
        publisher.cuts = [10] * 5
    elif trouble == "member":
        about = dataset(tmp_path, publisher.url, {"tiny/none.csv": "ratings.csv"})
    elif trouble == "climbs":
        publisher.content = archive(**{"../evil.csv": "evil"})
    elif trouble == "rename":
        fail_to_rename(monkeypatch, "new")
    with pytest.raises(errors.RecliError):
        fetch(about, target)
    assert files(target) == ["ratings.csv"]
    assert (target / "ratings.csv").read_text(encoding="utf-8") == "old"
    hidden = {".tiny.partial", ".tiny.partial.json"}
    assert set(files(target.parent)) <= {"tiny"} | hidden


def fail_to_rename(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rename = os.replace

    def replace(source: Path, destination: Path) -> None:
        if Path(source).name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(destination))
        rename(source, destination)

    monkeypatch.setattr("recli.data.sources.download.os.replace", replace)


def test_a_full_disk_keeps_the_archive(
    publisher: Publisher, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    about = dataset(tmp_path, publisher.url)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", full)
        with pytest.raises(errors.DataError, match="No space left on device.*are kept"):
            fetch(about, target)
    assert files(target.parent) == [".tiny.partial", ".tiny.partial.json"]
    fetch(about, target)
    assert publisher.asked_for == [None, f"bytes={len(publisher.content)}-"]
    assert_complete(target, about.folder)


def test_a_folder_that_cannot_be_made(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(errors.DataError, match="file"):
        fetch(dataset(tmp_path, publisher.url), tmp_path / "file" / "tiny")
    assert publisher.seen == []


@pytest.mark.parametrize(
    ("status", "kind", "n_requests"),
    [
        (404, errors.NotFoundError, 1),
        (410, errors.NotFoundError, 1),
        (403, errors.DataError, 1),
        (416, errors.DataError, 5),
        (500, errors.DataError, 5),
        (503, errors.DataError, 5),
    ],
)
def test_a_refusal_is_told_with_its_status(
    publisher: Publisher,
    tmp_path: Path,
    target: Path,
    status: int,
    kind: type[errors.RecliError],
    n_requests: int,
) -> None:
    publisher.status = status
    with pytest.raises(kind, match=f"{publisher.url}.*{status}"):
        fetch(dataset(tmp_path, publisher.url), target)
    assert len(publisher.seen) == n_requests
    assert files(target.parent) == []


def test_a_busy_server_is_asked_again(publisher: Publisher, tmp_path: Path, target: Path) -> None:
    publisher.failures = 2
    about = dataset(tmp_path, publisher.url)
    fetch(about, target)
    assert len(publisher.seen) == 3
    assert_complete(target, about.folder)


def test_a_silent_server_runs_into_the_timeout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: Path
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/tiny.zip"
        with pytest.raises(errors.DataError, match="2 attempts: timed out"):
            fetch(dataset(tmp_path, url), target, attempts=2, timeout=0.05)


def test_a_refused_connection_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: Path
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as bound:  # bound but not listening: nobody else can get the port
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/tiny.zip"
        with pytest.raises(errors.DataError, match="127.0.0.1 refuses the connection"):
            fetch(dataset(tmp_path, url), target)


def test_an_unknown_host_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: Path
) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(errors.DataError, match="nowhere.invalid is not known"):
        fetch(dataset(tmp_path, "https://nowhere.invalid/tiny.zip"), target)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/x.zip", "tiny.zip", "https://"]
)
def test_only_the_web_is_asked(tmp_path: Path, target: Path, url: str) -> None:
    with pytest.raises(errors.DataError, match="should start with https"):
        fetch(dataset(tmp_path, url), target)


def test_a_dataset_without_a_download_says_where_it_comes_from(
    tmp_path: Path, target: Path
) -> None:
    path = tmp_path / "dataset.toml"
    path.write_text('homepage = "https://example.org"\n[ratings]\nfile = "r.csv"', encoding="utf-8")
    with pytest.raises(errors.UsageError, match="no \\[download\\]. See https://example.org"):
        fetch(description.read(path), target)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_entry_is_whole(path: Path) -> None:
    about = description.read(path)
    assert about.name == path.parent.name
    assert about.title and about.homepage and about.licence and about.citation
    tables = [table for table in (about.ratings, about.items, about.users) if table]
    used = {table.file for table in tables}
    if about.download is None:
        assert all((path.parent / name).is_file() for name in used)
        return
    source = about.download
    names = source.members.values()
    assert all(any(fnmatch.fnmatch(name, file) for name in names) for file in used)
    assert (source.url is None) != (source.page is None)
    assert (source.url or source.page or "").startswith(
        ("https://", "http://" if about.name in WITHOUT_TLS else "https://")
    )
    assert re.fullmatch("([0-9a-f]{32})?", source.md5 or "")
    assert re.fullmatch("([0-9a-f]{64})?", source.sha256 or "")
    for table in tables:
        if table.format:  # which knows its columns, and may be no text
            assert table.format == "jester" or table.encoding
            continue
        assert table.header is not None
        assert table.delimiter and table.encoding
        assert table.header == (table.columns is None)
    assert about.ratings.implicit or about.ratings.scale or about.name in WITHOUT_SCALE
    assert about.ratings.time is None or about.ratings.time_unit
    known = about.ratings.columns
    assert known is None or set(about.ratings.used) <= {*known}
    if about.items and (columns := about.items.columns):
        wanted = {about.items.id, about.items.title}
        for feature in about.items.features:
            wanted |= set(feature.columns or (feature.column,))
        assert wanted <= set(columns)
    if about.users:
        assert about.users.id and about.users.id in (about.users.columns or (about.users.id,))


def test_the_folds_of_the_publisher_come_with_movielens_100k() -> None:
    (path,) = (path for path in SHIPPED if path.parent.name == "ml-100k")
    source = description.read(path).download
    assert source is not None
    folds = {f"u{n}.{side}" for n in (1, 2, 3, 4, 5) for side in ("base", "test")}
    assert folds <= set(source.members.values())
    assert all(member == f"ml-100k/{name}" for member, name in source.members.items())
