"""Derivatives from function values alone: extrapolated differences that tell how far they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

Function = Callable[[float], float]
UNIT = 2.0**-53
STEPS = 26
COLUMNS = 6
SAFETY = 4.0


class Difference(NamedTuple):
    """The two-sided derivative and the one-sided ones, each with its error."""

    value: float
    error: float
    left: float
    left_error: float
    right: float
    right_error: float

    @property
    def kink(self) -> bool:
        """Whether the one-sided derivatives differ by more than their errors."""
        return abs(self.right - self.left) > self.left_error + self.right_error


def numerical_derivative(f: Function, x: float, *, noise: float | None = None) -> tuple[float, float]:
    """The derivative of a function of one number by differences, and a bound of its error.

    Steps start at an eighth of the magnitude of x and of 1, halve, and are extrapolated to order 12; the
    estimate with the smallest sum of truncation and rounding error wins. `noise` is the absolute error of
    f's values, estimated from f where it isn't given. At a kink the error covers both one-sided derivatives;
    where nothing converges it is infinite.

    >>> import math
    >>> value, error = numerical_derivative(math.exp, 1.0)
    >>> abs(value - math.e) <= error <= 1e-9
    True
    """
    found = difference(f, float(x), noise=noise)
    error = found.error
    if found.kink:
        error = max(error, abs(found.right - found.value), abs(found.left - found.value))
    return found.value, error


def difference(f: Function, x: float, *, noise: float | None = None) -> Difference:
    """The derivative at x from both sides and from each side."""
    at = _call(f, x)
    if not math.isfinite(at):
        return Difference(math.nan, math.inf, math.nan, math.inf, math.nan, math.inf)
    size = 2.0 ** math.frexp(x)[1] if x != 0.0 else 1.0
    given = noise
    if noise is None:
        noise = _noise(f, x, size)
    noise = max(noise, UNIT * abs(at), 5e-324)
    starts = [max(size, 2.0**-1000) / 8.0]
    if size < 2.0**-6:  # the function's own scale may be another than that of x
        starts.append(0.125)
    best = _ladder(f, x, at, noise, given is not None, starts[0])
    for start in starts[1:]:
        other = _ladder(f, x, at, noise, given is not None, start)
        best = _better(best, other)
    return best


def _better(a: Difference, b: Difference) -> Difference:
    """The one that knows more, two-sided derivatives first; neither where they contradict each other."""
    best = min(a, b, key=lambda d: (d.error, min(d.left_error, d.right_error)))
    apart = abs(a.value - b.value)
    return best._replace(error=apart) if math.inf > apart > a.error + b.error else best


def _call(f: Function, x: float) -> float:
    try:
        return float(f(x))
    except (ArithmeticError, ValueError):  # beyond the domain of a function that raises
        return math.nan


def _noise(f: Function, x: float, size: float) -> float:
    """The scatter of f's values around x, from their grid and from
    their fourth to sixth differences (Moré and Wild 2011)."""
    spacing = size * 1.3819660112501052 * 2.0**-26  # no round number, or grids of f stay unseen
    row = [_call(f, x + i * spacing) for i in range(-3, 4)]
    scatter = _grid(row)
    if not all([math.isfinite(y) for y in row]):
        return 0.0
    for order in range(1, 7):
        row = [b - a for a, b in pairwise(row)]
        if order >= 4:
            spread = math.hypot(*row) / math.sqrt(len(row))
            scatter = max(scatter, spread * math.factorial(order) / math.sqrt(math.factorial(2 * order)))
    return 4.0 * scatter


def _grid(values: list[float]) -> float:
    """The largest power of two of which all values are multiples; 0 where they are all equal."""
    if min(values) == max(values):
        return 0.0
    steps = []
    for y in values:
        if y != 0.0 and math.isfinite(y):
            mantissa, exponent = math.frexp(y)
            whole = int(mantissa * 2.0**53)
            steps.append(math.ldexp(whole & -whole, exponent - 53))
    return 0.25 * min(steps, default=0.0)


def _ladder(f: Function, x: float, at: float, noise: float, trusted: bool, step: float) -> Difference:
    central, left, right = _Tableau(2), _Tableau(1), _Tableau(1)
    small = step * 2.0**-14
    for _ in range(STEPS):
        high, low = x + step, x - step
        up, down = _call(f, high), _call(f, low)
        error = noise if trusted else max(noise, UNIT * abs(up), UNIT * abs(down))
        slope = max(abs(up - at), abs(down - at)) / step
        if not math.isfinite(slope):
            slope = 0.0
        error = (2.0 * error + 2.0 * UNIT * abs(x) * slope) / step
        central.add((up - down) / (high - low), error)
        left.add((at - down) / (x - low) if x != low else math.nan, 2.0 * error)
        right.add((up - at) / (high - x) if x != high else math.nan, 2.0 * error)
        if error > central.error and 2.0 * error > max(left.error, right.error):
            break
        step *= 0.5
    # Large steps may agree by accident, where the function has plateaus: a small one must not contradict.
    high, low = x + small, x - small
    gap = abs((_call(f, high) - _call(f, low)) / (high - low) - central.value) if high != low else 0.0
    if not gap <= central.error + 4.0 * (noise + UNIT * abs(x * central.value)) / small:
        central.error = max(central.error, 2.0 * gap) if math.isfinite(gap) else math.inf
    return Difference(central.value, central.error, left.value, left.error, right.value, right.error)


class _Tableau:
    """Richardson's extrapolation of difference quotients whose steps halve."""

    def __init__(self, power: int) -> None:
        self.power = power
        self.row: list[float] = []
        self.value = math.nan
        self.error = math.inf

    def add(self, quotient: float, rounding: float) -> None:
        """The quotient at the next step; `rounding` is its error apart from truncation."""
        if not math.isfinite(quotient):
            self.row = []
            return
        older, row = self.row, [quotient]
        amplified = rounding
        for j in range(min(len(older), COLUMNS)):
            factor = 2.0 ** (self.power * (j + 1))
            new = row[j] + (row[j] - older[j]) / (factor - 1.0)
            amplified *= (factor + 1.0) / (factor - 1.0)
            row.append(new)
            if j + 1 < len(older):  # three estimates have to agree, so that none is believed by accident
                truncation = max(abs(new - row[j]), abs(new - older[j]), abs(new - older[j + 1]))
                error = SAFETY * (truncation + amplified)
                if error < self.error:
                    self.value, self.error = new, error
        self.row = row
