"""Preparation: what every step keeps to, and each against a file from which pandas took the rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.preparation._base import Draft, Step, apply
from recli.data.tables import features

Read = Callable[..., Dataset]
Write = Callable[..., Path]

DAY = 86_400
TOML = """
name = "shop"
[ratings]
file = "ratings.csv"
user = "user"
item = "item"
rating = "rating"
time = "time"
time_unit = "s"
scale = [0, 5]
[items]
file = "items.csv"
id = "id"
title = "title"
[items.features]
kind = { kind = "categories" }
price = { kind = "number" }
[users]
file = "users.csv"
id = "id"
"""


@pytest.fixture
def table() -> pd.DataFrame:
    """40 ratings of 8 users and 10 items, one of them not in the item table."""
    rng = np.random.default_rng(3)
    pairs = rng.permutation(80)[:40]
    return pd.DataFrame(
        {
            "user": [f"u{pair // 10}" for pair in pairs],
            "item": [f"i{pair % 10}" for pair in pairs],
            "rating": rng.integers(0, 6, 40),
            "time": 978_307_200 + rng.integers(0, 400, 40) * DAY // 2,  # from 2001 on
            "verified": rng.choice(["yes", "no", ""], 40),
        }
    )


@pytest.fixture
def shop(write: Write) -> Callable[..., Dataset]:
    """The dataset with these ratings; further text goes to the end of its dataset.toml."""

    def shop(table: pd.DataFrame, toml: str = "", **options: object) -> Dataset:
        write(table.to_csv(index=False), "shop/ratings.csv")
        items = "".join(f"i{n},Thing {n},{'toy|new' if n % 3 else 'book'},{n}\n" for n in range(9))
        write("id,title,kind,price\n" + items, "shop/items.csv")
        users = "".join(f"u{n},{20 + n},{n}\n" for n in range(8))
        write("id,age,price\n" + users, "shop/users.csv")
        return load(str(write(TOML + toml, "shop/dataset.toml")), options)

    return shop


def same(one: Dataset, other: Dataset) -> bool:
    """Whether ids, ratings, times, tables and all are the same.

    But for the order among items that nobody rated any more: that of the file that they were rated in.
    """
    for dataset in (one, other):
        for ids, codes in (
            (dataset.ratings.user_ids, dataset.ratings.users),
            (dataset.ratings.item_ids, dataset.ratings.items),
        ):
            appeared = pd.unique(codes)
            assert ids.places[appeared].tolist() == list(range(len(appeared)))
    return without_places(one).fingerprint == without_places(other).fingerprint


def without_places(dataset: Dataset) -> Dataset:
    ratings = dataset.ratings
    user_ids, item_ids = Ids(ratings.user_ids.text), Ids(ratings.item_ids.text)
    ratings = dataclasses.replace(ratings, user_ids=user_ids, item_ids=item_ids)
    return dataclasses.replace(dataset, ratings=ratings)


# What every step keeps to.

# Where the example of a step does not fit the shop.
FITTING = {
    "drop": "drop:rating = 0",
    "encode": "encode:item=title,kind=text",
    "k-core": "k-core:min_user_ratings=3,min_item_ratings=2",
    "keep": "keep:verified = 'yes'",
    "rename": "rename:verified=checked",
    "scale": "scale:item=price,by=robust",
}


def fitting(name: str) -> str:
    """A step of this name that has something to do in the shop."""
    return FITTING.get(name, registry.get("step", name).example)


@pytest.mark.parametrize("name", registry.names("step"))
def test_a_step_is_what_it_is_written_as(name: str) -> None:
    for text in (fitting(name), registry.get("step", name).example):
        step = Step.parse(text)
        assert registry.name_of(type(step)) == name
        assert Step.parse(str(step)) == step
        assert hash(step) == hash(Step.parse(text.replace(f"{name}:", f"{name.upper()}: ")))


@pytest.mark.parametrize("name", registry.names("step"))
def test_a_step_says_what_it_does(name: str) -> None:
    cls = registry.get("step", name)
    assert (cls.__doc__ or "").splitlines()[0].endswith(".")
    assert all(parameter.help for parameter in cls.parameters)
    assert dataclasses.is_dataclass(cls)


@pytest.mark.parametrize("name", registry.names("step"))
def test_a_step_leaves_the_dataset_whole_and_counts(
    shop: Callable[..., Dataset], table: pd.DataFrame, name: str
) -> None:
    before = shop(table)
    fingerprint = before.fingerprint
    after = shop(table, prepare=(fitting(name),))
    [done] = after.prepared
    assert done.ratings == len(after.ratings) > 0
    assert done.removed == len(before.ratings) - len(after.ratings)
    assert Step.parse(done.step) == Step.parse(fitting(name))
    assert str(done)
    ratings = after.ratings
    n = len(ratings)
    assert len(ratings.users) == len(ratings.items) == len(ratings.times) == n
    assert (np.bincount(ratings.users, minlength=len(ratings.user_ids)) > 0).all()
    assert ratings.items.max() < len(ratings.item_ids)
    assert after.items.ids.text.tolist() == ratings.item_ids.text.tolist()
    assert after.users.ids.text.tolist() == ratings.user_ids.text.tolist()
    low, high = ratings.scale
    assert ratings.values.min() >= low
    assert ratings.values.max() <= high
    again = shop(table, prepare=(fitting(name),))
    assert again.fingerprint == after.fingerprint
    assert shop(table).fingerprint == fingerprint


@pytest.mark.parametrize(
    "name", [name for name in registry.names("step") if registry.get("step", name).whole is None]
)
def test_unknown_options(name: str) -> None:
    with pytest.raises(errors.UsageError, match=f"There is no parameter of {name} 'colour'"):
        Step.parse(f"{name}:colour=1")
    with pytest.raises(errors.UsageError, match="with each option once"):
        Step.parse(f"{name}:colour=1,colour=2")


@pytest.mark.parametrize("name", registry.names("step"))
def test_steps_of_python_are_checked_as_text_is(name: str) -> None:
    cls = registry.get("step", name)
    if cls.needed:
        with pytest.raises(errors.UsageError, match="needs"):
            cls()


# Rows that are taken out, against the file without them.


@pytest.mark.parametrize(
    ("step", "stays"),
    [
        ("keep:rating >= 3", lambda t: t["rating"] >= 3),
        ("keep: verified = 'YES'", lambda t: t["verified"] == "yes"),
        ("keep:verified != 'yes'", lambda t: t["verified"] == "no"),
        ("drop:verified is empty", lambda t: t["verified"] != ""),
        ("drop:verified != 'yes'", lambda t: t["verified"] != "no"),
        ("keep:user in ('u1', 'u2', 'u7')", lambda t: t["user"].isin(["u1", "u2", "u7"])),
        ("drop:item = 'i9' or rating = 0", lambda t: (t["item"] != "i9") & (t["rating"] != 0)),
        (
            "keep:kind contains 'toy'",
            lambda t: t["item"].isin(["i1", "i2", "i4", "i5", "i7", "i8"]),
        ),
        ("drop:kind contains 'toy'", lambda t: t["item"].isin(["i0", "i3", "i6", "i9"])),
        ("keep:[item:price] < 4", lambda t: t["item"] < "i4"),
        ("keep:[user:price] < 4", lambda t: t["user"] < "u4"),
        ("keep:age >= 25", lambda t: t["user"] >= "u5"),
        ("keep:time > 990000000", lambda t: t["time"] > 990_000_000),
        ("time-range:since=2001-03-01", lambda t: t["time"] >= 983_404_800),
        ("time-range:until=2001-03-01", lambda t: t["time"] < 983_404_800 + DAY),
        (
            "time-range:since=2001-03-01,until=2001-03-31",
            lambda t: (t["time"] >= 983_404_800) & (t["time"] < 983_404_800 + 31 * DAY),
        ),
    ],
)
def test_rows_go_as_if_they_had_never_been(
    shop: Callable[..., Dataset],
    table: pd.DataFrame,
    step: str,
    stays: Callable[[pd.DataFrame], pd.Series],
) -> None:
    kept = table[stays(table)]
    assert 0 < len(kept) < len(table)
    found = shop(table, prepare=(step,))
    assert same(found, shop(kept))
    assert found.prepared[0].removed == len(table) - len(kept)


def test_steps_have_their_order(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    """The same two steps give two datasets, each as pandas does it by hand."""
    core, rule = "k-core:min_user_ratings=5", "keep:rating >= 2"
    few = table.groupby("user")["user"].transform("size") >= 5
    one = table[few & (table["rating"] >= 2)]
    liked = table[table["rating"] >= 2]
    other = liked[liked.groupby("user")["user"].transform("size") >= 5]
    assert len(one) != len(other)
    found = shop(table, prepare=(core, rule))
    assert same(found, shop(one))
    assert [done.ratings for done in found.prepared] == [int(few.sum()), len(one)]
    assert same(shop(table, prepare=(rule, core)), shop(other))


def test_a_k_core_takes_items_out_of_the_catalogue(
    shop: Callable[..., Dataset], table: pd.DataFrame
) -> None:
    found = shop(table, prepare=("k-core:min_item_ratings=4",)).ratings
    counts = table["item"].value_counts()
    assert set(found.item_ids.text) == set(counts[counts >= 4].index)


REPEATED = pd.DataFrame(
    {
        "user": ["u1", "u1", "u2", "u1"],
        "item": ["i1", "i1", "i1", "i1"],
        "rating": [5, 1, 2, 3],
        "time": [900, 100, 500, 500],
        "verified": ["yes", "yes", "no", "no"],
    }
)


@pytest.mark.parametrize(
    ("keep", "rating", "time"), [("last", 5.0, 900), ("first", 1.0, 100), ("mean", 3.0, 900)]
)
def test_repeated_pairs(shop: Callable[..., Dataset], keep: str, rating: float, time: int) -> None:
    ratings = shop(REPEATED, prepare=(f"deduplicate:keep={keep}",)).ratings
    found = dict(zip(ratings.user_ids.text[ratings.users], ratings.values, strict=True))
    assert found == {"u1": rating, "u2": 2.0}
    assert sorted(ratings.times) == sorted([time, 500])


def test_a_rule_may_go_before_repeated_pairs_are_merged(shop: Callable[..., Dataset]) -> None:
    steps = ("drop:verified = 'yes'", "deduplicate:keep=last")
    assert sorted(shop(REPEATED, prepare=steps).ratings.values) == [2.0, 3.0]
    with pytest.raises(errors.DataError, match="repeat a pair"):
        shop(REPEATED, prepare=("drop:verified = 'yes'",))


# What changes ratings.


def test_binarise(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    found = shop(table, prepare=("binarise:threshold=3",)).ratings
    kept = table[table["rating"] >= 3]
    assert found.implicit
    assert found.scale == (1.0, 1.0)
    assert found.values.tolist() == [1.0] * len(kept)
    assert found.times.tolist() == found.first_times.tolist() == kept["time"].tolist()
    assert found.user_ids.text[found.users].tolist() == kept["user"].tolist()


def test_binarise_wants_each_pair_once(shop: Callable[..., Dataset]) -> None:
    dataset = shop(REPEATED, prepare=("deduplicate",))
    assert len(dataset.ratings) == 2
    whole = load("movielens-small")
    twice = dataclasses.replace(whole, ratings=whole.part(np.array([0, 0, 1])).ratings)
    with pytest.raises(errors.DataError, match="1 ratings repeat a pair.*'deduplicate'"):
        apply(Draft(twice, {}), [Step.parse("binarise:threshold=0.5")])


def test_clip(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    found = shop(table, prepare=("clip:low=2,high=4",))
    assert found.ratings.values.tolist() == table["rating"].clip(2, 4).tolist()
    assert found.ratings.scale == (2.0, 4.0)
    n = int((~table["rating"].between(2, 4)).sum())
    assert str(found.prepared[0]) == f"{n} ratings clipped"
    assert shop(table, prepare=("clip:low=2",)).ratings.scale == (2.0, 5.0)
    rules_see_it = shop(table, prepare=("clip:low=2", "drop:rating < 2"))
    assert len(rules_see_it.ratings) == len(table)


def test_encode(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    by_step = shop(table, prepare=("encode:item=title,kind=text",))
    assert [feature.name for feature in by_step.items.features] == ["kind", "price", "title"]
    assert by_step.items.features[-1].kind == "text"
    assert by_step.fingerprint != shop(table).fingerprint
    again = shop(table, prepare=("encode:item=kind,kind=text",))
    assert [(f.name, f.kind) for f in again.items.features] == [
        ("price", "number"),
        ("kind", "text"),
    ]


def test_scale(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    found = shop(table, prepare=("scale:item=price,by=min-max",))
    x, names = features.matrix(found.items, ["price"])
    assert names == ["price"]
    prices = {f"i{n}": n / 8 for n in range(9)}
    expected = [prices.get(item, np.mean(list(prices.values()))) for item in found.items.ids.text]
    np.testing.assert_allclose(x.toarray()[:, 0], expected, atol=1e-12)
    robust = shop(table, prepare=("scale:item=price,by=robust",))
    expected = [
        (8 * prices[item] - 4) / 4 if item in prices else 0 for item in found.items.ids.text
    ]
    x, _ = features.matrix(robust.items, ["price"])
    np.testing.assert_allclose(x.toarray()[:, 0], expected, atol=1e-12)
    assert len({found.fingerprint, robust.fingerprint, shop(table).fingerprint}) == 3


def test_rename(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    other = table.rename(columns={"user": "customer", "rating": "stars"})
    found = shop(other, prepare=("rename:customer=user,stars=rating", "keep:rating >= 3"))
    assert same(found, shop(table[table["rating"] >= 3]))


# Where steps are declared.


def test_steps_of_a_dataset_toml(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    toml = """
[[prepare]]
step = "rename"
columns = { verified = "checked" }
[[prepare]]
step = "keep"
where = "checked = 'yes'"
[[prepare]]
step = "k-core"
min_user_ratings = 2
"""
    yes = table[table["verified"] == "yes"]
    kept = yes[yes.groupby("user")["user"].transform("size") >= 2]
    found = shop(table, toml)
    assert [done.step for done in found.prepared] == [
        "rename:verified=checked",
        "keep:checked = 'yes'",
        "k-core:min_user_ratings=2,min_item_ratings=0",
    ]
    plain = kept.rename(columns={"verified": "checked"})
    assert same(found, shop(plain))
    more = shop(table, toml, prepare=("keep:rating >= 3",))
    assert same(more, shop(plain[plain["rating"] >= 3]))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('prepare = "keep"', 'line 1: prepare = "keep" should be a list of tables'),
        ("[[prepare]]\nwhere = 'rating > 1'", r"line 4: prepare: needs step = "),
        ("[[prepare]]\nstep = 'kep'", "There is no step 'kep'. Did you mean 'keep'"),
        ("[[prepare]]\nstep = 'k-core'\nmin_user = 3", "Did you mean 'min_user_ratings'"),
        ("[[prepare]]\nstep = 'clip'\nlow = 'x'", "low=x is not valid"),
    ],
)
def test_steps_of_a_dataset_toml_that_cannot_be(write: Write, toml: str, message: str) -> None:
    write("user,item,rating\nu,i,1\n", "d/ratings.csv")
    top = toml if toml.startswith("prepare") else ""
    rest = "" if top else toml
    path = write(f'{top}\n[ratings]\nfile = "ratings.csv"\n{rest}\n', "d/dataset.toml")
    with pytest.raises(errors.DataError, match=message) as caught:
        load(str(path))
    assert "dataset.toml" in str(caught.value)


# Bad input.


@pytest.mark.parametrize(
    ("step", "kind", "message"),
    [
        ("keep:stars > 3", errors.UsageError, "keep: There is no column 'stars'"),
        ("keep:price > 3", errors.UsageError, r"say \[item:price\] or \[user:price\]"),
        ("drop:rating >", errors.UsageError, "drop: a number or a text in quotes is missing"),
        ("keep:", errors.UsageError, "needs where, as in 'keep:rating >= 3"),
        ("keep:rating > 5", errors.DataError, "'keep:rating > 5' leaves none of the 40 ratings"),
        ("k-core:min_user_ratings=99", errors.DataError, "No rating is left"),
        ("k-core", errors.UsageError, "needs min_user_ratings, min_item_ratings or both"),
        ("time-range", errors.UsageError, "needs since, until or both"),
        ("time-range:since=2001-02-30", errors.UsageError, "takes a date as 2001-12-31"),
        (
            "time-range:since=2002-01-01,until=2001-01-01",
            errors.UsageError,
            "until is before since",
        ),
        ("clip:low=4,high=1", errors.UsageError, "high is less than low"),
        ("clip", errors.UsageError, "needs low, high or both"),
        ("clip:1:5", errors.UsageError, "is not NAME:OPTION=VALUE"),
        ("encode:item=colour", errors.UsageError, "no item column 'colour'"),
        ("scale:item=kind", errors.UsageError, "no item feature of the kind number 'kind'"),
        ("scale:item=price,by=max", errors.UsageError, "Valid: "),
        ("rename:a", errors.UsageError, "is not rename:OLD=NEW"),
        ("rename:a=b,a=c", errors.UsageError, "with each column once"),
        ("rename:stars=points", errors.DataError, "There is no column 'stars'"),
        ("rename:verified=user", errors.DataError, "two columns 'user'"),
        ("normalise", errors.UsageError, "'knn-with-means' subtracts the user's mean"),
        ("z-score:by=user", errors.UsageError, "would tell the training of the test"),
        ("dedupe", errors.UsageError, "Did you mean 'deduplicate'"),
    ],
)
def test_steps_that_cannot_be(
    shop: Callable[..., Dataset],
    table: pd.DataFrame,
    step: str,
    kind: type[errors.RecliError],
    message: str,
) -> None:
    with pytest.raises(kind, match=message):
        shop(table, prepare=(step,))


def test_renaming_behind_another_step(shop: Callable[..., Dataset], table: pd.DataFrame) -> None:
    with pytest.raises(errors.UsageError, match="stands behind 'clip:low=1': put it before"):
        shop(table, prepare=("clip:low=1", "rename:verified=x"))


def test_times_that_are_not_there(read: Read) -> None:
    with pytest.raises(
        errors.DataError, match="goes by time, and the ratings of ratings have none"
    ):
        read("user,item,rating\nu,i,1\n", prepare=("time-range:since=2001-01-01",))


PLAYS = """user,item,event,time
a,x,view,1600000000
a,x,buy,1600000300
a,y,view,1600000100
b,x,view,1600000200
b,x,view,1600000400
b,x,view,1600000500
"""


def test_rows_of_interactions_go_before_they_are_added_up(read: Read) -> None:
    views = read(PLAYS, prepare=("keep:event = 'view'",))
    ratings = views.ratings
    pairs = zip(
        ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items], strict=True
    )
    assert dict(zip(pairs, ratings.values.tolist(), strict=True)) == {
        ("a", "x"): 1.0,
        ("a", "y"): 1.0,
        ("b", "x"): 3.0,
    }
    assert ratings.times is not None
    assert ratings.times.tolist() == [1_600_000_000, 1_600_000_100, 1_600_000_500]
    assert views.merged == 2


def test_repeated_interactions_count_once_for_a_k_core(read: Read) -> None:
    core = read(PLAYS, prepare=("k-core:min_user_ratings=2",))
    assert core.ratings.user_ids.text.tolist() == ["a"]
    assert core.ratings.values.tolist() == [2.0, 1.0]


def test_ids_are_those_of_the_ratings_and_known_by_their_role(read: Read) -> None:
    """Not as the file writes them, nor by the name of their column alone."""
    content = "uid,film,stars,item\n1.0,a,5,x\n2,b,4,y\n2.0,a,1,x\n"
    options = {"user": "uid", "item": "film", "rating": "stars"}
    for rule in (
        "keep:user = '2'",
        "keep:uid = '2'",
        "keep:user = 2",
        "drop:[item] = 'x' and rating = 5",
    ):
        ratings = read(content, prepare=(rule,), **options).ratings
        assert ratings.user_ids.text.tolist() == ["2"]
        assert ratings.values.tolist() == [4.0, 1.0]
    assert len(read(content, prepare=("keep:film = 'a'",), **options).ratings) == 2
