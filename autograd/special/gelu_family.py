"""The Gaussian error linear unit, x * norm_cdf(x), exact and in its tanh form (Hendrycks and Gimpel 2016)."""

import math
from typing import Final

from autograd.special import double_double as dd
from autograd.special.double_double import Pair
from autograd.special.elementary import NAN, exp, expm1, scaled_exp
from autograd.special.normal import cdf_times, mills, norm_cdf, norm_pdf, pdf_times

_ROOT: Final = -0.7517915246935645  # of gelu's slope; the rest of its digits is 1.4956759177009883e-17
_ROOT_LOW: Final = 1.4956759177009883e-17

# Taylor coefficients 28 to 1 of gelu's slope at its root (made with mpmath); good to 1e-17 within 0.8 of it.
_SLOPE_AT_ROOT: Final[tuple[float, ...]] = (
    1.0789662518230159e-15,
    4.578167824271334e-15,
    -2.5871508475507507e-14,
    -1.3820118240601056e-13,
    5.482292964742324e-13,
    3.725967039270119e-12,
    -9.950340824808053e-12,
    -8.950037692726255e-11,
    1.4506418938779426e-10,
    1.90319840501314e-09,
    -1.396942086426202e-09,
    -3.5459866461783865e-08,
    -1.6044265494246427e-09,
    5.702764979242107e-07,
    4.3284506257392273e-07,
    -7.74846130700372e-06,
    -1.121438018842664e-05,
    8.615947861116571e-05,
    0.00018633974623233514,
    -0.0007448268386746817,
    -0.002239538068073497,
    0.004539228379125415,
    0.019421679838189067,
    -0.014771522148244337,
    -0.1140082332972217,
    -0.018199676398671087,
    0.388284982990552,
    0.4314939923140469,
)


def tanh_form_linear() -> Pair:
    """The factor sqrt(8/pi) of the tanh form.

    >>> tanh_form_linear()[0] == math.sqrt(8 / math.pi)
    True
    """
    return 1.5957691216057308, -9.96930880910912e-17


def tanh_form_cubic() -> Pair:
    """The factor 0.044715 of the tanh form, to 31 digits.

    >>> tanh_form_cubic()[0]
    0.044715
    """
    return 0.044715, 2.1960211427085595e-18


def gelu(x: float) -> float:
    """x * norm_cdf(x).

    >>> gelu(0.0), gelu(100.0), gelu(-math.inf)
    (0.0, 100.0, -0.0)
    """
    return cdf_times(x, x) if x < -1.0 else x * norm_cdf(x)


def gelu_slope(x: float) -> float:
    """The derivative of `gelu`, norm_cdf(x) + x * norm_pdf(x); its own is norm_pdf(x) * (2 - x*x).

    >>> gelu_slope(0.0), gelu_slope(100.0), gelu_slope(-math.inf)
    (0.5, 1.0, -0.0)
    """
    if x < -1.5:
        return pdf_times(x, mills(-x) + x)
    if x > -0.05:
        return norm_cdf(x) + x * norm_pdf(x) if x < 40.0 else 1.0
    d = (x - _ROOT) - _ROOT_LOW
    total = 0.0
    for coefficient in _SLOPE_AT_ROOT:
        total = total * d + coefficient
    return total * d


def tanh_form(x: float) -> Pair:
    """sqrt(8/pi) * (x + 0.044715 x**3), twice the argument of the tanh, for moderate x.

    >>> tanh_form(0.0)
    (0.0, 0.0)
    """
    inner = dd.add(dd.one(), dd.multiply(tanh_form_cubic(), dd.square(x)))
    return dd.multiply(tanh_form_linear(), dd.scale(inner, x))


def gelu_tanh(x: float) -> float:
    """x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x**3))), by way of a sigmoid of twice the argument.

    >>> gelu_tanh(0.0), gelu_tanh(100.0), gelu_tanh(-math.inf)
    (0.0, 100.0, -0.0)
    """
    if math.fabs(x) > 30.0:
        return x if x > 0.0 else -0.0
    v, low = tanh_form(x)
    if v >= 0.0:
        return x / (1.0 + exp(-v) * (1.0 - low))
    return scaled_exp(v, x * (1.0 + low)) / (1.0 + exp(v))


def gelu_tanh_slope(x: float) -> float:
    """The derivative of `gelu_tanh`, s(v) * (1 + x v' s(-v)): s the sigmoid, v twice the tanh's argument.

    Left of 0 it is s(v) s(-v) K(x), K = 1 + exp(v) + x v', less K at its root, term by term.

    >>> gelu_tanh_slope(0.0), gelu_tanh_slope(100.0), gelu_tanh_slope(-math.inf)
    (0.5, 1.0, -0.0)
    """
    if math.fabs(x) > 30.0:
        return 1.0 if x > 0.0 else -0.0
    if math.isnan(x):
        return NAN
    v, low = tanh_form(x)
    linear, cubic = tanh_form_linear()[0], tanh_form_cubic()[0]
    if v > -0.3:
        tail = exp(-v) * (1.0 - low)
        whole = 1.0 + tail
        return (1.0 + linear * x * (1.0 + 3.0 * cubic * x * x) * tail / whole) / whole
    root = -0.7524614220710163
    d = (x - root) - 3.635560509207687e-17
    third = 3.0 * cubic * (x * x + x * root + root * root)
    first = linear * d
    bracket = first + (first * third + 0.29195521191476714 * expm1(first + first * third / 3.0))
    tail = exp(v)
    if x < -5.0:  # far from the root: x v' = 3 v - 2 sqrt(8/pi) x
        bracket = 1.0 + (tail + (3.0 * low + (3.0 * v - 2.0 * linear * x)))
    whole = 1.0 + tail
    lost = tail - (whole - 1.0)
    value = scaled_exp(v, bracket) / (whole * whole)
    return value + value * (low - 2.0 * lost / whole)
