"""The walls of the house: who may import whom, and what `import autograd` costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Each room may import those before it, and itself.
ROOMS = "errors special primitive_type primitives modes graph sweep pullback copying value math"
RANK = {name: rank for rank, name in enumerate(ROOMS.split())} | {"_native": 0}
LATER = len(RANK)  # transforms and the wings


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources(folder):
    return sorted(path for path in (ROOT / folder).rglob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("path", sources("autograd"), ids=lambda path: str(path.relative_to(ROOT)))
def test_autograd_imports_downhill(path):
    rank = RANK.get(path.relative_to(ROOT / "autograd").parts[0].removesuffix(".py"), LATER)
    for name in imported(path):
        assert not name.startswith(("nn", "demos", "benchmarks")), f"{path.name} imports {name}"
        parts = name.split(".")
        if parts[0] == "autograd" and len(parts) > 1:
            assert RANK.get(parts[1], 0 if parts[1][0].isupper() else LATER) <= rank, (
                f"{path.name} imports {name}, which stands above it"
            )


@pytest.mark.parametrize("path", sources("nn"), ids=lambda path: str(path.relative_to(ROOT)))
def test_nn_uses_only_public_names(path):
    public = {"autograd", "autograd.math", "autograd.testing", "autograd.viz"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "autograd":
            assert node.module in public, f"{path.name} imports from {node.module}"
            assert not any(alias.name.startswith("_") for alias in node.names)


def test_importing_autograd_needs_the_standard_library_alone():
    code = (
        "import sys; import autograd, nn; "
        "print({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    outsiders = {
        name for name in ast.literal_eval(run.stdout) if not name.startswith(("_", "autograd", "nn"))
    }
    assert not {name for name in outsiders if "mypyc" not in name and "__editable__" not in name}


def test_every_operation_is_declared_once():
    from autograd import PRIMITIVES

    declared = Counter(
        node.args[0].value
        for path in (ROOT / "autograd" / "primitives").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Primitive"
        and isinstance(node.args[0], ast.Constant)
    )
    assert declared.keys() <= PRIMITIVES.keys()
    assert len(declared) > 100
    assert set(declared.values()) == {1}
