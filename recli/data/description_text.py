"""A description as the text of its dataset.toml."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from recli.configuration import key, toml
from recli.data.description import Description, Feature, TableSource

_ABOUT = ("name", "title", "homepage", "licence", "citation")
_TABLES = ("ratings", "items", "users")


def text(about: Description) -> str:
    """What `description.read` reads as `about`, without a `download`.

    Only what differs from the default is written.

    Args:
        about: what the dataset's `dataset.toml` says
    """
    parts = ["\n".join(f"{name} = {toml(v)}" for name in _ABOUT if (v := getattr(about, name)))]
    for name in _TABLES:
        source = getattr(about, name)
        if source is not None:
            parts.append("\n".join([f"[{name}]", *_fields(source)]))
            features = getattr(source, "features", ())
            if features:
                lines = (f"{key(one.name)} = {_feature(one)}" for one in features)
                parts.append("\n".join([f"[{name}.features]", *lines]))
    return "\n\n".join(parts) + "\n"


def _fields(source: TableSource) -> Iterator[str]:
    for name, value in _told(source).items():
        if name != "features":
            yield f"{name} = {toml(value)}"


def _feature(feature: Feature) -> str:
    fields = {name: value for name, value in _told(feature).items() if name != "name"}
    if fields["column"] == feature.name:
        del fields["column"]
    return toml(fields)


def _told(one: TableSource | Feature) -> dict[str, object]:
    """The fields that differ from their default."""
    fields = {field.name: field for field in dataclasses.fields(one)}
    values = {name: getattr(one, name) for name in fields}
    return {name: value for name, value in values.items() if value != fields[name].default}
