"""How fast JSON lines are read, next to pandas.

    python experiments/json_speed.py [LINES]

Reviews in the layout that Amazon publishes, made here, in a file of their own; each way of reading is
timed three times in turn and the fastest counts. The last two are what lines cost that pyarrow refuses:
one whose user is a number, and dictionaries of Python.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from recli.data.description import RatingsSource
from recli.data.formats.json_lines import JsonLines
from recli.data.sources.location import Location

LINES = 500_000


def reviews(n: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(0)
    users, items = rng.integers(0, 200_000, n), rng.integers(0, 60_000, n)
    stars, times = rng.integers(1, 6, n), rng.integers(10**9, 16 * 10**8, n)
    return [
        {
            "reviewerID": f"A{user:013}",
            "asin": f"B{item:09}",
            "reviewerName": f"reader {user}",
            "helpful": [int(star), 5],
            "reviewText": "It came in time and does what it should. " * (1 + int(star)),
            "overall": float(star),
            "summary": "As said",
            "unixReviewTime": int(time),
            "reviewTime": "09 13, 2009",
        }
        for user, item, star, time in zip(users, items, stars, times, strict=True)
    ]


def seconds(read: Callable[[Path], object], path: Path) -> float:
    start = time.perf_counter()
    read(path)
    return time.perf_counter() - start


def by_pandas(path: Path) -> object:
    return pd.read_json(path, lines=True)


def by_recli(path: Path) -> object:
    return JsonLines().read(Location(path), RatingsSource(path.name))


def main(n: int) -> None:
    made = reviews(n)
    lines = [json.dumps(one) for one in made]
    mixed = [json.dumps(made[0] | {"reviewerID": 7}), *lines[1:]]
    literals = [repr(one) for one in made[: n // 10]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reviews.jsonl"
        for name, content in (("JSON", lines), ("JSON, mixed types", mixed)):
            path.write_text("\n".join(content) + "\n")
            times = [(seconds(by_pandas, path), seconds(by_recli, path)) for _ in range(3)]
            pandas, recli = map(min, zip(*times, strict=True))
            print(
                f"{name}, {n:,} lines: pandas {pandas:.2f} s, recli {recli:.2f} s, "
                f"{pandas / recli:.2f} × the speed of pandas"
            )
        path.write_text("\n".join(literals) + "\n")
        print(f"Python, {len(literals):,} lines: recli {seconds(by_recli, path):.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
