"""A recorded graph as flat data: what every picture, listing and page is made from."""

from __future__ import annotations

import gc
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from autograd.graph import topological
from autograd.value import Value

Role = Literal["input", "parameter", "constant", "output", "interior"]
Path = tuple[str, ...]


@dataclass(slots=True)
class Node:
    """One number of the graph, and how it was made from others.

    `operands` are ids in operand order; `partials` stand beside them, None where the operand is a plain
    number. `grad` is None where no gradient was computed. `group` is the path of the module (the neuron)
    the node works for, outermost first. `cut` marks a node whose operands were left out of a neighbourhood.
    """

    id: int
    data: float | None
    name: str | None = None
    symbol: str | None = None
    label: str | None = None
    role: Role = "interior"
    grad: float | None = None
    operands: tuple[int, ...] = ()
    partials: tuple[float | None, ...] = ()
    group: Path = ()
    ordered: bool = False
    cut: bool = False
    source: str | None = None

    @property
    def title(self) -> str:
        """The label, or the number of the node where it has none."""
        return self.label or f"v{self.id}"


@dataclass(slots=True)
class Snapshot:
    """All nodes of a graph in topological order (operands before users), and which of them are the roots."""

    nodes: list[Node]
    roots: list[int]
    values: list[Any] = field(default_factory=list)
    model_outputs: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.nodes)

    def users(self) -> list[list[int]]:
        """For each node the ids of the nodes it is an operand of, one entry an edge."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for node in self.nodes:
            for operand in node.operands:
                found[operand].append(node.id)
        return found

    def reverse_order(self, root: int) -> list[int]:
        """The interior nodes in the order in which a reverse sweep from the root hands cotangents down."""
        pending = [0] * len(self.nodes)
        seen = [False] * len(self.nodes)
        seen[root] = True
        stack = [root]
        while stack:
            node = self.nodes[stack.pop()]
            for operand, partial in zip(node.operands, node.partials, strict=True):
                if partial is None:
                    continue
                pending[operand] += 1
                if not seen[operand]:
                    seen[operand] = True
                    stack.append(operand)
        order: list[int] = []
        stack = [root] if self.nodes[root].operands else []
        while stack:
            here = stack.pop()
            order.append(here)
            node = self.nodes[here]
            for operand, partial in zip(node.operands, node.partials, strict=True):
                if partial is None:
                    continue
                pending[operand] -= 1
                if pending[operand] == 0 and self.nodes[operand].operands:
                    stack.append(operand)
        return order

    def sweep(self, root: int) -> list[float | None]:
        """The derivative of the root by each node, None where none flows; the engine is not touched."""
        found: list[float | None] = [None] * len(self.nodes)
        found[root] = 1.0
        for here in self.reverse_order(root):
            node = self.nodes[here]
            upstream = found[here]
            if upstream is None:
                continue
            for operand, partial in zip(node.operands, node.partials, strict=True):
                if partial is not None:
                    before = found[operand]
                    found[operand] = (-0.0 if before is None else before) + upstream * partial
        return found

    def as_data(self) -> dict[str, Any]:
        """The graph as `draw(...).save("x.json")` writes it; numbers are strings, so nan and inf survive."""
        return {
            "version": 1,
            "nodes": [
                {
                    "id": n.id,
                    "op": n.symbol,
                    "name": n.name,
                    "label": n.label,
                    "role": n.role,
                    "data": None if n.data is None else repr(n.data),
                    "grad": None if n.grad is None else repr(n.grad),
                    "operands": list(n.operands),
                    "partials": [None if d is None else repr(d) for d in n.partials],
                    "group": list(n.group),
                }
                for n in self.nodes
            ],
            "root": self.roots[0] if self.roots else None,
            "roots": self.roots,
        }

    def as_json(self) -> str:
        """The text of `as_data()`."""
        return json.dumps(self.as_data(), ensure_ascii=False, separators=(",", ":"))


@contextmanager
def paused_collector() -> Iterator[None]:
    """Without the garbage collector, which takes longer over a million new objects than making them."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def snapshot(
    roots: Sequence[Value],
    *,
    names: Mapping[int, str] | None = None,
    depth: int | None = None,
) -> Snapshot:
    """Flatten the graph under the roots; `names` gives parameters (by `id`) their paths in a model.

    A number that is an operand becomes a node of its own, right before its user. With `depth`, only the
    nodes at most that many operations away from a root.

    >>> x = Value(3.0, "x")
    >>> [(n.id, n.title, n.operands) for n in snapshot([x * x + 1.0]).nodes]
    [(0, 'x', ()), (1, 'v1', (0, 0)), (2, 'v2', ()), (3, 'v3', (1, 2))]
    """
    names = names or {}
    order, inner = _order(roots, depth)
    nodes: list[Node] = []
    values: list[Any] = []
    ids: dict[int, int] = {}
    for value in order:
        primitive = value.primitive
        given: Iterable[Any] = (
            value.operands if primitive is not None and (inner is None or id(value) in inner) else ()
        )
        operands: list[int] = []
        partials: list[float | None] = []
        local = iter(value.partials if given else ())
        for operand in given:
            if isinstance(operand, Value):
                operands.append(ids[id(operand)])
                partials.append(next(local))
            else:
                nodes.append(Node(len(nodes), operand, role="constant"))
                values.append(None)
                operands.append(len(nodes) - 1)
                partials.append(None)
        node = Node(
            len(nodes),
            value.data,
            label=value.label,
            grad=value.grad if value.has_grad else None,
            operands=tuple(operands),
            partials=tuple(partials),
        )
        if primitive is None:
            path = names.get(id(value))
            node.role = "input" if path is None else "parameter"
            node.label = value.label if path is None else path
        else:
            node.name, node.symbol = primitive.name, primitive.symbol
            node.ordered = len(operands) > 1 and not primitive.commutes
            node.cut = not operands
            node.source = getattr(value, "source", None)
        ids[id(value)] = node.id
        nodes.append(node)
        values.append(value)
    found = list(dict.fromkeys(ids[id(root)] for root in roots))
    for root in found:
        if nodes[root].name is not None:
            nodes[root].role = "output"
    return Snapshot(nodes, found, values)


def _order(roots: Sequence[Value], depth: int | None) -> tuple[list[Any], set[int] | None]:
    """The values in topological order, and which of them show their operands (None: all)."""
    if depth is None:
        return topological(list(roots)), None
    distance = {id(root): 0 for root in roots}
    waiting = deque(roots)
    inner: set[int] = set()
    while waiting:
        value = waiting.popleft()
        if distance[id(value)] == depth:
            continue
        inner.add(id(value))
        for parent in value.parents:
            if id(parent) not in distance:
                distance[id(parent)] = distance[id(value)] + 1
                waiting.append(parent)
    order: list[Value] = []
    entered: dict[int, bool] = {}
    stack = list(reversed(roots))
    while stack:
        value = stack[-1]
        done = entered.get(id(value))
        if done is None:
            entered[id(value)] = False
            if id(value) in inner:
                stack.extend(p for p in reversed(value.parents) if id(p) not in entered)
        else:
            stack.pop()
            if not done:
                entered[id(value)] = True
                order.append(value)
    return order, inner
