"""How fast and how well the ten best of a million items are found.

python experiments/large_catalogue.py fit DIR [N_ITEMS N_USERS]
    draws interactions (categories, a long tail), fits ials to them and keeps its factors
python experiments/large_catalogue.py lists DIR ials|gaussian|directions [index]
    lists by all scores, and as recli makes them: rates on one thread, recall@10, what it takes before
python experiments/large_catalogue.py libraries DIR ials|gaussian|directions N_ITEMS
    usearch, hnswlib and faiss on so many of the items: the rate at each recall

`gaussian` are factors drawn independently, the worst case: of a million items, hundreds are nearly as
good as the best ten. `directions` are those of ials, each item's divided by its norm.
`libraries` takes `pip install usearch hnswlib faiss-cpu`.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from recli import memory
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.models.model import FittedModel, train
from recli.ranking import by_norm
from recli.ranking.indexing import indexed
from recli.ranking.lists import recommend, with_scores
from recli.ranking.request import Request

N_FACTORS, N_EPOCHS, TOP = 64, 8, 10
PER_USER, CATEGORIES = 80, 5000
SCORED, SEARCHED, ROUNDS = 32, 1024, 3


def fit(folder: str, n_items: str = "1000000", n_users: str = "200000") -> None:
    ratings = interactions(int(n_items), int(n_users))
    started = time.perf_counter()
    params = {"n_factors": N_FACTORS, "n_epochs": N_EPOCHS}
    model = train(dataset_of(ratings), Configured.of("ials", params), 0)
    seconds = time.perf_counter() - started
    print(f"{len(ratings):,} interactions; ials, {N_EPOCHS} epochs: {seconds:,.0f} s", flush=True)
    Path(folder).mkdir(parents=True, exist_ok=True)
    factors = model.algorithm.user_factors, model.algorithm.item_factors
    codes = model.trainset.user_codes, model.trainset.item_codes
    np.savez(
        Path(folder) / "ials.npz",
        users=factors[0].astype(np.float32),
        items=factors[1].astype(np.float32),
        n=[int(n_items), int(n_users)],
    )
    print(f"factors of {len(codes[0]):,} users and {len(codes[1]):,} items kept")


def interactions(n_items: int, n_users: int) -> Ratings:
    """Users like eight categories each; in a category, items are met with 1/rank; one in ten is noise."""
    rng = np.random.default_rng(0)
    category = rng.integers(0, CATEGORIES, n_items)
    order = np.argsort(category, kind="stable")
    first = np.searchsorted(category[order], np.arange(CATEGORIES + 1))
    liking = rng.permutation(1 / np.arange(1, CATEGORIES + 1) ** 0.7)
    liked = rng.choice(CATEGORIES, (n_users, 8), p=liking / liking.sum())
    weights = rng.dirichlet(np.ones(8), n_users).cumsum(axis=1)
    drawn = rng.random((n_users, PER_USER))
    which = np.stack([(weights[:, k, None] < drawn) for k in range(8)]).sum(axis=0).clip(0, 7)
    chosen = np.take_along_axis(liked, which, axis=1)
    size = first[chosen + 1] - first[chosen]
    rank = np.minimum((size ** rng.random(chosen.shape)).astype(int) - 1, size - 1).clip(0)
    items = order[np.minimum(first[chosen] + rank, n_items - 1)]
    noise = rng.random(items.shape) < 0.1
    items[noise] = rng.integers(0, n_items, np.count_nonzero(noise))
    pairs = np.unique(np.repeat(np.arange(n_users), PER_USER) * n_items + items.ravel())
    return Ratings(
        user_ids=Ids(np.array([str(user) for user in range(n_users)], object)),
        item_ids=Ids(np.array([str(item) for item in range(n_items)], object)),
        users=(pairs // n_items).astype(np.int32),
        items=(pairs % n_items).astype(np.int32),
        values=np.ones(len(pairs)),
        times=None,
        scale=(1.0, 1.0),
        implicit=True,
    )


def dataset_of(ratings: Ratings) -> Dataset:
    return Dataset("synthetic", Description("", Path(), RatingsSource()), ratings)


def factors_of(folder: str, kind: str) -> tuple[np.ndarray, np.ndarray, list[int]]:
    with np.load(Path(folder) / "ials.npz") as kept:
        users, items, n = kept["users"], kept["items"], kept["n"].tolist()
    if kind == "gaussian":
        rng = np.random.default_rng(1)
        users, items = (rng.standard_normal(each.shape, np.float32) for each in (users, items))
    elif kind == "directions":
        items /= np.maximum(np.linalg.norm(items, axis=1, keepdims=True), 1e-12)
    return users, items, n


def lists(folder: str, kind: str, index: str = "") -> None:
    users, items, n = factors_of(folder, kind)
    trainset = dataset_of(interactions(*n)).trainset()
    configured = Configured.of("ials", {"n_factors": N_FACTORS})
    algorithm = configured.create(0)
    state = {
        "liked_from": 1.0,
        "user_factors": users.astype(np.float64),
        "item_factors": items.astype(np.float64),
    }
    algorithm.restore(trainset, state)
    model = FittedModel(configured, algorithm, trainset, {"name": "synthetic"}, 0)
    rng = np.random.default_rng(2)
    asked = trainset.user_codes[rng.permutation(trainset.n_users)[:SEARCHED]].astype(np.int32)
    trainset.by_user  # noqa: B018
    started = time.perf_counter()
    by_norm.prepare(model)
    print(
        f"{kind}: {len(items):,} items; in order of norms in {time.perf_counter() - started:.1f} s"
    )
    if index:
        started = time.perf_counter()
        model, recall = indexed(model)
        seconds, kept = time.perf_counter() - started, model.index and model.index.document
        print(f"index built and tried in {seconds:,.0f} s: {kept}, recall {recall:.4f}", flush=True)
    candidates = rng.random(trainset.n_catalogue) < 0.1
    for what, request in (
        ("lists without what is seen", Request(asked, TOP)),
        ("lists of all", Request(asked, TOP, exclude_seen=False)),
        ("of a tenth of the items", Request(asked, TOP, candidates=candidates)),
        ("one user at a time", Request(asked, TOP)),
    ):
        compared(model, what, request)
    print(f"at most {memory.peak():,.0f} MiB")


def compared(model: FittedModel, what: str, request: Request) -> None:
    def searched(request: Request) -> np.ndarray:
        users = (
            np.array_split(request.users, len(request.users)) if "one" in what else [request.users]
        )
        made = [one.items for some in users for one in recommend(model, _for(request, some))]
        return np.concatenate(made)

    def scored(request: Request) -> np.ndarray:
        users = (
            np.array_split(request.users, len(request.users)) if "one" in what else [request.users]
        )
        made = [one.items for some in users for one, _ in with_scores(model, _for(request, some))]
        return np.concatenate(made)

    few = _for(request, request.users[:SCORED])
    searched(few), scored(few)
    ratios, rates = [], []
    for _ in range(ROUNDS):
        seconds, exact = timed(scored, few)
        quicker, found = timed(searched, request)
        rates.append((len(few.users) / seconds, len(request.users) / quicker))
        ratios.append(rates[-1][1] / rates[-1][0])
    hits = [len(np.intersect1d(*pair)) for pair in zip(exact, found[:SCORED], strict=True)]
    recall = sum(hits) / np.count_nonzero(exact >= 0)
    by_all, by_search = (statistics.median(column) for column in zip(*rates, strict=True))
    print(
        f"{what:28} all scores {by_all:7.1f}/s, recli {by_search:9.1f}/s: "
        f"{statistics.median(ratios):6.1f} times ({min(ratios):.1f} to {max(ratios):.1f}), "
        f"recall@10 {recall:.4f}",
        flush=True,
    )


def _for(request: Request, users: np.ndarray) -> Request:
    return Request(users, request.n, request.candidates, request.exclude_seen)


def timed(make: Callable[[Request], np.ndarray], request: Request) -> tuple[float, np.ndarray]:
    started = time.perf_counter()
    found = make(request)
    return time.perf_counter() - started, found


def libraries(folder: str, kind: str, n_items: str) -> None:
    users, items, _ = factors_of(folder, kind)
    rng = np.random.default_rng(3)
    items = np.ascontiguousarray(items[rng.permutation(len(items))[: int(n_items)]])
    queries = np.ascontiguousarray(users[rng.permutation(len(users))[:256]])
    started = time.perf_counter()
    scores = queries @ items.T
    last = np.partition(scores, -TOP, axis=1)[:, -TOP, None]
    exact = len(queries) / (time.perf_counter() - started)
    print(f"{kind}, {len(items):,} items; product and partition in float32: {exact:,.0f}/s")
    for name, seconds, size, search in built(items):
        print(f"{name}: built in {seconds:,.0f} s, {size / 1e6:,.0f} MB", flush=True)
        for depth in (16, 64, 256, 1024):
            started = time.perf_counter()
            found = search(queries, depth)
            rate = len(queries) / (time.perf_counter() - started)
            values = np.where(found >= 0, np.take_along_axis(scores, found, axis=1), -np.inf)
            recall = np.minimum((values >= last - 1e-6).sum(axis=1), TOP).mean() / TOP
            print(
                f"    {depth:5}: recall@10 {recall:.4f}, {rate:9,.0f}/s, {rate / exact:6.1f} times"
            )


Search = Callable[[np.ndarray, int], np.ndarray]


def built(items: np.ndarray) -> Iterator[tuple[str, float, float, Search]]:
    """Name, seconds to build, bytes and search of each library; 16 neighbours, of 128 tried."""
    import faiss
    import hnswlib
    from usearch.index import Index

    n, k = items.shape

    def of(make: Callable[[], Any]) -> tuple[float, Any]:
        started = time.perf_counter()
        index = make()
        return time.perf_counter() - started, index

    def by_usearch() -> Any:
        index = Index(ndim=k, metric="ip", dtype="f32", connectivity=16, expansion_add=128)
        index.add(np.arange(n), items, threads=1)
        return index

    seconds, graph = of(by_usearch)
    yield (
        "usearch, HNSW",
        seconds,
        graph.serialized_length,
        lambda q, d: graph.search(q, max(d, TOP), threads=1).keys.astype(np.int64),
    )

    def by_hnswlib() -> Any:
        index = hnswlib.Index("ip", k)
        index.init_index(n, M=16, ef_construction=128)
        index.add_items(items, num_threads=1)
        return index

    def of_hnswlib(queries: np.ndarray, depth: int) -> np.ndarray:
        hnsw.set_ef(depth)
        return hnsw.knn_query(queries, TOP, num_threads=1)[0].astype(np.int64)

    seconds, hnsw = of(by_hnswlib)
    yield "hnswlib, HNSW", seconds, hnsw.index_file_size(), of_hnswlib
    faiss.omp_set_num_threads(1)
    cells = int(4 * n**0.5)
    for spec, option in (
        ("HNSW16", "efSearch"),
        (f"IVF{cells},Flat", "nprobe"),
        (f"PQ{k}x4fs", ""),
    ):

        def by_faiss(spec: str = spec) -> Any:
            index = faiss.index_factory(k, spec, faiss.METRIC_INNER_PRODUCT)
            if "HNSW" in spec:
                index.hnsw.efConstruction = 128
            index.train(items[:200_000])
            index.add(items)
            return index

        seconds, index = of(by_faiss)

        def of_faiss(
            queries: np.ndarray, depth: int, index: Any = index, option: str = option
        ) -> np.ndarray:
            if option:
                faiss.ParameterSpace().set_index_parameter(index, option, depth)
            return index.search(queries, TOP if option else max(depth, TOP))[1]

        size = len(faiss.serialize_index(index))
        yield f"faiss, {spec}", seconds, size, of_faiss


if __name__ == "__main__":
    {"fit": fit, "lists": lists, "libraries": libraries}[sys.argv[1]](*sys.argv[2:])
