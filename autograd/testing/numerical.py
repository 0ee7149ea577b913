"""Derivatives from function values alone: extrapolated differences that tell how far they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from autograd.testing.noise import UNIT, common_step, rounded, scatter, unit_of

Function = Callable[[float], Any]
COLUMNS = 6
SAFETY = 4.0
TINY = 5e-324
LEVELS = 250  # so many steps at most, on either side
PATIENCE = 8  # so many halvings without gain
FIRST = 0.1171875  # of the magnitude: no power of two, which would meet kinks at round numbers
ABSORBED = 2.0**-20
COARSE = 2.0**-30  # values on a grid coarser than this part of their size may be a staircase, not noise


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


UNKNOWN = Difference(math.nan, math.inf, math.nan, math.inf, math.nan, math.inf)


def numerical_derivative(f: Function, x: float, *, noise: float | None = None) -> tuple[float, float]:
    """The derivative of a function of one number by differences, and a bound of its error.

    Steps start at an eighth of the magnitude of x and of 1, shrink to the spacing of floats, and are
    extrapolated to order 12. The estimate with the smallest sum of truncation and rounding error wins, unless
    a smaller step contradicts it. `noise` is the absolute error of f's values, estimated from f where it
    isn't given; values on a grid finer than a billionth of their size count as rounded. At a kink the error
    covers both one-sided derivatives; where nothing converges it is infinite.

    >>> import math
    >>> value, error = numerical_derivative(math.exp, 1.0)
    >>> abs(value - math.e) <= error <= 1e-9
    True
    """
    found = difference(f, float(x), noise=noise)
    error = found.error
    if found.kink:
        right, left = abs(found.right - found.value), abs(found.left - found.value)
        error = max(error, right + found.right_error, left + found.left_error)
    return found.value, error


def difference(f: Function, x: float, *, noise: float | None = None, unit: float = UNIT) -> Difference:
    """The derivative at x from both sides and from each side.

    `unit` is the relative precision of the numbers that f takes; that of its results is read off them.
    """
    if not math.isfinite(x):
        return UNKNOWN
    try:
        unit = max(unit, unit_of(f(x)))
    except (ArithmeticError, ValueError):
        return UNKNOWN
    sample = _Sample(f, rounded(x, unit), unit)
    if not math.isfinite(sample.at):
        return UNKNOWN
    floor = max(unit * abs(sample.at), TINY)
    known = max(scatter(sample.call, sample.x, sample.size, unit) if noise is None else noise, floor)
    found = _at_every_scale(sample, known, trusted=noise is not None)
    if noise is None:
        if 64.0 * known < sample.rise < ABSORBED * sample.largest and sample.flat():
            found = _at_every_scale(sample, sample.rise, trusted=False)
        found = _on_stairs(sample, found)
    if sample.x != x:  # f sees a neighbour of x
        shift = 2.0 * abs(sample.x - x) * sample.curvature()
        found = found._replace(
            error=found.error + shift,
            left_error=found.left_error + shift,
            right_error=found.right_error + shift,
        )
    return found


def _at_every_scale(sample: _Sample, noise: float, trusted: bool) -> Difference:
    """The function's own scale may be another than that of x: where x is small, start at 1 too."""
    found = _refined(sample, noise, trusted, FIRST * sample.size, sample.last)
    if sample.size >= 2.0**-6:
        return found
    coarse = _refined(sample, noise, trusted, FIRST, sample.last)
    best = min(found, coarse, key=lambda d: (d.error, min(d.left_error, d.right_error)))
    apart = abs(found.value - coarse.value)
    return best._replace(error=apart + best.error) if math.inf > apart > found.error + coarse.error else best


def _on_stairs(sample: _Sample, found: Difference) -> Difference:
    """Values on a coarse grid may be rounded or mean a staircase: the error covers the slope 0 too."""
    grid = common_step(sample.at, sample.pairs.values(), COARSE * sample.largest)
    if grid == 0.0:
        return found
    found = _at_every_scale(sample, grid, trusted=False)
    error = max(found.error, abs(found.value))
    return Difference(found.value, error, found.value, error, found.value, error)


def _refined(sample: _Sample, noise: float, trusted: bool, first: float, last: float) -> Difference:
    """Steps halve while that gains digits, and stride on from there to the last, so that none contradicts."""
    central, left, right = sides = _Tableau(2), _Tableau(1), _Tableau(1)
    step, patience, before = first, PATIENCE, math.nan
    for _ in range(LEVELS):
        high, low = sample.neighbour(step), sample.neighbour(-step)
        if not low < sample.x < high or step < last:
            break
        up, down = sample.pair(step)
        error = noise if trusted else max(noise, sample.unit * abs(up), sample.unit * abs(down))
        if up == down == sample.at and not trusted and sample.rise < ABSORBED * sample.largest:
            error = max(error, sample.rise)  # an operation inside may have rounded the step away
        slope = max(abs(up - sample.at), abs(down - sample.at)) / step
        if not math.isfinite(slope):
            slope = 0.0
        error = (2.0 * error + 2.0 * sample.unit * abs(sample.x) * slope) / step
        if sample.x != 0.0:  # rounded neighbours have their middle beside x
            bend = abs(up - 2.0 * sample.at + down) / step / step
            error += sample.unit * max(abs(high), abs(low)) * bend if math.isfinite(bend) else 0.0
        quotients = (
            _quotient(up, down, high - low),
            _quotient(sample.at, down, sample.x - low),
            _quotient(up, sample.at, high - sample.x),
        )
        best = central.error, left.error, right.error
        for side, quotient in zip(sides, quotients, strict=True):
            side.add(step, quotient, error if side is central else 2.0 * error, patience > 0)
        settled = error > central.error and 2.0 * error > max(left.error, right.error)
        if patience > 0:
            better = any(side.error < e for side, e in zip(sides, best, strict=True))
            patience = 0 if settled else PATIENCE if better else patience - 1
            step *= 0.5 if patience > 0 else sample.stride
        elif not settled and (any(side.surprised for side in sides) or _alike(quotients[0], before, error)):
            step, patience = min(step / sample.stride, first), PATIENCE
            for side in sides:
                side.row = []
        else:
            step *= sample.stride if step > 2.0**-60 * sample.size else 2.0**-16
        before = quotients[0]
    else:
        return UNKNOWN
    error = central.error
    if any(side.rough for side in sides):  # what is too near to x shows in the one-sided slopes alone
        error = max(error, min(left.error, right.error))
    for side in (left, right):
        apart = abs(side.value - central.value)
        if math.inf > apart > side.error + error:
            error = apart + side.error
    return Difference(central.value, error, left.value, left.error, right.value, right.error)


def _alike(a: float, b: float, rounding: float) -> bool:
    return abs(a - b) <= 0.125 * abs(a) and rounding < 0.125 * abs(a)


def _quotient(above: float, below: float, step: float) -> float:
    rise = above - below
    return rise / step if math.isfinite(rise) else (0.5 * above - 0.5 * below) / (0.5 * step)


class _Sample:
    """A function's values at x and around it, in the precision of its numbers."""

    def __init__(self, f: Function, x: float, unit: float) -> None:
        self.f = f
        self.x = x
        self.unit = unit
        self.at = self.call(x)
        self.size = math.ldexp(2.0, math.frexp(x)[1] - 1) if TINY < abs(x) < 1e300 else 1.0
        self.last = 4.0 * unit * abs(x) if x != 0.0 else 2.0**-150 if self.at else 2.0**-1000
        self.stride = 0.125 if self.size > 2.0**-64 else 2.0**-6
        self.pairs: dict[float, tuple[float, float]] = {}
        self.largest = abs(self.at)
        self.rise = math.inf  # the smallest change of the value seen

    def call(self, x: float) -> float:
        """The value at x; NaN beyond the domain of a function that raises there, or turns complex."""
        try:
            y = self.f(x)
            return math.nan if isinstance(y, complex) else float(y)
        except (ArithmeticError, ValueError):
            return math.nan

    def neighbour(self, step: float) -> float:
        """The number at this distance from x, as f will see it."""
        return rounded(self.x + step, self.unit)

    def pair(self, step: float) -> tuple[float, float]:
        """The values above and below x."""
        if step not in self.pairs:
            up, down = self.pairs[step] = self.call(self.neighbour(step)), self.call(self.neighbour(-step))
            self.largest = max([self.largest, *[abs(y) for y in (up, down) if math.isfinite(y)]])
            self.rise = min([self.rise, *[abs(y - self.at) for y in (up, down) if y != self.at]])
        return self.pairs[step]

    def flat(self) -> bool:
        """Whether the smallest steps change nothing."""
        return self.pairs[min(self.pairs)] == (self.at, self.at)

    def curvature(self) -> float:
        """A rough second derivative: the largest seen at the first steps."""
        steps = sorted(self.pairs, reverse=True)[:6]
        seen = [abs(sum(self.pairs[h]) - 2.0 * self.at) / h / h for h in steps]
        return max([c for c in seen if math.isfinite(c)], default=0.0)


class _Tableau:
    """Richardson's extrapolation of difference quotients whose steps halve, held against smaller steps."""

    def __init__(self, power: int) -> None:
        self.power = power
        self.row: list[float] = []
        self.value = math.nan
        self.error = math.inf
        self.step = self.remainder = math.inf  # where the value was found, and how far its quotient was off
        self.surprised = self.rough = False  # contradicted by this step, by any
        self.seen: list[tuple[float, float, float]] = []  # steps, quotients and their errors

    def add(self, step: float, quotient: float, rounding: float, dense: bool) -> None:
        """The quotient at the next step; `rounding` is its error apart from truncation."""
        self.surprised = False
        if not math.isfinite(quotient):
            self.row = []
            return
        seen = step, quotient, 2.0 * rounding
        self.seen.append(seen)
        if self.error < math.inf:
            wider = self._confronted(self.value, self.error, self.step, self.remainder, seen)
            self.surprised = wider > self.error
            self.rough = self.rough or self.surprised
            self.error = wider
        if dense:
            self._extrapolate(step, quotient, rounding)

    def _confronted(
        self, value: float, error: float, at: float, remainder: float, seen: tuple[float, float, float]
    ) -> float:
        """The error of a value, wider where the quotient at a smaller step contradicts it."""
        step, quotient, rounding = seen
        truncation = SAFETY * remainder * (step / at) ** self.power
        gap = abs(quotient - value)
        return error if gap <= error + rounding + truncation else max(error, 2.0 * gap)

    def _extrapolate(self, step: float, quotient: float, rounding: float) -> None:
        older, row = self.row, [quotient]
        amplified = rounding
        for j in range(min(len(older), COLUMNS)):
            factor = 2.0 ** (self.power * (j + 1))
            new = row[j] + (row[j] - older[j]) / (factor - 1.0)
            amplified *= (factor + 1.0) / (factor - 1.0)
            row.append(new)
            if j + 1 < len(older):  # three estimates have to agree, so that none is believed by accident
                truncation = max(abs(new - row[j]), abs(new - older[j]), abs(new - older[j + 1]))
                error = max(SAFETY * (truncation + amplified), TINY)
                for seen in self.seen:
                    if seen[0] < step and error < self.error:
                        error = self._confronted(new, error, step, abs(quotient - new), seen)
                if error < self.error:
                    self.value, self.error = new, error
                    self.step, self.remainder = step, abs(quotient - new)
        self.row = row
