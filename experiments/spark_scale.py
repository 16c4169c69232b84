"""What Spark takes, and what this machine alone takes, for the same 1, 5 and 25 million ratings.

python experiments/spark_scale.py [1 5 25] [--engine local --engine spark] [--heap 4g]

Synthetic ratings of users and items with text for ids, popular ones more often, are written as CSV and
go through `data check`, `train -a item-knn` and `recommend --all-users` as commands of their own, on two
cores. Seconds are of wall clock with all that a command begins, so that they compare on one machine in
one run; memory is the most that the process and its children have held together (their proportional set
size), looked at four times a second. Spark has 4 GiB of heap for driver and executor together, unless
`--heap` says otherwise; Python's part comes on top.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv

ITEMS = 5_000
PER_USER = 160
STEPS = ("check", "train", "recommend")


def ratings(path: Path, millions: int) -> int:
    """Write about so many ratings, each pair once, and give their number."""
    rng = np.random.default_rng(millions)
    n_users = millions * 1_000_000 // PER_USER
    weights = 1 / np.arange(10, ITEMS + 10) ** 0.8
    bounds = np.cumsum(weights) / weights.sum()
    schema = pa.schema(
        {"user": pa.string(), "item": pa.string(), "rating": pa.float64(), "time": pa.int64()}
    )
    written = 0
    with pa.csv.CSVWriter(path, schema) as writer:
        for start in range(0, n_users, 5_000):
            users = np.arange(start, min(start + 5_000, n_users))
            each = rng.geometric(1 / (PER_USER * 1.2), len(users)).clip(5, ITEMS // 3)
            of_user = np.repeat(users, each)
            items = np.searchsorted(bounds, rng.random(len(of_user))).clip(0, ITEMS - 1)
            pairs = rng.permutation(np.unique(of_user * ITEMS + items))
            of_user, items = pairs // ITEMS, pairs % ITEMS
            stars = (1 + (of_user * 7 + items * 3 + rng.integers(0, 4, len(pairs))) % 9) / 2
            times = 1_500_000_000 + rng.integers(0, 10**8, len(pairs))
            columns = {
                "user": [f"user-{user}" for user in of_user],
                "item": [f"item-{item}" for item in items],
            }
            writer.write_table(pa.table({**columns, "rating": stars, "time": times}, schema))
            written += len(pairs)
    return written


def ran(command: list[str], env: dict[str, str]) -> tuple[float, float, str]:
    """Seconds, GiB at most, and how it ended."""
    started, most = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said:
        process = psutil.Popen(command, env=env, stdout=said, stderr=said)
        while process.poll() is None:
            most = max(most, held(process))
            time.sleep(0.25)
        said.seek(0)
        last = said.read().strip().splitlines()[-1:]
    ended = "" if process.returncode == 0 else f"exit {process.returncode}: {' '.join(last)[:200]}"
    return time.perf_counter() - started, most / 2**30, ended


def held(process: psutil.Process) -> int:
    """Bytes of a process and its children, shared pages once."""
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    for one in family:
        try:
            total += one.memory_full_info().pss
        except (psutil.Error, FileNotFoundError):
            continue
    return total


def commands(engine: str, heap: str, data: Path, results: Path) -> list[list[str]]:
    recli = [sys.executable, "-m", "recli"]
    of = ["--engine", engine, "--results", str(results), "-q"]
    if engine == "spark":
        of += ["--master", "local[2]", "--conf", f"spark.driver.memory={heap}"]
    lists = str(results / "lists.parquet")
    return [
        [*recli, "data", "check", str(data), *of],
        [
            *recli,
            "train",
            "-a",
            "item-knn",
            "--goal",
            "ratings",
            "-d",
            str(data),
            "--name",
            "scale",
            *of,
        ],
        [*recli, "recommend", "--all-users", "--model", "scale", "-o", lists, *of],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", nargs="*", type=int, default=[1, 5, 25])
    parser.add_argument("--engine", action="append", choices=("local", "spark"))
    parser.add_argument("--heap", default="4g")
    typed = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'engine':8}{'ratings':>12}{'step':>12}{'seconds':>10}{'GiB':>7}", flush=True)
    for millions in typed.millions:
        folder = Path(tempfile.mkdtemp())
        try:
            n = ratings(folder / "ratings.csv", millions)
            for engine in typed.engine or ("local", "spark"):
                results = folder / engine
                results.mkdir()
                for step, command in zip(
                    STEPS,
                    commands(engine, typed.heap, folder / "ratings.csv", results),
                    strict=True,
                ):
                    env = os.environ | {"SPARK_LOCAL_DIRS": str(folder)}
                    seconds, most, ended = ran(command, env)
                    print(
                        f"{engine:8}{n:>12,}{step:>12}{seconds:>10.1f}{most:>7.2f}  {ended}",
                        flush=True,
                    )
        finally:
            # A process of Spark that ends meanwhile takes its own files away.
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
