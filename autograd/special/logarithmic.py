"""Logarithms of sums of exponentials, products with logarithms, and the weights that are their slopes."""

import math
from typing import Final

from autograd.special import double_double as dd
from autograd.special.elementary import INF, NAN, div, exp, expm1, log, log1p
from autograd.special.summation import two_sum

_LN2: Final = math.log(2.0)


def logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y)), without overflow. Its slopes are `sigmoid_difference` (x, y) and (y, x).

    >>> logaddexp(1000.0, 1000.0) == 1000.0 + math.log(2.0), logaddexp(-math.inf, -math.inf)
    (True, -inf)
    """
    if math.isnan(x) or math.isnan(y):
        return NAN
    top, other = (x, y) if x > y else (y, x)
    if math.isinf(top):
        return top
    value = top + log1p(exp_difference(other, top))
    return value if math.fabs(value) >= -0.5 * top else _cancelling_pair(x, y)


def _cancelling_pair(x: float, y: float) -> float:
    return _cancelling([x, y])


def logsumexp(values: list[float]) -> float:
    """log(sum(exp(x))), without overflow; -inf for no values. Slopes: exp_difference(x, z), normalised.

    >>> logsumexp([1000.0, 1000.0]) == 1000.0 + math.log(2.0), logsumexp([-math.inf, -math.inf])
    (True, -inf)
    """
    if not values:
        return -INF
    largest = 0
    for i in range(len(values)):
        if values[i] != values[i]:
            return NAN
        if values[i] > values[largest]:
            largest = i
    top = values[largest]
    if math.isinf(top):
        return top
    # The largest term is exactly 1 and stays outside: log1p keeps what the others add, however little.
    rest = [exp_difference(values[i], top) for i in range(len(values)) if i != largest]
    value = top + log1p(math.fsum(rest))
    return value if math.fabs(value) >= -0.5 * top else _cancelling(values)


def _cancelling(values: list[float]) -> float:
    """Where the sum of exponentials is near 1: its logarithm needs more digits of it than a float has."""
    total = dd.zero()
    for value in values:
        total = dd.add(total, dd.exp((value, 0.0)))
    return dd.log(total)[0]


def exp_difference(x: float, y: float) -> float:
    """exp(x - y), with the rounding of x - y made good; 1 where x equals y, infinities too. Slopes: z and -z.

    >>> exp_difference(-math.inf, -math.inf), exp_difference(0.0, math.inf)
    (1.0, 0.0)
    """
    if x == y:
        return 1.0
    difference, lost = two_sum(x, -y)
    value = exp(difference)
    better = value + value * lost
    return better if better == better else value  # no rounding was lost between infinities


def sigmoid_difference(x: float, y: float) -> float:
    """exp(x) / (exp(x) + exp(y)), the sigmoid of x - y with the rounding of x - y made good.

    The slopes are p and -p with p = sigmoid_difference(x, y) * sigmoid_difference(y, x).

    >>> sigmoid_difference(math.inf, 0.0), sigmoid_difference(math.inf, math.inf)
    (1.0, 0.5)
    """
    if x >= y:
        return 1.0 / (1.0 + exp_difference(y, x))
    tail = exp_difference(x, y)
    return tail / (1.0 + tail)


def xlogy(x: float, y: float) -> float:
    """x * log(y), and 0 where x is 0 whatever the number y. Slopes: log(y) and `xdivy`(x, y).

    >>> xlogy(0.0, 0.0), xlogy(2.0, 0.0), xlogy(0.0, math.nan)
    (0.0, -inf, nan)
    """
    if x == 0.0 and not math.isnan(y):
        return 0.0
    return x * log(y)


def xlog1py(x: float, y: float) -> float:
    """x * log(1 + y), and 0 where x is 0 whatever the number y. Slopes: log1p(y) and `xdivy`(x, 1 + y).

    >>> xlog1py(0.0, -1.0), xlog1py(2.0, 1e-20)
    (0.0, 2e-20)
    """
    if x == 0.0 and not math.isnan(y):
        return 0.0
    return x * log1p(y)


def xdivy(x: float, y: float) -> float:
    """x / y, and 0 where x is 0 whatever the number y. Slopes: 1/y and -xdivy(xdivy(x, y), y).

    >>> xdivy(0.0, 0.0), xdivy(1.0, 0.0)
    (0.0, inf)
    """
    if x == 0.0 and not math.isnan(y):
        return 0.0
    return div(x, y)


def log1mexp(x: float) -> float:
    """log(1 - exp(x)) for x <= 0, split at -ln 2 (Mächler, "Accurately computing log(1 - exp(-|a|))", 2012).

    >>> log1mexp(-1e-20) == math.log(1e-20), log1mexp(-50.0), log1mexp(0.0), log1mexp(1.0)
    (True, -1.9287498479639178e-22, -inf, nan)
    """
    return log(-expm1(x)) if x > -_LN2 else log1p(-exp(x))


def log1mexp_slope(x: float) -> float:
    """exp(x) / (exp(x) - 1), the derivative of `log1mexp`; its own is z * (1 - z), with z <= 0.

    >>> log1mexp_slope(-50.0), log1mexp_slope(0.0), log1mexp_slope(1.0)
    (-1.9287498479639178e-22, -inf, nan)
    """
    if x < 0.0:
        return exp(x) / expm1(x)
    return -INF if x == 0.0 else NAN
