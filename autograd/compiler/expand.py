"""Primitives that the machine lacks, replaced by the composition of others that they declare (`lower`)."""

from __future__ import annotations

from typing import Any

from autograd import primitives
from autograd.compiler.lowering import lowered
from autograd.compiler.program import LANE_NAMES, Instruction, Program
from autograd.primitive_type import PRIMITIVES, Primitive, find


def expand(program: Program, compact: bool = False) -> Program:
    """The program in primitives that are emitted as they are, or have no `lower` and are called back for.

    For compact mode `dot` becomes its products and sums.
    """
    if all([_kept(instruction, compact) for instruction in program.instructions]):
        return program
    writer = _Writer(program, compact)
    number: list[int] = list(range(program.inputs))
    number += [writer.constant(x) for x in program.constants]
    for instruction in program.instructions:
        operands = instruction.operands
        if not (type(operands) is range and operands.stop <= program.inputs):
            operands = tuple([number[i] for i in operands])
        moved = Instruction(instruction.name, operands, instruction.lanes, instruction.lane)
        number.append(writer.put(moved) if _kept(instruction, compact) else writer.write(moved))
    return writer.finish([number[i] for i in program.outputs])


def _kept(instruction: Instruction, compact: bool) -> bool:
    name = instruction.name
    if compact and name == "dot":
        return False
    return name in LANE_NAMES or lowered(name) or find(name).lower is None


class _Writer:
    """Writes instructions; constants have negative numbers until all of them are known."""

    def __init__(self, program: Program, compact: bool) -> None:
        self.program = program
        self.compact = compact
        self.constants: list[float] = []
        self.instructions: list[Instruction] = []

    def constant(self, x: float) -> int:
        self.constants.append(x)
        return -len(self.constants)

    def put(self, instruction: Instruction) -> int:
        self.instructions.append(instruction)
        return self.program.inputs + len(self.instructions) - 1

    def write(self, instruction: Instruction) -> int:
        """The instruction's composition, run on symbols that write what is done to them."""
        lower = left_to_right if instruction.name == "dot" else find(instruction.name).lower
        assert lower is not None
        lanes = instruction.lanes
        # Compositions may choose by an operand that is a constant.
        result = lower(
            *[Symbol(self, i, lanes) if i >= 0 else self.constants[-i - 1] for i in instruction.operands]
        )
        return result.number if isinstance(result, Symbol) else self.constant(float(result))

    def apply(self, primitive: Primitive, operands: tuple[Any, ...], lanes: int) -> Symbol:
        numbers = [x.number if isinstance(x, Symbol) else self.constant(float(x)) for x in operands]
        made = Instruction(primitive.name, tuple(numbers), lanes)
        return Symbol(self, self.put(made) if _kept(made, self.compact) else self.write(made), lanes)

    def finish(self, outputs: list[int]) -> Program:
        inputs, count = self.program.inputs, len(self.constants)

        def place(i: int) -> int:
            return inputs - i - 1 if i < 0 else i if i < inputs else i + count

        instructions = [
            Instruction(n, o if type(o) is range else tuple([place(i) for i in o]), lanes, lane)
            for n, o, lanes, lane in self.instructions
        ]
        program = self.program
        return Program(
            inputs,
            self.constants,
            instructions,
            [place(i) for i in outputs],
            program.name,
            program.arguments,
            program.results,
        )


def left_to_right(*operands: Any) -> Any:
    """`dot` as the products and sums that it is."""
    half = len(operands) // 2
    total: Any = 0.0
    for x, y in zip(operands[:half], operands[half:], strict=True):
        total = total + x * y
    return total


class Symbol:
    """A number that writes the operations it goes through."""

    __slots__ = ("lanes", "number", "writer")

    def __init__(self, writer: _Writer, number: int, lanes: int) -> None:
        self.writer = writer
        self.number = number
        self.lanes = lanes

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Symbol:
        return self.writer.apply(primitive, operands, self.lanes)

    def __add__(self, other: Any) -> Any:
        return primitives.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return primitives.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return primitives.sub(self, other)

    def __rsub__(self, other: Any) -> Any:
        return primitives.sub(other, self)

    def __mul__(self, other: Any) -> Any:
        return primitives.mul(self, other)

    def __rmul__(self, other: Any) -> Any:
        return primitives.mul(other, self)

    def __truediv__(self, other: Any) -> Any:
        return primitives.div(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return primitives.div(other, self)

    def __pow__(self, other: Any) -> Any:
        return PRIMITIVES["pow"](self, other)

    def __neg__(self) -> Any:
        return primitives.neg(self)

    def __abs__(self) -> Any:
        return PRIMITIVES["abs"](self)
