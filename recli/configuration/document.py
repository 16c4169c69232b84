"""A file of configuration, read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors
from recli.configuration.kinds import fields
from recli.configuration.place import Place, lines


@dataclass(frozen=True)
class Document:
    """What a TOML file says, and where.

    Attributes:
        values: what it says
        top: the file as a whole, for errors to point at
    """

    values: dict[str, Any]
    top: Place

    @classmethod
    def read(cls, path: Path) -> Document:
        """The document in a file.

        Args:
            path: the file, UTF-8

        Raises:
            NotFoundError: there is no such file
            DataError: it cannot be read as TOML; says line and column
        """
        import tomllib  # not for those who read no such file

        try:
            text = path.read_text(encoding="utf-8")
            return cls(tomllib.loads(text), Place(str(path), lines(text)))
        except FileNotFoundError:
            raise errors.NotFoundError(f"{path}: no such file.") from None
        # A ValueError is also what Python says of a number with thousands of digits.
        except (OSError, ValueError, RecursionError) as error:
            raise errors.DataError(f"{path}: cannot be read as TOML: {error}") from None

    def to(
        self,
        kind: Any,
        *,
        error: type[errors.RecliError] = errors.DataError,
        lax: bool = False,
    ) -> Any:
        """The document as what a dataclass declares.

        Args:
            kind: the dataclass
            error: as of `convert`
            lax: as of `convert`

        Raises:
            RecliError: as `convert` does
        """
        return convert(kind, self.values, self.top, error=error, lax=lax)


def convert(
    kind: Any,
    given: object,
    place: Place,
    *,
    error: type[errors.RecliError] = errors.DataError,
    lax: bool = False,
) -> Any:
    """What a file says, as what `kind` declares.

    Args:
        kind: a dataclass, or any other type that one of its fields could have
        given: what the file says
        place: where it says so
        error: what is raised
        lax: whether numbers may be written as text, and names in any spelling

    Raises:
        RecliError: one of the kind `error`, which names every key that is unknown, missing or not
            valid, a line each
    """
    from recli.configuration.conversion import Conversion  # loads msgspec
    from recli.configuration.kinds import FieldKind

    conversion = Conversion(lax)
    found = conversion.value(FieldKind.of(kind), given, place)
    if conversion.problems:
        raise error("\n".join(conversion.problems))
    return found


def check_fields(made: Any) -> None:
    """Hold what did not come from a file to the rules that hold for files.

    Args:
        made: a dataclass as files declare one

    Raises:
        UsageError: a field has a value that its rule refuses
    """
    declared: Any = type(made)
    for name, kind in fields(declared).items():
        value = getattr(made, name)
        for rule in kind.checks if value is not None else ():
            try:
                if rule.reads is not None:
                    rule.reads(value)
            except ValueError:
                from recli.configuration import words  # loads msgspec

                raise errors.UsageError(f"`{name}={value!r}` should be {words.of(kind)}.") from None
            except errors.RecliError as error:
                raise errors.UsageError(f"`{name}`: {error}") from None
