"""Unsupervised: digits squeezed through a bottleneck. `python -m demos.autoencoder`."""

from __future__ import annotations

from typing import Any

import nn
from demos.figures import figure, main, save, show_image
from nn.data import split
from nn.plots import COLOURS, MARKERS


def autoencoder(sizes: list[int], seed: int) -> nn.MLP:
    """A network that gives back what it is fed, its linear code in the middle."""
    middle = len(sizes) // 2 - 1
    kinds = ["linear" if i == middle else "tanh" for i in range(len(sizes) - 1)]
    return nn.MLP(64, sizes, kinds, "sigmoid", init="glorot", seed=seed)


def train(model: nn.MLP, X: Any, Y: Any, epochs: int) -> nn.History:
    """Fit outputs to Y from inputs X, with a rate that falls; a short run is not worth compiling."""
    optimizer = nn.Adam(model.parameters(), 0.005)
    schedule = nn.schedules.CosineAnnealingLR(optimizer, max(epochs, 1))
    compiled = epochs > 2
    return nn.fit(model, X, Y, "mse", optimizer, epochs, 32, seed=0, schedule=schedule, compiled=compiled)


def code_of(model: nn.MLP, X: Any, compiled: bool) -> Any:
    """What stands in the bottleneck."""
    return nn.predict(nn.Sequential(*model.layers[: len(model.layers) // 2]), X, compiled=compiled)


def run(quick: bool = False) -> dict[str, float]:
    """Reconstruction, denoising and a map of the digits; the mean squared error of each."""
    import numpy as np
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X = X / 16.0
    if quick:
        X, y = X[:80], y[:80]
    rng = np.random.default_rng(0)
    train_rows, test_rows = split(len(X), 0.2, seed=0)
    mean_error = float(((X[test_rows] - X[train_rows].mean(axis=0)) ** 2).mean())
    print(f"{len(X)} digits of 64 pixels; giving back the mean digit has a squared error of {mean_error:.4f}")

    plain = autoencoder([16, 64], 0)
    train(plain, X[train_rows], X[train_rows], 2 if quick else 60)
    back = nn.predict(plain, X[test_rows], compiled=not quick)
    noisy = np.clip(X + rng.normal(0.0, 0.3, X.shape), 0.0, 1.0)
    denoiser = autoencoder([32, 64], 1)
    train(denoiser, noisy[train_rows], X[train_rows], 2 if quick else 60)
    cleaned = nn.predict(denoiser, noisy[test_rows], compiled=not quick)
    errors = {
        "mean digit": mean_error,
        "64-16-64": float(((back - X[test_rows]) ** 2).mean()),
        "noise": float(((noisy - X)[test_rows] ** 2).mean()),
        "denoised": float(((cleaned - X[test_rows]) ** 2).mean()),
    }
    for name, error in errors.items():
        print(f"   {name:>10}: squared error {error:.4f} a pixel, on held-out digits")

    labels = y[test_rows].tolist()
    shown = [labels.index(k) for k in range(10) if k in labels]
    drawn, axes = figure(4, len(shown), (9.0, 4.2))
    for column, i in enumerate(shown):
        images = (X[test_rows[i]], back[i], noisy[test_rows[i]], cleaned[i])
        for row, image in enumerate(images):
            show_image(axes[row][column], image.reshape(8, 8))
    for row, name in enumerate(("digit", "through 16", "noisy", "denoised")):
        axes[row][0].set_title(name, fontsize=9, loc="left")
    drawn.suptitle("Digits through an autoencoder")
    save(drawn, "autoencoder.png")

    flat = autoencoder([32, 2, 32, 64], 2)
    train(flat, X[train_rows], X[train_rows], 2 if quick else 100)
    places = code_of(flat, X, not quick)
    drawn, ax = figure(size=(7.0, 5.5))
    for k in range(10):
        mine = places[y == k]
        ax.scatter(mine[:, 0], mine[:, 1], s=10, color=COLOURS[k], marker=MARKERS[k], label=str(k), alpha=0.7)
    ax.legend(title="digit", frameon=False, bbox_to_anchor=(1.0, 1.0), markerscale=2)
    ax.set(title="Each digit in a bottleneck of two numbers", xlabel="first number", ylabel="second number")
    save(drawn, "autoencoder_map.png")
    errors["64-32-2-32-64"] = float(
        ((nn.predict(flat, X[test_rows], compiled=not quick) - X[test_rows]) ** 2).mean()
    )
    print(f"   through 2 numbers: squared error {errors['64-32-2-32-64']:.4f}")
    return errors


if __name__ == "__main__":
    main(run, __doc__)
