"""What neurons are fed: as many numbers as they take, or an error that says what came instead."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from autograd import Value


def inputs(x: Any, expected: int, place: str) -> Sequence[Any]:
    """What is fed to neurons as a sequence of the right length; a lone number is a sequence of one.

    ValueError where the length is wrong, TypeError for what is no sequence of numbers.
    """
    if isinstance(x, Value | float | int):
        given: Sequence[Any] = (x,)
    elif isinstance(x, list | tuple):
        given = x
    else:
        given = _listed(x, expected, place)
    if len(given) != expected:
        if any(isinstance(row, list | tuple) for row in given):
            numbers(given, place)
        raise ValueError(f"{place} expects {expected} inputs, {len(given)} given")
    return given


def _listed(x: Any, expected: int, place: str) -> Sequence[Any]:
    found = None
    if not isinstance(x, str | bytes | bytearray | dict | set | frozenset):
        with suppress(TypeError):
            found = x.tolist() if hasattr(x, "tolist") else list(x)
    if found is None:
        raise TypeError(
            f"{place} got {x!r} of type {type(x).__name__}: give a sequence of {expected} numbers"
        )
    return found if isinstance(found, list) else (found,)


def numbers(given: Sequence[Any], place: str) -> None:
    """TypeError that names the first of the inputs which is no number, if there is one."""
    for i, part in enumerate(given):
        if isinstance(part, list | tuple):
            raise TypeError(
                f"{place} got {part!r} as input {i}: give the numbers of one sample; "
                "nn.predict(model, X) takes a table of them"
            ) from None
        if hasattr(type(part), "__primitive__"):
            continue
        try:
            Value(part)
        except TypeError:
            raise TypeError(
                f"{place} got {part!r} of type {type(part).__name__} as input {i}: give numbers or Values"
            ) from None
