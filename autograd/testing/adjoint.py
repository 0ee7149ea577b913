"""The test that forward and reverse mode are each other's transpose."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

from autograd.errors import GradcheckError
from autograd.testing.check import point
from autograd.testing.recorded import Recording
from autograd.testing.structure import values
from autograd.transforms import jvp, vjp


def adjoint_check(f: Callable[..., Any], args: Any, *, seed: int = 0, trials: int = 3) -> float:
    """Check <v, J u> = <J' v, u> for random u and v; the largest ratio of difference and bound.

    J is the Jacobian of f at the arguments (a tuple, nested as you like). The bound is what the numbers round
    away. GradcheckError where the two sides differ by more.

    >>> import autograd.math as am
    >>> adjoint_check(lambda x, y: [x * am.exp(y), am.sin(x)], (1.0, 0.5)) < 1.0
    True
    """
    leaves = point(args if type(args) is tuple else (args,))
    recording = Recording.of(f, leaves)
    count = len(recording.outputs)
    if not count:
        raise TypeError("f returned no number: its result has to hold at least one")
    rows = [recording.reverse(k) for k in range(count)]
    errors = [recording.errors(k) for k in range(count)]

    def flat(*numbers: Any) -> list[Any]:
        return values(f(*leaves.rebuild(numbers)))

    random, worst = Random(seed), 0.0
    for _ in range(trials):
        u = [random.uniform(-1.0, 1.0) for _ in leaves.numbers]
        v = [random.uniform(-1.0, 1.0) for _ in range(count)]
        pushed = [float(t) for t in jvp(flat, leaves.numbers, u)[1]]
        pulled = [float(c) for c in vjp(flat, *leaves.numbers)[1](v)]
        left = math.fsum([a * b for a, b in zip(v, pushed, strict=True)])
        right = math.fsum([a * b for a, b in zip(pulled, u, strict=True)])
        bound = _bound(u, v, rows, errors)
        if not math.isfinite(bound):
            continue
        if not abs(left - right) <= bound:
            raise GradcheckError(
                f"<v, J u> is {left!r} by forward mode, <J' v, u> is {right!r} by reverse mode: they differ "
                f"by {abs(left - right):.3g}, the bound is {bound:.3g} (u={u!r}, v={v!r})",
                index="args",
                derivative=right,
                reference=left,
                error=abs(left - right),
                bound=bound,
                operation=recording.wrong_sweep(),
            )
        worst = max(worst, abs(left - right) / bound if bound else 0.0)
    return worst


def _bound(u: list[float], v: list[float], rows: list[list[float]], errors: list[list[float]]) -> float:
    unit = 2.0**-52 * (len(u) + len(v) + 4)
    total = 0.0
    for weight, row, wrong in zip(v, rows, errors, strict=True):
        for direction, d, e in zip(u, row, wrong, strict=True):
            total += abs(weight * direction) * (2.0 * e + unit * abs(d))
    return total
