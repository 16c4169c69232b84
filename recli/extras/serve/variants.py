"""The models in service, each of which answers its share of the users."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence

from recli import errors
from recli.events.shown import FILE_NAME, Shown, ShownLists
from recli.events.split import UserSplit, named_twice
from recli.extras.serve.current import Current
from recli.extras.serve.settings import ServiceSettings

_LOG = logging.getLogger("recli.serve")
_SECONDS = 1.0


class Variants:
    """The models in service; mostly it is one.

    Where there are several, it is kept on disk to whom whose lists were shown.

    Attributes:
        split: who gets which
        several: whether there is more than one

    Args:
        settings: how the service is set up

    Raises:
        NotFoundError, DataError, UsageError: as `Current` does for any of the models; UsageError too
            for one that is named twice, and for models of ratings beside such of interactions
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._currents: dict[str, Current] = {}
        weights = {}
        for name, weight in settings.models.items():
            current = Current(settings, name)
            if current.loaded.name in self._currents:
                raise named_twice(current.loaded.name)
            self._currents[current.loaded.name] = current
            weights[current.loaded.name] = weight
        self.first = next(iter(self._currents.values()))
        self.split = UserSplit.of(weights)
        self.several = len(weights) > 1
        self._check_alike()
        self._shown = _Keeper(self.split.id, ShownLists(settings.results / FILE_NAME))

    def __iter__(self) -> Iterator[Current]:
        return iter(self._currents.values())

    def of_user(self, user: str | None) -> Current:
        """The model that answers a user; the first that was named for one without an id.

        Args:
            user: the raw id; None for somebody new
        """
        return self.first if user is None else self._currents[self.split.model(user)]

    def showed(self, model: str, user: str | None) -> None:
        """Remember that a user was shown a list, if that may be compared.

        Args:
            model: whose list it was
            user: the raw id; None for somebody new, who is not known again
        """
        if self.several and user is not None:
            self._shown.add(model, user)

    def watch(self) -> None:
        """Look after models and lists from now on, until `stop`."""
        for current in self:
            current.watch()
        if self.several:
            self._shown.start()

    def stop(self) -> None:
        """Look after nothing more; what was shown is on disk then."""
        for current in self:
            current.stop()
        if self.several:
            self._shown.stop()

    def _check_alike(self) -> None:
        kinds = {c.loaded.name: sorted(c.loaded.model.kinds) or "ratings" for c in self}
        if any(kind != kinds[self.first.loaded.name] for kind in kinds.values()):
            told = "\n".join(
                f"{name}: {kind if isinstance(kind, str) else ', '.join(kind)}"
                for name, kind in kinds.items()
            )
            raise errors.UsageError(
                f"Models that are served together should learn from the same kinds of events:\n{told}"
            )


class _Keeper:
    """Writes what was shown once a second, so that no answer waits for the disk.

    Args:
        split: `UserSplit.id`
        log: where it is kept
    """

    def __init__(self, split: str, log: ShownLists) -> None:
        self._split, self._log = split, log
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._new: dict[tuple[str, str], Shown] = {}
        self._thread = threading.Thread(target=self._often, name="recli-shown", daemon=True)

    def add(self, model: str, user: str) -> None:
        now = time.time()
        with self._lock:
            self._put([Shown(model, user, 1, now, now)])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._write()

    def _often(self) -> None:
        while not self._stopping.wait(_SECONDS):
            self._write()

    def _write(self) -> None:
        with self._lock:
            some, self._new = list(self._new.values()), {}
        if not some:
            return
        try:
            self._log.add(self._split, some)
        except (errors.RecliError, OSError) as error:
            _LOG.error("%s; it is tried again.", error)
            with self._lock:
                self._put(some)

    def _put(self, some: Sequence[Shown]) -> None:
        for one in some:
            key = one.model, one.user_id
            old = self._new.get(key, one)
            lists = one.lists + (old.lists if key in self._new else 0)
            self._new[key] = Shown(*key, lists, min(old.first, one.first), max(old.last, one.last))
