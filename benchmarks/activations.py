"""What an activation costs compiled: `python -m benchmarks.activations`, within one run, one thread.

Printed is the moons step (100 samples, 337 parameters, loss and gradient) with exp, tanh, ... on registers
and with C's functions called lane by lane.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import jit, value_and_grad, vmap
from autograd import math as m
from autograd.compiler import translation, vector
from benchmarks.timing import interleaved, table

SHAPE = (2, 16, 16, 1)
NAMES = ("relu", "sin", "sigmoid", "tanh", "softplus", "elu", "silu", "mish", "gelu", "gelu_tanh")
CALLS = 50


def step(activation: Callable[[Any], Any]) -> Callable[[], object]:
    """The compiled step, compiled already, so many times."""

    def network(p: Any, x: Any) -> Any:
        start = 0
        for layer, (inputs, outputs) in enumerate(pairwise(SHAPE)):
            out = []
            for _ in range(outputs):
                z = m.dot(p[start : start + inputs], x) + p[start + inputs]
                start += inputs + 1
                out.append(activation(z) if layer < len(SHAPE) - 2 else z)
            x = out
        return x[0]

    def loss(p: Any, xs: Any, ys: Any) -> Any:
        losses = vmap(lambda x, y: (network(p, list(x)) - y) ** 2)(xs, ys)
        return losses.sum() / len(ys)

    rng = np.random.default_rng(0)
    p = rng.normal(size=sum([(i + 1) * o for i, o in pairwise(SHAPE)])) * 0.3
    xs, ys = rng.normal(size=(100, SHAPE[0])), rng.normal(size=100)
    compiled = jit(value_and_grad(loss))
    compiled(p, xs, ys)

    def run() -> None:
        for _ in range(CALLS):
            compiled(p, xs, ys)

    return run


def main() -> None:
    whole = [step(getattr(m, name)) for name in NAMES]
    vector.VECTOR.clear()
    translation.vectorised.cache_clear()
    lanes = [step(getattr(m, name)) for name in NAMES]
    seconds = [1e6 * x / CALLS for x in interleaved(*whole, *lanes)]
    rows: list[tuple[str, ...]] = []
    for name, a, b in zip(NAMES, seconds[: len(NAMES)], seconds[len(NAMES) :], strict=True):
        rows.append((name, f"{a:.1f}", f"{b:.1f}", f"{b / a:.2f}"))
    print(table(("activation", "registers, µs", "lane by lane, µs", "ratio"), rows))


if __name__ == "__main__":
    main()
