"""Data, lists and models at URLs, and what of an address is written down."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pandas as pd
import pytest

PLAIN = "user,item,rating\n" + "".join(
    f"u{user},i{item},{1 + (user * item) % 5}\n" for user in range(12) for item in range(8)
)


@pytest.fixture(autouse=True)
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    store = fsspec.filesystem("memory")
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@pytest.fixture
def site(monkeypatch) -> Iterator[str]:
    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(PLAIN)))
            self.end_headers()
            self.wfile.write(PLAIN.encode())

        def log_message(self, *_):
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://me:hush@127.0.0.1:{server.server_address[1]}/ratings.csv?sig=hush"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_lists_go_into_a_store(recli, tiny, memory, suffix):
    recli("train", "-a", "svd", "-d", tiny, "--name", "mine")
    target = f"memory://lists/all{suffix}"
    shown = recli("recommend", "--model", "mine", "--all-users", "-o", target)
    assert f"Written to {target}" in shown.stderr
    recli("recommend", "--model", "mine", "--all-users", "-o", f"all{suffix}")
    read = {
        ".csv": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".jsonl": lambda file: pd.read_json(file, lines=True),
    }[suffix]
    with memory.open(f"/lists/all{suffix}") as file:
        there = read(file)
    here = read(f"all{suffix}")
    pd.testing.assert_frame_equal(there.drop(columns="time"), here.drop(columns="time"))
    assert len(there) > 100


def test_a_list_that_fails_leaves_what_was_there(recli, tiny, memory, monkeypatch):
    memory.pipe_file("/lists/all.csv", b"before")

    def full(self, lpath, rpath, **options):
        raise PermissionError("no write access")

    monkeypatch.setattr(type(memory), "put_file", full)
    shown = recli("recommend", "-d", tiny, "--all-users", "-o", "memory://lists/all.csv", code=2)
    assert "Error: memory://lists/all.csv: access is denied: no write access." in shown.stderr
    assert memory.cat("/lists/all.csv") == b"before"


def test_a_model_travels_through_a_store(recli, tiny, memory):
    recli("train", "-a", "svd", "-d", tiny, "--name", "mine")
    shown = recli("models", "export", "mine", "--output", "memory://models/mine.zip")
    assert shown.stdout == "Model 'mine': memory://models/mine.zip\n"
    recli("models", "import", "memory://models/mine.zip", "--name", "theirs")
    asked = ("recommend", "--user", "15", "--format", "json", "-o", "out.csv", "--model")
    mine, theirs = (json.loads(recli(*asked, name).stdout) for name in ("mine", "theirs"))
    mine["model"] = theirs["model"] = ""
    assert mine == theirs
    message = recli("models", "import", "memory://models/absent.zip", code=4).stderr
    assert (
        message
        == "Error: memory://models/absent.zip: there is no such file, bucket or container.\n"
    )
    memory.pipe_file("/models/half.zip", memory.cat("/models/mine.zip")[:1000])
    message = recli("models", "import", "memory://models/half.zip", code=3).stderr
    assert message.startswith("Error: memory://models/half.zip: cannot be unpacked")
    assert sorted(path.name for path in Path("results/models").iterdir()) == ["mine", "theirs"]


def test_results_stay_on_this_machine(recli, tiny):
    for typed in (
        ["evaluate", "-d", tiny],
        ["train"],
        ["recommend", "--user", "1"],
        ["runs", "list"],
    ):
        message = recli(*typed, "--results", "s3://bucket/results", code=2).stderr
        assert "--results s3://bucket/results: results need a folder on this machine" in message
        assert "'recli models export MODEL --output URL'" in message
    assert list(Path().iterdir()) == []


def test_no_secret_of_an_address_is_written_or_printed(recli, site, monkeypatch):
    typed = ("evaluate", "-d", site, "-a", "svd", "--cv", "2", "-j", "1")
    monkeypatch.setattr(sys, "argv", ["recli", *typed])
    shown = recli(*typed)
    recli("train", "-d", site, "-a", "svd", "--name", "mine")
    recli("data", "add", site, "--name", "added")
    text = recli("data", "show", site).stdout
    assert "http://me:***@127.0.0.1" in text
    for said in (shown.stdout, shown.stderr, text):
        assert "hush" not in said
    files = [path for path in Path().rglob("*") if path.is_file()]
    assert any(path.name == "run.json" for path in files)
    assert not [path for path in files if b"hush" in path.read_bytes()]
    [run] = Path("results/runs").glob("*/run.json")
    document = json.loads(run.read_text(encoding="utf-8"))
    assert (
        document["dataset"]["fingerprint"]
        == json.loads(recli("data", "check", "added", "--format", "json").stdout)["fingerprint"]
    )
    message = recli("reproduce", run.parent.name, code=2).stderr
    assert "what is secret in this address was not stored" in message


def test_local_files_load_no_package_for_places(recli, tiny):
    program = (
        "import sys\n"
        "from recli.cli import main\n"
        f"main(['recommend', '-d', {str(tiny)!r}, '--user', '15', '-q'], "
        "prog_name='recli', standalone_mode=False)\n"
        "print(sorted({'fsspec', 'sqlalchemy', 's3fs'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert done.stderr == "[]\n"


def test_rows_set_aside_are_named_with_their_part(recli):
    Path("out").mkdir()
    Path("out/part-0.csv").write_text(PLAIN, encoding="utf-8")
    Path("out/part-1.csv").write_text("user,item,rating\nv,i1,3\nv,i2,bad\n", encoding="utf-8")
    recli("data", "check", "out", "--on-bad", "skip")
    [path] = Path("results/bad-rows").iterdir()
    assert path.read_text(encoding="utf-8").splitlines() == [
        "part,line,reason,row",
        "part-1.csv,3,rating 'bad' is not a finite number,\"v,i2,bad\"",
    ]
