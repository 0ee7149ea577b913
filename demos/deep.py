"""Deep networks and large ones: fifty layers; a million parameters. `python -m demos.deep [--jit]`."""

from __future__ import annotations

import resource
import sys
from time import perf_counter
from typing import Any

import nn
from demos.figures import arguments, figure, save
from nn.plots import COLOURS

INITS = {
    "uniform(-1, 1)": None,
    "Glorot": "glorot",
    "orthogonal": "orthogonal",
    "orthogonal, gain 1.1": nn.init.orthogonal(1.1),
    "too small": nn.init.uniform(-0.05, 0.05),
}


def layer_gradients(model: nn.MLP, X: Any, Y: Any) -> list[float]:
    """The root mean square of the loss's gradient in the weights of each layer."""
    model.zero_grad()
    for x, y in zip(X.tolist(), Y.tolist(), strict=True):
        nn.losses.binary_cross_entropy(model(x), y).backward()
    return [
        (sum(p.grad**2 for p in layer.parameters()) / len(layer.parameters())) ** 0.5
        for layer in model.layers
    ]


def depth(quick: bool) -> dict[str, float]:
    """Fifty layers of tanh on two moons, by initialisation; the share of points right after training."""
    from sklearn.datasets import make_moons

    X, y = make_moons(100, noise=0.1, random_state=0)
    layers, epochs = (6, 5) if quick else (50, 800)
    drawn, (left, right) = figure(1, 2, (11.0, 4.5))
    found = {}
    print(f"{layers} layers of 8 tanh neurons on two moons")
    for i, (name, init) in enumerate(INITS.items()):
        model = nn.MLP(2, [8] * (layers - 1) + [1], "tanh", init=init, seed=0)
        sizes = layer_gradients(model, X[:5], y[:5])
        history = nn.fit(
            model,
            X,
            y,
            "binary_cross_entropy",
            nn.Adam(model.parameters(), 3e-4),
            epochs,
            25,
            seed=0,
            clip_norm=1.0,
        )
        found[name] = nn.accuracy(nn.predict(model, X), y)
        left.semilogy(
            range(1, layers + 1), [max(size, 1e-60) for size in sizes], color=COLOURS[i], label=name
        )
        right.plot(range(1, history.epochs + 1), history.loss, color=COLOURS[i], label=name)
        print(
            f"   {name:>20}: gradient in layer 1 is {sizes[0]:.1e}, in the last {sizes[-1]:.1e}; "
            f"{found[name]:.0%} right"
        )
    left.set(xlabel="layer", ylabel="root mean square of the gradient", title="Gradients before training")
    right.set(xlabel="epoch", ylabel="loss", title=f"Training {layers} layers")
    left.legend(frameon=False, fontsize=8)
    right.legend(frameon=False, fontsize=8)
    save(drawn, "deep.png")
    return found


def peak_memory() -> float:
    """The most memory this process held, in gigabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)


def million(sizes: list[int], inputs: int) -> dict[str, float]:
    """Build a large network, and run one image forward and backward eagerly."""
    import numpy as np

    print(f"{inputs}-{'-'.join(map(str, sizes))}, eagerly")
    begun = perf_counter()
    model = nn.MLP(inputs, sizes, "relu", init="he", seed=0)
    parameters = model.parameters()
    print(f"   {len(parameters):,} parameters built in {perf_counter() - begun:.1f} s")
    image = np.random.default_rng(0).random(inputs).tolist()
    begun = perf_counter()
    loss = nn.losses.cross_entropy(model(image), 3)
    forward = perf_counter() - begun
    begun = perf_counter()
    loss.backward()
    backward = perf_counter() - begun
    reached = sum(p.grad != 0.0 for p in parameters)
    memory = peak_memory()
    print(
        f"   forward {forward:.2f} s, backward {backward:.2f} s; {reached:,} gradients are not 0; peak "
        f"{memory:.2f} GB"
    )
    return {"parameters": len(parameters), "forward": forward, "backward": backward, "gigabytes": memory}


def enlarged(side: int) -> tuple[Any, Any]:
    """scikit-learn's digits drawn large in the middle of images of side x side pixels, as rows."""
    import numpy as np
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    times = side // 8
    images = np.kron(X.reshape(-1, 8, 8) / 16.0, np.ones((times, times)))
    margin = side - 8 * times
    before = margin // 2
    padded = np.pad(images, ((0, 0), (before, margin - before), (before, margin - before)))
    return padded.reshape(len(X), -1), y


def trained(sizes: list[int], side: int, images: int, epochs: int) -> nn.History:
    """Train a large network through jit on digits, in batches of 10."""
    X, y = enlarged(side)
    model = nn.MLP(side * side, sizes, "relu", init="he", seed=0)
    print(f"{side * side}-{'-'.join(map(str, sizes))}, through jit on {images} digits, batches of 10")
    seen: list[float] = []
    begun = perf_counter()
    optimizer = nn.SGD(model.parameters(), 0.02)
    history = nn.fit(
        model,
        X[:images],
        y[:images],
        "cross_entropy",
        optimizer,
        epochs,
        10,
        seed=0,
        callbacks=lambda *_: seen.append(perf_counter() - begun),
    )
    steps = (images + 9) // 10
    rest = (seen[-1] - seen[0]) / max((epochs - 1) * steps, 1)
    right = nn.accuracy(nn.predict(model, X[:50]), y[:50])
    print(
        f"   {len(model.parameters()):,} parameters: the first epoch, with compiling, took {seen[0]:.0f} s; "
        f"then a step {1e3 * rest:.1f} ms; peak {peak_memory():.2f} GB"
    )
    print(f"   loss {history.loss[0]:.3f}, then {history.loss[-1]:.3f}; {right:.0%} of 50 right")
    return history


def run(quick: bool = False, jit: bool = False) -> dict[str, float]:
    """The large network, eagerly and where asked for through jit, then the deep one."""
    large = million([20, 10], 49) if quick else million([1000, 200, 10], 784)
    if jit:
        history = trained([12, 10], 9, 40, 3) if quick else trained([1000, 200, 10], 28, 300, 4)
        large["loss"] = history.loss[-1] - history.loss[0]
    return large | depth(quick)


def main() -> None:
    """Large and deep networks."""
    parser = arguments(__doc__)
    parser.add_argument("--jit", action="store_true", help="train the large network too: minutes to compile")
    given = parser.parse_args()
    run(given.quick, given.jit)


if __name__ == "__main__":
    main()
