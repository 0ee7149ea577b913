"""C's functions on a whole register at once, within 1 ULP of the exact result.

(glibc's own vector functions, libmvec, err by up to 4 ULP.) Arguments are reduced in two floats and the rest
is a polynomial, whose coefficients `tests/derive_coefficients.py` derives. Where a lane needs another way (an
angle of many turns), C's function is called for that lane alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from platform import machine
from typing import Final

from autograd.compiler.emit import Block

_EXP: Final = (
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.00833333333332597,
    0.0013888888888883629,
    0.00019841269875401043,
    2.4801587325962223e-05,
    2.7557254666098247e-06,
    2.755727311887771e-07,
    2.5105521666108532e-08,
    2.0914904528759253e-09,
)
_LOG: Final = (
    0.666666666666667,
    0.3999999999989819,
    0.28571428626570206,
    0.2222221103781659,
    0.18182896183483085,
    0.15331487235865734,
    0.14619343453512615,
)
_SIN: Final = (
    -0.16666666666666666,
    0.008333333333333331,
    -0.0001984126984126494,
    2.7557319219243677e-06,
    -2.505210619936182e-08,
    1.6058526388142101e-10,
    -7.586389554705215e-13,
)
_COS: Final = (
    0.041666666666666664,
    -0.0013888888888888887,
    2.4801587301584578e-05,
    -2.755731922134973e-07,
    2.087675577268547e-09,
    -1.1470457979362018e-11,
    4.745700902269626e-14,
)
_LOG2_E: Final = 1.4426950408889634
_LN2_HIGH: Final = 0.6931471805592082  # 40 bits: whole multiples up to 2**12 are exact
_LN2_LOW: Final = 7.371002565167799e-13
_TWO_OVER_PI: Final = 0.6366197723675814
_PI_2: Final = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)  # 33, 33 and 53 bits
_TURNS: Final = 1e5  # beyond, reduction by these three would lose digits
_TINY_ANGLE: Final = 1e-12  # and so would it beside a multiple of pi/2
_WHOLE: Final = 6755399441055744.0  # 1.5 * 2**52: added, it leaves the nearest integer in the low bits
_EXPONENTS: Final = 4503599627370496.0  # 2**52
_INFINITY: Final = float("inf")


class _Lanes:
    """Arithmetic on registers, written out."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.bits = f"<{block.width} x i64>"

    def number(self, x: float) -> str:
        return self.block.constant(x)

    def add(self, x: str, y: str) -> str:
        return self.block.op("fadd", x, y)

    def sub(self, x: str, y: str) -> str:
        return self.block.op("fsub", x, y)

    def mul(self, x: str, y: str) -> str:
        return self.block.op("fmul", x, y)

    def fma(self, x: str, y: str, z: str) -> str:
        return self.block.intrinsic("fma", x, y, z)

    def polynomial(self, coefficients: tuple[float, ...], x: str) -> str:
        """Even and odd terms side by side, which takes half the time of one after the other."""
        square = self.mul(x, x)
        halves = []
        for part in (coefficients[0::2], coefficients[1::2]):
            total = self.number(part[-1])
            for c in reversed(part[:-1]):
                total = self.fma(total, square, self.number(c))
            halves.append(total)
        return self.fma(halves[1], x, halves[0])

    def integers(self, x: int) -> str:
        return f"<{', '.join([f'i64 {x}'] * self.block.width)}>"

    def as_bits(self, x: str) -> str:
        return self.block.new(f"bitcast {self.block.type} {x} to {self.bits}")

    def as_numbers(self, x: str) -> str:
        return self.block.new(f"bitcast {self.bits} {x} to {self.block.type}")

    def on_bits(self, operation: str, x: str, y: int) -> str:
        return self.block.new(f"{operation} {self.bits} {x}, {self.integers(y)}")

    def power_of_two(self, shifted: str) -> str:
        """2**k for k + 1.5 * 2**52, -1022 <= k <= 1023."""
        return self.as_numbers(self.on_bits("shl", self.on_bits("add", self.as_bits(shifted), 1023), 52))

    def clamped(self, x: str, low: float, high: float) -> str:
        """The number held between two, a NaN as it is."""
        b = self.block
        x = b.select(b.compare("olt", x, self.number(low)), self.number(low), x)
        return b.select(b.compare("ogt", x, self.number(high)), self.number(high), x)

    def two_sum(self, x: str, y: str) -> tuple[str, str]:
        """The sum and what rounding lost."""
        total = self.add(x, y)
        part = self.sub(total, x)
        return total, self.add(self.sub(x, self.sub(total, part)), self.sub(y, part))

    def fast_two_sum(self, x: str, y: str) -> tuple[str, str]:
        """The same for |x| >= |y|."""
        total = self.add(x, y)
        return total, self.sub(y, self.sub(total, x))

    def reduced(self, x: str) -> tuple[str, str, str, str]:
        """k and r + half + rest such that exp(x) = 2**k (1 + r + half + rest), for moderate x."""
        number = self.number
        k = self.sub(self.fma(x, number(_LOG2_E), number(_WHOLE)), number(_WHOLE))
        high = self.fma(self.block.neg(k), number(_LN2_HIGH), x)
        low = self.mul(k, number(_LN2_LOW))
        r = self.sub(high, low)
        rest = self.sub(self.sub(high, r), low)
        # r*r/2, the largest term, with what its rounding lost
        square = self.mul(r, r)
        rest = self.fma(self.fma(r, r, self.block.neg(square)), number(0.5), rest)
        rest = self.fma(self.mul(square, r), self.polynomial(_EXP[1:], r), rest)
        return k, r, self.mul(square, number(0.5)), rest

    def scaled(self, x: str, k: str) -> str:
        """x * 2**k in two steps, which rounds once though 2**k alone may leave the range."""
        half = self.fma(k, self.number(0.5), self.number(_WHOLE))
        rest = self.sub(k, self.sub(half, self.number(_WHOLE)))
        x = self.mul(x, self.power_of_two(half))
        return self.mul(x, self.power_of_two(self.add(rest, self.number(_WHOLE))))

    def rise(self, x: str) -> tuple[str, str, str]:
        """k and two floats y + low such that exp(x) - 1 = 2**k (y + low), for moderate x."""
        k, r, half, rest = self.reduced(x)
        high, low = self.fast_two_sum(r, half)
        low = self.add(low, rest)
        # 1 - 2**-k and what it loses; beyond 2**60 it is 1
        few = self.block.select(self.block.compare("ogt", k, self.number(60.0)), self.number(60.0), k)
        inverse = self.power_of_two(self.sub(self.number(_WHOLE), few))
        one = self.number(1.0)
        start = self.sub(one, inverse)
        lost = self.two_sum(one, self.block.neg(inverse))[1]
        total, more = self.two_sum(start, high)
        return k, total, self.add(self.add(more, low), lost)


def _exp(b: Block, x: str) -> str:
    v = _Lanes(b)
    k, r, half, rest = v.reduced(v.clamped(x, -746.0, 710.0))
    y, lost = v.fast_two_sum(v.number(1.0), r)
    y, lost_too = v.fast_two_sum(y, half)
    return v.scaled(v.add(y, v.add(v.add(lost, lost_too), rest)), k)


def _expm1(b: Block, x: str) -> str:
    v = _Lanes(b)
    k, high, low = v.rise(v.clamped(x, -40.0, 710.0))
    return b.select(b.compare("oeq", x, b.zero), x, v.scaled(v.add(high, low), k))


def _tanh(b: Block, x: str) -> str:
    """-m / (m + 2) with m = exp(-2|x|) - 1 in two floats, and one step of Newton's for the quotient."""
    v = _Lanes(b)
    size = b.intrinsic("fabs", x)
    k, high, low = v.rise(v.clamped(v.mul(size, v.number(-2.0)), -40.0, 0.0))
    power = v.power_of_two(v.add(k, v.number(_WHOLE)))
    high, low = v.fast_two_sum(v.mul(high, power), v.mul(low, power))
    whole, lost = v.fast_two_sum(v.number(2.0), high)
    lost = v.add(lost, low)
    inverse = b.op("fdiv", v.number(-1.0), whole)
    quotient = v.mul(high, inverse)
    rest = v.fma(quotient, whole, high)  # of -m - quotient * whole, its sign turned
    rest = v.add(rest, v.fma(quotient, lost, low))
    quotient = v.fma(rest, inverse, quotient)
    return b.select(b.compare("oeq", x, b.zero), x, b.intrinsic("copysign", quotient, x))


def _mantissa(v: _Lanes, x: str) -> tuple[str, str]:
    """m and k such that a positive normal x is m * 2**k, sqrt(1/2) < m < sqrt(2)."""
    b = v.block
    bits = v.as_bits(x)
    exponent = v.on_bits("or", v.on_bits("lshr", bits, 52), 0x4330000000000000)
    k = v.sub(v.as_numbers(exponent), v.number(_EXPONENTS + 1023.0))
    bits = v.on_bits("or", v.on_bits("and", bits, 0x000FFFFFFFFFFFFF), 0x3FF0000000000000)
    m = v.as_numbers(bits)
    large = b.compare("ogt", m, v.number(1.4142135623730951))
    m = b.select(large, v.mul(m, v.number(0.5)), m)
    return m, b.select(large, v.add(k, v.number(1.0)), k)


def _logarithm(v: _Lanes, f: str, k: str, lost: str) -> str:
    """log(1 + f) + k log(2) + lost, after FDLIBM's e_log.c: f - (f*f/2 - s (f*f/2 + R)), s = f / (2 + f)."""
    half = v.mul(v.mul(f, f), v.number(0.5))
    s = v.block.op("fdiv", f, v.add(f, v.number(2.0)))
    z = v.mul(s, s)
    rest = v.mul(z, v.polynomial(_LOG, z))
    low = v.fma(s, v.add(half, rest), v.fma(k, v.number(_LN2_LOW), lost))
    # Both large terms with what their sum loses; f*f/2 is a third of f at most.
    high, first = v.fast_two_sum(v.mul(k, v.number(_LN2_HIGH)), f)
    high = v.block.select(v.block.compare("oeq", k, v.block.zero), f, high)
    first = v.block.select(v.block.compare("oeq", k, v.block.zero), v.block.zero, first)
    high, second = v.fast_two_sum(high, v.block.neg(half))
    error = v.fma(v.mul(f, f), v.number(0.5), v.block.neg(half))
    return v.add(high, v.add(v.add(first, v.sub(second, error)), low))


def _edges(v: _Lanes, x: str, zero: str, result: str) -> str:
    """A logarithm's results where its argument, `zero` being 0 there, is 0, negative, infinite or NaN."""
    b = v.block
    infinity = v.number(_INFINITY)
    result = b.select(b.compare("olt", zero, infinity), result, x)
    result = b.select(b.compare("oeq", zero, b.zero), v.number(-_INFINITY), result)
    return b.select(b.compare("olt", zero, b.zero), b.nan, result)


def _log(b: Block, x: str) -> str:
    v = _Lanes(b)
    tiny = b.compare("olt", x, v.number(2.2250738585072014e-308))
    m, k = _mantissa(v, b.select(tiny, v.mul(x, v.number(2.0**54)), x))
    k = b.select(tiny, v.sub(k, v.number(54.0)), k)
    return _edges(v, x, x, _logarithm(v, v.sub(m, v.number(1.0)), k, b.zero))


def _log1p(b: Block, x: str) -> str:
    v = _Lanes(b)
    one = v.number(1.0)
    total = v.add(one, x)
    m, k = _mantissa(v, total)
    near = b.compare("oeq", k, b.zero)
    lost = b.op("fdiv", v.two_sum(one, x)[1], total)
    f = b.select(near, x, v.sub(m, one))
    result = _logarithm(v, f, k, b.select(near, b.zero, lost))
    result = _edges(v, x, total, result)
    return b.select(b.compare("oeq", x, b.zero), x, result)


def _angle(name: str, turn: int) -> Callable[[Block, str], str]:
    def angle(b: Block, x: str) -> str:
        v = _Lanes(b)
        shifted = v.fma(x, v.number(_TWO_OVER_PI), v.number(_WHOLE))
        k = v.sub(shifted, v.number(_WHOLE))
        minus = b.neg(k)
        high = v.fma(minus, v.number(_PI_2[0]), x)
        high, lost = v.two_sum(high, v.mul(minus, v.number(_PI_2[1])))
        r, low = v.fast_two_sum(high, v.fma(minus, v.number(_PI_2[2]), lost))
        z = v.mul(r, r)
        sine = v.fma(v.mul(z, r), v.polynomial(_SIN, z), v.mul(low, v.fma(z, v.number(-0.5), v.number(1.0))))
        sine = v.add(r, sine)
        half = v.mul(z, v.number(0.5))
        whole = v.sub(v.number(1.0), half)
        error = v.sub(v.sub(v.number(1.0), whole), half)
        error = v.add(error, v.fma(v.mul(z, z), v.polynomial(_COS, z), v.mul(b.neg(r), low)))
        cosine = v.add(whole, error)
        quarters = v.on_bits("add", v.as_bits(shifted), turn)
        odd = b.new(f"icmp ne {v.bits} {v.on_bits('and', quarters, 1)}, {v.integers(0)}")
        sign = v.on_bits("shl", v.on_bits("and", quarters, 2), 62)
        result = v.as_bits(b.select(odd, cosine, sine))
        result = v.as_numbers(b.new(f"xor {v.bits} {result}, {sign}"))
        if not turn:
            result = b.select(b.compare("oeq", x, b.zero), x, result)
        near = b.both(
            b.compare("olt", b.intrinsic("fabs", r), v.number(_TINY_ANGLE)), b.compare("une", k, b.zero)
        )
        far = b.compare("uge", b.intrinsic("fabs", x), v.number(_TURNS))
        return b.repaired(b.either(near, far), result, name, x)

    return angle


@cache
def usable() -> bool:
    """Whether this machine multiplies and adds in one step, without which these would be slow."""
    import llvmlite.binding as llvm

    return bool(llvm.get_host_cpu_features().get("fma")) or machine().lower() in ("arm64", "aarch64")


VECTOR: Final[dict[str, Callable[[Block, str], str]]] = {
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "tanh": _tanh,
    "sin": _angle("sin", 0),
    "cos": _angle("cos", 1),
}
