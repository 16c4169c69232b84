"""Docstrings explain every argument, floor by floor."""

from __future__ import annotations

import ast
import functools
import inspect
import pydoc
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

RECLI = Path(__file__).parents[1] / "recli"
FLOORS = sorted({path.relative_to(RECLI).parts[0] for path in RECLI.rglob("*.py")})

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SECTION = re.compile(r"^(?:Args|Attributes):\n((?:(?: {4}.*)?\n)+)", re.M)
_NAMES = re.compile(r"^ {4}(\*{0,2}\w+(?:, \*{0,2}\w+)*): \S", re.M)


def modules(floor: str) -> list[Path]:
    """The modules of a floor, which is a folder or a file."""
    found = RECLI / floor
    return [found] if found.is_file() else sorted(found.rglob("*.py"))


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def classes() -> dict[str, ast.ClassDef]:
    """The classes of recli by name."""
    nodes = (node for path in RECLI.rglob("*.py") for node in ast.walk(tree(path)))
    return {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}


def explained(node: ast.AST) -> set[str]:
    """The names that the sections of a docstring explain."""
    text = inspect.cleandoc(ast.get_docstring(node) or "") + "\n"  # type: ignore[arg-type]
    sections = "".join(_SECTION.findall(text))
    return {name.strip("* ") for names in _NAMES.findall(sections) for name in names.split(",")}


def arguments(function: Function, bound: bool) -> set[str]:
    """The arguments that a caller gives; without the first, which is bound in a method."""
    takes = function.args
    positional = [*takes.posonlyargs, *takes.args][bound:]
    rest = [takes.vararg, takes.kwarg]
    every = (a.arg for a in (*positional, *takes.kwonlyargs, *rest) if a is not None)
    return {name for name in every if not name.startswith("_")}


def decorators(node: Function | ast.ClassDef) -> set[str]:
    """The names of the decorators, without what they are given."""
    called = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return {ast.unparse(one) for one in called}


def overrides(owner: ast.ClassDef, method: str) -> bool:
    """Whether it is a method of Surprise's contract, or a base of the class has it."""
    return method == "estimate" or any(_has(ast.unparse(base), method) for base in owner.bases)


def _has(name: str, method: str) -> bool:
    """Whether a class has a method, recli's or another library's, by itself or by a base."""
    known = classes().get(name)
    if known is None:
        return hasattr(pydoc.locate(name), method)
    own = {node.name for node in known.body if isinstance(node, Function)}
    return method in own or overrides(known, method)


def inherited(node: ast.ClassDef) -> set[str]:
    """The names that the docstrings of a class and of its bases explain."""
    bases = (classes().get(ast.unparse(base)) for base in node.bases)
    return explained(node).union(*(inherited(base) for base in bases if base is not None))


def fields(node: ast.ClassDef) -> set[str]:
    """What a caller gives to make one: the fields of a dataclass, or the constructor's arguments."""
    if any(name.rpartition(".")[2] == "dataclass" for name in decorators(node)):
        annotated = [n for n in node.body if isinstance(n, ast.AnnAssign)]
        names = {n.target.id: ast.unparse(n) for n in annotated if isinstance(n.target, ast.Name)}
        return {k for k, v in names.items() if not k.startswith("_") and "ClassVar" not in v}
    made = [n for n in node.body if isinstance(n, Function) and n.name == "__init__"]
    return arguments(made[0], bound=True) if made else set()


def is_call_of_a_command(node: Function) -> bool:
    """Whether click or the service calls it, whose help or OpenAPI schema explains the options."""
    by = decorators(node)
    return any(n.rpartition(".")[2] in ("command", "group") or n.startswith("router.") for n in by)


def documented(path: Path) -> Iterator[tuple[str, ast.AST, set[str]]]:
    """The public functions, classes and methods of a module, with what each has to explain."""
    for node in tree(path).body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            if not is_call_of_a_command(node):
                yield node.name, node, arguments(node, bound=False)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node, fields(node) - inherited(node)
            if "Protocol" in map(ast.unparse, node.bases):
                continue
            for method in node.body:
                if not isinstance(method, Function) or method.name.startswith("_"):
                    continue
                by = decorators(method)
                if {"property", "functools.cached_property", "pytest.fixture"} & by:
                    continue
                if method.name.startswith("test_") or overrides(node, method.name):
                    continue
                if node.bases and ast.get_docstring(method) is None:
                    continue  # another library's, which explains it
                given = arguments(method, bound="staticmethod" not in by)
                yield f"{node.name}.{method.name}", method, given


@pytest.mark.parametrize("floor", FLOORS)
def test_every_argument_is_explained(floor):
    lacking = [
        f"{path.relative_to(RECLI)}:{node.lineno} {name}: {', '.join(sorted(given - explained(node)))}"  # type: ignore[attr-defined]
        for path in modules(floor)
        for name, node, given in documented(path)
        if given - explained(node)
    ]
    assert modules(floor)
    assert not lacking, "\n".join(["These docstrings explain not every argument:", *lacking])


SAMPLE = '''
class Own:
    """A class.

    Args:
        first: One.
        second, third: Two
            and more.
    """

    def __init__(self, first, second, third, *rest):
        """Make it."""

    def method(self, x, *, y=1):
        """Do.

        Args:
            x: It.

        Returns:
            y: what it is not asked for.
        """

    @property
    def size(self): ...


class Derived(Own):
    def method(self, x, *, y=1): ...
'''


def test_what_is_looked_for(tmp_path, monkeypatch):
    """The test itself: it sees what lacks, and only that."""
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE, encoding="utf-8")
    monkeypatch.setitem(globals(), "classes", lambda: {n.name: n for n in tree(path).body})
    found = {name: given - explained(node) for name, node, given in documented(path)}
    assert found == {"Own": {"rest"}, "Own.method": {"y"}, "Derived": set()}
