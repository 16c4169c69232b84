"""Who gets which of several models."""

import math
import subprocess
import sys
from collections import Counter

import pytest

from recli import errors
from recli.events.split import UserSplit, parsed

USERS = [str(user) for user in range(20_000)]


def models(**weights):
    split = UserSplit.of(weights)
    return [split.model(user) for user in USERS]


@pytest.mark.parametrize(
    "weights", [{"a": 1, "b": 1}, {"a": 0.9, "b": 0.1}, {"a": 2, "b": 1, "c": 1}]
)
def test_each_has_its_share(weights):
    found, total = Counter(models(**weights)), sum(weights.values())
    for name, weight in weights.items():
        share = weight / total
        deviation = math.sqrt(share * (1 - share) / len(USERS))
        assert abs(found[name] / len(USERS) - share) < 4 * deviation


def test_the_order_of_names_and_the_sum_of_weights_do_not_matter():
    assert models(a=0.9, b=0.1) == models(b=1, a=9)


def test_another_process_says_the_same():
    code = (
        "from recli.events.split import UserSplit; s = UserSplit.of({'a': 3, 'b': 1}); "
        "print(''.join(s.model(str(u)) for u in range(300)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "".join(models(a=3, b=1)[:300])


def test_where_shares_change_only_those_who_must_get_another():
    before, after = models(a=0.9, b=0.1), models(a=0.6, b=0.4)
    moved = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert set(moved) == {("a", "b")}
    assert abs(len(moved) / len(USERS) - 0.3) < 0.02


def test_other_models_are_split_independently():
    one, two = models(a=1, b=1), models(c=1, d=1)
    both = Counter(zip(one, two, strict=True))
    assert all(abs(n / len(USERS) - 0.25) < 0.02 for n in both.values())
    assert len(both) == 4


def test_one_model_has_everybody():
    assert set(models(a=1)) == {"a"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["a", "b", "a"], "named twice"),
        (["a=1", "a=2"], "named twice"),
        (["a=1", "b"], "Some models have a weight"),
        (["a=0.5"], "one of several"),
        (["a=0", "b=1"], "number above 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed, said):
    with pytest.raises(errors.UsageError, match=said):
        parsed(typed)


@pytest.mark.parametrize("weight", [0, -1, math.inf, math.nan])
def test_a_weight_is_above_0(weight):
    with pytest.raises(errors.UsageError, match="number above 0"):
        UserSplit.of({"a": 1, "b": weight})


def test_a_name_may_have_an_equals_sign():
    assert parsed(["k=v", "other"]) == {"k=v": 1.0, "other": 1.0}
