"""The names of Python's own `math`, over numbers and Values alike: numbers in, number out.

Plain numbers follow IEEE 754 here, so that `log(0.0)` is -inf and nothing raises. Beyond `math` there are the
functions of statistics and of neural networks. Every primitive, also one declared later, is here by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import e, inf, nan, pi, tau
from typing import Any

from autograd import primitives
from autograd.primitive_type import PRIMITIVES, Primitive
from autograd.primitives import abs_ as fabs
from autograd.primitives import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    beta,
    cbrt,
    copysign,
    cos,
    cosh,
    cospi,
    degrees,
    digamma,
    elu,
    erf,
    erfc,
    erfcx,
    erfinv,
    exp,
    exp2,
    expm1,
    fma,
    fmod,
    gamma,
    hard_tanh,
    huber,
    hypot,
    lbeta,
    leaky_relu,
    lgamma,
    log1mexp,
    log1p,
    log2,
    log10,
    log_sigmoid,
    logaddexp,
    logit,
    mish,
    norm_cdf,
    norm_logcdf,
    norm_ppf,
    polygamma,
    radians,
    reciprocal,
    relu,
    remainder,
    selu,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    sinpi,
    smooth_abs,
    softplus,
    softsign,
    sqrt,
    square,
    tan,
    tanh,
    ulp,
    where,
    xlog1py,
    xlogy,
)
from autograd.primitives import power as pow

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "beta",
    "cbrt",
    "ceil",
    "clamp",
    "copysign",
    "cos",
    "cosh",
    "cospi",
    "degrees",
    "digamma",
    "dist",
    "dot",
    "e",
    "elu",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "fma",
    "fmod",
    "frexp",
    "fsum",
    "gamma",
    "gelu",
    "hard_tanh",
    "huber",
    "hypot",
    "inf",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "lbeta",
    "ldexp",
    "leaky_relu",
    "lgamma",
    "log",
    "log1mexp",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logit",
    "logsumexp",
    "maximum",
    "minimum",
    "mish",
    "modf",
    "nan",
    "nextafter",
    "norm_cdf",
    "norm_logcdf",
    "norm_ppf",
    "pi",
    "polygamma",
    "pow",
    "prod",
    "radians",
    "reciprocal",
    "relu",
    "remainder",
    "round",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "sinpi",
    "smooth_abs",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "sumprod",
    "tan",
    "tanh",
    "tau",
    "trunc",
    "ulp",
    "where",
    "xlog1py",
    "xlogy",
]


def __getattr__(name: str) -> Primitive:
    """A primitive that the names above do not show: a slope, or one declared by the user."""
    if name not in PRIMITIVES:
        raise AttributeError(f"autograd.math has no function {name!r}")
    return PRIMITIVES[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *PRIMITIVES})


def _all(name: str, xs: Iterable[Any]) -> tuple[Any, ...]:
    """The numbers as a tuple; TypeError where one number stands for several."""
    try:
        return tuple(xs)
    except TypeError:
        raise TypeError(
            f"{name} got {xs!r} of type {type(xs).__name__}: give one iterable of numbers"
        ) from None


# --- logarithms ---------------------------------------------------------------------------------------------


def log(x: Any, base: Any = None) -> Any:
    """The natural logarithm, or that to a base.

    >>> log(1.0), log(8.0, 2.0), log(0.0), log(-1.0)
    (0.0, 3.0, -inf, nan)
    """
    return primitives.log(x) if base is None else primitives.div(primitives.log(x), primitives.log(base))


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp(x1) + ... + exp(xn)), safe from overflow.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return primitives.logsumexp(*_all("logsumexp", xs))


def softmax(xs: Iterable[Any]) -> list[Any]:
    """exp(x) / (exp(x1) + ... + exp(xn)) of every x; equal infinities share alike.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    given = _all("softmax", xs)
    if not given:
        return []
    parts, total = primitives.softmax_parts(given)
    return [primitives.div(part, total) for part in parts]


def log_softmax(xs: Iterable[Any]) -> list[Any]:
    """x - logsumexp(xs) of every x, also where that cancels.

    >>> log_softmax([100.0, 0.0])
    [-3.720075976020836e-44, -100.0]
    """
    given = _all("log_softmax", xs)
    if not given:
        return []
    top = primitives.peak(*given)
    shifted = [primitives.shift(x, top) for x in given]
    total = primitives.logsumexp(*shifted)
    return [x - total for x in shifted]


# --- sums and products --------------------------------------------------------------------------------------


def _pairs(name: str, p: Iterable[Any], q: Iterable[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    first, second = _all(name, p), _all(name, q)
    if len(first) != len(second):
        raise ValueError(
            f"{name} got {len(first)} and {len(second)} numbers: give two sequences of one length"
        )
    return first, second


def dot(p: Iterable[Any], q: Iterable[Any]) -> Any:
    """The sum of the products of two sequences of one length, added left to right, as one operation.

    ValueError where the lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    first, second = _pairs("dot", p, q)
    return primitives.dot(*first, *second) if first else 0.0


def sumprod(p: Iterable[Any], q: Iterable[Any], /) -> Any:
    """The sum of the products of two sequences of one length, in three times the precision (CPython 3.12's).

    ValueError where the lengths differ.

    >>> sumprod([1e16, 1.0], [1.0, 0.5])
    1e+16
    """
    first, second = _pairs("sumprod", p, q)
    return primitives.sumprod(*first, *second) if first else 0.0


def dist(p: Iterable[Any], q: Iterable[Any], /) -> Any:
    """The Euclidean distance of two points; of slope 0 where they meet.

    ValueError where the lengths differ.

    >>> dist([0.0, 0.0], [3.0, 4.0])
    5.0
    """
    first, second = _pairs("dist", p, q)
    return primitives.dist(*first, *second)


def fsum(xs: Iterable[Any], /) -> Any:
    """The sum, exactly rounded.

    >>> fsum([0.1] * 10)
    1.0
    """
    return primitives.fsum(*_all("fsum", xs))


def prod(xs: Iterable[Any], /, *, start: Any = 1.0) -> Any:
    """The product of the numbers, multiplied left to right from the start.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    if isinstance(start, float | int) and start == 1.0:
        return primitives.prod(*_all("prod", xs))
    return primitives.prod(start, *_all("prod", xs))


# --- choosing -----------------------------------------------------------------------------------------------


def maximum(*xs: Any) -> Any:
    """The largest of two or more numbers, or of one iterable; a NaN wins.

    At a tie of k Values each has slope 1/k; a plain number takes no share.

    >>> maximum(1.0, 2.0), maximum([3.0, 1.0, 2.0])
    (2.0, 3.0)
    """
    return primitives.maximum(*_several("maximum", xs))


def minimum(*xs: Any) -> Any:
    """The smallest of two or more numbers, or of one iterable; slopes as for `maximum`.

    >>> minimum(1.0, 2.0), minimum([3.0, 1.0, 2.0])
    (1.0, 1.0)
    """
    return primitives.minimum(*_several("minimum", xs))


def _several(name: str, xs: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(xs) == 1:
        xs = _all(name, xs[0])
    if not xs:
        raise ValueError(f"{name} of no numbers: give at least one")
    return xs


def clamp(x: Any, low: Any, high: Any) -> Any:
    """The number kept between two bounds; the upper one where they cross.

    At a bound that is a plain number the slope is 0; x and a bound that is a Value share it there.

    >>> clamp(5.0, 0.0, 1.0)
    1.0
    """
    if _plain(low) and _plain(high):
        return primitives.clamp(x, low, high)
    return primitives.minimum(primitives.maximum(x, low), high)


def _plain(x: Any) -> bool:
    return not hasattr(type(x), "__primitive__")


# --- rounding and the parts of a float ----------------------------------------------------------------------


def _rounded(primitive: Primitive, x: Any) -> Any:
    """A plain number to an int, as Python's, where it is finite."""
    z = primitive(x)
    return int(z) if _plain(x) and z - z == 0.0 else z


def floor(x: Any, /) -> Any:
    """The largest integer not above x: an int of a plain number, a Value of slope 0 of a Value.

    >>> floor(-2.5), floor(inf)
    (-3, inf)
    """
    return _rounded(primitives.floor, x)


def ceil(x: Any, /) -> Any:
    """The smallest integer not below x: an int of a plain number, a Value of slope 0 of a Value.

    >>> ceil(-2.5)
    -2
    """
    return _rounded(primitives.ceil, x)


def trunc(x: Any, /) -> Any:
    """The integer part of x: an int of a plain number, a Value of slope 0 of a Value.

    >>> trunc(-2.5)
    -2
    """
    return _rounded(primitives.trunc, x)


def round(x: Any, /) -> Any:
    """The integer nearest to x, halves to even: an int of a plain number, a Value of slope 0 of a Value.

    >>> round(2.5)
    2
    """
    return _rounded(primitives.round_, x)


def modf(x: Any, /) -> tuple[Any, Any]:
    """The fractional part, of slope 1, and the integer part, of slope 0; both of the sign of x.

    >>> modf(-2.5)
    (-0.5, -2.0)
    """
    return primitives.fraction(x), primitives.trunc(x)


def frexp(x: Any, /) -> tuple[Any, int]:
    """m and i with x = m * 2**i, where m is 0 or 1/2 <= |m| < 1 and i is an int.

    >>> frexp(6.0)
    (0.75, 3)
    """
    import math

    exponent = math.frexp(x)[1]
    return primitives.ldexp(x, -exponent), exponent


def ldexp(x: Any, i: Any, /) -> Any:
    """x * 2**i, rounded once, for a whole number i.

    >>> ldexp(3.0, 2)
    12.0
    """
    return primitives.ldexp(x, max(-5000, min(5000, i)) if isinstance(i, int) else i)


def nextafter(x: Any, y: Any, /, *, steps: int | None = None) -> Any:
    """The float so many steps (one) after x on the way to y; of slope 1 in x.

    >>> nextafter(1.0, 2.0) == 1.0 + ulp(1.0), nextafter(0.0, 1.0, steps=2)
    (True, 1e-323)
    """
    if steps is None:
        return primitives.nextafter(x, y)
    if steps < 0:
        raise ValueError(f"nextafter got steps={steps}: give a non-negative integer")
    for _ in range(steps):
        before, x = x, primitives.nextafter(x, y)
        if before == x:
            break
    return x


# --- conditions ---------------------------------------------------------------------------------------------


def isnan(x: Any, /) -> Any:
    """Whether x is a NaN; of a value being traced, the recorded condition.

    >>> isnan(nan), isnan(inf)
    (True, False)
    """
    return _number(x) != x


def isinf(x: Any, /) -> Any:
    """Whether x is an infinity; of a value being traced, the recorded condition.

    >>> isinf(-inf), isinf(nan)
    (True, False)
    """
    return fabs(_number(x)) == inf


def isfinite(x: Any, /) -> Any:
    """Whether x is neither infinite nor a NaN; of a value being traced, the recorded condition.

    >>> isfinite(1.0), isfinite(nan)
    (True, False)
    """
    return fabs(_number(x)) < inf


def _number(x: Any) -> Any:
    """x as a number; TypeError for what is none."""
    return primitives.identity(x) if _plain(x) else x


def isclose(a: Any, b: Any, *, rel_tol: float = 1e-9, abs_tol: float = 0.0) -> Any:
    """Whether two numbers are close, as Python's; of values being traced, the recorded condition.

    ValueError where a tolerance is negative.

    >>> isclose(1.0, 1.0 + 1e-10), isclose(inf, inf), isclose(nan, nan)
    (True, True, False)
    """
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError(
            f"isclose got rel_tol={rel_tol!r}, abs_tol={abs_tol!r}: tolerances must be non-negative"
        )
    gap = fabs(_number(a) - _number(b))
    near = gap <= primitives.maximum(rel_tol * primitives.maximum(fabs(a), fabs(b)), abs_tol)
    finite = gap < inf
    same = _number(a) == b
    if all(isinstance(part, bool) for part in (near, finite, same)):
        return same or (near and finite)
    return where(same, 1.0, where(finite, near, 0.0))


# --- with options -------------------------------------------------------------------------------------------


def gelu(x: Any, approximate: bool = False) -> Any:
    """x * norm_cdf(x), or its tanh form (Hendrycks and Gimpel 2016).

    >>> round(1e6 * gelu(1.0)), round(1e6 * gelu(1.0, approximate=True))
    (841345, 841192)
    """
    return primitives.gelu_tanh(x) if approximate else primitives.gelu(x)
