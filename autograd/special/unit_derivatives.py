"""All derivatives of the smooth units (silu, mish, gelu), so that rules can be differentiated to any order.

Each is x * f(x) for a sigmoid-like f, so its n-th derivative is x * f^(n) + n * f^(n-1). From order 2 on f is
expanded in a Taylor series in pairs of floats: near the roots of the sum the two terms cancel.
"""

import math

from autograd.special import double_double as dd
from autograd.special.activation import mish, mish_slope, silu, silu_slope
from autograd.special.circular import whole_order
from autograd.special.double_double import Pair
from autograd.special.elementary import NAN, scaled_exp
from autograd.special.gelu_family import (
    gelu,
    gelu_slope,
    gelu_tanh,
    gelu_tanh_slope,
    tanh_form,
    tanh_form_cubic,
    tanh_form_linear,
)
from autograd.special.normal import pdf_times


def silu_derivative(order: float, x: float) -> float:
    """The derivative of `silu` of a whole order; its own derivative is that of order + 1.

    >>> silu_derivative(1.0, 0.0), silu_derivative(2.0, 0.0), silu_derivative(3.0, 0.0)
    (0.5, 0.5, 0.0)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n < 2:
        return silu_slope(x) if n else silu(x)
    if x > 760.0 or x < -40.0:
        return _exponential_tail(n, x)
    # The derivatives of sigmoid are even or odd: those at -|x| are small sums of powers of exp(-|x|).
    return _unit(n, x, _sigmoid_series(_exponential_series(-math.fabs(x), n, 1.0)), x > 0.0)


def mish_derivative(order: float, x: float) -> float:
    """The derivative of `mish` of a whole order; its own derivative is that of order + 1.

    >>> mish_derivative(1.0, 0.0), mish_derivative(2.0, 0.0)
    (0.6, 0.64)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n < 2:
        return mish_slope(x) if n else mish(x)
    if x > 760.0 or x < -40.0:
        return _exponential_tail(n, x)
    tail = _exponential_series(-math.fabs(x), n, -1.0 if x > 0.0 else 1.0)
    squared = dd.series_product(tail, tail)
    if x > 0.0:
        # f = 1 - 2 F / (1 + 2 e + 2 F), e = exp(-x), F = e*e
        top = [dd.scale(a, -2.0) for a in squared]
        bottom = [dd.scale(dd.add(a, b), 2.0) for a, b in zip(tail, squared, strict=True)]
        bottom[0] = dd.add(dd.one(), bottom[0])
        series = dd.series_quotient(top, bottom)
        series[0] = dd.add(dd.one(), series[0])
    else:
        top = [dd.add(dd.scale(a, 2.0), b) for a, b in zip(tail, squared, strict=True)]
        bottom = list(top)
        bottom[0] = dd.add((2.0, 0.0), bottom[0])
        series = dd.series_quotient(top, bottom)
    return _unit(n, x, series, False)


def gelu_derivative(order: float, x: float) -> float:
    """The derivative of `gelu` of a whole order; its own derivative is that of order + 1.

    From order 2 on (-1)**(n-1) * (He(n, x) - He(n-2, x)) * norm_pdf(x), the Hermite polynomials A&S 22.2.15.

    >>> gelu_derivative(1.0, 0.0), gelu_derivative(2.0, 0.0), gelu_derivative(3.0, 0.0)
    (0.5, 0.7978845608028654, 0.0)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n < 2:
        return gelu_slope(x) if n else gelu(x)
    if math.fabs(x) > 60.0:
        return 0.0
    two_before, before, hermite = dd.zero(), dd.one(), (x, 0.0)
    for k in range(1, n):
        two_before, before, hermite = (
            before,
            hermite,
            dd.subtract(dd.scale(hermite, x), dd.scale(before, float(k))),
        )
    polynomial = dd.subtract(hermite, two_before)[0]
    return pdf_times(x, polynomial if n % 2 else -polynomial)


def gelu_tanh_derivative(order: float, x: float) -> float:
    """The derivative of `gelu_tanh` of a whole order; its own derivative is that of order + 1.

    >>> gelu_tanh_derivative(1.0, 0.0), gelu_tanh_derivative(2.0, 0.0)
    (0.5, 0.7978845608028654)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n < 2:
        return gelu_tanh_slope(x) if n else gelu_tanh(x)
    if math.fabs(x) > 30.0:
        return 0.0
    mirrored = -math.fabs(x)
    cubic = dd.multiply(tanh_form_linear(), tanh_form_cubic())
    exponent = [dd.zero()] * (n + 1)
    exponent[0] = tanh_form(mirrored)
    exponent[1] = dd.add(tanh_form_linear(), dd.scale(dd.multiply(cubic, dd.square(mirrored)), 3.0))
    exponent[2] = dd.scale(cubic, 3.0 * mirrored)
    if n > 2:
        exponent[3] = cubic
    v, low = exponent[0]
    if v < -80.0:  # the sigmoid is its exponential, which is multiplied in last, because it may underflow
        exponent[0] = dd.zero()
        return scaled_exp(v, _unit(n, x, dd.series_exp(exponent), x > 0.0) * (1.0 + low))
    return _unit(n, x, _sigmoid_series(dd.series_exp(exponent)), x > 0.0)


def _exponential_tail(n: int, x: float) -> float:
    """Where f is exp(x) to the last bit, or 1 with derivatives that underflow."""
    return scaled_exp(x, x + n) if -2000.0 < x < 0.0 else 0.0


def _exponential_series(x: float, n: int, direction: float) -> list[Pair]:
    """The series of exp(x + direction * h) in h."""
    series = [dd.exp((x, 0.0))]
    for k in range(1, n + 1):
        series.append(dd.divide(series[k - 1], (direction * k, 0.0)))
    return series


def _sigmoid_series(exponential: list[Pair]) -> list[Pair]:
    """e / (1 + e)."""
    bottom = list(exponential)
    bottom[0] = dd.add(dd.one(), bottom[0])
    return dd.series_quotient(exponential, bottom)


def _unit(n: int, x: float, series: list[Pair], mirrored: bool) -> float:
    """x f^(n) + n f^(n-1) at x, from the series of f; mirrored: of 1 - f at -x, which is f there."""
    last, before = series[n], series[n - 1]
    if mirrored:
        # f(x) = 1 - f(-x): derivative k >= 1 at x is (-1)**(k+1) times that at -x.
        last = last if n % 2 else dd.negative(last)
        before = dd.negative(before) if n % 2 else before
    return dd.times_factorial(dd.add(dd.scale(last, x), before), n)[0]
