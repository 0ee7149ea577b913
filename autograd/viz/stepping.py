"""stepper: one self-contained page that goes through a graph, forward and backward, an operation a step."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cached_property
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from autograd.viz.groups import LEVELS, legible
from autograd.viz.javascript import functions_source, operations_source
from autograd.viz.layout import layout, title
from autograd.viz.snapshot import Snapshot
from autograd.viz.style import visible
from autograd.viz.subject import TooLargeError, graph_of
from autograd.viz.training import Training, training_of


class Stepper:
    """What `stepper` gives: `.save("x.html")`, `.html()`, and an isolated frame in Jupyter."""

    def __init__(
        self, graph: Snapshot, name: str, direction: str, most: int, training: Training | None
    ) -> None:
        self.graph = graph
        self.name = name
        self.direction = direction
        self.most = most
        self.training = training

    @cached_property
    def _page(self) -> str:
        parts = {
            "TITLE": escape(self.name),
            "CSS": _part("page.css"),
            "DATA": _data(self._data()),
            "FUNCTIONS": functions_source(),
            "OPS": operations_source(self.graph),
            "SCRIPT": "".join(_part(f"{name}.js") for name in ("state", "view", "controls", "training")),
        }
        page = _part("page.html")
        for name in ("CSS", "FUNCTIONS", "OPS", "SCRIPT", "TITLE", "DATA"):
            page = page.replace(f"@{name}@", parts[name])
        return page

    def _data(self) -> dict[str, Any]:
        graph = self.graph
        root = graph.roots[0]
        levels = LEVELS if any(node.group for node in graph.nodes) else LEVELS[:1]
        quotients = [legible(graph, level) for level in levels]
        small = [q for q in quotients if len(q) <= self.most]
        distinct = [q for i, q in enumerate(small) if i == 0 or len(q) < len(small[i - 1])]
        if not distinct:
            raise TooLargeError(
                f"the graph has {len(graph):,} nodes, more than a page can show (max_nodes={self.most:,}): "
                "step through a neighbourhood with depth=5, fold the graph with model=..., or raise max_nodes"
            )
        data = graph.as_data()
        for node in data["nodes"]:
            del node["grad"]
        data["back"] = graph.reverse_order(root)
        data["layouts"] = [layout(graph, q, self.direction) for q in distinct]
        for boxes in (found["boxes"] for found in data["layouts"]):
            for box in boxes:
                if "node" in box:
                    box["title"] = title(graph.nodes[box["node"]].title)
        data["training"] = None if self.training is None else self.training.as_data(graph)
        return data

    def html(self) -> str:
        """The page as text; TooLargeError where no folding fits, MissingExtraError without Graphviz."""
        return self._page

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page; its name must end in .html. Folders that are missing are made."""
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"can't save a page as {target.name!r}: give a name ending in .html")
        page = self._page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        try:
            page = self._page
        except Exception as error:
            return f"<pre>{escape(f'{self!r}: {error}')}</pre>"
        return (
            f'<iframe title="{escape(self.name)}" sandbox="allow-scripts" srcdoc="{escape(page)}" '
            'style="width:100%;height:680px;border:1px solid #bbb"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Stepper through {len(self.graph):,} nodes>"


def stepper(
    root: Any,
    X: Sequence[Any] | None = None,
    Y: Sequence[Any] | None = None,
    loss: Any = None,
    history: Sequence[Sequence[float]] | None = None,
    *,
    args: Sequence[Any] | None = None,
    model: Any = None,
    sample: int = 0,
    depth: int | None = None,
    direction: str = "LR",
    max_nodes: int = 1500,
    name: str | None = None,
) -> Stepper:
    """A page that steps through the graph of `root`: a Value, a Module, or a function with `args`.

    With data, `stepper(model, X, Y, loss, history)` also scrubs over training: `history` holds the list of
    all parameters, one list a training step; the graph is that of the loss of one `sample`. The
    page recomputes in the browser, needs no network and no server, and works from a file.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> stepper(x * x + 1.0)
    <Stepper through 4 nodes>
    """
    if X is not None:
        training = training_of(root, X, Y, loss, history, sample)
        graph = graph_of(training.root, model=root)
        return Stepper(graph, name or f"{type(root).__name__}, step by step", direction, max_nodes, training)
    if history is not None:
        raise ValueError("history was given without data: give stepper(model, X, Y, loss, history)")
    if hasattr(root, "instructions"):
        raise TypeError(
            "stepper got a Program, which stands for every number and has none to step through: give the "
            "function it was made from, as in stepper(f, args=(1.0, 2.0))"
        )
    graph = graph_of(root, args=args, model=model, depth=depth)
    if len(graph.roots) > 1:
        raise ValueError(
            f"there are {len(graph.roots)} roots: step through one of them, or through their sum"
        )
    top = graph.nodes[graph.roots[0]].label
    return Stepper(
        graph,
        name or f"{'Computation' if top is None else visible(top)}, step by step",
        direction,
        max_nodes,
        None,
    )


def _part(name: str) -> str:
    return resources.files("autograd.viz").joinpath("page", name).read_text("utf-8")


def _data(data: Any) -> str:
    """JSON that can stand inside a script element."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
