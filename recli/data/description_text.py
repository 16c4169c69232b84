"""A description as the text of its dataset.toml."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from recli.data.description import Description, Feature, TableSource, toml

_ABOUT = ("name", "title", "homepage", "licence", "citation")
_TABLES = ("ratings", "items", "users")


def text(about: Description) -> str:
    """What `description.read` reads as `about`, without a `download`.

    Only what differs from the default is written.

    Args:
        about: what the dataset's `dataset.toml` says
    """
    parts = ["\n".join(f"{key} = {toml(v)}" for key in _ABOUT if (v := getattr(about, key)))]
    for name in _TABLES:
        source = getattr(about, name)
        if source is not None:
            parts.append("\n".join([f"[{name}]", *_fields(source)]))
            features = getattr(source, "features", ())
            if features:
                lines = (f"{_key(one.name)} = {_feature(one)}" for one in features)
                parts.append("\n".join([f"[{name}.features]", *lines]))
    return "\n\n".join(parts) + "\n"


def _fields(source: TableSource) -> Iterator[str]:
    for key, value in _told(source).items():
        if key != "features":
            yield f"{key} = {_inline(value) if isinstance(value, Mapping) else toml(value)}"


def _feature(feature: Feature) -> str:
    fields = {key: value for key, value in _told(feature).items() if key != "name"}
    if fields["column"] == feature.name:
        del fields["column"]
    return _inline(fields)


def _told(one: TableSource | Feature) -> dict[str, object]:
    """The fields that differ from their default."""
    fields = {field.name: field for field in dataclasses.fields(one)}
    values = {name: getattr(one, name) for name in fields}
    return {name: value for name, value in values.items() if value != fields[name].default}


def _inline(values: Mapping[str, object]) -> str:
    inner = ", ".join(f"{_key(key)} = {toml(value)}" for key, value in values.items())
    return f"{{ {inner} }}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)
