"""Arguments looked at before the work begins: what is wrong, its value, and what to give instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd import Value
from nn.module import Module


def count(n: Any, name: str, least: int = 1) -> int:
    """A whole number of something: TypeError where it is none, ValueError where it is too small.

    >>> count(3, "nin")
    3
    """
    wanted = "a positive integer" if least == 1 else f"an integer from {least} up"
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{name} got {n!r} of type {type(n).__name__}: give {wanted}")
    size: int = n.__index__()
    if size < least:
        raise ValueError(f"{name} is {size}: give {wanted}")
    return size


def real(x: Any, name: str, wanted: str, good: Callable[[float], bool] = math.isfinite) -> float:
    """A plain number: TypeError where it is none, ValueError where it is not good.

    >>> real(1, "lr", "a finite number")
    1.0
    """
    if isinstance(x, bool | str | Value) or not hasattr(x, "__float__") or hasattr(x, "__len__"):
        raise TypeError(f"{name} got {x!r} of type {type(x).__name__}: give {wanted}")
    number = float(x)
    if not good(number):
        raise ValueError(f"{name} is {x!r}: give {wanted}")
    return number


def not_negative(x: Any, name: str) -> float:
    """A finite number from 0 up."""
    return real(x, name, "a finite number that is not negative", lambda n: math.isfinite(n) and n >= 0.0)


def model_of(model: Any, user: str) -> Module:
    """The model, if it is one; TypeError that says what to give else.

    >>> model_of(3, "fit")
    Traceback (most recent call last):
        ...
    TypeError: fit got 3 of type int as its model: give an nn.Module, such as nn.MLP(2, [8, 1])
    """
    if not isinstance(model, Module):
        kind = "a class" if isinstance(model, type) else f"{model!r} of type {type(model).__name__}"
        raise TypeError(f"{user} got {kind} as its model: give an nn.Module, such as nn.MLP(2, [8, 1])")
    return model


def function_of(function: Any, name: str, wanted: str) -> Any:
    """The function, if it can be called; TypeError that says what to give else."""
    if not callable(function):
        raise TypeError(f"{name} got {function!r} of type {type(function).__name__}: give {wanted}")
    return function
