"""tape: the graph as lines of text, one a node, in the order of recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd.viz.snapshot import Node, Snapshot, paused_collector
from autograd.viz.style import NONE, visible
from autograd.viz.subject import graph_of


class Tape:
    """The lines of a graph: `str()` of it is the whole listing, iterating gives line after line."""

    def __init__(self, graph: Snapshot) -> None:
        self.graph = graph

    def __iter__(self) -> Iterator[str]:
        nodes = self.graph.nodes
        made = max((len(_made(node)) for node in nodes[:1000]), default=0)
        width = min(made, 40)
        for node in nodes:
            if node.role == "constant":
                continue
            yield self._line(node, width)

    def __str__(self) -> str:
        return "\n".join(self)

    def __repr__(self) -> str:
        return str(self)

    def _line(self, node: Node, width: int) -> str:
        operands = " ".join(self._operand(self.graph.nodes[i]) for i in node.operands)
        made = f"{_made(node)} {operands}".rstrip()
        grad = NONE if node.grad is None else f"{node.grad:.9g}"
        data = NONE if node.data is None else f"{node.data:.9g}"
        line = (
            f"v{node.id} = {made}".ljust(width + 24) + f"  data {data}".ljust(22) + f"  grad {grad}".ljust(22)
        )
        if node.label is not None:
            line += f"  {visible(node.label, None)}"
        if node.source is not None:
            line += f"  at {node.source}"
        return line.rstrip()

    def _operand(self, node: Node) -> str:
        return f"{node.data!r}" if node.role == "constant" else f"v{node.id}"


def _made(node: Node) -> str:
    return (node.name or node.role) + (" …" if node.cut else "")


def tape(
    root: Any, *, args: Sequence[Any] | None = None, model: Any = None, depth: int | None = None
) -> Tape:
    """The graph as text, one line a node in topological order.

    Operation, operands, data, grad, label, and the source line where it is known. Of any size: lines are
    made as they are read. Takes what `draw` takes.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> z = x * x + 1.0
    >>> z.backward()
    >>> print(tape(z))
    v0 = input         data 3        grad 6   x
    v1 = mul v0 v0     data 9        grad 1
    v3 = add v1 1.0    data 10       grad 1
    """
    with paused_collector():
        return Tape(graph_of(root, args=args, model=model, depth=depth))


def tape_of(graph: Snapshot) -> Tape:
    """The listing of a graph already flattened."""
    return Tape(graph)
