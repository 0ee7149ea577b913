"""Operations of two and more operands: norms, angles, sums, products, and logarithms of sums of exponentials.

The n-ary ones are one node each, however many operands they have.
"""

from __future__ import annotations

from math import copysign, inf, isinf, nan
from typing import Any, Final

from autograd import special
from autograd.primitive_type import Interval, Number, Primitive, declare
from autograd.primitives.arithmetic import div
from autograd.primitives.choosing import abs_, choose, equal, less, less_equal, peak, where
from autograd.primitives.elementary import POSITIVE, div_positive, exp, log, log1p

# --- norms and angles ---------------------------------------------------------------------------------------


def _unit(x: float, length: float) -> float:
    if length == 0.0:
        return 0.0 if x == 0.0 or isinf(x) else nan
    if isinf(length):
        return copysign(1.0, x) if isinf(x) else (nan if x != x else copysign(0.0, x))
    return x / length


# At the origin the minimum norm: 0. Where the length is infinite, so is the operand whose slope is 1.
unit: Final[Primitive] = declare(
    Primitive(
        "unit",
        _unit,
        lambda z, x, length: (_inverse_length(length), -unit(z, length)),
        arity=2,
        names=("x", "length"),
        lower=lambda x, length: where(
            equal(length, 0.0), 0.0, where(equal(abs_(x), inf), copysign_(1.0, x), div(x, length))
        ),
        doc="x / length, 0 at the origin: the slope of hypot.",
    )
)


def _inverse_length(length: Number) -> Number:
    return choose(equal(length, 0.0), 0.0, div_positive(1.0, length))


def copysign_(x: Number, y: Number) -> Number:
    """The primitive copysign."""
    from autograd.primitives.arithmetic import copysign as primitive

    return primitive(x, y)


def _hypot_partials(z: Number, *xs: Number) -> tuple[Number, ...]:
    return tuple([unit(x, z) for x in xs])


def _dist_partials(z: Number, *xs: Number) -> tuple[Number, ...]:
    p, q = _halves(xs)
    slopes = [unit(x - y, z) for x, y in zip(p, q, strict=True)]
    return tuple(slopes + [-slope for slope in slopes])


def _atan2_partials(z: Number, y: Number, x: Number) -> tuple[Number, Number]:
    length = hypot(x, y)  # two divisions by it, because its square may overflow
    return unit(unit(x, length), length), -unit(unit(y, length), length)


def _halves(xs: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    n = len(xs) // 2
    return xs[:n], xs[n:]


def _dist(*xs: float) -> float:
    p, q = _halves(xs)
    return special.dist(list(p), list(q))


hypot: Final[Primitive] = declare(
    Primitive(
        "hypot",
        lambda *xs: special.norm(list(xs)),
        _hypot_partials,
        arity=None,
        smooth=False,
        commutes=True,
        doc="The Euclidean length of the coordinates; of slope 0 at the origin.",
    )
)
dist: Final[Primitive] = declare(
    Primitive(
        "dist",
        _dist,
        _dist_partials,
        arity=None,
        smooth=False,
        doc="The Euclidean distance of p1 ... pn and q1 ... qn; of slope 0 where they meet.",
    )
)
atan2: Final[Primitive] = declare(
    Primitive(
        "atan2",
        special.atan2,
        _atan2_partials,
        arity=2,
        smooth=False,
        names=("y", "x"),
        doc="The angle of the point (x, y), in [-pi, pi]; of slope 0 at the origin.",
    )
)

# --- sums and products --------------------------------------------------------------------------------------


def _prod_partials(z: Number, *xs: Number) -> tuple[Number, ...]:
    """Products of all others, from the products before and after each: right beside zeros too."""
    n = len(xs)
    if n == 1:
        return (1.0,)
    after: list[Any] = list(xs)  # after[i] is the product from i on
    for i in range(n - 2, 0, -1):
        after[i] = xs[i] * after[i + 1]
    before: Any = xs[0]
    partials: list[Any] = [after[1]]
    for i in range(1, n - 1):
        partials.append(before * after[i + 1])
        before = before * xs[i]
    partials.append(before)
    return tuple(partials)


def _other_half(z: Number, *xs: Number) -> tuple[Number, ...]:
    p, q = _halves(xs)
    return q + p


def _dot(*xs: float) -> float:
    p, q = _halves(xs)
    return special.dot(list(p), list(q))


def _sumprod(*xs: float) -> float:
    p, q = _halves(xs)
    return special.sumprod(list(p), list(q))


fsum: Final[Primitive] = declare(
    Primitive(
        "fsum",
        lambda *xs: special.fsum(list(xs)),
        lambda z, *xs: (1.0,) * len(xs),
        "Σ",
        None,
        commutes=True,
        doc="The sum, exactly rounded.",
    )
)
prod: Final[Primitive] = declare(
    Primitive(
        "prod",
        lambda *xs: special.prod(list(xs)),
        _prod_partials,
        "Π",
        None,
        commutes=True,
        doc="The product, left to right.",
    )
)
dot: Final[Primitive] = declare(
    Primitive(
        "dot", _dot, _other_half, "·", None, doc="p1*q1 + ... + pn*qn of p1 ... pn, q1 ... qn, left to right."
    )
)
sumprod: Final[Primitive] = declare(
    Primitive(
        "sumprod",
        _sumprod,
        _other_half,
        "Σ·",
        None,
        doc="p1*q1 + ... + pn*qn of p1 ... pn, q1 ... qn, in three times the precision.",
    )
)

# --- logarithms ---------------------------------------------------------------------------------------------


def softmax_parts(xs: tuple[Number, ...]) -> tuple[list[Number], Number]:
    """exp(x - the largest) of every x, and their sum.

    >>> softmax_parts((1000.0, 1000.0))
    ([1.0, 1.0], 2.0)
    """
    top = peak(*xs)
    parts = [exp_difference(x, top) for x in xs]
    return parts, fsum(*parts)


def _logsumexp_partials(z: Number, *xs: Number) -> tuple[Number, ...]:
    # exp(x - z) would magnify the rounding of z by |z|; equal infinities share alike.
    parts, total = softmax_parts(xs)
    return tuple([div_positive(part, total) for part in parts])


def _xdivy(x: float, y: float) -> float:
    if y < 0.0 and x != 0.0:
        return nan
    return special.xdivy(x, y + 0.0)


logsumexp: Final[Primitive] = declare(
    Primitive(
        "logsumexp",
        lambda *xs: special.logsumexp(list(xs)),
        _logsumexp_partials,
        arity=None,
        commutes=True,
        doc="log(exp(x1) + ... + exp(xn)), without overflow.",
    )
)
exp_difference: Final[Primitive] = declare(
    Primitive(
        "exp_difference",
        special.exp_difference,
        lambda z, x, y: (z, -z),
        arity=2,
        lower=lambda x, y: where(equal(x, y), 1.0, exp(x - y)),
        doc="exp(x - y), the rounding of x - y made good; 1 where they are equal, infinities too.",
    )
)
shift: Final[Primitive] = declare(
    Primitive(
        "shift",
        lambda x, y: 0.0 if x == y else x - y,
        lambda z, x, y: (1.0, -1.0),
        "-",
        2,
        lower=lambda x, y: where(equal(x, y), 0.0, x - y),
        doc="x - y, and 0 where they are equal, infinities too.",
    )
)
logaddexp: Final[Primitive] = declare(
    Primitive(
        "logaddexp",
        special.logaddexp,
        lambda z, x, y: (sigmoid_difference(x, y), sigmoid_difference(y, x)),
        arity=2,
        commutes=True,
        lower=lambda x, y: where(
            equal(x, y),
            x + 0.6931471805599453,
            where(less(y, x), x + log1p(exp(y - x)), y + log1p(exp(x - y))),
        ),
        doc="log(exp(x) + exp(y)), without overflow.",
    )
)


def _sigmoid_difference_partials(z: Number, x: Number, y: Number) -> tuple[Number, Number]:
    slope = z * sigmoid_difference(y, x)
    return slope, -slope


sigmoid_difference: Final[Primitive] = declare(
    Primitive(
        "sigmoid_difference",
        special.sigmoid_difference,
        _sigmoid_difference_partials,
        arity=2,
        lower=lambda x, y: where(
            less_equal(y, x),
            1.0 / (1.0 + exp_difference(y, x)),
            exp_difference(x, y) / (1.0 + exp_difference(x, y)),
        ),
        doc="exp(x) / (exp(x) + exp(y)), the slope of logaddexp.",
    )
)
xlogy: Final[Primitive] = declare(
    Primitive(
        "xlogy",
        special.xlogy,
        lambda z, x, y: (log(y), xdivy(x, y)),
        arity=2,
        domain=(Interval(), POSITIVE),
        lower=lambda x, y: where(equal(x, 0.0) * equal(y, y), 0.0, x * log(y)),
        doc="x * log(y), and 0 where x is 0.",
    )
)
xlog1py: Final[Primitive] = declare(
    Primitive(
        "xlog1py",
        special.xlog1py,
        lambda z, x, y: (log1p(y), xdivy(x, 1.0 + y)),
        arity=2,
        domain=(Interval(), Interval(-1.0, inf)),
        lower=lambda x, y: where(equal(x, 0.0) * equal(y, y), 0.0, x * log1p(y)),
        doc="x * log(1 + y), and 0 where x is 0.",
    )
)
xdivy: Final[Primitive] = declare(
    Primitive(
        "xdivy",
        _xdivy,
        lambda z, x, y: (div_positive(1.0, y), -xdivy(z, y)),
        arity=2,
        domain=(Interval(), POSITIVE),
        lower=lambda x, y: where(equal(x, 0.0) * equal(y, y), 0.0, div_positive(x, y)),
        doc="x / y for y >= 0, and 0 where x is 0: the slope of xlogy in y.",
    )
)
