"""`Exact`: a number of 80 decimal digits that runs through every primitive whose mathematics is known here.

mpmath computes; the primitives' own evaluation and rules are never asked, so that Exact can referee them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from autograd.errors import MissingExtraError
from autograd.primitive_type import Primitive
from autograd.testing.numbers import Numeric, stand_in

PRECISION = 270  # bits: second differences with steps of 2**-80 keep a hundred
DEFINITIONS: dict[str, Callable[..., Any]] = {}


@cache
def context() -> Any:
    """mpmath at this module's precision, apart from the users' context; MissingExtraError without it."""
    try:
        from mpmath.ctx_mp import MPContext
    except ImportError:
        raise MissingExtraError("mpmath", "testing") from None
    mp = MPContext()
    mp.prec = PRECISION
    return mp


def precise(numbers: Iterable[float]) -> Any:
    """A context in which large numbers keep as many digits behind the point as small ones."""
    exponent = max([math.frexp(x)[1] for x in numbers], default=0)
    return context().workprec(PRECISION + max(exponent, 0))


def spacing(size: float, x: float) -> Any:
    """A step of that size, in proportion to x where x is small: not where it is large, for periods' sake."""
    return context().ldexp(size, min(math.frexp(x)[1], 0))


def rounding(at: Any, numbers: Iterable[float]) -> Any:
    """What is rounded away where intermediate results are up to a million times the largest number."""
    mp = context()
    return (1 + abs(at) + max([abs(x) for x in numbers], default=0.0)) * mp.ldexp(1, 20 - mp.prec)


class Exact(Numeric):
    """A number of 80 digits. It refuses to become a float, so that nothing is rounded unseen.

    >>> from autograd.primitives import exp
    >>> x = exp(Exact(1.0))
    >>> str(x.number)[:22]
    '2.71828182845904523536'
    """

    def __init__(self, number: Any) -> None:
        self.number = context().mpf(number)

    def __repr__(self) -> str:
        return f"Exact({context().nstr(self.number, 20)})"

    def compared(self) -> Any:
        """The number."""
        return self.number

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        definition = definitions().get(primitive.name)
        operands = stand_in(primitive, operands)
        if definition is None:
            if primitive.lower is None:
                raise NotImplementedError(
                    f"the exact value of {primitive.name!r} is not known here: "
                    f"add autograd.testing.exact.DEFINITIONS[{primitive.name!r}] = (mp, x, ...) -> mpf"
                )
            return primitive.lower(*operands)
        mp = context()
        numbers = [x.number if isinstance(x, Exact) else mp.mpf(float(x)) for x in operands]
        return Exact(evaluate(definition, numbers))


def evaluate(definition: Callable[..., Any], numbers: list[Any]) -> Any:
    """The definition over mpf numbers; NaN where mpmath raises or leaves the real numbers."""
    mp = context()
    if any(mp.isnan(x) for x in numbers):
        return mp.nan
    try:
        z = mp.convert(definition(mp, *numbers))
    except ZeroDivisionError:
        return mp.nan
    except (ValueError, ArithmeticError, mp.NoConvergence):
        return mp.nan
    return mp.nan if isinstance(z, mp.mpc) else z


def _real(name: str) -> Callable[..., Any]:
    return lambda mp, *xs: getattr(mp, name)(*xs)


def _sum_products(mp: Any, *xs: Any) -> Any:
    n = len(xs) // 2
    return mp.fsum([p * q for p, q in zip(xs[:n], xs[n:], strict=True)])


def _distance(mp: Any, *xs: Any) -> Any:
    n = len(xs) // 2
    return mp.sqrt(mp.fsum([(p - q) ** 2 for p, q in zip(xs[:n], xs[n:], strict=True)]))


def _power(mp: Any, x: Any, y: Any) -> Any:
    if x == 0:
        return mp.mpf(1) if y == 0 else mp.mpf(0) if y > 0 else mp.inf
    return mp.power(x, y)


def _atan2(mp: Any, y: Any, x: Any) -> Any:
    return mp.mpf(0) if x == 0 and y == 0 else mp.atan2(y, x)


def _copysign(mp: Any, x: Any, y: Any) -> Any:
    return abs(x) if y >= 0 else -abs(x)


def _trunc(mp: Any, x: Any) -> Any:
    return mp.floor(x) if x >= 0 else mp.ceil(x)


def _log1mexp(mp: Any, x: Any) -> Any:
    return mp.log(-mp.expm1(x))


def _gelu_tanh(mp: Any, x: Any) -> Any:
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)))


def _norm_cdf(mp: Any, x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def _probit(mp: Any, p: Any) -> Any:
    if not 0 < p < 1:
        return mp.ninf if p == 0 else mp.inf if p == 1 else mp.nan
    if p > mp.mpf("0.01"):
        return mp.sqrt(2) * mp.erfinv(2 * p - 1)
    guess = -mp.sqrt(-2 * mp.log(p))
    return mp.findroot(lambda x: mp.log(_norm_cdf(mp, x)) - mp.log(p), guess)


def _selu(mp: Any, x: Any) -> Any:
    scale, alpha = mp.mpf(1.0507009873554804934193349852946), mp.mpf(1.6732632423543772848170429916717)
    return scale * x if x > 0 else scale * alpha * mp.expm1(x)


def _huber(mp: Any, x: Any, delta: Any) -> Any:
    return x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2)


def _within(mp: Any, x: Any, low: Any, high: Any) -> Any:
    return x if low <= x <= high else mp.nan


SIMPLE: dict[str, Callable[..., Any]] = {
    "above": lambda mp, x, y: int(x > y),
    "less": lambda mp, x, y: int(x < y),
    "less_equal": lambda mp, x, y: int(x <= y),
    "equal": lambda mp, x, y: int(x == y),
    "where": lambda mp, c, a, b: a if c else b,
    "within": _within,
    "identity": lambda mp, x: x,
    "taken": lambda mp, condition: int(condition != 0),
    "not_taken": lambda mp, condition: int(condition == 0),
    "add": lambda mp, x, y: x + y,
    "sub": lambda mp, x, y: x - y,
    "mul": lambda mp, x, y: x * y,
    "div": lambda mp, x, y: x / y,
    "neg": lambda mp, x: -x,
    "abs": lambda mp, x: abs(x),
    "pow": _power,
    "floordiv": lambda mp, x, y: mp.floor(x / y),
    "mod": lambda mp, x, y: x - y * mp.floor(x / y),
    "fmod": lambda mp, x, y: x - y * _trunc(mp, x / y),
    "remainder": lambda mp, x, y: x - y * mp.nint(x / y),
    "floor": _real("floor"),
    "ceil": _real("ceil"),
    "round": _real("nint"),
    "rint": _real("nint"),
    "trunc": _trunc,
    "copysign": _copysign,
    "square": lambda mp, x: x * x,
    "reciprocal": lambda mp, x: 1 / x,
    "fma": lambda mp, x, y, z: x * y + z,
    "exp2": lambda mp, x: mp.mpf(2) ** x,
    "log1p": lambda mp, x: mp.log1p(x),
    "log2": lambda mp, x: mp.log(x, 2),
    "log1mexp": _log1mexp,
    "hypot": lambda mp, *xs: mp.sqrt(mp.fsum([x * x for x in xs])),
    "norm": lambda mp, *xs: mp.sqrt(mp.fsum([x * x for x in xs])),
    "dist": _distance,
    "atan2": _atan2,
    "degrees": _real("degrees"),
    "radians": _real("radians"),
    "max_constant": lambda mp, *xs: max(xs),
    "min_constant": lambda mp, *xs: min(xs),
    "maximum": lambda mp, *xs: max(xs),
    "minimum": lambda mp, *xs: min(xs),
    "fsum": lambda mp, *xs: mp.fsum(xs),
    "prod": lambda mp, *xs: mp.fprod(xs),
    "dot": _sum_products,
    "sumprod": _sum_products,
    "logsumexp": lambda mp, *xs: max(xs) + mp.log(mp.fsum([mp.exp(x - max(xs)) for x in xs])),
    "logaddexp": lambda mp, x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
    "sinc": lambda mp, x: mp.sincpi(x),
    "sigmoid": lambda mp, x: 1 / (1 + mp.exp(-x)),
    "logsigmoid": lambda mp, x: -mp.log1p(mp.exp(-x)),
    "log_sigmoid": lambda mp, x: -mp.log1p(mp.exp(-x)),
    "softplus": lambda mp, x: max(x, 0) + mp.log1p(mp.exp(-abs(x))),
    "softsign": lambda mp, x: x / (1 + abs(x)),
    "silu": lambda mp, x: x / (1 + mp.exp(-x)),
    "swish": lambda mp, x: x / (1 + mp.exp(-x)),
    "mish": lambda mp, x: x * mp.tanh(mp.log1p(mp.exp(x))),
    "gelu": lambda mp, x: x * _norm_cdf(mp, x),
    "gelu_tanh": _gelu_tanh,
    "relu": lambda mp, x: max(x, 0),
    "relu6": lambda mp, x: min(max(x, 0), 6),
    "leaky_relu": lambda mp, x, slope: x if x > 0 else slope * x,
    "elu": lambda mp, x, alpha=1: x if x > 0 else alpha * mp.expm1(x),
    "selu": _selu,
    "huber": _huber,
    "smooth_abs": lambda mp, x, eps: mp.sqrt(x * x + eps * eps) - abs(eps),
    "logit": lambda mp, x: mp.log(x) - mp.log1p(-x),
    "erfcx": lambda mp, x: mp.exp(x * x) * mp.erfc(x),
    "norm_pdf": lambda mp, x, factor=1: factor * mp.npdf(x),
    "norm_cdf": _norm_cdf,
    "norm_logcdf": lambda mp, x: mp.log(_norm_cdf(mp, x)),
    "norm_logpdf": lambda mp, x: -x * x / 2 - mp.log(2 * mp.pi) / 2,
    "norm_ppf": _probit,
    "erfcinv": lambda mp, x: -_probit(mp, x / 2) / mp.sqrt(2),
    "lgamma": lambda mp, x: mp.log(abs(mp.gamma(x))) if x < 0 else mp.loggamma(x),
    "beta": _real("beta"),
    "lbeta": lambda mp, x, y: sum([s * mp.log(abs(mp.gamma(t))) for s, t in ((1, x), (1, y), (-1, x + y))]),
    "digamma": _real("digamma"),
    "polygamma": lambda mp, n, x: mp.polygamma(int(n), x),
    "xlogy": lambda mp, x, y: mp.mpf(0) if x == 0 else x * mp.log(y),
    "xlog1py": lambda mp, x, y: mp.mpf(0) if x == 0 else x * mp.log1p(y),
}

SAME_NAME = [
    "sign",
    "exp",
    "expm1",
    "log",
    "log10",
    "sqrt",
    "cbrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "erfinv",
    "gamma",
]


@cache
def _builtin() -> dict[str, Callable[..., Any]]:
    table = {**{name: _real(name) for name in SAME_NAME}, **SIMPLE}
    table["cbrt"] = lambda mp, x: mp.sign(x) * mp.root(abs(x), 3)
    return table


def definitions() -> dict[str, Callable[..., Any]]:
    """What each primitive means, by name: functions `(mp, x, ...) -> mpf`, the users' own among them."""
    return {**_builtin(), **DEFINITIONS} if DEFINITIONS else _builtin()
