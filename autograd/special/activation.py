"""Activation functions, total and accurate over all floats.

Where a slope has a root, the textbook form cancels there. Each such slope below subtracts the identity that
holds at the root, which leaves terms of one sign in d = x - root; the root is kept as a sum of two floats.
"""

import math
from typing import Final

from autograd.special.elementary import INF, NAN, exp, expm1, log, log1p, scaled_exp

_SELU_SCALE: Final = 1.0507009873554805  # Klambauer et al., "Self-normalizing neural networks" (2017)
_SELU_SCALE_ALPHA: Final = 1.7580993408473766  # times alpha = 1.6732632423543772


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)); below zero the exponential stands in the numerator, so the tail keeps its digits.

    The slope is sech2(x/2) / 4.

    >>> sigmoid(0.0), sigmoid(-40.0), sigmoid(-1e9)
    (0.5, 4.248354255291589e-18, 0.0)
    """
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    tail = exp(x)
    return tail / (1.0 + tail)


def log_sigmoid(x: float) -> float:
    """log(sigmoid(x)) = -softplus(-x), of slope sigmoid(-x).

    >>> log_sigmoid(-1000.0), log_sigmoid(40.0)
    (-1000.0, -4.248354255291589e-18)
    """
    return -softplus(-x)


def softplus(x: float) -> float:
    """log(1 + exp(x)), of slope sigmoid(x).

    >>> softplus(1000.0), softplus(-40.0)
    (1000.0, 4.248354255291589e-18)
    """
    return x + log1p(exp(-x)) if x > 0.0 else log1p(exp(x))


def logit(p: float) -> float:
    """log(p / (1 - p)), of slope 1 / (p * (1 - p)).

    >>> logit(0.5), logit(0.0), logit(1.0), logit(2.0)
    (0.0, -inf, inf, nan)
    """
    if 0.25 <= p <= 0.75:
        return 2.0 * math.atanh(2.0 * p - 1.0)  # 2p - 1 is exact here, and p/(1-p) is near 1
    if p == 1.0:
        return INF
    return log(p / (1.0 - p)) if p >= 0.0 else NAN


def elu(x: float, alpha: float) -> float:
    """x above 0, alpha * (exp(x) - 1) below.

    >>> elu(2.0, 1.0), elu(-1e-20, 1.0), elu(-1000.0, 2.0)
    (2.0, -1e-20, -2.0)
    """
    return alpha * expm1(x) if x <= 0.0 else x


def selu(x: float) -> float:
    """The self-normalising elu: scale * elu(x, alpha) with the published constants.

    >>> selu(1.0), selu(-1000.0)
    (1.0507009873554805, -1.7580993408473766)
    """
    return _SELU_SCALE_ALPHA * expm1(x) if x <= 0.0 else _SELU_SCALE * x


def silu(x: float) -> float:
    """x * sigmoid(x).

    >>> silu(0.0), silu(1000.0), silu(-math.inf)
    (0.0, 1000.0, -0.0)
    """
    if x >= -600.0:
        return x / (1.0 + exp(-x))
    return -0.0 if math.isinf(x) else scaled_exp(x, x)


def silu_slope(x: float) -> float:
    """The derivative of `silu`, sigmoid(x) * (1 + x * sigmoid(-x)).

    The root solves 1 + x + exp(x) = 0, by which exp(root) is also -1 - root.

    >>> silu_slope(0.0), silu_slope(1000.0), silu_slope(-math.inf)
    (0.5, 1.0, -0.0)
    """
    if x >= -0.25:
        tail = exp(-x)
        whole = 1.0 + tail
        return (1.0 + x * tail / whole) / whole if tail > 0.0 else 1.0
    if x < -600.0:
        return -0.0 if math.isinf(x) else scaled_exp(x, 1.0 + x)
    d = (x + 1.2784645427610737) + 1.0946994183093437e-16
    tail = math.exp(x)
    whole = 1.0 + tail
    lost = tail - (whole - 1.0)
    value = tail * (d + 0.2784645427610738 * math.expm1(d)) / (whole * whole)
    return value - 2.0 * value * lost / whole


def mish(x: float) -> float:
    """x * tanh(softplus(x)) (Misra 2019), where tanh(log(1 + e)) = (e*e + 2e) / (e*e + 2e + 2).

    >>> mish(0.0), mish(1000.0), mish(-math.inf)
    (0.0, 1000.0, -0.0)
    """
    if x > 0.0:
        tail = exp(-x)
        rise = 1.0 + 2.0 * tail
        return x * (rise / (rise + 2.0 * tail * tail))
    if x < -40.0:
        return -0.0 if math.isinf(x) else scaled_exp(x, x)
    tail = exp(x)
    rise = tail * (tail + 2.0)
    return x * (rise / (rise + 2.0))


def mish_slope(x: float) -> float:
    """The derivative of `mish`.

    With e = exp(x) it is e Q / (e*e + 2e + 2)**2, Q = e**3 + 4 e**2 + 6e + 4 + 4 x (e + 1); 0 at the root.

    >>> mish_slope(0.0), mish_slope(1000.0), mish_slope(-math.inf)
    (0.6, 1.0, -0.0)
    """
    if x > 0.0:
        tail = exp(-x)
        rise = 1.0 + 2.0 * tail
        whole = rise + 2.0 * tail * tail
        return (rise + 4.0 * x * tail * tail * (1.0 + tail) / whole) / whole if tail > 0.0 else 1.0
    if x < -40.0:
        return -0.0 if math.isinf(x) else scaled_exp(x, 1.0 + x)
    c = 0.3034825352815289  # exp(root)
    d = (x + 1.1924312145154952) + 4.8484829848031044e-17
    tail = exp(x)
    part = tail * (tail + 2.0)
    whole = part + 2.0
    lost = part - (whole - 2.0)
    # Q(x) - Q(root): e - c = c expm1(d) divides every term but 4 d (1 + e).
    quotient = tail * (tail + c + 4.0) + 2.536306932285039
    slope = tail * (4.0 * d + (c * expm1(d) * quotient + 4.0 * d * tail)) / (whole * whole)
    return slope - 2.0 * slope * lost / whole


def softsign(x: float) -> float:
    """x / (1 + |x|); its slope is the square of 1 / (1 + |x|).

    >>> softsign(1.0), softsign(-math.inf)
    (0.5, -1.0)
    """
    return math.copysign(1.0, x) if math.isinf(x) else x / (1.0 + math.fabs(x))


def hard_tanh(x: float) -> float:
    """x held between -1 and 1; NaN stays NaN.

    >>> hard_tanh(3.0), hard_tanh(-0.5)
    (1.0, -0.5)
    """
    if x > 1.0:
        return 1.0
    return -1.0 if x < -1.0 else x


def smooth_abs(x: float, eps: float) -> float:
    """sqrt(x*x + eps*eps) - |eps|, without cancelling; its slope is x / hypot(x, eps).

    >>> smooth_abs(3.0, 4.0), smooth_abs(0.0, 0.0), smooth_abs(1e-20, 0.5)
    (1.0, 0.0, 1e-40)
    """
    long = math.hypot(x, eps)
    if math.isinf(x) and math.isfinite(eps):
        return INF
    return x / (long + math.fabs(eps)) * x if x != 0.0 or math.isnan(long) else 0.0


def huber(x: float, delta: float) -> float:
    """x*x/2 up to |x| = delta, delta * (|x| - delta/2) beyond (Huber 1964); slope: x held within ±delta.

    >>> huber(0.5, 1.0), huber(-3.0, 1.0)
    (0.125, 2.5)
    """
    size = math.fabs(x)
    return delta * (size - 0.5 * delta) if size > delta else 0.5 * x * x
