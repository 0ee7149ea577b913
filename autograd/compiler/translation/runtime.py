"""What CPython does in C, in the subset of Python that `translate` understands: it is read, never run.

(Tests run it beside CPython's own.)
"""

from __future__ import annotations

import math
from typing import Final

from autograd.special.rounding import floor, fmod
from autograd.special.summation import two_product, two_sum

# Partial sums that don't overlap are no more than there are bits from the largest to the smallest float.
MOST: Final = 2100


def mod(x: float, y: float) -> float:
    """x % y, for y other than 0."""
    rest = fmod(x, y)
    if rest == 0.0:
        return math.copysign(0.0, y)
    return rest + y if (rest < 0.0) != (y < 0.0) else rest


def floordiv(x: float, y: float) -> float:
    """x // y, for y other than 0."""
    rest = fmod(x, y)
    whole = (x - rest) / y
    if rest != 0.0 and (rest < 0.0) != (y < 0.0):
        whole -= 1.0
    if whole == 0.0:
        return math.copysign(0.0, x / y)
    below = floor(whole)
    return below + 1.0 if whole - below > 0.5 else below


def fsum(values: list[float]) -> float:
    """The sum, exactly rounded (Shewchuk, "Adaptive precision floating-point arithmetic", 1997)."""
    partials = [0.0] * min(len(values) + 1, MOST)
    count = 0
    plain = 0.0
    for value in values:
        count = _grown(partials, count, value)
        if not math.isfinite(value):
            plain += value
    total = _rounded(partials, count)
    if plain != 0.0:
        return plain
    return total if math.isfinite(total) else _balanced_sum(values)


def _grown(partials: list[float], count: int, value: float) -> int:
    """Add a value to partial sums that don't overlap, the largest last; how many they are now."""
    high = value
    kept = 0
    for j in range(count):
        high, low = two_sum(high, partials[j])
        if low != 0.0:
            partials[kept] = low
            kept += 1
    if high != 0.0:
        partials[kept] = high
        kept += 1
    return kept


def _balanced_sum(values: list[float]) -> float:
    """Where a partial sum overflowed: the same in an order in which values of both signs take turns."""
    partials = [0.0] * min(len(values) + 1, MOST)
    count = 0
    above = 0
    below = 0
    for _ in range(len(values)):
        while above < len(values) and not values[above] > 0.0:
            above += 1
        while below < len(values) and not values[below] < 0.0:
            below += 1
        positive = count == 0 or partials[count - 1] > 0.0
        if below < len(values) and (positive or above == len(values)):
            count = _grown(partials, count, values[below])
            below += 1
        elif above < len(values):
            count = _grown(partials, count, values[above])
            above += 1
    total = _rounded(partials, count)
    if math.isfinite(total):
        return total
    # The sum itself is near the end of the range, and small summands are far from it.
    count = 0
    for value in values:
        count = _grown(partials, count, value * 5.421010862427522e-20)
    return _rounded(partials, count) * 18446744073709551616.0


def _rounded(partials: list[float], count: int) -> float:
    """The sum of partial sums of rising size, rounded once."""
    if count == 0:
        return 0.0
    k = count - 1
    high = partials[k]
    low = 0.0
    while k > 0 and low == 0.0:
        k -= 1
        total = high + partials[k]
        low = partials[k] - (total - high)
        high = total
    if k > 0 and low != 0.0 and (low < 0.0) == (partials[k - 1] < 0.0) and partials[k - 1] != 0.0:
        # Midway between two floats: what lies below decides.
        twice = 2.0 * low
        other = high + twice
        if twice == other - high:
            high = other
    return high


def norm(values: list[float]) -> float:
    """The Euclidean length: squares summed in twice the precision, and the root corrected."""
    largest = 0.0
    found_nan = 0.0
    for value in values:
        size = math.fabs(value)
        if size > largest:
            largest = size
        if size != size:
            found_nan = 1.0
    if largest == math.inf:
        return math.inf
    if found_nan != 0.0:
        return math.nan
    if largest == 0.0 or len(values) == 1:
        return largest
    if largest > 1e150:
        return _length(values, 2.409919865102884e-181)
    return _length(values, 4.149515568880993e180 if largest < 1e-120 else 1.0)


def _length(values: list[float], factor: float) -> float:
    """The length, its squares scaled by a power of two away from overflow and underflow."""
    total = low = 0.0
    for value in values:
        scaled = value * factor
        square, lost = two_product(scaled, scaled)
        total, lost_too = two_sum(total, square)
        low += lost + lost_too
    root = math.sqrt(total + low)
    square, lost = two_product(root, root)
    rest, lost_too = two_sum(total, -square)
    return (root + (rest + (low + lost_too - lost)) / (2.0 * root)) / factor


def hypot(x: float, y: float) -> float:
    """The length of two coordinates, as `norm`."""
    a, b = math.fabs(x), math.fabs(y)
    largest = a if a > b else b
    if math.inf in (a, b):
        return math.inf
    if largest == 0.0:
        return a + b
    factor = 1.0
    if largest > 1e150:
        factor = 2.409919865102884e-181
    elif largest < 1e-120:
        factor = 4.149515568880993e180
    total, low = two_product(a * factor, a * factor)
    square, lost = two_product(b * factor, b * factor)
    total, lost_too = two_sum(total, square)
    low += lost + lost_too
    root = math.sqrt(total + low)
    square, lost = two_product(root, root)
    rest, lost_too = two_sum(total, -square)
    return (root + (rest + (low + lost_too - lost)) / (2.0 * root)) / factor


def dist(xs: list[float], ys: list[float]) -> float:
    """The Euclidean distance."""
    return norm([x - y for x, y in zip(xs, ys, strict=True)])
