"""Second derivatives held against references: the derivative of every first derivative."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, Any

from autograd.testing.numerical import numerical_derivative
from autograd.testing.recorded import Recording

if TYPE_CHECKING:
    from autograd.testing.checking import Check

ALL = 8  # up to so many inputs every pair is checked, beyond it so many drawn at random


def check_second(check: Check, seed: int) -> int:
    """Compare the second derivatives of every output; how many there were to compare."""
    n = len(check.leaves.numbers)
    chosen = list(range(n)) if n <= ALL else sorted(Random(seed).sample(range(n), ALL))
    recording = check.recording
    assert recording is not None
    compared = 0
    for k in range(len(check.names)):
        if recording.at_kink(k) is not None:
            continue
        first = recording.gradient(k)
        for i in chosen:
            if first.at_kink(i) is not None:
                continue
            row, errors = first.reverse(i), first.errors(i)
            for j in chosen:
                reference, error = _reference(check, k, i, j)
                bound = error + errors[j] + check.atol + check.rtol * abs(reference)
                a, b = check.leaves.paths[i], check.leaves.paths[j]
                name = f"d2 {check.names[k]} / d {a} d {b}"
                compared += check.compare("reverse over reverse", name, f"{a}, {b}", row[j], reference, bound)
    return compared


def _reference(check: Check, k: int, i: int, j: int) -> tuple[float, float]:
    if check.reference.kind == "exact":
        return _exact(check, k, i, j)
    numbers = check.leaves.numbers

    def slope(x: float) -> float:
        moved = check.leaves._replace(numbers=[*numbers[:j], x, *numbers[j + 1 :]])
        return Recording.of(check.f, moved).reverse(k)[i]

    return numerical_derivative(slope, numbers[j], noise=_noise(check, k, i))


def _noise(check: Check, k: int, i: int) -> float | None:
    return None if check.recording is None else check.recording.errors(k)[i]


def _exact(check: Check, k: int, i: int, j: int) -> tuple[float, float]:
    from autograd.testing.exact import Exact, context
    from autograd.testing.structure import values

    mp = context()
    numbers = check.leaves.numbers

    def step(x: float) -> Any:
        return mp.mpf(2.0**-60) * (2.0 ** math.frexp(x)[1] if x else 1.0)

    def at(di: Any, dj: Any) -> Any:
        moved = [mp.mpf(x) for x in numbers]
        moved[i] += di
        moved[j] += dj
        y = values(check.f(*check.leaves.rebuild([Exact(x) for x in moved])))[k]
        return y.number if isinstance(y, Exact) else mp.mpf(float(y))

    a, b = step(numbers[i]), step(numbers[j])
    value = (at(a, b) - at(a, -b) - at(-a, b) + at(-a, -b)) / (4 * a * b)
    if not mp.isfinite(value):
        return math.nan, math.inf
    return float(value), float(abs(value) * 2.0**-50)
