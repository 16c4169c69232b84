"""The Spark session: begun once, quiet, on this machine unless somebody says otherwise."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recli import errors, memory

_JAVA = 17
_INSTALL = (
    "Spark 4 needs Java 17 or newer: 'apt-get install openjdk-17-jre-headless' on Debian and Ubuntu, "
    "'brew install openjdk@17' on macOS, or one from adoptium.net; then set JAVA_HOME to its folder, or "
    "put its 'java' on the PATH."
)
_CONNECT = "sc://"
_PORTS = {"sc": 15002, "spark": 7077}
"""Where masters listen, unless their address says otherwise."""
_PATIENCE = 20.0  # seconds
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Times are counted in UTC, as everywhere in recli.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.driver.maxResultSize": "0",
}
"""What recli asks for, unless the user says otherwise."""


_sessions: list[Any] = []
"""The session of this process, once it is begun."""


def current() -> Any:
    """The session of this process; begun on this machine where there is none yet."""
    return _sessions[-1] if _sessions else session()


def session(master: str = "", conf: Mapping[str, str] | None = None) -> Any:
    """The Spark session of this process, begun where there is none.

    Args:
        master: whose machines work: `local[*]`, `spark://host:port`, `yarn`, `k8s://…`, or `sc://host`
            for Spark Connect; empty is what the environment of spark-submit says, and else `local[*]`
        conf: settings of Spark by name

    Returns:
        A `pyspark.sql.SparkSession`.

    Raises:
        MissingExtraError: without Java
        UsageError: where the master does not answer, or refuses
    """
    # Workers have to run this very Python, with the recli and the packages that are here.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    from pyspark.sql import SparkSession

    given = dict(conf or {})
    _check_answers(master)
    if master.startswith(_CONNECT):
        builder = SparkSession.builder.remote(master)
        settings = {k: v for k, v in _SETTINGS.items() if k.startswith("spark.sql.")} | given
    else:
        _check_java()
        builder = SparkSession.builder.appName("recli")
        settings = _SETTINGS | given
        if master or not _submitted():
            builder = builder.master(master or "local[*]")
        if is_here(master):
            settings = {
                "spark.driver.memory": _half_of_what_is_free(),
                # 200 by default, each of which takes longer here than what is in it.
                "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
            } | settings
    for name, value in settings.items():
        builder = builder.config(name, value)
    with _quiet(), _begun(master):
        found = builder.getOrCreate()
    if not master.startswith(_CONNECT):
        found.sparkContext.setLogLevel("ERROR")
    _sessions[:] = [found]
    return found


def is_here(master: str) -> bool:
    """Whether this machine alone works for a master, rather than a cluster.

    Args:
        master: as `session` takes it
    """
    return (master or "local").startswith("local") and not _submitted()


def cores(spark: Any) -> int:
    """How many tasks work at once; two where Spark Connect does not tell.

    Args:
        spark: the session
    """
    connected = type(spark).__module__.startswith("pyspark.sql.connect")
    return 2 if connected else int(spark.sparkContext.defaultParallelism)


def _check_answers(master: str) -> None:
    """Raise UsageError where nobody listens at the address of a master: Spark tries for minutes."""
    scheme, _, address = master.partition("://")
    if scheme not in _PORTS:
        return
    host, _, port = address.partition("/")[0].partition(",")[0].partition(":")
    try:
        with socket.create_connection((host, int(port or _PORTS[scheme])), timeout=_PATIENCE):
            return
    except (OSError, ValueError) as error:
        raise errors.UsageError(
            f"Nobody answers as Spark at {master}: {error}. Is the master there, and this its address?"
        ) from None


def _submitted() -> bool:
    """Whether spark-submit has begun this process, and said whose machines work."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _half_of_what_is_free() -> str:
    return f"{max(512, memory.available() // 2 // (1 << 20))}m"


def _check_java() -> None:
    """Raise MissingExtraError without a Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        where = f"in JAVA_HOME, which is {home}" if home else "on the PATH"
        raise errors.MissingExtraError(f"There is no 'java' {where}. {_INSTALL}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603, found above
    found = re.search(r'version "(\d+)', said.stderr + said.stdout)
    if said.returncode or (found and int(found[1]) < _JAVA):
        version = f"is Java {found[1]}" if found else "does not run"
        raise errors.MissingExtraError(f"{java} {version}. {_INSTALL}")


@contextlib.contextmanager
def _begun(master: str) -> Iterator[None]:
    """Turns what Spark raises where no session can be begun into an error in a line."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, OSError, ValueError) as error:
        raise errors.UsageError(
            f"Spark cannot be begun on {master or 'local[*]'}: {reason(error)} Is the master there, and "
            "of the version of the pyspark that is here? `master` says which."
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what the Java process says while it begins, before its level of logs can be set.

    It writes to this process's stderr by itself, so that the file behind it is set aside meanwhile.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def failures(what: str) -> Iterator[None]:
    """Turns what Spark raises about data, memory and machines into an error that says what failed.

    Args:
        what: what was being done, as the subject of a sentence

    Raises:
        DataError: where data cannot be read
        UsageError: for anything else that Spark gives up at
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError, EOFError) as error:
        said = f"{what} failed in Spark: {reason(error)}"
        text = str(error)
        if "ClassNotFound" in text and "fs." in text:
            package = f"org.apache.hadoop:hadoop-aws:{_hadoop()}"
            raise errors.UsageError(
                f"{said} Spark reads a store by a package of Hadoop that does not come with it. For s3a "
                f'add `conf={{"spark.jars.packages": "{package}"}}`, which fetches it; for another store '
                "name its own there."
            ) from error
        if "OutOfMemory" in text or "Connection refused" in text or "ExecutorLost" in text:
            raise errors.TooLargeError(
                f"{said} A process of Spark may have run out of memory: give it more by "
                '`conf={"spark.driver.memory": "8g"}`, or on a cluster `spark.executor.memory`.'
            ) from error
        kind = (
            errors.DataError
            if re.search("FileNotFound|PATH_NOT_FOUND|AccessDenied|Forbidden|NOT_FOUND", text)
            else errors.UsageError
        )
        raise kind(said) from error


def _hadoop() -> str:
    """The version of the Hadoop that comes with Spark, of which other packages of Hadoop have to be."""
    import pyspark

    jars = (Path(pyspark.__file__).parent / "jars").glob("hadoop-client-api-*.jar")
    return next((jar.stem.rpartition("-")[2] for jar in jars), "VERSION")


def reason(error: BaseException) -> str:
    """The line of an error of Spark that says why, ended by a full stop.

    Args:
        error: what was raised
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [
        line for line in lines if re.match(r"(: |Caused by: )?[\w.$]+(Exception|Error)\b", line)
    ]
    found = (telling or lines or [type(error).__name__])[-1]
    return f"{found[:300].removeprefix(': ').removeprefix('Caused by: ').rstrip('.')}."
