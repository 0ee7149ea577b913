"""One function at one point: its derivatives, their references and bounds, and the comparison."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from autograd.errors import GradcheckError
from autograd.testing.noise import UNIT, scatter
from autograd.testing.numerical import numerical_derivative
from autograd.testing.recorded import Recording
from autograd.testing.reference import Kind, Reference, Slope
from autograd.testing.structure import Leaves, flatten, jacobian_rows, outputs, values
from autograd.transforms import jvp
from autograd.value import Value

SUBNORMAL = 2.0**-1022  # floats below it have lost digits
Kinks = Literal["skip", "subgradient", "error"]


class Check:
    """One function at one point, with its reference and its bounds."""

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        *,
        kind: Kind = "auto",
        ours: bool = True,
        atol: float = 0.0,
        rtol: float = 0.0,
        kinks: Kinks = "skip",
    ) -> None:
        self.f = f
        self.args = args
        self.leaves = leaves = point(args)
        self.atol, self.rtol, self.kinks = atol, rtol, kinks
        self.ours = ours
        at = self._called()
        self.names, self.at, self.roundoff = at.paths, at.numbers, max(at.roundoff, leaves.roundoff)
        self.recording = self._record()
        noise = self.recording.noise() if self.recording is not None and self.roundoff == UNIT else None
        self.reference = Reference(f, leaves, kind, at.numbers, self.roundoff, noise)
        self.slopes: dict[tuple[int, int], Slope] = {}

    def _called(self) -> Leaves:
        """What f gives, and gives again."""
        at, again = [outputs(self.f(*self.leaves.rebuild(self.leaves.numbers))) for _ in range(2)]
        if not at.paths:
            raise TypeError("f returned no number: its result has to hold at least one")
        for name, x, y in zip(at.paths, at.numbers, again.numbers, strict=False):
            near = abs(x - y) <= 2.0**-20 * max(abs(x), abs(y))
            if math.isfinite(x) and math.isfinite(y) and not near:
                raise ValueError(
                    f"{name} is {x!r} in one call and {y!r} in the next, of the same arguments: f has to be "
                    "a function of its arguments (seed its random numbers, reset its state)"
                )
        return at

    def _record(self) -> Recording | None:
        try:
            recording = Recording.of(self.f, self.leaves)
        except Exception as error:  # a foreign function may refuse Values in any way it likes
            if not self.ours:
                return None
            error.add_note(
                "gradcheck runs f on Values: write it with operators and autograd.math, or give its "
                "gradient by gradient=, if it is of another framework"
            )
            raise
        if self.ours:
            return recording
        # Of use for a foreign function too, if what it computes passes through the graph.
        through = len(recording.outputs) == len(self.at) and any(
            isinstance(y, Value) for y in recording.outputs
        )
        return recording if through else None

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

    def given(self, gradient: Callable[..., Any]) -> list[list[float]]:
        """A gradient from elsewhere: one row an output."""
        inputs, count = len(self.leaves.paths), len(self.names)

        def called(numbers: list[float]) -> Leaves:
            args = self.leaves.rebuild(numbers)
            return jacobian_rows(gradient(*args), args, count)

        found = called(self.leaves.numbers)
        if len(found.numbers) != inputs * count:
            raise ValueError(
                f"the gradient given has {len(found.numbers)} numbers for {inputs} input(s) and {count} "
                "output(s): it must have the structure of the arguments"
            )
        self.roundoff = max(self.roundoff, found.roundoff)
        self.scatter = self._scatter(called, inputs * count)
        return [found.numbers[k * inputs : (k + 1) * inputs] for k in range(count)]

    def _scatter(self, called: Callable[[list[float]], Leaves], count: int) -> list[float]:
        """How much the numbers of a foreign gradient scatter around the point: it has no graph to sweep."""
        numbers, seen = self.leaves.numbers, dict[float, list[float]]()

        def along(t: float) -> list[float]:
            if t not in seen:
                moved = [x + (-1) ** i * t * (abs(x) or 1.0) for i, x in enumerate(numbers)]
                try:
                    seen[t] = called(moved).numbers
                except (ArithmeticError, ValueError):
                    seen[t] = [math.nan] * count
            return seen[t]

        return [scatter(lambda t, i=i: along(t)[i], 0.0, 1.0, self.roundoff) for i in range(count)]  # type: ignore[misc]

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
            errors = [foreign] * len(row)
        else:
            extra = foreign if self.roundoff > UNIT else 0.0
            errors = [error + extra for error in self.recording.errors(k)]
        if self.ours:
            return errors
        return [a + b for a, b in zip(errors, self.scatter[k * len(row) :], strict=False)]

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
        bound += SUBNORMAL
        if derivative == reference or error <= bound < math.inf:
            return 1
        if math.isinf(derivative) and abs(reference) > 1e9 and reference * derivative > 0.0:
            return 1  # a slope that grows without bound, seen at a small step
        if not (math.isfinite(reference) and bound < math.inf):
            return 0
        operation = "" if self.recording is None else self.recording.where_wrong(numerical_derivative)
        how = "exact" if self.reference.kind == "exact" else "numerical"
        hint = f". First wrong operation: {operation}" if operation else self._outside()
        raise GradcheckError(
            f"{name}: {who} is {derivative!r}, but the {how} derivative of the function is {reference!r}: "
            f"they differ by {error:.3g}, the bound is {bound:.3g}{hint}",
            index=index,
            derivative=derivative,
            reference=reference,
            error=error,
            bound=bound,
            operation=operation,
        )

    def _outside(self) -> str:
        """What to say where every operation of the graph is right."""
        if not self.ours:
            return ""
        return (
            ". Every recorded operation is right: f computes with plain numbers beside the graph, taken out "
            "by float(x), x.data, Python's math or another framework"
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


def point(args: Any) -> Leaves:
    """The numbers of the arguments; TypeError where there are none, ValueError where one is not finite."""
    leaves = flatten(args)
    if not leaves.paths:
        raise TypeError("args has no numbers to differentiate with respect to: give at least one float")
    for path, x in zip(leaves.paths, leaves.numbers, strict=True):
        if not math.isfinite(x):
            raise ValueError(f"{path} is {x!r}: there are no differences around it, give a finite number")
    return leaves
