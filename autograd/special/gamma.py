"""The gamma family, total on floats."""

import math

from autograd.special.elementary import INF, NAN


def gamma(x: float) -> float:
    """The gamma function; a signed infinity at ±0, NaN at the negative integers (C's tgamma).

    >>> gamma(5.0), gamma(-0.0), gamma(-1.0), gamma(200.0)
    (24.0, -inf, nan, inf)
    """
    try:
        return math.gamma(x)
    except OverflowError:
        return math.copysign(INF, x)
    except ValueError:
        return math.copysign(INF, x) if x == 0.0 else NAN


def lgamma(x: float) -> float:
    """log|gamma(x)|, infinite at the poles.

    >>> lgamma(1.0), lgamma(-3.0), lgamma(1e308)
    (0.0, inf, inf)
    """
    try:
        return math.lgamma(x)
    except (OverflowError, ValueError):
        return INF
