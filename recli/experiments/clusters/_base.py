"""What a cluster is, and how an address finds its own."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar

from recli import errors, registry, urls

_Task = TypeVar("_Task")
_Found = TypeVar("_Found")


class Workers(abc.ABC):
    """Processes elsewhere that compute what they are sent.

    Attributes:
        address: the cluster, as it may be shown
        n_jobs: how many tasks are at work at once
    """

    address: str
    n_jobs: int
    _sent: tuple[tuple[object, ...], Any] | None = None

    @property
    def ahead(self) -> int:
        """How many tasks are sent before the first is done, so that no worker waits for its next."""
        return 2 * self.n_jobs

    def shared(self, make: Callable[..., object], *parts: object) -> Any:
        """What all tasks need, sent once: it is made and sent anew only where a part is another object.

        Args:
            make: makes of the parts what is sent, which can be pickled
            parts: are not changed afterwards

        Returns:
            What `each` takes in its place.
        """
        if self._sent is None or any(
            one is not other for one, other in zip(self._sent[0], parts, strict=True)
        ):
            self._sent = parts, self._send(make(*parts))
        return self._sent[1]

    @abc.abstractmethod
    def _send(self, what: object) -> Any:
        """A reference to something that each worker is to have."""

    @abc.abstractmethod
    def each(
        self, function: Callable[[Any, _Task], _Found], shared: Any, tasks: Iterator[_Task]
    ) -> Iterator[_Found]:
        """What the function makes of each task, in the order in which they finish.

        A task whose worker is lost is computed by another. Where the block that reads them is left,
        what is not finished is given up.

        Args:
            function: of a module that workers can import
            shared: its first argument, by what `shared` gave
            tasks: its second

        Raises:
            WorkerDiedError: where no worker is left, or a task has been the end of several
            RecliError: as the function does
        """


class Cluster(abc.ABC):
    """A kind of cluster. The name of its file is the scheme of its addresses.

    Attributes:
        summary: what it is, and how its addresses look
    """

    summary: ClassVar[str]

    @abc.abstractmethod
    def open(self, address: str) -> AbstractContextManager[Workers]:
        """The workers of a cluster, which stays when the block ends.

        Args:
            address: such as dask://host:8786

        Raises:
            UsageError: where nothing answers there, or there is no worker that can be used
        """


@contextlib.contextmanager
def opened(address: str | None) -> Iterator[Workers | None]:
    """The workers at an address until the block ends; None for no address.

    Args:
        address: such as dask://host:8786, or the name of a kind that needs no host

    Raises:
        MissingExtraError: where the package for it is missing
        UsageError: as `named` does; where nothing answers there, or there is no worker that can be used
    """
    if address is None:
        yield None
        return
    with named(address)().open(address) as workers:
        yield workers


def named(address: str) -> type[Cluster]:
    """The kind of the cluster at an address.

    Args:
        address: such as dask://host:8786, or the name of a kind that needs no host

    Raises:
        UsageError: for what is no address, or its scheme none of a cluster
    """
    if urls.is_url(address):
        return _kind(urls.scheme(address))
    try:
        return _kind(address)
    except errors.UsageError as error:
        raise errors.UsageError(f"{error} An address is like dask://HOST:8786.") from None


def _kind(name: str) -> type[Cluster]:
    found: type[Cluster] = registry.get("cluster", name)
    return found
