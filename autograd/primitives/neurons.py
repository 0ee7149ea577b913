"""Activations and losses. Slopes that have a root are functions of their own, accurate there too."""

from __future__ import annotations

from math import inf, nan
from typing import Final

from autograd import special
from autograd.primitive_type import Interval, Number, Primitive, declare
from autograd.primitives.arithmetic import div
from autograd.primitives.choosing import (
    above,
    abs_,
    choose,
    clamp,
    equal,
    less,
    less_equal,
    min_constant,
    relu,
    sign,
    where,
)
from autograd.primitives.elementary import atanh, between, exp, expm1, log, log1p
from autograd.primitives.several import hypot, unit

PROBABILITY: Final = Interval(0.0, 1.0)

_SELU_SCALE: Final = 1.0507009873554805  # Klambauer et al., "Self-normalizing neural networks" (2017)
_SELU_SCALE_ALPHA: Final = 1.7580993408473766

# --- the logistic family ------------------------------------------------------------------------------------


def _sigmoid_lower(x: Number) -> Number:
    tail = exp(-abs_(x))
    return div(where(less_equal(0.0, x), 1.0, tail), 1.0 + tail)


def _logit_lower(p: Number) -> Number:
    middle = less_equal(abs_(p - 0.5), 0.25)
    return where(middle, 2.0 * atanh(2.0 * p - 1.0), log(div(p, 1.0 - p)))


sigmoid: Final[Primitive] = declare(
    Primitive(
        "sigmoid",
        special.sigmoid,
        lambda z, x: z * sigmoid(-x),  # z * (1 - z) cancels
        lower=_sigmoid_lower,
        doc="1 / (1 + exp(-x)).",
    )
)
log_sigmoid: Final[Primitive] = declare(
    Primitive(
        "log_sigmoid",
        special.log_sigmoid,
        lambda z, x: sigmoid(-x),
        lower=lambda x: -softplus(-x),
        doc="log(sigmoid(x)).",
    )
)
softplus: Final[Primitive] = declare(
    Primitive(
        "softplus",
        special.softplus,
        lambda z, x: sigmoid(x),
        lower=lambda x: relu(x) + log1p(exp(-abs_(x))),
        doc="log(1 + exp(x)).",
    )
)
logit: Final[Primitive] = declare(
    Primitive(
        "logit",
        special.logit,
        lambda z, p: between(p, 0.0, 1.0, -1.0),
        domain=(PROBABILITY,),
        names=("p",),
        lower=_logit_lower,
        doc="log(p / (1 - p)), the inverse of sigmoid; NaN outside [0, 1].",
    )
)

# --- rectifiers ---------------------------------------------------------------------------------------------


def _leaky_relu(x: float, slope: float) -> float:
    return x if x > 0.0 else slope * x


def _elu_slope(x: float, alpha: float) -> float:
    if x < 0.0:
        return alpha * special.exp(x)
    if x > 0.0:
        return 1.0
    # at the kink the number between alpha and 1 of the smallest size
    return min(max(alpha, 0.0), 1.0) if x == 0.0 and alpha == alpha else nan


def _selu_slope(x: float) -> float:
    if x < 0.0:
        return _SELU_SCALE_ALPHA * special.exp(x)
    return _SELU_SCALE if x >= 0.0 else nan  # at the kink the smaller of both sides


leaky_relu: Final[Primitive] = declare(
    Primitive(
        "leaky_relu",
        _leaky_relu,
        lambda z, x, slope: (
            choose(less_equal(x, 0.0), slope, above(x, 0.0)),  # at 0 that of the left side
            min_constant(x, 0.0),
        ),
        "LeakyReLU",
        2,
        defaults=(0.01,),
        smooth=False,
        names=("x", "slope"),
        lower=lambda x, slope: where(less(0.0, x), x, slope * x),
        doc="x above 0, slope * x below; the slope at 0 is that below.",
    )
)
elu: Final[Primitive] = declare(
    Primitive(
        "elu",
        special.elu,
        lambda z, x, alpha: (elu_slope(x, alpha), expm1(min_constant(x, 0.0))),
        "ELU",
        2,
        defaults=(1.0,),
        smooth=False,
        names=("x", "alpha"),
        lower=lambda x, alpha: where(less_equal(x, 0.0), alpha * expm1(x), x),
        doc="x above 0, alpha * (exp(x) - 1) below.",
    )
)
elu_slope: Final[Primitive] = declare(
    Primitive(
        "elu_slope",
        _elu_slope,
        lambda z, x, alpha: (
            choose(less_equal(0.0, x), 0.0, z),
            choose(less_equal(0.0, x), 0.0, exp(x)),
        ),
        arity=2,
        smooth=False,
        names=("x", "alpha"),
        lower=lambda x, alpha: where(
            less(x, 0.0),
            alpha * exp(x),
            where(equal(x, 0.0), clamp(alpha, 0.0, 1.0), above(x, 0.0)),
        ),
        doc="The slope of elu: 1 above 0, alpha * exp(x) below.",
    )
)
selu: Final[Primitive] = declare(
    Primitive(
        "selu",
        special.selu,
        lambda z, x: selu_slope(x),
        "SELU",
        kinks=(0.0,),
        lower=lambda x: where(less_equal(x, 0.0), _SELU_SCALE_ALPHA * expm1(x), _SELU_SCALE * x),
        doc="The self-normalising elu with its published constants.",
    )
)
selu_slope: Final[Primitive] = declare(
    Primitive(
        "selu_slope",
        _selu_slope,
        lambda z, x: choose(less_equal(0.0, x), 0.0, z),
        kinks=(0.0,),
        lower=lambda x: where(
            less(x, 0.0), _SELU_SCALE_ALPHA * exp(x), where(less_equal(0.0, x), _SELU_SCALE, x)
        ),
        doc="The slope of selu; at 0 the smaller, that of the right side.",
    )
)

# --- smooth units -------------------------------------------------------------------------------------------


def _scaled_exp(x: Number, factor: Number) -> Number:
    """factor * exp(x), as special.scaled_exp; -0.0 at -inf."""
    scaled = where(less(-640.0, x), factor * exp(x), factor * exp(x + 64.0) * 1.603810890548638e-28)
    return where(equal(x, -inf), -0.0, scaled)


def _silu_lower(x: Number) -> Number:
    return where(less(x, -600.0), _scaled_exp(x, x), div(x, 1.0 + exp(-x)))


# These follow the formulas of autograd.special to the letter, and so to the bit.


def _silu_slope_lower(x: Number) -> Number:
    tail = exp(-x)
    whole = 1.0 + tail
    above_root = where(equal(tail, 0.0), 1.0, div(1.0 + div(x * tail, whole), whole))
    d = (x + 1.2784645427610737) + 1.0946994183093437e-16
    tail = exp(x)
    whole = 1.0 + tail
    lost = tail - (whole - 1.0)
    value = div(tail * (d + 0.2784645427610738 * expm1(d)), whole * whole)
    below = where(less(x, -600.0), _scaled_exp(x, 1.0 + x), value - div(2.0 * value * lost, whole))
    return where(less(x, -0.25), below, above_root)


def _mish_lower(x: Number) -> Number:
    tail = exp(-abs_(x))
    rise = 1.0 + 2.0 * tail
    right = x * div(rise, rise + 2.0 * tail * tail)
    rise = tail * (tail + 2.0)
    left = where(less(x, -40.0), _scaled_exp(x, x), x * div(rise, rise + 2.0))
    return where(less(0.0, x), right, left)


def _mish_slope_lower(x: Number) -> Number:
    tail = exp(-x)
    rise = 1.0 + 2.0 * tail
    whole = rise + 2.0 * tail * tail
    bend = div(4.0 * x * tail * tail * (1.0 + tail), whole)
    right = where(equal(tail, 0.0), 1.0, div(rise + bend, whole))
    d = (x + 1.1924312145154952) + 4.8484829848031044e-17
    tail = exp(x)
    part = tail * (tail + 2.0)
    whole = part + 2.0
    lost = part - (whole - 2.0)
    quotient = tail * (tail + 0.3034825352815289 + 4.0) + 2.536306932285039
    top = 4.0 * d + (0.3034825352815289 * expm1(d) * quotient + 4.0 * d * tail)
    slope = div(tail * top, whole * whole)
    left = where(less(x, -40.0), _scaled_exp(x, 1.0 + x), slope - div(2.0 * slope * lost, whole))
    return where(less(0.0, x), right, left)


silu: Final[Primitive] = declare(
    Primitive(
        "silu",
        special.silu,
        lambda z, x: silu_slope(x),
        "SiLU",
        lower=_silu_lower,
        doc="x * sigmoid(x), also called swish.",
    )
)
silu_slope: Final[Primitive] = declare(
    Primitive(
        "silu_slope",
        special.silu_slope,
        lambda z, x: silu_derivative(2.0, x),
        lower=_silu_slope_lower,
        doc="The slope of silu, sigmoid(x) * (1 + x * sigmoid(-x)), accurate at its root.",
    )
)
silu_derivative: Final[Primitive] = declare(
    Primitive(
        "silu_derivative",
        special.silu_derivative,
        lambda z, order, x: (nan, silu_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of silu of a whole order.",
    )
)
mish: Final[Primitive] = declare(
    Primitive(
        "mish",
        special.mish,
        lambda z, x: mish_slope(x),
        "Mish",
        lower=_mish_lower,
        doc="x * tanh(softplus(x)) (Misra 2019).",
    )
)
mish_slope: Final[Primitive] = declare(
    Primitive(
        "mish_slope",
        special.mish_slope,
        lambda z, x: mish_derivative(2.0, x),
        lower=_mish_slope_lower,
        doc="The slope of mish, accurate at its root.",
    )
)
mish_derivative: Final[Primitive] = declare(
    Primitive(
        "mish_derivative",
        special.mish_derivative,
        lambda z, order, x: (nan, mish_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of mish of a whole order.",
    )
)
gelu: Final[Primitive] = declare(
    Primitive(
        "gelu",
        special.gelu,
        lambda z, x: gelu_slope(x),
        "GELU",
        doc="x * norm_cdf(x) (Hendrycks and Gimpel 2016).",
    )
)
gelu_slope: Final[Primitive] = declare(
    Primitive(
        "gelu_slope",
        special.gelu_slope,
        lambda z, x: gelu_derivative(2.0, x),
        doc="The slope of gelu, accurate at its root.",
    )
)
gelu_derivative: Final[Primitive] = declare(
    Primitive(
        "gelu_derivative",
        special.gelu_derivative,
        lambda z, order, x: (nan, gelu_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of gelu of a whole order.",
    )
)
gelu_tanh: Final[Primitive] = declare(
    Primitive(
        "gelu_tanh",
        special.gelu_tanh,
        lambda z, x: gelu_tanh_slope(x),
        "GELU",
        doc="The tanh form of gelu: x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x**3))).",
    )
)
gelu_tanh_slope: Final[Primitive] = declare(
    Primitive(
        "gelu_tanh_slope",
        special.gelu_tanh_slope,
        lambda z, x: gelu_tanh_derivative(2.0, x),
        doc="The slope of gelu_tanh, accurate at its root.",
    )
)
gelu_tanh_derivative: Final[Primitive] = declare(
    Primitive(
        "gelu_tanh_derivative",
        special.gelu_tanh_derivative,
        lambda z, order, x: (nan, gelu_tanh_derivative(order + 1.0, x)),
        arity=2,
        names=("order", "x"),
        doc="The derivative of gelu_tanh of a whole order.",
    )
)
softsign: Final[Primitive] = declare(
    Primitive(
        "softsign",
        special.softsign,
        lambda z, x: softsign_slope(x),
        kinks=(0.0,),  # of its second derivative
        lower=lambda x: where(equal(abs_(x), inf), sign(x), div(x, 1.0 + abs_(x))),
        doc="x / (1 + |x|).",
    )
)


def _softsign_slope(x: float) -> float:
    size = abs(x)
    whole = 1.0 + size
    if whole > 1e150:
        return 1.0 / whole / whole
    slope = 1.0 / (whole * whole)
    lost = size - (whole - 1.0)
    return slope - 2.0 * slope * lost / whole


softsign_slope: Final[Primitive] = declare(
    Primitive(
        "softsign_slope",
        _softsign_slope,
        lambda z, x: div(-2.0 * sign(x) * z, 1.0 + abs_(x)),
        kinks=(0.0,),
        doc="The slope of softsign, 1 / (1 + |x|)**2; its own at 0 is 0.",
        lower=lambda x: div(1.0, 1.0 + abs_(x)) * div(1.0, 1.0 + abs_(x)),
    )
)

# --- smoothed distances -------------------------------------------------------------------------------------


def _smooth_abs_partials(z: Number, x: Number, eps: Number) -> tuple[Number, Number]:
    length = hypot(x, eps)
    return unit(x, length), -sign(eps) * unit(z, length)


def _huber_partials(z: Number, x: Number, delta: Number) -> tuple[Number, Number]:
    size = abs_(x)  # above a negative delta everywhere
    return where(less(size, delta), x, delta * sign(x)), relu(size - delta)


smooth_abs: Final[Primitive] = declare(
    Primitive(
        "smooth_abs",
        special.smooth_abs,
        _smooth_abs_partials,
        arity=2,
        defaults=(1e-3,),
        names=("x", "eps"),
        doc="sqrt(x*x + eps*eps) - eps, without cancelling.",
    )
)
huber: Final[Primitive] = declare(
    Primitive(
        "huber",
        special.huber,
        _huber_partials,
        arity=2,
        defaults=(1.0,),
        smooth=False,
        names=("x", "delta"),
        lower=lambda x, delta: where(less(delta, abs_(x)), delta * (abs_(x) - 0.5 * delta), 0.5 * x * x),
        doc="x*x/2 up to |x| = delta, delta * (|x| - delta/2) beyond.",
    )
)
