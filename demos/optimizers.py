"""Gradient descent, its relatives, and SciPy's optimisers, on one network. `python -m demos.optimizers`."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter
from typing import Any

import nn
from demos.figures import figure, main, save
from nn.losses import binary_cross_entropy
from nn.objective import objective
from nn.plots import COLOURS

METHODS = ("L-BFGS-B", "TNC", "Newton-CG", "trust-ncg", "trust-krylov")


def moons() -> tuple[Any, Any]:
    """Two hundred points of two moons, labels 0 and 1."""
    from sklearn.datasets import make_moons

    X, y = make_moons(200, noise=0.15, random_state=0)
    return X, y


def network() -> nn.MLP:
    """The same start for everyone."""
    return nn.MLP(2, [8, 1], "tanh", init="glorot", seed=3)


def first_order(X: Any, y: Any, epochs: int) -> dict[str, list[float]]:
    """The loss of each optimiser, epoch by epoch."""

    def cosine(optimizer: nn.Optimizer) -> Any:
        return nn.schedules.CosineAnnealingLR(optimizer, epochs)

    cases: dict[str, Any] = {
        "SGD": (nn.SGD, {"lr": 0.5}, {}),
        "momentum 0.9": (nn.SGD, {"lr": 0.1, "momentum": 0.9}, {}),
        "Nesterov 0.9": (nn.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}, {}),
        "RMSprop": (nn.RMSprop, {"lr": 0.02}, {}),
        "Adagrad": (nn.Adagrad, {"lr": 0.2}, {}),
        "Adam": (nn.Adam, {"lr": 0.03}, {}),
        "AdamW, cosine": (nn.AdamW, {"lr": 0.05}, {"schedule": cosine}),
        "SGD 20, clipped": (nn.SGD, {"lr": 20.0}, {"clip_norm": 0.05}),
    }
    losses = {}
    for name, (kind, settings, more) in cases.items():
        model = network()
        optimizer = kind(model.parameters(), **settings)
        extras = {key: make(optimizer) if key == "schedule" else make for key, make in more.items()}
        history = nn.fit(
            model, X, y, "binary_cross_entropy", optimizer, epochs, 50, seed=0, progress=False, **extras
        )
        losses[name] = history.loss
        print(f"   {name:>16}: loss {history.loss[-1]:.5f} after {epochs} epochs, {history.seconds:5.2f} s")
    return losses


def second_order(X: Any, y: Any, iterations: int) -> dict[str, list[float]]:
    """The loss of SciPy's methods, iteration by iteration; a little weight decay gives it a minimum."""
    losses: dict[str, list[float]] = {}

    def penalty(model: nn.MLP) -> Any:
        return 1e-4 * sum(p * p for p in model.parameters())

    goal = objective(network(), binary_cross_entropy, penalty)
    targets = y.astype(float)
    for method in METHODS:
        options = {"maxfun" if method == "TNC" else "maxiter": iterations}
        course: list[float] = []

        def seen(theta: Any, course: list[float] = course) -> None:
            course.append(goal.value(theta, X, targets))

        found = nn.minimize(
            network(),
            (X, y),
            method,
            loss="binary_cross_entropy",
            penalty=penalty,
            options=options,
            callback=seen,
        )
        losses[method] = [*course, float(found.fun)]
        print(
            f"   {method:>16}: loss {found.fun:.5f} after {found.nit} iterations, {found.nfev} evaluations, "
            f"{getattr(found, 'nhev', 0)} products with the Hessian, gradient {abs(found.jac).max():.1e}"
        )
    return losses


def valley(iterations: int) -> dict[str, float]:
    """Rosenbrock's function of ten numbers, as plain Python, down to its minimum of 0 at (1, ..., 1)."""

    def rosenbrock(x: Any) -> Any:
        return sum(100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x))

    found = {}
    for method in METHODS:
        options = {"maxfun" if method == "TNC" else "maxiter": iterations}
        result = nn.minimize(rosenbrock, [-1.2, 1.0] * 5, method, options=options)
        found[method] = float(abs(result.x - 1.0).max())
        print(
            f"   {method:>16}: {result.fun:.1e} after {result.nit} iterations, {result.nfev} evaluations; "
            f"{found[method]:.1e} from the minimum"
        )
    return found


def run(quick: bool = False) -> dict[str, float]:
    """First and second order on two moons, a function, two kinds of least squares; the last losses."""
    X, y = moons()
    print("First order, batches of 50, on two moons (8 hidden neurons)")
    first = first_order(X, y, 5 if quick else 150)
    print("Second order: SciPy with the engine's gradients and Hessian-vector products")
    second = second_order(X, y, 3 if quick else 300)
    print("The same for a function: Rosenbrock's, of ten numbers")
    valley(20 if quick else 1000)
    drawn, axes = figure(2, 2, (11.0, 9.0))
    for ax, losses, name in ((axes[0][0], first, "epoch"), (axes[0][1], second, "iteration")):
        for i, (method, loss) in enumerate(losses.items()):
            ax.plot(range(1, len(loss) + 1), loss, color=COLOURS[i], label=method, linewidth=1.2)
        ax.set(xlabel=name, ylabel="loss", yscale="log")
        ax.legend(frameon=False, fontsize=8, ncols=2)
    axes[0][0].set_title("First order, two moons")
    axes[0][1].set(title="Second order, two moons and a little weight decay", xscale="log")
    curve_fitting(axes[1][0])
    smoothing(axes[1][1], 40 if quick else 400)
    save(drawn, "optimizers.png")
    return {name: loss[-1] for name, loss in (first | second).items()}


def curve_fitting(ax: Any) -> None:
    """Least squares: two decays from noisy counts, by each of SciPy's ways and Gauss-Newton."""
    import numpy as np

    from autograd import math

    rng = np.random.default_rng(0)
    t = np.linspace(0.0, 10.0, 60)
    counts = 80.0 * np.exp(-1.3 * t) + 30.0 * np.exp(-0.2 * t) + rng.normal(0.0, 1.0, len(t))

    def residuals(p: Any) -> list[Any]:
        return [
            p[0] * math.exp(-p[1] * at) + p[2] * math.exp(-p[3] * at) - count
            for at, count in zip(t.tolist(), counts.tolist(), strict=True)
        ]

    print("Least squares: two decays from 60 noisy counts (80, 1.3, 30, 0.2)")
    for method in ("lm", "gauss-newton", "trf", "dogbox"):
        found = nn.least_squares(residuals, [60.0, 1.0, 20.0, 0.1], method)
        print(f"   {method:>16}: {', '.join(f'{p:.4f}' for p in found.x)}; cost {found.cost:.6f}")
    free = nn.least_squares(residuals, [60.0, 1.0, 20.0, 0.1], "trf", jacobian="products")
    print(f"   {'trf, matrix-free':>16}: {', '.join(f'{p:.4f}' for p in free.x)}; cost {free.cost:.6f}")
    ax.scatter(t, counts, s=10, color="#999999", label="counts")
    fitted = counts + np.array(residuals(found.x.tolist()))
    ax.plot(t, fitted, color=COLOURS[0], label="fit")
    for k, (size, rate) in enumerate(zip(found.x[::2], found.x[1::2], strict=True)):
        ax.plot(
            t, size * np.exp(-rate * t), "--", color=COLOURS[k + 1], label=f"{size:.1f} exp(-{rate:.2f} t)"
        )
    ax.set(
        xlabel="time", ylabel="counts", title="Levenberg-Marquardt: two decays", yscale="log", ylim=(0.5, 150)
    )
    ax.legend(frameon=False, fontsize=8)


def smoothing(ax: Any, n: int) -> float:
    """A rate behind counts, one unknown a day, each day tied to its neighbours: a sparse Jacobian."""
    import numpy as np

    from autograd import math

    rng = np.random.default_rng(2)
    day = np.arange(n)
    rate = 12.0 + 8.0 * np.sin(2.0 * np.pi * day / n) + 5.0 * (day > 0.6 * n)
    counts = rng.poisson(rate)

    def residuals(h: Any) -> list[Any]:
        misses = [(math.exp(a) - c) / (c + 1.0) ** 0.5 for a, c in zip(h, counts.tolist(), strict=True)]
        return misses + [100.0 * (a - 2.0 * b + c) for a, b, c in zip(h, h[1:], h[2:], strict=False)]

    start = np.full(n, np.log(counts.mean()))
    begun = perf_counter()
    found = nn.least_squares(residuals, start, "trf")
    seconds = perf_counter() - begun
    entries = found.jac.shape[0] * found.jac.shape[1]
    print(f"Least squares with a sparse Jacobian: the rate behind {n} counts, one unknown a day")
    print(
        f"   {'trf':>16}: {found.jac.nnz:,} of the Jacobian's {entries:,} entries are not 0; cost "
        f"{found.cost:.4f} after {found.nfev} evaluations, {seconds:.1f} s with compiling"
    )
    ax.scatter(day, counts, s=6, color="#999999", label="counts")
    ax.plot(day, rate, "--", color="black", linewidth=0.8, label="true rate")
    ax.plot(day, np.exp(found.x), color=COLOURS[0], label="found")
    ax.set(xlabel="day", ylabel="count", title="Sparse least squares: a rate behind counts")
    ax.legend(frameon=False, fontsize=8)
    return float(found.cost)


if __name__ == "__main__":
    main(run, __doc__)
