"""Learning from mistakes, shown: a page that scrubs through a training. `python -m demos.stepper`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nn
from autograd.viz import stepper
from demos.figures import OUT, main


def data() -> tuple[Any, Any]:
    """Forty points: those near the origin against those around it, in one direction only."""
    import numpy as np

    rng = np.random.default_rng(4)
    X = rng.uniform(-1.5, 1.5, (40, 2))
    return X, np.where(np.abs(X @ np.array([0.8, 0.6])) < 0.6, 1.0, -1.0)


def run(quick: bool = False) -> Path:
    """Train two hidden neurons and write the page; its path."""
    X, Y = data()
    model = nn.MLP(2, [2, 1], "tanh", init="glorot", seed=1)
    history = nn.fit(
        model,
        X,
        Y,
        "mse",
        nn.Adam(model.parameters(), 0.1),
        5 if quick else 120,
        seed=0,
        keep_parameters=True,
    )
    right = nn.accuracy(nn.predict(model, X), Y)
    print(
        f"2 hidden neurons, 40 points: loss {history.loss[0]:.3f} before, {history.loss[-1]:.3f} after; "
        f"{right:.0%} right"
    )
    steps = [theta.tolist() for theta in history.parameters]
    page = stepper(model, X.tolist(), Y.tolist(), nn.losses.mse, steps)
    OUT.mkdir(exist_ok=True)
    path = Path(page.save(OUT / "stepper.html"))
    print(f"   page: {path} ({len(steps)} steps to scrub through; open it in a browser)")
    return path


if __name__ == "__main__":
    main(run, __doc__)
