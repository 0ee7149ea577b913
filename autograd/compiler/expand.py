"""Primitives that the machine lacks, replaced by the composition of others that they declare (`lower`)."""

from __future__ import annotations

from typing import Any

from autograd import primitives
from autograd.compiler.lowering import lowered
from autograd.compiler.program import Instruction, Program
from autograd.compiler.simplify import Rewriter
from autograd.primitive_type import PRIMITIVES, Primitive, find


def expanded(program: Program, compact: bool = False) -> Program:
    """The program simplified, in primitives that are emitted, or have no `lower` and are called back for.

    For compact mode `dot` becomes its products and sums.
    """
    return _Lowering(program, compact).run()


class _Lowering(Rewriter):
    """A rewriter that replaces what the machine lacks as it goes, so that its parts are simplified too."""

    def __init__(self, program: Program, compact: bool) -> None:
        super().__init__(program)
        self.compact = compact

    def keeps(self, name: str) -> bool:
        if name == "dot" and self.compact:
            return False
        if lowered(name) or find(name).lower is None:
            self.kept.add(name)
            return True
        return False

    def compose(self, instruction: Instruction) -> int:
        """The instruction's composition, run on symbols that write what is done to them."""
        lower = left_to_right if instruction.name == "dot" else find(instruction.name).lower
        assert lower is not None
        result = lower(*[self.symbol(i, instruction.lanes) for i in instruction.operands])
        return result.number if isinstance(result, Symbol) else self.constant(float(result))

    def symbol(self, i: int, lanes: int) -> Any:
        """A value; a constant as a float, since compositions may choose by it."""
        number = self.value(i)
        return Symbol(self, i, lanes) if number is None else number

    def apply(self, primitive: Primitive, operands: tuple[Any, ...], lanes: int) -> Any:
        """What a composition does to a symbol."""
        numbers = [x.number if isinstance(x, Symbol) else self.constant(float(x)) for x in operands]
        return self.symbol(self.emit(primitive.name, tuple(numbers), lanes), lanes)


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

    def __init__(self, writer: _Lowering, number: int, lanes: int) -> None:
        self.writer = writer
        self.number = number
        self.lanes = lanes

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
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
