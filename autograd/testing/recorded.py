"""What the library itself makes of a function at a point: its derivatives, their error bound, its kinks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.graph import topological
from autograd.primitive_type import Primitive
from autograd.pullback import pullback
from autograd.sweep import cotangents
from autograd.testing.numbers import UNIT, Rounded
from autograd.testing.structure import Leaves, values
from autograd.value import Value

ROOM = 4.0  # the first-order analysis leaves out products of errors


class Recording:
    """A function recorded at a point, with the inputs and outputs of its graph."""

    def __init__(self, inputs: list[Value], outputs: list[Any]) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.order: list[Value] = topological([y for y in self.outputs if isinstance(y, Value)])
        self.primal: dict[int, Rounded] = {}
        for node in self.order:
            self.primal[id(node)] = self._rounded(node)

    @classmethod
    def of(cls, f: Callable[..., Any], leaves: Leaves) -> Recording:
        """The function run on fresh Values."""
        inputs = [Value(x) for x in leaves.numbers]
        return cls(inputs, values(f(*leaves.rebuild(inputs))))

    def noise(self) -> list[float]:
        """A bound of the rounding error of each output."""
        return [self.primal[id(y)].error if isinstance(y, Value) else 0.0 for y in self.outputs]

    def gradient(self, output: int) -> Recording:
        """The recording of the gradient of one output: derivatives as a graph again."""
        root = self.outputs[output]
        found = pullback([root], [1.0], self.inputs) if isinstance(root, Value) else [0.0] * len(self.inputs)
        return Recording(self.inputs, found)

    def _rounded(self, node: Value) -> Rounded:
        if node.primitive is None:
            return Rounded(node.data)
        operands = tuple([Rounded(_number(x)) for x in node.operands])
        for x, rounded in zip(node.operands, operands, strict=True):
            if isinstance(x, Value):
                rounded.error = self.primal[id(x)].error
        result: Rounded = operands[0].__primitive__(node.primitive, operands)
        return Rounded(node.data, result.error)

    def reverse(self, output: int) -> list[float]:
        """The gradient of one output by the library's own sweep."""
        root = self.outputs[output]
        if not isinstance(root, Value):
            return [0.0] * len(self.inputs)
        return cotangents([root], [1.0], self.inputs)

    def errors(self, output: int) -> list[float]:
        """A bound of the rounding errors in the gradient of one output: a sweep with absolute partials.

        The rules run on `Rounded` numbers, so that what a partial suffers from rounded operands counts too.
        """
        found: dict[int, Rounded] = {}
        root = self.outputs[output]
        if isinstance(root, Value):
            found[id(root)] = Rounded(1.0)
        for node in reversed(self.order):
            if node.primitive is None or id(node) not in found:
                continue
            operands = tuple(
                [self.primal[id(x)] if isinstance(x, Value) else Rounded(float(x)) for x in node.operands]
            )
            partials = self._partials(node, operands)
            for x, partial in zip(node.operands, partials, strict=True):
                if isinstance(x, Value):
                    share = found[id(node)] * partial
                    found[id(x)] = found[id(x)] + share if id(x) in found else share
        return [ROOM * found[id(x)].error if id(x) in found else 0.0 for x in self.inputs]

    def _partials(self, node: Value, operands: tuple[Rounded, ...]) -> tuple[Any, ...]:
        """The local partials with their errors, one an operand."""
        assert node.primitive is not None
        z = self.primal[id(node)]
        try:
            return node.primitive.local_partials(z, operands)
        except (TypeError, AttributeError):  # a user's rule that runs on floats alone
            slopes = node.primitive.local_partials(z.number, tuple([x.number for x in operands]))
            return tuple([Rounded(d, 16.0 * UNIT * abs(d)) for d in slopes])

    def at_kink(self, output: int) -> Value | None:
        """A node below the output with operands that are, within their errors, on a kink or jump."""
        root = self.outputs[output]
        order: list[Value] = topological([root]) if isinstance(root, Value) else []
        for node in order:
            primitive = node.primitive
            if primitive is None or primitive.smooth:
                continue
            reach = [self._reach(x) for x in node.operands]
            if primitive.kinks:
                x = _number(node.operands[0])
                if any(abs(x - kink) <= reach[0] for kink in primitive.kinks):
                    return node
            elif _jumps(primitive, [_number(x) for x in node.operands], reach):
                return node
        return None

    def _reach(self, x: Any) -> float:
        if not isinstance(x, Value):
            return 0.0
        return ROOM * self.primal[id(x)].error + 4.0 * math.ulp(x.data)

    def where_wrong(self, numeric: Callable[[Callable[[float], float], float], tuple[float, float]]) -> str:
        """The first operation, operands before users, whose local partials or whose sweep is wrong."""
        for i, node in enumerate(self.order):
            if node.primitive is None:
                continue
            numbers = [_number(x) for x in node.operands]
            captured = iter(node.partials)
            for k, x in enumerate(node.operands):
                if not isinstance(x, Value):
                    continue
                partial = next(captured)
                value, error = numeric(_along(node.primitive, numbers, k), numbers[k])
                if not abs(partial - value) <= error + 1e-13 * abs(value) and error < math.inf:
                    given = ", ".join([repr(n) for n in numbers])
                    return (
                        f"{node.primitive.name}({given}), operation {i} of {len(self.order)}: its partial "
                        f"for operand {k} is {partial!r}, differences give {value!r}"
                    )
        return self.wrong_sweep()

    def wrong_sweep(self) -> str:
        """The first operation whose gradient is not what its partials, multiplied forward, give."""
        tangents = {
            id(x): [float(i == k) for k in range(len(self.inputs))] for i, x in enumerate(self.inputs)
        }
        zeros = [0.0] * len(self.inputs)
        for i, node in enumerate(self.order):
            if node.primitive is None:
                continue
            parts = [
                [d * t for t in tangents.get(id(x), zeros)]
                for x, d in zip(node.parents, node.partials, strict=True)
            ]
            pushed = [math.fsum(column) for column in zip(*parts, strict=True)] or zeros
            tangents[id(node)] = pushed
            pulled = cotangents([node], [1.0], self.inputs)
            scale = 1e-9 * max([abs(t) for t in pushed], default=0.0)
            if any(abs(a - b) > scale for a, b in zip(pushed, pulled, strict=True)):
                return (
                    f"{node.primitive.name}, operation {i} of {len(self.order)}: its partials are right, "
                    f"the sweep brings {pulled!r} instead of {pushed!r}"
                )
        return ""


def _along(primitive: Primitive, numbers: Sequence[float], k: int) -> Callable[[float], float]:
    return lambda x: primitive.evaluate(*numbers[:k], x, *numbers[k + 1 :])


def _number(x: Any) -> float:
    return x.data if isinstance(x, Value) else float(x)


def _jumps(primitive: Primitive, numbers: list[float], reach: list[float]) -> bool:
    """Whether value or partials change out of proportion when an operand moves within its reach."""
    z = primitive.evaluate(*numbers)
    partials = primitive.local_partials(z, tuple(numbers))
    for k, r in enumerate(reach):
        for step in (-r, r) if r > 0.0 else ():
            moved = numbers.copy()
            moved[k] += step
            other = primitive.evaluate(*moved)
            slopes = primitive.local_partials(other, tuple(moved))
            pairs = zip((z, *partials), (other, *slopes), strict=True)
            steepest = max(abs(partials[k]), abs(slopes[k]))
            beyond = abs(other - z) > 4.0 * steepest * r + 2.0 * math.ulp(
                z
            )  # floor, where floats are integers
            if beyond or any(_apart(a, b) for a, b in pairs):
                return True
    return False


def _apart(a: float, b: float) -> bool:
    return abs(a - b) > 1e-3 * max(abs(a), abs(b)) if math.isfinite(a - b) else a != b
