"""Fewer instructions for the same numbers: sharing, folding, algebra that is exact to the bit, dead code."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from autograd.compiler.program import (
    BROADCAST,
    LANE_NAMES,
    PICK,
    STACK,
    Instruction,
    Program,
)
from autograd.primitive_type import PRIMITIVES


def simplify(program: Program) -> Program:
    """A pass forward that rewrites, folds and shares, and one backward that drops what nobody reads."""
    return _without_dead_code(_Rewriter(program).run())


def _bits(x: float) -> bytes:
    return struct.pack("<d", x)


class _Rewriter:
    """Reads a program in order and builds another, in which no two instructions compute the same."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: list[float] = []
        self.constant_at: dict[bytes, int] = {}  # by the bits: -0.0 is not 0.0, and a NaN equals itself
        self.instructions: list[Instruction] = []
        self.known: dict[tuple[object, ...], int] = {}
        # Negative numbers stand for constants until it is known how many there are.
        self.number: list[int] = list(range(program.inputs))

    def run(self) -> Program:
        program = self.program
        number = self.number
        for x in program.constants:
            number.append(self.constant(x))
        for name, operands, lanes, lane in program.instructions:
            if type(operands) is range and operands.stop <= program.inputs:
                moved: Sequence[int] = operands
            else:
                moved = tuple([number[i] for i in operands])
            number.append(self.emit(name, moved, lanes, lane))
        return self.renumbered([number[i] for i in program.outputs])

    def constant(self, x: float) -> int:
        key = _bits(x)
        at = self.constant_at.get(key)
        if at is None:
            self.constants.append(x)
            at = self.constant_at[key] = -len(self.constants)
        return at

    def value(self, i: int) -> float | None:
        return self.constants[-i - 1] if i < 0 else None

    def made_by(self, i: int) -> Instruction | None:
        k = i - self.program.inputs
        return self.instructions[k] if k >= 0 else None

    def emit(self, name: str, operands: Sequence[int], lanes: int = 0, lane: int = 0) -> int:
        """The number of the value: of one that is there already where possible."""
        if name in LANE_NAMES:
            same = self.across(name, operands, lane)
            if same is not None:
                return same
        else:
            if all([i < 0 for i in operands]):
                folded = self.folded(name, operands)
                if folded is not None:
                    return folded
            if lanes:
                uniform = self.uniform(name, operands, lanes)
                if uniform is not None:
                    return uniform
            same = self.algebra(name, operands, lanes)
            if same is not None:
                return same
            if len(operands) == 2 and operands[0] > operands[1] and name in _COMMUTE:
                operands = (operands[1], operands[0])
        key = (name, operands, lanes, lane)
        at = self.known.get(key)
        if at is None:
            self.instructions.append(Instruction(name, operands, lanes, lane))
            at = self.known[key] = self.program.inputs + len(self.instructions) - 1
        return at

    def folded(self, name: str, operands: Sequence[int]) -> int | None:
        primitive = PRIMITIVES.get(name)
        if primitive is None:
            return None
        return self.constant(float(primitive.evaluate(*[self.constants[-i - 1] for i in operands])))

    def uniform(self, name: str, operands: Sequence[int], lanes: int) -> int | None:
        """What is the same in every lane is computed once, outside the lanes."""
        scalars: list[int] = []
        for i in operands:
            if i >= 0:
                made = self.made_by(i)
                if made is None or made.name != BROADCAST:
                    return None
                i = made.operands[0]  # noqa: PLW2901
            scalars.append(i)
        once = self.emit(name, tuple(scalars))
        return once if once < 0 else self.emit(BROADCAST, (once,), lanes)

    def across(self, name: str, operands: Sequence[int], lane: int) -> int | None:
        i = operands[0]
        if name == BROADCAST:
            return i if i < 0 else None  # a constant is itself in every lane
        if name == PICK:
            if i < 0:
                return i
            made = self.made_by(i)
            if made is not None and made.name == BROADCAST:
                return made.operands[0]
            if made is not None and made.name == STACK:
                return made.operands[lane]
        return None

    def algebra(self, name: str, operands: Sequence[int], lanes: int) -> int | None:
        """A value that equals the operation bit for bit and costs less, or None."""
        if name in ("add", "sub", "mul", "div"):
            return self.arithmetic(name, operands[0], operands[1], lanes)
        if name == "neg":
            made = self.made_by(operands[0]) if operands[0] >= 0 else None
            return made.operands[0] if made is not None and made.name == "neg" else None
        if name == "where":
            condition = self.value(operands[0])
            if condition is not None:
                return operands[1] if condition else operands[2]
            return operands[1] if operands[1] == operands[2] else None
        if name == "pow":
            exponent = self.value(operands[1])
            if exponent == 1.0:
                return operands[0]
            if exponent == 2.0:
                return self.emit("mul", (operands[0], operands[0]), lanes)
            if exponent == -1.0:
                return self.emit("div", (self.constant(1.0), operands[0]), lanes)
            return self.constant(1.0) if exponent == 0.0 else None
        if name == "square":
            return self.emit("mul", (operands[0], operands[0]), lanes)
        if name == "reciprocal":
            return self.emit("div", (self.constant(1.0), operands[0]), lanes)
        return None

    def arithmetic(self, name: str, i: int, j: int, lanes: int) -> int | None:
        x, y = self.value(i), self.value(j)
        if name == "mul":
            if y == 1.0 or x == 1.0:
                return i if y == 1.0 else j
            if y == -1.0 or x == -1.0:
                return self.emit("neg", (i if y == -1.0 else j,), lanes)
        elif name == "div":
            if y == 1.0:
                return i
            if y == -1.0:
                return self.emit("neg", (i,), lanes)
        elif name == "add":  # -0.0 is the zero of addition: x + 0.0 turns -0.0 into 0.0
            if _is(y, -0.0):
                return i
            if _is(x, -0.0):
                return j
        elif _is(y, 0.0):
            return i
        return self.without_signs(name, i, j, lanes)

    def without_signs(self, name: str, i: int, j: int, lanes: int) -> int | None:
        """Negations moved out of products and into sums, where they cost nothing."""
        p, q = self.negated(i), self.negated(j)
        if name in ("mul", "div"):
            if p is not None and q is not None:
                return self.emit(name, (p, q), lanes)
            return None
        if q is not None:
            return self.emit("sub" if name == "add" else "add", (i, q), lanes)
        return self.emit("sub", (j, p), lanes) if p is not None and name == "add" else None

    def negated(self, i: int) -> int | None:
        made = self.made_by(i) if i >= 0 else None
        return made.operands[0] if made is not None and made.name == "neg" else None

    def renumbered(self, outputs: list[int]) -> Program:
        """The program with the constants between the inputs and the instructions."""
        inputs, count = self.program.inputs, len(self.constants)

        def place(i: int) -> int:
            return inputs - i - 1 if i < 0 else i if i < inputs else i + count

        instructions = [
            Instruction(
                name,
                operands if type(operands) is range else tuple([place(i) for i in operands]),
                lanes,
                lane,
            )
            for name, operands, lanes, lane in self.instructions
        ]
        return _like(self.program, self.constants, instructions, [place(i) for i in outputs])


def _is(x: float | None, zero: float) -> bool:
    return x == 0.0 and _bits(x) == _bits(zero) if x is not None else False


def _like(
    program: Program, constants: Sequence[float], instructions: Sequence[Instruction], outputs: Sequence[int]
) -> Program:
    return Program(
        program.inputs, constants, instructions, outputs, program.name, program.arguments, program.results
    )


def _without_dead_code(program: Program) -> Program:
    first = program.first
    live = bytearray(first + len(program.instructions))
    for i in program.outputs:
        live[i] = 1
    for k in range(len(program.instructions) - 1, -1, -1):
        if live[first + k]:
            for i in program.instructions[k].operands:
                live[i] = 1
    place = list(range(program.inputs))
    constants: list[float] = []
    for k, x in enumerate(program.constants):
        place.append(program.inputs + len(constants))
        if live[program.inputs + k]:
            constants.append(x)
    instructions: list[Instruction] = []
    start = program.inputs + len(constants)
    for k, (name, operands, lanes, lane) in enumerate(program.instructions):
        place.append(start + len(instructions))
        if live[first + k]:
            kept = operands if type(operands) is range else tuple([place[i] for i in operands])
            instructions.append(Instruction(name, kept, lanes, lane))
    return _like(program, constants, instructions, [place[i] for i in program.outputs])


_COMMUTE: Final = frozenset({"add", "mul", "equal"})
