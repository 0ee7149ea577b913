"""Layers, activations and first weights: what a network is made of. `python -m demos.layers`."""

from __future__ import annotations

from typing import Any

import nn
from autograd import math, no_grad
from demos.classification import standardised
from demos.figures import figure, main, save
from nn.data import split
from nn.plots import COLOURS

INITS: dict[str, Any] = {
    "uniform(-1, 1)": None,
    "uniform(-0.1, 0.1)": nn.init.uniform(-0.1, 0.1),
    "zeros": "zeros",
    "Glorot": "glorot",
    "He": "he",
    "LeCun": "lecun",
    "orthogonal": "orthogonal",
}
ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus")


def shapes(inputs: int, outputs: int) -> None:
    """Print networks of several kinds: one, two and three hidden layers, mixed, without biases."""
    networks = {
        "one hidden layer of tanh": nn.MLP(inputs, [16, outputs], "tanh", seed=0),
        "an activation for each layer, no biases": nn.MLP(
            inputs, [16, 8, 8, outputs], ["tanh", "relu", "softplus"], bias=False, seed=0
        ),
        "layers and functions in a row, log-probabilities at the end": nn.Sequential(
            nn.Layer(inputs, 8, "linear", seed=0), math.tanh, nn.Layer(8, outputs, "linear"), math.log_softmax
        ),
    }
    for name, network in networks.items():
        print(f"{name}\n" + "\n".join(f"   {line}" for line in network.summary().splitlines()))


def spread_by_layer(model: nn.MLP, X: Any) -> list[float]:
    """The standard deviation of what each layer gives."""
    import numpy as np

    signals, found = X.tolist(), []
    with no_grad():
        for layer in model.layers[:-1]:
            signals = [[float(out) for out in layer(x)] for x in signals]
            found.append(float(np.std(signals)))
    return found


def train(model: nn.MLP, data: tuple[Any, Any, Any, Any], epochs: int) -> tuple[nn.History, float]:
    """Fit the model; the course of it, and the share right on the rows held out."""
    X, y, train_rows, test_rows = data
    optimizer = nn.SGD(model.parameters(), 0.05, momentum=0.9)
    history = nn.fit(
        model, X[train_rows], y[train_rows], "cross_entropy", optimizer, epochs, 32, seed=0, progress=False
    )
    return history, nn.accuracy(nn.predict(model, X[test_rows]), y[test_rows])


def run(quick: bool = False) -> dict[str, float]:
    """Wines told apart by networks that differ in one thing; the share right of each."""
    from sklearn.datasets import load_wine
    from tqdm import tqdm

    wine = load_wine()
    train_rows, test_rows = split(len(wine.data), 1 / 3, seed=0)
    X, y = standardised(wine.data, train_rows), wine.target
    data = X, y, train_rows, test_rows
    inputs, outputs = X.shape[1], 3
    hidden, epochs = ([8, 8], 3) if quick else ([16, 16, 16, 16], 60)
    shapes(inputs, outputs)

    found: dict[str, float] = {}
    drawn, (left, middle, right) = figure(1, 3, (14.0, 4.2))
    print(f"\nFirst weights: {inputs}-{'-'.join(map(str, hidden))}-{outputs} of tanh on {len(X)} wines")
    names = list(INITS)[:3] if quick else list(INITS)
    for i, name in enumerate(tqdm(names, desc="   initialisations", unit="network")):
        model = nn.MLP(inputs, [*hidden, outputs], "tanh", init=INITS[name], seed=1)
        again = nn.MLP(inputs, [*hidden, outputs], "tanh", init=INITS[name], seed=1)
        assert model.state_dict() == again.state_dict()  # the same seed draws the same weights
        spread = spread_by_layer(model, X[train_rows])
        history, found[name] = train(model, data, epochs)
        tqdm.write(
            f"   {name:>18}: signals spread {spread[0]:.3f} after layer 1, {spread[-1]:.1e} after layer "
            f"{len(hidden)}; loss {history.loss[-1]:.4f}, {found[name]:.1%} right on a held-out third"
        )
        left.plot(range(1, len(spread) + 1), spread, "o-", color=COLOURS[i], label=name)
        middle.semilogy(range(1, history.epochs + 1), history.loss, color=COLOURS[i], label=name)
    print(f"Activations: {inputs}-16-{outputs}, He's first weights")
    kinds = ACTIVATIONS[:3] if quick else ACTIVATIONS
    for i, kind in enumerate(tqdm(kinds, desc="   activations", unit="network")):
        model = nn.MLP(inputs, [16, outputs], kind, init="he", seed=1)
        history, found[kind] = train(model, data, epochs)
        tqdm.write(f"   {kind:>18}: loss {history.loss[-1]:.4f}, {found[kind]:.1%} right")
        right.semilogy(range(1, history.epochs + 1), history.loss, color=COLOURS[i], label=kind)
    left.set(xlabel="hidden layer", ylabel="standard deviation", title="Signals before training")
    left.set_xticks(range(1, len(hidden) + 1))
    middle.set(xlabel="epoch", ylabel="loss", title="Training, by first weights")
    right.set(xlabel="epoch", ylabel="loss", title="Training, by activation")
    left.set_ylim(-0.03, 1.1 * left.get_ylim()[1] + 0.15)
    left.legend(frameon=False, fontsize=7, ncols=3, loc="upper center")
    middle.legend(frameon=False, fontsize=7, loc="center")
    right.legend(frameon=False, fontsize=7)
    save(drawn, "layers.png")
    return found


if __name__ == "__main__":
    main(run, __doc__)
