"""Python called back by machine code: an exception waits, in its thread, until C has returned.

Compiled with the engine, as the way from C to the evaluation must not run bytecode: there Python would handle
signals, and C can't carry what a handler raises.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

from autograd.modes import THREAD


def guarded(evaluate: Callable[..., Any]) -> Callable[[Any, int], float]:
    """The evaluation for a pointer to its operands; after the first exception of a run, nothing but NaN."""

    def call(operands: Any, count: int) -> float:
        try:
            if getattr(THREAD, "failure", None) is None:
                return float(evaluate(*operands[:count]))
        except BaseException as problem:
            THREAD.failure = problem
        return nan

    return call


def raise_failure() -> None:
    """Raise what a callback of this thread raised since the last time."""
    failure = getattr(THREAD, "failure", None)
    if failure is not None:
        THREAD.failure = None
        raise failure
