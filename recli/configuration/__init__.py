"""Files that people write and recli reads: TOML into what a dataclass declares, and its JSON Schema.

A kind of file is a dataclass: its fields are the keys, their annotations say what is valid, and the
section `Attributes:` of its docstring says what they are. `Document.read(path).to(Kind)` gives one;
`schema.json_schema(Kind)` is for editors. The library behind it is msgspec, which is imported when a
file is read and not before.
"""

from recli.configuration.document import Document, check_fields, convert
from recli.configuration.kinds import fields
from recli.configuration.lists import listed
from recli.configuration.marks import Derived, Keyed, Many, OneOf, Rule
from recli.configuration.place import Place, parts
from recli.configuration.toml import key, toml

__all__ = [
    "Derived",
    "Document",
    "Keyed",
    "Many",
    "OneOf",
    "Place",
    "Rule",
    "check_fields",
    "convert",
    "fields",
    "key",
    "listed",
    "parts",
    "toml",
]
