"""Sums and products of many floats: plain, compensated and exactly rounded; all total."""

import math
import sys
from typing import Final

from autograd.special.elementary import INF

_SPLITTER: Final = 134217729.0  # 2**27 + 1, Dekker's constant for 53-bit floats
_TINY: Final = 2.0**-960
_HUGE: Final = 2.0**990
_SMALLEST: Final = 1 << 1074  # every finite float is an integer divided by this


def fsum(values: list[float]) -> float:
    """The sum, exactly rounded, as `math.fsum`; inf - inf is NaN and only a true overflow is infinite.

    >>> fsum([1e16, 1.0, -1e16]), fsum([1e308, 1e308, -1e308]), fsum([math.inf, -math.inf])
    (1.0, 1e+308, nan)
    """
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        return _exact_sum(values)


def _exact_sum(values: list[float]) -> float:
    """Where CPython's partial sums overflow: the same sum in integers, rounded once by the division."""
    special = 0.0
    total = 0
    for value in values:
        if math.isfinite(value):
            top, bottom = value.as_integer_ratio()
            total += top * (_SMALLEST // bottom)
        else:
            special += value
    if special != 0.0:
        return special
    try:
        return total / _SMALLEST
    except OverflowError:
        return INF if total > 0 else -INF


def prod(values: list[float]) -> float:
    """The product, left to right.

    >>> prod([2.0, 3.0, 4.0]), prod([])
    (24.0, 1.0)
    """
    result = 1.0
    for value in values:
        result *= value
    return result


def dot(xs: list[float], ys: list[float]) -> float:
    """Sum of x*y, left to right, one rounding an operation; the lists are of one length.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    result = 0.0
    for i in range(len(xs)):
        result += xs[i] * ys[i]
    return result


def sumprod(xs: list[float], ys: list[float]) -> float:
    """Sum of x*y in three times the working precision, as `math.sumprod` of CPython 3.12.

    >>> sumprod([10.0, 1e16, 1e16], [0.1, 1.0, -1.0])
    1.0
    """
    if sys.version_info >= (3, 12):
        return float(math.sumprod(xs, ys))
    return _sumprod(xs, ys)


def _sumprod(xs: list[float], ys: list[float]) -> float:
    """Ogita, Rump and Oishi, "Accurate sum and dot product" (2005), algorithm 5.10 with K = 3.

    A term that overflows the triple-length sum is added plainly, as CPython does.
    """
    plain = high = low = tiny = 0.0
    for i in range(len(xs)):
        x, y = xs[i], ys[i]
        product, error = two_product(x, y)
        total, lost = two_sum(high, product)
        if math.isfinite(total):
            middle, lost_below = two_sum(low, error)
            high = total
            low, lost_twice = two_sum(middle, lost)
            tiny = tiny + lost_below + lost_twice
        else:
            plain += _collapse(high, low, tiny)
            high = low = tiny = 0.0
            plain += x * y
    return plain + _collapse(high, low, tiny)


def _collapse(high: float, low: float, tiny: float) -> float:
    high, low = two_sum(low, high)
    return (tiny + low) + high


def two_sum(a: float, b: float) -> tuple[float, float]:
    """The rounded sum and what rounding lost, exactly (Knuth, TAOCP 2, 4.2.2, theorem B).

    >>> two_sum(1e16, 1.0)
    (1e+16, 1.0)
    """
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


def two_product(a: float, b: float) -> tuple[float, float]:
    """The rounded product and what rounding lost (Dekker 1971; `fma` where his splitting overflows).

    >>> two_product(0.1, 10.0)
    (1.0, 5.551115123125783e-17)
    """
    product = a * b
    if not (_TINY < math.fabs(product) < _HUGE and math.fabs(a) < _HUGE and math.fabs(b) < _HUGE):
        return product, fma(a, b, -product) if product != 0.0 else 0.0
    t = a * _SPLITTER
    a_high = t - (t - a)
    a_low = a - a_high
    t = b * _SPLITTER
    b_high = t - (t - b)
    b_low = b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def fma(x: float, y: float, z: float) -> float:
    """x*y + z with one rounding, for every float (IEEE 754 fusedMultiplyAdd).

    >>> fma(0.1, 10.0, -1.0), fma(1e200, 1e200, -math.inf)
    (5.551115123125783e-17, -inf)
    """
    if not (math.isfinite(x) and math.isfinite(y)):
        return x * y + z
    if not math.isfinite(z):
        return z
    if x == 0.0 or y == 0.0:
        return x * y + z
    if sys.version_info >= (3, 13):
        try:
            return math.fma(x, y, z)
        except OverflowError:
            pass  # the sign of the infinity comes out below
    # Exact in integers: a float is an integer over a power of two, and dividing integers rounds once.
    a, p = x.as_integer_ratio()
    b, q = y.as_integer_ratio()
    c, r = z.as_integer_ratio()
    top = a * b * r + c * (p * q)
    try:
        return top / (p * q * r)
    except OverflowError:
        return INF if top > 0 else -INF


def norm(values: list[float]) -> float:
    """Euclidean length, as `math.hypot` of any number of arguments.

    >>> norm([2.0, 3.0, 6.0]), norm([])
    (7.0, 0.0)
    """
    return math.hypot(*values)


def dist(xs: list[float], ys: list[float]) -> float:
    """Euclidean distance of two points of one dimension, as `math.dist`.

    >>> dist([1.0, 1.0], [4.0, 5.0])
    5.0
    """
    return math.dist(xs, ys)
