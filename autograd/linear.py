"""A function's derivative at a point as a linear map: tangents pushed forward, cotangents pulled back.

Where a tangent or seed is the number 0 nothing flows at all: no 0 * inf between outputs and inputs that have
nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

from autograd._native import i64
from autograd.graph import Node, is_end, operands, parents, partials, topological
from autograd.primitive_type import Number
from autograd.pullback import SEGMENTS, Memo, inline, run_rule, times


@final
class LinearMap:
    """The float partials between inputs and roots, written down once and applied many times.

    No node is touched, neither its gradient nor its marks. `foreign` tells whether a leaf older than `since`
    takes part beside the inputs.
    """

    def __init__(self, roots: Sequence[Node], inputs: Sequence[Node], since: float = 0.0) -> None:
        roots = inlined(roots, inputs)
        self.held = roots  # their ids stand for them while the map is made
        place: dict[int, int] = {}
        for node in inputs:
            place[id(node)] = len(place)
        self.inputs: i64 = len(place)
        self.size: i64 = len(place)
        # Node k after the inputs has the edges from starts[k] to starts[k + 1].
        self.starts: list[int] = [0]
        self.sources: list[int] = []
        self.weights: list[float] = []
        self.foreign = False
        for node in topological(roots, inputs):
            if node.primitive is None:
                if node.dleft < since:
                    self.foreign = True
                continue
            found = False
            for x, d in zip(parents(node), partials(node), strict=True):
                source = place.get(id(x), -1)
                if source >= 0:
                    found = True
                    self.sources.append(source)
                    self.weights.append(d)
            if found:
                place[id(node)] = self.size
                self.size += 1
                self.starts.append(len(self.sources))
        self.held = ()
        self.roots: list[int] = [place.get(id(root), -1) for root in roots]

    def push(self, tangents: Sequence[float]) -> list[float]:
        """The roots' tangents for tangents of the inputs."""
        numbers = list(tangents)
        present = bytearray(self.size)
        for i in range(len(numbers)):
            present[i] = numbers[i] != 0.0
        starts, sources, weights = self.starts, self.sources, self.weights
        for k in range(self.size - self.inputs):
            total = -0.0
            for e in range(starts[k], starts[k + 1]):
                source = sources[e]
                if present[source]:
                    total += weights[e] * numbers[source]
                    present[self.inputs + k] = 1
            numbers.append(total)
        return [numbers[r] if r >= 0 and present[r] else 0.0 for r in self.roots]

    def pull(self, seeds: Sequence[float]) -> list[float]:
        """The inputs' cotangents for seeds of the roots."""
        numbers = [-0.0] * self.size
        present = bytearray(self.size)
        for i in range(len(self.roots)):
            r = self.roots[i]
            if r >= 0 and seeds[i] != 0.0:
                numbers[r] += seeds[i]
                present[r] = 1
        starts, sources, weights = self.starts, self.sources, self.weights
        for k in range(self.size - self.inputs - 1, -1, -1):
            if present[self.inputs + k]:
                cotangent = numbers[self.inputs + k]
                for e in range(starts[k], starts[k + 1]):
                    source = sources[e]
                    numbers[source] += weights[e] * cotangent
                    present[source] = 1
        return [numbers[i] if present[i] else 0.0 for i in range(self.inputs)]


def inlined(roots: Sequence[Node], inputs: Sequence[Node]) -> Sequence[Node]:
    """The roots, recorded anew where they depend on checkpointed segments."""
    if not SEGMENTS.exist:
        return roots
    again: dict[int, Any] = {}
    return [again.get(id(root), root) for root in roots] if inline(roots, again, inputs) else roots


def pushforward(
    roots: Sequence[Node], inputs: Sequence[Node], tangents: Sequence[Number], memo: Memo | None = None
) -> list[Number]:
    """The roots' tangents as numbers that are recorded themselves: the rules run on the nodes."""
    plain = inlined(roots, inputs)
    memo = memo if plain is roots else None
    roots = plain
    pushed: dict[int, Number] = {}
    for node, tangent in zip(inputs, tangents, strict=True):
        if not (isinstance(tangent, float) and tangent == 0.0):
            pushed[id(node)] = tangent
    for node in topological(roots, inputs):
        if node.primitive is None or is_end(node) or not any([id(x) in pushed for x in parents(node)]):
            continue
        given = operands(node)
        rule = run_rule(node, given, memo)
        for x, d in zip(given, rule, strict=True):
            if id(x) in pushed:
                term = times(pushed[id(x)], d)
                pushed[id(node)] = pushed[id(node)] + term if id(node) in pushed else term
    return [pushed.get(id(root), 0.0) for root in roots]
