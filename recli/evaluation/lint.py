"""What makes the numbers of a protocol say less than they seem to."""

from __future__ import annotations

from collections.abc import Sequence

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.evaluation.lint_checks import Checked, Finding
from recli.evaluation.metric_names import Measure


def lint(
    dataset: Dataset,
    folds: Sequence[Fold],
    split: Split,
    measures: Sequence[Measure],
    threshold: float,
    line_up: Sequence[str],
    sampled_negatives: int = 0,
) -> tuple[Finding, ...]:
    """What to mend or to keep in mind before the numbers of a protocol are believed.

    Each kind at most once, with its counts over all folds; 'recli list lint' has them all.

    Args:
        dataset: the ratings, and what is known of items and users
        folds: what `split` makes of the dataset
        split: how the ratings are split
        measures: what is measured, the first orders
        threshold: the rating from which an item counts as liked
        line_up: names of the algorithms
        sampled_negatives: how many items are sampled to rank what is liked among; 0 for the catalogue

    >>> from recli.data.load import load
    >>> from recli.data.splits.k_fold import KFold
    >>> dataset, split = load("movielens-small"), KFold(5)
    >>> found = lint(dataset, split.folds(dataset), split, [Measure.parse("ndcg")], 4.0, ["svd"])
    >>> [finding.code for finding in found]
    ['future', 'no-baseline']
    """
    checked = Checked(dataset, folds, split, measures, threshold, line_up, sampled_negatives)
    return tuple(
        Finding(code, message)
        for code, check in registry.in_order("check")
        for message in check().messages(checked)
    )


def check_cutoffs(measures: Sequence[Measure], n_catalogue: int) -> None:
    """Check that no measure looks at more first places than the catalogue has items.

    Args:
        measures: what is measured
        n_catalogue: how many items the catalogue has

    Raises:
        UsageError: for one that does

    >>> check_cutoffs([Measure.parse("ndcg@20")], 12)
    Traceback (most recent call last):
    recli.errors.UsageError: ndcg@20: the catalogue has only 12 items. Take a cut-off of 12 or less.
    """
    wrong = [str(measure) for measure in measures if (measure.k or 0) > n_catalogue]
    if wrong:
        raise errors.UsageError(
            f"{', '.join(wrong)}: the catalogue has only {n_catalogue:,} items. "
            f"Take a cut-off of {n_catalogue} or less."
        )
