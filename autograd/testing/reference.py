"""The derivative to compare with: taken from function values alone, as exactly as the function allows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from autograd.errors import MissingExtraError
from autograd.testing.noise import UNIT
from autograd.testing.numerical import difference
from autograd.testing.structure import Leaves, outputs, values

Kind = Literal["auto", "exact", "complex", "difference"]
EXACT_STEP = 2.0**-80


class Slope(NamedTuple):
    """A derivative, a bound of its error, and the one-sided derivatives."""

    value: float
    error: float
    left: float
    right: float
    kink: bool


class Reference:
    """The derivatives of a function at a point from its values: exact numbers, complex step or differences.

    "auto" takes exact numbers (mpmath) where the function runs on them and they agree with the floats, and
    extrapolated differences elsewhere.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        leaves: Leaves,
        kind: Kind,
        at: Sequence[float],
        unit: float = UNIT,
        noise: Sequence[float] | None = None,
    ) -> None:
        self.f = f
        self.leaves = leaves
        self.noise = noise
        self.at = at
        self.unit = unit
        self.kind = kind
        if kind == "auto":
            self.kind = "exact" if self._exact_agrees() else "difference"
        if self.kind == "difference" and unit > UNIT and self._wide_agrees():
            self.leaves, self.unit = leaves._replace(rebuild=leaves.wide), UNIT

    def _exact_agrees(self) -> bool:
        """Whether the function runs on exact numbers and means the same by them."""
        try:
            from autograd.testing.exact import Exact, context, precise

            with precise(self.leaves.numbers):
                exact = values(self.f(*self.leaves.rebuild([Exact(x) for x in self.leaves.numbers])))
        except (KeyboardInterrupt, SystemExit):
            raise
        except Exception:  # whatever a foreign function says to numbers that it doesn't know
            return False
        mp = context()
        if len(exact) != len(self.at):
            return False
        for i, (a, b) in enumerate(zip(exact, self.at, strict=True)):
            number = a.number if isinstance(a, Exact) else mp.mpf(float(a))
            noise = 0.0 if self.noise is None else self.noise[i]
            if not abs(number - b) <= max(1e-6, 256.0 * self.unit) * abs(b) + 1e-9 + noise:
                return False
        self.exact_at = exact
        return True

    def _wide_agrees(self) -> bool:
        """Whether a function of arrays in low precision runs in double precision, and means the same."""
        try:
            wide = outputs(self.f(*self.leaves.wide(self.leaves.numbers)))
        except (KeyboardInterrupt, SystemExit):
            raise
        except Exception:
            return False
        if wide.roundoff > UNIT or len(wide.numbers) != len(self.at):
            return False
        return all(
            [abs(a - b) <= 256.0 * self.unit * abs(a) for a, b in zip(wide.numbers, self.at, strict=True)]
        )

    def slope(self, output: int, path: Sequence[float], sure: bool = False) -> Slope:
        """The derivative of one output along a direction, given as one number for each input.

        `sure` pays for a second step where exact numbers would otherwise trust the first.
        """
        if self.kind == "exact":
            return self._exact(output, path, sure)
        if self.kind == "complex":
            return self._complex(output, path)

        def along(t: float) -> float:
            moved = [x + t * d if d != 0.0 else x for x, d in zip(self.leaves.numbers, path, strict=True)]
            return outputs(self.f(*self.leaves.rebuild(moved))).numbers[output]

        active = [i for i, d in enumerate(path) if d != 0.0]
        noise = None if self.noise is None else self.noise[output]
        if len(active) == 1 and path[active[0]] == 1.0:
            x = self.leaves.numbers[active[0]]
            found = difference(
                lambda t: along_axis(self, output, active[0], t), x, noise=noise, unit=self.unit
            )
        else:
            found = difference(along, 0.0, noise=noise, unit=self.unit)
        if found.error == math.inf and min(found.left_error, found.right_error) < math.inf:
            edge = (
                max(found.left_error, found.right_error) == math.inf
            )  # of the domain: one side is all there is
            value = found.right if found.left_error == math.inf else found.left
            error = min(found.left_error, found.right_error)
            return Slope(value, error if edge else math.inf, found.left, found.right, not edge)
        return Slope(found.value, found.error, found.left, found.right, found.kink)

    def _moved(self, path: Sequence[float], t: Any) -> list[Any]:
        from autograd.testing.exact import Exact

        return [Exact(x + t * d) for x, d in zip(self.leaves.numbers, path, strict=True)]

    def _exact(self, output: int, path: Sequence[float], sure: bool) -> Slope:
        from autograd.testing.exact import precise

        with precise(self.leaves.numbers):
            return self._by_digits(output, path, sure)

    def _by_digits(self, output: int, path: Sequence[float], sure: bool) -> Slope:
        from autograd.testing.exact import Exact, context, rounding, spacing

        mp = context()

        def value(t: Any) -> Any:
            y = values(self.f(*self.leaves.rebuild(self._moved(path, t))))[output]
            return y.number if isinstance(y, Exact) else mp.mpf(float(y))

        scale = max([abs(x) for x, d in zip(self.leaves.numbers, path, strict=True) if d != 0.0], default=1.0)
        step = spacing(EXACT_STEP, scale or 1.0)
        at = self.exact_at[output] if hasattr(self, "exact_at") else value(mp.mpf(0))
        at = at.number if isinstance(at, Exact) else mp.mpf(float(at)) if not hasattr(at, "_mpf_") else at

        def sides(h: Any) -> tuple[Any, Any]:
            return (at - value(-h)) / h, (value(h) - at) / h

        left, right = sides(step)
        if mp.isnan(left) != mp.isnan(right):  # the edge of the domain: one side is all there is
            near = sides(step / 1024)
            side, nearer = (right, near[1]) if mp.isnan(left) else (left, near[0])
            error = float(2 * abs(side - nearer) + abs(side) * 2.0**-60) + 2.0**-160
            return Slope(float(nearer), error, float(nearer), float(nearer), False)
        # What 80 digits round away, intermediate numbers up to a million times the result included.
        middle, error, kink = (left + right) / 2, float(rounding(at, self.leaves.numbers) / step), False
        if not mp.isfinite(middle):
            return Slope(math.nan, math.inf, float(left), float(right), True)
        apart = abs(right - left)
        if sure or apart > mp.mpf(2) ** -40 * abs(middle):  # a kink's slopes stay apart, curvature's do not
            near = sides(step / 1024)
            floor = mp.mpf(2) ** -120 * (abs(at) * EXACT_STEP / step + abs(left) + abs(right))  # rounding
            kink = apart > floor and not abs(near[1] - near[0]) < apart / 16
            nearer = (near[0] + near[1]) / 2
            middle, error = nearer, 1024.0 * error + float(2 * abs(middle - nearer))
        return Slope(float(middle), error + float(abs(middle)) * 2.0**-53, float(left), float(right), kink)

    def _complex(self, output: int, path: Sequence[float]) -> Slope:
        step = 1e-200
        moved = [complex(x, step * d) for x, d in zip(self.leaves.numbers, path, strict=True)]
        y = complex(values(self.f(*self.leaves.rebuild(moved)))[output])
        value = y.imag / step
        return Slope(value, abs(value) * 2.0**-48, value, value, False)


def along_axis(reference: Reference, output: int, i: int, x: float) -> float:
    """One output with one input replaced."""
    numbers = list(reference.leaves.numbers)
    numbers[i] = x
    return outputs(reference.f(*reference.leaves.rebuild(numbers))).numbers[output]


def require(kind: Kind) -> Kind:
    """The kind asked for; MissingExtraError where exact numbers are asked for and mpmath is absent."""
    if kind not in ("auto", "exact", "complex", "difference"):
        raise ValueError(f"reference got {kind!r}: give 'auto', 'exact', 'complex' or 'difference'")
    if kind == "exact":
        try:
            import mpmath  # noqa: F401
        except ImportError:
            raise MissingExtraError("mpmath", "testing") from None
    return kind
