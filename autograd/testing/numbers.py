"""Number types that run through every primitive: `Dual` carries a derivative, `Rounded` an error bound.

They read the same table as `Value`, so a function of scalars written with operators and `autograd.math` runs
on them as it stands.
"""

from __future__ import annotations

from typing import Any

from autograd import primitives
from autograd.primitive_type import PRIMITIVES, Primitive, as_float

UNIT = 2.0**-53
TINY = 2.0**-1060  # where floats are subnormal, errors are no longer relative
CHOOSING = {"maximum", "minimum", "max_constant", "min_constant", "sign", "where", "within"}
EXACT = CHOOSING | {"neg", "abs", "relu"}
GAMMA = {"gamma", "lgamma", "digamma", "polygamma", "polygamma_difference", "beta", "lbeta"}
ARITHMETIC = {"add", "sub", "mul", "div", "square", "reciprocal", "fsum", "sumprod", "sqrt"}


class Numeric:
    """Operators and methods that call the primitives, for a type that answers `__primitive__`."""

    __hash__ = object.__hash__

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """The result of the operation over these operands, some of them plain numbers."""
        raise NotImplementedError

    def compared(self) -> Any:
        """What comparisons compare."""
        raise NotImplementedError

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
        return primitives.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return primitives.power(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return primitives.floordiv(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return primitives.floordiv(other, self)

    def __mod__(self, other: Any) -> Any:
        return primitives.mod(self, other)

    def __rmod__(self, other: Any) -> Any:
        return primitives.mod(other, self)

    def __neg__(self) -> Any:
        return primitives.neg(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return primitives.abs_(self)

    def __lt__(self, other: Any) -> bool:
        return bool(self.compared() < _compared(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.compared() <= _compared(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.compared() > _compared(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.compared() >= _compared(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.compared() == _compared(other))

    def __ne__(self, other: object) -> bool:
        return bool(self.compared() != _compared(other))

    def __bool__(self) -> bool:
        return bool(self.compared() != 0)

    def __getattr__(self, name: str) -> Any:
        primitive = PRIMITIVES.get(name)
        if primitive is None or primitive.arity is None or primitive.required != 1:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return lambda *operands: primitive(self, *operands)


def _compared(x: Any) -> Any:
    return x.compared() if isinstance(x, Numeric) else x


class Dual(Numeric):
    """A number with its derivative along one direction: forward mode, in one class.

    >>> x = Dual(3.0, 1.0)
    >>> x * x + 1.0
    Dual(10.0, 6.0)
    """

    def __init__(self, number: float, tangent: float = 0.0) -> None:
        self.number = number
        self.tangent = tangent

    def __repr__(self) -> str:
        return f"Dual({self.number!r}, {self.tangent!r})"

    def compared(self) -> float:
        """The number."""
        return self.number

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Dual:
        operands = stand_in(primitive, operands)
        numbers, tangents = [], []
        for x in operands:
            dual = x if isinstance(x, Dual) else Dual(as_float(x))
            numbers.append(dual.number)
            tangents.append(dual.tangent)
        z = primitive.evaluate(*numbers)
        partials = primitive.local_partials(z, tuple(numbers))
        return Dual(z, sum([d * t for d, t in zip(partials, tangents, strict=True) if t != 0.0]))


class Rounded(Numeric):
    """A float with a bound of its absolute error: rounding errors, swept along with absolute partials.

    The error of a result is what the operation itself rounds away, and for each operand the absolute local
    partial times the operand's error.

    >>> x = Rounded(1.0)
    >>> (x / 3.0 - 0.25).error < 1e-16
    True
    """

    def __init__(self, number: float, error: float = 0.0) -> None:
        self.number = number
        self.error = error

    def __repr__(self) -> str:
        return f"Rounded({self.number!r}, {self.error!r})"

    def compared(self) -> float:
        """The number."""
        return self.number

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Rounded:
        operands = stand_in(primitive, operands)
        given = [x if isinstance(x, Rounded) else Rounded(as_float(x)) for x in operands]
        numbers = tuple([x.number for x in given])
        z = primitive.evaluate(*numbers)
        partials = primitive.local_partials(z, numbers)
        return Rounded(z, own_error(primitive, z, numbers, partials) + carried(given, partials))


def stand_in(primitive: Primitive, operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """The operands without the branch that a `where` leaves aside: nothing flows into it."""
    if primitive is primitives.where and not isinstance(operands[0], str):
        condition, a, b = operands
        zero = 0.0
        return (1.0, a, zero) if condition else (0.0, zero, b)
    return operands


def carried(operands: list[Rounded], partials: tuple[Any, ...]) -> float:
    """The error that the operands bring: absolute partials times their errors."""
    total: float = sum([abs(d) * x.error for d, x in zip(partials, operands, strict=True) if x.error != 0.0])
    return total


def own_error(primitive: Primitive, z: float, numbers: tuple[float, ...], partials: tuple[Any, ...]) -> float:
    """A bound of what one evaluation rounds away."""
    name = primitive.name
    if name in EXACT:
        return 0.0
    if name in GAMMA or (primitive.arity is None and name not in ARITHMETIC):
        # What cancels inside, between operands or beside a pole, is in proportion to them.
        terms: float = sum(
            [abs(d * x) for d, x in zip(partials, numbers, strict=True) if x != 0.0 and d == d]
        )
        return (len(numbers) + 16.0) * UNIT * (terms + abs(z)) + TINY
    return (1.0 if name in ARITHMETIC else 16.0) * UNIT * abs(z) + TINY
