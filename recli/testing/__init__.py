"""Tests that every algorithm, metric, split and so on has to pass, as classes to inherit.

A package that brings its own has one class of tests for each, which pytest collects:

    from recli.testing import MetricContract

    class TestMine(MetricContract):
        metric = Mine
        perfect = 0.0

What the contract cannot know stands on the class as an expectation; its documentation names them. What
is tested needs no file and no network: the data are made in memory, the same ones everywhere.
"""

import pkgutil

from recli import errors

try:
    import pytest
except ModuleNotFoundError:
    raise errors.MissingExtraError(
        "recli.testing needs pytest, which is not installed. Install it: pip install 'recli[testing]'"
    ) from None

# So that a failed assertion says what was compared.
pytest.register_assert_rewrite(
    *(f"{__name__}.{file.name}" for file in pkgutil.iter_modules(__path__))
)

from recli.testing._data import small_dataset, with_items_renamed  # noqa: E402, what is rewritten comes after
from recli.testing.algorithm import AlgorithmContract  # noqa: E402
from recli.testing.format import FormatContract  # noqa: E402
from recli.testing.metric import MetricContract  # noqa: E402
from recli.testing.report import ReportContract  # noqa: E402
from recli.testing.reranker import RerankerContract  # noqa: E402
from recli.testing.source import SourceContract  # noqa: E402
from recli.testing.split import SplitContract  # noqa: E402
from recli.testing.writer import WriterContract  # noqa: E402

__all__ = [
    "AlgorithmContract",
    "FormatContract",
    "MetricContract",
    "ReportContract",
    "RerankerContract",
    "SourceContract",
    "SplitContract",
    "WriterContract",
    "small_dataset",
    "with_items_renamed",
]
