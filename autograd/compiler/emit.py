"""Primitives as LLVM instructions, on one double or on a vector of lanes.

Every rounding that the eager engine does is done here too: + - * / and sqrt are single instructions without
contraction, the other functions are C's, which Python's `math` calls as well, or selections between numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from autograd.primitive_type import find


def literal(x: float) -> str:
    """The double, bit for bit, as LLVM writes it.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


def callback(name: str) -> str:
    """The symbol of a primitive's evaluation in Python; another primitive of the name has another one."""
    return f"python.x{id(find(name)):x}"


class Block:
    """Straight-line code under construction: lines, fresh names, and which names are known conditions.

    `width` is the number of doubles a register holds; `needs` collects the helper functions that are called.
    """

    def __init__(self, width: int, needs: set[tuple[str, int]], flags: str = "") -> None:
        self.width = width
        self.needs = needs
        self.flags = flags
        self.type = "double" if width == 1 else f"<{width} x double>"
        self.bit = "i1" if width == 1 else f"<{width} x i1>"
        self.suffix = "f64" if width == 1 else f"v{width}f64"
        self.every = "true" if width == 1 else f"<{', '.join(['i1 true'] * width)}>"  # all bits set
        self.lines: list[str] = []
        self.count = 0
        self.conditions: dict[str, str] = {}
        self.nan = self.constant(float("nan"))
        self.zero = self.constant(0.0)
        self.one = self.constant(1.0)

    def new(self, text: str) -> str:
        """A fresh name for what the text computes."""
        self.count += 1
        name = f"%t{self.count}"
        self.lines.append(f"{name} = {text}")
        return name

    def constant(self, x: float) -> str:
        """The number in every lane."""
        text = literal(x)
        return text if self.width == 1 else f"<{', '.join([f'double {text}'] * self.width)}>"

    def op(self, name: str, x: str, y: str) -> str:
        """fadd, fsub, fmul, fdiv."""
        return self.new(f"{name} {self.flags}{self.type} {x}, {y}")

    def neg(self, x: str) -> str:
        """The number with its sign bit turned."""
        return self.new(f"fneg {self.type} {x}")

    def compare(self, order: str, x: str, y: str) -> str:
        """A bit: `order` is LLVM's oeq, olt, ole, ogt, une, uno, ..."""
        return self.new(f"fcmp {order} {self.type} {x}, {y}")

    def select(self, bit: str, x: str, y: str) -> str:
        """x where the bit is set, else y."""
        return self.new(f"select {self.bit} {bit}, {self.type} {x}, {self.type} {y}")

    def either(self, p: str, q: str) -> str:
        """The bit that is set where one of two is."""
        return self.new(f"or {self.bit} {p}, {q}")

    def both(self, p: str, q: str) -> str:
        """The bit that is set where two are."""
        return self.new(f"and {self.bit} {p}, {q}")

    def number(self, bit: str) -> str:
        """The bit as 1.0 or 0.0, remembered so that `where` can use it as it is."""
        name = self.select(bit, self.one, self.zero)
        self.conditions[name] = bit
        return name

    def truth(self, x: str) -> str:
        """The bit of a condition: set where the number is not 0, as Python's `if` has it."""
        bit = self.conditions.get(x)
        return bit if bit is not None else self.compare("une", x, self.zero)

    def intrinsic(self, name: str, *operands: str) -> str:
        """An LLVM intrinsic that is one machine instruction."""
        given = ", ".join([f"{self.type} {x}" for x in operands])
        self.needs.add((f"llvm.{name}.{self.suffix}/{len(operands)}", self.width))
        return self.new(f"call {self.type} @llvm.{name}.{self.suffix}({given})")

    def call(self, symbol: str, *operands: str) -> str:
        """A function of doubles; of lanes, one call a lane."""
        given = ", ".join([f"{self.type} {x}" for x in operands])
        self.needs.add((f"{symbol}/{len(operands)}", self.width))
        return self.new(f"call {self.type} @{symbol}.{self.width}({given})")

    def repaired(self, bits: str, fast: str, symbol: str, *operands: str) -> str:
        """The fast result, but in lanes whose bit is set what the function of doubles gives."""
        given = ", ".join([f"{self.type} {x}" for x in operands])
        self.needs.add((f"{symbol}.where/{len(operands)}", self.width))
        return self.new(
            f"call {self.type} @{symbol}.where.{self.width}({self.bit} {bits}, {self.type} {fast}, {given})"
        )


def _relu(b: Block, x: str) -> str:
    return b.select(b.compare("ole", x, b.zero), b.zero, x)


def _above(b: Block, x: str, y: str) -> str:
    known = b.select(b.compare("ole", x, y), b.zero, b.nan)
    return b.select(b.compare("ogt", x, y), b.one, known)


def _sign(b: Block, x: str) -> str:
    rest = b.select(b.compare("oeq", x, b.zero), b.zero, b.nan)
    rest = b.select(b.compare("olt", x, b.zero), b.constant(-1.0), rest)
    return b.select(b.compare("ogt", x, b.zero), b.one, rest)


def _within(b: Block, x: str, low: str, high: str) -> str:
    inside = b.select(b.compare("ole", x, high), b.op("fadd", x, b.zero), b.nan)
    return b.select(b.compare("ole", low, x), inside, b.nan)


def _best(order: str) -> Callable[..., str]:
    def best(b: Block, first: str, *others: str) -> str:
        chosen, unordered = first, b.compare("uno", first, others[0] if others else first)
        for x in others:
            chosen = b.select(b.compare(order, x, chosen), x, chosen)
        for x in others[1:]:
            unordered = b.either(unordered, b.compare("uno", x, x))
        return b.select(unordered, b.nan, chosen)

    return best


def _inside(b: Block, x: str, low: str, high: str) -> str:
    outside = b.either(b.compare("ole", x, low), b.compare("oge", x, high))
    inside = b.both(b.compare("olt", low, x), b.compare("olt", x, high))
    return b.select(inside, b.one, b.select(outside, b.zero, b.nan))


def _clamp(b: Block, x: str, low: str, high: str) -> str:
    return _best("olt")(b, _best("ogt")(b, x, low), high)


def _dot(b: Block, *operands: str) -> str:
    half = len(operands) // 2
    total = b.zero
    for x, y in zip(operands[:half], operands[half:], strict=True):
        total = b.op("fadd", total, b.op("fmul", x, y))
    return total


def _prod(b: Block, *operands: str) -> str:
    total = b.one
    for x in operands:
        total = b.op("fmul", total, x)
    return total


# These two could be translated as the others are; without branches they take two thirds of the time.


def _sigmoid(b: Block, x: str) -> str:
    positive = b.compare("oge", x, b.zero)
    tail = b.call("exp", b.neg(b.intrinsic("fabs", x)))
    return b.op("fdiv", b.select(positive, b.one, tail), b.op("fadd", b.one, tail))


def _softplus(b: Block, x: str) -> str:
    positive = b.compare("ogt", x, b.zero)
    rest = b.call("log1p", b.call("exp", b.neg(b.intrinsic("fabs", x))))
    return b.select(positive, b.op("fadd", x, rest), rest)


def _ulp(b: Block, x: str) -> str:
    size = b.intrinsic("fabs", x)
    infinity = b.constant(float("inf"))
    above = b.op("fsub", b.call("nextafter", size, infinity), size)
    largest = b.compare("oeq", size, b.constant(1.7976931348623157e308))
    above = b.select(largest, b.constant(1.99584030953472e292), above)
    return b.select(b.compare("oeq", size, infinity), infinity, above)


def _arithmetic(name: str) -> Callable[..., str]:
    return lambda b, x, y: b.op(name, x, y)


def _condition(order: str) -> Callable[..., str]:
    return lambda b, x, y: b.number(b.compare(order, x, y))


def _intrinsic(name: str) -> Callable[..., str]:
    return lambda b, *operands: b.intrinsic(name, *operands)


def _libm(symbol: str) -> Callable[..., str]:
    return lambda b, *operands: b.call(symbol, *operands)


# C's functions that Python's `math` calls too, so that compiled and eager results are the same bits.
_LIBM: Final = str.split(
    "exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh "
    "asinh acosh atanh erf erfc atan2 pow fmod remainder nextafter"
)

EMIT: Final[dict[str, Callable[..., str]]] = {
    "add": _arithmetic("fadd"),
    "sub": _arithmetic("fsub"),
    "mul": _arithmetic("fmul"),
    "div": _arithmetic("fdiv"),
    "neg": lambda b, x: b.neg(x),
    "square": lambda b, x: b.op("fmul", x, x),
    "reciprocal": lambda b, x: b.op("fdiv", b.one, x),
    "identity": lambda _, x: x,
    "stop_gradient": lambda _, x: x,
    "sqrt": _intrinsic("sqrt"),
    "abs": _intrinsic("fabs"),
    "fabs": _intrinsic("fabs"),
    "floor": _intrinsic("floor"),
    "ceil": _intrinsic("ceil"),
    "trunc": _intrinsic("trunc"),
    "round": _intrinsic("rint"),
    "copysign": _intrinsic("copysign"),
    "fma": _intrinsic("fma"),
    "ulp": _ulp,
    "less": _condition("olt"),
    "less_equal": _condition("ole"),
    "equal": _condition("oeq"),
    "above": _above,
    "sign": _sign,
    "where": lambda b, condition, x, y: b.select(b.truth(condition), x, y),
    "taken": lambda b, condition: b.number(b.truth(condition)),
    "not_taken": lambda b, condition: b.select(b.truth(condition), b.zero, b.one),
    "nothing": lambda b, _: b.zero,
    "within": _within,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "maximum": _best("ogt"),
    "minimum": _best("olt"),
    "max_constant": _best("ogt"),
    "min_constant": _best("olt"),
    "inside": _inside,
    "clamp": _clamp,
    "dot": _dot,
    "prod": _prod,
    **{name: _libm(name) for name in _LIBM},
}
