"""THE table: every operation declared once, with its value, its local partials and the facts about them.

A rule `(z, x, y, ...) -> (dz/dx, dz/dy, ...)` sees the result first and runs on floats and Values alike, so
it divides with `div` and chooses with `where`. Conventions at kinks and edges: see the comment at the rule.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any, Final

from autograd import special
from autograd.primitive_type import Interval, Number, Primitive, declare

POSITIVE: Final = Interval(0.0, inf)
UNIT: Final = Interval(-1.0, 1.0)
ABOVE_MINUS_ONE: Final = Interval(-1.0, inf)

# --- choosing: locally constant, so the partials of their conditions are 0 ---------------------------------


def _above(x: float, y: float) -> float:
    if x > y:
        return 1.0
    return 0.0 if x <= y else nan


def _sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else nan


def _within(x: float, low: float, high: float) -> float:
    return x + 0.0 if low <= x <= high else nan


def _flat(z: Number, *operands: Number) -> tuple[float, ...]:
    return (0.0,) * len(operands)


# 1 where x > y, 0 where x <= y; hands a NaN on.
above: Final[Primitive] = declare(Primitive("above", _above, _flat, ">", 2, smooth=False))
less: Final[Primitive] = declare(
    Primitive("less", lambda x, y: 1.0 if x < y else 0.0, _flat, "<", 2, smooth=False)
)
less_equal: Final[Primitive] = declare(
    Primitive("less_equal", lambda x, y: 1.0 if x <= y else 0.0, _flat, "<=", 2, smooth=False)
)
equal: Final[Primitive] = declare(
    Primitive("equal", lambda x, y: 1.0 if x == y else 0.0, _flat, "==", 2, smooth=False, commutes=True)
)
sign: Final[Primitive] = declare(Primitive("sign", _sign, _flat, kinks=(0.0,)))
# The partials of `where`: 1 for the branch taken, for the other a 0 that masks even an infinity, and for the
# condition a 0 that stands for no dependence at all.
taken: Final = declare(Primitive("taken", lambda condition: 1.0 if condition else 0.0, _flat, smooth=False))
not_taken: Final = declare(
    Primitive("not_taken", lambda condition: 0.0 if condition else 1.0, _flat, smooth=False)
)
nothing: Final = declare(Primitive("nothing", lambda condition: 0.0, _flat, smooth=False))
where: Final[Primitive] = declare(
    Primitive(
        "where",
        lambda condition, a, b: a if condition else b,
        lambda z, condition, a, b: (nothing(condition), taken(condition), not_taken(condition)),
        arity=3,
        smooth=False,
    )
)
# The number itself between the bounds, NaN beyond: guards the rules whose formula outlives the domain.
within: Final[Primitive] = declare(
    Primitive("within", _within, lambda z, x, low, high: (1.0, 0.0, 0.0), arity=3)
)

# What transforms bind arguments to: a node of their own, so that nested derivatives never mix.
identity: Final[Primitive] = declare(Primitive("identity", lambda x: x, lambda z, x: 1.0, "id"))
# The number alone: sweeps end here (graph.py), so that not even 0 * inf comes through.
stop_gradient: Final[Primitive] = declare(
    Primitive("stop_gradient", lambda x: x, _flat, "stop", lower=identity)
)

# --- arithmetic ---------------------------------------------------------------------------------------------


def _pow_partials(z: Number, x: Number, y: Number) -> tuple[Number, Number]:
    # x**0 is 1 everywhere, so its slope is 0 even at 0; 0**y is flat in y where y >= 0 (SEMANTICS).
    # Elsewhere the formula stands at y = 0 as well, because it depends on y there.
    apart = less(x, 0.0) + less(0.0, x)
    dx = where(equal(y, 0.0) * equal(apart, 0.0), 0.0, y * power(x, y - 1.0))
    flat = equal(x, 0.0) * less_equal(0.0, y)
    return dx, where(flat, 0.0, z * log(x))


add: Final[Primitive] = declare(
    Primitive("add", lambda x, y: x + y, lambda z, x, y: (1.0, 1.0), "+", 2, commutes=True)
)
sub: Final[Primitive] = declare(Primitive("sub", lambda x, y: x - y, lambda z, x, y: (1.0, -1.0), "-", 2))
mul: Final[Primitive] = declare(
    Primitive("mul", lambda x, y: x * y, lambda z, x, y: (y, x), "*", 2, commutes=True)
)
div: Final[Primitive] = declare(
    Primitive("div", special.div, lambda z, x, y: (div(1.0, y), -div(z, y)), "/", 2)
)
neg: Final[Primitive] = declare(Primitive("neg", lambda x: -x, lambda z, x: -1.0, "-"))
power: Final[Primitive] = declare(Primitive("pow", special.power, _pow_partials, "**", 2))
floordiv: Final[Primitive] = declare(Primitive("floordiv", special.floordiv, _flat, "//", 2, smooth=False))
mod: Final[Primitive] = declare(
    Primitive("mod", special.mod, lambda z, x, y: (1.0, -floor(div(x, y))), "%", 2, smooth=False)
)
abs_: Final[Primitive] = declare(
    Primitive("abs", abs, lambda z, x: sign(x), kinks=(0.0,))
)  # slope at 0: minimum norm, 0
floor: Final[Primitive] = declare(Primitive("floor", special.floor, _flat, smooth=False))
ceil: Final[Primitive] = declare(Primitive("ceil", special.ceil, _flat, smooth=False))
trunc: Final[Primitive] = declare(Primitive("trunc", special.trunc, _flat, smooth=False))
round_: Final[Primitive] = declare(Primitive("round", special.rint, _flat, smooth=False))  # halves to even
square: Final[Primitive] = declare(Primitive("square", lambda x: x * x, lambda z, x: 2.0 * x))
reciprocal: Final[Primitive] = declare(
    Primitive("reciprocal", lambda x: special.div(1.0, x), lambda z, x: -(z * z))
)

# --- exponentials and roots ---------------------------------------------------------------------------------

exp: Final[Primitive] = declare(Primitive("exp", special.exp, lambda z, x: z))
expm1: Final[Primitive] = declare(Primitive("expm1", special.expm1, lambda z, x: exp(x)))
log: Final[Primitive] = declare(
    Primitive("log", special.log, lambda z, x: div(1.0, within(x, 0.0, inf)), domain=(POSITIVE,))
)
log1p: Final[Primitive] = declare(
    Primitive(
        "log1p",
        special.log1p,
        lambda z, x: div(1.0, 1.0 + within(x, -1.0, inf)),
        domain=(ABOVE_MINUS_ONE,),
    )
)
sqrt: Final[Primitive] = declare(
    Primitive("sqrt", special.sqrt, lambda z, x: div(0.5, abs_(z)), domain=(POSITIVE,))
)  # +inf at -0.0

# --- circular and hyperbolic --------------------------------------------------------------------------------

sin: Final[Primitive] = declare(Primitive("sin", special.sin, lambda z, x: cos(x)))
cos: Final[Primitive] = declare(Primitive("cos", special.cos, lambda z, x: -sin(x)))
tan: Final[Primitive] = declare(Primitive("tan", special.tan, lambda z, x: square(div(1.0, cos(x)))))
sinh: Final[Primitive] = declare(Primitive("sinh", special.sinh, lambda z, x: cosh(x)))
cosh: Final[Primitive] = declare(Primitive("cosh", special.cosh, lambda z, x: sinh(x)))
# 1 - z*z cancels where z nears 1; 1/cosh neither cancels nor has a kink.
tanh: Final[Primitive] = declare(Primitive("tanh", special.tanh, lambda z, x: square(div(1.0, cosh(x)))))

# --- neurons ------------------------------------------------------------------------------------------------


def _relu(x: float) -> float:
    return 0.0 if x <= 0.0 else x


def _leaky_relu(x: float, slope: float) -> float:
    return x if x > 0.0 else slope * x


sigmoid: Final[Primitive] = declare(Primitive("sigmoid", special.sigmoid, lambda z, x: z * sigmoid(-x)))
softplus: Final[Primitive] = declare(Primitive("softplus", special.softplus, lambda z, x: sigmoid(x)))
relu: Final[Primitive] = declare(
    Primitive("relu", _relu, lambda z, x: above(x, 0.0), "ReLU", kinks=(0.0,))
)  # slope at 0 is 0
leaky_relu: Final[Primitive] = declare(
    Primitive(
        "leaky_relu",
        _leaky_relu,
        lambda z, x, slope: (slope + (1.0 - slope) * above(x, 0.0), where(above(x, 0.0), 0.0, x)),
        arity=2,
        defaults=(0.01,),
        smooth=False,  # slope at 0 is that of the left side
    )
)

# --- of two and more operands -------------------------------------------------------------------------------


def _hypot_partials(z: Number, *xs: Number) -> tuple[Number, ...]:
    return tuple([where(equal(z, 0.0), 0.0, div(x, z)) for x in xs])  # at the origin: minimum norm, 0


def _atan2_partials(z: Number, y: Number, x: Number) -> tuple[Number, Number]:
    h = hypot(x, y)  # two divisions by h, because its square may overflow; at the origin 0, 0
    origin = equal(h, 0.0)
    return where(origin, 0.0, div(div(x, h), h)), where(origin, 0.0, -div(div(y, h), h))


def _shares(z: Number, *xs: Number) -> tuple[Number, ...]:
    ties = [equal(x, z) for x in xs]
    count = ties[0]
    for tie in ties[1:]:
        count = count + tie
    return tuple([div(tie, count) for tie in ties])  # 1/k each at a tie of k; 0/0, a NaN, where z is one


def _maximum(*xs: float) -> float:
    best = -inf
    for x in xs:
        if x != x:
            return nan
        if x > best:
            best = x
    return best


def _minimum(*xs: float) -> float:
    best = inf
    for x in xs:
        if x != x:
            return nan
        if x < best:
            best = x
    return best


def _prod_partials(z: Number, *xs: Number) -> tuple[Number, ...]:
    """Products of all others, from the products before and after each: right beside zeros too."""
    n = len(xs)
    after: list[Any] = [1.0] * n
    for i in range(n - 2, -1, -1):
        after[i] = xs[i + 1] * after[i + 1]
    before: Any = 1.0
    partials: list[Any] = []
    for i in range(n):
        partials.append(before * after[i])
        before = before * xs[i]
    return tuple(partials)


def _halves(xs: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    n = len(xs) // 2
    return xs[:n], xs[n:]


def _other_half(z: Number, *xs: Number) -> tuple[Number, ...]:
    p, q = _halves(xs)
    return q + p


def _dot(*xs: float) -> float:
    p, q = _halves(xs)
    return special.dot(list(p), list(q))


def _sumprod(*xs: float) -> float:
    p, q = _halves(xs)
    return special.sumprod(list(p), list(q))


hypot: Final[Primitive] = declare(
    Primitive(
        "hypot", lambda *xs: special.norm(list(xs)), _hypot_partials, arity=None, smooth=False, commutes=True
    )
)
atan2: Final[Primitive] = declare(Primitive("atan2", special.atan2, _atan2_partials, arity=2, smooth=False))
# A number among the operands is a constant and takes no share of a tie: the minimum norm there is 0.
max_constant: Final[Primitive] = declare(
    Primitive("max_constant", _maximum, lambda z, x, c: (above(x, c), above(c, x)), "max", 2, smooth=False)
)
min_constant: Final[Primitive] = declare(
    Primitive("min_constant", _minimum, lambda z, x, c: (above(c, x), above(x, c)), "min", 2, smooth=False)
)
maximum: Final[Primitive] = declare(
    Primitive(
        "maximum", _maximum, _shares, "max", None, smooth=False, commutes=True, constant_form=max_constant
    )
)
minimum: Final[Primitive] = declare(
    Primitive(
        "minimum", _minimum, _shares, "min", None, smooth=False, commutes=True, constant_form=min_constant
    )
)
fsum: Final[Primitive] = declare(
    Primitive(
        "fsum",
        lambda *xs: special.fsum(list(xs)),
        lambda z, *xs: (1.0,) * len(xs),
        "Σ",
        None,
        commutes=True,
    )
)
prod: Final[Primitive] = declare(
    Primitive("prod", lambda *xs: special.prod(list(xs)), _prod_partials, "Π", None, commutes=True)
)
# Both take p1 ... pn, q1 ... qn; dot adds left to right, sumprod rounds once.
dot: Final[Primitive] = declare(Primitive("dot", _dot, _other_half, "·", None))
sumprod: Final[Primitive] = declare(Primitive("sumprod", _sumprod, _other_half, "Σ·", None))
logsumexp: Final[Primitive] = declare(
    Primitive(
        "logsumexp",
        lambda *xs: special.logsumexp(list(xs)),
        lambda z, *xs: tuple([exp(x - z) for x in xs]),
        arity=None,
        commutes=True,
    )
)
