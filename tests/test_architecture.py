"""The house: imports point down only, and asking for help loads nothing heavy."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import recli

PACKAGE = Path(recli.__file__).parent
GROUND = dict.fromkeys(
    (
        *("recli", "configuration", "errors", "params", "registry", "spec", "files", "stored"),
        *("memory", "compiled", "kernels", "urls", "class_attributes"),
    ),
    0,
)
STOREYS = (
    *("data", "algorithms", "models", "ranking", "evaluation", "records", "experiments", "events"),
    *("api", "extras", "testing", "cli"),
)
FLOORS = GROUND | {name: level for level, name in enumerate(STOREYS, start=1)}
HEAVY = (
    *("numpy", "pandas", "numba", "sklearn", "scipy", "surprise", "optuna", "rich", "pyarrow"),
    *("joblib", "safetensors", "sqlalchemy", "msgspec", "pydantic"),
)
MODULES = sorted(PACKAGE.rglob("*.py"))


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


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path):
    name = name_of(path).removesuffix(".__init__")
    if name in ("recli.__main__", "recli"):  # two doors; the second names what it opens for types
        return
    upward = [
        f"line {line}: {target}"
        for line, target in imports(ast.parse(path.read_text(encoding="utf-8")))
        if target.split(".")[0] == "recli" and floor(target) > floor(name)
    ]
    assert upward == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_command_line_prints_asks_and_exits(path):
    if path.is_relative_to(PACKAGE / "cli"):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    forbidden = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "click.echo"}
    assert [call for call in calls(tree) if call[1] in forbidden] == []
    found = {target.split(".")[0] for _, target in imports(tree)} & {"click", "rich"}
    # The bar that `progress=True` asks for, in terminals and notebooks.
    assert found == ({"rich"} if path == PACKAGE / "api" / "_progress.py" else set())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_pytest_is_for_the_contracts_alone(path):
    if path.is_relative_to(PACKAGE / "testing"):
        return
    found = {target for _, target in imports(ast.parse(path.read_text(encoding="utf-8")))}
    assert not {name for name in found if name.split(".")[0] == "pytest"}
    assert not {name for name in found if name.startswith("recli.testing")}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_text_or_file_of_a_user_is_run(path):
    if path == PACKAGE / "models" / "pickled.py":  # says itself why, and when
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unsafe = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
    assert not unsafe & {target.split(".")[0] for _, target in imports(tree)}
    running = {"eval", "exec", "compile", "pd.read_pickle", "pd.eval", "joblib.load", "os.system"}
    assert [call for call in calls(tree) if call[1] in running] == []
    pickled = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and node.arg in ("allow_pickle", "shell")
        and not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert pickled == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_kernels_live_in_one_place_and_compile_through_one(path):
    """numba by itself gives up where its cache cannot be written; `recli.compiled` does not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {target for _, target in imports(tree)}
    if path == PACKAGE / "compiled.py":
        return
    if not path.is_relative_to(PACKAGE / "kernels"):
        assert not {name for name in found if name.split(".")[0] == "numba"}
        assert "recli.compiled" not in found
    from_numba = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    from_numba = [node for node in from_numba if node.module == "numba"]
    assert not {alias.name for node in from_numba for alias in node.names} & {"jit", "njit"}
    assert not [call for call in calls(tree) if call[1] in ("numba.jit", "numba.njit")]


def test_no_two_classes_have_one_name():
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    names = [node.name for t in trees.values() for node in t.body if isinstance(node, ast.ClassDef)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["evaluate", "--help"],
        ["list", "--help"],
        ["data", "check", "-h"],
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


def test_the_walk_sees_imports_inside_functions():
    tree = ast.parse("def f():\n    from recli import cli\n    import recli.data.load\n")
    assert list(imports(tree)) == [(2, "recli"), (2, "recli.cli"), (3, "recli.data.load")]


def of_recli(text: str) -> list[tuple[str, str]]:
    """What a text imports from recli: module and name."""
    return re.findall(r"from (recli(?:\.\w+)*) import (\w+)", text)


# Nothing else would notice: no test imports an experiment, and no type checker reads a text.
def test_what_texts_and_experiments_import_is_there():
    of_package = (path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts)
    paths = [path for path in of_package if path.is_file()]
    missing = []
    for path in [*paths, *(PACKAGE.parent / "experiments").rglob("*.py")]:
        for module, name in of_recli(path.read_text(encoding="utf-8", errors="ignore")):
            there = hasattr(importlib.import_module(module), name)
            if not (there or importlib.util.find_spec(f"{module}.{name}")):
                missing.append((path.name, f"{module}.{name}"))
    assert missing == []


def test_an_import_within_a_text_is_seen():
    found = of_recli('RUN ["python", "-c", "from recli.no.such import thing; thing()"]')
    assert found == [("recli.no.such", "thing")]
