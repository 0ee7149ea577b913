"""Operations that choose and compare; and where they have a slope, its convention at a tie.

A plain number is a constant and takes no share of a tie, so the rules that know one operand to be a number
(`max_constant`, `clamp`) have slope 0 there: the minimum norm.
"""

from __future__ import annotations

from math import inf, nan
from typing import Final

from autograd import special
from autograd.primitive_type import Number, Primitive, declare


def _above(x: float, y: float) -> float:
    if x > y:
        return 1.0
    return 0.0 if x <= y else nan


def _sign(x: float) -> float:
    if x > 0.0:
        return 1.0
    if x < 0.0:
        return -1.0
    return 0.0 if x == 0.0 else nan


def _inside(x: float, low: float, high: float) -> float:
    if low < x < high:
        return 1.0
    return 0.0 if x <= low or x >= high else nan


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


def _clamp(x: float, low: float, high: float) -> float:
    return _minimum(_maximum(x, low), high)


def _clamp_partials(z: Number, x: Number, low: Number, high: Number) -> tuple[Number, Number, Number]:
    return inside(x, low, high), above(low, x) * less_equal(low, high), above(maximum(x, low), high)


def _relu(x: float) -> float:
    return 0.0 if x <= 0.0 else x


def flat(z: Number, *operands: Number) -> tuple[float, ...]:
    """The partials of what is locally constant."""
    return (0.0,) * len(operands)


def _shares(z: Number, *xs: Number) -> tuple[Number, ...]:
    ties = [equal(x, z) for x in xs]
    count = ties[0]
    for tie in ties[1:]:
        count = count + tie
    return tuple([div_count(tie, count) for tie in ties])  # 1/k each at a tie of k; NaN where z is one


def _div(x: Number, y: Number) -> Number:
    from autograd.primitives.arithmetic import div

    return div(x, y)


def choose(condition: Number, a: Number, b: Number) -> Number:
    """`where` inside a rule, recorded only where the condition is more than a number.

    >>> choose(1.0, 2.0, 3.0)
    2.0
    """
    if isinstance(condition, float):
        return a if condition else b
    return where(condition, a, b)


# The slope of what only decides: a 0 that stands for no dependence at all, as of Python's own conditions.
nothing: Final[Primitive] = declare(
    Primitive(
        "nothing",
        lambda condition: 0.0,
        lambda z, condition: nothing(condition),
        smooth=False,
        names=("condition",),
        doc="0.",
    )
)


def undecided(z: Number, *operands: Number) -> tuple[Number, ...]:
    """The partials of a condition."""
    return tuple([nothing(x) for x in operands])


less: Final[Primitive] = declare(
    Primitive(
        "less",
        lambda x, y: 1.0 if x < y else 0.0,
        undecided,
        "<",
        2,
        smooth=False,
        doc="1 where x < y, else 0.",
    )
)
less_equal: Final[Primitive] = declare(
    Primitive(
        "less_equal",
        lambda x, y: 1.0 if x <= y else 0.0,
        undecided,
        "<=",
        2,
        smooth=False,
        doc="1 where x <= y, else 0.",
    )
)
equal: Final[Primitive] = declare(
    Primitive(
        "equal",
        lambda x, y: 1.0 if x == y else 0.0,
        undecided,
        "==",
        2,
        smooth=False,
        commutes=True,
        doc="1 where x == y, else 0.",
    )
)
# The partials of `where`: 1 for the branch taken, for the other a 0 that masks even an infinity.
taken: Final[Primitive] = declare(
    Primitive(
        "taken",
        lambda condition: 1.0 if condition else 0.0,
        undecided,
        smooth=False,
        names=("condition",),
        doc="1 where the condition is other than 0, else 0.",
    )
)
not_taken: Final[Primitive] = declare(
    Primitive(
        "not_taken",
        lambda condition: 0.0 if condition else 1.0,
        undecided,
        smooth=False,
        names=("condition",),
        doc="1 where the condition is 0, else 0.",
    )
)
where: Final[Primitive] = declare(
    Primitive(
        "where",
        lambda condition, a, b: a if condition else b,
        lambda z, condition, a, b: (nothing(condition), taken(condition), not_taken(condition)),
        arity=3,
        smooth=False,
        names=("condition", "a", "b"),
        doc="a where the condition is other than 0, else b; the branch not taken contributes nothing at all.",
    )
)
above: Final[Primitive] = declare(
    Primitive(
        "above",
        _above,
        flat,
        ">",
        2,
        smooth=False,
        lower=lambda x, y: where(less(y, x), 1.0, where(less_equal(x, y), 0.0, nan)),
        doc="1 where x > y, 0 where x <= y; hands a NaN on.",
    )
)
inside: Final[Primitive] = declare(
    Primitive(
        "inside",
        _inside,
        flat,
        arity=3,
        smooth=False,
        names=("x", "low", "high"),
        lower=lambda x, low, high: above(x, low) * above(high, x),
        doc="1 where low < x < high, else 0; hands a NaN on. The slope of clamp.",
    )
)
div_count: Final[Primitive] = declare(
    Primitive(
        "div_count",
        special.div,
        flat,
        "/",
        2,
        names=("tie", "count"),
        lower=_div,
        doc="A tie's share of slope: 1/k for each of k operands.",
    )
)
sign: Final[Primitive] = declare(
    Primitive(
        "sign",
        _sign,
        flat,
        kinks=(0.0,),
        lower=lambda x: where(less(0.0, x), 1.0, where(less(x, 0.0), -1.0, where(equal(x, 0.0), 0.0, x))),
        doc="-1, 0 or 1; of slope 0 everywhere.",
    )
)
abs_: Final[Primitive] = declare(
    Primitive(
        "abs", abs, lambda z, x: sign(x), kinks=(0.0,), doc="|x|; the slope at 0 is 0, the minimum norm."
    )
)
relu: Final[Primitive] = declare(
    Primitive(
        "relu",
        _relu,
        lambda z, x: above(x, 0.0),
        "ReLU",
        kinks=(0.0,),
        lower=lambda x: where(less_equal(x, 0.0), 0.0, x),
        doc="max(x, 0); the slope at 0 is 0.",
    )
)
hard_tanh: Final[Primitive] = declare(
    Primitive(
        "hard_tanh",
        special.hard_tanh,
        lambda z, x: inside(x, -1.0, 1.0),
        kinks=(-1.0, 1.0),
        lower=lambda x: clamp(x, -1.0, 1.0),
        doc="x kept between -1 and 1; the slope at both is 0.",
    )
)
clamp: Final[Primitive] = declare(
    Primitive(
        "clamp",
        _clamp,
        _clamp_partials,
        arity=3,
        smooth=False,
        names=("x", "low", "high"),
        lower=lambda x, low, high: minimum(maximum(x, low), high),
        doc="x kept between two bounds; the slope at a bound is 0. The upper one wins where they cross.",
    )
)
max_constant: Final[Primitive] = declare(
    Primitive(
        "max_constant",
        _maximum,
        lambda z, x, c: (above(x, c), above(c, x)),
        "max",
        2,
        smooth=False,
        names=("x", "c"),
        lower=lambda x, c: where(equal(c, c), where(less_equal(x, c), c, x), c),
        doc="The larger of x and a plain number; slope 0 where they tie.",
    )
)
min_constant: Final[Primitive] = declare(
    Primitive(
        "min_constant",
        _minimum,
        lambda z, x, c: (above(c, x), above(x, c)),
        "min",
        2,
        smooth=False,
        names=("x", "c"),
        lower=lambda x, c: where(equal(c, c), where(less_equal(c, x), c, x), c),
        doc="The smaller of x and a plain number; slope 0 where they tie.",
    )
)
maximum: Final[Primitive] = declare(
    Primitive(
        "maximum",
        _maximum,
        _shares,
        "max",
        None,
        smooth=False,
        commutes=True,
        constant_form=max_constant,
        doc="The largest; a NaN wins. At a tie of k operands each has slope 1/k.",
    )
)
minimum: Final[Primitive] = declare(
    Primitive(
        "minimum",
        _minimum,
        _shares,
        "min",
        None,
        smooth=False,
        commutes=True,
        constant_form=min_constant,
        doc="The smallest; a NaN wins. At a tie of k operands each has slope 1/k.",
    )
)
# What rules subtract before they exponentiate: any constant would do, so its slope must not enter.
peak: Final[Primitive] = declare(
    Primitive(
        "peak",
        _maximum,
        flat,
        arity=None,
        smooth=False,
        commutes=True,
        doc="The largest, taken as a constant of slope 0.",
    )
)
# What transforms bind arguments to: a node of their own, so that nested derivatives never mix.
identity: Final[Primitive] = declare(Primitive("identity", lambda x: x, lambda z, x: 1.0, "id", doc="x."))
# The number alone: sweeps end here (graph.is_end), so that not even 0 * inf comes through.
stop_gradient: Final[Primitive] = declare(
    Primitive("stop_gradient", lambda x: x, flat, "stop", lower=identity, doc="x, taken as a constant.")
)
