"""Items in two dimensions: near are those that a model finds alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from recli.models.model import FittedModel

_MOST = 500
_FEWEST = 10  # for t-SNE to have neighbourhoods to keep
_PERPLEXITY = 30.0  # van der Maaten and Hinton (2008) find 5 to 50 to do


@dataclass(frozen=True, eq=False)
class ItemMap:
    """Items as points.

    Attributes:
        label: of the model
        points: float64[n, 2]
        names: n titles, ids where there is none
        categories: n first categories, "" for none; None where the dataset has no categories
        method: how the points were found
    """

    label: str
    points: np.ndarray
    names: list[str]
    categories: list[str] | None
    method: str


def item_map(model: FittedModel, n_most: int = _MOST) -> ItemMap:
    """The map of the items rated most, `n_most` at most.

    By t-SNE on the directions of the items' vectors (van der Maaten and Hinton 2008), always from
    the same start; principal components where items are too few for it.

    Args:
        model: a fitted model
        n_most: how many items are shown, the most popular

    Raises:
        UsageError: where the model has no vectors
    """
    trainset = model.trainset
    vectors = model.algorithm.embeddings()[1][trainset.inner_items]
    ordered = np.argsort(-trainset.ratings.item_counts, kind="stable")
    codes = ordered[~np.isnan(vectors[ordered]).any(axis=1)][:n_most]
    points, method = _projected(normalize(vectors[codes]), model.seed)
    ids = trainset.ratings.item_ids.text
    labels = None if model.items is None else model.items.first_labels()
    return ItemMap(
        model.configured.label,
        points,
        [model.title(code) or str(ids[code]) for code in codes.tolist()],
        None if labels is None else [labels[code] for code in codes.tolist()],
        method,
    )


def _projected(vectors: np.ndarray, seed: int) -> tuple[np.ndarray, str]:
    if len(vectors) >= _FEWEST:
        perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
        start = _components(vectors)
        # What t-SNE asks for: a start as narrow as this, or it never unfolds.
        start = 1e-4 * start / (np.std(start[:, 0]) or 1.0)
        tsne = TSNE(perplexity=perplexity, init=start, random_state=seed)
        # The threads of so few points wait for one another, and sum in another order on other machines.
        with threadpool_limits(1):
            found = tsne.fit_transform(vectors)
        return found.astype(np.float64), "t-SNE"
    return _components(vectors), "principal components"


def _components(vectors: np.ndarray) -> np.ndarray:
    """The first two principal components, float64[n, 2]; what is not there is 0."""
    n = min(2, *vectors.shape)
    found = np.zeros((len(vectors), 2))
    if len(vectors) > 1:
        found[:, :n] = PCA(n, svd_solver="full").fit_transform(vectors)
    return found
