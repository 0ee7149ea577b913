"""The tour: record, sweep, check, draw, train. `python -m demos.tour` writes its pictures into out/."""

from __future__ import annotations

import platform
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import autograd
from autograd import Value, math, no_grad
from autograd.viz import draw
from nn import MLP
from nn.extras import need

OUT = Path("out")


def f(a: Any, b: Any) -> Any:
    """A small expression, over floats and Values alike."""
    return math.tanh(a * b + b**3) / a


def central_difference(function: Callable[[float], float], x: float) -> float:
    """The slope between two neighbours, right to about ten digits."""
    h = 6e-6 * max(1.0, abs(x))
    return (function(x + h) - function(x - h)) / (2 * h)


def expression() -> None:
    """Record an expression, sweep it, and print the gradients beside finite differences."""
    a, b = Value(-4.0, label="a"), Value(1.5, label="b")
    g = f(a, b)
    g.label = "g"
    g.backward()
    print("1. Record an expression and run backward:  g = tanh(a*b + b**3) / a")
    print(f"   g = {g.data:.10f}   at a = {a.data}, b = {b.data}")
    print("            gradient        finite difference")
    slopes = {
        a: central_difference(lambda x: f(x, b.data), a.data),
        b: central_difference(lambda x: f(a.data, x), b.data),
    }
    for leaf, slope in slopes.items():
        print(f"   dg/d{leaf.label}  {leaf.grad:+.10f}   {slope:+.10f}")
    print(f"   the graph: {draw(g).save(OUT / 'expression.svg')}\n")


def margin_loss(model: MLP, inputs: Sequence[Sequence[float]], labels: Sequence[int]) -> tuple[Value, int]:
    """The loss of micrograd's demo (max-margin and L2 of 1e-4), and how many scores are right."""
    scores = [model(row) for row in inputs]
    margins = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
    loss = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in model.parameters())
    right = sum((label > 0) == (score.data > 0) for label, score in zip(labels, scores, strict=True))
    return loss, right


def train(steps: int = 200, enough: int = 99, quiet: bool = False) -> tuple[MLP, Any, Any, int]:
    """Train MLP(2, [16, 16, 1]) on two moons until enough of the 100 points are classified."""
    from sklearn.datasets import make_moons
    from tqdm import tqdm

    inputs, zero_one = make_moons(n_samples=100, noise=0.1, random_state=1337)
    labels = zero_one * 2 - 1
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    right = 0
    with tqdm(range(steps), desc="   training", unit="step", disable=quiet) as progress:
        for step in progress:
            loss, right = margin_loss(model, inputs.tolist(), labels.tolist())
            progress.set_postfix(loss=f"{loss.data:.4f}", right=f"{right}/100")
            if right >= enough:
                break
            model.zero_grad()
            loss.backward()
            rate = max(0.1, 1.0 - 0.9 * step / 100)
            for p in model.parameters():
                p.data -= rate * p.grad
    return model, inputs, labels, right


def boundary(model: MLP, inputs: Any, labels: Any, path: Path, resolution: int = 60) -> Path:
    """Draw where the score changes sign, with the points."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    xs = np.linspace(inputs[:, 0].min() - 0.5, inputs[:, 0].max() + 0.5, resolution)
    ys = np.linspace(inputs[:, 1].min() - 0.5, inputs[:, 1].max() + 0.5, resolution)
    with no_grad():
        scores = np.array([[model([x, y]).data for x in xs.tolist()] for y in ys.tolist()])
    figure, axes = plt.subplots(figsize=(6, 4.5), layout="constrained")
    limit = float(np.abs(scores).max())
    filled = axes.contourf(xs, ys, scores, levels=np.linspace(-limit, limit, 21), cmap="PuOr", alpha=0.8)
    axes.contour(xs, ys, scores, levels=[0.0], colors="black", linewidths=1.5)
    for label, marker, name in ((1, "o", "label +1"), (-1, "s", "label −1")):
        chosen = labels == label
        axes.scatter(
            inputs[chosen, 0],
            inputs[chosen, 1],
            c="#5e3c99" if label > 0 else "#b35806",
            marker=marker,
            edgecolors="white",
            label=name,
        )
    axes.set(title="MLP(2, [16, 16, 1]) on two moons", xlabel="$x_1$", ylabel="$x_2$")
    axes.legend(loc="upper right")
    figure.colorbar(filled, ax=axes, label="score")
    figure.savefig(path, dpi=150)
    plt.close(figure)
    return path


def neuron_graph(model: MLP) -> list[Path]:
    """Draw what one neuron of the trained network computes, with its gradients."""
    neuron = model.layers[0].neurons[0]
    output = neuron([Value(0.5, label="x1"), Value(-0.25, label="x2")])
    output.label = "output"
    output.backward()
    picture = draw(output)
    return [picture.save(OUT / "neuron.svg"), picture.save(OUT / "neuron.dot")]


def main() -> None:
    """Run the tour."""
    build = "compiled" if autograd.compiled else "plain Python"
    print(f"scalar-autograd on Python {platform.python_version()}; the engine is {build}\n")
    for module, package in (("sklearn", "scikit-learn"), ("matplotlib", None), ("tqdm", None)):
        need(module, package)  # before the work begins, not after
    OUT.mkdir(exist_ok=True)
    expression()
    print("2. Train MLP(2, [16, 16, 1]) on two moons: max-margin loss, L2")
    model, inputs, labels, right = train()
    print(f"   {right} of 100 points classified; {len(model.parameters())} parameters")
    print(f"   the decision boundary: {boundary(model, inputs, labels, OUT / 'moons.png')}\n")
    print("3. Draw one neuron of the network")
    for path in neuron_graph(model):
        print(f"   {path}")


if __name__ == "__main__":
    main()
