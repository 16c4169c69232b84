"""The manifest of a stored model: what it is, and the checksums of its parts."""

# Annotations are no texts here: by those, TypedDict would not tell which keys are required.
from typing import Any, NotRequired, TypedDict


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
    dataset: dict[str, Any]
    origin: dict[str, Any]
    lists: NotRequired[dict[str, Any]]
    scale: list[float]
    time_unit: NotRequired[str]
    implicit: NotRequired[bool]
    mean: float
    threshold: float | None
    refit: bool
    pickled: bool
    state: dict[str, Any]
    index: NotRequired[dict[str, Any]]
    versions: dict[str, str]
    sha256: dict[str, str]
    seal: str


KEYS = tuple(
    key for key in Manifest.__annotations__ if key in Manifest.__required_keys__ and key != "schema"
)
"""What every manifest has, but for its format."""
