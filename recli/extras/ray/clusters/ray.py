"""Workers of Ray."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from recli import errors, registry
from recli.experiments.clusters import Cluster, Workers

_Task = TypeVar("_Task")
_Found = TypeVar("_Found")


class RayCluster(Cluster):
    """A cluster of Ray, by the server that it has for clients; a cell has a core of it."""

    summary = "the workers of a Ray cluster, by ray://HOST:10001"

    @contextmanager
    def open(self, address: str) -> Iterator[Workers]:
        with registry.importing("--cluster", "'recli[ray]'"):
            import ray

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # what the error says
                context = ray.init(address, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise errors.UsageError(
                f"No Ray cluster answers at {address}: {str(error).splitlines()[0]}. Start one, 'ray "
                "start --head', and give the address of its server for clients, port 10001."
            ) from None
        with context:
            yield _RayWorkers(address)


class _RayWorkers(Workers):
    def __init__(self, address: str) -> None:
        import ray

        self.address = address
        self.n_jobs = int(ray.cluster_resources().get("CPU", 0))
        if not self.n_jobs:
            raise errors.UsageError(f"The Ray cluster at {address} has no cores: 'ray start' some.")

    def _send(self, what: object) -> Any:
        import ray

        return ray.put(what)

    def each(
        self, function: Callable[[Any, _Task], _Found], shared: Any, tasks: Iterator[_Task]
    ) -> Iterator[_Found]:
        import ray

        asked = ray.remote(num_cpus=1)(function)
        pending = [asked.remote(shared, task) for task in itertools.islice(tasks, self.ahead)]
        try:
            while pending:
                [done], pending = ray.wait(pending, num_returns=1)
                pending += [asked.remote(shared, task) for task in itertools.islice(tasks, 1)]
                yield ray.get(done)
        except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError) as error:
            raise errors.WorkerDiedError(
                f"A cell was the end of several workers of {self.address}, most often for lack of "
                f"memory: {str(error).splitlines()[0]}"
            ) from error
        except (ConnectionError, ray.exceptions.RaySystemError) as error:
            raise errors.WorkerDiedError(
                f"The Ray cluster at {self.address} is gone. What was finished is kept: the same command "
                "goes on from there."
            ) from error
        finally:
            for left in pending:
                ray.cancel(left)
