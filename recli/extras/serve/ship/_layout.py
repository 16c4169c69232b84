"""Folders laid out from the templates beside this file, whose marks look like @MODEL@."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
_MARK = re.compile(r"@([A-Z_]+)@")
# Python's own suffix would have the templates taken for modules of recli.
_SUFFIX = ".template"


def entries(kind: str) -> set[str]:
    """What the top of a folder of this kind holds by its templates.

    Args:
        kind: the folder of templates, such as `docker`
    """
    return {path.name.removesuffix(_SUFFIX) for path in (_TEMPLATES / kind).iterdir()}


def lay_out(kind: str, folder: Path, values: Mapping[str, str]) -> None:
    """Write the templates of this kind into `folder`, each mark replaced by its value.

    Args:
        kind: the folder of templates, such as `docker`
        folder: where the files are laid out
        values: what is filled in, by its name
    """
    root = _TEMPLATES / kind
    for template in sorted(path for path in root.rglob("*") if path.is_file()):
        target = folder / template.relative_to(root)
        target = target.with_name(target.name.removesuffix(_SUFFIX))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _MARK.sub(lambda mark: values[mark[1]], template.read_text(encoding="utf-8"))
        target.write_text(text, encoding="utf-8", newline="\n")
