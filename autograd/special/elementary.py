"""Python's `math`, made total: IEEE 754 results for every float, and never an exception.

CPython's `math` raises where C returns an infinity or a NaN. Here the call is made first and the exception,
which is rare, is turned into the IEEE result, so the common case costs nothing.
"""

import math
from typing import Final

INF: Final = math.inf
NAN: Final = math.nan
_NEAR_UNDERFLOW: Final = -640.0
_EXP_MINUS_64: Final = 1.603810890548638e-28


def div(x: float, y: float) -> float:
    """x / y as IEEE 754 divides: by zero gives a signed infinity, 0/0 gives NaN.

    >>> div(1.0, -0.0), div(0.0, 0.0)
    (-inf, nan)
    """
    if y != 0.0:
        return x / y
    if x == 0.0 or math.isnan(x):
        return NAN
    return math.copysign(INF, x) * math.copysign(1.0, y)


def power(x: float, y: float) -> float:
    """IEEE pow: NaN for a negative base with a fractional exponent, signed infinities at zero.

    >>> power(-8.0, 1 / 3), power(-0.0, -1.0), power(-1e200, 3.0), power(math.nan, 0.0)
    (nan, -inf, -inf, 1.0)
    """
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INF if x < 0.0 and math.fmod(y, 2.0) != 0.0 else INF
    except ValueError:
        if x != 0.0:
            return NAN
        return math.copysign(INF, x) if math.fabs(math.fmod(y, 2.0)) == 1.0 else INF


def exp(x: float) -> float:
    """e**x.

    >>> exp(0.0), exp(710.0)
    (1.0, inf)
    """
    try:
        return math.exp(x)
    except OverflowError:
        return INF


def exp2(x: float) -> float:
    """2**x.

    >>> exp2(-1074.0), exp2(1024.0)
    (5e-324, inf)
    """
    try:
        return math.exp2(x)
    except OverflowError:
        return INF


def scaled_exp(x: float, factor: float) -> float:
    """factor * exp(x), also where exp(x) alone has lost digits to underflow.

    >>> scaled_exp(-740.0, 0.0), scaled_exp(0.0, 3.0), scaled_exp(-math.inf, -math.inf)
    (0.0, 3.0, -0.0)
    """
    if x > _NEAR_UNDERFLOW:
        return factor * exp(x)
    if x < -2000.0:  # factors are far below exp(1000)
        return math.copysign(0.0, factor)
    return factor * exp(x + 64.0) * _EXP_MINUS_64


def expm1(x: float) -> float:
    """e**x - 1, accurate near 0.

    >>> expm1(1e-20), expm1(710.0)
    (1e-20, inf)
    """
    try:
        return math.expm1(x)
    except OverflowError:
        return INF


def log(x: float) -> float:
    """Natural logarithm.

    >>> log(1.0), log(0.0), log(-1.0)
    (0.0, -inf, nan)
    """
    if x > 0.0:
        return math.log(x)
    return -INF if x == 0.0 else NAN


def log1p(x: float) -> float:
    """log(1 + x), accurate near 0.

    >>> log1p(1e-20), log1p(-1.0), log1p(-2.0)
    (1e-20, -inf, nan)
    """
    if x > -1.0:
        return math.log1p(x)
    return -INF if x == -1.0 else NAN


def log2(x: float) -> float:
    """Logarithm to base 2.

    >>> log2(8.0), log2(0.0)
    (3.0, -inf)
    """
    if x > 0.0:
        return math.log2(x)
    return -INF if x == 0.0 else NAN


def log10(x: float) -> float:
    """Logarithm to base 10.

    >>> log10(1000.0), log10(0.0)
    (3.0, -inf)
    """
    if x > 0.0:
        return math.log10(x)
    return -INF if x == 0.0 else NAN


def sqrt(x: float) -> float:
    """Square root; NaN below zero, and -0.0 keeps its sign.

    >>> sqrt(9.0), sqrt(-0.0), sqrt(-1.0)
    (3.0, -0.0, nan)
    """
    return math.sqrt(x) if x >= 0.0 else NAN


def cbrt(x: float) -> float:
    """Real cube root: C's, brought to within 1 ULP by one Newton step.

    >>> cbrt(-27.0), cbrt(-0.0), cbrt(-math.inf)
    (-3.0, -0.0, -inf)
    """
    root = math.cbrt(x)
    if root == 0.0 or not math.isfinite(root):
        return root
    return root - (root - x / (root * root)) / 3.0


def sin(x: float) -> float:
    """Sine; NaN at the infinities.

    >>> sin(0.0), sin(math.inf)
    (0.0, nan)
    """
    try:
        return math.sin(x)
    except ValueError:
        return NAN


def cos(x: float) -> float:
    """Cosine; NaN at the infinities.

    >>> cos(0.0), cos(math.inf)
    (1.0, nan)
    """
    try:
        return math.cos(x)
    except ValueError:
        return NAN


def tan(x: float) -> float:
    """Tangent; NaN at the infinities.

    >>> tan(0.0), tan(-math.inf)
    (0.0, nan)
    """
    try:
        return math.tan(x)
    except ValueError:
        return NAN


def asin(x: float) -> float:
    """Arc sine; NaN outside [-1, 1].

    >>> asin(0.0), asin(2.0)
    (0.0, nan)
    """
    return math.asin(x) if -1.0 <= x <= 1.0 else NAN


def acos(x: float) -> float:
    """Arc cosine; NaN outside [-1, 1].

    >>> acos(1.0), acos(-2.0)
    (0.0, nan)
    """
    return math.acos(x) if -1.0 <= x <= 1.0 else NAN


def atan(x: float) -> float:
    """Arc tangent.

    >>> atan(math.inf) == math.pi / 2
    True
    """
    return math.atan(x)


def atan2(y: float, x: float) -> float:
    """Angle of the point (x, y), in [-pi, pi].

    >>> atan2(-0.0, -1.0) == -math.pi
    True
    """
    return math.atan2(y, x)


def sinh(x: float) -> float:
    """Hyperbolic sine.

    >>> sinh(0.0), sinh(-800.0)
    (0.0, -inf)
    """
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(INF, x)


def cosh(x: float) -> float:
    """Hyperbolic cosine.

    >>> cosh(0.0), cosh(-800.0)
    (1.0, inf)
    """
    try:
        return math.cosh(x)
    except OverflowError:
        return INF


def tanh(x: float) -> float:
    """Hyperbolic tangent.

    >>> tanh(0.0), tanh(-800.0)
    (0.0, -1.0)
    """
    return math.tanh(x)


def sech2(x: float) -> float:
    """1 / cosh(x)**2, the derivative of tanh; its own is -2 * tanh(x) * sech2(x).

    >>> sech2(0.0), sech2(1.0), sech2(-1000.0)
    (1.0, 0.4199743416140261, 0.0)
    """
    tail = exp(-2.0 * math.fabs(x))
    whole = 1.0 + tail
    lost = tail - (whole - 1.0)
    value = 4.0 * tail / (whole * whole)
    return value - 2.0 * value * lost / whole


def asinh(x: float) -> float:
    """Inverse hyperbolic sine.

    >>> asinh(1e-20), asinh(-math.inf)
    (1e-20, -inf)
    """
    return math.asinh(x)


def acosh(x: float) -> float:
    """Inverse hyperbolic cosine; NaN below 1.

    >>> acosh(1.0), acosh(0.5)
    (0.0, nan)
    """
    return math.acosh(x) if x >= 1.0 else NAN


def atanh(x: float) -> float:
    """Inverse hyperbolic tangent; infinite at ±1, NaN beyond.

    >>> atanh(-1.0), atanh(2.0)
    (-inf, nan)
    """
    if -1.0 < x < 1.0:
        return math.atanh(x)
    return math.copysign(INF, x) if x in (1.0, -1.0) else NAN


def degrees(x: float) -> float:
    """Radians to degrees.

    >>> degrees(math.pi)
    180.0
    """
    return math.degrees(x)


def radians(x: float) -> float:
    """Degrees to radians.

    >>> radians(180.0) == math.pi
    True
    """
    return math.radians(x)


def hypot(x: float, y: float) -> float:
    """Distance of (x, y) from the origin, without intermediate overflow.

    >>> hypot(3.0, 4.0), hypot(1e200, 0.0), hypot(math.inf, math.nan)
    (5.0, 1e+200, inf)
    """
    return math.hypot(x, y)
