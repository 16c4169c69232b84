"""What holds for every split, the text of options, and what is said of bad ones."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from recli import errors, registry
from recli.data.splits._base import Split
from recli.data.splits.cold_items import ColdItems
from recli.data.splits.cold_users import ColdUsers
from recli.data.splits.group import Group
from recli.data.splits.k_fold import KFold
from recli.data.splits.last_n import LastN
from recli.data.splits.leave_one_out import LeaveOneOut
from recli.data.splits.predefined import Predefined
from recli.data.splits.repeated_k_fold import RepeatedKFold
from recli.data.splits.rolling import Rolling
from recli.data.splits.shuffle import Shuffle
from recli.data.splits.stratified import Stratified
from recli.data.splits.timeline import Timeline
from recli.params import Float, Int, Parameter
from recli.testing import SplitContract, small_dataset

NAMES = registry.names("split")


class TestEverySplit(SplitContract):
    @pytest.fixture(params=NAMES)
    def subject(self, request):
        return registry.get("split", request.param)

    @pytest.fixture
    def dataset(self):
        """The usual one, beside the files that `predefined` reads by default, which cut it in two."""
        dataset = small_dataset()
        ratings = dataset.ratings
        columns = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
        lines = [f"{u},{i},{r}\n" for u, i, r in zip(*columns, ratings.values, strict=True)]
        for name, chosen in (("train.csv", lines[:2000]), ("test.csv", lines[2000:])):
            Path(name).write_text("user,item,rating\n" + "".join(chosen), encoding="utf-8")
        return dataset


@pytest.mark.parametrize("cls", [KFold, Stratified, Group])
def test_as_many_folds_as_asked_for(cls, made):
    assert len(cls(7).folds(made(range(40)))) == 7


def test_those_by_time_ask_for_times(made):
    with pytest.raises(errors.DataError) as caught:
        Timeline().folds(made(range(5)))
    assert str(caught.value).startswith(
        "timeline splits by time, and the ratings of made have none. Say which column it is with "
        '`…, time="NAME"`, or take a split that needs no time: cold-items, cold-users, group, '
    )


@pytest.mark.parametrize(
    ("split", "n", "message"),
    [
        (KFold(5), 4, "4 ratings cannot be cut into 5 folds. Add ratings, or take fewer folds."),
        (KFold(2), 1, "1 rating cannot be cut into 2 folds. Add ratings, or take fewer folds."),
        (
            Stratified(3),
            2,
            "2 ratings cannot be cut into 3 folds. Add ratings, or take fewer folds.",
        ),
        (Group(4), 3, "3 users cannot be cut into 4 folds. Add users, or take fewer folds."),
        (
            Shuffle(2, 0.9),
            3,
            "shuffle:n_splits=2,test_size=0.9 leaves nothing to learn from in fold 1 of 2; there are "
            "3 ratings. Add ratings, or choose another test_size.",
        ),
        (
            LeaveOneOut(1, 1),
            3,
            "leave-one-out:n_splits=1,min_n_ratings=1 leaves nothing to learn from in fold 1 of 1; "
            "there are 3 ratings. Add ratings, or choose another min_n_ratings.",
        ),
        (
            LastN(3),
            3,
            "last-n:n=3,min_train=1 leaves nothing to test on in fold 1 of 1; there are 3 ratings "
            "from 1970-01-01 to 1970-01-03. Add ratings, or choose a smaller n or min_train.",
        ),
        (
            Timeline(at="1980-01-01"),
            3,
            "timeline:at=1980-01-01 leaves nothing to test on in fold 1 of 1; there are 3 ratings "
            "from 1970-01-01 to 1970-01-03. Choose another date or test_size.",
        ),
        (
            Rolling(3, 0.3),
            3,
            "rolling:n_splits=3,window=0.3 leaves nothing to learn from in fold 1 of 3; there are 3 "
            "ratings from 1970-01-01 to 1970-01-03. Take fewer windows or another size of them, or "
            "'timeline'.",
        ),
        (
            ColdUsers(0.1, given=1),
            3,
            "cold-users:test_size=0.1,given=1 leaves nothing to test on in fold 1 of 1; there are 3 "
            "ratings. Add users, or choose another test_size or given.",
        ),
        (
            ColdItems(0.9),
            3,
            "cold-items:test_size=0.9,given=0 leaves nothing to learn from in fold 1 of 1; there are "
            "3 ratings. Add items, or choose another test_size or given.",
        ),
    ],
    ids=str,
)
def test_an_empty_side(split, n, message, made):
    with pytest.raises(errors.DataError) as caught:
        split.folds(made(range(n), np.arange(n) * 86_400))
    assert str(caught.value) == message


def values(parameter: Parameter) -> st.SearchStrategy[object]:
    if isinstance(parameter, Int):
        return st.integers(int(parameter.low), 1000)
    if isinstance(parameter, Float):
        return st.floats(parameter.low, parameter.high)
    if parameter.name == "at":
        return st.none() | st.dates().map(datetime.date.isoformat)
    return st.text(min_size=1).filter(lambda text: text == text.strip() and "," not in text)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_text_and_back(name, data, seed):
    cls = registry.get("split", name)
    drawn = {
        p.name: data.draw(values(p), p.name) for p in cls.parameters if data.draw(st.booleans())
    }
    try:
        split = cls(**drawn, seed=seed)
    except errors.UsageError:  # two options at odds, or a file called none
        reject()
    assert Split.parse(str(split), seed) == split
    assert {name: getattr(split, name) for name in drawn} == drawn


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("k-fold", KFold()),
        ("KFold:n_splits=3", KFold(3)),
        ("k_fold:", KFold()),
        ("RepeatedKFold: n_splits=3, n_repeats=2", RepeatedKFold(3, 2)),
        ("last-n:n=5", LastN(5)),
        ("timeline:at=2001-02-28", Timeline(at="2001-02-28")),
        ("timeline:at=none,test_size=0.1", Timeline(0.1)),
        ("rolling:window=5e-2", Rolling(window=0.05)),
        ("predefined:train=u?.base,test=u?.test", Predefined("u?.base", "u?.test")),
        ("predefined:train=C:\\a=b\\*.csv", Predefined("C:\\a=b\\*.csv")),
    ],
)
def test_reads(text, split):
    assert Split.parse(text) == split
    assert Split.parse(text, 7) == dataclasses.replace(split, seed=7)


@pytest.mark.parametrize(
    ("split", "text"),
    [
        (KFold(), "k-fold:n_splits=5"),
        (Shuffle(3, 0.25, 9), "shuffle:n_splits=3,test_size=0.25"),
        (Shuffle(test_size=0.123456789), "shuffle:n_splits=5,test_size=0.123456789"),
        (Timeline(), "timeline:test_size=0.2"),
        (Timeline(at="2001-02-28"), "timeline:at=2001-02-28"),
        (Predefined("a*", "b*"), "predefined:train=a*,test=b*"),
    ],
)
def test_writes(split, text):
    assert str(split) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lastn5", "There is no split 'lastn5'. Did you mean 'last-n'? Valid: last-n, "),
        ("", "There is no split ''. Valid: "),
        (
            "last-n:m=5",
            "no parameter of last-n 'm'. Valid: min_train, n. 'recli show split last-n'",
        ),
        ("last-n:seed=5", "There is no parameter of last-n 'seed'."),
        (
            "last-n:5",
            "'last-n:5' is not NAME:OPTION=VALUE,OPTION=VALUE with each option once, as in ",
        ),
        ("last-n:n=5,n=6", "with each option once, as in 'last-n:n=1,min_train=1'."),
        ("last-n:n=5,", "'last-n:n=5,' is not NAME:OPTION=VALUE"),
        ("last-n:n=0", "n=0 is not valid: it takes a whole number ≥ 1 (default 1)."),
        ("last-n:min_train=-1", "min_train=-1 is not valid: it takes a whole number ≥ 0"),
        ("k-fold:n_splits=1", "n_splits=1 is not valid: it takes a whole number ≥ 2 (default 5)."),
        ("k-fold:n_splits=2.5", "n_splits=2.5 is not valid: it takes a whole number"),
        (
            "shuffle:test_size=1",
            "test_size=1 is not valid: it takes a number from 0.0001 to 0.9999",
        ),
        ("shuffle:test_size=0", "test_size=0 is not valid"),
        ("timeline:at=2001-02-29", "at=2001-02-29 is not valid: it takes a date as 2001-12-31"),
        ("timeline:at=20010228", "at=20010228 is not valid"),
        (
            "timeline:at=2001-02-28,test_size=0.1",
            "'test_size' of timeline only matters with at=none",
        ),
        ("rolling:window=0.2", "5 windows of 0.2 of the ratings each leave nothing to learn from"),
        ("predefined:train=", "train= is not valid: it takes file names with *"),
        ("predefined:train=a,b", "'predefined:train=a,b' is not NAME:OPTION=VALUE,OPTION=VALUE"),
    ],
)
def test_refuses(text, message):
    with pytest.raises(errors.UsageError) as caught:
        Split.parse(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (KFold, {"n_splits": 1}),
        (KFold, {"n_splits": True}),
        (Timeline, {"at": "soon"}),
        (Timeline, {"at": "2001-01-01", "test_size": 0.5}),
        (Rolling, {"n_splits": 10}),
        (Predefined, {"train": "a,b"}),
        (Predefined, {"test": " b"}),
    ],
)
def test_python_is_held_to_the_same_bounds(cls, options):
    with pytest.raises(errors.UsageError):
        cls(**options)


def test_python_is_read_as_text_is():
    assert repr(KFold(3.0)) == "KFold(n_splits=3, seed=0)"
    assert repr(Shuffle(test_size="0.5")) == "Shuffle(n_splits=5, test_size=0.5, seed=0)"
