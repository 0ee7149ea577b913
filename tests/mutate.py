"""Mutation testing of the engine with mutmut: `python tests/mutate.py [file ...]`, from the root; not in CI.

Works on a copy in a temporary folder, in plain Python; prints how many mutants the tests killed, and the
names of the survivors for tests/mutation.md. Takes hours for all files.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = [
    "autograd/graph.py",
    "autograd/sweep.py",
    "autograd/pullback.py",
    "autograd/value.py",
    "autograd/transforms.py",
    "autograd/primitives",
]
TESTS = [
    "tests/test_graph.py",
    "tests/test_value.py",
    "tests/test_micrograd.py",
    "tests/test_transforms.py",
    "tests/test_engine_found.py",
    "tests/test_engine_machine.py",
    "tests/test_engine_programs.py",
]


def main(files: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "build", "*.so", "mutants"))
        quoted = ", ".join([f'"{name}"' for name in files])
        tests = ", ".join([f'"{name}"' for name in TESTS if (ROOT / name).exists()])
        with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
            settings.write(
                f"\n[tool.mutmut]\nsource_paths = [{quoted}]\n"
                f"pytest_add_cli_args_test_selection = [{tests}]\n"
                'also_copy = ["autograd", "nn", "tests", "pyproject.toml"]\n'
            )
        subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=copy, check=False)
        subprocess.run([sys.executable, "-m", "mutmut", "results"], cwd=copy, check=False)


if __name__ == "__main__":
    main(sys.argv[1:] or FILES)
