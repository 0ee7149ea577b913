"""Nodes linked into a graph, and the order in which it is walked; no mathematics.

A node holds the number computed, its operands and the local partials, captured when it was recorded. Sweeps
multiply and add along the edges: `sweep` reads the partials as floats, `pullback` runs the rules on nodes.
No walk recurses, and no order depends on hashes or addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, final

from autograd._native import i64, mypyc_attr
from autograd.primitive_type import Primitive


@final
@mypyc_attr(acyclic=True)
class Extra:
    """What few nodes have: a label, the source line, three and more operands with their partials.

    A checkpointed node has a `segment` in place of partials, which finds them when they are needed.
    """

    __slots__ = ("label", "operands", "partials", "segment", "source")

    def __init__(self) -> None:
        self.label: str | None = None
        self.source: str | None = None
        self.operands: tuple[Any, ...] = ()
        self.partials: list[float] = []
        self.segment: Any = None


@mypyc_attr(acyclic=True)
class Node:
    """A number and how it was made.

    With one or two operands, `left` and `right` are the operands that are nodes and `dleft`, `dright` their
    local partials; where an operand is a plain number, its side is None and the partial's place holds
    the number. More operands stand in `extra`. A leaf has no primitive, and its `dleft` holds the time it was
    made (see `_Clock`).

    `mark` counts the edges a sweep has still to see, above a base that rises with every sweep: marks below
    the base are old and need no clearing. 0: never swept; negative: traced, stands for every number.
    """

    __slots__ = ("dleft", "dright", "extra", "grad_", "left", "mark", "number", "primitive", "right")
    __deletable__ = ("left",)  # for the compiler: a node whose construction failed lacks it

    def __init__(self) -> None:
        # In the order of use: what freeing and counting touch shares a cache line.
        self.left: Node | None = None
        self.right: Node | None = None
        self.extra: Extra | None = None
        self.mark: i64 = 0
        self.primitive: Primitive | None = None
        self.grad_: float = 0.0
        self.dleft: float = 0.0
        self.dright: float = 0.0
        self.number: float = 0.0

    def __del__(self) -> None:
        """Free the operands without nesting deeper than a bound: graphs are deep, the C stack is not.

        Compiled nodes are unknown to the garbage collector, and to its help with deep frees. Interpreted
        ones have that help, so this method is taken away from them below.
        """
        try:
            if self.left is None and self.right is None and self.extra is None:
                return
        except AttributeError:
            return
        freeing = FREEING
        if freeing.depth < DEEPEST:
            freeing.depth += 1
            self.left = None
            self.right = None
            self.extra = None
            freeing.depth -= 1
            if freeing.depth == 0 and freeing.waiting:
                freeing.depth = 1
                while freeing.waiting:
                    freeing.waiting.pop()
                freeing.depth = 0
        else:
            freeing.waiting.append(self.left)
            freeing.waiting.append(self.right)
            freeing.waiting.append(self.extra)
            self.left = None
            self.right = None
            self.extra = None


DEEPEST: Final = 100


@final
class _Clock:
    """How many transforms have begun: a leaf older than a transform is no part of what it differentiates."""

    def __init__(self) -> None:
        self.now: float = 0.0

    def tick(self) -> float:
        """The time at which a transform begins."""
        self.now += 1.0
        return self.now


CLOCK: Final = _Clock()


@final
class _Freeing:
    """How deep the freeing of nodes is nested, and what waits until it has unwound."""

    def __init__(self) -> None:
        self.depth: i64 = 0
        self.waiting: list[object] = []


FREEING: Final = _Freeing()

if __file__.endswith(".py"):
    delattr(Node, "__del__")


def parents(node: Node) -> tuple[Any, ...]:
    """The operands that are nodes, in operand order."""
    extra = node.extra
    if extra is not None and extra.operands:
        return tuple([x for x in extra.operands if isinstance(x, Node)])
    left, right = node.left, node.right
    if left is not None:
        return (left,) if right is None else (left, right)
    return () if right is None else (right,)


def operands(node: Node) -> tuple[Any, ...]:
    """All operands in order, plain numbers as floats."""
    extra = node.extra
    if extra is not None and extra.operands:
        return extra.operands
    primitive = node.primitive
    if primitive is None:
        return ()
    left: Node | float = node.dleft if node.left is None else node.left
    if primitive.arity == 1:
        return (left,)
    return (left, node.dright if node.right is None else node.right)


def partials(node: Node) -> tuple[float, ...]:
    """The captured local partials, one a parent."""
    extra = node.extra
    if extra is not None and extra.operands:
        return tuple([d for x, d in zip(extra.operands, extra.partials, strict=True) if isinstance(x, Node)])
    if node.left is None:
        return () if node.right is None else (node.dright,)
    return (node.dleft,) if node.right is None else (node.dleft, node.dright)


def topological(roots: Sequence[Node], stop: Sequence[Node] = ()) -> list[Any]:
    """Every node the roots depend on, operands before users, left operands first.

    Walks do not enter the nodes to stop at, which are not in the order.
    """
    order: list[Node] = []
    entered: dict[int, bool] = {}  # False: its operands are under way; True: in the order
    for node in stop:
        entered[id(node)] = True
    stack: list[Node] = list(roots)
    stack.reverse()
    while stack:
        node = stack[-1]
        done = entered.get(id(node))
        if done is None:
            entered[id(node)] = False
            operands_ = parents(node)
            for i in range(len(operands_) - 1, -1, -1):
                if id(operands_[i]) not in entered:
                    stack.append(operands_[i])
        else:
            stack.pop()
            if not done:
                entered[id(node)] = True
                order.append(node)
    return order


def is_end(node: Node) -> bool:
    """Whether no derivative goes through the node, whatever its operands."""
    primitive = node.primitive
    return primitive is not None and primitive.name == "stop_gradient"
