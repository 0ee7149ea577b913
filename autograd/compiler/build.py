"""Recorded graphs as programs: nodes are numbered, and their lanes and masks found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from autograd.compiler.lanes import MARKERS, STACK_PRIMITIVE, UNIT, Marker
from autograd.compiler.program import (
    BROADCAST,
    LANE_TOTAL,
    ONEHOT,
    PICK,
    REDUCTIONS,
    STACK,
    Instruction,
    Program,
)
from autograd.compiler.structure import Structure
from autograd.errors import TracedValueError
from autograd.primitives import mul, not_taken, nothing, taken
from autograd.value import Value


class Trace(NamedTuple):
    """A program and the values from outside the function that it reads: its last inputs."""

    program: Program
    captured: tuple[Value, ...]


class Builder:
    """Numbers the nodes as instructions, and finds out which of them have lanes."""

    def __init__(self, inputs: list[Value]) -> None:
        self.number: dict[int, int] = {id(x): i for i, x in enumerate(inputs)}
        self.inputs = inputs
        self.captured: list[Value] = []
        self.constants: list[float] = []
        self.constant_at: dict[str, int] = {}
        self.instructions: list[tuple[str, tuple[int, ...], int, int]] = []
        self.lanes: dict[int, int] = {}
        # A masked value: a condition, and a number that counts only where the condition holds.
        self.masks: dict[int, tuple[int, int]] = {}
        self.complements: dict[int, int] = {}
        self.absent: set[int] = set()  # cotangents that lead nowhere: those of conditions

    # Until all are known: inputs from 0, captured values -1, -2, ..., the others from bases far apart.
    def constant(self, x: float) -> int:
        """The place of a constant, by its bits."""
        key = x.hex()
        at = self.constant_at.get(key)
        if at is None:
            at = self.constant_at[key] = _CONSTANTS + len(self.constants)
            self.constants.append(x)
        return at

    def emit(self, name: str, operands: tuple[int, ...], lanes: int = 0, lane: int = 0) -> int:
        """The place of a new instruction's value."""
        at = _INSTRUCTIONS + len(self.instructions)
        self.instructions.append((name, operands, lanes, lane))
        if lanes and name not in REDUCTIONS:
            self.lanes[at] = lanes
        return at

    def write(self, node: Any) -> None:
        """The instruction of one traced node whose operands are written."""
        key = id(node)
        if key in self.number or key in MARKERS:
            return
        primitive = node.primitive
        if primitive is None:
            if node is UNIT:
                self.number[key] = self.constant(1.0)
                return
            raise TracedValueError(
                "a value of a trace that has ended is used in another one: "
                "a jitted function must not keep its arguments or results in variables outside it"
            )
        operands = node.operands
        if primitive is mul:
            for marked, other in ((operands[1], operands[0]), (operands[0], operands[1])):
                marker = MARKERS.get(id(marked))
                if marker is not None:
                    self.number[key] = self.across(marker, self.read(other))
                    return
        numbers = tuple([self.read(x) for x in operands])
        if primitive is STACK_PRIMITIVE:
            self.number[key] = self.emit(STACK, numbers, len(numbers))
            return
        self.number[key] = self.operation(primitive.name, numbers)

    def operation(self, name: str, operands: tuple[int, ...]) -> int:
        """The instruction; sums and products of masked cotangents stay masked (SEMANTICS 4).

        A cotangent that came through a branch of `where` is multiplied by partials that may be infinite where
        the other branch is taken: it is kept apart from its condition, and masked where it meets others.
        """
        if name in (taken.name, not_taken.name):
            return self.condition(name, operands[0])
        if name == nothing.name:
            return self.nowhere(operands)
        if self.absent and (operands[0] in self.absent or operands[-1] in self.absent):
            if name == "mul":
                return self.nowhere(operands)
            if name == "add":
                return operands[operands[0] in self.absent]
        if self.masks and (operands[0] in self.masks or operands[-1] in self.masks):
            if name == "mul":
                return self.masked_product(*operands)
            if name == "add":
                return self.masked_sum(*operands)
        return self.plain(name, *operands)

    def plain(self, name: str, *operands: int) -> int:
        """An operation whose lanes are those of its operands."""
        lanes = max([self.lanes.get(i, 0) for i in operands], default=0) if self.lanes else 0
        return self.emit(name, operands, lanes)

    def nowhere(self, like: tuple[int, ...]) -> int:
        """A zero that is absent from sums, and makes products absent."""
        lanes = max([self.lanes.get(i, 0) for i in like])
        return self.without_trace(lanes)

    def without_trace(self, lanes: int) -> int:
        """An absent zero of so many lanes."""
        at = self.emit(taken.name, (self.constant(0.0),), lanes)
        self.absent.add(at)
        return at

    def condition(self, name: str, i: int) -> int:
        """The partial of `where` for a branch: 1, masked by the condition."""
        one = self.constant(1.0)
        if name == taken.name:
            return self.masked(i, one)
        other = self.plain(name, i)
        self.complements[other] = i
        self.complements[i] = other
        return self.masked(other, one)

    def masked(self, mask: int, number: int) -> int:
        """A number that counts only where the mask holds."""
        at = self.plain("where", mask, number, self.constant(0.0))
        self.masks[at] = mask, number
        return at

    def masked_product(self, i: int, j: int) -> int:
        """Masked where one factor is."""
        p, x = self.masks.get(i, (None, i))
        q, y = self.masks.get(j, (None, j))
        product = self.plain("mul", x, y)
        if p is None or q is None or p == q:
            mask = q if p is None else p
            return self.masked(i if mask is None else mask, product)
        both = self.plain("where", p, self.plain(taken.name, q), self.constant(0.0))
        return self.masked(both, product)

    def masked_sum(self, i: int, j: int) -> int:
        """Masked where both terms are; of the two branches of one condition, a choice."""
        p, x = self.masks.get(i, (None, i))
        q, y = self.masks.get(j, (None, j))
        if p is not None and p == q:
            return self.masked(p, self.plain("add", x, y))
        if p is not None and q is not None and self.complements.get(p) == q:
            return self.plain("where", p, x, y)
        nothing = self.constant(-0.0)  # adds to every number without a trace
        if p is not None:
            x = self.plain("where", p, x, nothing)
        if q is not None:
            y = self.plain("where", q, y, nothing)
        total = self.plain("add", x, y)
        if p is None or q is None:
            return total
        either = self.plain("where", p, self.constant(1.0), self.plain(taken.name, q))
        return self.masked(either, total)

    def across(self, marker: Marker, i: int) -> int:
        """A product with a marker: from numbers to lanes, or back."""
        if i in self.absent:
            return self.without_trace(0 if self.lanes.get(i) else marker.lanes)
        if self.lanes.get(i):
            if marker.lane is None:
                return self.emit(LANE_TOTAL, (i,), marker.lanes)
            return self.emit(PICK, (i,), marker.lanes, marker.lane)
        if marker.lane is None:
            return self.emit(BROADCAST, (i,), marker.lanes)
        return self.emit(ONEHOT, (i,), marker.lanes, marker.lane)

    def read(self, x: Any) -> int:
        """The number of an operand."""
        if not isinstance(x, Value):
            return self.constant(float(x))
        at = self.number.get(id(x))
        if at is not None:
            return at
        marker = MARKERS.get(id(x))
        if marker is not None:  # a cotangent of 1 times the marker
            return self.across(marker, self.constant(1.0))
        self.captured.append(x)
        at = self.number[id(x)] = -len(self.captured)
        return at

    def output(self, x: Any) -> int:
        """The place of a result, which is one number."""
        at = self.read(x)
        if self.lanes.get(at):
            raise TracedValueError("a value of one lane left its vmap: return it from the mapped function")
        return at

    def finish(self, outputs: list[int], name: str, arguments: Structure, results: Structure) -> Trace:
        """The program, its values numbered anew."""
        inputs = len(self.inputs)
        constants = inputs + len(self.captured)
        first = constants + len(self.constants)

        def place(i: int) -> int:
            if i >= _INSTRUCTIONS:
                return i - _INSTRUCTIONS + first
            if i >= _CONSTANTS:
                return i - _CONSTANTS + constants
            return i if i >= 0 else inputs - 1 - i

        instructions = [
            Instruction(
                n,
                _compact(tuple([place(i) for i in o]), constants)
                if n == STACK
                else tuple([place(i) for i in o]),
                lanes,
                lane,
            )
            for n, o, lanes, lane in self.instructions
        ]
        program = Program(
            constants, self.constants, instructions, [place(i) for i in outputs], name, arguments, results
        )
        return Trace(program, tuple(self.captured))


def _compact(operands: tuple[int, ...], inputs: int) -> Sequence[int]:
    """A range where inputs stand at equal distances: a long batch stays a short instruction."""
    if len(operands) < 2:
        return operands
    step = operands[1] - operands[0]
    if step <= 0 or operands[-1] >= inputs:
        return operands
    line = range(operands[0], operands[-1] + 1, step)
    return line if tuple(line) == operands else operands


_CONSTANTS: Final = 1 << 40
_INSTRUCTIONS: Final = 1 << 50
