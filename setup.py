"""Compile the engine with mypyc where that is possible; the same files run uncompiled where it is not.

AUTOGRAD_PLAIN=1 at install time asks for the plain build.
"""

import os
import sys
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
ENGINE = [
    "autograd/primitive_type.py",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("autograd/special/*.py")),
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("autograd/primitives/*.py")),
    "autograd/graph.py",
    "autograd/sweep.py",
    "autograd/pullback.py",
    "autograd/linear.py",
    "autograd/pytree.py",
    "autograd/modes.py",
    "autograd/value.py",
    "autograd/series.py",
    "autograd/compiler/callbacks.py",
]


def extensions() -> list:
    """The engine's extension modules; none for the plain build."""
    if os.environ.get("AUTOGRAD_PLAIN", "0") not in ("", "0"):
        for stale in [*ROOT.glob("autograd/**/*.so"), *ROOT.glob("*__mypyc*.so")]:
            stale.unlink()  # an earlier build in place would win over the sources
        return []
    from mypyc.build import mypycify

    # Types are checked in development; here they only steer the compiler, and the optional packages that
    # other modules import are not installed.
    options = ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports"]
    modules = mypycify([*options, *ENGINE], opt_level="3", debug_level="0")
    header = ROOT / "autograd" / "_no_trashcan.h"
    for module in modules:
        module.optional = True  # no compiler: the plain build
        module.extra_compile_args += (
            [f"/FI{header}"] if sys.platform == "win32" else ["-include", str(header)]
        )
    return modules


setup(ext_modules=extensions())
