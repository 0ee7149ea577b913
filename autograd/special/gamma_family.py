"""Gamma, its logarithm, digamma and polygamma, total on floats.

Left of 0 everything comes by reflection. Where that cancels (near the zeros of lgamma and of digamma between
the poles) it is done again in pairs of floats.
"""

import math
from typing import Final

from autograd.special import stirling
from autograd.special.circular import cospi, sinpi, whole_order
from autograd.special.elementary import INF, NAN, log, log1p
from autograd.special.rounding import rint
from autograd.special.stirling import BERNOULLI
from autograd.special.summation import two_product

# (zeta(k) - 1) / k for k from 30 down to 2 (made with mpmath).
_ZETA_LESS_1_OVER_K: Final[tuple[float, ...]] = (
    3.1044247747322276e-11,
    6.4229645638381e-11,
    1.330476437424449e-10,
    2.7595228851242334e-10,
    5.731367241678862e-10,
    1.1921401405860912e-09,
    2.4836745438024785e-09,
    5.183475041970047e-09,
    1.0838659214896955e-08,
    2.2711094608943164e-08,
    4.7698101693639804e-08,
    1.0043224823968099e-07,
    2.1207184805554665e-07,
    4.492469198764566e-07,
    9.55141213040742e-07,
    2.039215753801366e-06,
    4.374866789907488e-06,
    9.439488275268397e-06,
    2.050721277567069e-05,
    4.492623673813314e-05,
    9.945751278180853e-05,
    0.00022315475845357939,
    0.0005096695247430425,
    0.001192753911703261,
    0.0028905103307415234,
    0.007385551028673986,
    0.020580808427784546,
    0.0673523010531981,
    0.3224670334241132,
)
# (n + 2k - 1)! / ((n - 1)! (2k)!) for n = 1, 2, 3 and k = 1 to 8.
_RISING: Final[tuple[tuple[float, ...], ...]] = (
    (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    (3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0),
    (6.0, 15.0, 28.0, 45.0, 66.0, 91.0, 120.0, 153.0),
)
_SQRT_2_PI: Final = 2.5066282746310007
_LOG_2_PI_LESS_1_OVER_2: Final = 0.4189385332046727
_1_LESS_EULER: Final = 0.42278433509846714
_ROOT: Final = 1.4616321449683622  # of digamma; the rest of its digits is 9.549995429965697e-17
_ROOT_LOW: Final = 9.549995429965697e-17


def gamma(x: float) -> float:
    """The gamma function, of slope gamma(x) * digamma(x); ±inf at ±0, NaN at negative integers.

    >>> gamma(5.0), gamma(-0.0), gamma(-1.0), gamma(200.0)
    (24.0, -inf, nan, inf)
    """
    if -10.0 < x < 24.0 and x != 0.0:
        return _gamma_moderate(x)
    if x == 0.0:
        return math.copysign(INF, x)
    if x > 0.0:
        if x > 172.0:
            return INF
        root = math.pow(x, 0.5 * x - 0.25)  # its square would overflow before gamma does
        return root * math.exp(-x) * (_SQRT_2_PI * math.exp(_stirling(x))) * root
    if not math.isfinite(x) or x == math.floor(x):
        return NAN
    if x < -190.0:
        return -0.0 if math.floor(x) % 2 else 0.0
    root = math.pow(-x, -0.5 * x - 0.25)
    mirrored = math.pi / (-x * sinpi(x)) / (_SQRT_2_PI * math.exp(_stirling(-x)))
    return mirrored / (root * math.exp(x)) / root


def _stirling(x: float) -> float:
    """lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2), x >= 10, DLMF 5.11.1."""
    inverse = 1.0 / x
    squared = inverse * inverse
    total = 0.0
    for k in range(8, 0, -1):
        top, bottom = BERNOULLI[k - 1]
        total = top / (bottom * (2 * k) * (2 * k - 1)) + total * squared
    return total * inverse


def _gamma_moderate(x: float) -> float:
    """gamma(2 + h) = exp(lgamma(2 + h)), |h| <= 1/2, times or over the factors between, in two floats."""
    nearest = rint(x)
    value = math.exp(_lgamma_near_2(x - nearest))
    product, low = 1.0, 0.0
    steps = int(nearest) - 2
    for k in range(steps):
        factor = x - (k + 1)
        product, lost = two_product(product, factor)
        low = low * factor + lost
    if steps >= 0:
        return value * product + value * low
    for k in range(-steps):
        factor = x + k
        product, lost = two_product(product, factor)
        low = low * factor + lost
    if product == 0.0:
        return NAN
    value /= product
    return value - value * (low / product) if math.isfinite(value) else value


def lgamma(x: float) -> float:
    """log|gamma(x)|, of slope digamma(x); infinite at the poles.

    >>> lgamma(1.0), lgamma(2.0), lgamma(-3.0), lgamma(1e308)
    (0.0, 0.0, inf, inf)
    """
    if x >= 10.0:
        return (x - 0.5) * (log(x) - 1.0) + (_LOG_2_PI_LESS_1_OVER_2 + _stirling(x))
    if x >= 2.5:
        nearest = rint(x)
        product = 1.0
        for k in range(1, int(nearest) - 1):
            product *= x - k
        return log(product) + _lgamma_near_2(x - nearest)
    if x >= 1.5:
        return _lgamma_near_2(x - 2.0)
    if x >= 0.5:
        return _lgamma_near_2(x - 1.0) - log1p(x - 1.0)
    if x >= 0.0:
        return _lgamma_near_2(x) - log1p(x) - log(x)
    if math.isnan(x):
        return x
    if math.isinf(x) or x == math.floor(x):
        return INF
    if x > -1e-17:
        return -log(-x)
    reflected = log(math.pi / (math.fabs(sinpi(x)) * -x))
    direct = lgamma(-x)
    if math.fabs(reflected - direct) > 0.5 * max(1.0, math.fabs(reflected) + math.fabs(direct)):
        return reflected - direct
    return stirling.lgamma((x, 0.0))[0]


def _lgamma_near_2(h: float) -> float:
    """log gamma(2 + h) for |h| <= 1/2: (1 - Euler's gamma) h + sum of (zeta(k)-1) (-h)**k / k, DLMF 5.7.3."""
    total = 0.0
    for coefficient in _ZETA_LESS_1_OVER_K:
        total = coefficient - h * total
    return h * (_1_LESS_EULER + h * total)


def digamma(x: float) -> float:
    """The logarithmic derivative of gamma, of slope `polygamma`(1, x); ∓inf at ±0, NaN at negative integers.

    >>> round(digamma(1.0), 12), digamma(0.0), digamma(-1.0), digamma(math.inf)
    (-0.577215664902, -inf, nan, inf)
    """
    if x >= 10.0:
        return _digamma_large(x)
    if x > 0.0:
        return _rise(_ROOT, x, (x - _ROOT) - _ROOT_LOW)
    if x == 0.0:
        return math.copysign(INF, -x)
    if not math.isfinite(x) or x == math.floor(x):
        return NAN
    if x > -1e-20:
        return -1.0 / x
    cotangent = math.pi * cospi(x) / sinpi(x)
    mirrored = digamma(1.0 - x)
    # Rounding 1 - x moves digamma by an ULP of 1, also where digamma itself is small.
    if math.fabs(mirrored - cotangent) > 0.5 * (max(1.0, math.fabs(mirrored)) + math.fabs(cotangent)):
        return mirrored - cotangent
    return stirling.digamma((x, 0.0))[0]


def _digamma_large(x: float) -> float:
    """log x - 1/(2x) - sum of B(2k) / (2k x**2k), DLMF 5.11.2; x >= 10."""
    if x > 1e150:
        return log(x)
    inverse = 1.0 / (x * x)
    total = 0.0
    for k in range(8, 0, -1):
        top, bottom = BERNOULLI[k - 1]
        total = (total + top / bottom / (2 * k)) * inverse
    return log(x) - (0.5 / x + total)


def digamma_rise(a: float, d: float) -> float:
    """digamma(a + d) - digamma(a), for positive a and a + d without cancelling however small d.

    >>> digamma_rise(1.0, 1.0), round(1e20 * digamma_rise(1.0, 1e-20), 12)
    (1.0, 1.644934066848)
    """
    b = a + d
    if not (0.0 < a < INF and 0.0 < b < INF):
        return digamma(b) - digamma(a)
    return _rise(a, b, d)


def _rise(a: float, b: float, d: float) -> float:
    """digamma(b) - digamma(a), given d = b - a to all its digits.

    1/(a+k) - 1/(b+k) has the factor d, and so has the difference of the expansions of `_digamma_large` at
    u = (a+n)**-2 and v = (b+n)**-2, where u**k - v**k is u - v times a sum of positive terms.
    """
    head = 0.0
    steps = max(0, math.ceil(10.0 - min(a, b)))
    for k in range(steps - 1, -1, -1):
        head += 1.0 / (a + k) / (b + k)
    a += steps
    b += steps
    p, q = 1.0 / a, 1.0 / b
    u, v = p * p, q * q
    sums = v_power = 1.0
    tail = 0.0
    for k in range(1, 9):
        top, bottom = BERNOULLI[k - 1]
        tail += top / bottom / (2 * k) * sums
        v_power *= v
        sums = sums * u + v_power
    # (u - v) = d (p + q) p q
    return d * (head + p * q * (0.5 + tail * (p + q))) + log1p(d * p)


def polygamma(order: float, x: float) -> float:
    """The derivative of digamma of a whole order; its own derivative is that of order + 1.

    At 0 and the negative integers the poles of odd orders are +inf; those of even orders have no sign: NaN.

    >>> polygamma(1.0, 1.0) == math.pi**2 / 6, polygamma(0.0, 1.0) == digamma(1.0), polygamma(1.0, -1.0)
    (True, True, inf)
    """
    n = whole_order(order)
    if n < 0 or math.isnan(x):
        return NAN
    if n == 0:
        return digamma(x)
    sign = 1.0 if n % 2 else -1.0
    if 0.0 < math.fabs(x) < 1e-20:
        pole = sign / x  # n! / x**(n + 1), beside which the rest is nothing
        for k in range(1, n + 1):
            pole *= k / x
        return pole
    if x > 0.0:
        if n <= 3:
            return sign * _polygamma_positive(n, x)
        if 1e-100 < x < 1e100:
            return stirling.polygamma(n, x)
        return sign * (INF if x < 1.0 else 0.0)
    if x == 0.0:
        return INF if n % 2 else math.copysign(INF, -x)
    if math.isinf(x):
        return NAN
    if x == math.floor(x):
        return INF if n % 2 else NAN
    return stirling.polygamma(n, x)


def _polygamma_positive(n: int, x: float) -> float:
    """n! times the sum of (x + k)**-(n+1) over k >= 0, n <= 3: a few terms, then DLMF 5.15.8 from a on."""
    head = 0.0
    a = x
    while a < 12.0 + n:
        head += n / a ** (n + 1)
        a += 1.0
    inverse = 1.0 / a
    squared = inverse * inverse
    tail = 0.0
    for k in range(8, 0, -1):
        top, bottom = BERNOULLI[k - 1]
        # B(2k) (n + 2k - 1)! / ((n - 1)! (2k)!)
        tail = (tail + top / bottom * _RISING[n - 1][k - 1]) * squared
    value = head + (1.0 + (0.5 * n * inverse + tail)) * inverse**n
    return 2.0 * value if n == 3 else value
