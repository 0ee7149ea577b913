"""Fewer instructions for the same numbers: sharing, folding, algebra that is exact to the bit, dead code."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from autograd.compiler.program import (
    BROADCAST,
    LANE_FSUM,
    LANE_NAMES,
    LANE_SUM,
    LANE_TOTAL,
    PICK,
    REDUCTIONS,
    STACK,
    Instruction,
    Program,
)
from autograd.compiler.rows import Rows
from autograd.primitive_type import PRIMITIVES


def simplify(program: Program) -> Program:
    """A pass forward that rewrites, folds and shares, and one backward that drops what nobody reads."""
    return Rewriter(program).run()


def _bits(x: float) -> bytes:
    return struct.pack("<d", x)


class Rewriter:
    """Reads a program in order and builds another, in which no two instructions compute the same."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: list[float] = []
        self.constant_at: dict[bytes, int] = {}  # by the bits: -0.0 is not 0.0, and a NaN equals itself
        self.instructions: list[Instruction] = []
        self.known: dict[Instruction, int] = {}
        self.kept: set[str] = set(LANE_NAMES)  # names of instructions that stay as they are
        self.rows = Rows(
            lambda i: self.made_by(i) if i >= 0 else None, self.emit, self.is_zero, self.constant
        )
        # Negative numbers stand for constants until it is known how many there are.
        self.number: list[int] = list(range(program.inputs))

    def run(self) -> Program:
        """The program that results."""
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
        return self.finish([number[i] for i in program.outputs])

    def constant(self, x: float) -> int:
        """The number of a constant."""
        key = _bits(x)
        at = self.constant_at.get(key)
        if at is None:
            self.constants.append(x)
            at = self.constant_at[key] = -len(self.constants)
        return at

    def is_zero(self, i: int) -> bool:
        """Whether the value is the constant 0.0."""
        return _is(self.value(i), 0.0)

    def value(self, i: int) -> float | None:
        """The constant of this number; None for other values."""
        return self.constants[-i - 1] if i < 0 else None

    def made_by(self, i: int) -> Instruction | None:
        """The instruction that makes a value; None for inputs."""
        k = i - self.program.inputs
        return self.instructions[k] if k >= 0 else None

    def emit(self, name: str, operands: Sequence[int], lanes: int = 0, lane: int = 0) -> int:
        """The number of the value: of one that is there already where possible."""
        if name in LANE_NAMES:
            same = self.across(name, operands, lanes, lane)
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
            total = None if lanes else self.total(name, operands)
            if total is not None:
                return total
        made = Instruction(name, operands, lanes, lane)
        at = self.known.get(made)
        if at is None:
            if name not in self.kept and not self.keeps(name):
                at = self.known[made] = self.compose(made)
                return at
            self.instructions.append(made)
            at = self.known[made] = self.program.inputs + len(self.instructions) - 1
            if name == "add" and not lanes:
                self.rows.grown(at, operands[0], operands[1])
        return at

    def keeps(self, name: str) -> bool:
        """Whether instructions of the name stay as they are."""
        self.kept.add(name)
        return True

    def compose(self, instruction: Instruction) -> int:
        """The value of an instruction that is not kept."""
        raise NotImplementedError

    def total(self, name: str, operands: Sequence[int]) -> int | None:
        """A sum over lanes that the operation spells out, or None."""
        if name == "add":
            return self.rows.add(operands[0], operands[1])
        return self.rows.fsum(operands) if name == "fsum" else None

    def folded(self, name: str, operands: Sequence[int]) -> int | None:
        """The constant that an operation on constants gives."""
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

    def across(self, name: str, operands: Sequence[int], lanes: int, lane: int) -> int | None:
        """A value that equals what goes between numbers and lanes, or None."""
        i = operands[0]
        if name in (LANE_SUM, LANE_FSUM, LANE_TOTAL):
            return self.sum_of_equals(name, i, lanes)
        if name == BROADCAST:
            return i if i < 0 else None  # a constant is itself in every lane
        if name == STACK and lanes > 1 and operands[1] == i and len(set(operands)) == 1:
            return self.emit(BROADCAST, (i,), lanes)
        if name == PICK:
            made = self.made_by(i) if i >= 0 else None
            if made is None or not _has_lanes(made):
                return i
            if made.name in (BROADCAST, STACK):
                return made.operands[0 if made.name == BROADCAST else lane]
        return None

    def sum_of_equals(self, name: str, i: int, lanes: int) -> int | None:
        """The sum of a number that is the same in every lane."""
        made = self.made_by(i) if i >= 0 else None
        if made is not None and _has_lanes(made) and made.name != BROADCAST:
            return None
        number = made.operands[0] if made is not None and made.name == BROADCAST else i
        if name != LANE_SUM:
            total = self.emit("mul", (number, self.constant(float(lanes))))
            # Exactly rounded sums begin with 0.0, which is seen where all terms are -0.0.
            return self.emit("add", (self.constant(0.0), total)) if name == LANE_FSUM else total
        x = self.value(number)
        if x is not None:
            return self.constant(_ordered(x, lanes))
        if lanes > _UNROLLED:
            wide = i if made is not None and _has_lanes(made) else self.emit(BROADCAST, (number,), lanes)
            return None if wide == i else self.emit(LANE_SUM, (wide,), lanes)
        total = number
        for _ in range(lanes - 1):
            total = self.emit("add", (total, number))
        return total

    def algebra(self, name: str, operands: Sequence[int], lanes: int) -> int | None:
        """A value that equals the operation bit for bit and costs less, or None."""
        if name in ("add", "sub", "mul", "div"):
            return self.arithmetic(name, operands[0], operands[1], lanes)
        if name in ("identity", "stop_gradient"):
            return operands[0]
        if name == "neg":
            made = self.made_by(operands[0]) if operands[0] >= 0 else None
            return made.operands[0] if made is not None and made.name == "neg" else None
        if name == "where":
            condition = self.value(operands[0])
            if condition is not None:
                return operands[1] if condition else operands[2]
            if operands[1] == operands[2]:
                return operands[1]
            made = self.made_by(operands[0]) if operands[0] >= 0 else None
            if made is not None and made.name == "not_taken":
                return self.emit(name, (made.operands[0], operands[2], operands[1]), lanes)
            return None
        if name in ("pow", "pow_slope"):
            exponent = self.value(operands[1])
            if exponent is None:
                return None
            return (self.power if name == "pow" else self.power_slope)(operands[0], exponent, lanes)
        if name == "square":
            return self.emit("mul", (operands[0], operands[0]), lanes)
        if name == "reciprocal":
            return self.emit("div", (self.constant(1.0), operands[0]), lanes)
        return None

    def power(self, x: int, exponent: float, lanes: int) -> int | None:
        """x to a constant exponent, where one rounding gives it."""
        if exponent == 1.0:
            return x
        if exponent == 2.0:
            return self.emit("mul", (x, x), lanes)
        if exponent == -1.0:
            return self.emit("div", (self.constant(1.0), x), lanes)
        return self.constant(1.0) if exponent == 0.0 else None

    def power_slope(self, x: int, exponent: float, lanes: int) -> int | None:
        """y * x**(y - 1), where the exponent y loses nothing by subtracting 1."""
        lower = exponent - 1.0
        if exponent == 0.0 or lower + 1.0 != exponent:
            return self.constant(0.0) if exponent == 0.0 else None
        power = self.emit("pow", (x, self.constant(lower)), lanes)
        return self.emit("mul", (power, self.constant(exponent)), lanes)

    def arithmetic(self, name: str, i: int, j: int, lanes: int) -> int | None:
        """A value that equals the sum, difference, product or quotient, or None."""
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
        """The operand of a negation; None for other values."""
        made = self.made_by(i) if i >= 0 else None
        return made.operands[0] if made is not None and made.name == "neg" else None

    def finish(self, outputs: list[int]) -> Program:
        """The program of what is read, with the constants between the inputs and the instructions."""
        inputs, instructions = self.program.inputs, self.instructions
        self.known.clear()
        count = len(self.constants)
        live = bytearray(inputs + len(instructions) + count)  # constants at the end, where -1 finds the last
        for i in outputs:
            live[i] = 1
        for k in range(len(instructions) - 1, -1, -1):
            if live[inputs + k]:
                for i in instructions[k].operands:
                    live[i] = 1
        constants = [k for k in range(count) if live[-k - 1]]
        place = list(range(inputs)) + [0] * (len(instructions) + count)
        for at, k in enumerate(constants, inputs):
            place[-k - 1] = at
        first = inputs + len(constants)
        kept = 0
        for k, (name, operands, lanes, lane) in enumerate(instructions):
            if live[inputs + k]:
                if type(operands) is not range:
                    operands = tuple([place[i] for i in operands])  # noqa: PLW2901
                instructions[kept] = Instruction(name, operands, lanes, lane)  # in place: each in memory once
                place[inputs + k] = first + kept
                kept += 1
        del instructions[kept:]
        given = self.program
        return Program(
            inputs,
            [self.constants[k] for k in constants],
            instructions,
            [place[i] for i in outputs],
            given.name,
            given.arguments,
            given.results,
        )


def _ordered(x: float, lanes: int) -> float:
    """The sum of equal numbers from left to right."""
    total = x
    for _ in range(lanes - 1):
        total += x
    return total


def _has_lanes(made: Instruction) -> bool:
    return made.lanes > 0 and made.name not in REDUCTIONS


def _is(x: float | None, zero: float) -> bool:
    return x == 0.0 and _bits(x) == _bits(zero) if x is not None else False


_UNROLLED: Final = 64  # a number is added so often before a loop does it
_COMMUTE: Final = frozenset({"add", "mul", "equal"})
