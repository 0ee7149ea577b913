"""From DOT source to pictures and positions, by the Graphviz that is there.

The `dot` program where there is one; else pygraphviz 2.x, whose wheel (abi3, one file for every Python from
3.10) holds the whole of Graphviz. Compared with graphviz-pure 0.2.2, a Graphviz in Rust: that one starts in
10 ms instead of 60 and lays out twice as fast, but writes no PDF and does not measure text beyond ASCII, so
boxes with λ, 😀 or right-to-left text come out too narrow. Both routes run in a process of their own, so that
no label can crash the caller and no layout can run on for ever.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import Any, Final

from autograd.errors import AutogradError, MissingExtraError

SECONDS: Final = 120.0

_PYGRAPHVIZ: Final = """
import sys
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot", args=" ".join(sys.argv[2:])) or b"")
"""


class LayoutError(AutogradError, RuntimeError):
    """Graphviz could not lay the graph out, or not in time."""


def render(source: str, format: str, *, seconds: float = SECONDS) -> bytes:
    """The picture of a DOT source as svg, png, pdf or json bytes.

    MissingExtraError where there is neither the `dot` program nor pygraphviz; LayoutError where Graphviz
    fails or takes longer than `seconds`.
    """
    options = ["-Gdpi=144"] if format == "png" else []
    command = _command(format, options)
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise LayoutError(
            f"the layout of {source.count(chr(10)):,} lines of DOT took longer than {seconds:g} s and was "
            "stopped: draw less (fold='layer', depth=5, max_nodes=500) or save the graph as .dot or .json, "
            "which need no layout"
        ) from None
    if done.returncode or not done.stdout:
        message = done.stderr.decode(errors="replace").strip()[-500:] or f"exit status {done.returncode}"
        raise LayoutError(f"Graphviz could not draw the graph as {format}: {message}")
    return done.stdout


def positions(source: str, *, seconds: float = SECONDS) -> Any:
    """Graphviz' own JSON of the laid-out graph: every node's and edge's place in points."""
    return json.loads(render(source, "json", seconds=seconds))


def _command(format: str, options: list[str]) -> list[str]:
    program = shutil.which("dot")
    if program is not None:
        return [program, f"-T{format}", *options]
    if find_spec("pygraphviz") is None:
        raise MissingExtraError("pygraphviz", "viz")
    return [sys.executable, "-P", "-c", _PYGRAPHVIZ, format, *options]
