"""How precise the values of a function are: by their type, by their scatter, by the grid they stand on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

UNIT = 2.0**-53
BITS = {"bfloat16": 8, "float16": 11, "float32": 24, "float8_e4m3": 4, "float8_e5m2": 3}


def unit_of(number: Any) -> float:
    """The unit roundoff of a number or array by its type: of NumPy, JAX or PyTorch, else of a float.

    >>> import numpy as np
    >>> unit_of(np.float32(1.0)) == 2.0**-24, unit_of(1.0) == 2.0**-53
    (True, True)
    """
    dtype = getattr(number, "dtype", None)
    name = "" if dtype is None else str(dtype).removeprefix("torch.")
    return max([2.0**-bits for known, bits in BITS.items() if name.startswith(known)], default=UNIT)


def rounded(x: float, unit: float) -> float:
    """The nearest number of that precision.

    >>> rounded(0.1, 2.0**-24)
    0.10000000149011612
    """
    if unit == UNIT or not math.isfinite(x):
        return x
    mantissa, exponent = math.frexp(x)
    return math.ldexp(round(mantissa / unit) * unit, exponent)


def scatter(call: Callable[[float], float], x: float, size: float, unit: float = UNIT) -> float:
    """The noise of a function's values around x: the least at three spacings, since what shrinks with the
    spacing is no noise.
    """
    if size < 1e-250:
        return 0.0
    least = math.inf
    for power in (0.5, 0.75, 0.92):
        # Two spacings, lest one meets the grid of an operation inside by accident.
        first, second = [_spread(call, x, size * unit**power * factor) for factor in (1.0, 1.618)]
        found, largest = max(first[0], second[0]), max(first[1], second[1])
        if (
            min(first[2], second[2]) > 3 or least == math.inf
        ):  # else the spacing is below that of an operation
            least = min(least, found)
        if least <= 16.0 * unit * largest:
            break
    return least


def _spread(call: Callable[[float], float], x: float, spacing: float) -> tuple[float, float, int]:
    """The scatter of values from their grid and from their fourth to sixth differences (Moré and Wild 2011),
    the largest value, and how many are different.
    """
    spacing *= 1.3819660112501052  # no round number, or grids stay unseen
    row = [call(x + i * spacing) for i in range(-3, 4)]
    largest, different = max([abs(y) for y in row]), len(set(row))
    if not math.isfinite(sum(row)):
        return 0.0, 0.0, 0
    found = _binary_grid(row)
    for order in range(1, 7):
        row = [b - a for a, b in pairwise(row)]
        if order >= 4:
            spread = math.hypot(*row) / math.sqrt(len(row))
            found = max(found, spread * math.factorial(order) / math.sqrt(math.factorial(2 * order)))
    return 4.0 * found, largest, different


def _binary_grid(values: list[float]) -> float:
    """A quarter of the largest power of two of which all values are multiples; 0 where they are all equal."""
    if min(values) == max(values):
        return 0.0
    steps = []
    for y in values:
        if y != 0.0:
            mantissa, exponent = math.frexp(y)
            whole = int(mantissa * 2.0**53)
            steps.append(math.ldexp(whole & -whole, exponent - 53))
    return 0.25 * min(steps, default=0.0)


def common_step(at: float, pairs: Iterable[tuple[float, float]], least: float) -> float:
    """The step of a staircase: what all rises from `at` are multiples of, where the function is flat at `at`.

    0 where it is not flat around, where it leaves the flat on one side alone, or where the rises have no
    common measure above `least`.
    """
    rises = [(abs(up - at), abs(down - at)) for up, down in pairs]
    seen = [(a, b) for a, b in rises if math.isfinite(a) and math.isfinite(b)]
    if not any(a == b == 0.0 for a, b in seen):
        return 0.0
    if not any(a > 0.0 for a, _ in seen) or not any(b > 0.0 for _, b in seen):
        return 0.0
    step = 0.0
    for rise in sorted([rise for pair in seen for rise in pair if rise > 0.0]):
        step = _measure(rise, step, least)
        if step == 0.0:
            break
    return step


def _measure(a: float, b: float, least: float) -> float:
    """The largest number above `least` of which both are multiples, but for rounding, or 0: Euclid's."""
    big, small = max(a, b), min(a, b)
    while small > least:
        rest = math.fmod(big, small)
        if min(rest, small - rest) < 1e-3 * small:
            return big / round(big / small)
        big, small = small, rest
    return big if small == 0.0 else 0.0
