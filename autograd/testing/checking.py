"""gradcheck: derivatives held against references, within a bound that is derived, not guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

from autograd.errors import GradcheckError
from autograd.testing.numerical import numerical_derivative
from autograd.testing.recorded import Recording
from autograd.testing.reference import Kind, Reference, Slope, require
from autograd.testing.second import check_second
from autograd.testing.structure import Leaves, flatten, outputs, values
from autograd.transforms import jvp

Kinks = Literal["skip", "subgradient", "error"]


def gradcheck(
    f: Callable[..., Any],
    args: Any,
    *,
    order: int = 1,
    modes: Sequence[str] = ("reverse", "forward"),
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
    if not isinstance(args, tuple):
        args = (args,)
    if order not in (1, 2):
        raise ValueError(f"order got {order!r}: give 1 or 2")
    if kinks not in ("skip", "subgradient", "error"):
        raise ValueError(f"kinks got {kinks!r}: give 'skip', 'subgradient' or 'error'")
    if not modes or set(modes) - {"reverse", "forward"}:
        raise ValueError(f"modes got {modes!r}: give 'reverse', 'forward' or both")
    if gradient is not None and order == 2:
        raise ValueError("order=2 needs f alone: a gradient from elsewhere can only be checked at order 1")
    check = Check(f, flatten(args), require(reference), gradient is None, atol, rtol, kinks)
    if gradient is not None:
        return check.rows("the gradient given", check.given(gradient(*args)))
    compared = 0
    for mode in modes:
        compared += check.rows(f"{mode} mode", check.derivatives(mode))
    if order == 2:
        compared += check_second(check, seed, modes)
    return compared


class Check:
    """One function at one point, with its reference and its bounds."""

    def __init__(
        self,
        f: Callable[..., Any],
        leaves: Leaves,
        kind: Kind,
        ours: bool,
        atol: float,
        rtol: float,
        kinks: Kinks,
    ) -> None:
        self.f = f
        self.leaves = leaves
        self.atol, self.rtol, self.kinks = atol, rtol, kinks
        if not leaves.paths:
            raise TypeError("args has no numbers to differentiate with respect to: give at least one float")
        self.recording = self._record(ours)
        noise = None if self.recording is None else self.recording.noise()
        self.reference = Reference(f, leaves, kind, noise)
        at = outputs(f(*leaves.rebuild(leaves.numbers)))
        self.names, self.at, self.roundoff = at.paths, at.numbers, max(at.roundoff, leaves.roundoff)
        self.slopes: dict[tuple[int, int], Slope] = {}

    def _record(self, ours: bool) -> Recording | None:
        try:
            return Recording.of(self.f, self.leaves)
        except Exception:  # a foreign function may refuse Values in any way it likes
            if ours:
                raise
            return None

    def derivatives(self, mode: str) -> list[list[float]]:
        """The library's own derivatives: one row an output."""
        assert self.recording is not None
        if mode == "reverse":
            return [self.recording.reverse(k) for k in range(len(self.names))]
        columns = [self._pushed(i) for i in range(len(self.leaves.numbers))]
        return [list(row) for row in zip(*columns, strict=True)]

    def _pushed(self, i: int) -> list[float]:
        units = [float(k == i) for k in range(len(self.leaves.numbers))]
        tangents = jvp(self.flat, self.leaves.numbers, units)[1]
        return [float(t) for t in tangents]

    def flat(self, *numbers: Any) -> list[Any]:
        """The function from numbers to a list of numbers."""
        return values(self.f(*self.leaves.rebuild(numbers)))

    def given(self, gradient: Any) -> list[list[float]]:
        """A gradient from elsewhere: one row an output."""
        found = flatten(gradient, "gradient")
        inputs, count = len(self.leaves.paths), len(self.names)
        if len(found.numbers) != inputs * count:
            raise ValueError(
                f"the gradient given has {len(found.numbers)} numbers for {inputs} input(s) and {count} "
                "output(s): it must have the structure of the arguments"
            )
        self.roundoff = max(self.roundoff, found.roundoff)
        return [found.numbers[k * inputs : (k + 1) * inputs] for k in range(count)]

    def rows(self, who: str, rows: list[list[float]]) -> int:
        """Compare every derivative; how many there were to compare."""
        compared = 0
        for k, row in enumerate(rows):
            if self._on_kink(k) and self.kinks == "skip":
                continue
            errors = self._rounding(k, row)
            for i, derivative in enumerate(row):
                compared += self._one(who, k, i, derivative, errors[i])
        return compared

    def _on_kink(self, k: int) -> bool:
        node = None if self.recording is None else self.recording.at_kink(k)
        if node is None:
            return False
        if self.kinks == "error":
            operands = ", ".join([repr(float(x)) for x in node.operands])
            name = "" if node.primitive is None else node.primitive.name
            raise GradcheckError(
                f"{self.names[k]} is on a kink: {name}({operands}) is not smooth there; "
                "move the point, or ask for kinks='skip' or kinks='subgradient'",
                operation=f"{name}({operands})",
            )
        return True

    def _rounding(self, k: int, row: list[float]) -> list[float]:
        largest = max([abs(d) for d in row if math.isfinite(d)], default=0.0)
        foreign = 64.0 * self.roundoff * largest
        if self.recording is None:
            return [foreign] * len(row)
        extra = foreign if self.roundoff > 2.0**-53 else 0.0
        return [error + extra for error in self.recording.errors(k)]

    def _one(self, who: str, k: int, i: int, derivative: float, rounding: float) -> int:
        slope = self.slopes.get((k, i))
        if slope is None:
            direction = [float(j == i) for j in range(len(self.leaves.numbers))]
            slope = self.slopes[k, i] = self.reference.slope(k, direction)
        name = f"d {self.names[k]} / d {self.leaves.paths[i]}"
        if slope.kink:
            return self._between(who, name, i, derivative, slope, rounding)
        if self.reference.kind == "exact" and not abs(derivative - slope.value) <= slope.error + rounding:
            direction = [float(j == i) for j in range(len(self.leaves.numbers))]
            slope = self.reference.slope(k, direction, sure=True)
        bound = slope.error + rounding + self.atol + self.rtol * abs(slope.value)
        return self.compare(who, name, self.leaves.paths[i], derivative, slope.value, bound)

    def compare(
        self, who: str, name: str, index: str, derivative: float, reference: float, bound: float
    ) -> int:
        """1 where the two agree, 0 where the reference can't tell; GradcheckError where they differ."""
        error = abs(derivative - reference)
        if derivative == reference or error <= bound < math.inf:
            return 1
        if math.isinf(derivative) and abs(reference) > 1e9 and reference * derivative > 0.0:
            return 1  # a slope that grows without bound, seen at a small step
        if not (math.isfinite(reference) and bound < math.inf):
            return 0
        operation = "" if self.recording is None else self.recording.where_wrong(numerical_derivative)
        how = "exact" if self.reference.kind == "exact" else "numerical"
        raise GradcheckError(
            f"{name}: {who} is {derivative!r}, but the {how} derivative of the function is {reference!r}: "
            f"they differ by {error:.3g}, the bound is {bound:.3g}"
            + (f". First wrong operation: {operation}" if operation else ""),
            index=index,
            derivative=derivative,
            reference=reference,
            error=error,
            bound=bound,
            operation=operation,
        )

    def _between(self, who: str, name: str, i: int, derivative: float, slope: Slope, rounding: float) -> int:
        """At a kink: the derivative must lie between the one-sided ones."""
        if self.kinks == "skip":
            return 0
        index = self.leaves.paths[i]
        if self.kinks == "error":
            raise GradcheckError(
                f"{name}: the function has a kink here, from the left the slope is {slope.left!r}, from the "
                f"right {slope.right!r}; move the point, or ask for kinks='skip' or kinks='subgradient'",
                index=index,
            )
        low, high = sorted((slope.left, slope.right))
        nearest = min(max(derivative, low), high)
        bound = slope.error + rounding + self.atol + self.rtol * max(abs(low), abs(high))
        return self.compare(f"{who} (at a kink)", name, index, derivative, nearest, bound)
