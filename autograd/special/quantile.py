"""Inverses: erfinv and the normal quantile, by Halley's method on functions accurate in their tails."""

import math
from typing import Final

from autograd.special.elementary import INF, NAN, div, log
from autograd.special.normal import erfcx, gaussian, mills, norm_logcdf, norm_logcdf_derivative, norm_pdf

_HALF_SQRT_PI: Final = 0.886226925452758
_SQRT_2: Final = math.sqrt(2.0)


def erfinv(x: float) -> float:
    """The inverse of erf, of slope `erfinv_slope`(x).

    >>> erfinv(0.0), erfinv(-1.0), erfinv(2.0)
    (0.0, -inf, nan)
    """
    size = math.fabs(x)
    if not size < 1.0:
        return math.copysign(INF, x) if size == 1.0 else NAN
    if size > 0.5:
        return math.copysign(_lower_quantile(0.5 * (1.0 - size)) / _SQRT_2, x)
    # The inverse of the Maclaurin series (DLMF 7.17.2) is right to 1e-3 here, and each step cubes the error.
    z = _HALF_SQRT_PI * x
    u = z * z
    y = z * (1.0 + u * (1.0 / 3.0 + u * (7.0 / 30.0 + u * (127.0 / 630.0))))
    for _ in range(2):
        error = (math.erf(y) - x) / gaussian(y) * _HALF_SQRT_PI
        y -= error / (1.0 + y * error)
    return y


def erfinv_slope(x: float) -> float:
    """sqrt(pi)/2 * exp(erfinv(x)**2), the derivative of `erfinv`; its own is 2 * erfinv * erfinv_slope**2.

    In the tails exp(y*y) is taken as erfcx(y) / erfc(y), which does not magnify the rounding of y.

    >>> erfinv_slope(0.0), erfinv_slope(1.0), erfinv_slope(2.0)
    (0.886226925452758, inf, nan)
    """
    size = math.fabs(x)
    if not size < 1.0:
        return INF if size == 1.0 else NAN
    y = math.fabs(erfinv(x))
    return _HALF_SQRT_PI / gaussian(y) if size <= 0.5 else _HALF_SQRT_PI * erfcx(y) / (1.0 - size)


def norm_ppf(p: float) -> float:
    """The normal quantile, the inverse of norm_cdf, of slope `norm_ppf_slope`(p).

    >>> norm_ppf(0.5), norm_ppf(0.0), norm_ppf(1.0), norm_ppf(2.0)
    (0.0, -inf, inf, nan)
    """
    if 0.25 <= p <= 0.75:
        return _SQRT_2 * erfinv(2.0 * p - 1.0)
    if 0.0 < p < 1.0:
        return _lower_quantile(1.0 - p) if p > 0.5 else -_lower_quantile(p)
    return -INF if p == 0.0 else (INF if p == 1.0 else NAN)


def norm_ppf_slope(p: float) -> float:
    """1 / norm_pdf(norm_ppf(p)), the derivative of `norm_ppf`; its own is norm_ppf(p) * norm_ppf_slope(p)**2.

    In the tails it is mills(|y|) / q with q = min(p, 1 - p), which does not magnify the rounding of y.

    >>> norm_ppf_slope(0.5) == math.sqrt(2 * math.pi), norm_ppf_slope(0.0), norm_ppf_slope(-1.0)
    (True, inf, nan)
    """
    if 0.25 <= p <= 0.75:
        return 1.0 / norm_pdf(norm_ppf(p))
    if not 0.0 <= p <= 1.0:
        return NAN
    tail = p if p < 0.5 else 1.0 - p
    return div(mills(_lower_quantile(tail)), tail) if tail > 0.0 else INF


def _lower_quantile(q: float) -> float:
    """-norm_ppf(q) for 0 < q <= 0.25: Halley's method on log(norm_cdf) from A&S 26.2.23, |error| < 4.5e-4."""
    goal = log(q)
    t = math.sqrt(-2.0 * goal)
    rational = (2.515517 + t * (0.802853 + t * 0.010328)) / (
        1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    y = rational - t
    for _ in range(2):
        slope = norm_logcdf_derivative(1.0, y)
        error = (norm_logcdf(y) - goal) / slope
        # f''/f' of log(norm_cdf) is -(y + slope).
        y -= error / (1.0 + 0.5 * error * (y + slope))
    return -y
