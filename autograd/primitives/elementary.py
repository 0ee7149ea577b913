"""Exponentials, logarithms, roots, circular and hyperbolic functions.

Slopes with a singularity are powers of a quadratic, and so are their derivatives: nothing cancels, and at the
edges of the domain each is its one-sided limit.
"""

from __future__ import annotations

from math import hypot as float_hypot
from math import inf, nan
from typing import Final

from autograd import special
from autograd.primitive_type import Interval, Number, Primitive, declare
from autograd.primitives.arithmetic import div, power, remainder, round_
from autograd.primitives.choosing import abs_, equal, less, less_equal, where

POSITIVE: Final = Interval(0.0, inf)
UNIT: Final = Interval(-1.0, 1.0)
ABOVE_ONE: Final = Interval(1.0, inf)
ABOVE_MINUS_ONE: Final = Interval(-1.0, inf)

_LN_2: Final = 0.6931471805599453
_LOG2_E: Final = 1.4426950408889634
_LOG10_E: Final = 0.4342944819032518
_PI: Final = 3.141592653589793
_DEGREES: Final = 57.29577951308232
_RADIANS: Final = 0.017453292519943295

# --- families of slopes -------------------------------------------------------------------------------------


def _over(a: float, x: float) -> float:
    if x > 0.0:
        return a / x
    return special.div(a, 0.0) if x == 0.0 else nan


def _between(x: float, low: float, high: float, exponent: float) -> float:
    if not low <= x <= high:
        return nan
    product = (x - low) * (high - x)
    if exponent == -1.0:
        return special.div(1.0, product)
    if exponent == -0.5:
        return special.div(1.0, special.sqrt(product))
    return special.power(product, exponent)


def _beyond(x: float, exponent: float) -> float:
    if not x >= 1.0:
        return nan
    if exponent == -0.5:
        return special.div(1.0, special.sqrt(x - 1.0) * special.sqrt(x + 1.0))
    if x > 1e150:
        return special.power(x, 2.0 * exponent)
    return special.power((x - 1.0) * (x + 1.0), exponent)


def _around(x: float, exponent: float) -> float:
    if exponent == -1.0:
        return 1.0 / (1.0 + x * x) if abs(x) < 1e150 else 1.0 / x / x
    if exponent == -0.5:
        return 1.0 / float_hypot(1.0, x)
    return special.power(float_hypot(1.0, x), 2.0 * exponent)


def _inverse_power(q: Number, exponent: Number) -> Number:
    """q**exponent for a number q >= 0, NaN below 0."""
    if isinstance(exponent, float) and exponent == -1.0:
        return div_positive(1.0, q)
    if isinstance(exponent, float) and exponent == -0.5:
        return div(1.0, sqrt(q))
    return where(less_equal(0.0, q), power(q, exponent), nan)  # a NaN to the power 0 would be 1


def _between_partials(
    z: Number, x: Number, low: Number, high: Number, exponent: Number
) -> tuple[Number, ...]:
    scaled = exponent * between(x, low, high, exponent - 1.0)
    return (low + high - 2.0 * x) * scaled, (x - high) * scaled, (x - low) * scaled, nan


div_positive: Final[Primitive] = declare(
    Primitive(
        "div_positive",
        _over,
        lambda z, a, x: (div_positive(1.0, x), -div_positive(z, x)),
        "/",
        2,
        domain=(Interval(), POSITIVE),
        names=("a", "x"),
        lower=lambda a, x: where(less(x, 0.0), nan, div(a, x + 0.0)),
        doc="a / x for x >= 0, by the limit from the right at ±0; NaN below 0.",
    )
)
between: Final[Primitive] = declare(
    Primitive(
        "between",
        _between,
        _between_partials,
        arity=4,
        smooth=False,
        names=("x", "low", "high", "exponent"),
        lower=lambda x, low, high, exponent: _inverse_power((x - low) * (high - x), exponent),
        doc="((x - low) * (high - x))**exponent; NaN beyond. The slopes of asin, atanh, logit.",
    )
)
beyond: Final[Primitive] = declare(
    Primitive(
        "beyond",
        _beyond,
        lambda z, x, exponent: (2.0 * exponent * x * beyond(x, exponent - 1.0), nan),
        arity=2,
        domain=(ABOVE_ONE, Interval()),
        names=("x", "exponent"),
        lower=lambda x, exponent: (
            div(1.0, sqrt(x - 1.0) * sqrt(x + 1.0))
            if isinstance(exponent, float) and exponent == -0.5
            else where(less_equal(1.0, x), power(sqrt(x - 1.0) * sqrt(x + 1.0), 2.0 * exponent), nan)
        ),
        doc="(x*x - 1)**exponent for x >= 1, NaN below. The slope of acosh.",
    )
)
around: Final[Primitive] = declare(
    Primitive(
        "around",
        _around,
        lambda z, x, exponent: (2.0 * exponent * x * around(x, exponent - 1.0), nan),
        arity=2,
        names=("x", "exponent"),
        lower=lambda x, exponent: (
            div(1.0, 1.0 + x * x)
            if isinstance(exponent, float) and exponent == -1.0
            else power(_hypot_1(x), 2.0 * exponent)
        ),
        doc="(1 + x*x)**exponent. Slopes of atan and asinh.",
    )
)


def _hypot_1(x: Number) -> Number:
    from autograd.primitives.several import hypot

    return hypot(1.0, x)


# --- exponentials, logarithms, roots ------------------------------------------------------------------------

exp: Final[Primitive] = declare(Primitive("exp", special.exp, lambda z, x: z, doc="e**x."))
exp2: Final[Primitive] = declare(Primitive("exp2", special.exp2, lambda z, x: _exp2_slope(x), doc="2**x."))
expm1: Final[Primitive] = declare(
    Primitive("expm1", special.expm1, lambda z, x: exp(x), doc="e**x - 1, accurate near 0.")
)
log: Final[Primitive] = declare(
    Primitive(
        "log",
        special.log,
        lambda z, x: div_positive(1.0, x),
        domain=(POSITIVE,),
        doc="The natural logarithm; -inf at 0, of slope inf.",
    )
)
log2: Final[Primitive] = declare(
    Primitive(
        "log2",
        special.log2,
        lambda z, x: div_positive(_LOG2_E, x),
        domain=(POSITIVE,),
        doc="The logarithm to base 2.",
    )
)
log10: Final[Primitive] = declare(
    Primitive(
        "log10",
        special.log10,
        lambda z, x: div_positive(_LOG10_E, x),
        domain=(POSITIVE,),
        doc="The logarithm to base 10.",
    )
)
log1p: Final[Primitive] = declare(
    Primitive(
        "log1p",
        special.log1p,
        lambda z, x: div_positive(1.0, 1.0 + x),
        domain=(ABOVE_MINUS_ONE,),
        doc="log(1 + x), accurate near 0.",
    )
)
sqrt: Final[Primitive] = declare(
    Primitive(
        "sqrt",
        special.sqrt,
        lambda z, x: div_positive(0.5, z),  # inf at -0.0 too
        "√",
        domain=(POSITIVE,),
        doc="The square root; NaN below 0. The slope at ±0 is inf.",
    )
)
cbrt: Final[Primitive] = declare(
    Primitive(
        "cbrt",
        special.cbrt,
        lambda z, x: div(1.0, 3.0 * (z * z)),
        "∛",
        doc="The real cube root. The slope at 0 is inf.",
    )
)

# --- circular -----------------------------------------------------------------------------------------------


def _exp2_slope(x: Number) -> Number:
    half = exp2(0.5 * x)  # 2**x itself overflows before its slope does
    return _LN_2 * half * half


def _sinpi_lower(x: Number) -> Number:
    rest = remainder(x, 2.0)
    quarters = round_(2.0 * rest)
    angle = _PI * (rest - 0.5 * quarters)
    odd = equal(abs_(quarters), 1.0)
    turned = where(odd, cos(angle), sin(angle))
    signed = where(equal(quarters, -1.0) + equal(abs_(quarters), 2.0), -turned, turned)
    return where(equal(rest, 0.0), 0.0 * x, signed)


def _cospi_lower(x: Number) -> Number:
    rest = abs_(remainder(x, 2.0))
    quarters = round_(2.0 * rest)
    angle = _PI * (rest - 0.5 * quarters)
    return where(equal(quarters, 1.0), 0.0 - sin(angle), where(equal(quarters, 2.0), -cos(angle), cos(angle)))


sin: Final[Primitive] = declare(Primitive("sin", special.sin, lambda z, x: cos(x), doc="The sine."))
cos: Final[Primitive] = declare(Primitive("cos", special.cos, lambda z, x: -sin(x), doc="The cosine."))
tan: Final[Primitive] = declare(
    Primitive("tan", special.tan, lambda z, x: 1.0 + z * z, doc="The tangent.")  # a sum of positive terms
)
asin: Final[Primitive] = declare(
    Primitive(
        "asin",
        special.asin,
        lambda z, x: between(x, -1.0, 1.0, -0.5),
        domain=(UNIT,),
        doc="The arc sine; of slope inf at ±1, NaN beyond.",
    )
)
acos: Final[Primitive] = declare(
    Primitive(
        "acos",
        special.acos,
        lambda z, x: -between(x, -1.0, 1.0, -0.5),
        domain=(UNIT,),
        doc="The arc cosine; of slope -inf at ±1, NaN beyond.",
    )
)
atan: Final[Primitive] = declare(
    Primitive("atan", special.atan, lambda z, x: around(x, -1.0), doc="The arc tangent.")
)
sinpi: Final[Primitive] = declare(
    Primitive(
        "sinpi",
        special.sinpi,
        lambda z, x: _PI * cospi(x),
        lower=_sinpi_lower,
        doc="sin(pi x), reduced exactly.",
    )
)
cospi: Final[Primitive] = declare(
    Primitive(
        "cospi",
        special.cospi,
        lambda z, x: -_PI * sinpi(x),
        lower=_cospi_lower,
        doc="cos(pi x), reduced exactly.",
    )
)
sinc_derivative: Final[Primitive] = declare(
    Primitive(
        "sinc_derivative",
        special.sinc_derivative,
        lambda z, order, x: (nan, sinc_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of sinc of a whole order.",
    )
)
sinc: Final[Primitive] = declare(
    Primitive(
        "sinc",
        special.sinc,
        lambda z, x: sinc_derivative(1.0, x),
        lower=lambda x: where(equal(x, 0.0), 1.0, where(less(1e300, abs_(x)), 0.0, div(sinpi(x), _PI * x))),
        doc="sin(pi x) / (pi x), as NumPy's; 1 at 0.",
    )
)
degrees: Final[Primitive] = declare(
    Primitive(
        "degrees",
        special.degrees,
        lambda z, x: _DEGREES,
        lower=lambda x: x * _DEGREES,
        doc="Radians to degrees.",
    )
)
radians: Final[Primitive] = declare(
    Primitive(
        "radians",
        special.radians,
        lambda z, x: _RADIANS,
        lower=lambda x: x * _RADIANS,
        doc="Degrees to radians.",
    )
)

# --- hyperbolic ---------------------------------------------------------------------------------------------


def _sech2_lower(x: Number) -> Number:
    tail = exp(-2.0 * abs_(x))
    whole = 1.0 + tail
    lost = tail - (whole - 1.0)
    value = div(4.0 * tail, whole * whole)
    return value - div(2.0 * value * lost, whole)


sinh: Final[Primitive] = declare(
    Primitive("sinh", special.sinh, lambda z, x: cosh(x), doc="The hyperbolic sine.")
)
cosh: Final[Primitive] = declare(
    Primitive("cosh", special.cosh, lambda z, x: sinh(x), doc="The hyperbolic cosine.")
)
# 1 - z*z cancels where z nears 1, and a rule with |x| inside would have a kink.
tanh: Final[Primitive] = declare(
    Primitive("tanh", special.tanh, lambda z, x: sech2(x), doc="The hyperbolic tangent.")
)
sech2: Final[Primitive] = declare(
    Primitive(
        "sech2",
        special.sech2,
        lambda z, x: -2.0 * (tanh(x) * z),
        lower=_sech2_lower,
        doc="1 / cosh(x)**2, the slope of tanh.",
    )
)
asinh: Final[Primitive] = declare(
    Primitive("asinh", special.asinh, lambda z, x: around(x, -0.5), doc="The inverse hyperbolic sine.")
)
acosh: Final[Primitive] = declare(
    Primitive(
        "acosh",
        special.acosh,
        lambda z, x: beyond(x, -0.5),
        domain=(ABOVE_ONE,),
        doc="The inverse hyperbolic cosine; of slope inf at 1, NaN below.",
    )
)
atanh: Final[Primitive] = declare(
    Primitive(
        "atanh",
        special.atanh,
        lambda z, x: between(x, -1.0, 1.0, -1.0),
        domain=(UNIT,),
        doc="The inverse hyperbolic tangent; infinite at ±1, NaN beyond.",
    )
)
