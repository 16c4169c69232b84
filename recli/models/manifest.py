"""The manifest of a stored model: what it is, and the checksums of its parts."""

# Annotations are no texts here: by those, TypedDict would not tell which keys are required.
from typing import Any, NotRequired, TypedDict


class AboutDataset(TypedDict):
    """What a model has learned from.

    Attributes:
        name: the name of the dataset
        fingerprint: of its ratings
        kinds: of interactions, the weights of their kinds
    """

    name: str
    fingerprint: str
    kinds: NotRequired[dict[str, float]]


class AboutRun(TypedDict):
    """What an evaluation has found of the algorithm.

    Attributes:
        run: the id of the run
        split: by which it was measured
        metrics: what was measured, by metric
    """

    run: str
    split: str
    metrics: dict[str, float | None]


class AboutRefresh(TypedDict):
    """Which refresh has made the model, see `LearnedEvents`.

    Attributes:
        run: the id of the refresh
        begun_from: the fingerprint of the dataset that it was begun from
        log: the id of the event log
        through: the position of the last event that was looked at
    """

    run: str
    begun_from: str
    log: str
    through: int


class AboutOrigin(TypedDict, total=False):
    """Where a model comes from, each if known.

    Attributes:
        params: where its parameters come from, such as a study and its best value
        run: what an evaluation has found of it
        refresh: which refresh has made it
        lists: how good its lists are, see `ListQuality`
    """

    params: dict[str, Any]
    run: AboutRun
    refresh: AboutRefresh
    lists: dict[str, Any]


class AboutLists(TypedDict, total=False):
    """What says how lists are made and is more than a value, see `ListOptions.document`.

    Attributes:
        candidates: ids of the items to choose from; no file of them, which is for those who type
        exclude: ids of items to leave out
        rerank: re-rankers with their options
    """

    candidates: list[str]
    exclude: list[str]
    rerank: list[str]


class AboutIndex(TypedDict):
    """What an index of items promises, see `ItemIndex`.

    Attributes:
        depth: how many candidates it is asked for
        recall: the share of exact lists that is found by them
        users: of how many users that was measured
    """

    depth: int
    recall: float
    users: int


class Manifest(TypedDict):
    """What `model.json` says.

    Attributes:
        schema: the format of the folder
        algorithm: the name of the algorithm, or `module:Class`
        params: every parameter of it that matters
        seed: that of the fit
        trained: when, ISO 8601
        dataset: its name and fingerprint; of interactions the weights of their kinds
        origin: where the parameters come from, what the lists were worth, which refresh it was
        lists: how its lists are made where nobody says otherwise, as `ListOptions.document` has it;
            models of older versions made them by their scores alone
        scale: the lowest and the highest rating
        time_unit: the unit of the times; models of older versions knew no other than seconds
        implicit: whether it has learned from interactions rather than ratings
        mean: the mean rating
        threshold: from here on a rating counts as liked
        refit: whether the state is not stored, and the algorithm is fitted again
        pickled: whether a class of the user's own is pickled
        state: what the algorithm has learned, but for its arrays
        index: how many candidates the index of its items is asked for, what share of exact lists it
            finds by them, and of how many users that was measured; without one there is no index
        versions: of recli, Python and the packages that wrote it
        sha256: by part, its checksum, hexadecimal
        seal: the checksum of all of this but itself
    """

    schema: int
    algorithm: str
    params: dict[str, Any]
    seed: int
    trained: str
    dataset: AboutDataset
    origin: AboutOrigin
    lists: NotRequired[AboutLists]
    scale: list[float]
    time_unit: NotRequired[str]
    implicit: NotRequired[bool]
    mean: float
    threshold: float
    refit: bool
    pickled: bool
    state: dict[str, Any]
    index: NotRequired[AboutIndex]
    versions: dict[str, str]
    sha256: dict[str, str]
    seal: str


KEYS = tuple(
    key for key in Manifest.__annotations__ if key in Manifest.__required_keys__ and key != "schema"
)
"""What every manifest has, but for its format."""
