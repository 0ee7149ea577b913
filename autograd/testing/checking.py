"""gradcheck: derivatives held against references, within a bound that is derived, not guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.testing.check import Check, Kinks
from autograd.testing.reference import Kind, require
from autograd.testing.second import check_second


def gradcheck(
    f: Callable[..., Any],
    args: Any,
    *,
    order: int = 1,
    modes: str | Sequence[str] = ("reverse", "forward"),
    atol: float = 0.0,
    rtol: float = 0.0,
    kinks: Kinks = "skip",
    seed: int = 0,
    gradient: Callable[..., Any] | None = None,
    reference: Kind = "auto",
) -> int:
    """Check the derivatives of f at the arguments; the number of derivatives that were compared.

    `args` is a tuple of arguments, nested as you like (lists, dictionaries, arrays), or one argument. Every
    output is checked for every input. The reference is f itself: in 80 digits where f runs on them (with
    mpmath), else by extrapolated differences. A derivative may differ from it by the reference's own error
    and what the numbers round away along the graph; `atol` and `rtol` widen that bound.

    `gradient`: a function of the same arguments whose result, in their structure, is checked instead of this
    library's derivative: of another framework, or written by hand. `order=2` checks derivatives of
    derivatives too, at directions drawn with `seed` where there are many inputs. Points on a kink are
    skipped, or must give a derivative between the one-sided ones ("subgradient"), or are errors ("error").

    Raises GradcheckError, which names the input, both derivatives, their difference and the bound, and the
    first wrong operation.

    >>> import autograd.math as am
    >>> gradcheck(lambda x, y: am.sin(x) * y, (0.5, 2.0))
    4
    >>> gradcheck(lambda x: x**3, 2.0, gradient=lambda x: 2 * x**2)
    Traceback (most recent call last):
    ...
    autograd.errors.GradcheckError: d output / d args[0]: the gradient given is 8.0, but the exact ...
    """
    modes = (modes,) if isinstance(modes, str) else tuple(dict.fromkeys(modes or ()))
    _options(f, order, modes, atol, rtol, kinks, gradient)
    if type(args) is not tuple:
        args = (args,)
    check = Check(f, args, kind=require(reference), ours=gradient is None, atol=atol, rtol=rtol, kinks=kinks)
    if gradient is not None:
        return check.rows("the gradient given", check.given(gradient))
    compared = 0
    for mode in modes:
        compared += check.rows(f"{mode} mode", check.derivatives(mode))
    if order == 2:
        compared += check_second(check, seed, modes)
    return compared


def _options(
    f: Any, order: int, modes: tuple[str, ...], atol: float, rtol: float, kinks: Kinks, gradient: Any
) -> None:
    if not callable(f):
        raise TypeError(f"f got {f!r}: give a function")
    if gradient is not None and not callable(gradient):
        raise TypeError(f"gradient got {gradient!r}: give a function of the same arguments as f")
    if order not in (1, 2):
        raise ValueError(f"order got {order!r}: give 1 or 2")
    if kinks not in ("skip", "subgradient", "error"):
        raise ValueError(f"kinks got {kinks!r}: give 'skip', 'subgradient' or 'error'")
    if not modes or set(modes) - {"reverse", "forward"}:
        raise ValueError(f"modes got {modes!r}: give 'reverse', 'forward' or both")
    if gradient is not None and order == 2:
        raise ValueError("order=2 needs f alone: a gradient from elsewhere can only be checked at order 1")
    for name, tolerance in (("atol", atol), ("rtol", rtol)):
        if not isinstance(tolerance, int | float) or not 0.0 <= tolerance < math.inf:
            raise ValueError(f"{name} got {tolerance!r}: give a finite number, 0 or above")
