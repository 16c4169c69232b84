"""Code by what it does: modules with all that they import, without comments and docstrings."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import recli

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def closure(modules: Iterable[str]) -> list[str]:
    """The modules of recli among `modules`, and all of recli that these import, sorted.

    Imports inside functions count, those for type checking alone do not. `kernels.sgd` counts as an
    import of the module where `kernels` is the package. A module comes with the packages that it is in,
    the outermost excepted, which holds nothing to compute with.

    Args:
        modules: dotted names; those that are none of recli's are left out
    """
    found: set[str] = set()
    coming = [name for name in modules if _path(name)]
    while coming:
        name = coming.pop()
        path = _path(name)
        if name in found or path is None:
            continue
        found.add(name)
        coming += [package for package in _packages(name) if package not in found]
        coming += [target for target in imported(path) if target not in found]
    return sorted(found)


def digest(modules: Iterable[str]) -> str:
    """SHA-256 over the `closure` of modules of recli, 16 hexadecimal digits of it.

    Args:
        modules: dotted names
    """
    return _digest(frozenset(modules))


def inside(package: str) -> list[str]:
    """The modules of a package of recli, and of the packages in it.

    Args:
        package: its dotted name, such as `recli.kernels`
    """
    root = Path(recli.__file__).parent
    paths = root.joinpath(*package.split(".")[1:]).rglob("*.py")
    parts = (path.relative_to(root).with_suffix("").parts for path in paths)
    return sorted(".".join(("recli", *part)).removesuffix(".__init__") for part in parts)


def tree_digest(path: Path) -> str:
    """SHA-256 of what a source says to the interpreter; of its bytes where that cannot read it.

    Args:
        path: a file of Python
    """
    return _parsed(path.read_bytes())[0]


def imported(path: Path) -> frozenset[str]:
    """The modules of recli that a source imports, as far as there are such.

    Args:
        path: a file of Python
    """
    return _parsed(path.read_bytes())[1]


@functools.cache
def _digest(modules: frozenset[str]) -> str:
    found = hashlib.sha256()
    for name in closure(modules):
        path = _path(name)
        assert path is not None
        found.update(f"{name}\0{tree_digest(path)}\0".encode())
    return found.hexdigest()[:16]


@functools.cache
def _parsed(content: bytes) -> tuple[str, frozenset[str]]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return hashlib.sha256(content).hexdigest(), frozenset()
    found = frozenset(name for name in _names(tree) if _path(name))
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), found


def _names(tree: ast.Module) -> Iterator[str]:
    """Dotted names of recli that may be modules: imported ones, and attributes of these."""
    bound: dict[str, str] = {}
    attributes: list[tuple[str, str]] = []
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            bound |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.append((node.value.id, node.attr))
    yield from (f"{bound[name]}.{attribute}" for name, attribute in attributes if name in bound)


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree, without what only type checkers read."""
    coming = [tree]
    while coming:
        node = coming.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            coming += node.orelse
        else:
            coming += ast.iter_child_nodes(node)


def _packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(2, len(parts))]


@functools.cache
def _path(name: str) -> Path | None:
    """The source of a module of recli; None for other names, and for the outermost package."""
    first, _, rest = name.partition(".")
    if first != "recli" or not rest:
        return None
    path = Path(recli.__file__).parent.joinpath(*rest.split("."))
    for source in (path.with_suffix(".py"), path / "__init__.py"):
        if source.is_file():
            return source
    return None
