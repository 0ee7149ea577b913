"""The error function's family and the normal distribution, total on floats.

exp(-x*x) is everywhere taken from x*x in two floats: rounding x*x would cost x*x/2 ULP. The tails go through
erfcx(x) = exp(x*x) erfc(x), which varies slowly.
"""

import math
from typing import Final

from autograd.special import double_double as dd
from autograd.special.circular import whole_order
from autograd.special.double_double import Pair
from autograd.special.elementary import INF, NAN, exp, log, log1p, scaled_exp
from autograd.special.summation import two_product

_SQRT_2: Final = math.sqrt(2.0)
_SQRT_HALF: Final = 0.7071067811865476
_SQRT_HALF_LOW: Final = -4.833646656726457e-17
_ONE_OVER_SQRT_PI: Final = 0.5641895835477563
_TWO_OVER_SQRT_PI: Final = 1.1283791670955126
_ONE_OVER_SQRT_2PI: Final = 0.3989422804014327
_SQRT_2_OVER_PI: Final = 0.7978845608028654


def erf(x: float) -> float:
    """The error function, of slope 2/sqrt(pi) * `gaussian`(x).

    >>> erf(0.0), erf(math.inf)
    (0.0, 1.0)
    """
    return math.erf(x)


def erfc(x: float) -> float:
    """1 - erf(x), accurate in the right tail; its slope is -2/sqrt(pi) * `gaussian`(x).

    >>> erfc(0.0), erfc(30.0)
    (1.0, 0.0)
    """
    return math.erfc(x)


def gaussian(x: float) -> float:
    """exp(-x*x), of slope -2 x gaussian(x).

    >>> gaussian(0.0), gaussian(math.inf), gaussian(1.0)
    (1.0, 0.0, 0.36787944117144233)
    """
    if math.fabs(x) > 28.0:
        return 0.0
    squared, low = two_product(x, x)
    return scaled_exp(-squared, 1.0 - low)


def norm_pdf(x: float) -> float:
    """The density of the normal distribution, exp(-x*x/2) / sqrt(2 pi), of slope -x * norm_pdf(x).

    >>> norm_pdf(0.0), norm_pdf(math.inf)
    (0.3989422804014327, 0.0)
    """
    return pdf_times(x, 1.0)


def pdf_times(x: float, factor: float) -> float:
    """norm_pdf(x) * factor, also where norm_pdf(x) alone has lost digits to underflow.

    >>> pdf_times(0.0, 2.0)
    0.7978845608028654
    """
    if math.fabs(x) > 40.0:
        return math.copysign(0.0, factor) if factor == factor else NAN
    squared, low = two_product(x, x)
    return scaled_exp(-0.5 * squared, (_ONE_OVER_SQRT_2PI - 0.5 * _ONE_OVER_SQRT_2PI * low) * factor)


def erfcx(x: float) -> float:
    """exp(x*x) * erfc(x), of slope `erfcx_derivative`(1, x).

    From 3 on by the continued fraction DLMF 7.9.3, from 12 on by the asymptotic series DLMF 7.12.1.

    >>> erfcx(0.0), erfcx(-30.0), erfcx(math.inf)
    (1.0, inf, 0.0)
    """
    if x < 3.0:
        if x < -27.0:
            return INF
        squared, low = two_product(x, x)
        return exp(squared) * (math.erfc(x) * (1.0 + low))
    if x < 12.0:
        fraction = 0.0
        for k in range(10 + int(450.0 / (x * x)), 0, -1):
            fraction = 0.5 * k / (x + fraction)
        return _ONE_OVER_SQRT_PI / (x + fraction)
    half = 0.5 / x / x
    total = 1.0
    for k in range(12, 0, -1):
        total = 1.0 - (2 * k - 1) * half * total
    return total / x * _ONE_OVER_SQRT_PI


def erfcx_derivative(order: float, x: float) -> float:
    """The derivative of `erfcx` of a whole order; its own derivative is that of order + 1.

    It is (-1)**n g(n) with g(n) = 2/sqrt(pi) * the integral over s > 0 of (2s)**n exp(-s*s - 2 x s), which is
    positive; g(n) = 2 (n - 1) g(n - 2) - 2 x g(n - 1), DLMF 7.18.7. Above 2, where that cancels, the ratios
    g(n)/g(n - 1) come from their continued fraction.

    >>> erfcx_derivative(1.0, 0.0), erfcx_derivative(2.0, 0.0), erfcx_derivative(3.0, 1e200)
    (-1.1283791670955126, 2.0, -0.0)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n == 0:
        return erfcx(x)
    sign = -1.0 if n % 2 else 1.0
    if x < 0.0:
        before, value = erfcx(x), _TWO_OVER_SQRT_PI - 2.0 * x * erfcx(x)
        for k in range(2, n + 1):
            before, value = value, 2.0 * (k - 1) * before - 2.0 * x * value
        return sign * value
    if x < 2.0:
        return sign * _scaled_integrals(x, n)[0]
    ratios = _mills_ratios(x * _SQRT_2, n) if x < 1e150 else []
    if not ratios:
        return sign * 0.0
    value = erfcx(x)
    for ratio in ratios[1:]:
        value *= _SQRT_2 * ratio
    return sign * value


def _scaled_integrals(x: float, n: int) -> Pair:
    """g(n) of `erfcx_derivative` for 0 <= x < 2, by the recurrence in pairs of floats.

    exp(x*x) erf(x) = 2/sqrt(pi) * sum of 2**k x**(2k+1) / (2k+1)!!, DLMF 7.6.2.
    """
    squared = dd.square(x)
    term = total = (x, 0.0)
    k = 1
    while term[0] > 1e-33 * total[0]:
        term = dd.divide(dd.scale(dd.multiply(term, squared), 2.0), (float(2 * k + 1), 0.0))
        total = dd.add(total, term)
        k += 1
    before = dd.subtract(dd.exp(squared), dd.multiply(dd.two_over_sqrt_pi(), total))
    value = dd.subtract(dd.two_over_sqrt_pi(), dd.scale(before, 2.0 * x))
    for k in range(2, n + 1):
        before, value = value, dd.subtract(dd.scale(before, 2.0 * (k - 1)), dd.scale(value, 2.0 * x))
    return value


def _mills_ratios(t: float, n: int) -> list[float]:
    """[unused, M1/M0, ..., Mn/M(n-1)] for M_k(t) = integral over s > 0 of s**k exp(-t s - s*s/2), t > 1.

    M(k)/M(k-1) = k / (t + M(k+1)/M(k)), from so far up that the start is forgotten (Miller's algorithm): an
    error at N has shrunk by exp(-2 t (sqrt(N) - sqrt(k))) at k.
    """
    ratios = [0.0] * (n + 1)
    ratio = 0.0
    for k in range(20 + int((math.sqrt(n) + 20.0 / t) ** 2), 0, -1):
        ratio = k / (t + ratio)
        if k <= n:
            ratios[k] = ratio
    return ratios


def norm_cdf(x: float) -> float:
    """The normal distribution function, of slope norm_pdf(x).

    >>> norm_cdf(0.0), norm_cdf(-math.inf), norm_cdf(40.0)
    (0.5, 0.0, 1.0)
    """
    return cdf_times(x, 1.0) if x < -1.0 else 0.5 * math.erfc(-x * _SQRT_HALF)


def cdf_times(x: float, factor: float) -> float:
    """norm_cdf(x) * factor for x < 0, also where norm_cdf(x) alone has lost digits to underflow.

    >>> cdf_times(-50.0, -1.0)
    -0.0
    """
    if x < -40.0:
        return math.copysign(0.0, factor)
    if x > -4.2:
        # What rounding -x/sqrt(2) lost is made good: -erfc'/erfc is t + sqrt(t*t + 1.9) to some percent.
        t, low = two_product(-x, _SQRT_HALF)
        low -= x * _SQRT_HALF_LOW
        value = 0.5 * math.erfc(t)
        return (value - value * low * (t + math.sqrt(t * t + 1.9))) * factor
    squared, low = two_product(x, x)
    tail = 0.5 * erfcx(-x * _SQRT_HALF) * factor
    return scaled_exp(-0.5 * squared, tail - 0.5 * low * tail)


def mills(t: float) -> float:
    """Mills' ratio, (1 - norm_cdf(t)) / norm_pdf(t) = sqrt(pi/2) * erfcx(t / sqrt(2)).

    >>> mills(0.0) == math.sqrt(math.pi / 2), mills(math.inf)
    (True, 0.0)
    """
    return erfcx(t * _SQRT_HALF) / _SQRT_2_OVER_PI


def norm_logcdf(x: float) -> float:
    """log(norm_cdf(x)), of slope `norm_logcdf_derivative`(1, x).

    >>> norm_logcdf(-1e10), norm_logcdf(math.inf), norm_logcdf(-math.inf)
    (-5e+19, 0.0, -inf)
    """
    if x > 0.0:
        return log1p(-norm_cdf(-x)) + 0.0
    if x > -1.0:
        return log(norm_cdf(x))
    return -INF if x < -1e160 else -0.5 * x * x + log(0.5 * erfcx(-x * _SQRT_HALF))


def norm_logcdf_derivative(order: float, x: float) -> float:
    """The derivative of `norm_logcdf` of a whole order; its own derivative is that of order + 1.

    Order 1 is the inverse Mills ratio norm_pdf/norm_cdf; order 2 is minus it times (x + it).

    >>> norm_logcdf_derivative(1.0, -1e10), norm_logcdf_derivative(2.0, -1e10)
    (10000000000.0, -1.0)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n == 0:
        return norm_logcdf(x)
    if n == 1:
        if x < -1e8:
            return -x
        return 1.0 / mills(-x) if x < -1.0 else norm_pdf(x) / norm_cdf(x)
    if x > 40.0:
        return -0.0 if n % 2 == 0 else 0.0
    if x > -3.0:
        return dd.times_factorial(_log_cdf_series(x, n), n)[0]
    if x < -1e100:
        return -1.0 if n == 2 else 0.0
    # With t = -x, norm_cdf(x) = norm_pdf(x) M0(t): what remains is log M0, and its coefficients are ratios.
    if n == 2:
        ratio = _mills_ratios(-x, 1)[1]
        return -(ratio - x) * ratio
    return dd.times_factorial(_log_mills_series(-x, n), n)[0]


def _log_mills_series(t: float, n: int) -> Pair:
    """Taylor coefficient n of log M0(t - h) in h, from the ratios of `_mills_ratios` in pairs of floats."""
    ratio = dd.zero()
    coefficients = [dd.one()] * (n + 1)
    for k in range(20 + int((math.sqrt(n) + 40.0 / t) ** 2), 0, -1):
        ratio = dd.divide((float(k), 0.0), dd.add((t, 0.0), ratio))
        if k <= n:
            coefficients[k] = dd.divide(ratio, (float(k), 0.0))
    for k in range(1, n + 1):
        coefficients[k] = dd.multiply(coefficients[k], coefficients[k - 1])
    slopes = [dd.scale(coefficients[k], float(k)) for k in range(1, n + 1)]
    return dd.divide(dd.series_quotient(slopes, coefficients[:n])[n - 1], (float(n), 0.0))


def _log_cdf_series(x: float, n: int) -> Pair:
    """Taylor coefficient n >= 1 of log(norm_cdf) at x in (-3, 40]: the density over the distribution."""
    squared = dd.square(x)
    density = dd.multiply(dd.one_over_sqrt_2pi(), dd.exp(dd.scale(squared, -0.5)))
    # p(k) = -(x p(k-1) + p(k-2)) / k is the series of exp(-(x + h)**2 / 2).
    pdf = [density]
    before = dd.zero()
    for k in range(1, n):
        following = dd.divide(dd.add(dd.scale(pdf[k - 1], x), before), (-float(k), 0.0))
        before = pdf[k - 1]
        pdf.append(following)
    cdf = [_cdf_pair(x, squared, density)]
    for k in range(1, n):
        cdf.append(dd.divide(pdf[k - 1], (float(k), 0.0)))
    return dd.divide(dd.series_quotient(pdf, cdf)[n - 1], (float(n), 0.0))


def _cdf_pair(x: float, squared: Pair, density: Pair) -> Pair:
    """1/2 + norm_pdf(x) * sum of x**(2k+1) / (2k+1)!! (A&S 26.2.11); 1 from 12 on."""
    if x > 12.0:
        return dd.one()
    term = total = (x, 0.0)
    k = 1
    while math.fabs(term[0]) > 1e-33 * math.fabs(total[0]):
        term = dd.divide(dd.multiply(term, squared), (float(2 * k + 1), 0.0))
        total = dd.add(total, term)
        k += 1
    return dd.add((0.5, 0.0), dd.multiply(density, total))
