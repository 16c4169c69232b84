"""Two algorithms on the same users or on the same folds."""

from __future__ import annotations

import bisect
import functools
import math
from dataclasses import dataclass, field

import numpy as np
import scipy.special
import scipy.stats

from recli import errors
from recli.evaluation.significance._matched import matched, without_noise
from recli.evaluation.significance.influences import Influences

ALPHA = 0.05
POWER = 0.8
_EXACT_UP_TO = 50  # users, as in SciPy
_ROUNDING = 1e-15
_TIES = 1e-10
_MANY = range(2, 10**12)  # users


@dataclass(frozen=True)
class PairedTest:
    """How two algorithms differ in a number that is shown of each, over the same users.

    Attributes:
        n: users who have a part in the number of one of them
        difference: that of the first less that of the second, in units of the metric
        error: standard error of `difference`
        interval: 95 % confidence interval of `difference`
        t: `difference` in standard errors
        t_p: two-sided p of t
        d_z: effect size, `difference` in standard deviations of what users add to it
        added: what each user adds to it, float64[n], rounded; None where nothing is known
    """

    n: int
    difference: float
    error: float
    interval: tuple[float, float]
    t: float
    t_p: float
    d_z: float
    added: np.ndarray | None = field(default=None, repr=False, compare=False)

    @functools.cached_property
    def wilcoxon_p(self) -> float:
        """Two-sided p of the Wilcoxon signed-rank test, which is made when it is asked for."""
        return math.nan if self.added is None else _wilcoxon(self.added)

    @property
    def detectable(self) -> float:
        """The smallest true difference that four of five such tests find, at the level 0.05.

        (t₀.₉₇₅ + t₀.₈) standard errors, n - 1 degrees of freedom (Cohen, Statistical power analysis,
        1988, section 2.2), before anything is corrected for several pairs.
        """
        return _found_by(self.n) * self.error

    def users_needed(self, difference: float) -> int:
        """How many users it takes that four of five such tests find a difference, at the level 0.05.

        They are taken to be like those here, so that the standard error of n' users is √(n / n') times
        this one; see `detectable`.

        Args:
            difference: a true difference, in units of the metric, not 0
        """
        of_one = self.error * math.sqrt(self.n)

        def finds(n: int) -> bool:
            return _found_by(n) * of_one <= abs(difference) * math.sqrt(n)

        if not finds(_MANY[-1]):  # of so many, t is normal to the last digit
            return math.ceil((_found_by(_MANY[-1]) * of_one / abs(difference)) ** 2)
        return _MANY[bisect.bisect_left(_MANY, True, key=finds)]


@dataclass(frozen=True)
class FoldTest:
    """How the values of two algorithms differ over the same folds.

    Attributes:
        n: folds with a value of both
        difference: mean of a - b, in units of the metric
        t: statistic of the corrected resampled t-test and its two-sided p
        t_p: likewise
    """

    n: int
    difference: float
    t: float
    t_p: float


def paired(a: Influences, b: Influences) -> PairedTest:
    """Test, interval and effect size of the difference between two numbers that users make.

    With d_u the influence of user u on the difference, what it is less what it would be without them,

        s² = (n - 1) / n Σ d_u²

    is the jackknife's estimate of its variance, t = difference / s, with n - 1 degrees of freedom, and
    the interval is difference ± t₀.₉₇₅ s (Miller, The jackknife: a review, Biometrika 1974; for clusters
    of unequal size, as users with few and many ratings are, Hansen, Jackknife standard errors for
    clustered regression, 2022: it is that about the number itself, not the mean of those without a user).
    So the number that is tested is the number that is shown, whether it is a mean over users or of all
    ratings together, and over as many folds, repeats and seeds as there are: a user counts once, with all
    that they do to it. For the mean of one value of each user it is the paired t-test, to the last digit.

    Of the other ways, the delta method leaves out how much a user with many ratings draws the number to
    themselves: for 71 users of very unequal size it finds false differences in FCP 8 times of 100, the
    jackknife 5 times (`experiments/verdict_rates.py`, which measures both). The bootstrap over users asks
    for thousands of sums where this takes one for each user, and its p and interval depend on a seed.

    What is left to chance are the users, not the training: it is the algorithms as they were fitted here
    that differ by more than another draw of such users would explain.

    d_z is t / √n, for a mean over users its difference in standard deviations (Cohen, Statistical power
    analysis, 1988, section 2.3.5). The Wilcoxon test is that of what each user adds, difference +
    (n - 1) d_u, for a mean over users the difference of their values: whether these are symmetric about
    zero, which is another question than whether the numbers differ, and skewed ones are not (Ihemelandu
    and Ekstrand, Inference at scale, SIGIR 2023). It ranks zeros with the others and then drops their
    ranks (Pratt, Remarks on zeros and ties in the Wilcoxon signed rank procedures, JASA 1959); p is exact
    for up to 50 users, ties and zeros included, and for more by the normal distribution.

    What differs only in the last digits counts as equal. NaN for everything but the difference if fewer
    than two users have a part, or if without one of them there is no number. No user makes a difference:
    t and d_z are 0 and both p are 1 where there is none; else, all users being alike, t and d_z are
    infinite and t_p is 0.

    Args:
        a: of one algorithm
        b: of the other; the same users in the same order

    Raises:
        UsageError: if they differ in their number of users

    >>> one, other = np.array([0.9, 0.5, 0.7, 0.4]), np.array([0.6, 0.5, 0.5, 0.5])
    >>> test = paired(Influences.of_mean(one), Influences.of_mean(other))
    >>> round(test.difference, 3), round(test.t, 3), round(test.t_p, 3), round(test.d_z, 3)
    (0.1, 1.095, 0.353, 0.548)
    """
    if len(a.of_users) != len(b.of_users):
        lengths = sorted((len(a.of_users), len(b.of_users)))
        raise errors.UsageError(
            f"Influences of {lengths[0]:,} and {lengths[1]:,} users cannot be matched. Give both the "
            "same users in the same order, NaN where one has no part."
        )
    table = np.column_stack([a.of_users, b.of_users])
    table = np.nan_to_num(table[~np.isnan(table).all(axis=1)], nan=0.0, posinf=math.inf)
    n, difference, nan = len(table), a.value - b.value, math.nan
    if n < 2 or not (np.isfinite(table).all() and math.isfinite(difference)):
        return PairedTest(n, difference, nan, (nan, nan), nan, nan, nan)
    # What rounding alone leaves of two equal numbers. What a user adds has n times that.
    least = max(abs(a.value), abs(b.value), np.abs(table).max()) * _ROUNDING
    change = _rounded(table[:, 0] - table[:, 1], least)
    difference = float(_rounded(np.array(difference), least))
    error = math.sqrt((n - 1) / n * np.sum(change**2))
    t = difference / error if error else math.copysign(math.inf, difference) if difference else 0.0
    added = difference + (n - 1) * change
    margin = float(_quantile(1 - ALPHA / 2, n)) * error
    return PairedTest(
        n=n,
        difference=difference,
        error=error,
        interval=(difference - margin, difference + margin),
        t=t,
        t_p=float(2 * scipy.stats.t.sf(abs(t), n - 1)),
        d_z=t / math.sqrt(n),
        added=_rounded(added, np.abs(added).max() * _TIES),
    )


def _quantile(share: float, n: int) -> float:
    return float(scipy.special.stdtrit(n - 1, share))


def _found_by(n: int) -> float:
    """The difference that four of five tests of n users find, in standard errors."""
    return _quantile(1 - ALPHA / 2, n) + _quantile(POWER, n)


def _rounded(values: np.ndarray, least: float) -> np.ndarray:
    """To whole multiples of about `least`, a power of two; of 0 as they are."""
    unit = np.ldexp(1.0, np.frexp(least)[1])
    return np.round(values / unit) * unit if least else values


def corrected_resampled_t(a: np.ndarray, b: np.ndarray, test_share: float) -> FoldTest:
    """The t-test of the mean difference a - b over folds whose training sets overlap.

    t = d̄ / (s √(1/k + n_test / n_train)) with k - 1 degrees of freedom, over k folds (Nadeau and
    Bengio, Inference for the generalization error, Machine Learning 2003, section 4). The second
    term stands for the correlation of the folds, which share most of their training ratings; the
    paired t-test takes them for independent and finds differences far too often.

    Degenerate cases and near ties as for `paired`.

    Args:
        a: float64[n_folds], a metric's value on each fold; folds with a NaN are left out
        b: likewise
        test_share: n_test / (n_train + n_test), between 0 and 1: 0.2 for 5-fold cross-validation

    Raises:
        UsageError: if a and b differ in length and for a share that is not between 0 and 1

    >>> a, b = np.array([0.31, 0.33, 0.30, 0.32, 0.34]), np.array([0.30, 0.31, 0.30, 0.30, 0.31])
    >>> test = corrected_resampled_t(a, b, test_share=0.2)
    >>> round(test.difference, 3), round(test.t, 3), round(test.t_p, 3)
    (0.016, 2.092, 0.105)
    """
    if not 0 < test_share < 1:
        raise errors.UsageError(
            f"A test share of {test_share} is not between 0 and 1. "
            "Give 0.2 for 5-fold cross-validation, for example."
        )
    table, _ = matched([a, b])
    differences = without_noise(table[:, 0] - table[:, 1], table)
    n = len(differences)
    if n < 2:
        return FoldTest(n, math.nan, math.nan, math.nan)
    t, t_p = _t_test(differences, 1 / n + test_share / (1 - test_share))
    return FoldTest(n, float(differences.mean()), t, t_p)


def _t_test(differences: np.ndarray, variance_of_mean: float) -> tuple[float, float]:
    """Statistic and two-sided p; `variance_of_mean` in variances of one difference."""
    if not differences.any():
        return 0.0, 1.0
    if np.ptp(differences) == 0:
        return math.copysign(math.inf, differences[0]), 0.0
    t = differences.mean() / math.sqrt(variance_of_mean * differences.var(ddof=1))
    return float(t), float(2 * scipy.stats.t.sf(abs(t), len(differences) - 1))


def _wilcoxon(differences: np.ndarray) -> float:
    if not differences.any():
        return 1.0
    if len(differences) > _EXACT_UP_TO:
        return float(scipy.stats.wilcoxon(differences, zero_method="pratt").pvalue)
    # Either sign is as likely: the rank of a difference counts as positive or it does not. SciPy's
    # exact distribution takes no zeros, and to go through all signs takes it seconds.
    ranks = (2 * scipy.stats.rankdata(np.abs(differences))).astype(int)  # doubled, ties are whole
    signed = ranks[differences != 0]
    ways = np.zeros(signed.sum() + 1)  # ways[s]: choices of signs whose positive ranks sum to s
    ways[0] = 1
    for rank in signed:
        ways[rank:] += ways[:-rank].copy()
    positive = ranks[differences > 0].sum()
    smaller = min(positive, signed.sum() - positive)
    return float(min(1, 2 * ways[: smaller + 1].sum() / ways.sum()))
