"""The gamma family, the error function's and the normal distribution's."""

from __future__ import annotations

from math import copysign as float_copysign
from math import inf, nan
from typing import Final

from autograd import special
from autograd.primitive_type import Interval, Number, Primitive, declare
from autograd.primitives.arithmetic import copysign, div, fma
from autograd.primitives.choosing import abs_, equal, less, where
from autograd.primitives.elementary import UNIT, exp, expm1, log, log1p
from autograd.primitives.neurons import PROBABILITY
from autograd.special.normal import pdf_times

_TWO_OVER_SQRT_PI: Final = 1.1283791670955126
_SQRT_PI: Final = 1.772453850905516
_SQRT_HALF: Final = 0.7071067811865476
_SQRT_HALF_LOW: Final = -4.833646656726457e-17

# --- gamma and beta -----------------------------------------------------------------------------------------

gamma: Final[Primitive] = declare(
    Primitive(
        "gamma",
        special.gamma,
        lambda z, x: z * digamma(x),
        "Γ",
        doc="The gamma function; infinite at ±0, NaN at the negative integers.",
    )
)
lgamma: Final[Primitive] = declare(
    Primitive("lgamma", special.lgamma, lambda z, x: digamma(x), doc="log|gamma(x)|, infinite at the poles.")
)
digamma: Final[Primitive] = declare(
    Primitive(
        "digamma",
        special.digamma,
        lambda z, x: polygamma(1.0, x),
        "ψ",
        doc="The logarithmic derivative of gamma.",
    )
)
polygamma: Final[Primitive] = declare(
    Primitive(
        "polygamma",
        special.polygamma,
        lambda z, n, x: (nan, polygamma(n + 1.0, x)),
        arity=2,
        names=("n", "x"),
        doc="The n-th derivative of digamma, for a whole number n, in which there is no slope (NaN).",
    )
)
beta: Final[Primitive] = declare(
    Primitive(
        "beta",
        special.beta,
        lambda z, a, b: (z * polygamma_difference(0.0, a, b), z * polygamma_difference(0.0, b, a)),
        "Β",
        2,
        commutes=True,
        names=("a", "b"),
        doc="gamma(a) * gamma(b) / gamma(a + b).",
    )
)
lbeta: Final[Primitive] = declare(
    Primitive(
        "lbeta",
        special.lbeta,
        lambda z, a, b: (polygamma_difference(0.0, a, b), polygamma_difference(0.0, b, a)),
        arity=2,
        commutes=True,
        names=("a", "b"),
        doc="log|beta(a, b)|.",
    )
)
polygamma_difference: Final[Primitive] = declare(
    Primitive(
        "polygamma_difference",
        special.polygamma_difference,
        lambda z, n, a, b: (nan, polygamma_difference(n + 1.0, a, b), -polygamma(n + 1.0, a + b)),
        arity=3,
        names=("n", "a", "b"),
        doc="polygamma(n, a) - polygamma(n, a + b), without cancelling: the slopes of lbeta.",
    )
)

# --- error functions ----------------------------------------------------------------------------------------


def _gaussian_times(x: float, factor: float) -> float:
    if abs(x) > 28.0:
        return float_copysign(0.0, factor) if factor == factor else nan
    squared = x * x
    low = special.fma(x, x, -squared)
    return special.scaled_exp(-squared, (1.0 - low) * factor)


def _vanished(factor: Number) -> Number:
    """What is left of the factor where the bell curve is 0, of an infinite one too."""
    return where(equal(factor, factor), copysign(0.0, factor), nan)


def _gaussian_lower(x: Number, factor: Number) -> Number:
    squared = x * x
    rest = fma(x, x, -squared)
    half = exp(-0.5 * squared)
    return where(less(28.0 * 28.0, squared), _vanished(factor), half * ((1.0 - rest) * factor) * half)


gaussian: Final[Primitive] = declare(
    Primitive(
        "gaussian",
        _gaussian_times,
        lambda z, x, factor: (gaussian(x, -2.0 * x * factor), gaussian(x, 1.0)),
        arity=2,
        defaults=(1.0,),
        names=("x", "factor"),
        lower=_gaussian_lower,
        doc="factor * exp(-x*x), also where the exponential alone underflows.",
    )
)
erf: Final[Primitive] = declare(
    Primitive("erf", special.erf, lambda z, x: gaussian(x, _TWO_OVER_SQRT_PI), doc="The error function.")
)
erfc: Final[Primitive] = declare(
    Primitive(
        "erfc",
        special.erfc,
        lambda z, x: gaussian(x, -_TWO_OVER_SQRT_PI),
        doc="1 - erf(x), accurate where erf nears 1.",
    )
)
erfcx: Final[Primitive] = declare(
    Primitive(
        "erfcx",
        special.erfcx,
        lambda z, x: erfcx_derivative(1.0, x),
        doc="exp(x*x) * erfc(x), the scaled complementary error function.",
    )
)
erfcx_derivative: Final[Primitive] = declare(
    Primitive(
        "erfcx_derivative",
        special.erfcx_derivative,
        lambda z, order, x: (nan, erfcx_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of erfcx of a whole order.",
    )
)
erfinv: Final[Primitive] = declare(
    Primitive(
        "erfinv",
        special.erfinv,
        lambda z, x: erfinv_slope(x),
        domain=(UNIT,),
        doc="The inverse of erf; infinite at ±1, NaN beyond.",
    )
)
erfinv_slope: Final[Primitive] = declare(
    Primitive(
        "erfinv_slope",
        special.erfinv_slope,
        lambda z, x: 2.0 * erfinv(x) * z * z,
        domain=(UNIT,),
        doc="sqrt(pi)/2 * exp(erfinv(x)**2), the slope of erfinv.",
    )
)

# --- the normal distribution --------------------------------------------------------------------------------


def _norm_pdf_lower(x: Number, factor: Number) -> Number:
    squared = x * x
    rest = fma(x, x, -squared)
    quarter = exp(-0.25 * squared)
    scaled = 0.3989422804014327 * ((1.0 - 0.5 * rest) * factor)
    return where(less(1600.0, squared), _vanished(factor), quarter * scaled * quarter)


def _norm_cdf_lower(x: Number) -> Number:
    t = -x * _SQRT_HALF
    rest = fma(-x, _SQRT_HALF, -t) - x * _SQRT_HALF_LOW  # erfc magnifies the rounding of t
    return 0.5 * (erfc(t) - where(less(abs_(t), inf), gaussian(t, _TWO_OVER_SQRT_PI) * rest, 0.0))


norm_pdf: Final[Primitive] = declare(
    Primitive(
        "norm_pdf",
        pdf_times,
        lambda z, x, factor: (norm_pdf(x, -x * factor), norm_pdf(x, 1.0)),
        "φ",
        2,
        defaults=(1.0,),
        names=("x", "factor"),
        lower=_norm_pdf_lower,
        doc="factor * exp(-x*x/2) / sqrt(2 pi): the density of the normal distribution.",
    )
)
norm_cdf: Final[Primitive] = declare(
    Primitive(
        "norm_cdf",
        special.norm_cdf,
        lambda z, x: norm_pdf(x, 1.0),
        "Φ",
        lower=_norm_cdf_lower,
        doc="The distribution function of the normal distribution.",
    )
)
norm_logcdf: Final[Primitive] = declare(
    Primitive(
        "norm_logcdf",
        special.norm_logcdf,
        lambda z, x: norm_logcdf_derivative(1.0, x),
        doc="log(norm_cdf(x)), accurate in both tails.",
    )
)
norm_logcdf_derivative: Final[Primitive] = declare(
    Primitive(
        "norm_logcdf_derivative",
        special.norm_logcdf_derivative,
        lambda z, order, x: (nan, norm_logcdf_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of norm_logcdf of a whole order.",
    )
)
norm_ppf: Final[Primitive] = declare(
    Primitive(
        "norm_ppf",
        special.norm_ppf,
        lambda z, p: norm_ppf_slope(p),
        domain=(PROBABILITY,),
        names=("p",),
        doc="The normal quantile, the inverse of norm_cdf; NaN outside [0, 1].",
    )
)
norm_ppf_slope: Final[Primitive] = declare(
    Primitive(
        "norm_ppf_slope",
        special.norm_ppf_slope,
        lambda z, p: norm_ppf(p) * z * z,
        domain=(PROBABILITY,),
        names=("p",),
        doc="1 / norm_pdf(norm_ppf(p)), the slope of norm_ppf.",
    )
)
log1mexp: Final[Primitive] = declare(
    Primitive(
        "log1mexp",
        special.log1mexp,
        lambda z, x: log1mexp_slope(x),
        domain=(Interval(-inf, 0.0),),
        lower=lambda x: where(less(-0.6931471805599453, x), log(-expm1(x)), log1p(-exp(x))),
        doc="log(1 - exp(x)) for x <= 0, NaN above.",
    )
)
log1mexp_slope: Final[Primitive] = declare(
    Primitive(
        "log1mexp_slope",
        special.log1mexp_slope,
        lambda z, x: z * (1.0 - z),  # a sum of terms of one sign: z <= 0
        domain=(Interval(-inf, 0.0),),
        lower=lambda x: where(less(x, 0.0), div(exp(x), expm1(x)), where(equal(x, 0.0), -inf, nan)),
        doc="exp(x) / (exp(x) - 1), the slope of log1mexp.",
    )
)
