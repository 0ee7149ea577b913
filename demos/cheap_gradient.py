"""The gradient costs a small constant times the loss. `python -m demos.cheap_gradient`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import nn
from demos.figures import figure, main, save
from nn.eager import parameters_of
from nn.losses import mse
from nn.objective import objective
from nn.plots import COLOURS


def seconds(call: Callable[[], Any], least: float) -> float:
    """The shortest of some runs of a call, `least` seconds of them."""
    best, spent = float("inf"), 0.0
    while spent < least:
        begun = perf_counter()
        call()
        took = perf_counter() - begun
        best, spent = min(best, took), spent + took
    return best


def measure(widths: tuple[int, ...], least: float) -> list[dict[str, float]]:
    """Loss, gradient and finite differences of 8-w-1 networks over 16 samples, in seconds."""
    import numpy as np
    from tqdm import tqdm

    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(16, 8)), rng.normal(size=16)
    found = []
    for width in tqdm(widths, desc="widths", unit="network"):
        model = nn.MLP(8, [width, 1], "tanh", init="glorot", seed=0)
        theta = parameters_of(model)
        row: dict[str, float] = {"parameters": float(len(theta))}
        for kind, compiled in (("eager", False), ("compiled", True)):
            goal = objective(model, mse, compiled=compiled)
            goal.value(theta, X, Y)
            goal.value_and_gradient(theta, X, Y)
            row[f"{kind} loss"] = seconds(partial(goal.value, theta, X, Y), least)
            row[f"{kind} gradient"] = seconds(partial(goal.value_and_gradient, theta, X, Y), least)
            row[f"{kind} differences"] = row[f"{kind} loss"] * (len(theta) + 1)  # one more loss a parameter
        found.append(row)
    return found


def run(quick: bool = False) -> list[dict[str, float]]:
    """Measure, print and draw."""
    widths = (1, 4) if quick else (1, 3, 10, 30, 100, 300)
    found = measure(widths, 0.01 if quick else 0.2)
    print("            eager: microseconds                    compiled: microseconds")
    print("parameters  loss      gradient  ratio differences  loss      gradient  ratio differences")
    for row in found:
        line = f"{row['parameters']:10.0f}"
        for kind in ("eager", "compiled"):
            loss, gradient, differences = (
                row[f"{kind} {what}"] for what in ("loss", "gradient", "differences")
            )
            line += f"  {loss * 1e6:<9.1f} {gradient * 1e6:<9.1f} {gradient / loss:5.2f} "
            line += f"{differences * 1e6:<11.0f}"
        print(line)
    drawn, (left, right) = figure(1, 2, (11.0, 4.5))
    n = [row["parameters"] for row in found]
    for i, kind in enumerate(("eager", "compiled")):
        for what, style in (("loss", ":"), ("gradient", "-"), ("differences", "--")):
            name = "finite differences" if what == "differences" else what
            left.loglog(
                n, [row[f"{kind} {what}"] for row in found], style, color=COLOURS[i], label=f"{kind} {name}"
            )
        ratios = [row[f"{kind} gradient"] / row[f"{kind} loss"] for row in found]
        right.semilogx(n, ratios, "o-", color=COLOURS[i], label=f"gradient, {kind}")
    right.semilogx(n, [x + 1 for x in n], "--", color="black", label="finite differences")
    right.set_yscale("log")
    right.axhspan(2, 5, color=COLOURS[2], alpha=0.15, label="2 to 5 times")
    left.set(xlabel="parameters", ylabel="seconds", title="Time")
    right.set(
        xlabel="parameters", ylabel="times the loss", title="Cost of the gradient over that of the loss"
    )
    for ax in (left, right):
        ax.legend(frameon=False, fontsize=8)
    save(drawn, "cheap_gradient.png")
    return found


if __name__ == "__main__":
    main(run, __doc__)
