"""Eager speed and size: `python -m benchmarks.eager`.

The moons step (two-layer network of 337 parameters, 100 samples, max-margin loss and L2) is written out in
scalars, multiplication by multiplication, and run on Values, on plain floats and, where it is installed, on
micrograd's values.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from autograd import Value, compiled
from benchmarks.timing import in_fresh_process, interleaved, table

Neuron = tuple[list[Any], Any]
CHAIN = """
import time
from autograd import Value
from benchmarks.timing import peak_bytes
x, before = Value(1.0), peak_bytes()
start = time.perf_counter()
z = x
for _ in range({n}): z = z * x
recorded = time.perf_counter()
z.backward()
swept = time.perf_counter()
size = (peak_bytes() - before) / {n}
del z
freed = time.perf_counter()
print(recorded - start, swept - recorded, freed - swept, size)
"""


def network(number: Callable[[float], Any], seed: int = 1) -> list[list[Neuron]]:
    """Weights and biases of an MLP 2-16-16-1, in the given kind of number."""
    rng = random.Random(seed)
    return [
        [([number(rng.uniform(-1, 1)) for _ in range(fan_in)], number(0.0)) for _ in range(fan_out)]
        for fan_in, fan_out in [(2, 16), (16, 16), (16, 1)]
    ]


def loss(layers: list[list[Neuron]], samples: list[list[float]], labels: list[int], relu: Any) -> Any:
    """The loss of micrograd's demo, with every product and sum an operation of its own."""
    total: Any = 0.0
    for sample, label in zip(samples, labels, strict=True):
        outputs: list[Any] = list(sample)
        for depth, layer in enumerate(layers):
            inputs, outputs = outputs, []
            for weights, bias in layer:
                activation = bias
                for w, x in zip(weights, inputs, strict=True):
                    activation = activation + w * x
                outputs.append(activation if depth == 2 else relu(activation))
        total = total + relu(1 + -label * outputs[0])
    square: Any = 0.0
    for layer in layers:
        for weights, bias in layer:
            for p in [*weights, bias]:
                square = square + p * p
    return total * (1.0 / len(samples)) + 1e-4 * square


def moons(count: int = 100) -> tuple[list[list[float]], list[int]]:
    """Samples and labels of the right shape; the numbers do not matter for the time."""
    rng = random.Random(2)
    return [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(count)], [
        rng.choice((-1, 1)) for _ in range(count)
    ]


def step(number: Callable[[float], Any]) -> Callable[[], None]:
    """A function that runs forward and backward on Values of that kind."""
    layers, (samples, labels) = network(number), moons()

    def run() -> None:
        loss(layers, samples, labels, lambda v: v.relu()).backward()

    return run


def moons_rows() -> list[tuple[str, ...]]:
    """The step's time as ratios to the forward pass on floats and to micrograd's step."""
    layers, (samples, labels) = network(float), moons()

    def plain() -> None:
        loss(layers, samples, labels, lambda v: v if v > 0.0 else 0.0)

    floats, ours = interleaved(plain, step(Value), rounds=31)
    rows: list[tuple[str, ...]] = [
        ("moons step, forward + backward / forward on floats", f"{ours / floats:.2f}", "at most 5")
    ]
    try:
        from micrograd.engine import Value as Micro
    except ImportError:
        rows.append(("micrograd's step / ours", "micrograd is not installed", ""))
    else:
        theirs, ours = interleaved(step(Micro), step(Value), rounds=5)
        rows.append(
            ("micrograd's step / ours", f"{theirs / ours:.1f}", "at least 70 compiled, 6 without a compiler")
        )
    return rows


def product_row() -> tuple[str, ...]:
    """Recording `a * b` against a float product; the loop around both is subtracted."""
    count = 200_000
    x, y, a, b = 1.5, 2.5, Value(1.5), Value(2.5)

    def empty() -> None:
        for _ in range(count):
            x  # noqa: B018

    def floats() -> None:
        for _ in range(count):
            x * y

    def values() -> None:
        for _ in range(count):
            a * b

    loop, plain, ours = interleaved(empty, floats, values, rounds=15)
    whole, alone = ours / plain, (ours - loop) / (plain - loop)
    return ("recording a * b / a float product", f"{whole:.2f} (loop subtracted {alone:.2f})", "at most 3")


def chain_rows(sizes: tuple[int, ...] = (10**4, 10**5, 10**6, 10**7)) -> list[tuple[str, ...]]:
    """Time and memory a node of a chain of products, each size in a process of its own."""
    rows: list[tuple[str, ...]] = []
    for n in sizes:
        recorded, swept, freed, size = map(float, in_fresh_process(CHAIN.format(n=n)).split())
        rate = n / (recorded + swept + freed) / 1e6
        nanoseconds = [f"{seconds / n * 1e9:.0f}" for seconds in (recorded, swept, freed)]
        rows.append((f"{n:,}", *nanoseconds, f"{rate:.1f}", f"{size:.0f}"))
    return rows


def main() -> None:
    """Print the tables."""
    print(f"engine: {'compiled' if compiled else 'plain Python'}\n")
    print(table(("ratio", "measured", "goal"), [*moons_rows(), product_row()]))
    print("\nA chain of products; nanoseconds a node:\n")
    print(table(("nodes", "record", "sweep", "free", "million nodes/s", "bytes a node"), chain_rows()))


if __name__ == "__main__":
    main()
