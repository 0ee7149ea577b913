"""The cheap gradient principle in time: `python -m benchmarks.cheap_gradient [largest n]`.

The time of value_and_grad over that of recording the function on Values, and over that of the function on
plain floats, for n inputs: flat in n. The counted ratio of operations (autograd.cost) stands beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from autograd import Value, compiled, cost, math, value_and_grad
from benchmarks.timing import interleaved, table


def chained(x: Sequence[Any]) -> Any:
    """A sum over neighbours, three operations an input."""
    total = x[-1] * x[0]
    before = x[0]
    for now in x[1:]:
        total = total + math.sin(before) * now
        before = now
    return total


def measure(n: int) -> tuple[str, ...]:
    xs = [0.5 + 0.1 * (i % 7) for i in range(n)]
    both = value_and_grad(chained)
    repeats = max(1, 20_000 // n)

    def plain() -> None:
        for _ in range(repeats):
            chained(xs)

    def recorded() -> None:
        for _ in range(repeats):
            chained([Value(x) for x in xs])

    def gradient() -> None:
        for _ in range(repeats):
            both(xs)

    floats, recording, found = interleaved(plain, recorded, gradient, rounds=11 if n < 100_000 else 3)
    per_input = 1e9 / (n * repeats)
    counted = cost(chained)(xs).ratio if n <= 100_000 else float("nan")
    return (
        f"{n:,}",
        f"{floats * per_input:.0f}",
        f"{recording * per_input:.0f}",
        f"{found * per_input:.0f}",
        f"{found / recording:.2f}",
        f"{found / floats:.1f}",
        f"{counted:.2f}",
    )


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("compiled" if compiled else "interpreted", "- nanoseconds an input")
    sizes = [n for n in (10, 100, 1_000, 10_000, 100_000, 1_000_000) if n <= largest]
    header = ("n", "floats", "recording", "value_and_grad", "/ recording", "/ floats", "counted")
    print(table(header, [measure(n) for n in sizes]))


if __name__ == "__main__":
    main()
