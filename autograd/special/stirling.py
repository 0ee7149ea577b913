"""Log-gamma, digamma and polygamma in pairs of floats by Stirling's expansion, for where floats cancel."""

import math
from typing import Final

from autograd.special import double_double as dd
from autograd.special.double_double import Pair
from autograd.special.elementary import INF

# Bernoulli's numbers B(2), B(4), ..., B(30) as fractions, DLMF table 24.2.1.
BERNOULLI: Final[tuple[Pair, ...]] = (
    (1.0, 6.0),
    (-1.0, 30.0),
    (1.0, 42.0),
    (-1.0, 30.0),
    (5.0, 66.0),
    (-691.0, 2730.0),
    (7.0, 6.0),
    (-3617.0, 510.0),
    (43867.0, 798.0),
    (-174611.0, 330.0),
    (854513.0, 138.0),
    (-236364091.0, 2730.0),
    (8553103.0, 6.0),
    (-23749461029.0, 870.0),
    (8615841276005.0, 14322.0),
)
_LARGE: Final = 20.0  # from here on 15 terms of the expansions are good to 1e-32


def lgamma(x: Pair) -> Pair:
    """log|gamma(x)|, DLMF 5.11.1; not at the poles.

    >>> lgamma((3.0, 0.0))[0] == math.log(2.0)
    True
    """
    if x[0] < 0.0:
        # gamma(x) gamma(-x) = -pi / (x sin(pi x)), DLMF 5.5.3
        sine = dd.multiply(_sinpi(x), x)
        if sine[0] < 0.0:
            sine = dd.negative(sine)
        return dd.subtract(dd.subtract(dd.log_pi(), dd.log(sine)), lgamma(dd.negative(x)))
    product = dd.one()
    while x[0] < _LARGE:
        product = dd.multiply(product, x)
        x = dd.add(x, dd.one())
    inverse = dd.divide(dd.one(), x)
    squared = dd.multiply(inverse, inverse)
    total = dd.zero()
    for k in range(15, 0, -1):
        top, bottom = BERNOULLI[k - 1]
        term = dd.divide((top, 0.0), (bottom * (2 * k) * (2 * k - 1), 0.0))
        total = dd.add(term, dd.multiply(total, squared))
    total = dd.add(dd.multiply(total, inverse), dd.half_log_2pi())
    total = dd.add(total, dd.subtract(dd.multiply(dd.subtract(x, (0.5, 0.0)), dd.log(x)), x))
    return dd.subtract(total, dd.log(product)) if product != dd.one() else total


def digamma(x: Pair) -> Pair:
    """The logarithmic derivative of gamma, DLMF 5.11.2; not at the poles.

    >>> digamma((1.0, 0.0))[0]
    -0.5772156649015329
    """
    if x[0] < 0.0:
        # digamma(1 - x) - digamma(x) = pi cot(pi x), DLMF 5.5.4
        cotangent = dd.divide(_cospi(x), _sinpi(x))
        return dd.subtract(digamma(dd.subtract(dd.one(), x)), dd.multiply(dd.pi(), cotangent))
    head = dd.zero()
    while x[0] < _LARGE:
        head = dd.add(head, dd.divide(dd.one(), x))
        x = dd.add(x, dd.one())
    inverse = dd.divide(dd.one(), x)
    squared = dd.multiply(inverse, inverse)
    total = dd.zero()
    for k in range(15, 0, -1):
        top, bottom = BERNOULLI[k - 1]
        term = dd.divide((top, 0.0), (bottom * (2 * k), 0.0))
        total = dd.multiply(dd.add(term, total), squared)
    total = dd.add(dd.add(total, dd.scale(inverse, 0.5)), head)
    return dd.subtract(dd.log(x), total)


def polygamma(n: int, x: float) -> float:
    """The n-th derivative of digamma, n >= 1; not at the poles.

    With zeta(x) for the sum of (x + k)**-(n+1) over k >= 0 it is ±n! zeta(x). The sum over all whole k has
    the period 1: left of 0 it is taken at x less the nearest integer, and its other half subtracted.

    >>> polygamma(1, 1.0) == math.pi**2 / 6
    True
    """
    if x > 0.0:
        value = _factorial_zeta(n, (x, 0.0))[0]
    else:
        rest = math.remainder(x, 1.0)
        if math.fabs(rest) < 1e-140:
            return INF if n % 2 else math.copysign(INF, -rest)
        nearest = pole = dd.divide(dd.one(), (rest, 0.0))
        for k in range(1, n + 1):
            pole = dd.scale(dd.multiply(pole, nearest), float(k))
            if not math.fabs(pole[0]) < 1e280:
                return INF if n % 2 else math.copysign(INF, -rest)
        right = _factorial_zeta(n, dd.add(dd.one(), (rest, 0.0)))
        left = dd.subtract(
            _factorial_zeta(n, dd.subtract(dd.one(), (rest, 0.0))),
            _factorial_zeta(n, dd.subtract(dd.one(), (x, 0.0))),
        )
        value = dd.add(pole, dd.add(right, left if n % 2 else dd.negative(left)))[0]
    return value if n % 2 else -value


def _factorial_zeta(n: int, x: Pair) -> Pair:
    """n! times the sum of (x + k)**-(n+1) over k >= 0, DLMF 5.15.8, for x > 0.

    All is relative to (n-1)! / x**n, so that neither factorials nor powers leave the range alone.
    """
    unit = dd.divide(dd.one(), x)
    for k in range(1, n):
        unit = dd.multiply(unit, dd.divide((float(k), 0.0), x))
        if not unit[0] < 1e280:
            return (INF, 0.0)
    head = dd.zero()
    a = x
    while a[0] < 26.0 + n:
        head = dd.add(head, dd.power(dd.divide(x, a), n + 1))
        a = dd.add(a, dd.one())
    inverse = dd.divide(dd.one(), a)
    squared = dd.multiply(inverse, inverse)
    # rising is (n + 2k - 1)! / ((n - 1)! (2k)!)
    total = dd.zero()
    rising = dd.one()
    power = dd.one()
    for k in range(1, 16):
        rising = dd.scale(rising, float((n + 2 * k - 2) * (n + 2 * k - 1)))
        rising = dd.divide(rising, (float((2 * k - 1) * (2 * k)), 0.0))
        power = dd.multiply(power, squared)
        top, bottom = BERNOULLI[k - 1]
        term = dd.multiply(dd.divide(dd.scale(rising, top), (bottom, 0.0)), power)
        total = dd.add(total, term)
    total = dd.add(dd.one(), dd.add(dd.scale(inverse, 0.5 * n), total))
    tail = dd.multiply(total, dd.power(dd.divide(x, a), n))
    return dd.multiply(unit, dd.add(tail, dd.scale(dd.divide(head, x), float(n))))


def _sinpi(x: Pair) -> Pair:
    sine, cosine = dd.sinpi_cospi(x[0])
    return dd.add(sine, dd.scale(dd.multiply(dd.pi(), cosine), x[1]))


def _cospi(x: Pair) -> Pair:
    sine, cosine = dd.sinpi_cospi(x[0])
    return dd.subtract(cosine, dd.scale(dd.multiply(dd.pi(), sine), x[1]))


def factorial_zeta_difference(n: int, x: Pair, y: Pair) -> float:
    """n! times the sum of (x + k)**-(n+1) - (y + k)**-(n+1) over k >= 0, for n >= 1 and x, y > 0.

    >>> factorial_zeta_difference(1, (1.0, 0.0), (2.0, 0.0))
    1.0
    """
    value = dd.subtract(_factorial_zeta(n, x), _factorial_zeta(n, y))[0]
    return value if not math.isnan(value) else INF
