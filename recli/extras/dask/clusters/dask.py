"""Workers of Dask."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from recli import errors, registry
from recli.experiments.clusters import Cluster, Workers

if TYPE_CHECKING:
    import distributed

_PATIENCE = 10.0  # seconds: for an answer, for a first worker, between two looks at them
_ALONE = 60.0  # seconds without any worker until nobody waits any longer
_Task = TypeVar("_Task")
_Found = TypeVar("_Found")


class DaskCluster(Cluster):
    """A scheduler of Dask and its workers, each with one thread."""

    summary = "the workers of a Dask scheduler, by dask://HOST:PORT"

    @contextmanager
    def open(self, address: str) -> Iterator[Workers]:
        with registry.importing("--cluster", "'recli[dask]'"):
            import distributed

        at = "tcp://" + address.partition("://")[2]
        try:
            asyncio.run(_answers(at))
        except ValueError:
            raise errors.UsageError(f"{address} is not of the form dask://HOST:PORT.") from None
        except OSError as error:  # so is a timeout
            raise errors.UsageError(
                f"No Dask scheduler answers at {address}{f': {error}' if str(error) else ''}. Start one: "
                "'dask scheduler'."
            ) from None
        with distributed.Client(at, timeout=_PATIENCE, set_as_default=False) as client:
            yield _DaskWorkers(client, address, at)


async def _answers(at: str) -> None:
    """Ask who is there. A client (distributed 2026.8) waits for ever where something else listens."""
    import distributed

    async with asyncio.timeout(_PATIENCE), distributed.rpc(at) as scheduler:
        await scheduler.identity()


class _DaskWorkers(Workers):
    def __init__(self, client: distributed.Client, address: str, at: str) -> None:
        self.client, self.address = client, address
        threads = self._waited_for(at)
        several = [worker for worker, n in threads.items() if n > 1]
        if several:
            raise errors.UsageError(
                f"{several[0]} computes with {threads[several[0]]} threads, in which algorithms would "
                "disturb each other. Start workers with one each: 'dask worker "
                f"{at} --nworkers {threads[several[0]]} --nthreads 1'."
            )
        self.n_jobs = len(threads)

    def _send(self, what: object) -> Any:
        return self.client.scatter(what, broadcast=True, hash=False)

    def each(
        self, function: Callable[[Any, _Task], _Found], shared: Any, tasks: Iterator[_Task]
    ) -> Iterator[_Found]:
        from distributed import CancelledError, KilledWorker

        def sent(n: int) -> list[Any]:
            return [
                self.client.submit(function, shared, task, pure=False)
                for task in itertools.islice(tasks, n)
            ]

        pending = sent(self.ahead)
        try:
            while pending:
                done = self._some_done(pending)
                pending = [future for future in pending if future not in done]
                pending += sent(len(done))
                for future in done:
                    yield future.result()
        except KilledWorker as error:
            raise errors.WorkerDiedError(
                f"A cell was the end of several workers of {self.address}, most often for lack of "
                f"memory: {str(error).splitlines()[0]}"
            ) from error
        except CancelledError as error:
            raise errors.WorkerDiedError(
                f"The scheduler at {self.address} is gone, or has lost the data. What was finished is "
                "kept: the same command goes on from there."
            ) from error
        finally:
            self.client.cancel(pending)

    def _some_done(self, pending: list[Any]) -> list[Any]:
        from distributed import wait

        alone = 0.0
        while True:
            try:
                with self.client.as_current():
                    found = wait(pending, timeout=_PATIENCE, return_when="FIRST_COMPLETED")
                return list(found.done)
            except TimeoutError:
                alone = 0.0 if self.client.nthreads() else alone + _PATIENCE
            if alone >= _ALONE:
                raise errors.WorkerDiedError(
                    f"No worker of {self.address} is left. What was finished is kept: start some, and "
                    "the same command goes on from there."
                )

    def _waited_for(self, at: str) -> dict[str, int]:
        """Threads by worker, once there is one."""
        try:
            self.client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise errors.UsageError(
                f"The Dask scheduler at {self.address} has no worker. Start some: 'dask worker {at} "
                "--nworkers 4 --nthreads 1'."
            ) from None
        found: dict[str, int] = self.client.nthreads()
        return found
