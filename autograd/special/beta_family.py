"""The beta function and its logarithm, and the differences of digamma and polygamma that are their slopes."""

import math

from autograd.special import double_double as dd
from autograd.special import stirling
from autograd.special.circular import whole_order
from autograd.special.double_double import Pair
from autograd.special.elementary import INF, NAN, exp, log, log1p, power
from autograd.special.gamma_family import digamma_rise, gamma, lgamma, polygamma
from autograd.special.summation import two_sum


def beta(a: float, b: float) -> float:
    """gamma(a) gamma(b) / gamma(a + b), of slopes beta(a, b) * `polygamma_difference`(0, a, b) and (0, b, a).

    >>> beta(2.0, 3.0) == 1 / 12, beta(0.0, 1.0), beta(2.0**-1000, 1.0) == 2.0**1000
    (True, inf, True)
    """
    if math.isnan(a) or math.isnan(b):
        return NAN
    small, large = min(a, b), max(a, b)
    if 0.0 < small < 1e-290:
        return 1.0 / large + 1.0 / small if large < 1e-20 else 1.0 / small
    rise = power(large, -small) if _far_apart(small, large) else INF
    if rise < INF:  # gamma(large) / gamma(large + small), DLMF 5.11.12
        return gamma(small) * rise * math.exp(-0.5 * small * (small - 1.0) / large)
    if _at_pole(a) or _at_pole(b) or _at_pole(a + b) or not _in_range(a, b):
        value = exp(lbeta(a, b))
    else:
        high, low = _lbeta_pair(a, b)
        value = exp(high)
        value += value * low if math.isfinite(value) else 0.0
    sign = _gamma_sign(a) * _gamma_sign(b) * _gamma_sign(a + b)
    return value * sign


def lbeta(a: float, b: float) -> float:
    """log|beta(a, b)|, of slopes `polygamma_difference`(0, a, b) and (0, b, a).

    >>> lbeta(1.0, 1.0), lbeta(1e20, 1.0) == -math.log(1e20), lbeta(0.0, 1.0)
    (0.0, True, inf)
    """
    if math.isnan(a) or math.isnan(b):
        return NAN
    if _at_pole(a) or _at_pole(b):
        return NAN if _at_pole(a + b) and a + b != 0.0 else INF
    if _at_pole(a + b):
        return -INF
    if _in_range(a, b):
        value = _lbeta_pair(a, b)[0]
        return value if math.fabs(value) > 1e-29 else 0.0  # where beta is 1
    small, large = min(a, b), max(a, b)
    if small < 0.0 and _far_apart(small, large):
        return lgamma(small) - small * log(large) - 0.5 * small * (small - 1.0) / large
    if small < 0.0:
        return lgamma(a) + lgamma(b) - lgamma(a + b)
    if math.isinf(large):
        return -INF
    if small < 1e-290:
        return log(1.0 / large + 1.0 / small) if large < 1e-20 else -log(small)
    # lgamma(large) - lgamma(large + small) by Stirling; what it leaves out is below 1 / large.
    ratio = small / large
    if ratio < 1e-9:
        exponent = dd.scale(dd.log((large, 0.0)), small)
        return dd.subtract(stirling.lgamma((small, 0.0)), exponent)[0] - 0.5 * (small - 1.0) * ratio
    return lgamma(small) - ((large + small - 0.5) * log1p(ratio) + small * (log(large) - 1.0))


def _far_apart(small: float, large: float) -> bool:
    """Whether gamma(large) / gamma(large + small) needs two terms of its series alone."""
    return -200.0 < small < 200.0 and not _at_pole(small) and 1e10 < large < INF


def _in_range(a: float, b: float) -> bool:
    """Whether three log-gammas taken in pairs of floats keep a float's digits in their sum."""
    small, large = min(math.fabs(a), math.fabs(b)), max(math.fabs(a), math.fabs(b))
    if a < 0.0 or b < 0.0:
        return small > 1e-100 and large < 1e10
    return small > 1e-290 and (large < 1e10 or (1e-6 * large < small and large < 1e200))


def _lbeta_pair(a: float, b: float) -> Pair:
    logarithms = dd.add(stirling.lgamma((a, 0.0)), stirling.lgamma((b, 0.0)))
    return dd.subtract(logarithms, stirling.lgamma(two_sum(a, b)))


def polygamma_difference(order: float, a: float, b: float) -> float:
    """polygamma(n, a) - polygamma(n, a + b) of a whole order n, accurate also for b far below a.

    Its slopes are polygamma_difference(n + 1, a, b) in a and -polygamma(n + 1, a + b) in b.

    >>> polygamma_difference(0.0, 1.0, 1.0), polygamma_difference(1.0, 1.0, 1.0)
    (-1.0, 1.0)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(a) or math.isnan(b):
        return NAN
    if not (a > 0.0 and a + b > 0.0) or math.isinf(a) or math.isinf(b):
        return polygamma(order, a) - polygamma(order, a + b)
    if n == 0:
        return -digamma_rise(a, b) if a > 1e-300 else polygamma(order, a) - polygamma(order, a + b)
    if not (1e-100 < a < 1e100 and 1e-100 < a + b < 1e100):
        return polygamma(order, a) - polygamma(order, a + b)
    if math.fabs(b) < 1e-9 * a and n < 170:
        return -b * polygamma(order + 1.0, a + 0.5 * b)
    value = stirling.factorial_zeta_difference(n, (a, 0.0), two_sum(a, b))
    return value if n % 2 else -value


def _at_pole(x: float) -> bool:
    return x <= 0.0 and x == math.floor(x) if math.isfinite(x) else False


def _gamma_sign(x: float) -> float:
    if x > 0.0 or not math.isfinite(x):
        return 1.0
    if x == 0.0:
        return math.copysign(1.0, x)
    return -1.0 if math.floor(x) % 2 else 1.0
