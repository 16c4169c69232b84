"""Where a table may lie on this machine: packed, in archives, in many parts."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from recli import errors, memory
from recli.data.dataset import Dataset
from recli.data.load import describe, load
from recli.data.sources.location import Location

Read = Callable[..., Dataset]
Refuse = Callable[..., str]
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
Write = Callable[..., Path]

PLAIN = "user,item,rating\nu,a,4\nv,b,2.5\n"
EXPECTED = [("u", "a", 4.0), ("v", "b", 2.5)]
MANY = "user,item,rating\n" + "".join(f"{n},{n * 7919 % 1000},{n % 5}\n" for n in range(50_000))
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: pa.Codec("zstd").compress(content, asbytes=True),
}


def tar(members: dict[str, str], mode: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{mode}") as archive:
        folder = tarfile.TarInfo("data")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, text in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


ARCHIVE: dict[str, Callable[[dict[str, str]], bytes]] = {
    ".zip": zipped,
    ".tar": tar,
    ".tar.gz": lambda members: tar(members, "gz"),
    ".tgz": lambda members: tar(members, "gz"),
    ".tar.bz2": lambda members: tar(members, "bz2"),
    ".tar.xz": lambda members: tar(members, "xz"),
    ".tar.zst": lambda members: PACK[".zst"](tar(members)),
}


# Packed files


@pytest.mark.parametrize("suffix", PACK)
def test_a_packed_file(read: Read, triples: Triples, suffix: str) -> None:
    dataset = read(PACK[suffix](PLAIN.encode()), f"mine.csv{suffix}")
    assert triples(dataset) == EXPECTED
    assert dataset.name == "mine"


@pytest.mark.parametrize("suffix", PACK)
def test_a_packed_file_in_two_pieces(read: Read, triples: Triples, suffix: str) -> None:
    content = PACK[suffix](PLAIN.encode()) + PACK[suffix](b"w,c,1\n")
    assert triples(read(content, f"mine.csv{suffix}")) == [*EXPECTED, ("w", "c", 1.0)]


@pytest.mark.parametrize("suffix", PACK)
def test_a_format_is_told_by_the_suffix_below(
    tmp_path: Path, triples: Triples, suffix: str
) -> None:
    buffer = io.BytesIO()
    pd.read_csv(io.StringIO(PLAIN)).to_parquet(buffer)
    path = tmp_path / f"mine.parquet{suffix}"
    path.write_bytes(PACK[suffix](buffer.getvalue()))
    assert triples(load(str(path))) == EXPECTED


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("share", [0.3, 0.999])
def test_a_packed_file_that_is_cut_off(refuse: Refuse, suffix: str, share: float) -> None:
    content = PACK[suffix](MANY.encode())
    message = refuse(content[: int(share * len(content))], f"mine.csv{suffix}")
    assert message.startswith(f"mine.csv{suffix}: cannot be unpacked, it may be damaged or cut off")
    assert "\n" not in message


@pytest.mark.parametrize("suffix", PACK)
def test_a_packed_file_that_is_none(refuse: Refuse, suffix: str) -> None:
    message = refuse(PLAIN, f"mine.csv{suffix}")
    assert message.startswith(f"mine.csv{suffix}: cannot be unpacked, it may be damaged or cut off")


@pytest.mark.parametrize("suffix", PACK)
def test_a_packed_file_with_nothing_in_it(refuse: Refuse, suffix: str) -> None:
    assert "the file is empty" in refuse(PACK[suffix](b""), f"mine.csv{suffix}")


@pytest.mark.parametrize("suffix", [*PACK, ".zip", ".tar.gz"])
def test_what_unpacks_to_more_than_there_is_memory_for(
    refuse: Refuse, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    content = "user,item,rating\n" + "u,a,4\n" * (1 << 19)
    packed = (
        ARCHIVE[suffix]({"ratings.csv": content})
        if suffix in ARCHIVE
        else PACK[suffix](content.encode())
    )
    assert len(packed) < len(content) / 100
    monkeypatch.setattr("recli.data.sources.location._BLOCK", 1 << 20)
    monkeypatch.setattr(memory, "available", lambda: 1 << 20)
    message = refuse(packed, f"mine.csv{suffix}", errors.TooLargeError)
    assert re.search(r"unpacks to more than [12](\.\d)? MiB, and there is no memory", message)


# Archives


@pytest.mark.parametrize("suffix", ARCHIVE)
def test_the_only_file_of_an_archive(read: Read, triples: Triples, suffix: str) -> None:
    members = {
        "data/README.txt": "Hello",
        "data/u.csv": PLAIN,
        "__MACOSX/._u.csv": "x",
        "LICENSE": "MIT",
    }
    dataset = read(ARCHIVE[suffix](members), f"mine{suffix}")
    assert triples(dataset) == EXPECTED
    assert dataset.name == "mine"


@pytest.mark.parametrize("suffix", ARCHIVE)
def test_several_candidates_are_named_as_they_are_chosen(
    refuse: Refuse, tmp_path: Path, triples: Triples, suffix: str
) -> None:
    other = "user,item,rating\nx,y,1\n"
    members = {"data/train.csv": PLAIN, "data/test.csv": other, "README": "both"}
    message = refuse(ARCHIVE[suffix](members), f"mine{suffix}")
    assert message == (
        f"mine{suffix}: holds 2 files. Name the one that is meant:\n"
        f"  mine{suffix}::data/train.csv\n  mine{suffix}::data/test.csv"
    )
    dataset = load(f"{tmp_path / f'mine{suffix}'}::data/test.csv")
    assert triples(dataset) == [("x", "y", 1.0)]
    assert dataset.name == "test"
    with pytest.raises(
        errors.DataError, match=r"has no member 'data/tset.csv'.*\n.*::data/test.csv"
    ):
        load(f"{tmp_path / f'mine{suffix}'}::data/tset.csv")


@pytest.mark.parametrize("suffix", ARCHIVE)
def test_a_member_that_is_packed_itself(tmp_path: Path, triples: Triples, suffix: str) -> None:
    inner = gzip.compress(PLAIN.encode())
    path = tmp_path / f"mine{suffix}"
    buffer = io.BytesIO()
    if suffix == ".zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("u.csv.gz", inner)
        path.write_bytes(buffer.getvalue())
    else:
        with tarfile.open(fileobj=buffer, mode="w") as tarred:
            entry = tarfile.TarInfo("u.csv.gz")
            entry.size = len(inner)
            tarred.addfile(entry, io.BytesIO(inner))
        pack = {".tar": lambda c: c, ".tgz": gzip.compress} | {
            f".tar{s}": p for s, p in PACK.items()
        }
        path.write_bytes(pack[suffix](buffer.getvalue()))
    assert triples(load(str(path))) == EXPECTED
    assert triples(load(f"{path}::u.csv.gz")) == EXPECTED


def test_an_archive_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", zipped({"u.csv": PLAIN}))
    with pytest.raises(errors.DataError, match="'inner.zip' is an archive within an archive"):
        load(str(tmp_path / "outer.zip"))


def test_a_member_is_read_by_its_own_suffix(tmp_path: Path, triples: Triples) -> None:
    path = tmp_path / "mine.zip"
    buffer = io.BytesIO()
    pd.read_csv(io.StringIO(PLAIN)).to_parquet(buffer)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/u.parquet", buffer.getvalue())
    assert triples(load(str(path))) == EXPECTED


@pytest.mark.parametrize("suffix", ARCHIVE)
@pytest.mark.parametrize("share", [0.3, 0.98])
def test_an_archive_that_is_cut_off(refuse: Refuse, suffix: str, share: float) -> None:
    content = ARCHIVE[suffix]({"a.csv": MANY, "README": MANY})
    message = refuse(content[: int(share * len(content))], f"mine{suffix}")
    assert message.startswith(f"mine{suffix}: cannot be unpacked, it may be damaged or cut off: ")


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
def test_damage_behind_the_member_shows(refuse: Refuse, suffix: str) -> None:
    content = bytearray(ARCHIVE[suffix]({"a.csv": PLAIN}))
    content[-6 if suffix == ".tar.gz" else len(content) // 2] ^= 0xFF
    message = refuse(bytes(content), f"mine{suffix}")
    assert message.startswith(f"mine{suffix}: cannot be unpacked")


def test_an_encrypted_member(refuse: Refuse) -> None:
    content = bytearray(zipped({"u.csv": PLAIN}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    message = refuse(bytes(content), "mine.zip")
    assert message.startswith("mine.zip: cannot be unpacked")
    assert "password" in message


def test_one_name_twice(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for text in (PLAIN, "user,item,rating\nx,y,1\n"):
            entry = tarfile.TarInfo("u.csv")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    (tmp_path / "mine.tar").write_bytes(buffer.getvalue())
    with pytest.raises(errors.DataError, match="holds 'u.csv' 2 times"):
        load(f"{tmp_path / 'mine.tar'}::u.csv")
    with pytest.raises(errors.DataError, match="holds 2 files"):
        load(str(tmp_path / "mine.tar"))


def test_an_archive_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match="absent.zip::u.csv: no such file"):
        load(f"{tmp_path / 'absent.zip'}::u.csv")


@pytest.mark.parametrize("name", ["odd::name.csv", "odd.zip::name.csv", "odd[1].csv", "od*.csv"])
def test_a_file_whose_name_could_mean_something_else(
    read: Read, triples: Triples, write: Write, name: str
) -> None:
    write("user,item,rating\nx,y,1\n", "odd1.csv")
    write("user,item,rating\nx,y,1\n", "odx.csv")
    assert triples(read(PLAIN, name)) == EXPECTED


def test_a_member_named_by_a_description(tmp_path: Path, triples: Triples) -> None:
    (tmp_path / "all.zip").write_bytes(zipped({"r.csv": PLAIN, "i.csv": "id,title\na,Aa\n"}))
    (tmp_path / "dataset.toml").write_text(
        '[ratings]\nfile = "all.zip::r.csv"\n[items]\nfile = "all.zip::i.csv"\ntitle = "title"\n',
        encoding="utf-8",
    )
    dataset = load(str(tmp_path))
    assert triples(dataset) == EXPECTED
    assert dataset.title(0) == "Aa"


# Many parts


def parts(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


HEAD = "user,item,rating\n"


@pytest.mark.parametrize("spec", ["out", "out/part-*.csv", "o*/part-0000[0-2]*", "**/part-*.csv"])
def test_what_spark_writes(tmp_path: Path, triples: Triples, spec: str) -> None:
    parts(
        tmp_path / "out",
        {
            "_SUCCESS": "",
            ".part-00000-77.csv.crc": "x",
            "part-00002-77.csv": f"{HEAD}w,c,3\n",
            "part-00000-77.csv": f"{HEAD}u,a,4\n",
            "part-00001-77.csv": "",
        },
    )
    dataset = load(spec)
    assert triples(dataset) == [("u", "a", 4.0), ("w", "c", 3.0)]
    assert dataset.name == ("out" if spec.startswith("out") else "ratings")
    assert ("parts", "2", "dataset") in dataset.sniffed


def test_parts_that_are_packed(tmp_path: Path, triples: Triples) -> None:
    for number, row in enumerate(("u,a,4", "v,b,2.5")):
        path = tmp_path / "out" / f"part-{number}.csv.gz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(f"{HEAD}{row}\n".encode()))
    assert triples(load("out")) == EXPECTED


def test_a_file_cut_into_pieces_has_one_header(tmp_path: Path, triples: Triples) -> None:
    parts(tmp_path / "out", {"x.00": f"{HEAD}1,1,4\n", "x.01": "2,2,2.5\n", "x.02": "3,3,1\n"})
    expected = [("1", "1", 4.0), ("2", "2", 2.5), ("3", "3", 1.0)]
    assert triples(load("out/x.*", {"format": "delimited"})) == expected
    parts(tmp_path / "bare", {"x1.csv": "1,1,4\n2,2,3\n", "x2.csv": "3,2,2.5\n"})
    told = {"user": "1", "item": "2", "rating": "3"}
    assert triples(load("bare", told)) == [("1", "1", 4.0), ("2", "2", 3.0), ("3", "2", 2.5)]


def test_a_header_that_only_the_user_knows_of(tmp_path: Path, triples: Triples) -> None:
    parts(tmp_path / "out", {"x1.csv": "7,8,9\n1,1,4\n", "x2.csv": "7,8,9\n2,2,2.5\n3,3,1\n"})
    expected = [("1", "1", 4.0), ("2", "2", 2.5), ("3", "3", 1.0)]
    roles = {"user": "7", "item": "8", "rating": "9"}
    assert triples(load("out", {"header": True, **roles})) == expected


def test_columns_in_another_order(tmp_path: Path, triples: Triples) -> None:
    parts(tmp_path / "out", {"x1.csv": f"{HEAD}u,a,4\n", "x2.csv": "rating,user,item\n2.5,v,b\n"})
    assert triples(load("out")) == EXPECTED


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("user,film,rating\nv,b,2.5\n", "user, film, rating"),
        ("user,item,rating,time\nv,b,2.5,9\n", "user, item, rating, time"),
    ],
)
def test_a_part_of_another_shape(tmp_path: Path, text: str, columns: str) -> None:
    parts(tmp_path / "out", {"part-0.csv": f"{HEAD}u,a,4\n", "part-1.csv": text})
    with pytest.raises(errors.DataError) as caught:
        load("out")
    message = str(caught.value)
    assert message.startswith(
        f"out: the part part-1.csv is of another shape: its columns are {columns}"
    )
    assert "those of part-0.csv are user, item, rating" in message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("v,b\nw,c\n", "part-1.csv: no row has the 3 columns"),
        ("user;item;rating\nv;b;2.5\n", "the part part-1.csv is of another shape"),
    ],
)
def test_a_part_that_is_cut_otherwise(tmp_path: Path, text: str, what: str) -> None:
    parts(tmp_path / "out", {"part-0.csv": f"{HEAD}u,a,4\n", "part-1.csv": text})
    with pytest.raises(errors.DataError, match=what):
        load("out")


def test_what_is_told_of_a_part_names_it(tmp_path: Path) -> None:
    parts(
        tmp_path / "out",
        {"part-0.csv": f"{HEAD}u,a,4\n", "part-1.csv": f"% made by hand\n{HEAD}v,b,3\n"},
    )
    assert load("out").notes == (
        "part-1.csv: 1 comment left out, the first on line 1: '% made by hand'.",
    )


def test_lines_are_named_with_their_part(tmp_path: Path) -> None:
    parts(
        tmp_path / "out",
        {"part-0.csv": f"{HEAD}u,a,4\nu,b,x\n", "part-1.csv": f"{HEAD}u,c\nv,b,2\n\nw,c,bad\n"},
    )
    with pytest.raises(errors.DataError) as caught:
        load("out")
    assert [line.strip() for line in str(caught.value).splitlines()[:-1]] == [
        "out: 3 of 5 rows cannot be used:",
        "part-0.csv, line 3: rating 'x' is not a finite number",
        "part-1.csv, line 2: 2 columns where 3 are expected",
        "part-1.csv, line 5: rating 'bad' is not a finite number",
    ]
    found = load("out", on_bad="skip").bad_rows
    assert [(row.part, row.line) for row in found] == [
        ("part-0.csv", 3),
        ("part-1.csv", 2),
        ("part-1.csv", 5),
    ]


def test_a_pair_repeated_in_another_part(tmp_path: Path) -> None:
    parts(tmp_path / "out", {"part-0.csv": f"{HEAD}u,a,4\n", "part-1.csv": f"{HEAD}v,b,2\nu,a,1\n"})
    with pytest.raises(errors.DataError) as caught:
        load("out")
    told = "part-1.csv, line 3: user u, item a is on part-0.csv, line 2 already"
    assert told in str(caught.value)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_folders_that_say_what_a_column_is(tmp_path: Path, triples: Triples, kind: str) -> None:
    frame = pd.DataFrame(
        {
            "user": ["u", "v", "w"],
            "item": ["a", "b", "c"],
            "rating": [4.0, 2.5, 1.0],
            "country": ["de", "fr/x", None],
        }
    )
    if kind == "parquet":
        pa.parquet.write_to_dataset(pa.table(frame), tmp_path / "out", partition_cols=["country"])
    else:
        for country, row in (
            ("de", "u,a,4"),
            ("fr%2Fx", "v,b,2.5"),
            ("__HIVE_DEFAULT_PARTITION__", "w,c,1"),
        ):
            parts(tmp_path / "out", {f"country={country}/any name.csv": f"{HEAD}{row}\n"})
    assert sorted(triples(load("out"))) == [*EXPECTED, ("w", "c", 1.0)]
    by_country = load("out", {"item": "country", "user": "user", "rating": "rating"}, "skip")
    assert sorted(triples(by_country)) == [("u", "de", 4.0), ("v", "fr/x", 2.5)]
    assert [row.reason for row in by_country.bad_rows] == ["the item is empty"]
    assert triples(load("out/country=de")) == EXPECTED[:1]


def test_a_folder_that_is_no_table(tmp_path: Path) -> None:
    parts(tmp_path / "ml", {"links.csv": "a\n", "ratings.csv": f"{HEAD}u,a,4\n"})
    with pytest.raises(errors.DataError) as caught:
        load("ml")
    message = str(caught.value)
    assert message.startswith(
        "ml: is a folder without a dataset.toml, and its files are not evidently"
    )
    assert "\n  links.csv\n  ratings.csv\n" in message


def test_files_of_several_formats(tmp_path: Path) -> None:
    parts(tmp_path / "out", {"part-0.csv": f"{HEAD}u,a,4\n", "part-1.parquet": "x"})
    with pytest.raises(errors.DataError, match="are files of several formats: .csv, .parquet"):
        load("out")


def test_a_pattern_without_a_match(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"out/\*.csv: matches no file"):
        load("out/*.csv")


def test_only_empty_parts(tmp_path: Path) -> None:
    parts(tmp_path / "out", {"part-0.csv": "", "part-1.csv": ""})
    with pytest.raises(errors.DataError, match="part-0.csv: the file is empty"):
        load("out")


def test_parts_named_by_a_description(tmp_path: Path, triples: Triples) -> None:
    parts(tmp_path / "mine", {"r/1.csv": f"{HEAD}u,a,4\n", "r/2.csv": f"{HEAD}v,b,2.5\n"})
    for file in ("r", "r/*.csv"):
        toml = f'[ratings]\nfile = "{file}"\n[items]\nfile = "i-*.csv"\ntitle = "title"\n'
        parts(tmp_path / "mine", {"dataset.toml": toml, "i-1.csv": "id,title\na,Aa\n"})
        parts(tmp_path / "mine", {"i-2.csv": "id,title\nb,Bb\n"})
        dataset = load("mine")
        assert triples(dataset) == EXPECTED
        assert [dataset.title(code) for code in range(2)] == ["Aa", "Bb"]
    parts(tmp_path / "mine", {"i-2.csv": "id,title\nb,Bb\n,Cc\n"})
    with pytest.raises(errors.DataError, match="items without an id:\n  i-2.csv, line 3"):
        load("mine")


def test_the_plain_file_itself_is_given(tmp_path: Path, write: Write) -> None:
    path = write(PLAIN)
    with Location(path).local() as found:
        assert found == path
    write(gzip.compress(PLAIN.encode()), "mine.csv.gz")
    with Location(tmp_path / "mine.csv.gz").local() as copy:
        assert copy.name == "mine.csv"
        assert copy.read_text(encoding="utf-8") == PLAIN
    assert not copy.exists()


def test_a_description_is_cheap(tmp_path: Path) -> None:
    assert describe(str(parts(tmp_path / "out", {"part-0.csv": "x"}))).name == "out"
