"""The Python files that classes from elsewhere come from, and those that they import."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

NOT_OF_THE_USER = {"recli", "surprise", *sys.stdlib_module_names}
_INSTALLED = {"site-packages", "dist-packages"}
_read: dict[Path, tuple[object, bytes]] = {}  # by source, how it was loaded and what it said then


def own_modules(classes: Iterable[type]) -> dict[str, Path] | None:
    """The modules that are not recli's, of classes and of all that they inherit from.

    Args:
        classes: of algorithms or re-rankers

    Returns:
        The source of each by its dotted name; None where one has no source to read.
    """
    found = {}
    for name in {base.__module__ for cls in classes for base in cls.__mro__}:
        if name.partition(".")[0] in NOT_OF_THE_USER:
            continue
        source = getattr(sys.modules.get(name), "__file__", None)
        if source is None or Path(source).suffix != ".py" or not Path(source).is_file():
            return None
        found[name] = Path(source)
    return found


def with_imports(modules: dict[str, Path]) -> list[Path]:
    """The sources of modules, the files beside them, and what these import from the same place, sorted.

    The same place is the folder that the module was imported from; of an installed package it is the
    package alone.

    Args:
        modules: sources by dotted name
    """
    return sorted({path for name, source in modules.items() for path in _reached(name, source)})


def edited_since_loaded(sources: Iterable[Path]) -> bool:
    """Whether a module runs by another text than its source has now, as in a notebook after an edit.

    That is: than it had when this was asked first since the module was loaded.

    Args:
        sources: files of Python
    """
    loaded = {getattr(module, "__file__", None): module for module in list(sys.modules.values())}
    edited = False
    for path in sources:
        if module := loaded.get(str(path)):
            spec, text = module.__spec__, path.read_bytes()  # loading it again gives another spec
            was, first = _read.get(path, (None, text))
            if was is not spec:
                first = text
            _read[path] = spec, first
            edited |= first != text
    return edited


def _reached(module: str, source: Path) -> set[Path]:
    root = source.parents[module.count(".") + (source.name == "__init__.py")]
    within = root / module.partition(".")[0] if _INSTALLED.intersection(root.parts) else root
    found: set[Path] = set()
    coming = list(source.parent.glob("*.py"))
    while coming:
        path = coming.pop()
        if path not in found:
            found.add(path)
            coming += [target for target in _targets(path, root) if target.is_relative_to(within)]
    return found


def _targets(path: Path, root: Path) -> Iterator[Path]:
    """The files under `root` that a source may import, with the packages that they are in."""
    for level, name in _imports(path.read_bytes()):
        parts = [part for part in name.split(".") if part]
        if not level and parts[0] in NOT_OF_THE_USER:
            continue
        start = path.parents[level - 1] if 0 < level <= len(path.parents) else root
        for n in range(len(parts) + 1):
            target = start.joinpath(*parts[:n])
            files = [target / "__init__.py"]
            files += [target.with_name(f"{target.name}.py")] if n else []
            yield from (file for file in files if file.is_file())


@functools.cache
def _imports(content: bytes) -> frozenset[tuple[int, str]]:
    """What a source imports: how many dots a name begins with, and the rest of it."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return frozenset()
    found: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.level, f"{node.module or ''}.{alias.name}") for alias in node.names}
    return frozenset(found)
