"""Sine and cosine of multiples of pi, and the normalised sinc with all its derivatives."""

import math
from typing import Final

from autograd.special import double_double as dd
from autograd.special.double_double import Pair
from autograd.special.elementary import NAN
from autograd.special.rounding import rint

MAX_ORDER: Final = 170  # the largest n whose factorial is a float


def whole_order(order: float) -> int:
    """The order of a derivative as an int; -1 where it is not a whole number from 0 to 170.

    >>> whole_order(2.0), whole_order(0.5), whole_order(math.nan)
    (2, -1, -1)
    """
    return int(order) if 0.0 <= order <= MAX_ORDER and order == math.floor(order) else -1


def sinpi(x: float) -> float:
    """sin(pi x), reduced exactly: 0 at every integer, of the sign of x (IEEE 754 sinPi).

    >>> sinpi(0.5), sinpi(1e15), sinpi(-1.0), sinpi(math.inf)
    (1.0, 0.0, -0.0, nan)
    """
    if not math.isfinite(x):
        return NAN
    x_mod_2 = math.fmod(x, 2.0)
    quarter_turns = rint(2.0 * x_mod_2)
    rest = x_mod_2 - 0.5 * quarter_turns
    turn = int(quarter_turns) % 4
    if turn % 2 == 0:
        if rest == 0.0:
            return math.copysign(0.0, x)
        sine = math.sin(math.pi * rest)
        return sine if turn == 0 else -sine
    cosine = math.cos(math.pi * rest)
    return cosine if turn == 1 else -cosine


def cospi(x: float) -> float:
    """cos(pi x), reduced exactly: 0 midway between integers (IEEE 754 cosPi).

    >>> cospi(1.0), cospi(0.5), cospi(1e300), cospi(math.inf)
    (-1.0, 0.0, 1.0, nan)
    """
    if not math.isfinite(x):
        return NAN
    x_mod_2 = math.fabs(math.fmod(x, 2.0))
    quarter_turns = rint(2.0 * x_mod_2)
    rest = x_mod_2 - 0.5 * quarter_turns
    turn = int(quarter_turns) % 4
    if turn % 2 == 0:
        cosine = math.cos(math.pi * rest)
        return cosine if turn == 0 else -cosine
    sine = math.sin(math.pi * rest)
    return 0.0 - sine if turn == 1 else sine + 0.0


def sinc(x: float) -> float:
    """sin(pi x) / (pi x), as NumPy's: 1 at 0, and its limit 0 at the infinities.

    >>> sinc(0.0), sinc(3.0), sinc(math.inf)
    (1.0, 0.0, 0.0)
    """
    if x == 0.0:
        return 1.0
    if math.isinf(x):
        return 0.0
    if math.fabs(x) > 1e300:
        return 0.0  # an integer; and pi x might overflow
    return sinpi(x) / (math.pi * x)


def sinc_derivative(order: float, x: float) -> float:
    """The derivative of `sinc` of a whole order; its own derivative is that of order + 1.

    >>> sinc_derivative(1.0, 0.0), sinc_derivative(1.0, 1.0), sinc_derivative(2.0, 0.0) == -(math.pi**2) / 3
    (0.0, -1.0, True)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n == 0:
        return sinc(x)
    if math.fabs(x) > 1e300:
        return 0.0
    if n == 1 and x != 0.0:
        cosine = cospi(x)
        mean = sinc(x)
        difference = cosine - mean
        if math.fabs(difference) > 0.75 * (math.fabs(cosine) + math.fabs(mean)):
            return difference / x
    slope = _sine_ratio(n, math.fabs(x))
    result = dd.multiply(slope, dd.power(dd.pi(), n))[0]
    return -result if n % 2 and x < 0.0 else result


def _sine_ratio(n: int, x: float) -> Pair:
    """The n-th derivative of sin(t)/t at t = pi x >= 0.

    Far from 0 by t S(n) = sin^(n)(t) - n S(n-1), which is Leibniz' rule on t S(0) = sin t; near 0, where that
    cancels, by the Taylor series. The first loses at most n!/t**n, the second exp(t), of 31 digits.
    """
    t = dd.scale(dd.pi(), x)
    if t[0] > 2.0 + 0.5 * n:
        sine, cosine = dd.sinpi_cospi(x)
        waves = (sine, cosine, dd.negative(sine), dd.negative(cosine))
        ratio = dd.divide(sine, t)
        for k in range(1, n + 1):
            ratio = dd.divide(dd.subtract(waves[k % 4], dd.scale(ratio, float(k))), t)
        return ratio
    # Terms (-1)**j t**m / ((2j + 1) m!) with m = 2j - n from 0 or 1 on.
    squared = dd.multiply(t, t)
    m = n % 2
    j = (n + m) // 2
    power = t if m else dd.one()
    if j % 2:
        power = dd.negative(power)
    total = dd.zero()
    while True:
        term = dd.divide(power, (float(2 * j + 1), 0.0))
        total = dd.add(total, term)
        if math.fabs(term[0]) <= 1e-33 * math.fabs(total[0]):
            return total
        power = dd.negative(dd.divide(dd.multiply(power, squared), (float((m + 1) * (m + 2)), 0.0)))
        m += 2
        j += 1
