"""Lanes while tracing: `vmap` records one run for all lanes, and derivatives find their way between them.

A lane marker is a traced number 1 whose product with a value goes from one kind to the other: a number
times the marker of n lanes is that number in each of them, lanes times the marker is their sum; a number
times the marker of one lane is that number there and 0 elsewhere, lanes times it is the number picked from
that lane. Each is the transpose of the other, so the ordinary rule of a product is the right rule, forward
and backward and at every order. Which of the two is meant is read off when the graph becomes a program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

from autograd.batching import LANES
from autograd.compiler.structure import flatten, substitute, unflatten
from autograd.graph import topological
from autograd.modes import depth, in_lanes
from autograd.primitive_type import Primitive
from autograd.value import Value

TRACED: Final = -1  # the mark of a value that stands for every number


class Marker(NamedTuple):
    """What a marker value means: all of so many lanes, or one of them."""

    lanes: int
    lane: int | None
    value: Value  # held, so that its id stays its own


MARKERS: Final[dict[int, Marker]] = {}
_ALL: Final[dict[int, Value]] = {}
_ONE: Final[dict[int, tuple[Value, ...]]] = {}
_LOCK: Final = Lock()


def all_lanes(lanes: int) -> Value:
    """The marker of all lanes."""
    with _LOCK:
        if lanes not in _ALL:
            _ALL[lanes] = _marker(lanes, None)
        return _ALL[lanes]


def each_lane(lanes: int) -> tuple[Value, ...]:
    """The markers of the single lanes."""
    with _LOCK:
        if lanes not in _ONE:
            _ONE[lanes] = tuple([_marker(lanes, k) for k in range(lanes)])
        return _ONE[lanes]


def _marker(lanes: int, lane: int | None) -> Value:
    value = Value(1.0)
    value.mark = TRACED
    MARKERS[id(value)] = Marker(lanes, lane, value)
    return value


def _stack_partials(z: Any, *operands: Any) -> tuple[Any, ...]:
    if isinstance(z, Value):
        return each_lane(len(operands))
    return (1.0,) * len(operands)


# Not in the table: it has a meaning while tracing alone.
STACK_PRIMITIVE: Final = Primitive(
    "stack", lambda *xs: xs[0], _stack_partials, arity=None, doc="One operand a lane, while tracing."
)


# A traced 1: with it a constant can take part in a trace.
UNIT: Final = Value(1.0)
UNIT.mark = TRACED


def stack(numbers: Sequence[Any]) -> Value:
    """One number a lane."""
    if not any([isinstance(x, Value) for x in numbers]):
        numbers = [UNIT * numbers[0], *numbers[1:]]
    stacked: Value = STACK_PRIMITIVE(*numbers)
    return stacked


def unstack(value: Any, lanes: int) -> list[Any]:
    """The number in each lane."""
    return [value * one for one in each_lane(lanes)]


def spread(roots: Sequence[Any], leaves: Sequence[Value], stacks: Sequence[Value], lanes: int) -> list[Any]:
    """The roots recorded again over the stacks in place of the leaves, numbers from outside made lanes.

    What does not depend on a leaf stays as it was: it is the same in every lane.
    """
    nodes = [x for x in roots if isinstance(x, Value)]
    again: dict[int, Value] = {id(leaf): s for leaf, s in zip(leaves, stacks, strict=True)}
    outside: dict[int, Any] = {}
    marker = all_lanes(lanes)
    for node in topological(nodes):
        if node.primitive is None or id(node) in again:
            continue
        operands = node.operands
        if any([isinstance(x, Value) and id(x) in again for x in operands]):
            moved: list[Any] = []
            for x in operands:
                if not isinstance(x, Value):
                    moved.append(x)
                elif id(x) in again:
                    moved.append(again[id(x)])
                else:
                    if id(x) not in outside:
                        outside[id(x)] = x * marker
                    moved.append(outside[id(x)])
            again[id(node)] = node.primitive(*moved)
    return [again.get(id(x), x) if isinstance(x, Value) else x for x in roots]


def map_lanes(function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The results of the function for each of the calls' arguments, which differ only in their numbers.

    While tracing, the function runs once for all of them, unless this happens in a lane already.
    """
    if len(calls) == 0 or not depth("tracing") or depth("in_lanes"):
        return [function(*call) for call in calls]
    lanes = len(calls)
    arguments: list[Any] = []
    leaves: list[Value] = []
    stacks: list[Value] = []
    for versions in zip(*calls, strict=True):
        if all([x is versions[0] for x in versions]):
            arguments.append(versions[0])
            continue
        flat = [flatten(x) for x in versions]
        if any([structure != flat[0][1] for _, structure in flat]):
            raise ValueError("vmap needs arguments of the same structure in every lane")
        columns: list[Any] = []
        for numbers in zip(*[numbers for numbers, _ in flat], strict=True):
            leaf = Value(float(numbers[0].number if isinstance(numbers[0], Value) else numbers[0]))
            leaf.mark = TRACED
            leaves.append(leaf)
            stacks.append(stack(numbers))
            columns.append(leaf)
        arguments.append(substitute(versions[0], columns))
    with in_lanes():
        result = function(*arguments)
    roots, structure = flatten(result)
    spread_roots = spread(roots, leaves, stacks, lanes)
    known = {id(x) for x in roots}
    columns = [
        [x] * lanes if id(x) in known or not isinstance(x, Value) else unstack(x, lanes) for x in spread_roots
    ]
    return [unflatten(structure, row, "object") for row in zip(*columns, strict=True)]


LANES.run = map_lanes
