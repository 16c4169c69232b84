"""How fast lists are made, and in how much memory.

python experiments/recommend_speed.py lists ml-100k       recli and implicit on the same SVD
python experiments/recommend_speed.py neighbours ml-1m    item-based k-NN, all users
python experiments/recommend_speed.py cold ml-100k svd embedding-dot
                                                          one user from stored models, new processes
python experiments/recommend_speed.py memory 1000000 50000 20000
                                                          users × items of a synthetic model of 64
                                                          factors; lists of so many of the users
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recli import memory, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.ratings import Ratings
from recli.data.trainset import by_user
from recli.models import model as models
from recli.models.model import FittedModel
from recli.ranking.lists import recommend
from recli.ranking.output import written
from recli.ranking.request import Request
from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows
from recli.ranking.writers._base import Target

REPEATS = 15
TOP = 10


def lists(name: str) -> None:
    """Top-10 of all users by SVD: recli, recli with a Parquet file, and implicit's `recommend`."""
    model = models.train(load(name), Configured.of("svd"), 0)
    everybody = Request(np.arange(model.trainset.n_users), TOP)

    def to_a_file() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for _ in to_parquet(model, everybody, folder):
                pass

    _measured(
        {
            "recli": lambda: list(recommend(model, everybody)),
            "recli, to Parquet": to_a_file,
            **_implicit(model),
        },
        model.trainset.n_users,
    )


def to_parquet(model: FittedModel, request: Request, folder: str) -> Iterator[Rows]:
    """The lists on their way to a file, as `recli recommend --output` writes them."""
    rows = (Rows.of(model, some, request.sort) for some in recommend(model, request))
    tables = RowTables(model, "svd", datetime.now(UTC))
    return written(rows, tables, Target.of(f"{folder}/lists.parquet"))


def _implicit(model: FittedModel) -> dict[str, Callable[[], object]]:
    """The peer's `recommend` on the same factors; biases are a factor more."""
    import implicit
    import scipy.sparse
    import threadpoolctl

    warnings.simplefilter("ignore")  # it warns of threads of BLAS, which are limited below
    trainset, svd = model.trainset, model.algorithm
    indptr, items, values = by_user(trainset)
    shape = trainset.n_users, trainset.n_items
    seen = scipy.sparse.csr_matrix((values.astype(np.float32), items, indptr), shape)
    seen.sort_indices()
    everybody = np.arange(trainset.n_users)

    def peer(dtype: type, threads: int) -> Callable[[], object]:
        peer = implicit.als.AlternatingLeastSquares(factors=100, num_threads=threads)
        peer.user_factors = np.hstack([svd.pu, np.ones((len(svd.pu), 1))]).astype(dtype)
        peer.item_factors = np.hstack([svd.qi, svd.bi[:, None]]).astype(dtype)

        def recommended() -> object:
            with threadpoolctl.threadpool_limits(1, "blas"):
                return peer.recommend(everybody, seen, N=TOP, filter_already_liked_items=True)

        return recommended

    return {
        f"implicit {dtype.__name__}, {threads} threads": peer(dtype, threads)
        for dtype in (np.float32, np.float64)
        for threads in (1, 2)
    }


def neighbours(name: str) -> None:
    """Top-10 of all users by item-based k-NN, on one core and on two."""
    given = {"sim_options.user_based": "false"}
    model = models.train(load(name), Configured.of("knn-basic", given), 0)
    everybody = Request(np.arange(model.trainset.n_users), TOP)
    some = Request(everybody.users[:100], TOP)
    list(recommend(model, some))  # compiles
    for threads in (1, 2):
        started, cpu = time.perf_counter(), time.process_time()
        list(recommend(model, everybody, threads=threads))
        print(
            f"{model.trainset.n_users:,} users × {model.trainset.n_items:,} items, {threads} threads: "
            f"{time.perf_counter() - started:.1f} s, {time.process_time() - cpu:.1f} s of one core"
        )


def cold(name: str, *algorithms: str) -> None:
    """One user from stored models, SVD's if none are named, each time as a process of its own.

    Seconds are those of the processor.
    """
    dataset = load(name)
    user = dataset.ratings.user_ids.text[0]
    with tempfile.TemporaryDirectory() as folder:

        def process(algorithm: str) -> Callable[[], object]:
            # How long it was trained does not change how long it takes.
            parameters = {
                parameter.name for parameter in registry.get("algorithm", algorithm).parameters
            }
            given = {"n_epochs": 1} if "n_epochs" in parameters else {}
            models.save(
                models.train(dataset, Configured.of(algorithm, given), 0), Path(folder), algorithm
            )
            recli = [sys.executable, "-m", "recli"]
            command = [*recli, "recommend", "-u", user, "-m", algorithm, "--results", folder, "-q"]
            return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603

        ways = {algorithm: process(algorithm) for algorithm in algorithms or ("svd",)}
        _measured(ways, 1, _cpu_of_processes)


def _cpu_of_processes() -> float:
    """Seconds of the processor that ended processes have taken."""
    taken = os.times()
    return taken.children_user + taken.children_system


def memory_of(n_users: str, n_items: str, n_asked: str) -> None:
    """The most memory held while the first users of a large synthetic model get their lists."""
    model = synthetic(int(n_users), int(n_items), n_factors=64)
    request = Request(np.arange(int(n_users)), TOP)
    print(f"model in memory: at most {memory.peak():,.0f} MiB until then", flush=True)
    done, started = 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for rows in to_parquet(model, request, folder):
            before, done = done, done + len(rows.lists.users)
            if done // 2000 > before // 2000:
                rate = done / (time.perf_counter() - started)
                print(
                    f"{done:9,} users, {memory.peak():7,.0f} MiB, {rate:,.0f} a second", flush=True
                )
            if done >= int(n_asked):
                break


def synthetic(n_users: int, n_items: int, n_factors: int) -> FittedModel:
    """Ten ratings a user, and an SVD that has never been fitted."""
    rng = np.random.default_rng(0)
    ratings = Ratings(
        user_ids=Ids(np.array([str(user) for user in range(n_users)], object)),
        item_ids=Ids(np.array([str(item) for item in range(n_items)], object)),
        users=np.repeat(np.arange(n_users, dtype=np.int32), 10),
        items=rng.integers(0, n_items, 10 * n_users, dtype=np.int32),
        values=rng.integers(1, 6, 10 * n_users).astype(float),
        times=None,
        scale=(1.0, 5.0),
    )
    dataset = Dataset("synthetic", Description("", Path(), RatingsSource()), ratings)
    trainset, configured = dataset.trainset(), Configured.of("svd", {"n_factors": n_factors})
    state = {
        "pu": rng.normal(0, 0.1, (trainset.n_users, n_factors)),
        "qi": rng.normal(0, 0.1, (trainset.n_items, n_factors)),
        "bu": rng.normal(0, 0.3, trainset.n_users),
        "bi": rng.normal(0, 0.3, trainset.n_items),
    }
    algorithm = configured.create(0)
    algorithm.restore(trainset, state)
    return FittedModel(configured, algorithm, trainset, {"name": "synthetic"}, 0)


def _measured(
    ways: dict[str, Callable[[], object]],
    n_users: int,
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Print least and median seconds of each; they take turns, so that all meet the same machine."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _, (way, run) in itertools.product(range(REPEATS + 1), ways.items()):
        started = clock()
        run()
        seconds[way].append(clock() - started)
    first, *_ = seconds.values()
    for way, measured in seconds.items():
        least, median = min(measured[1:]), statistics.median(measured[1:])  # the first compiles
        ratios = np.divide(measured[1:], first[1:])
        low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
        print(
            f"{way:28} least {least:.4f} s, median {median:.4f} s, {n_users / median:,.0f} users a "
            f"second; of the first {middle:.3f} ({low:.3f} to {high:.3f})"
        )


if __name__ == "__main__":
    {"lists": lists, "neighbours": neighbours, "cold": cold, "memory": memory_of}[sys.argv[1]](
        *sys.argv[2:]
    )
