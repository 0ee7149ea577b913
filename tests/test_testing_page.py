"""The page "check your own gradients in five lines" is true: its first example runs as a suite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(autograd.__file__).parent
PAGE = (ROOT / "testing" / "README.md").read_text(encoding="utf-8")
MODEL = """
from autograd import math

def loss(w: float, xs: list[float]):
    return math.fsum([math.tanh(w * x) ** 2 for x in xs])
"""
WRONG = MODEL.replace("math.tanh(w * x)", "math.tanh(float(w) * x)")


def block(page, heading):
    return page.split(heading, 1)[1].split("```python\n", 1)[1].split("```", 1)[0]


def test_five_lines():
    lines = [line for line in block(PAGE, "# Check your own gradients in five lines").splitlines() if line]
    assert len(lines) <= 5


@pytest.mark.parametrize(("model", "status"), [(MODEL, 0), (WRONG, 1)], ids=["right", "wrong"])
def test_they_run_under_pytest(tmp_path, model, status):
    (tmp_path / "model.py").write_text(model)
    (tmp_path / "test_model.py").write_text(block(PAGE, "# Check your own gradients in five lines"))
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT.parent)!r}, '.']; import pytest; "
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', '--rootdir', '.', 'test_model.py']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == status, run.stdout
    assert ("GradcheckError: d output / d args[0]" in run.stdout) == bool(status)
