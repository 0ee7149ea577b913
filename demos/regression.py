"""Regression: outliers, learned noise, counts. `python -m demos.regression`."""

from __future__ import annotations

from typing import Any

import nn
from autograd import math
from demos.figures import figure, main, save
from nn.data import split


def diabetes(epochs: int) -> dict[str, float]:
    """R squared on a held-out third of the diabetes data, by the loss trained with."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    train, test = split(len(X), 1 / 3, seed=1)
    X, y = X / X[train].std(axis=0), (y - y[train].mean()) / y[train].std()
    found = {}
    for loss in ("mse", "mae", "huber"):
        model = nn.MLP(X.shape[1], [8, 1], "tanh", init="glorot", seed=0)
        optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=0.1)
        nn.fit(model, X[train], y[train], loss, optimizer, epochs, 32, seed=0, validation=0.2, patience=15)
        found[loss] = nn.r2(nn.predict(model, X[test]), y[test])
        print(f"   diabetes, trained on {loss:>5}: R² = {found[loss]:.3f} on a held-out third")
    return found


def learned_noise(ax: Any, epochs: int) -> nn.History:
    """Data whose noise grows to the right: the network tells the mean and the spread."""
    import numpy as np

    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-3.0, 3.0, 240))
    spread = 0.05 + 0.15 * (x + 3.0) / 2.0
    y = np.sin(1.5 * x) + spread * rng.normal(size=len(x))
    model = nn.MLP(1, [16, 2], "tanh", init="glorot", seed=0)
    history = nn.fit(model, x, y, "gaussian_nll", nn.Adam(model.parameters(), 0.02), epochs, seed=0)
    grid = np.linspace(-3.0, 3.0, 200)
    mean, log_variance = nn.predict(model, grid).T
    deviation = np.exp(0.5 * log_variance)
    ax.scatter(x, y, s=8, color="#999999", label="samples")
    ax.plot(grid, mean, color="#0072B2", label="mean")
    ax.fill_between(
        grid, mean - 2 * deviation, mean + 2 * deviation, color="#56B4E9", alpha=0.3, label="± 2 deviations"
    )
    ax.plot(grid, np.sin(1.5 * grid), "--", color="black", linewidth=0.8, label="truth")
    ax.legend(frameon=False, fontsize=8)
    ax.set(title="Gaussian likelihood with a learned variance", xlabel="x", ylabel="y")
    middle, right = np.interp([0.0, 2.5], grid, deviation)
    print(
        f"   learned deviation at 0 and 2.5: {middle:.3f}, {right:.3f} (truth {0.05 + 0.225:.3f}, "
        f"{0.05 + 0.4125:.3f})"
    )
    return history


def counts(ax: Any, epochs: int) -> None:
    """Counts by a Poisson law, and a loss of one's own: the pinball loss, which finds a quantile."""
    import numpy as np

    rng = np.random.default_rng(1)
    x = np.sort(rng.uniform(0.0, 4.0, 200))
    y = rng.poisson(np.exp(0.3 + np.sin(1.7 * x)))
    rate = nn.MLP(1, [12, 1], "tanh", init="glorot", seed=0)
    nn.fit(rate, x, y, "poisson_nll", nn.Adam(rate.parameters(), 0.02), epochs, seed=0)

    def ninth_decile(output: Any, target: Any) -> Any:
        error = target - output
        return math.maximum(0.9 * error, -0.1 * error)

    high = nn.MLP(1, [12, 1], "tanh", init="glorot", seed=1)
    nn.fit(high, x, y, ninth_decile, nn.Adam(high.parameters(), 0.02), epochs, seed=0)
    grid = np.linspace(0.0, 4.0, 200)
    ax.scatter(x, y + rng.uniform(-0.12, 0.12, len(y)), s=8, color="#999999", label="counts (jittered)")
    ax.plot(grid, np.exp(nn.predict(rate, grid)), color="#0072B2", label="rate (Poisson likelihood)")
    ax.plot(grid, np.exp(0.3 + np.sin(1.7 * grid)), "--", color="black", linewidth=0.8, label="true rate")
    ax.plot(grid, nn.predict(high, grid), color="#D55E00", label="9th decile (own loss)")
    below = float((y <= nn.predict(high, x)).mean())
    print(f"   the 9th decile has {below:.1%} of the counts below it")
    ax.legend(frameon=False, fontsize=8)
    ax.set(title="Counts, and a loss of one's own", xlabel="x", ylabel="count")


def run(quick: bool = False) -> dict[str, float]:
    """All three; R squared by loss on the diabetes data."""
    epochs = 20 if quick else 600
    drawn, (left, right) = figure(1, 2, (11.0, 4.5))
    found = diabetes(10 if quick else 200)
    learned_noise(left, epochs)
    counts(right, epochs)
    save(drawn, "regression.png")
    return found


if __name__ == "__main__":
    main(run, __doc__)
