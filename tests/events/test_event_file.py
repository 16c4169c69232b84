import gzip
import time
from pathlib import Path

import pytest

from recli import errors
from recli.data.event import Event
from recli.events import event_file


def write(name: str, text: str) -> Path:
    Path(name).write_text(text, encoding="utf-8")
    return Path(name)


def test_csv_with_all_columns():
    path = write(
        "events.csv",
        "time,event_id,type,user_id,item_id,value\n"
        "1700000000,a,rating,007,318,4.5\n"
        '2023-11-14T22:13:21Z,b,click,"u, 1",Ω,\n'
        "2023-11-15T00:13:22+02:00,c,rating,u,i,3\n"
        "2023-11-14 22:13:23,d,rating,u,i,\n",
    )
    assert event_file.read(path) == [
        Event("a", "rating", "007", "318", 4.5, 1_700_000_000),
        Event("b", "click", "u, 1", "Ω", None, 1_700_000_001),
        Event("c", "rating", "u", "i", 3.0, 1_700_000_002),
        Event("d", "rating", "u", "i", None, 1_700_000_003),
    ]


def test_json_lines_and_what_they_leave_out():
    path = write(
        "events.jsonl",
        '{"user_id": 42, "item_id": "7", "value": 4}\n\n{"user_id": "42", "item_id": 7}\n',
    )
    before = int(time.time())
    one, two = event_file.read(path)
    assert (one.type, one.user_id, one.item_id, one.value) == ("rating", "42", "7", 4.0)
    assert (two.type, two.user_id, two.item_id, two.value) == ("click", "42", "7", None)
    assert before <= one.time <= time.time()


def test_parts_of_a_second():
    path = write(
        "events.jsonl",
        '{"user_id": 1, "item_id": 2, "time": 1600000000.25}\n'
        '{"user_id": 1, "item_id": 2, "time": "2020-09-13T12:26:40.5Z"}\n'
        '{"user_id": 1, "item_id": 2, "time": "1600000000.125"}\n',
    )
    times = [event.time - 1_600_000_000 for event in event_file.read(path)]
    assert times == [0.25, 0.5, 0.125]


def test_a_line_without_an_id_is_known_again_by_what_it_says():
    first, again = (
        event_file.event({"user_id": "1", "item_id": "2", "value": 4}, n) for n in (5, 9)
    )
    assert first.event_id == again.event_id
    others = [
        {"user_id": "1", "item_id": "2", "value": 5},
        {"user_id": "12", "item_id": "", "value": 4},
    ]
    assert event_file.event(others[0], 5).event_id != first.event_id
    with pytest.raises(errors.DataError, match="lacks item_id"):
        event_file.event(others[1], 5)


def test_a_packed_file_is_unpacked():
    Path("events.jsonl.gz").write_bytes(gzip.compress(b'{"user_id": "1", "item_id": "2"}'))
    assert len(event_file.read(Path("events.jsonl.gz"))) == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("e.csv", "user,item\n1,2\n", "the first line should name the columns, and lacks user_id"),
        ("e.csv", "user_id,item_id\n1,2\n3\n", "line 3: lacks item_id.*Nothing was taken"),
        ("e.csv", "user_id,item_id\n1,2,3\n", "line 2: There is no field 'more'"),
        ("e.csv", "user_id,item_id,stars\n1,2,3\n", "line 2: There is no field 'stars'"),
        ("e.csv", "user_id,item_id,value\n1,2,good\n", "line 2: value is 'good'"),
        ("e.csv", "user_id,item_id,value\n1,2,nan\n", "line 2: value is 'nan'"),
        ("e.csv", "user_id,item_id,time\n1,2,soon\n", "line 2: time is 'soon'"),
        ("e.csv", "user_id,item_id,type\n1,2,buy\n", "line 2: type is 'buy'"),
        ("e.csv", "", "the file is empty"),
        ("e.jsonl", "{", "line 1: is not JSON"),
        ("e.jsonl", "[1]", "line 1: is not an object"),
        ("e.jsonl", '{"user_id": 1.5, "item_id": 1}', "user_id is 1.5"),
        ("e.jsonl", '{"user_id": true, "item_id": 1}', "user_id is True"),
        ("e.jsonl", '{"user_id": 1, "item_id": 1, "value": NaN}', "is not JSON: it holds NaN"),
        ("e.jsonl", '{"user_id": 1, "item_id": 1, "value": true}', "value is True"),
        ("e.jsonl", '{"user_id": 1, "item_id": 1, "time": 1e300}', "time is"),
        (
            "e.jsonl",
            '{"user_id": 1, "item_id": 1, "time": 9e10}',
            "time is 4821-12-26T.*a day ahead",
        ),
    ],
)
def test_what_is_no_event_is_told_with_its_line(name, text, said):
    with pytest.raises(errors.DataError, match=said):
        event_file.read(write(name, text))


def test_an_absent_file_and_one_of_another_encoding_are_told():
    with pytest.raises(errors.NotFoundError, match="no such file"):
        event_file.read(Path("absent.csv"))
    Path("latin.csv").write_bytes("user_id,item_id\né,1\n".encode("latin-1"))
    with pytest.raises(errors.DataError, match="is not UTF-8"):
        event_file.read(Path("latin.csv"))
