"""Training speed beside micrograd and PyTorch, as ratios of one run: `python -m benchmarks.networks`.

One thread each. `--mnist DIR` takes MNIST's files; without them an epoch of 50,000 random images is timed.
Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import random
from importlib.util import find_spec
from itertools import pairwise
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

import nn
from nn.compiled import forget


def moons_epochs(epochs: int, compiled_anew: bool) -> float:
    """Seconds for so many full-batch epochs of MLP(2, [16, 16, 1]) on 100 points, hinge loss and SGD."""
    from sklearn.datasets import make_moons

    X, y = make_moons(100, noise=0.1, random_state=0)
    model = nn.MLP(2, [16, 16, 1], seed=0)
    if compiled_anew:
        forget()
    optimizer = nn.SGD(model.parameters(), 0.1)
    begun = perf_counter()
    nn.fit(model, X, 2.0 * y - 1.0, "hinge", optimizer, epochs, progress=False)
    return perf_counter() - begun


def micrograd_epoch() -> float:
    """Seconds for one epoch of micrograd's own loop on the same."""
    from micrograd.engine import Value
    from micrograd.nn import MLP
    from sklearn.datasets import make_moons

    X, y = make_moons(100, noise=0.1, random_state=0)
    random.seed(0)
    model = MLP(2, [16, 16, 1])
    begun = perf_counter()
    scores = [model([Value(x) for x in row]) for row in X.tolist()]
    losses = [(1 + -t * score).relu() for t, score in zip((2 * y - 1).tolist(), scores, strict=True)]
    loss = sum(losses) * (1.0 / len(losses))
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    return perf_counter() - begun


def our_epoch(
    sizes: list[int], activation: str, loss: str, X: Any, Y: Any, batch: int, rounds: int
) -> tuple[float, float]:
    """Seconds to compile, and the shortest epoch of so many."""
    import numpy as np

    forget()
    model = nn.MLP(sizes[0], sizes[1:], activation, init="he", seed=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    begun = perf_counter()
    nn.fit(model, X[:batch], Y[:batch], loss, optimizer, 1, batch, progress=False)
    compiling = perf_counter() - begun
    times = []
    for _ in range(rounds):
        history = nn.fit(model, X, Y, loss, optimizer, 1, batch, progress=False)
        times.append(history.seconds)
    return compiling, float(np.min(times))


def torch_epoch(
    sizes: list[int], activation: str, loss: str, X: Any, Y: Any, batch: int, rounds: int
) -> float:
    """The shortest epoch of PyTorch's of so many, in float64, the data in tensors beforehand."""
    import torch

    torch.set_num_threads(1)
    layers: list[Any] = []
    for i, (nin, nout) in enumerate(pairwise(sizes)):
        layers.append(torch.nn.Linear(nin, nout))
        if i < len(sizes) - 2:
            layers.append({"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}[activation]())
    net = torch.nn.Sequential(*layers).double()
    criterion = {"cross_entropy": torch.nn.CrossEntropyLoss, "mse": torch.nn.MSELoss}[loss]()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    inputs, goals = torch.tensor(X), torch.tensor(Y)
    best = float("inf")
    for _ in range(rounds):
        begun = perf_counter()
        order = torch.randperm(len(inputs))
        for i in range(0, len(order), batch):
            rows = order[i : i + batch]
            optimizer.zero_grad()
            criterion(net(inputs[rows]), goals[rows]).backward()
            optimizer.step()
        best = min(best, perf_counter() - begun)
    return best


def against_torch(
    name: str, sizes: list[int], activation: str, loss: str, X: Any, Y: Any, batch: int, rounds: int
) -> None:
    """Print an epoch's time, and its ratio to PyTorch's."""
    compiling, ours = our_epoch(sizes, activation, loss, X, Y, batch, rounds)
    step = ours / -(-len(X) // batch)
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1e6
    line = f"{name}: {ours * 1e3:.1f} ms an epoch ({step * 1e6:.0f} µs a step), compile {compiling:.1f} s"
    line += f", {peak:.1f} GB at most" if peak > 1.0 else ""
    if find_spec("torch"):
        theirs = torch_epoch(sizes, activation, loss, X, Y, batch, rounds)
        line += f"; PyTorch {theirs * 1e3:.1f} ms: {ours / theirs:.2f} x (goal of digits, MNIST: 1.0)"
    print(line, flush=True)


def main() -> None:
    """Run all four; the large network only where it is asked for, since it takes minutes."""
    import numpy as np
    from sklearn.datasets import load_digits

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", metavar="DIR", help="the folder with MNIST's four files")
    parser.add_argument("--only", choices=("moons", "digits", "mnist", "large"), help="one of them")
    given = parser.parse_args()

    if given.only in (None, "moons"):
        with_compiling = moons_epochs(100, True)
        running = min(moons_epochs(100, False) for _ in range(5))
        print(
            f"moons, 100 epochs: {running * 1e3:.2f} ms, {with_compiling * 1e3:.0f} ms with compiling",
            flush=True,
        )
        if find_spec("micrograd"):
            theirs = 100.0 * min(micrograd_epoch() for _ in range(3))
            print(
                f"   micrograd {theirs:.1f} s: {theirs / running:,.0f} times faster (goal: 5,000), "
                f"{theirs / with_compiling:,.0f} with compiling (goal: 120)",
                flush=True,
            )
    if given.only in (None, "digits"):
        X, y = load_digits(return_X_y=True)
        X = X / 16.0
        against_torch(
            "digits 64-32-10, batch 32", [64, 32, 10], "relu", "cross_entropy", X, np.eye(10)[y], 32, 7
        )
    if given.only in (None, "mnist"):
        if given.mnist:
            X, y = nn.read_mnist(given.mnist)
        else:
            rng = np.random.default_rng(0)
            X, y = rng.random((50_000, 784)), rng.integers(0, 10, 50_000)
        against_torch("MNIST 784-30-10, batch 10", [784, 30, 10], "sigmoid", "mse", X, np.eye(10)[y], 10, 2)
    if given.only == "large":
        rng = np.random.default_rng(0)
        X, y = rng.random((12_800, 784)), rng.integers(0, 10, 12_800)
        name = "784-1000-200-10 (987,210 parameters), batch 32"
        against_torch(name, [784, 1000, 200, 10], "relu", "cross_entropy", X, np.eye(10)[y], 32, 2)


if __name__ == "__main__":
    main()
