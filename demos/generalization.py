"""Generalisation and adaptability: noisy labels, a drifting stream. `python -m demos.generalization`."""

from __future__ import annotations

from typing import Any

import nn
from demos.figures import figure, main, save
from nn.plots import COLOURS


def regularisation(axes: Any, epochs: int) -> dict[str, float]:
    """A hundred digits, a fifth of them mislabelled: losses with and without weight decay."""
    import numpy as np
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X = X / 16.0
    train, held = slice(0, 100), slice(100, 400)
    rng = np.random.default_rng(1)
    y[rng.choice(100, 20, replace=False)] = rng.integers(0, 10, 20)
    found = {}
    for ax, (name, decay) in zip(
        axes, {"no regularisation": 0.0, "weight decay 3": 3.0}.items(), strict=True
    ):
        model = nn.MLP(64, [32, 10], "tanh", init="glorot", seed=0)
        optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=decay)
        history = nn.fit(
            model,
            X[train],
            y[train],
            "cross_entropy",
            optimizer,
            epochs,
            seed=0,
            validation=(X[held], y[held]),
        )
        nn.plot_history(history, ax)
        ax.set(title=name, ylim=(1e-3, 4.0))
        score = nn.accuracy(nn.predict(model, X[held], compiled=True), y[held])
        found[name] = history.validation[-1]
        best = min(history.validation)
        print(
            f"   {name:>17}: training loss {history.loss[-1]:.4f}, validation {history.validation[-1]:.4f} "
            f"(best {best:.4f} in epoch {history.best_epoch + 1}), {score:.1%} right"
        )
    return found


def drift(ax: Any, steps: int) -> dict[str, float]:
    """Two clouds that turn around each other: a network that goes on learning beside one that stopped."""
    import numpy as np
    from tqdm import tqdm

    rng = np.random.default_rng(0)

    def batch(step: int) -> tuple[Any, Any]:
        angle = 2.0 * np.pi * step / 400.0
        labels = rng.integers(0, 2, 16)
        centre = np.array([np.cos(angle), np.sin(angle)])
        return np.where(labels[:, None] == 1, centre, -centre) + rng.normal(0.0, 0.5, (16, 2)), labels

    frozen, online = (nn.MLP(2, [8, 1], "tanh", init="glorot", seed=0) for _ in range(2))
    right: dict[str, list[float]] = {"goes on learning": [], "stopped after 100 batches": []}
    histories: dict[str, Any] = {"frozen": None, "online": None}
    optimizers = {"frozen": nn.Adam(frozen.parameters(), 0.03), "online": nn.Adam(online.parameters(), 0.03)}
    for step in tqdm(range(steps), desc="   stream", unit="batch"):
        X, y = batch(step)
        for model, seen in zip((online, frozen), right.values(), strict=True):
            seen.append(nn.accuracy(nn.predict(model, X), y))  # judged before it learns from them
        for name, model in (("online", online), ("frozen", frozen)):
            if name == "online" or step < 100:
                histories[name] = nn.fit(
                    model, X, y, "binary_cross_entropy", optimizers[name], 1, seed=0, progress=False
                )
    window = min(25, steps)
    for i, (name, seen) in enumerate(right.items()):
        smooth = np.convolve(seen, np.ones(window) / window, mode="valid")
        ax.plot(np.arange(len(smooth)) + window, smooth, color=COLOURS[i], label=name)
        print(f"   {name:>25}: {np.mean(seen[steps // 4 :]):.1%} right once it has learned")
    ax.axhline(0.5, color="black", linewidth=0.6, linestyle=":")
    ax.set(
        title="A stream that drifts (a turn every 400 batches)",
        xlabel="batch",
        ylabel="share right",
        ylim=(0, 1.15),
    )
    ax.legend(frameon=False, fontsize=8, loc="upper center", ncols=2)
    return {name: float(np.mean(seen[steps // 4 :])) for name, seen in right.items()}


def run(quick: bool = False) -> dict[str, float]:
    """Both; validation losses and accuracies."""
    drawn, axes = figure(1, 3, (14.0, 4.2))
    print("Generalisation: 100 digits to learn from (20 of them mislabelled), 300 to be judged by")
    found = regularisation(axes[:2], 5 if quick else 300)
    print("Adaptability: 16 points a batch, predicted first and then learned from")
    found |= drift(axes[2], 40 if quick else 800)
    save(drawn, "generalization.png")
    return found


if __name__ == "__main__":
    main(run, __doc__)
