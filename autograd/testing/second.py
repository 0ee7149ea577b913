"""Second derivatives held against references: the derivative of every first derivative."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import Any

from autograd.testing.check import Check
from autograd.testing.numerical import numerical_derivative
from autograd.testing.recorded import Recording
from autograd.testing.structure import values
from autograd.transforms import grad, jvp

ALL = 8  # up to so many inputs every pair is checked, beyond it so many drawn at random


def check_second(check: Check, seed: int, modes: Sequence[str]) -> int:
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
        columns = {j: _forward(check, k, j) for j in chosen} if "forward" in modes else {}
        for i in chosen:
            errors = first.errors(i)
            row = first.reverse(i)
            for j in chosen:
                found = {"reverse over reverse": row[j]} if "reverse" in modes else {}
                if columns:
                    found["forward over reverse"] = columns[j][i]
                compared += _compare(check, k, i, j, found, errors[j])
    return compared


def _compare(check: Check, k: int, i: int, j: int, found: dict[str, float], rounding: float) -> int:
    """Compare what the modes found for one pair of inputs; how many were compared."""
    reference, error = _reference(check, k, i, j)
    agree = all(abs(d - reference) <= error + rounding for d in found.values())
    if not agree and check.reference.kind == "exact":  # look twice: with other steps, and beside the point
        nearer, more = _exact(check, k, i, j, 2.0**-70)
        reference, error = nearer, error + more + 2.0 * abs(nearer - reference)
        beside = [_exact(check, k, i, j, shift=shift)[0] for shift in (-4, 4)]
        if not all(abs(b - reference) <= error + 1e-6 * abs(reference) + rounding for b in beside):
            return 0  # the first derivative has a kink here
    bound = error + rounding + check.atol + check.rtol * abs(reference)
    a, b = check.leaves.paths[i], check.leaves.paths[j]
    name = f"d2 {check.names[k]} / d {a} d {b}"
    return sum([check.compare(who, name, f"{a}, {b}", d, reference, bound) for who, d in found.items()])


def _forward(check: Check, k: int, j: int) -> list[float]:
    """A column of second derivatives: the gradient, pushed forward."""
    n = len(check.leaves.numbers)
    gradient = grad(lambda *xs: check.flat(*xs)[k], argnums=tuple(range(n)))
    units = [float(i == j) for i in range(n)]
    return [float(t) for t in jvp(gradient, check.leaves.numbers, units)[1]]


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


def _exact(
    check: Check, k: int, i: int, j: int, size: float = 2.0**-60, shift: int = 0
) -> tuple[float, float]:
    from autograd.testing.exact import Exact, context, precise, rounding, spacing

    mp = context()
    numbers = check.leaves.numbers
    with precise(numbers):
        a, b = [spacing(size, numbers[m] or 1.0) for m in (i, j)]

        def at(di: Any, dj: Any) -> Any:
            moved = [mp.mpf(x) for x in numbers]
            moved[i] += di + shift * a
            moved[j] += dj + shift * b
            y = values(check.f(*check.leaves.rebuild([Exact(x) for x in moved])))[k]
            return y.number if isinstance(y, Exact) else mp.mpf(float(y))

        value = (at(a, b) - at(a, -b) - at(-a, b) + at(-a, -b)) / (4 * a * b)
        if not mp.isfinite(value):
            return math.nan, math.inf
        return float(value), float(abs(value) * 2.0**-50 + rounding(at(0, 0), numbers) / (a * b))
