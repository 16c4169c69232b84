"""The model that answers, and the one that takes its place."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from recli import errors
from recli.extras.serve.answers import Answers
from recli.extras.serve.self_test import check
from recli.extras.serve.settings import ServiceSettings
from recli.models import model as models
from recli.models.fold_in import most_popular
from recli.models.model import FittedModel
from recli.models.search import TitleSearch
from recli.models.stored import MODELS
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import remembered

_LOG = logging.getLogger("recli.serve")
_SECONDS = 1.0
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model that passed its self-test, with the answers that it gave.

    Attributes:
        name: the name
        model: a fitted model
        quick: whether to make a list takes no longer than the way to another thread and back
        version: the beginning of the manifest's SHA-256, so that equal versions are equal models
        trained: when it was trained
        loaded: when it was loaded
        answers: answers that are remembered
    """

    name: str
    model: FittedModel
    quick: bool
    version: str
    trained: datetime
    loaded: datetime
    answers: Answers

    @functools.cached_property
    def popular(self) -> FittedModel:
        """What most users like, for one of whom nothing is known."""
        return most_popular(self.model)

    @functools.cached_property
    def lists(self) -> ListOptions:
        """How lists are made where a request does not say otherwise."""
        return remembered(self.model)

    @functools.cached_property
    def search(self) -> TitleSearch:
        """The items by their titles."""
        return TitleSearch(self.model)


@dataclass(frozen=True)
class Refused:
    """A model that was published and not taken.

    Attributes:
        at: when
        reason: why
    """

    at: datetime
    reason: str


class Current:
    """The model of a folder under results/models, looked at every second, taken when it has changed.

    A new one is loaded beside the old and tested; then `loaded` becomes the new one at once, and what
    was begun with the old ends with it. One that cannot be loaded or fails its test is refused: the
    old one stays, and it stays too where the folder is gone.

    refused: the last model that was not taken, None if it has been replaced by a better one
    gone: whether the folder holds no model any more
    taken, n_refused: how many models were taken since the start, and how many refused
    also: who else is told of each that was taken

    Args:
        settings: how the service is set up
        name: the name
    """

    also: Callable[[Loaded], None] | None = None

    def __init__(self, settings: ServiceSettings, name: str) -> None:
        """Load the model. Raises NotFoundError, DataError and UsageError as `models.load` does."""
        self._folder = MODELS.find(settings.results, name)
        self._settings = settings
        self._stamp = self._now()
        self.loaded = self._load()
        self.refused: Refused | None = None
        self.gone = False
        self.taken = self.n_refused = 0
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None

    def watch(self) -> None:
        """Look at the folder from now on, until `stop`."""
        self._watch = threading.Thread(target=self._look_often, name="recli-models", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join()

    @property
    def watches(self) -> bool:
        """Whether a model that is published would be seen; False once looking has ended by itself."""
        return self._watch is None or self._watch.is_alive() or self._stopping.is_set()

    def _look_often(self) -> None:
        while not self._stopping.wait(_SECONDS):
            self.look()

    def look(self) -> None:
        """Take the model in the folder if it is another than was last looked at."""
        stamp = self._now()
        self.gone = stamp is None
        if stamp is None or stamp == self._stamp:
            return
        try:
            loaded = self._load()
        # Whatever a model does when it is loaded, the one that answers goes on and the next may be good.
        except Exception as error:  # noqa: BLE001
            if self._now() != stamp:
                return  # replaced while it was read: another look will tell
            self._stamp = stamp
            self.n_refused += 1
            known = isinstance(error, errors.RecliError)
            reason = str(error) if known else f"{type(error).__name__}: {error}"
            self.refused = Refused(datetime.now(UTC), reason)
            told = "%s was refused, %s goes on: %s"
            _LOG.error(told, self._folder, self.loaded.version, reason, exc_info=not known)
            return
        self._stamp = stamp
        self.loaded, self.refused = loaded, None
        self.taken += 1
        _LOG.warning("%s: version %s answers from now on.", self._folder, loaded.version)
        if self.also is not None:
            self.also(loaded)

    def _load(self) -> Loaded:
        about = models.about(self._folder)
        if about["pickled"]:
            raise errors.UsageError(
                f"{self._folder}: holds a pickle, and a server reads none. Train the model without "
                "'--allow-pickle'."
            )
        model = models.load(self._folder, allow_code=self._settings.allow_code)
        quick = check(model)
        return Loaded(
            self._folder.name,
            model,
            quick,
            about["seal"][:12],
            datetime.fromisoformat(about["trained"]),
            datetime.now(UTC),
            Answers(self._settings.remembered),
        )

    def _now(self) -> _Stamp:
        """What changes when a model is published; None where there is none."""
        try:
            manifest = (self._folder / MODELS.document).stat()
        except OSError:
            return None
        return manifest.st_mtime_ns, manifest.st_ino, manifest.st_size
