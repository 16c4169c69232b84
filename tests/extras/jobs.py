"""What an extra is for, done once on small data by the recli beside this Python.

python tests/extras/jobs.py EXTRA

`matrix.py` runs it where nothing is installed but recli with that extra: the main job by each algorithm
that the extra brings, and the function that is named as the extra. It exits with 1 and what recli said
where a command ends otherwise than it should, or warns.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

RECLI = Path(sys.executable).with_name("recli")
ROWS = [
    (f"u{u}", f"i{i}", 1 + (u * i + i) % 5) for u in range(30) for i in range(20) if (u + i) % 3
]
NOBODY_THERE = 4  # recli's exit code: something does not exist
BAD_DATA = 3
TESTS = """\
from recli import testing
from recli.evaluation.metrics.rmse import RMSE

class TestRMSE(testing.MetricContract):
    metric = RMSE
    perfect = 0.0
"""
_CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def recli(*typed: object, code: int = 0) -> str:
    """What a command says; exits where it ends otherwise than with `code`, or warns."""
    done = subprocess.run([RECLI, *map(str, typed)], capture_output=True, text=True, timeout=900)
    said = f"{done.stdout}{done.stderr}"
    if done.returncode != code or re.search("Traceback|[A-Za-z]Warning|has no attribute", said):
        sys.exit(f"recli {' '.join(map(str, typed))}: exit code {done.returncode}\n{said}")
    return said


def main_job(name: str) -> None:
    """Evaluate, train and recommend by an algorithm."""
    recli("evaluate", "-a", name, "-d", "ratings.csv", "--split", "k-fold:n_splits=2")
    recli("train", "-a", name, "-d", "ratings.csv", "--name", name)
    recli("recommend", "--model", name, "--user", "u3", "-o", f"{name}.csv")
    assert Path(f"{name}.csv").read_text().count("\n") > 5


def ann() -> None:
    said = recli("train", "-a", "svd", "-d", "ratings.csv", "--name", "m", "--index")
    assert "Index: of exact lists of ten it finds" in said, said
    recli("recommend", "--model", "m", "--user", "u3", "-o", "found.csv")
    recli("recommend", "--model", "m", "--user", "u3", "--exact", "-o", "exact.csv")
    assert Path("found.csv").read_text().count("\n") > 5


def azure() -> None:
    key = "bm8gc2VjcmV0"  # base64, of no account
    with nothing_there() as port:
        os.environ["AZURE_STORAGE_CONNECTION_STRING"] = (
            f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={key};"
            f"BlobEndpoint=http://127.0.0.1:{port}/a;"
        )
        recli("data", "check", "az://box/ratings.csv", code=NOBODY_THERE)


def bigquery() -> None:
    with nothing_there() as port:
        os.environ["BIGQUERY_EMULATOR_HOST"] = f"http://127.0.0.1:{port}"
        recli("data", "check", "bigquery://project/shop::stars", code=NOBODY_THERE)


def dask() -> None:
    with nothing_there() as port:
        typed = ["evaluate", "-d", "ratings.csv", "-a", "baseline-only", "--cluster"]
        recli(*typed, f"dask://127.0.0.1:{port}", code=2)


def duckdb() -> None:
    recli("recommend", "-d", "ratings.csv", "--all-users", "-o", "duckdb:///lists.duckdb")
    columns = "user=user,item=item,rating=score"
    recli("data", "check", "duckdb:///lists.duckdb::recommendations", "--columns", columns)


def excel() -> None:
    import xlrd  # noqa: F401, for the older .xls, which nothing here can write

    rows = "".join(
        f"<row>{''.join(_CELL.format(cell) for cell in row)}</row>"
        for row in [("user", "item", "rating"), *ROWS]
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="stars" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEETS}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile("ratings.xlsx", "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    same_ratings("ratings.xlsx")


def function() -> None:
    import flask

    recli("train", "-a", "baseline-only", "-d", "ratings.csv", "--name", "mine")
    recli("export", "function", "cloud", "--model", "mine", "--wheel", os.environ["RECLI_WHEEL"])
    os.chdir("cloud")
    sys.path.insert(0, os.getcwd())
    os.environ["RECLI_API_KEY"] = "a key of this job"
    from main import recommend

    asked = flask.Flask("job").test_request_context(
        "/?user_id=u3", headers={"Authorization": "Bearer a key of this job"}
    )
    with asked as context:
        answer = recommend(context.request)
    assert answer.status_code == 200, answer.data


def gcs() -> None:
    with nothing_there() as port:
        os.environ |= {
            "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}",
            "FSSPEC_GS_TOKEN": "anon",
        }
        recli("data", "check", "gs://box/ratings.csv", code=NOBODY_THERE)


def hdf5() -> None:
    import h5py
    import numpy as np

    with h5py.File("ratings.h5", "w") as file:
        records = np.array(ROWS, [("user", "S3"), ("item", "S3"), ("rating", float)])
        file["stars"] = records
    same_ratings("ratings.h5")


def kafka() -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        nobody = f"127.0.0.1:{place.getsockname()[1]}"
    typed = ("--topic", "events", "--bootstrap-server", nobody)
    recli("consume", *typed, "--metrics-port", 0, code=BAD_DATA)
    lists = f"kafka://{nobody}/lists"
    recli("recommend", "-d", "ratings.csv", "--user", "u3", "-o", lists, code=BAD_DATA)


def kafka_schemas() -> None:
    import google.protobuf.json_format  # noqa: F401, by this and the next messages are read
    from confluent_kafka.schema_registry import avro  # noqa: F401

    with nothing_there() as port:
        typed = ("--topic", "events", "--bootstrap-server", "127.0.0.1:1")
        recli("consume", *typed, "--schema-registry", f"http://127.0.0.1:{port}", code=BAD_DATA)


def postgres() -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    url = f"postgresql+psycopg://me@127.0.0.1:{port}/shop"
    recli("data", "check", f"{url}::stars", code=BAD_DATA)
    recli("recommend", "-d", "ratings.csv", "--user", "u3", "-o", url, code=2)
    recli("tune", "-a", "baseline-only", "-d", "ratings.csv", "--storage", url, code=2)


def ray() -> None:
    with nothing_there() as port:
        typed = ["evaluate", "-d", "ratings.csv", "-a", "baseline-only", "--cluster"]
        recli(*typed, f"ray://127.0.0.1:{port}", code=2)


def s3() -> None:
    with nothing_there() as port:
        os.environ |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "FSSPEC_S3_ANON": "true",
        }
        recli("data", "check", "s3://box/ratings.csv", code=NOBODY_THERE)


def serve() -> None:
    recli("train", "-a", "baseline-only", "-d", "ratings.csv", "--name", "mine")
    command = [RECLI, "serve", "--model", "mine", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            said = ""
            while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
                line = server.stderr.readline()
                assert line, said
                said += line
            with urllib.request.urlopen(f"{found[0]}/recommend?user_id=u3") as answer:
                assert json.load(answer)
        finally:
            server.terminate()


def sign() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key, pem = Ed25519PrivateKey.generate(), serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    Path("key.pem").write_bytes(private)
    Path("public.pem").write_bytes(public)
    recli("train", "-a", "baseline-only", "-d", "ratings.csv", "--name", "mine")
    recli("models", "export", "mine", "--output", "unsigned.zip")
    recli("models", "export", "mine", "--output", "signed.zip", "--sign", "key.pem")
    verify = ("--verify", "public.pem", "--name", "theirs")
    recli("models", "import", "unsigned.zip", *verify, code=BAD_DATA)
    recli("models", "import", "signed.zip", *verify)
    assert "by the key of SHA-256" in recli("models", "show", "theirs")


def spark() -> None:
    by = ("--engine", "spark", "--master", "local[2]")
    same_ratings("ratings.csv", *by)
    recli("train", "-a", "ease", "-d", "ratings.csv", "--name", "mine", *by)
    recli("recommend", "--all-users", "--model", "mine", "-o", "lists.parquet", *by)
    assert list(Path("lists.parquet").glob("part-*.parquet"))


def testing() -> None:
    Path("test_mine.py").write_text(TESTS)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "test_mine.py"], check=True)


def tune() -> None:
    typed = ("-a", "damped-mean", "-d", "ratings.csv", "--trials", "4", "--sampler", "cmaes")
    recli("tune", *typed)


def same_ratings(file: str, *typed: str) -> None:
    """Whether a file has the ratings of the CSV."""
    for name in (file, "ratings.csv"):
        assert f"{len(ROWS)}" in recli("data", "check", name, *typed)


@contextlib.contextmanager
def nothing_there() -> Iterator[int]:
    """The port of a server on this machine that has nothing: whatever it is asked for is not there."""

    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            body = b'{"error": {"code": 404, "message": "Not found", "errors": []}}'
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_PUT = do_GET

        def log_message(self, *_: object) -> None:
            """Not told."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def algorithms(extra: str) -> list[str]:
    """What an extra brings; often that is all. Those of keras-torch and keras-jax are the same."""
    from recli import registry

    def room(extra: str) -> str:
        return extra.partition("-")[0]

    every = registry.names("algorithm")
    return [name for name in every if room(registry.extra_of("algorithm", name)) == room(extra)]


def job_of(extra: str) -> Callable[[], None] | None:
    """What an extra is for beside algorithms, the function that is named as it is."""
    return globals().get(extra.replace("-", "_"))


def main(extra: str) -> None:
    from recli import registry

    assert registry.installed(extra), f"{extra} is not installed"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        lines = ["user,item,rating", *(f"{u},{i},{r}" for u, i, r in ROWS)]
        Path("ratings.csv").write_text("\n".join(lines) + "\n")
        for name in algorithms(extra) or ["baseline-only"]:
            main_job(name)
        if job := job_of(extra):
            job()
        os.chdir("/")


if __name__ == "__main__":
    main(sys.argv[1])
