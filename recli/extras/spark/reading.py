"""Ratings as a DataFrame of Spark: where they are, what a look at their beginning says, and every row."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data import interactions, load, prepare
from recli.data.columns import parsing
from recli.data.columns.point_zero import WHOLE
from recli.data.dataset import BadRow
from recli.data.description import Description, RatingsSource
from recli.data.formats._base import TextTable
from recli.data.formats.delimited import Delimited
from recli.experiments.reading import Reading
from recli.extras.spark.place import TABLE, place
from recli.extras.spark.rows import BAD, FAULT, FILE, GOOD, SCHEMA, UNCUT, Chunk, Rules, typed
from recli.extras.spark.session import failures

_LOOKED_AT = 2000  # rows, of which roles and formats are guessed
_MOST_BAD = 100_000  # rows that are shown or set aside


class SparkRows:
    """All rows of a dataset, judged by recli's own rules, as a DataFrame that lies on Spark's disks.

    Args:
        spark: the session
        reading: what is read, and how
    """

    def __init__(self, spark: Any, reading: Reading) -> None:
        self._spark = spark
        self.reading = reading
        about = load.describe(reading.spec)
        self.steps = prepare.steps(about, reading.overrides.get("prepare", ()))
        if self.steps:
            raise errors.UsageError(
                "The engine spark does not prepare data: leave `prepare` out, or prepare them here, "
                "write them by 'recli data convert', and give Spark what that wrote."
            )
        asked = {k: v for k, v in reading.overrides.items() if k != "prepare"}
        self.about: Description = about
        source = dataclasses.replace(about.ratings, **asked)
        self.place = place(about, source)
        with failures(f"To read {self.place.shown}"):
            self.read, rules = self._looked_at(source)
            if self.read.source.implicit:
                interactions.check_options(asked, reading.duplicates)
                self.read.weigh(self._kinds(rules))
            self._rules = dataclasses.replace(
                rules, source=self._settled(self.read.source, rules), kinds=self.read.kinds
            )
            self._whole = self._judged()
        self._refuse()

    @cached_property
    def good(self) -> Any:
        """SparkRows that are ratings: place, user, item, value, time (in `unit`)."""
        from pyspark.sql import functions as F

        good = self._whole.where(F.col("is") == GOOD)
        if any(kind.weight == 0 for kind in self.read.kinds):
            good = good.where(F.col("value") > 0)
        if not self._unit:
            return good.select("place", "user", "item", "value", "time")
        # Counted in the finest unit that any needs, as `parsing` does for all at once.
        per = [10 ** (3 * unit) for unit in range(4)]
        factor = F.element_at(
            F.array(*[F.lit(per[self._unit] // p if p <= per[self._unit] else 1) for p in per]),
            F.col("unit").cast("int") + 1,
        )
        return good.select(
            *("place", "user", "item", "value"), (F.col("time") * factor).alias("time")
        )

    @property
    def time_unit(self) -> str:
        """In what times are counted."""
        return ("s", "ms", "us", "ns")[self._unit]

    @cached_property
    def bad(self) -> list[BadRow]:
        """SparkRows that are set aside, in the order of the file."""
        found = self._bad.orderBy("place").limit(_MOST_BAD).toArrow()
        rows = found.select(["place", "reason", "text"]).to_pylist()
        return [self._bad_row(**row) for row in rows]

    def line(self, place: int) -> tuple[str, int]:
        """The file that a row stands in, where there are several, and its line there.

        Args:
            place: of the row
        """
        number, low = place >> FILE, place & ((1 << FILE) - 1)
        part = PurePosixPath(self._files[number]).name if len(self._files) > 1 else ""
        if self.place.kind != "text":
            return part, low + 1
        starts, before = self._blocks[number]
        block = int(np.searchsorted(starts, low, side="right")) - 1
        return part, int(before[block] + low - starts[block] + 1)

    @property
    def sniffed(self) -> tuple[tuple[str, str, str], ...]:
        """What was guessed of the file, as `Dataset.sniffed` has it."""
        return (*load.shown(self.read.source, self.read.guessed), *self.read.told)

    # Looked at

    def _looked_at(self, source: RatingsSource) -> tuple[load.Read, Rules]:
        """Which column is what, by the first rows, and how all are read."""
        file = Chunk(b"", self.place.shown)
        if self.place.kind == "text":
            head = self._raw.select("line").limit(_LOOKED_AT).toArrow()["line"].to_pylist()
            content = b"\n".join(bytes(line) for line in head) + b"\n"
            if not content.strip():
                raise file.empty()
            file = Chunk(content, self.place.shown)
            source, guessed = Delimited().complete(file, source)
            table = Delimited().read(file, source)
        else:
            guessed = []
            floats = self._with_fractions
            columns = [c for c in self._raw.columns if not c.startswith("__")]
            table_of = self._raw.select(*columns).limit(_LOOKED_AT).toArrow()
            table = TextTable(typed(table_of, floats), np.arange(1, len(table_of) + 1))
        read = load.understood(file, table, source, guessed)
        read.file = self.place.file or file
        files = {path: number for number, path in enumerate(self._files)}
        floats = () if self.place.kind == "text" else self._with_fractions
        return read, Rules(read.source, (), files, floats)

    def _settled(self, source: RatingsSource, rules: Rules) -> RatingsSource:
        """How each batch is read. What looks like UTF-8 may still have lines that are not."""
        utf_8 = source.encoding == "utf-8" and self.about.ratings.encoding is None
        asked = "encoding" in self.reading.overrides
        return dataclasses.replace(source, encoding=None) if utf_8 and not asked else source

    def _kinds(self, rules: Rules) -> tuple[Any, ...]:
        """The kinds of interaction of the whole table."""
        if rules.source.event is None:
            return interactions.kinds(self.read.file, self.read.table, rules.source)
        names = self._raw.mapInArrow(rules.events, "name string").groupBy("name").count().toArrow()
        texts = pa.chunked_array([names["name"].combine_chunks()])
        counts = dict(zip(texts.to_pylist(), names["count"].to_pylist(), strict=True))
        return interactions.kinds_of(self.read.file, counts, rules.source)

    # Read

    @cached_property
    def _raw(self) -> Any:
        """Lines of text, or the columns of a typed table, with the file and the place in it."""
        from pyspark.sql import functions as F

        place = self.place
        if place.kind == TABLE:
            found = self._spark.table(place.paths[0])
            file, number = F.lit(""), F.monotonically_increasing_id()
        elif place.kind == "parquet":
            found = self._spark.read.parquet(*place.paths)
            file, number = F.col("_metadata.file_path"), F.col("_metadata.row_index")
        else:
            return self._spark.read.text(list(place.paths)).select(
                F.col("value").cast("binary").alias("line"),
                F.col("_metadata.file_path").alias("file"),
                F.col("_metadata.file_block_start").alias("block"),
                F.monotonically_increasing_id().alias("number"),
            )
        return found.select("*", file.alias("__file"), number.alias("__number"))

    @cached_property
    def _files(self) -> list[str]:
        """The files, in the order in which they are one table."""
        names = self._raw.select("file" if self.place.kind == "text" else "__file")
        is_one = self.place.file is not None and not self.place.file.parts
        found = [row[0] for row in (names.limit(1) if is_one else names.distinct()).collect()]
        return sorted(found)

    @cached_property
    def _with_fractions(self) -> tuple[str, ...]:
        """The columns that are numbers with fractions, of which some is not whole."""
        from pyspark.sql import functions as F

        names = [name for name, kind in self._raw.dtypes if kind in ("double", "float")]
        if not names:
            return ()
        odd = [F.max((F.col(name) % 1 != 0) & ~F.isnan(name)).alias(name) for name in names]
        [row] = self._raw.select(*odd).collect()
        return tuple(name for name in names if row[name])

    def _judged(self) -> Any:
        """Every row, with what it is; then by what the ids of all together say."""
        from pyspark.sql import functions as F
        from pyspark.storagelevel import StorageLevel

        read = self._rules.of_lines if self.place.kind == "text" else self._rules.of_columns
        rows = self._raw.mapInArrow(read, SCHEMA).persist(StorageLevel.DISK_ONLY)
        for role, (points, gaps) in self._of_ids(rows).items():
            if points:
                rows = rows.withColumn(role, F.regexp_replace(role, r"\.0$", ""))
                self.notes_of_ids = (*self.notes_of_ids, parsing.of_point_zero(role))
            if gaps:
                why = F.element_at(
                    F.create_map(
                        *[
                            F.lit(x)
                            for gap in gaps
                            for x in (gap, parsing.stands_for_none(role, gap))
                        ]
                    ),
                    F.col(role),
                )
                # What was found before comes first, if it is about the user, or about this id.
                earlier = F.col("reason").startswith(
                    "the user" if role == "item" else f"the {role}"
                )
                is_gap = F.coalesce(F.col(role).isin(list(gaps)), F.lit(False)) & ~F.coalesce(
                    earlier, F.lit(False)
                )
                found = {"reason": why, "is": F.lit(BAD)}
                rows = rows.withColumns(
                    {
                        name: F.when(is_gap, new).otherwise(F.col(name))
                        for name, new in found.items()
                    }
                )
        return rows

    notes_of_ids: tuple[str, ...] = ()

    def _of_ids(self, rows: Any) -> dict[str, tuple[bool, tuple[str, ...]]]:
        """By role, whether ids lose their `.0` and which stand for none: what all together say."""
        from pyspark.sql import functions as F

        roles = ("user", "item")
        tests: dict[str, Callable[[Any], Any]] = {
            "points": lambda ids: F.max(ids.endswith(".0")),
            "whole": lambda ids: F.min(ids.rlike(WHOLE)),
            "some": lambda ids: F.max(ids.rlike(parsing.NUMBERED)),
            "all": lambda ids: F.min(ids.rlike(parsing.NUMBERED)),
        }
        [facts] = rows.agg(
            *(
                test(F.col(role)).alias(f"{role} {name}")
                for role in roles
                for name, test in tests.items()
            )
        ).collect()
        found = {}
        for role in roles:
            points = bool(facts[f"{role} points"] and facts[f"{role} whole"])
            mixed = facts[f"{role} some"] and not facts[f"{role} all"]
            found[role] = points, self._gaps(rows, role) if mixed else ()
        return found

    def _gaps(self, rows: Any, role: str) -> tuple[str, ...]:
        """The ids that stand for none, where some are numbers and others not."""
        from pyspark.sql import functions as F

        others = rows.where(~F.col(role).rlike(parsing.NUMBERED)).select(role).distinct()
        texts = [row[0] for row in others.limit(parsing.FEW_GAPS + 1).collect()]
        return tuple(sorted(parsing.of_none(pa.array([*texts, "1"]))))

    # Judged

    @cached_property
    def _counts(self) -> dict[str, int]:
        """How many rows are what, and in which unit times are counted."""
        from pyspark.sql import functions as F

        found = self._whole.groupBy("is").agg(F.count("*").alias("n"), F.max("unit").alias("unit"))
        rows = {row["is"]: row for row in found.collect()}
        return {
            "unit": (rows[GOOD]["unit"] or 0) if GOOD in rows else 0,
            **{str(what): rows[what]["n"] if what in rows else 0 for what in range(4)},
        }

    @property
    def _unit(self) -> int:
        return self._counts["unit"]

    @property
    def _bad(self) -> Any:
        from pyspark.sql import functions as F

        return self._whole.where(F.col("is").isin(BAD, UNCUT))

    def _refuse(self) -> None:
        """Raise what `load` raises for bad rows and for none that is good."""
        from pyspark.sql import functions as F

        with failures(f"To read {self.place.shown}"):
            n_good, n_bad = self._counts[str(GOOD)], self._counts[str(BAD)]
            n_uncut = self._counts[str(UNCUT)]
            if self._counts[str(FAULT)]:
                [first] = (
                    self._whole.where(F.col("is") == FAULT).orderBy("place").limit(1).collect()
                )
                raise errors.DataError(f"{self.place.shown}: {first['reason']}")
            table = _Counted(self.read.table, n_good + n_bad, self._uncut(n_uncut))
            self.read.table = table
            bad = self.bad if n_bad + n_uncut else []
        if n_bad + n_uncut > len(bad):
            raise errors.DataError(
                f"{self.place.shown}: {n_bad + n_uncut:,} of {n_good + n_bad + n_uncut:,} rows cannot be "
                f"used, the first of them:\n"
                f"{errors.first_ten([str(row) for row in bad[:10]], n_bad + n_uncut)}"
                "\nThe engine spark sets aside 100,000 at most: mend the file."
            )
        load.refuse(self.read, bad, n_good, self.reading.on_bad)
        if not n_good:
            raise load.empty(self.read, bad)

    def _uncut(self, n: int) -> list[Any]:
        """The places of the rows that could not be cut: whether they are the first matters."""
        from pyspark.sql import functions as F

        if not n:
            return []
        rows = self._whole.where(F.col("is") == UNCUT).orderBy("place").limit(_MOST_BAD)
        return [BadRow(row["place"], "", "") for row in rows.select("place").collect()]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of how ids were read."""
        return (*self.read.table.notes, *self.notes_of_ids)

    @cached_property
    def _blocks(self) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Of each file, where its blocks begin and how many lines stand before."""
        from pyspark.sql import functions as F

        found = self._raw.groupBy("file", "block").agg(F.count("*").alias("n")).collect()
        blocks = {}
        for number, file in enumerate(self._files):
            own = sorted((row["block"], row["n"]) for row in found if row["file"] == file)
            starts = np.array([start for start, _ in own], np.int64)
            before = np.cumsum([0, *[n for _, n in own]])[:-1]
            blocks[number] = starts, before
        return blocks

    def _bad_row(self, place: int, reason: str, text: str) -> BadRow:
        part, line = self.line(place)
        noun = "line" if self.place.kind == "text" else "row"
        return BadRow(line, reason, text, part, noun)


class _Counted(TextTable):
    """A table whose rows are elsewhere: how many they are, and which could not be cut."""

    def __init__(self, head: TextTable, n: int, malformed: list[Any]) -> None:
        super().__init__(head.columns, head.lines[:1], malformed, head.notes, head.found)
        self._n = n

    def __len__(self) -> int:
        return self._n
