"""Whole numbers, remainders and the parts of a float, made total."""

import math
from typing import Final

from autograd.special.elementary import INF, NAN, div

_INTEGERS_ONLY: Final = 4503599627370496.0  # 2**52: from here on every float is an integer


def floordiv(x: float, y: float) -> float:
    """Python's x // y; a zero divisor gives the infinity (or NaN) that `div` gives.

    >>> floordiv(-7.0, 2.0), floordiv(-7.0, 0.0)
    (-4.0, -inf)
    """
    return x // y if y != 0.0 else div(x, y)


def mod(x: float, y: float) -> float:
    """Python's x % y, of the divisor's sign; NaN for a zero divisor.

    >>> mod(-7.0, 3.0), mod(7.0, 0.0)
    (2.0, nan)
    """
    return x % y if y != 0.0 else NAN


def trunc(x: float) -> float:
    """The integer part, as a float: infinities, NaN and the sign of zero are kept.

    >>> trunc(-2.7), trunc(-0.3), trunc(math.inf)
    (-2.0, -0.0, inf)
    """
    if not math.fabs(x) < _INTEGERS_ONLY:
        return x
    return math.copysign(float(int(x)), x)


def floor(x: float) -> float:
    """The largest integer not above x, as a float.

    >>> floor(-2.7), floor(-0.0), floor(math.inf)
    (-3.0, -0.0, inf)
    """
    whole = trunc(x)
    return whole - 1.0 if whole > x else whole


def ceil(x: float) -> float:
    """The smallest integer not below x, as a float.

    >>> ceil(2.1), ceil(-0.3), ceil(-math.inf)
    (3.0, -0.0, -inf)
    """
    whole = trunc(x)
    return whole + 1.0 if whole < x else whole


def rint(x: float) -> float:
    """The nearest integer, ties to even, as a float.

    >>> rint(2.5), rint(-0.5), rint(math.nan)
    (2.0, -0.0, nan)
    """
    if not math.fabs(x) < _INTEGERS_ONLY:
        return x
    # Adding 2**52 leaves no bits for a fraction: the sum rounds to an integer by itself.
    return math.copysign((math.fabs(x) + _INTEGERS_ONLY) - _INTEGERS_ONLY, x)


def fmod(x: float, y: float) -> float:
    """C's fmod, of the dividend's sign; NaN for a zero divisor or an infinite dividend.

    >>> fmod(-7.0, 3.0), fmod(1.0, 0.0)
    (-1.0, nan)
    """
    return math.fmod(x, y) if y != 0.0 and not math.isinf(x) else NAN


def remainder(x: float, y: float) -> float:
    """IEEE remainder: x minus the multiple of y nearest to it.

    >>> remainder(7.0, 4.0), remainder(1.0, 0.0)
    (-1.0, nan)
    """
    return math.remainder(x, y) if y != 0.0 and not math.isinf(x) else NAN


def copysign(x: float, y: float) -> float:
    """The magnitude of x with the sign of y.

    >>> copysign(2.0, -0.0)
    -2.0
    """
    return math.copysign(x, y)


def nextafter(x: float, y: float) -> float:
    """The float next to x on the way to y.

    >>> nextafter(0.0, 1.0)
    5e-324
    """
    return math.nextafter(x, y)


def ulp(x: float) -> float:
    """The value of the last bit of x.

    >>> ulp(1.0) == 2.0**-52
    True
    """
    return math.ulp(x)


def ldexp(x: float, exponent: int) -> float:
    """x times 2**exponent, rounded once.

    >>> ldexp(3.0, 2), ldexp(-1.0, 5000)
    (12.0, -inf)
    """
    try:
        return math.ldexp(x, exponent)
    except OverflowError:
        return math.copysign(INF, x)
