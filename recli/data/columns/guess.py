"""Guesses which column plays which role, by its name, its values and its place.

Every guess is shown to the user, with the parameter that overrules it; between two readings that are
as good as each other the user is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recli import errors
from recli.data.columns import roles
from recli.data.columns import vocabulary as known
from recli.data.columns.roles import (  # fmt: skip
    ANY_ID,
    ANY_NAME,
    BARE,
    CALLED,
    EVENT,
    ITEM,
    PART,
    RATING,
    TIME,
    USER,
    WEAK_NOUN,
    WEIGHT,
)
from recli.data.columns.values import Column
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.sources.location import Location

_MANY_ROWS = 20  # so many users do not rate one item each, in their order


@dataclass
class Guess:
    """The roles of the columns that the source does not name.

    Attributes:
        file: where the table is
        table: the columns, as text
        found: role -> column, grows role by role
        implicit: whether rows are interactions, None where that is open
        source: how the table is read, and which column is what
        left_out: columns that number the rows
    """

    file: Location
    table: TextTable
    found: dict[str, str]
    implicit: bool | None
    source: RatingsSource
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        columns = self.table.columns.items()
        self.columns = [
            Column(name, place, column, self.source.decimal, self.source.time_format)
            for place, (name, column) in enumerate(columns, start=1)
        ]

    def all_roles(self) -> None:
        """Find what there is.

        Raises:
            DataError: with what to say, where there are two readings
        """
        if all(column.unnamed for column in self.columns):
            self._by_place()
        else:
            self._by_name()

    @property
    def _rest(self) -> list[Column]:
        """The columns without a role so far, in the order of the file."""
        taken = {*self.found.values(), *self.left_out}
        return [column for column in self.columns if column.name not in taken]

    @property
    def _missing(self) -> list[str]:
        return [role for role in (USER, ITEM) if role not in self.found]

    def _is_of_item(self, column: Column) -> bool:
        """Whether a column says the same wherever an item comes again."""
        item = next((c for c in self.columns if c.name == self.found.get(ITEM)), None)
        return item is not None and column.is_settled_by(item)

    # Columns with names

    def _by_name(self) -> None:
        self.left_out += [
            c.name for c in self._rest if c.unnamed and c.place == 1 and c.are_row_numbers
        ]
        if not self.implicit:
            self._claimed(RATING, PART, lambda c: c.is_rating or _claim(c, RATING) >= BARE)
        # Numbers that are no moments are a time only where nothing else is said of them.
        self._claimed(
            TIME, PART, lambda c: c.is_moment or (not c.is_number) or _claim(c, TIME) >= BARE
        )
        for role in (USER, ITEM):
            self._claimed(role, CALLED)
        if RATING not in self.found:
            self._claimed(EVENT, PART, lambda c: c.is_kinds and not self._is_of_item(c))
            self._claimed(WEIGHT, PART, lambda c: c.is_counts or _claim(c, WEIGHT) >= BARE)
        for role in (USER, ITEM):
            self._claimed(role, WEAK_NOUN)
        self._unclaimed_time()
        self._unclaimed_ids()
        self._unclaimed_rating()
        self._unclaimed_opinions()
        self._unclaimed_kinds()

    def _claimed(
        self, role: str, least: int, fits: Callable[[Column], bool] = lambda c: True
    ) -> None:
        """The column whose name claims the role most strongly."""
        claims = {c: _claim(c, role) for c in self._rest}
        claims = {c: claim for c, claim in claims.items() if claim >= least and fits(c)}
        if role not in self.found and claims:
            self._one_of(role, [c for c in claims if claims[c] == max(claims.values())])

    def _one_of(self, role: str, candidates: list[Column]) -> None:
        """The only one that fits, or the first where that makes no difference, or a question."""
        for fits in _FITS.get(role, ()):
            candidates = [c for c in candidates if fits(c)] or candidates
        first, *others = candidates
        alike = role in (USER, ITEM) and all(first.agrees(other) for other in others)
        if others and not alike:
            raise self._question(role, candidates)
        self.found[role] = first.name

    def _unclaimed_time(self) -> None:
        moments = [c for c in self._rest if c.is_moment and not _is_described(c)]
        if TIME not in self.found and len(moments) == 1 and len(self._rest) > len(self._missing):
            self.found[TIME] = moments[0].name

    def _unclaimed_ids(self) -> None:
        missing = self._missing
        candidates = [c for c in self._rest if c.is_ids and not c.is_flag and not _is_described(c)]
        numbering = [
            c for c in candidates if c.place == 1 and c.are_row_numbers and not c.are_items
        ]
        if not self.left_out and len(candidates) - len(numbering) >= len(missing) > 0:
            self.left_out += [c.name for c in numbering]
            candidates = [c for c in candidates if c not in numbering]
        if len(missing) == 1:
            for least in (ANY_ID, ANY_NAME, 0):
                claiming = [c for c in candidates if _claim(c, missing[0]) >= least]
                if claiming:
                    unsaid = [c for c in claiming if least or not c.is_scale]
                    claiming = unsaid or claiming
                    self._one_of(missing[0], claiming)
                    return
        elif missing and len(candidates) >= 2:
            first, second = candidates[:2]
            if len(candidates) == 2 and first.is_item_beside(second):
                self.found |= {USER: second.name, ITEM: first.name}
            elif len(candidates) == 2 and second.is_item_beside(first):
                self.found |= {USER: first.name, ITEM: second.name}
            else:
                raise self._question("user, and which the item", candidates)

    def _unclaimed_rating(self) -> None:
        """Numbers like stars under a name that says nothing may be ratings, or not."""
        if RATING in self.found or self.implicit or self._missing:
            return
        unsaid = [c for c in self._rest if not _is_described(c) and not _claim(c, ITEM)]
        commas = [c for c in unsaid if c.is_scale_with_commas and not self._is_of_item(c)]
        if commas:
            raise errors.DataError(
                f"{self.file}: is this the rating, with a decimal comma?\n  {commas[0].described}\n"
                f'Say it with `decimal=",", rating="{_typed(commas[0])}"` or `implicit=True`.'
            )
        ratings = [c for c in unsaid if c.is_scale or (self.implicit is False and c.is_rating)]
        ratings = [c for c in ratings if not self._is_of_item(c)]
        if len(ratings) > 1 or (ratings and self.implicit is None):
            raise self._question(RATING, ratings, or_none=True)
        if ratings:
            self.found[RATING] = ratings[0].name

    def _unclaimed_opinions(self) -> None:
        """Raise DataError for a yes or no, which is lost where all rows are interactions alike."""
        if not {RATING, EVENT}.isdisjoint(self.found) or self.implicit or self._missing:
            return
        opinions = [c for c in self._rest if c.are_opinions and not _is_described(c)]
        for column in opinions:
            if self._is_of_item(column):
                continue
            kinds = sorted(column.texts.unique(), key=lambda text: text.lower() in known.AGAINST)
            weights = ", ".join(
                f'"{kind}": {int(kind.lower() not in known.AGAINST)}' for kind in kinds
            )
            raise errors.DataError(
                f"{self.file}: do all rows say what a user likes? There is a column\n"
                f'  {column.described}\nSay what counts with `event="{_typed(column)}", weights='
                f"{{{weights}}}`, or `implicit=True` where all rows count alike."
            )

    def _unclaimed_kinds(self) -> None:
        """The only column that says view, purchase and the like is the kind of event, by any name."""
        kinds = [c for c in self._rest if c.has_known_kinds and not c.is_constant]
        kinds = [c for c in kinds if not self._is_of_item(c)]
        if {RATING, EVENT}.isdisjoint(self.found) and not self._missing and len(kinds) == 1:
            self.found[EVENT] = kinds[0].name

    # Columns without names

    def _by_place(self) -> None:
        spare = len(self._rest) - len(self._missing)
        moments = [c for c in self._rest if c.is_date or (c.is_moment and c.place > 1)]
        if TIME not in self.found and moments and spare > 0:
            self.found[TIME], spare = moments[-1].name, spare - 1
        kinds = [c for c in self._rest if c.has_known_kinds]
        if EVENT not in self.found and len(kinds) == 1 and spare > 0:
            self.found[EVENT] = kinds[0].name
        self._ids_by_place()
        if RATING not in self.found:
            self._rating_by_place()

    def _ids_by_place(self) -> None:
        missing = self._missing
        candidates = [c for c in self._rest if c.is_ids]
        if not missing or len(candidates) < len(missing):
            return
        first, chosen = candidates[0], candidates[: len(missing)]
        n_rows = len(self.table)
        if len(missing) == 2 and len(candidates) > 3 and n_rows >= _MANY_ROWS and first.is_1_to_n:
            raise self._question(USER, candidates[:2])
        if not self.implicit and RATING not in self.found:
            self._no_number_before_texts(candidates, chosen)
        if len(chosen) == 2 and chosen[0].is_item_beside(chosen[1]):
            chosen.reverse()
        self.found |= {role: c.name for role, c in zip(missing, chosen, strict=True)}
        self._no_text_besides(candidates)

    def _no_text_besides(self, candidates: list[Column]) -> None:
        """Raise DataError where rows have several texts, and nothing else that tells what the item is."""
        item = next((c for c in candidates if c.name == self.found[ITEM]), None)
        numbers = [c for c in self._rest if c.is_number and not c.is_moment]
        if item is None or numbers or not {RATING, EVENT, WEIGHT}.isdisjoint(self.found):
            return
        texts = [c for c in candidates if c in self._rest and not c.is_number and not c.is_constant]
        others = [c for c in texts if not c.is_settled_by(item)]
        if others:
            raise self._question(ITEM, [item, *others])

    def _no_number_before_texts(self, candidates: list[Column], chosen: list[Column]) -> None:
        """Raise DataError for stars that stand where an id would."""
        after = [c for c in self._rest if c.is_number and c.place > chosen[-1].place]
        texts = [c for c in candidates if not c.is_number]
        if len(texts) >= len(chosen) and not after:
            stars = [c for c in chosen if c.is_scale]
            if stars:
                raise self._question(RATING, stars, or_none=True)

    def _rating_by_place(self) -> None:
        """The number right after the two ids, and the kind of event if there is one, is a rating or
        how often.
        """
        roles = (USER, ITEM, EVENT)
        ids = [c.place for c in self.columns if c.name in map(self.found.get, roles)]
        numbers = [c for c in self._rest if c.is_number and not c.is_moment]
        right = [c for c in numbers if c.place > max(ids, default=0)]
        if not right and EVENT not in self.found:
            if len(numbers) > 1 and not self.implicit:
                raise self._question(RATING, numbers, or_none=True)
            right = numbers
        counts = [c for c in right if c.is_counts or EVENT in self.found]
        if self.implicit is not False and counts and counts[0] is right[0]:
            self._weight_of(counts)
        elif right and not self.implicit:
            self._rating_of(right, next_to=max(ids, default=0))

    def _rating_of(self, numbers: list[Column], next_to: int) -> None:
        """The first of the numbers, unless it may be a price or a place and another the rating."""
        first, *others = numbers
        between = any(next_to < c.place < first.place for c in self._rest)
        if not first.is_scale and (between or any(c.is_scale for c in others)):
            raise self._question(RATING, numbers, or_none=True)
        self.found[RATING] = first.name

    def _weight_of(self, counts: list[Column]) -> None:
        """The only one of the counts that varies, where it may not be the id of something else."""
        counts = [c for c in counts if not c.is_constant] or counts
        sure = len(counts) == 1 and (counts[0].has_long_tail or EVENT in self.found)
        if WEIGHT in self.found or (self.implicit and not sure):
            return
        if not sure:
            raise self._question(WEIGHT, counts, or_none=True)
        self.found[WEIGHT] = counts[0].name

    def _question(
        self, role: str, candidates: Sequence[Column], or_none: bool = False
    ) -> errors.DataError:
        shown = "\n".join(f"  {column.described}" for column in candidates[:10])
        names = [_typed(column) for column in candidates[:2]]
        if role in (USER, ITEM, RATING, TIME, WEIGHT, EVENT):
            ways = [f'{role}="{name}"' for name in names]
        else:
            ways = [f'user="{u}", item="{i}"' for u, i in (names, names[::-1])]
        if or_none and self.implicit is None:
            ways.append("implicit=True")
        if len(candidates) > 1 or not or_none:
            question = f"which column is the {role}? It may be:"
        else:
            question = f"is this the {role}, or are rows interactions without {_A[role]}?"
        or_so = " or ".join(f"`{way}`" for way in ways)
        return errors.DataError(f"{self.file}: {question}\n{shown}\nSay it with {or_so}.")


_FITS: dict[str, tuple[Callable[[Column], bool], ...]] = {
    RATING: (lambda c: c.is_rating,),
    TIME: (lambda c: c.is_moment, lambda c: c.is_number),
}


_A = {RATING: "a rating", WEIGHT: "a weight"}


def _claim(column: Column, role: str) -> int:
    return 0 if column.unnamed else roles.claims(column.name).get(role, 0)


def _is_described(column: Column) -> bool:
    """Whether its name says that it is neither user nor item nor rating."""
    if column.unnamed:
        return False
    others = {RATING, WEIGHT, EVENT, TIME} & set(roles.claims(column.name))
    return bool(others) or roles.is_attribute(column.name)


def _typed(column: Column) -> str:
    """The column as it is said: by name, or by number where that cannot be."""
    by_name = not column.unnamed and not set(column.name) & set(",='")
    return column.name if by_name else str(column.place)
