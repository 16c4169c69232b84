"""What every format of reports keeps to."""

from __future__ import annotations

import copy
from typing import ClassVar

import pandas as pd
import pytest

from recli.experiments.reports._base import Report
from recli.testing._run import LABELS, run


class ReportContract:
    """The tests of a report; a subclass says which.

    Attributes:
        report: The class.
    """

    pytestmark = pytest.mark.filterwarnings("error")
    report: ClassVar[type[Report]]

    @pytest.fixture
    def subject(self) -> type[Report]:
        """The class under test."""
        return self.report

    def test_says_what_it_is(self, subject: type[Report]) -> None:
        assert issubclass(subject, Report), (
            "it is to be a subclass of recli.experiments.reports.Report"
        )
        assert subject.__doc__
        assert subject.suffix.startswith(".")

    def test_is_text_that_ends_with_its_last_line(self, subject: type[Report]) -> None:
        text = subject()([run()])
        assert text.strip()
        assert text.encode("utf-8").decode() == text
        assert "nan" not in text.lower().split()

    def test_names_the_run_and_the_algorithms(self, subject: type[Report]) -> None:
        text = subject()([run("first")])
        assert "first" in text
        assert LABELS[2] in text

    def test_has_every_run(self, subject: type[Report]) -> None:
        text = subject()([run("first"), run("second")])
        assert "first" in text
        assert "second" in text

    def test_of_the_same_is_the_same(self, subject: type[Report]) -> None:
        assert subject()([run()]) == subject()([run()])

    def test_leaves_the_run_as_it_is(self, subject: type[Report]) -> None:
        data, before = run(), run()
        document = copy.deepcopy(data.document)
        subject()([data])
        assert data.document == document
        for name in ("metrics", "per_user", "groups"):
            pd.testing.assert_frame_equal(getattr(data, name), getattr(before, name))
