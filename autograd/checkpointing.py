"""checkpoint: keep a function's inputs and outputs, and record its inside again for its derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd.errors import StaleGraphError
from autograd.graph import CLOCK, Extra, parents
from autograd.linear import LinearMap
from autograd.modes import depth, journal, resumed
from autograd.primitive_type import Primitive
from autograd.pullback import SEGMENTS
from autograd.pytree import map_leaves
from autograd.recording import called
from autograd.transforms import Function, _like
from autograd.value import Recorded, Value, _in_modes

Call = Callable[[Sequence[Value]], list[Value]]

SEGMENT: Final = Primitive("segment", lambda *xs: xs[0], lambda z, *xs: (0.0,) * len(xs), arity=None)
OUTPUT: Final = Primitive("checkpoint", lambda x: x, lambda z, x: 1.0)


class Segment:
    """A function's inside that was not kept: finds cotangents, or the inside itself, by running it again."""

    output = -1

    def __init__(self, name: str, call: Call, nodes: Sequence[Value], own: int, results: list[float]) -> None:
        self.name = name
        self.call = call
        self.numbers = [x.number for x in nodes]  # of the arguments, then of Values closed over
        self.outside = list(nodes[own:])
        self.own = own
        self.results = results
        self.cotangents = [0.0] * len(results)

    def reset(self) -> None:
        """Forget the cotangents of a sweep that was broken off."""
        self.cotangents = [0.0] * len(self.results)

    def pull(self, _: float) -> list[float]:
        """The cotangents of all operands, from those that the outputs left here."""
        seeds = self.cotangents
        self.reset()
        self._check([x.number for x in self.outside], self.numbers[self.own :])
        inputs = [Value(x) for x in self.numbers[: self.own]]
        with resumed():
            outputs = self._run(inputs)
        return LinearMap(outputs, [*inputs, *self.outside]).pull(seeds)

    def record(self, operands: Sequence[Value]) -> list[Value]:
        """The outputs, recorded with all that leads to them."""
        self._check([x.number for x in operands], self.numbers)
        with resumed():
            return self._run(operands[: self.own])

    def _run(self, inputs: Sequence[Value]) -> list[Value]:
        outputs = self.call(inputs)
        self._check([x.number for x in outputs], self.results)
        return outputs

    def _check(self, now: list[float], then: list[float]) -> None:
        pairs = list(zip(now, then, strict=False))
        if len(now) != len(then) or not all([a == b or (a != a and b != b) for a, b in pairs]):
            raise StaleGraphError(
                f"{self.name} is checkpointed, and run again it met other numbers: a Value was changed "
                "since, or it does not always compute the same; record the expression again"
            )


class Output:
    """Which output of a segment a node is: leaves its cotangent there."""

    def __init__(self, segment: Segment, output: int) -> None:
        self.segment = segment
        self.output = output

    def reset(self) -> None:
        """Nothing is kept here."""

    def pull(self, cotangent: float) -> list[float]:
        """Leave the cotangent with the segment, which waits for the last one."""
        self.segment.cotangents[self.output] += cotangent
        return [0.0]


def checkpoint(f: Function) -> Function:
    """f, whose inside is not kept but recorded again when a sweep comes by: time for memory.

    A chain cut into as many segments as a segment has operations needs memory for the square root of its
    length. f must compute the same each time it is called. Values it closes over get their derivatives too.

    >>> from autograd import grad
    >>> grad(checkpoint(lambda x: x**3))(2.0)
    12.0
    """

    @_like(f, "checkpoint")
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        if depth("tracing") or depth("no_grad"):
            return f(*args, **kwargs)
        given = _values((args, kwargs))

        def run(inputs: Sequence[Value]) -> tuple[Any, list[Value]]:
            remaining = iter(inputs)
            moved, named = map_leaves(lambda _: next(remaining), (args, kwargs))
            result = f(*moved, **named)
            return result, _values(result)

        since = CLOCK.tick()
        inputs = [Value(x.number) for x in given]
        recorded = journal()
        with recorded:
            result, outputs = run(inputs)
        inside = {id(x) for x in (*recorded.nodes, *inputs)}
        outside = _outside(recorded.nodes, inside, outputs, since)
        recorded.nodes.clear()
        if not given and not outside:
            return result
        SEGMENTS.exist = True
        segment = Segment(
            called(f), lambda xs: run(xs)[1], [*given, *outside], len(given), [x.number for x in outputs]
        )
        whole = _node(SEGMENT, 0.0, (*given, *outside), segment)
        made = [_node(OUTPUT, x.number, (whole,), Output(segment, k)) for k, x in enumerate(outputs)]
        handed = iter(made)
        return map_leaves(lambda _: next(handed), result)

    return checkpointed


def _values(tree: Any) -> list[Value]:
    """The Values of a tree in order."""
    found: list[Value] = []

    def keep(x: Value) -> Value:
        found.append(x)
        return x

    map_leaves(keep, tree)
    return found


def _outside(recorded: list[Value], inside: set[int], outputs: list[Value], since: float) -> list[Value]:
    """The Values from outside that a segment used or handed on, each once; not the constants it made."""
    found: dict[int, Value] = {}
    for x in [x for node in recorded for x in parents(node)] + outputs:
        if id(x) not in inside and (x.primitive is not None or x.dleft < since):
            found[id(x)] = x
    return list(found.values())


def _node(
    primitive: Primitive, number: float, operands: tuple[Value, ...], segment: Segment | Output
) -> Value:
    node = Recorded(primitive, number, None, None, 0.0, 0.0)
    node.extra = Extra()
    node.extra.operands = operands
    node.extra.partials = [1.0] * len(operands)
    node.extra.segment = segment
    return _in_modes(node)
