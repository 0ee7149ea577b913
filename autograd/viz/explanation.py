"""explain: the chain rule from one value to another, worked in numbers."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import Any, Final

from autograd.value import Value
from autograd.viz.notation import (
    Block,
    Side,
    Token,
    as_html,
    as_markdown,
    as_text,
    joined,
    name,
    number,
    percent,
    slope,
    words,
)
from autograd.viz.snapshot import Node, Snapshot
from autograd.viz.style import visible
from autograd.viz.subject import graph_of

MOST_STEPS: Final = 60
MOST_PATHS: Final = 12
SHOWN_PATHS: Final = 8
COUNTED: Final = 10**15
INFIX: Final = frozenset({"+", "-", "*", "/", "**"})


class Explanation:
    """The derivative of a root by one value, step by step: `str()`, `.markdown()` and `.html()` write it."""

    def __init__(self, graph: Snapshot, x: int) -> None:
        self.graph = graph
        self.root = graph.roots[0]
        self.x = x
        self.grads = graph.sweep(self.root)
        self.cone = _cone(graph, x, self.root)
        self.blocks = list(self._blocks())

    @property
    def grad(self) -> float:
        """The derivative itself."""
        found = self.grads[self.x]
        return 0.0 if found is None else found + 0.0

    def __str__(self) -> str:
        return as_text(self.blocks)

    def markdown(self) -> str:
        """The explanation as Markdown with LaTeX."""
        return as_markdown(self.blocks)

    def html(self) -> str:
        """The explanation as a piece of HTML with MathML."""
        return as_html(self.blocks)

    _repr_markdown_ = markdown

    def __repr__(self) -> str:
        return f"<Explanation of ∂{self._title(self.root)}/∂{self._title(self.x)} = {self.grad:.9g}>"

    # --- what is said ---------------------------------------------------------------------------------------

    def _title(self, i: int) -> str:
        return visible(self.graph.nodes[i].title)

    def _blocks(self) -> Iterator[Block]:
        z, x = self._title(self.root), self._title(self.x)
        yield Block(
            f"How {z} changes with {x}",
            "",
            [[[name(x)], [number(self._data(self.x))]], [[slope(z, x)], [number(self.grad)]]],
        )
        if self.x == self.root:
            yield Block("", f"{z} is {x} itself, and everything changes with itself at the rate 1.")
            return
        if not self.cone:
            yield Block("", f"No path leads from {x} to {z}: {z} does not depend on it.")
            return
        if len(self.cone) <= MOST_STEPS:
            yield Block(f"Forward, from {x} to {z}", "", [self._value(i) for i in self.cone])
            locals_ = [
                [[slope(self._title(user), self._title(i))], [number(d)]] for user, i, d in self._edges()
            ]
            yield Block("The local partial of each operation by each operand on the way", "", locals_)
            steps = [self._step(i) for i in reversed(self.cone[:-1])] + [self._step(self.x)]
            yield Block(
                "Backward: upstream gradient × local partial, summed where paths join",
                "",
                [[[slope(z, z)], [number(1.0)]], *steps],
            )
        else:
            yield Block(
                "",
                f"{len(self.cone):,} operations lie between {x} and {z}; print(tape(root)) lists them. "
                "What follows are the paths that matter most.",
            )
        yield from self._paths()

    def _data(self, i: int) -> float:
        data = self.graph.nodes[i].data
        return math.nan if data is None else data

    def _value(self, i: int) -> list[Side]:
        node = self.graph.nodes[i]
        return [
            [name(self._title(i))],
            self._formula(node, False),
            self._formula(node, True),
            [number(self._data(i))],
        ]

    def _formula(self, node: Node, numbers: bool) -> Side:
        operands: list[Token] = []
        for i in node.operands:
            given = self.graph.nodes[i]
            plain = numbers or given.role == "constant"
            operands.append(number(self._data(i)) if plain else name(self._title(i)))
        symbol = node.symbol or ""
        if symbol in INFIX and len(operands) == 2:
            return joined(operands, "×" if symbol == "*" else symbol)
        inner = joined(operands, ",")
        return [name(node.name or symbol), Token("sign", "("), *inner, Token("sign", ")")]

    def _edges(self) -> Iterator[tuple[int, int, float]]:
        """User, operand and local partial of every edge on the way, an operand used twice counted twice."""
        inside = {self.x, *self.cone}
        for user in self.cone:
            node = self.graph.nodes[user]
            for i, d in zip(node.operands, node.partials, strict=True):
                if d is not None and i in inside:
                    yield user, i, d

    def _step(self, i: int) -> list[Side]:
        z = self._title(self.root)
        slopes: list[Token] = []
        numbers: list[Token] = []
        for user, operand, d in self._edges():
            if operand == i:
                slopes += [slope(z, self._title(user)), slope(self._title(user), self._title(i))]
                numbers += [number(self._grad(user)), number(d)]
        return [[slope(z, self._title(i))], _products(slopes), _products(numbers), [number(self._grad(i))]]

    def _grad(self, i: int) -> float:
        found = self.grads[i]
        return 0.0 if found is None else found

    # --- paths ----------------------------------------------------------------------------------------------

    def _paths(self) -> Iterator[Block]:
        z, x = self._title(self.root), self._title(self.x)
        count = _count(self.graph, self.x, self.cone)
        listed = _largest(self.graph, self.x, self.cone, count if count <= MOST_PATHS else SHOWN_PATHS)
        many = f"more than {COUNTED:,}" if count >= COUNTED else f"{count:,}"
        yield Block(
            f"{many} path{'' if count == 1 else 's'} from {x} to {z}"
            + ("" if count == 1 else ", the largest share first")
        )
        contributions: list[float] = []
        for k, (nodes, partials) in enumerate(listed, 1):
            product = math.prod(reversed(partials))
            contributions.append(product)
            titles = [self._title(i) for i in nodes]
            route = " → ".join(
                titles if len(titles) <= 12 else [*titles[:5], f"… {len(titles) - 10} more …", *titles[-5:]]
            )
            share = "" if count == 1 else f" ({percent(product, self.grad)} of the gradient)"
            pairs = list(zip(nodes[1:], nodes, strict=False))
            slopes = [slope(self._title(user), self._title(i)) for user, i in reversed(pairs)]
            factors = [number(d) for d in reversed(partials)]
            sides = [
                [words(f"path {k}")] if count > 1 else [slope(z, x)],
                joined(slopes, "×"),
                joined(factors, "×"),
            ]
            yield Block("", f"{k}. {route}{share}", [[*sides, [number(product)]]])
        if count == 1:
            return
        rest = [words("the other paths")] if count > len(listed) else []
        total: list[Side] = [
            [slope(z, x)],
            joined([*(words(f"path {k}") for k in range(1, len(listed) + 1)), *rest], "+"),
            joined(
                [number(c) for c in contributions]
                + ([number(self.grad - sum(contributions))] if rest else []),
                "+",
            ),
            [number(self.grad)],
        ]
        others = f"The other {many if count >= COUNTED else f'{count - len(listed):,}'} paths together give "
        remaining = self.grad - sum(contributions)
        sentence = (
            f"{others}{remaining:.9g} ({percent(remaining, self.grad)} of the gradient)." if rest else ""
        )
        yield Block("Together", sentence, [total])


def _products(tokens: list[Token]) -> Side:
    """Factors in pairs, the pairs summed."""
    terms = [tokens[i : i + 2] for i in range(0, len(tokens), 2)]
    side: Side = []
    for k, (first, second) in enumerate(terms[:8]):
        side += [*([Token("sign", "+")] if k else []), first, Token("sign", "×"), second]
    if len(terms) > 8:
        side += [Token("sign", "+"), words(f"… {len(terms) - 8} more products")]
    return side


def _cone(graph: Snapshot, x: int, root: int) -> list[int]:
    """The operations through which x reaches the root, in topological order."""
    after = {x}
    for node in graph.nodes:
        if node.id > x and any(
            i in after and d is not None for i, d in zip(node.operands, node.partials, strict=True)
        ):
            after.add(node.id)
    if root not in after:
        return []
    before = {root}
    for i in range(root, x, -1):
        if i in before:
            node = graph.nodes[i]
            before.update(j for j, d in zip(node.operands, node.partials, strict=True) if d is not None)
    return sorted((after & before) - {x})


def _count(graph: Snapshot, x: int, cone: list[int]) -> int:
    """How many paths there are, not counted beyond a bound."""
    counts = {x: 1}
    for i in cone:
        node = graph.nodes[i]
        ways = sum(
            counts.get(j, 0) for j, d in zip(node.operands, node.partials, strict=True) if d is not None
        )
        counts[i] = min(ways, COUNTED)
    return counts[cone[-1]]


def _largest(graph: Snapshot, x: int, cone: list[int], most: int) -> list[tuple[list[int], list[float]]]:
    """The paths of the largest products in size, from x to the root: their nodes and partials.

    A best-first search from the root whose bound is exact: the largest product that leads from x to a node.
    """
    best = {x: 0.0}
    for i in cone:
        node = graph.nodes[i]
        best[i] = max(
            best[j] + _size(d)
            for j, d in zip(node.operands, node.partials, strict=True)
            if d is not None and j in best
        )
    found: list[tuple[list[int], list[float]]] = []
    ticket = 0
    heap: list[tuple[float, int, float, int, Any]] = [(-best[cone[-1]], 0, 0.0, cone[-1], None)]
    while heap and len(found) < most:
        _, _, size, here, trail = heapq.heappop(heap)
        if here == x:
            nodes, partials = [x], []
            while trail is not None:
                user, d, trail = trail
                nodes.append(user)
                partials.append(d)
            found.append((nodes, partials))
            continue
        node = graph.nodes[here]
        for j, d in zip(node.operands, node.partials, strict=True):
            if d is not None and j in best:
                ticket += 1
                reached = size + _size(d)
                heapq.heappush(heap, (-(reached + best[j]), ticket, reached, j, (here, d, trail)))
    return found


def _size(partial: float) -> float:
    """The logarithm of a partial's size; NaN and infinity count as large, zero as very small."""
    if partial == 0.0:
        return -1e6
    return math.log(abs(partial)) if math.isfinite(partial) else 1e6


def explain(root: Value, wrt: Value, *, model: Any = None) -> Explanation:
    """The derivative of `root` by `wrt` as a worked example: values, local partials, products, sums, paths.

    Paths are listed by their share of the gradient, largest first; when there are many, the rest is summed
    up. TypeError where either is no Value.

    >>> x = Value(2.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> print(explain(y * 3.0, wrt=x))
    How v3 changes with x
      x = 2
      ∂v3/∂x = 12
    ...
    """
    for role, given in (("root", root), ("wrt", wrt)):
        if not isinstance(given, Value):
            raise TypeError(f"{role} got {given!r} of type {type(given).__name__}: give a Value")
    graph = graph_of(root, model=model)
    for i, value in enumerate(graph.values):
        if value is wrt:
            return Explanation(graph, i)
    graph.nodes.append(Node(len(graph.nodes), wrt.data, label=wrt.label, role="input"))
    graph.values.append(wrt)
    return Explanation(graph, len(graph.nodes) - 1)
