"""The house: imports point down only, and asking for help loads nothing heavy."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import recli

PACKAGE = Path(recli.__file__).parent
GROUND = dict.fromkeys(
    (
        *("recli", "configuration", "errors", "params", "registry", "spec", "files", "stored"),
        *("json_documents", "memory", "compiled", "kernels", "urls", "class_attributes", "epochs"),
        *("surprise_lazily", "user_folders", "spreadsheet"),
    ),
    0,
)
STOREYS = (
    *("data", "algorithms", "models", "ranking", "evaluation", "records", "experiments", "events"),
    *("engines", "api", "extras", "testing", "cli"),
)
FLOORS = GROUND | {name: level for level, name in enumerate(STOREYS, start=1)}
HEAVY = (
    *("numpy", "pandas", "numba", "sklearn", "scipy", "surprise", "optuna", "rich", "pyarrow"),
    *("joblib", "safetensors", "sqlalchemy", "msgspec", "pydantic", "confluent_kafka"),
)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def floor(module: str) -> int:
    """The level of a module's floor. A new folder or file has to find its place in `FLOORS`."""
    parts = module.split(".")
    return FLOORS[parts[1] if len(parts) > 1 else "recli"]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of every module of ours that is imported, at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written out"
            assert node.module is not None
            yield node.lineno, node.module
            for alias in node.names:
                inner = PACKAGE.parent.joinpath(*node.module.split("."), alias.name)
                if inner.with_suffix(".py").is_file() or inner.is_dir():
                    yield node.lineno, f"{node.module}.{alias.name}"


@functools.cache
def imports_of(path: Path) -> list[tuple[int, str]]:
    """`imports` of a module of ours."""
    return list(imports(TREES[path]))


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def imported(trees: Mapping[Path, ast.Module]) -> Iterator[tuple[Path, str]]:
    """Each module of ours with what it imports, one by one."""
    return ((path, name) for path in trees for _, name in imports_of(path))


def called(trees: Mapping[Path, ast.Module]) -> Iterator[tuple[Path, tuple[int, str]]]:
    """Each module of ours with what it calls, one by one."""
    return ((path, call) for path, tree in trees.items() for call in calls(tree))


def test_imports_point_down():
    # Two doors: what they name is opened when it is used, or for types.
    doors = ("recli.__main__", "recli.__init__")
    upward = [
        f"{name_of(path)}, line {line}: {target}"
        for path in TREES
        if name_of(path) not in doors
        for line, target in imports_of(path)
        if target.split(".")[0] == "recli" and floor(target) > floor(name_of(path))
    ]
    assert upward == []


def test_only_the_command_line_prints_asks_and_exits():
    forbidden = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "click.echo"}
    below = {p: tree for p, tree in TREES.items() if not p.is_relative_to(PACKAGE / "cli")}
    assert [(name_of(path), call) for path, call in called(below) if call[1] in forbidden] == []
    packages = {(name_of(path), name.split(".")[0]) for path, name in imported(below)}
    # The bar that `progress=True` asks for, in terminals and notebooks.
    assert {p for p in packages if p[1] in ("click", "rich")} == {("recli.api._progress", "rich")}


def test_pytest_is_for_the_contracts_alone():
    others = {p: tree for p, tree in TREES.items() if not p.is_relative_to(PACKAGE / "testing")}
    for path, name in imported(others):
        assert name.split(".")[0] != "pytest", path
        assert not name.startswith("recli.testing"), path


def test_no_text_or_file_of_a_user_is_run():
    # That one says itself why, and when.
    trees = {p: tree for p, tree in TREES.items() if p != PACKAGE / "models" / "pickled.py"}
    unsafe = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
    assert [pair for pair in imported(trees) if pair[1].split(".")[0] in unsafe] == []
    running = {"eval", "exec", "compile", "pd.read_pickle", "pd.eval", "joblib.load", "os.system"}
    assert [(path, call) for path, call in called(trees) if call[1] in running] == []
    pickled = [
        (path, node.lineno)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and node.arg in ("allow_pickle", "shell")
        and not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert pickled == []


def test_kernels_live_in_one_place_and_compile_through_one():
    """numba by itself gives up where its cache cannot be written; `recli.compiled` does not."""
    trees = {p: tree for p, tree in TREES.items() if p != PACKAGE / "compiled.py"}
    outside = {p: tree for p, tree in trees.items() if not p.is_relative_to(PACKAGE / "kernels")}
    for path, name in imported(outside):
        assert name.split(".")[0] != "numba", path
        assert name != "recli.compiled", path
    from_numba = {
        alias.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "numba"
        for alias in node.names
    }
    assert not from_numba & {"jit", "njit"}
    assert not {call[1] for _, call in called(trees)} & {"numba.jit", "numba.njit"}


def test_no_two_classes_have_one_name():
    names = [node.name for t in TREES.values() for node in t.body if isinstance(node, ast.ClassDef)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["evaluate", "--help"],
        ["list", "--help"],
        ["data", "check", "-h"],
        ["consume", "--help"],
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(arguments):
    program = (
        "import sys\n"
        "from recli.cli import main\n"
        f"main({arguments!r}, prog_name='recli', standalone_mode=False)\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout
    assert done.stderr == "[]\n"


def test_what_declares_files_does_not_load_what_reads_them():
    program = "import sys, recli.data.description; print('msgspec' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == "False\n"


def test_the_walk_sees_imports_inside_functions():
    tree = ast.parse("def f():\n    from recli import cli\n    import recli.data.load\n")
    assert list(imports(tree)) == [(2, "recli"), (2, "recli.cli"), (3, "recli.data.load")]


def of_recli(text: str) -> list[tuple[str, str]]:
    """What a text imports from recli: module and name."""
    return re.findall(r"from (recli(?:\.\w+)*) import (\w+)", text)


def is_there(module: str, name: str) -> bool:
    """Whether a module of ours has a name or a module of that name; most are not imported for it."""
    place = PACKAGE.parent.joinpath(*module.split("."))
    if (place / name).is_dir() or (place / f"{name}.py").is_file():
        return True
    tree = TREES.get(place.with_suffix(".py")) or TREES.get(place / "__init__.py")
    names = {
        found
        for node in (tree.body if tree else ())
        for part in ast.walk(node)
        for found in (
            getattr(part, "name", None),
            getattr(part, "asname", None),
            getattr(part, "id", None),
        )
    }
    # Some give names that they have only when they are asked.
    return name in names or hasattr(importlib.import_module(module), name)


# Nothing else would notice: no test imports an experiment, and no type checker reads a text.
def test_what_texts_and_experiments_import_is_there():
    of_package = (path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts)
    paths = [path for path in of_package if path.is_file()]
    missing = [
        (path.name, module, name)
        for path in [*paths, *(PACKAGE.parent / "experiments").rglob("*.py")]
        for module, name in of_recli(path.read_text(encoding="utf-8", errors="ignore"))
        if not is_there(module, name)
    ]
    assert missing == []


def test_an_import_within_a_text_is_seen():
    found = of_recli('RUN ["python", "-c", "from recli.no.such import thing; thing()"]')
    assert found == [("recli.no.such", "thing")]
