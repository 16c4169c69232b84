"""Comment lines, and rows that only begin like one; columns cut at spaces; what another layout is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recli.data.dataset import Dataset
from recli.data.load import load

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]

EXPECTED = [("u", "a", 4.0), ("v", "b", 2.5)]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("# bip weighted\n# 2 2\nu a 4\nv b 2.5\n", "2 comments left out, the first on line 1: "),
        (
            "# made by us\n#\nu\ta\t4\nv\tb\t2.5\n",
            "2 comments left out, the first on line 1: '# made",
        ),
        ("# who,what,much\nu,a,4\n# 1 more\nv,b,2.5\n", "2 comments left out, the first on line 1"),
        ("user,item,rating\nu,a,4\n%x\nv,b,2.5\n", "1 comment left out, the first on line 3: '%x'"),
        (
            "\n@x y\n\nuser,item,rating\nu,a,4\nv,b,2.5\n",
            "1 comment left out, the first on line 2: ",
        ),
        ('# say "so\nu,a,4\nv,b,2.5\n', "1 comment left out, the first on line 1: '# say \"so'"),
    ],
)
def test_comments_are_left_out_and_told(
    read: Read, triples: Triples, content: str, note: str
) -> None:
    dataset = read(content)
    assert triples(dataset) == EXPECTED
    assert len(dataset.notes) == 1
    assert dataset.notes[0].startswith(note)


@pytest.mark.parametrize("mark", ["#", "@", "%"])
@pytest.mark.parametrize("delimiter", [",", "\t", "::", " "])
def test_an_id_may_begin_with_the_mark_of_a_comment(
    read: Read, refuse: Refuse, triples: Triples, mark: str, delimiter: str
) -> None:
    rows = [[f"{mark}ann", "a", "4"], ["bert", "b", "3"], [f"{mark}cleo", "c", "2"]]
    for header in ([], [["user", "item", "rating"]]):
        dataset = read("\n".join(map(delimiter.join, header + rows)))
        assert triples(dataset) == [(user, item, float(value)) for user, item, value in rows]
        assert dataset.notes == ()
    # Nor is a row lost in silence that is cut off.
    content = "\n".join(map(delimiter.join, [*rows, [f"{mark}dora", "d"]]))
    assert "  line 4: 2 columns where 3 are expected" in refuse(content)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (
            "%%MatrixMarket matrix coordinate real general\n% x\n3 3 2\n1 1 4\n2 2 3\n",
            "matrix-market",
        ),
        ("% x\n@RELATION ratings\n@attribute user numeric\n@data\n1,1,4\n2,2,3\n", "arff"),
    ],
)
def test_comments_that_tell_another_format(
    read: Read, refuse: Refuse, content: str, name: str
) -> None:
    delimiter = " " if name == "matrix-market" else ","
    message = refuse(content, delimiter=delimiter)
    assert message.startswith(f'ratings.csv: begins like {name}: read it with `format="{name}"`')
    assert read(content, delimiter=delimiter, format="delimited").notes


def test_a_header_may_begin_with_a_mark(read: Read, triples: Triples) -> None:
    dataset = read("#item,user,rating\na,u,4\nb,v,2.5\n")
    assert triples(dataset) == EXPECTED
    assert dataset.notes == ()


def test_lines_are_counted_with_the_comments(refuse: Refuse) -> None:
    message = refuse("# x\nuser,item,rating\n# y\nu,a,4\n\n# z\nv,b,x\nw,c\n")
    assert message.splitlines()[1:3] == [
        "  line 7: rating 'x' is not a finite number",
        "  line 8: 2 columns where 3 are expected",
    ]


def test_a_comment_within_a_text_is_text(read: Read) -> None:
    dataset = read('user,item,rating,note\n1,1,5,"so:\n# 1 good\n"\n1,2,4,ok\n')
    assert len(dataset.ratings) == 2
    assert dataset.notes == ()


@pytest.mark.parametrize(
    "rows",
    [
        ["1 10 4 881250949", "2 20 2.5 891717742"],
        ["1 10 4\t881250949", "2 20\t2.5 891717742"],
        ["  1   10 4 881250949  ", "2\t\t20  2.5 891717742 "],
        ["user item rating time", "1 10 4 881250949", "2 20 2.5 891717742"],
    ],
)
@pytest.mark.parametrize("options", [{}, {"delimiter": " "}])
def test_runs_of_spaces_and_tabs_part_columns(
    read: Read, triples: Triples, rows: list[str], options: dict[str, str]
) -> None:
    dataset = read("\n".join(rows) + "\n", **options)
    assert triples(dataset) == [("1", "10", 4.0), ("2", "20", 2.5)]
    assert dataset.ratings.times is not None
    if not options:
        assert ("delimiter", "space", "delimiter") in dataset.sniffed


@pytest.mark.parametrize("text", ["Toy Story", "Heat 2", "1 2"])
def test_spaces_within_texts_part_nothing(read: Read, text: str) -> None:
    for delimiter in ",\t|;":
        rows = [f"{n}{delimiter}{text}{delimiter}{n % 5}" for n in range(9)]
        dataset = read("\n".join(rows))
        assert dataset.ratings.item_ids.text.tolist() == [text]


LAYOUT = "The file may have another layout than it was read with: say which with `format` "


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("7,3\n1,1,5\n1,2,4\n2,1,3\n", {}),
        ("user,item,rating\n1\n2\n1,1,5\n1,2,4\n2,1,3\n", {"header": True}),
        ("u,i,5\n" * 30 + "u,i\n" * 10, {"duplicates": "first"}),
        ("user,item,rating\n" + "u,i,5\n" * 9 + "u,i,x\n" * 10, {"duplicates": "first"}),
    ],
)
def test_rows_of_another_layout_are_not_to_be_set_aside(
    refuse: Refuse, content: str, options: dict[str, object]
) -> None:
    message = refuse(content, **options)
    assert LAYOUT in message
    assert "'recli list formats'" in message
    assert 'aside with `on_bad="skip"`' not in message


def test_most_rows_are_never_set_aside(read: Read, refuse: Refuse) -> None:
    good = "".join(f"u{n},i,5\n" for n in range(10))
    bad = "".join(f"v{n},i,x\n" for n in range(10))
    assert len(read(f"user,item,rating\n{good}{bad}", on_bad="skip").ratings) == 10
    message = refuse(f"user,item,rating\n{good}{bad}w,i,x\n", on_bad="skip")
    assert "These are more than half of the rows, too many to set aside." in message
    assert LAYOUT in message


@pytest.mark.parametrize(
    ("content", "n"),
    [
        ("u1,i1,NA\nu2,i2,3\nu3,i1,4\n", 2),
        ("1,10,null\n2,10,3\n2,20,4\n", 2),
        ("1,10,five\n2,10,3\n2,20,4\n", 2),
        ("ann,game,?\nbert,film,3\n", 1),
        ("u1,i1,\nu2,i2,3\nu3,i1,4\n", 2),
    ],
)
def test_a_first_row_without_a_rating_is_no_header(read: Read, content: str, n: int) -> None:
    dataset = read(content, on_bad="skip", user="1", item="2", rating="3")
    assert len(dataset.ratings) == n
    assert [row.line for row in dataset.bad_rows] == [1]


def test_a_name_that_a_header_has_twice_is_told(read: Read) -> None:
    dataset = read("user,item,x,x,rating\n1,2,3,4,5\n")
    assert dataset.notes == ("The header has 'x' twice; the second is called 'column4'.",)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("user;item;rating\nu;a;4\nv;b;2,5\n", {}),
        ("u;a;4,0\nv;b;2,5\n", {}),
        ('user,item,rating\nu,a,"4,0"\nv,b,"2,5"\n', {}),
        ("u a 4,0\nv b 2,5\n", {"delimiter": " "}),
    ],
)
def test_a_decimal_comma(
    read: Read, triples: Triples, content: str, options: dict[str, object]
) -> None:
    assert triples(read(content, decimal=",", **options)) == EXPECTED


def test_a_decimal_comma_leaves_ids_and_rules_out_points(read: Read, refuse: Refuse) -> None:
    dataset = read("user;item;rating\n1,5;a.b;4\n1.5;a,b;3,5\n", decimal=",")
    assert set(dataset.ratings.user_ids.text) == {"1,5", "1.5"}
    assert set(dataset.ratings.item_ids.text) == {"a.b", "a,b"}
    assert "line 3: rating '3.5' has a decimal point, which `decimal=\".\"` reads" in refuse(
        "user;item;rating\n1;2;3,5\n1;3;3.5\n", decimal=","
    )
    assert "line 2: rating '3,5' has a decimal comma, which `decimal=\",\"` reads" in refuse(
        "user;item;rating\n1;2;3,5\n1;3;3\n"
    )
    assert "rating '1.234,5' is not a finite number" in refuse(
        "user;item;rating\n1;2;3,5\n1;3;1.234,5\n", decimal=","
    )


def test_comments_of_an_item_table_are_told(write: Callable[..., Path]) -> None:
    write("user,item,rating\nu,1,4\nv,2,5\n")
    write("% from the shop\nitem,title\n1,Heat\n2,Alien\n", "goods.csv")
    toml = '[ratings]\nfile = "ratings.csv"\n[items]\nfile = "goods.csv"\ntitle = "title"\n'
    dataset = load(str(write(toml, "dataset.toml")))
    assert dataset.notes == (
        "goods.csv: 1 comment left out, the first on line 1: '% from the shop'.",
    )
    assert dataset.title(dataset.ratings.item_ids.code("2")) == "Alien"
