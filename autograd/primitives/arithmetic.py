"""The four operations, powers, rounding, and the floating-point functions of C."""

from __future__ import annotations

from math import copysign as float_copysign
from math import inf, modf, nan
from typing import Final

from autograd import special
from autograd.primitive_type import Number, Primitive, declare
from autograd.primitives.choosing import abs_, choose, equal, flat, less, less_equal, sign, where


def div_slope(x: float, y: float) -> float:
    """d(x/y)/dx on floats: 1/y, and NaN at 0/0.

    >>> div_slope(1.0, 0.0), div_slope(0.0, 0.0)
    (inf, nan)
    """
    if y != 0.0:
        return 1.0 / y
    return nan if x == 0.0 else float_copysign(inf, y)


def pow_slope(x: float, y: float) -> float:
    """d(x**y)/dx on floats: y * x**(y - 1), and 0 where y is 0, because x**0 is 1 everywhere.

    >>> pow_slope(0.0, 0.0), pow_slope(0.0, 0.5), pow_slope(0.0, 1.0), pow_slope(-2.0, 3.0)
    (0.0, inf, 1.0, 12.0)
    """
    if y == 2.0:
        return 2.0 * x
    if y == 0.0:
        return 0.0
    lower = y - 1.0
    slope = y * special.power(x, lower)
    if y >= 0.5 or slope == 0.0 or slope - slope != 0.0:
        return slope
    lost = y - (lower + 1.0)  # what rounding y - 1 lost weighs as much as log(x) is large
    return slope + slope * lost * special.log(abs(x))


def pow_log(x: float, y: float) -> float:
    """d(x**y)/dy on floats: x**y * log(x), and 0 where x is 0 and y >= 0.

    >>> pow_log(0.0, 0.0), pow_log(0.0, -1.0), pow_log(-2.0, 3.0)
    (0.0, -inf, nan)
    """
    if x == 0.0 and y >= 0.0:
        return 0.0
    if x == inf and y < 0.0:
        return 0.0
    return special.power(x, y) * special.log(x)


def _ldexp(x: float, exponent: float) -> float:
    if exponent != special.trunc(exponent):
        return nan
    return special.ldexp(x, int(max(-5000.0, min(5000.0, exponent))))


def _remainder_partials(z: Number, x: Number, y: Number) -> tuple[Number, Number]:
    """Of every z = x - k*y with a whole number k."""
    exists = equal(z, z)
    return choose(exists, 1.0, nan), choose(exists, -round_(div(x - z, y)), nan)


def _lower_mod(x: Number, y: Number) -> Number:
    rest = fmod(x, y)
    opposite = less(rest * sign(y), 0.0)
    return where(equal(rest, 0.0), copysign(0.0, y), where(opposite, rest + y, rest))


add: Final[Primitive] = declare(
    Primitive("add", lambda x, y: x + y, lambda z, x, y: (1.0, 1.0), "+", 2, commutes=True, doc="x + y.")
)
sub: Final[Primitive] = declare(
    Primitive("sub", lambda x, y: x - y, lambda z, x, y: (1.0, -1.0), "-", 2, doc="x - y.")
)
mul: Final[Primitive] = declare(
    Primitive("mul", lambda x, y: x * y, lambda z, x, y: (y, x), "*", 2, commutes=True, doc="x * y.")
)
div: Final[Primitive] = declare(
    Primitive(
        "div", special.div, lambda z, x, y: (div_by(x, y), -div(z, y)), "/", 2, doc="x / y, by IEEE 754."
    )
)
div_by: Final[Primitive] = declare(
    Primitive(
        "div_by",
        div_slope,
        lambda z, x, y: (0.0, -(z * z)),
        arity=2,
        lower=lambda x, y: where(equal(x, 0.0) * equal(y, 0.0), nan, div(1.0, y)),
        doc="1/y, and NaN where both x and y are 0: the slope of x/y in x.",
    )
)
neg: Final[Primitive] = declare(Primitive("neg", lambda x: -x, lambda z, x: -1.0, "-", doc="-x."))
power: Final[Primitive] = declare(
    Primitive(
        "pow",
        special.power,
        lambda z, x, y: (power_slope(x, y), power_log(x, y)),
        "**",
        2,
        doc="x**y by IEEE 754: NaN for a negative base with a fractional exponent.",
    )
)
power_slope: Final[Primitive] = declare(
    Primitive(
        "pow_slope",
        pow_slope,
        lambda z, x, y: (
            # 0 at y = 0; where x is other than 0 the formula gives that too, and depends on y
            choose(equal(x, 0.0) * equal(y, 0.0), 0.0, y * power_slope(x, y - 1.0)),
            power(x, y - 1.0) + y * power_log(x, y - 1.0),
        ),
        arity=2,
        lower=lambda x, y: choose(equal(y, 0.0), 0.0, y * power(x, y - 1.0)),
        doc="y * x**(y - 1), the slope of x**y in x; 0 where y is 0.",
    )
)
power_log: Final[Primitive] = declare(
    Primitive(
        "pow_log",
        pow_log,
        lambda z, x, y: (power(x, y - 1.0) + y * power_log(x, y - 1.0), power_log_log(x, y)),
        arity=2,
        lower=lambda x, y: where(
            equal(x, 0.0) * less_equal(0.0, y) + equal(x, inf) * less(y, 0.0), 0.0, power(x, y) * _log(x)
        ),
        doc="x**y * log(x), the slope of x**y in y; 0 where x is 0 and y >= 0.",
    )
)


def power_log_log(x: Number, y: Number) -> Number:
    """The second derivative of x**y in y, 0 at x = 0 by the convention of the first."""
    return choose(equal(x, 0.0) * less_equal(0.0, y), 0.0, power_log(x, y) * _log(x))


def _log(x: Number) -> Number:
    from autograd.primitives.elementary import log

    return log(x)


square: Final[Primitive] = declare(
    Primitive("square", lambda x: x * x, lambda z, x: 2.0 * x, lower=lambda x: x * x, doc="x * x.")
)
reciprocal: Final[Primitive] = declare(
    Primitive(
        "reciprocal",
        lambda x: special.div(1.0, x),
        lambda z, x: -(z * z),
        lower=lambda x: div(1.0, x),
        doc="1 / x.",
    )
)
fma: Final[Primitive] = declare(
    Primitive("fma", special.fma, lambda z, x, y, w: (y, x, 1.0), arity=3, doc="x * y + z, rounded once.")
)

# --- remainders ---------------------------------------------------------------------------------------------

floordiv: Final[Primitive] = declare(
    Primitive("floordiv", special.floordiv, flat, "//", 2, smooth=False, doc="x // y, as Python's floats.")
)
mod: Final[Primitive] = declare(
    Primitive(
        "mod",
        special.mod,
        _remainder_partials,
        "%",
        2,
        smooth=False,
        lower=_lower_mod,
        doc="x % y, of the sign of y.",
    )
)
fmod: Final[Primitive] = declare(
    Primitive(
        "fmod", special.fmod, _remainder_partials, arity=2, smooth=False, doc="C's fmod, of the sign of x."
    )
)
remainder: Final[Primitive] = declare(
    Primitive(
        "remainder",
        special.remainder,
        _remainder_partials,
        arity=2,
        smooth=False,
        doc="x less the multiple of y nearest to it (IEEE 754).",
    )
)

# --- rounding -----------------------------------------------------------------------------------------------

floor: Final[Primitive] = declare(
    Primitive("floor", special.floor, flat, smooth=False, doc="The largest integer not above x; slope 0.")
)
ceil: Final[Primitive] = declare(
    Primitive("ceil", special.ceil, flat, smooth=False, doc="The smallest integer not below x; slope 0.")
)
trunc: Final[Primitive] = declare(
    Primitive("trunc", special.trunc, flat, smooth=False, doc="The integer part of x; slope 0.")
)
round_: Final[Primitive] = declare(
    Primitive("round", special.rint, flat, smooth=False, doc="The nearest integer, halves to even; slope 0.")
)
fraction: Final[Primitive] = declare(
    Primitive(
        "fraction",
        lambda x: modf(x)[0],
        lambda z, x: 1.0,
        smooth=False,
        lower=lambda x: copysign(where(equal(abs_(x), inf), 0.0, x - trunc(x)), x),
        doc="The fractional part of x, of its sign; slope 1.",
    )
)

# --- the floating-point functions of C ----------------------------------------------------------------------

copysign: Final[Primitive] = declare(
    Primitive(
        "copysign",
        special.copysign,
        lambda z, x, y: (sign(x) * copysign(1.0, y), 0.0),
        arity=2,
        smooth=False,
        doc="The magnitude of x with the sign of y; of the slope of |x| at 0, which is 0.",
    )
)
ldexp: Final[Primitive] = declare(
    Primitive(
        "ldexp",
        _ldexp,
        lambda z, x, i: (ldexp(1.0, i), nan),
        arity=2,
        names=("x", "i"),
        doc="x * 2**i for a whole number i, in which there is no slope (NaN).",
    )
)
nextafter: Final[Primitive] = declare(
    Primitive(
        "nextafter",
        special.nextafter,
        lambda z, x, y: (1.0, 0.0),
        arity=2,
        smooth=False,
        doc="The float after x on the way to y; slope 1 in x, to which it is equal but for rounding.",
    )
)
ulp: Final[Primitive] = declare(
    Primitive("ulp", special.ulp, flat, smooth=False, doc="The value of the last bit of x; slope 0.")
)
