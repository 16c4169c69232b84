"""Executors of Spark, each cell a job of its own."""

from __future__ import annotations

import functools
import itertools
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from recli import errors, registry, urls
from recli.experiments.clusters import Cluster, Workers

_Task = TypeVar("_Task")
_Found = TypeVar("_Found")


class SparkCluster(Cluster):
    """A cluster of Spark; without an address that of spark-submit, or else this machine."""

    summary = "the executors of Spark, by spark://HOST:7077; by 'spark' those of spark-submit"

    @contextmanager
    def open(self, address: str) -> Iterator[Workers]:
        with registry.importing("--cluster", "'recli[spark]'"):
            import pyspark  # noqa: F401, to say first that it is missing

        from recli.extras.spark.session import session

        with session(address if urls.is_url(address) else "") as spark:
            yield _SparkWorkers(address, spark)


class _SparkWorkers(Workers):
    # joblib's backend for Spark (joblibspark 0.6) gives nothing before everything is finished.
    def __init__(self, address: str, spark: Any) -> None:
        from recli.extras.spark.session import cores

        self.address, self.n_jobs = address, cores(spark)
        self._context = spark.sparkContext

    def _send(self, what: object) -> Any:
        return self._context.broadcast(what)

    def each(
        self, function: Callable[[Any, _Task], _Found], shared: Any, tasks: Iterator[_Task]
    ) -> Iterator[_Found]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        group = f"recli-{uuid.uuid4()}"
        run = functools.partial(_or_error, function, shared)

        def found(task: _Task) -> _Found | errors.RecliError:
            self._context.setJobGroup(group, "cells of recli", interruptOnCancel=True)
            [one] = self._context.parallelize([task], 1).map(run).collect()
            return one  # type: ignore[no-any-return]

        with ThreadPoolExecutor(self.n_jobs) as pool:
            try:
                pending = {
                    pool.submit(found, task) for task in itertools.islice(tasks, self.n_jobs)
                }
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    pending |= {
                        pool.submit(found, task) for task in itertools.islice(tasks, len(done))
                    }
                    for one in (future.result() for future in done):
                        if isinstance(one, errors.RecliError):
                            raise one
                        yield one
            except (PySparkException, Py4JError) as error:
                raise errors.WorkerDiedError(
                    f"Spark gave up a cell: {str(error).splitlines()[0]} An executor may have run out of "
                    "memory. What was finished is kept: the same command goes on from there."
                ) from error
            finally:
                self._context.cancelJobGroup(group)


def _or_error(
    function: Callable[[Any, _Task], _Found], shared: Any, task: _Task
) -> _Found | errors.RecliError:
    """Spark tells of what is raised by its text alone."""
    try:
        return function(shared.value, task)
    except errors.RecliError as error:
        return error
