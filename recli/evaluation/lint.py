"""What makes the numbers of a protocol say less than they seem to."""

from __future__ import annotations

from collections.abc import Sequence

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.evaluation.lint_checks import Checked, Finding
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol


def lint(
    dataset: Dataset, folds: Sequence[Fold], protocol: Protocol, line_up: Sequence[Configured]
) -> tuple[Finding, ...]:
    """What to mend or to keep in mind before the numbers of a protocol are believed.

    Each kind at most once, with its counts over all folds; 'recli list lint' has them all.

    Args:
        dataset: the ratings, and what is known of items and users
        folds: what the split makes of the dataset
        protocol: how the line-up is compared
        line_up: what is compared

    >>> from recli.data.load import load
    >>> from recli.data.splits.k_fold import KFold
    >>> dataset, protocol = load("movielens-small"), Protocol(KFold(5), (Measure.parse("ndcg"),), 4.0, 0)
    >>> found = lint(dataset, protocol.split.folds(dataset), protocol, [Configured.of("svd")])
    >>> [finding.code for finding in found]
    ['future', 'no-baseline']
    """
    checked = Checked(dataset, folds, protocol, line_up)
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
