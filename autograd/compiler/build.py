"""Recorded graphs as programs: nodes are numbered, and their lanes found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from autograd.compiler.lanes import MARKERS, STACK_PRIMITIVE, UNIT, Marker
from autograd.compiler.masks import SYMBOLS, Masks
from autograd.compiler.program import REDUCTIONS, STACK, Instruction, Program
from autograd.compiler.structure import Structure
from autograd.errors import TracedValueError
from autograd.primitives import identity, mul
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
        self.masks = Masks(self)

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
        if primitive is identity:
            self.number[key] = self.masks.settle(self.read(operands[0]))
            return
        if primitive is mul:
            for marked, other in ((operands[1], operands[0]), (operands[0], operands[1])):
                marker = MARKERS.get(id(marked))
                if marker is not None:
                    self.number[key] = self.across(marker, self.read(other))
                    return
        numbers = tuple([self.read(x) for x in operands])
        if primitive is STACK_PRIMITIVE:
            settled = tuple([self.masks.settle(i) for i in numbers])
            self.number[key] = self.emit(STACK, settled, len(numbers))
            return
        self.number[key] = self.operation(primitive.name, numbers)

    def operation(self, name: str, operands: tuple[int, ...]) -> int:
        """The instruction; products and sums of masked numbers stay masked."""
        if name in ("taken", "not_taken"):
            return self.masks.condition(name, self.masks.settle(operands[0]))
        if name == "nothing":
            return self.masks.absent(self.lanes.get(operands[0], 0))
        if max(operands) >= SYMBOLS:
            if name == "mul":
                return self.masks.product(*operands)
            if name == "add":
                return self.masks.sum(*operands)
            operands = tuple([self.masks.settle(i) for i in operands])
        return self.plain(name, *operands)

    def plain(self, name: str, *operands: int) -> int:
        """An operation whose lanes are those of its operands."""
        lanes = max([self.lanes.get(i, 0) for i in operands], default=0) if self.lanes else 0
        return self.emit(name, operands, lanes)

    def across(self, marker: Marker, i: int) -> int:
        """A product with a marker: from numbers to lanes, or back."""
        lanes, lane, _ = marker
        if self.lanes.get(i):
            return self.masks.total(i, lanes) if lane is None else self.masks.pick(i, lanes, lane)
        return self.masks.spread(i, lanes) if lane is None else self.masks.fill(i, lanes, lane)

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
        at = self.masks.settle(self.read(x))
        if self.lanes.get(at):
            raise TracedValueError("a value of one lane left its vmap: return it from the mapped function")
        return at

    def finish(self, outputs: list[int], name: str, arguments: Structure, results: Structure) -> Trace:
        """The program, its values numbered anew."""
        inputs = len(self.inputs)
        constants = inputs + len(self.captured)
        shift = constants + len(self.constants) - _INSTRUCTIONS

        def place(i: int) -> int:
            if i >= _CONSTANTS:
                return i - _CONSTANTS + constants
            return i if i >= 0 else inputs - 1 - i

        instructions: list[Any] = self.instructions  # one by one, so that each is in memory once
        for k, (n, o, lanes, lane) in enumerate(instructions):
            places = tuple([i + shift if i >= _INSTRUCTIONS else place(i) for i in o])
            instructions[k] = Instruction(
                n, _compact(places, constants) if n == STACK else places, lanes, lane
            )
        last = [i + shift if i >= _INSTRUCTIONS else place(i) for i in outputs]
        program = Program(constants, self.constants, instructions, last, name, arguments, results)
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
