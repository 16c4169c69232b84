"""Small tables of one fold that a report shows beside the metrics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.predictions import Predictions
from recli.kernels.mixing import mixed

MOST_VALUES = 20
N_BANDS = 10


def error_by_rating(
    statistics: TrainingStatistics, predictions: Predictions
) -> tuple[tuple[float, int, float, float], ...]:
    """For each true rating: the rating, how many there are, their mean error, and their MAE.

    An error is r̂ - r in units of the rating: above 0, what was given this rating is predicted too
    high. Of more than 20 different ratings in the dataset the scale is cut into ten bands of equal
    width instead, each with the rating in its middle; a rating on the edge belongs to the band
    above. Ratings or bands that the test lacks are left out; ascending.

    Args:
        statistics: what the training ratings and the item table show
        predictions: predicted ratings beside the true ones
    """
    truth, error = predictions.truth, predictions.estimate - predictions.truth
    different = np.sort(pd.unique(statistics.dataset.ratings.values))
    if len(different) <= MOST_VALUES:
        shown, which = different, np.searchsorted(different, truth)
    else:
        edges = np.linspace(*statistics.dataset.ratings.scale, N_BANDS + 1)
        shown = (edges[:-1] + edges[1:]) / 2
        which = np.searchsorted(edges[1:-1], truth, side="right")
    n = np.bincount(which, minlength=len(shown))
    sums = [np.bincount(which, of, len(shown)) for of in (error, np.abs(error))]
    return tuple(
        (float(shown[row]), int(n[row]), float(sums[0][row] / n[row]), float(sums[1][row] / n[row]))
        for row in np.flatnonzero(n)
    )


def exposure(
    statistics: TrainingStatistics, lists: EvaluatedLists
) -> tuple[tuple[float, float], ...]:
    """For each tenth of the catalogue: its share of the training ratings, and of all recommendations.

    The catalogue is ordered by training ratings, the most popular first, ties as they are drawn by
    when an item appears in the data, and cut into ten bands of as many items each (the first ones have
    one more where the number does not divide). The recommendations are all filled places of the lists.
    A system that recommends what is rated, in proportion, has two equal shares in every band. Nothing
    where nothing is recommended.

    Args:
        statistics: what the training ratings and the item table show
        lists: ranked lists beside the test ratings
    """
    rated = statistics.popularity
    shown = np.bincount(lists.items[lists.items >= 0], minlength=len(rated))
    if not shown.any():
        return ()
    drawn = mixed(statistics.dataset.ratings.item_ids.places)
    bands = np.array_split(np.lexsort((drawn, -rated)), N_BANDS)
    return tuple(
        (float(rated[band].sum() / rated.sum()), float(shown[band].sum() / shown.sum()))
        for band in bands
    )
