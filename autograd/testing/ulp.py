"""Errors of functions in units of the last place, against mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.primitive_type import Primitive
from autograd.testing.exact import Exact, context, definitions, evaluate
from autograd.testing.program import named


def ulp_error(
    function: Callable[..., Any] | str, *xs: float, exact: Callable[..., Any] | None = None
) -> float:
    """How far the float result at x is from the exact one, in units of the last place of the exact one.

    `function` is a primitive, its name, or any function of floats. Exact is, by default, the function itself
    over 80 digits; `exact` gives another definition, `(mp, x, ...) -> mpf`. NaN and infinities that agree
    have error 0, those that disagree an infinite one. MissingExtraError without mpmath.

    >>> ulp_error("exp", 1.0) <= 1.0
    True
    >>> import math
    >>> ulp_error(lambda x: math.exp(x) - 1.0, 1e-9, exact=lambda mp, x: mp.expm1(x)) > 1e7
    True
    """
    f: Callable[..., Any] = named(function) if isinstance(function, str) else function
    mp = context()
    given = [mp.mpf(x) for x in xs]
    if exact is not None:
        true = evaluate(exact, given)
    elif isinstance(f, Primitive) and f.name in definitions():
        true = evaluate(definitions()[f.name], given)
    else:
        result = f(*[Exact(x) for x in given])
        true = result.number if isinstance(result, Exact) else mp.mpf(float(result))
    return _distance(float(f(*xs)), true)


def _distance(computed: float, true: Any) -> float:
    mp = context()
    if mp.isnan(true) or math.isnan(computed):
        return 0.0 if mp.isnan(true) and math.isnan(computed) else math.inf
    nearest = float(true)
    if math.isinf(nearest) or math.isinf(computed):
        largest = abs(true) < mp.mpf(2) ** 1024 and abs(computed) > 1e308  # beside the end of the range
        return 0.0 if nearest == computed else 1.0 if largest else math.inf
    return float(abs(mp.mpf(computed) - true) / mp.mpf(math.ulp(nearest)))
