"""The README's pictures and pages: `python -m demos.pictures [folder]` writes them, into out/ unless told."""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.viz import Drawing, Stepper, draw, explain, stepper, tape
from nn import MLP


def expression() -> tuple[Value, Value]:
    """The README's first expression, swept, and its x."""
    x, y = Value(2.0, label="x"), Value(-3.0, label="y")
    z = (x * y).tanh() + x**2
    z.label = "z"
    z.backward()
    return z, x


def network() -> Drawing:
    """A small network and its loss, its boxes gathered by neuron and layer."""
    model = MLP(2, [2, 1], activation="tanh", seed=3)
    loss = (model([Value(0.5, label="x[0]"), Value(-1.0, label="x[1]")]) - 1.0) ** 2
    loss.label = "loss"
    loss.backward()
    return draw(loss, model=model)


def moons(count: int, rng: random.Random) -> tuple[list[list[float]], list[int]]:
    """Two half circles that reach into each other, labelled -1 and 1."""
    points, labels = [], []
    for i in range(count):
        angle, label = rng.uniform(0.0, math.pi), 1 if i % 2 else -1
        x, y = (
            (1.0 - math.cos(angle), 0.5 - math.sin(angle))
            if label > 0
            else (math.cos(angle), math.sin(angle))
        )
        points.append([x + rng.gauss(0.0, 0.1), y + rng.gauss(0.0, 0.1)])
        labels.append(label)
    return points, labels


def squared(output: Any, target: float) -> Any:
    """Half the squared error of one sample."""
    return 0.5 * (output - target) ** 2


def training(steps: int = 150, samples: int = 60) -> Stepper:
    """A network learns two moons; the page scrubs over its training."""
    points, labels = moons(samples, random.Random(7))
    model = MLP(2, [6, 1], activation="tanh", seed=1)
    parameters = model.parameters()
    history = [[p.data for p in parameters]]
    for _ in range(steps):
        loss = sum(squared(model(x), y) for x, y in zip(points, labels, strict=True)) / samples
        model.zero_grad()
        loss.backward()
        for p in parameters:
            p.data -= 0.5 * p.grad
        history.append([p.data for p in parameters])
    return stepper(model, points, labels, squared, history, name="A network learns two moons")


def write(folder: Path, steps: int = 150) -> list[Path]:
    """Write every picture and page into a folder, and say in words what the first one shows."""
    z, x = expression()
    print(tape(z), "\n")
    print(explain(z, wrt=x), "\n")
    return [
        draw(z).save(folder / "expression.svg"),
        network().save(folder / "network.svg"),
        draw(MLP(2, [8, 8, 1], seed=0), fold="neuron", legend=False).save(folder / "folded.svg"),
        stepper(z).save(folder / "expression.html"),
        training(steps).save(folder / "training.html"),
    ]


def main() -> None:
    """Write them all and print where they are."""
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "out")):
        print(path)


if __name__ == "__main__":
    main()
