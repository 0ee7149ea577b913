"""The names of Python's own `math`, over numbers and Values alike: numbers in, number out.

Plain numbers follow IEEE 754 here, so that `log(0.0)` is -inf and nothing raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import e, inf, nan, pi, tau  # noqa: F401 - names of this module
from typing import Any

from autograd import primitives
from autograd.primitive_type import PRIMITIVES, Primitive


def __getattr__(name: str) -> Primitive:
    """A primitive declared after this module was imported."""
    if name not in PRIMITIVES:
        raise AttributeError(f"autograd.math has no function {name!r}")
    return PRIMITIVES[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *PRIMITIVES})


def _pairs(name: str, p: Iterable[Any], q: Iterable[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    first, second = tuple(p), tuple(q)
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


def sumprod(p: Iterable[Any], q: Iterable[Any]) -> Any:
    """The sum of the products of two sequences of one length, rounded once (as CPython 3.12's).

    ValueError where the lengths differ.

    >>> sumprod([1e16, 1.0], [1.0, 0.5])
    1e+16
    """
    first, second = _pairs("sumprod", p, q)
    return primitives.sumprod(*first, *second) if first else 0.0


def fsum(xs: Iterable[Any]) -> Any:
    """The sum, exactly rounded.

    >>> fsum([0.1] * 10)
    1.0
    """
    return primitives.fsum(*xs)


def prod(xs: Iterable[Any], *, start: Any = 1.0) -> Any:
    """The product of the numbers, multiplied left to right from the start.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    given = tuple(xs)
    return primitives.prod(*given) if start == 1.0 else primitives.prod(start, *given)


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp(x1) + ... + exp(xn)), safe from overflow.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return primitives.logsumexp(*xs)


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
        xs = tuple(xs[0])
    if not xs:
        raise ValueError(f"{name} of no numbers: give at least one")
    return xs


def clamp(x: Any, low: Any, high: Any) -> Any:
    """The number, kept between two bounds; slope 0 at a bound that is a number.

    >>> clamp(5.0, 0.0, 1.0)
    1.0
    """
    return minimum(maximum(x, low), high)


fabs = PRIMITIVES["abs"]

# Every primitive that the functions above do not wrap is here under its own name.
globals().update({name: primitive for name, primitive in PRIMITIVES.items() if name not in globals()})
__all__ = [
    name for name in __dir__() if not name.startswith("_") and name not in {"annotations", "primitives"}
]
