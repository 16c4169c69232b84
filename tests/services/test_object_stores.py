"""Data, lists and models in object stores: S3 by SeaweedFS, Google's and Azure's by emulators."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from recli.data.load import load

from .conftest import S3

pytestmark = [
    pytest.mark.services,
    # What the packages of the stores leave open until the process ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
fsspec = pytest.importorskip("fsspec")
AZURES_KEY = (  # of every Azurite, as its documentation says
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
ROWS = [(f"u{u}", f"i{i}", 1 + (u * i) % 5) for u in range(30) for i in range(20) if (u + i) % 3]
HEAD = "user,item,rating\n"


def text(rows: list[tuple[str, str, int]]) -> bytes:
    return (HEAD + "".join(f"{u},{i},{r}\n" for u, i, r in rows)).encode()


@pytest.fixture(scope="module")
def google(running, free_port) -> Iterator[str]:
    """The address of an emulator of Google Cloud Storage."""
    if shutil.which("gcp-storage-emulator") is None:
        pytest.skip("gcp-storage-emulator is not installed: 'make test-services' does it")
    # Its check for another kind of buckets hangs for a minute where there is no Google; read on import.
    os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"
    pytest.importorskip("gcsfs")
    port = free_port()
    command = ["gcp-storage-emulator", "start", "--host", "127.0.0.1", "--port", port, "-M"]
    with running([*command, "--default-bucket", "recli"], f"http://127.0.0.1:{port}/storage/v1/b"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def azure(running, free_port) -> Iterator[str]:
    """What connects with an emulator of Azure's blobs; name and key are those that all of them have."""
    if shutil.which("azurite-blob") is None:
        pytest.skip("azurite is not installed: 'make test-services' does it where there is npm")
    pytest.importorskip("adlfs")
    port = free_port()
    command = [
        "azurite-blob",
        "--inMemoryPersistence",
        "--blobHost",
        "127.0.0.1",
        "--blobPort",
        port,
    ]
    url = f"http://127.0.0.1:{port}/devstoreaccount1"
    with running(
        [*command, "--skipApiVersionCheck", "--disableTelemetry"], f"http://127.0.0.1:{port}"
    ):
        yield (
            f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AZURES_KEY};"
            f"BlobEndpoint={url};"
        )


@pytest.fixture(params=["s3", "gs", "az"])
def store(request, monkeypatch):
    """`store(path, content)` puts a file into a bucket and gives its URL."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    if request.param == "s3":
        for name, value in request.getfixturevalue("s3").environment.items():
            monkeypatch.setenv(name, value)
    elif request.param == "az":
        connection = request.getfixturevalue("azure")
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)
    else:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", request.getfixturevalue("google"))
        monkeypatch.setenv("FSSPEC_GS_TOKEN", "anon")
        monkeypatch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    fsspec.config.conf.clear()
    fsspec.config.set_conf_env(fsspec.config.conf)
    files = fsspec.filesystem(request.param, skip_instance_cache=True)
    if not files.exists("recli"):
        files.mkdir("recli")
    if files.exists("recli/t"):
        files.rm("recli/t", recursive=True)

    def put(path: str, content: bytes) -> str:
        files.pipe_file(f"recli/t/{path}", content)
        return f"{request.param}://recli/t/{path}"

    put.scheme, put.files = request.param, files
    return put


def recli(
    *arguments: object, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """recli in a process of its own."""
    typed = [sys.executable, "-m", "recli", *map(str, arguments)]
    done = subprocess.run(
        typed, capture_output=True, encoding="utf-8", env=os.environ | environment
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def local(rows: list[tuple[str, str, int]]) -> str:
    Path("local.csv").write_bytes(text(rows))
    return load("local.csv").fingerprint


def test_a_file_many_parts_and_a_pattern(store) -> None:
    expected = local(ROWS)
    url = store("r.csv", text(ROWS))
    assert load(url).fingerprint == expected
    store("out/_SUCCESS", b"")
    for number in range(3):
        store(f"out/part-{number}.csv", text(ROWS[number * 100 : (number + 1) * 100]))
    store("out/part-3.csv", text(ROWS[300:]))
    whole = f"{store.scheme}://recli/t/out"
    assert load(whole).fingerprint == expected
    assert load(f"{whole}/part-*.csv").fingerprint == expected
    store("out/part-4.csv", b"user,film,rating\nu,a,3\n")
    message = recli("data", "check", whole, code=3).stderr
    assert message.startswith(f"Error: {whole}: the part part-4.csv is of another shape")


def test_a_run_a_list_and_a_model(store) -> None:
    url = store("r.csv", text(ROWS))
    recli("evaluate", "-d", url, "-a", "svd", "--cv", "2", "-j", "1")
    [run] = Path("results/runs").glob("*/run.json")
    about = json.loads(run.read_text(encoding="utf-8"))["dataset"]
    assert about["reading"]["spec"] == url
    assert about["fingerprint"] == local(ROWS)
    recli("reproduce", "latest", "-j", "1")
    recli("train", "-d", url, "-a", "svd", "--name", "mine")
    out = f"{store.scheme}://recli/t/lists.parquet"
    recli("recommend", "--model", "mine", "--all-users", "-o", out)
    recli("recommend", "--model", "mine", "--all-users", "-o", "lists.parquet")
    with store.files.open("recli/t/lists.parquet") as file:
        there = pd.read_parquet(file).drop(columns="time")
    pd.testing.assert_frame_equal(there, pd.read_parquet("lists.parquet").drop(columns="time"))
    model = f"{store.scheme}://recli/t/mine.zip"
    recli("models", "export", "mine", "-o", model)
    recli("models", "import", model, "--name", "theirs")
    assert recli("models", "show", "theirs").stdout.count("all as written") == 1
    for path in Path().rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert S3.secret.encode() not in content
        assert AZURES_KEY.encode() not in content


def test_what_is_not_there(store) -> None:
    for path in ("recli/t/absent.csv", "no-such-bucket/r.csv", "recli/t/absent/*.csv"):
        message = recli("data", "check", f"{store.scheme}://{path}", code=4).stderr
        assert message.startswith(f"Error: {store.scheme}://{path}: ")
        assert message.count("\n") == 1
    recli("train", "-d", store("r.csv", text(ROWS)), "-a", "svd", "--name", "mine")
    out = f"{store.scheme}://no-such-bucket/lists.csv"
    done = recli("recommend", "--model", "mine", "--user", "u1", "-o", out, code=4)
    assert done.stderr.startswith(f"Error: {out}: ")


@pytest.mark.parametrize("store", ["s3", "az"], indirect=True)
def test_a_wrong_secret(store) -> None:
    url = store("r.csv", text(ROWS))
    wrong = {"AWS_SECRET_ACCESS_KEY": "hush-hush"}
    if store.scheme == "az":
        connection = os.environ["AZURE_STORAGE_CONNECTION_STRING"]
        wrong = {"AZURE_STORAGE_CONNECTION_STRING": connection.replace("Eby8", "Eby9")}
    message = recli("data", "check", url, code=3, **wrong).stderr
    assert message.startswith(f"Error: {url}: access is denied: ")
    assert {"s3": "AWS_PROFILE", "az": "AZURE_STORAGE_CONNECTION_STRING"}[store.scheme] in message
    assert message.count("\n") == 1
    assert "hush-hush" not in message
    assert AZURES_KEY[4:] not in message
    recli("train", "-d", url, "-a", "svd", "--name", "mine")
    out = f"{store.scheme}://recli/t/never.csv"
    message = recli(
        "recommend", "--model", "mine", "--user", "u1", "-o", out, code=2, **wrong
    ).stderr
    assert message.startswith(f"Error: {out}: access is denied: ")
    assert not store.files.exists(out)


@pytest.mark.parametrize("store", ["s3"], indirect=True)
def test_no_credentials_and_no_server(store, free_port) -> None:
    url = store("r.csv", text(ROWS))
    none = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    message = recli("data", "check", url, code=3, HOME=str(Path.cwd()), **none).stderr
    assert message.startswith(f"Error: {url}: access is denied: Unable to locate credentials.")
    away = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    message = recli("data", "check", url, code=3, **away).stderr
    assert message.startswith(f"Error: {url}: cannot be had: Could not connect to the endpoint URL")
    assert message.count("\n") == 1
