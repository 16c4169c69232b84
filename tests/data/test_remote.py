"""Tables at a URL: in a store (fsspec's of memory), and on the web (a server of our own)."""

from __future__ import annotations

import base64
import gzip
import http.server
import io
import socket
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pytest
from fsspec.registry import _registry as known_to_fsspec

from recli import errors, registry
from recli.data.add import add
from recli.data.dataset import Dataset
from recli.data.load import load
from recli.data.sources import stores
from recli.experiments.reading import Reading

Triples = Callable[[Dataset], list[tuple[str, str, float]]]

HEAD = "user,item,rating\n"
PLAIN = f"{HEAD}u,a,4\nv,b,2.5\n"
EXPECTED = [("u", "a", 4.0), ("v", "b", 2.5)]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("recli.data.sources.schemes.web.time.sleep", lambda seconds: None)
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(rooms))


@pytest.fixture
def store() -> Iterator[Callable[[str, bytes | str], str]]:
    """Puts a file into a store and gives its URL; the store is emptied afterwards."""
    memory = fsspec.filesystem("memory")

    def put(path: str, content: bytes | str) -> str:
        memory.pipe_file(
            f"/bucket/{path}", content.encode() if isinstance(content, str) else content
        )
        return f"memory://bucket/{path}"

    yield put
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def refused(spec: str, kind: type[errors.RecliError] = errors.DataError, **options: Any) -> str:
    with pytest.raises(errors.RecliError) as caught:
        load(spec, options)
    assert type(caught.value) is kind
    return str(caught.value)


# A store


def test_files_of_a_store(store, triples: Triples) -> None:
    assert triples(load(store("a/r.csv", PLAIN))) == EXPECTED
    assert (
        triples(load(store("a/r.tsv.gz", gzip.compress(PLAIN.replace(",", "\t").encode()))))
        == EXPECTED
    )
    buffer = io.BytesIO()
    pd.read_csv(io.StringIO(PLAIN)).to_parquet(buffer)
    dataset = load(store("a/mine.parquet", buffer.getvalue()))
    assert triples(dataset) == EXPECTED
    assert dataset.name == "mine"


def test_what_was_fetched_is_gone_with_the_dataset(store, tmp_path: Path) -> None:
    load(store("r.csv", PLAIN))
    assert list((tmp_path / "rooms").iterdir()) == []


def test_an_archive_in_a_store(store, triples: Triples) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("r.csv", PLAIN)
        archive.writestr("other.csv", "x")
    url = store("all.zip", buffer.getvalue())
    assert triples(load(f"{url}::r.csv")) == EXPECTED
    assert f"\n  {url}::r.csv\n  {url}::other.csv" in refused(url)


@pytest.mark.parametrize("spec", ["out", "out/", "out/*.csv", "o*/part-*"])
def test_many_parts_in_a_store(store, triples: Triples, spec: str) -> None:
    store("out/_SUCCESS", "")
    store("out/part-1.csv", f"{HEAD}v,b,2.5\n")
    store("out/part-0.csv", f"{HEAD}u,a,4\n")
    store("out/part-2.csv", "")
    assert triples(load(f"memory://bucket/{spec}")) == EXPECTED


def test_folders_of_a_store_that_say_what_a_column_is(store, triples: Triples) -> None:
    store("out/land=de/x.csv", f"{HEAD}u,a,4\n")
    store("out/land=fr/x.csv", f"{HEAD}v,b,2.5\n")
    for spec in ("out", "out/*/x.csv", "out/land=*"):
        dataset = load(
            f"memory://bucket/{spec}", {"item": "land", "user": "user", "rating": "rating"}
        )
        assert triples(dataset) == [("u", "de", 4.0), ("v", "fr", 2.5)]


def test_a_part_of_another_shape_in_a_store(store) -> None:
    store("out/part-0.csv", PLAIN)
    store("out/part-1.csv", "user,film,rating\nv,b,2.5\n")
    message = refused("memory://bucket/out")
    assert message.startswith("memory://bucket/out: the part part-1.csv is of another shape")


def test_tables_named_by_a_description(store, triples: Triples) -> None:
    ratings, items = store("r.csv", PLAIN), store("i.csv", "id,title,kind\na,Aa,x\nb,Bb,y\n")
    users = store("u.csv", "id,age\nu,7\nv,8\n")
    Path("mine").mkdir()
    Path("mine/dataset.toml").write_text(
        f'[ratings]\nfile = "{ratings}"\n[users]\nfile = "{users}"\n'
        f'[items]\nfile = "{items}"\ntitle = "title"\n',
        encoding="utf-8",
    )
    dataset = load("mine")
    assert triples(dataset) == EXPECTED
    assert dataset.title(1) == "Bb"
    assert dataset.column("user", "age").tolist() == ["7", "8"]


def test_a_dataset_added_from_a_store(store, triples: Triples) -> None:
    ratings, items = store("r.csv", PLAIN), store("i.csv", "id,title\na,Aa\n")
    added = add("mine", ratings, load(ratings), items, store("u.csv", "id,age\nu,7\n"))
    folder = added.folder
    assert sorted(path.name for path in folder.iterdir()) == [
        "dataset.toml",
        "i.csv",
        "r.csv",
        "u.csv",
    ]
    fsspec.filesystem("memory").store.clear()
    dataset = load("mine")
    assert triples(dataset) == EXPECTED
    assert dataset.title(0) == "Aa"


def test_parts_that_are_added_stay_where_they_are(store, triples: Triples) -> None:
    store("out/part-0.csv", PLAIN)
    folder = add("mine", "memory://bucket/out", load("memory://bucket/out")).folder
    assert [path.name for path in folder.iterdir()] == ["dataset.toml"]
    assert triples(load("mine")) == EXPECTED


@pytest.mark.parametrize("spec", ["absent.csv", "absent/", "absent/*.csv", "absent.zip::a.csv"])
def test_what_a_store_does_not_have(store, spec: str) -> None:
    store("r.csv", PLAIN)
    message = refused(f"memory://bucket/{spec}", errors.NotFoundError)
    assert message.startswith(f"memory://bucket/{spec.partition('::')[0]}")
    assert "\n" not in message


class Cut(fsspec.get_filesystem_class("memory")):
    """A store that breaks off so many times, in the middle of a file."""

    protocol = "s3"
    times: list[OSError]

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.replace("s3://", "memory://"))

    def get_file(self, rpath: str, lpath: str, **options: Any) -> None:
        if self.times:
            Path(lpath).write_text("user,item,rating\nu,a,4", encoding="utf-8")
            raise self.times.pop()
        super().get_file(rpath, lpath, **options)


@pytest.fixture
def cut(store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The URL of a file in a store where these errors come first."""
    monkeypatch.setitem(known_to_fsspec, "s3", Cut)
    monkeypatch.setattr(registry, "installed", lambda extra: True)
    monkeypatch.setattr(stores, "_RAISED", {})

    def made(*first: OSError) -> str:
        Cut.times = list(first)
        return store("r.csv", PLAIN).replace("memory:", "s3:")

    return made


def test_a_connection_lost_in_the_middle(cut, triples: Triples) -> None:
    assert triples(load(cut(ConnectionResetError("reset")))) == EXPECTED
    message = refused(cut(*[ConnectionResetError("reset by peer")] * 2))
    assert message == (
        "s3://bucket/r.csv: cannot be had: reset by peer. Run the same command to try again."
    )


def test_what_is_refused_is_not_asked_again(cut) -> None:
    url = cut(ConnectionResetError("not reached"), PermissionError("Forbidden"))
    message = refused(url)
    assert message.startswith(
        "s3://bucket/r.csv: access is denied: Forbidden. Credentials come from AWS_"
    )
    assert "\n" not in message
    assert len(Cut.times) == 1


@pytest.mark.parametrize(("scheme", "extra"), [("s3", "s3"), ("gs", "gcs"), ("az", "azure")])
def test_a_store_whose_package_is_absent(scheme: str, extra: str, monkeypatch) -> None:
    monkeypatch.setattr(registry, "installed", lambda extra: not extra)
    message = refused(f"{scheme}://bucket/r.csv", errors.MissingExtraError)
    assert message.endswith(
        f"needs packages that are not installed. Install them: pip install 'recli[{extra}]'"
    )


@pytest.mark.parametrize(
    "url", ["s3://KEY:hush@bucket/r.csv", "gs://bucket/r.csv?X-Goog-Signature=hush"]
)
def test_a_secret_in_the_address_of_a_store(url: str) -> None:
    message = refused(url, errors.UsageError)
    assert "credentials, signatures and '?' do not belong in such an address" in message
    assert "hush" not in message


# The web


class Site(http.server.BaseHTTPRequestHandler):
    """`files` by their paths; of `broken`, half of the file as often as it says."""

    files: dict[str, bytes]
    broken: dict[str, int]
    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append((self.path, self.headers.get("Authorization")))
        if path == "/moved.csv":
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/r.csv")
            self.end_headers()
        elif path == "/closed.csv":
            self.send_error(403)
        elif path not in self.files:
            self.send_error(404)
        else:
            content = self.files[path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.broken.get(path, 0):
                self.broken[path] -= 1
                self.wfile.write(content[: len(content) // 2])
            else:
                self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.files = {"/r.csv": PLAIN.encode(), "/r.csv.gz": gzip.compress(PLAIN.encode())}
    Site.files |= {
        "/my file é.csv": PLAIN.encode(),
        "/page": b" <!DOCTYPE html><p>user,item,rating",
    }
    Site.files["/my%20file%20%C3%A9.csv"] = PLAIN.encode()
    Site.broken, Site.asked = {}, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["r.csv", "r.csv.gz", "my file é.csv", "my%20file%20%C3%A9.csv"])
def test_a_file_on_the_web(site: str, triples: Triples, path: str) -> None:
    assert triples(load(f"{site}/{path}")) == EXPECTED
    assert len(Site.asked) == 1


def test_a_broken_answer_is_asked_for_again(site: str, triples: Triples) -> None:
    Site.broken["/r.csv"] = 2
    assert triples(load(f"{site}/r.csv")) == EXPECTED
    Site.broken["/r.csv"] = 3
    message = refused(f"{site}/r.csv")
    assert message == (
        f"{site}/r.csv: given up after 3 attempts: the connection broke off at 15 of 31 bytes. "
        "Run the same command to try again."
    )


def test_what_the_web_does_not_give(site: str) -> None:
    message = refused(f"{site}/absent.csv", errors.NotFoundError)
    assert message == f"{site}/absent.csv: the server has no such file (status 404)."
    assert "the server refuses: 403 Forbidden" in refused(f"{site}/closed.csv")
    assert refused(f"{site}/page").startswith(f"{site}/page: is a web page, not a table.")


def test_nobody_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = refused(f"http://127.0.0.1:{port}/r.csv")
    assert "127.0.0.1 refuses the connection" in message


def test_a_password_is_sent_and_not_told(site: str, triples: Triples) -> None:
    url = site.replace("//", "//me:hu%20sh@")
    assert triples(load(f"{url}/r.csv")) == EXPECTED
    expected = f"Basic {base64.b64encode(b'me:hu sh').decode()}"
    assert Site.asked == [("/r.csv", expected)]
    for path in ("absent.csv", "closed.csv", "page", "r.csv.zip"):
        with pytest.raises(errors.RecliError) as caught:
            load(f"{url}/{path}?sig=abcdef")
        assert "hu%20sh" not in str(caught.value)
        assert "abcdef" not in str(caught.value)
        assert "me:***@127.0.0.1" in str(caught.value)
        assert f"/{path}?***" in str(caught.value)


def test_a_password_is_not_sent_to_another_host(site: str, triples: Triples) -> None:
    assert triples(load(f"{site.replace('//', '//me:hush@')}/moved.csv")) == EXPECTED
    assert [path for path, _ in Site.asked] == ["/moved.csv", "/r.csv"]
    assert Site.asked[0][1] is not None
    assert Site.asked[1][1] is None


def test_what_is_written_down_of_a_secret_address(site: str, triples: Triples) -> None:
    document = Reading(f"{site.replace('//', '//me:hush@')}/r.csv").document()
    assert document["spec"] == f"{site.replace('//', '//me@')}/r.csv"
    signed = Reading(f"{site}/r.csv?sig=hush").document()
    assert signed["spec"] == f"{site}/r.csv?***"
    with pytest.raises(errors.UsageError, match="what is secret in this address was not stored"):
        Reading.of(signed).load()


# Files that are written


def test_a_file_is_written_whole_or_not_at_all(store) -> None:
    url = store("out.csv", "before")
    memory = fsspec.filesystem("memory")
    with pytest.raises(KeyboardInterrupt), stores.new_file(url) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert memory.cat("/bucket/out.csv") == b"before"
    with stores.new_file(url) as file:
        file.write(b"whole")
        assert memory.cat("/bucket/out.csv") == b"before"
    assert memory.cat("/bucket/out.csv") == b"whole"


def test_the_web_is_not_written() -> None:
    with (
        pytest.raises(errors.UsageError, match=r"https://host/x.csv\?\*\*\* cannot be written"),
        stores.new_file("https://host/x.csv?sig=hush"),
    ):
        pass
