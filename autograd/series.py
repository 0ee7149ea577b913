"""Power series as numbers: every primitive's own rule yields its series, coefficient by coefficient.

z = f(x, y) obeys z' = (dz/dx) x' + (dz/dy) y', and the partials are series too, made by the rule. Coefficient
k of z takes theirs below k, so a series may appear in its own rule, as exp does. Operations on the same
operands are made once: sin needs cos, which needs sin, and there it ends.
"""

from __future__ import annotations

from math import copysign
from typing import Any, Final, final

from autograd import primitives
from autograd.graph import Node
from autograd.primitive_type import Number, Primitive
from autograd.primitives import div

UNBOUNDED: Final = 1 << 60


def _first(x: Number) -> Number:
    return x.coefficients[0] if isinstance(x, Series) else x


def _is_plain(x: object) -> bool:
    return not isinstance(x, Series | Node)


@final
class Table:
    """Makes series, each operation on the same operands once."""

    def __init__(self) -> None:
        self.made: dict[tuple[Any, ...], Series] = {}

    def variable(self, number: Number, slope: Number) -> Series:
        """number + slope t."""
        series = Series(self, primitives.identity, ())
        series.coefficients = [number, slope]
        series.degree = 1
        return series

    def apply(self, primitive: Primitive, operands: tuple[Any, ...], number: Number = None) -> Number:
        """The operation's series; its number may be known already."""
        if primitive.arity is not None and len(operands) != primitive.arity:
            operands = primitive.complete(operands)
        if primitive is primitives.where:
            condition = _first(operands[0])
            if not (isinstance(condition, Node) and condition.mark < 0):
                chosen = condition.number if isinstance(condition, Node) else condition
                return operands[1] if chosen else operands[2]
        if not any([isinstance(x, Series) for x in operands]):
            return primitive(*operands) if number is None else number
        if (
            primitive.constant_form is not None
            and any([_is_plain(x) for x in operands])
            and len(operands) > 1
        ):
            moving = tuple([x for x in operands if not _is_plain(x)])
            bound = primitive(*[x for x in operands if _is_plain(x)])
            most = moving[0] if len(moving) == 1 else self.apply(primitive, moving)
            return self.apply(primitive.constant_form, (most, bound))
        if (
            primitive is primitives.power_slope
            and primitive.lower is not None
            and isinstance(operands[1], float)
        ):
            return primitive.lower(*operands)  # y x**(y - 1): a polynomial ends there
        key = (primitive.name, *[_key(x) for x in operands])
        series = self.made.get(key)
        if series is None:
            series = Series(self, primitive, operands)
            series.coefficients.append(
                primitive(*[_first(x) for x in operands]) if number is None else number
            )
            series.settle()
            self.made[key] = series
        return series


def _key(x: Any) -> object:
    if isinstance(x, Series | Node):
        return id(x)
    return (x, copysign(1.0, x))


@final
class Series:
    """A power series that knows how it was made, and computes its coefficients when asked for them."""

    def __init__(self, table: Table, primitive: Primitive, operands: tuple[Any, ...]) -> None:
        self.table = table
        self.primitive = primitive
        self.operands = operands
        self.coefficients: list[Any] = []
        self.degree: int = UNBOUNDED  # coefficients beyond are 0 for certain
        self.kind: str = ""
        self.rule: tuple[Any, ...] | None = None

    def settle(self) -> None:
        """Choose the recurrence: those of arithmetic are shorter than what the rules give."""
        name = self.primitive.name
        if name in ("add", "sub", "neg", "mul", "div", "square", "identity", "where"):
            self.kind = name
        elif name == "pow":
            base, exponent = self.operands
            # Its recurrence divides by the base and starts from z: not where underflow took either.
            usable = isinstance(exponent, float) and isinstance(base, Series) and not _traced(_first(base))
            if (
                usable
                and 1e-150 < abs(_number(self.coefficients[0])) < 1e150
                and _number(_first(base)) != 0.0
            ):
                self.kind = "pow"
        degrees = [x.degree if isinstance(x, Series) else 0 for x in self.operands]
        if name in ("add", "sub", "neg", "identity", "where"):
            self.degree = max(degrees)
        elif name == "mul":
            self.degree = min(sum(degrees), UNBOUNDED)
        elif name == "square":
            self.degree = min(2 * degrees[0], UNBOUNDED)

    def coefficient(self, k: int) -> Number:
        """Coefficient k, with those before it."""
        coefficients = self.coefficients
        while len(coefficients) <= k:
            n = len(coefficients)
            coefficients.append(0.0 if n > self.degree else self.following(n))
        return coefficients[k]

    def following(self, k: int) -> Number:
        """Coefficient k, from those before it."""
        kind = self.kind
        x = self.operands[0]
        if kind == "":
            return self.by_rule(k)
        if kind == "mul":
            return product(x, self.operands[1], k)
        if kind == "add":
            return total(at(x, k), at(self.operands[1], k))
        if kind == "sub":
            return at(x, k) - at(self.operands[1], k)
        if kind == "div":
            return self.quotient(x, self.operands[1], k)
        if kind == "square":
            return product(x, x, k)
        if kind == "neg":
            return -at(x, k)
        if kind == "pow":
            return self.to_constant(x, self.operands[1], k)
        if kind == "where":  # the condition is traced
            return primitives.where(_first(x), at(self.operands[1], k), at(self.operands[2], k))
        return at(x, k)

    def quotient(self, x: Number, y: Number, k: int) -> Number:
        """z y = x, solved for the last coefficient of z."""
        z = self.coefficients
        if not isinstance(y, Series):
            return div(at(x, k), y)
        rest: Any = at(x, k)
        for j in range(1, min(k, y.degree) + 1):
            rest = rest - y.coefficient(j) * z[k - j]
        return div(rest, y.coefficients[0])

    def to_constant(self, x: Series, y: float, k: int) -> Number:
        """z' x = y z x', solved for the last coefficient of z."""
        z = self.coefficients
        sum_: Any = 0.0
        for j in range(1, min(k, x.degree) + 1):
            sum_ = sum_ + (y * j - (k - j)) * (x.coefficient(j) * z[k - j])
        return div(sum_, k * x.coefficients[0])

    def by_rule(self, k: int) -> Number:
        """z' is the sum of the partials times the operands' derivatives."""
        if self.rule is None:
            self.rule = self.primitive.local_partials(self, self.operands)
        sum_: Any = 0.0
        d: Any
        for x, d in zip(self.operands, self.rule, strict=True):
            if not isinstance(x, Series):
                continue
            if isinstance(d, Series):
                for j in range(1, min(k, x.degree) + 1):
                    sum_ = sum_ + (x.coefficient(j) * j) * d.coefficient(k - j)
            elif not (isinstance(d, float) and d == 0.0):
                sum_ = sum_ + (x.coefficient(k) * k) * d
        return div(sum_, float(k))

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        return self.table.apply(primitive, operands)

    def __add__(self, other: Any) -> Any:
        return self.table.apply(primitives.add, (self, _plain(other)))

    def __radd__(self, other: Any) -> Any:
        return self.table.apply(primitives.add, (_plain(other), self))

    def __sub__(self, other: Any) -> Any:
        return self.table.apply(primitives.sub, (self, _plain(other)))

    def __rsub__(self, other: Any) -> Any:
        return self.table.apply(primitives.sub, (_plain(other), self))

    def __mul__(self, other: Any) -> Any:
        return self.table.apply(primitives.mul, (self, _plain(other)))

    def __rmul__(self, other: Any) -> Any:
        return self.table.apply(primitives.mul, (_plain(other), self))

    def __truediv__(self, other: Any) -> Any:
        return self.table.apply(primitives.div, (self, _plain(other)))

    def __rtruediv__(self, other: Any) -> Any:
        return self.table.apply(primitives.div, (_plain(other), self))

    def __pow__(self, other: Any) -> Any:
        return self.table.apply(primitives.power, (self, _plain(other)))

    def __neg__(self) -> Any:
        return self.table.apply(primitives.neg, (self,))


def _plain(x: Any) -> Any:
    return float(x) if isinstance(x, int) else x


def _number(x: Any) -> float:
    return x.number if isinstance(x, Node) else x


def _traced(x: Any) -> bool:
    return isinstance(x, Node) and x.mark < 0


def at(x: Number, k: int) -> Number:
    """Coefficient k of what may be a series."""
    if isinstance(x, Series):
        return x.coefficient(k)
    return x if k == 0 else 0.0


def total(x: Number, y: Number) -> Number:
    """The sum, without a node for a float 0."""
    if isinstance(x, float) and x == 0.0:
        return y
    if isinstance(y, float) and y == 0.0:
        return x
    return x + y


def product(x: Number, y: Number, k: int) -> Number:
    """Coefficient k of a product."""
    if not isinstance(x, Series):
        return x * at(y, k)
    if not isinstance(y, Series):
        return x.coefficient(k) * y
    sum_: Any = 0.0
    for j in range(max(0, k - y.degree), min(k, x.degree) + 1):
        term = x.coefficient(j) * y.coefficient(k - j)
        sum_ = term if isinstance(sum_, float) and sum_ == 0.0 else sum_ + term
    return sum_
