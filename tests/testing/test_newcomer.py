"""Somebody else's package is held to the contracts: what is right passes, what is wrong does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
GOOD = """\
import json

from arrows import Arrows
from backwards import Backwards
from every_nth import EveryNth
from first_hit import FirstHit
from lines import Lines
from names_alone import NamesAlone
from shelf import FILES, Shelf
from shrunk_mean import ShrunkMean
from worst_error import WorstError

from recli import testing


class TestShrunkMean(testing.AlgorithmContract):
    algorithm = ShrunkMean


class TestFirstHit(testing.MetricContract):
    metric = FirstHit
    perfect = 0.0


class TestFirstHitInTens(testing.MetricContract):
    metric = FirstHit
    options = {"unit": 10}


class TestWorstError(testing.MetricContract):
    metric = WorstError
    per_user = True


class TestEveryNth(testing.SplitContract):
    split = EveryNth
    random = False


class TestArrows(testing.FormatContract):
    format = Arrows
    content = b"ann>x=4\\nbob>y=2.5\\n"
    rows = [("ann", "x", 4.0), ("bob", "y", 2.5)]
    damaged = b"ann>x=4\\nbob=2.5\\n"


class TestNamesAlone(testing.ReportContract):
    report = NamesAlone


class TestLines(testing.WriterContract):
    writer = Lines

    def read(self, target):
        names, *rows = [json.loads(line) for line in open(target, encoding="utf-8")]
        return [dict(zip(names, row)) for row in rows]


class TestBackwards(testing.RerankerContract):
    reranker = Backwards
    options = {"kept": 2}


class TestShelf(testing.SourceContract):
    source = Shelf
    address = "shelf://ratings.csv"
    content = FILES["ratings.csv"]
    absent = "shelf://other.csv"
"""
BROKEN = """\
from pathlib import Path

from algorithms import ByChance, ByName, Denying, Forgetful, Spread, Timeless
from metrics import ByNumber, OutOfRange, Relative, WorstIsBest
from others import Careless, Changing, HalfWritten, Inventing, Silent
from splits import Backwards, Leaking, Unseeded

from recli import testing


class TestByChance(testing.AlgorithmContract):
    algorithm = ByChance


class TestForgetful(testing.AlgorithmContract):
    algorithm = Forgetful


class TestByName(testing.AlgorithmContract):
    algorithm = ByName


class TestSpread(testing.AlgorithmContract):
    algorithm = Spread


class TestDenying(testing.AlgorithmContract):
    algorithm = Denying


class TestTimeless(testing.AlgorithmContract):
    algorithm = Timeless


class TestOutOfRange(testing.MetricContract):
    metric = OutOfRange


class TestByNumber(testing.MetricContract):
    metric = ByNumber


class TestWorstIsBest(testing.MetricContract):
    metric = WorstIsBest


class TestRelative(testing.MetricContract):
    metric = Relative


class TestOtherThanStated(testing.MetricContract):
    metric = WorstIsBest
    perfect = 1.0
    per_user = False


class TestLeaking(testing.SplitContract):
    split = Leaking


class TestBackwards(testing.SplitContract):
    split = Backwards


class TestUnseeded(testing.SplitContract):
    split = Unseeded


class TestCareless(testing.FormatContract):
    format = Careless
    content = b"ann>x=4\\nbob>y=2.5\\n"
    rows = [("ann", "x", 4.0), ("bob", "y", 2.5)]


class TestChanging(testing.ReportContract):
    report = Changing


class TestHalfWritten(testing.WriterContract):
    writer = HalfWritten

    def read(self, target):
        return [{"user": line} for line in Path(target).read_text(encoding="utf-8").splitlines()]


class TestInventing(testing.RerankerContract):
    reranker = Inventing


class TestSilent(testing.SourceContract):
    source = Silent
    address = "silent://there"
    content = b"here"
    absent = "silent://nowhere"
"""
# What of each contract is to fail at least, by the class of tests.
CAUGHT = {
    "ByChance": ["is_deterministic_by_seed", "refit_gives_what_a_fresh_fit_gives"],
    "ByName": ["names_of_items_do_not_matter"],
    "Forgetful": [
        "refit_gives_what_a_fresh_fit_gives",
        "every_parameter_changes_the_predictions",
    ],
    "Spread": ["odd_ratings_give_numbers_or_a_reason"],
    "Denying": ["goes_by_the_threshold_only_if_it_says_so"],
    "Timeless": ["a_model_of_sequences_goes_by_their_order"],
    "OutOfRange": [
        "is_a_number_within_its_range",
        "odd_data_give_numbers_or_what_is_documented",
        "perfect_value",
    ],
    "ByNumber": [
        "numbers_of_users_and_items_and_order_do_not_matter",
        "arguments_stay_as_they_are",
        "every_option_changes_the_value",
    ],
    "WorstIsBest": ["nothing_is_better_than_perfect"],
    "Relative": ["without_a_user_it_is_the_metric_of_the_others"],
    "OtherThanStated": ["perfect_value", "values_are_one_for_each_user"],
    "Leaking": ["folds_are_rows_and_apart"],
    "Backwards": ["of_a_user_nothing_later_is_learnt_than_tested"],
    "Unseeded": ["the_seed_alone_decides", "nothing_is_lost"],
    "Careless": ["nonsense_is_refused_or_read_and_never_a_crash", "reads_the_ratings"],
    "Changing": ["of_the_same_is_the_same", "leaves_the_run_as_it_is"],
    "HalfWritten": [
        "a_failure_leaves_the_target_as_it_was",
        "a_failure_leaves_nothing_where_nothing_was",
        "what_cannot_be_written_is_told",
    ],
    "Inventing": ["gives_items_that_it_was_given_each_once_with_their_scores"],
    "Silent": ["an_absent_file_is_told"],
}


def judged(folder: Path, modules: str, contracts: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of a folder outside the package: modules of these, and tests of them."""
    shutil.copytree(HERE / modules, folder, dirs_exist_ok=True)
    (folder / "test_mine.py").write_text(contracts, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rA", "--tb=line"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False
    )


def outcomes(said: str, outcome: str) -> set[tuple[str, str]]:
    """The class and the name of every test with this outcome."""
    return set(re.findall(rf"^{outcome} test_mine\.py::Test(\w+)::test_(\w+)", said, re.MULTILINE))


def test_what_keeps_to_the_contracts_passes(tmp_path):
    done = judged(tmp_path, "newcomer", GOOD)
    assert done.returncode == 0, done.stdout[-3000:]
    passed = outcomes(done.stdout, "PASSED")
    classes = set(re.findall(r"^class Test(\w+)", GOOD, re.MULTILINE))
    assert {cls for cls, _ in passed} == classes
    assert not outcomes(done.stdout, "SKIPPED")


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """What fails of the broken ones."""
    done = judged(tmp_path_factory.mktemp("broken"), "broken", BROKEN)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-3000:]
    return outcomes(done.stdout, "FAILED")


@pytest.mark.parametrize("cls", CAUGHT)
def test_what_does_not_is_caught(cls, broken):
    assert {(cls, name) for name in CAUGHT[cls]} <= broken


def test_without_pytest_it_is_said_what_is_missing(tmp_path):
    code = (
        "import sys\n"
        "sys.modules['pytest'] = None\n"
        "from recli import errors\n"
        "try:\n"
        "    import recli.testing\n"
        "except errors.MissingExtraError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    install = "Install it: pip install 'recli[testing]'\n"
    assert done.stdout == f"recli.testing needs pytest, which is not installed. {install}"
