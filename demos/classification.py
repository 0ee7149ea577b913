"""Two classes and many: cells, wines and irises. `python -m demos.classification`."""

from __future__ import annotations

from typing import Any

import nn
from autograd import math
from demos.figures import figure, main, save
from nn.data import split


def standardised(X: Any, train: Any) -> Any:
    """Each column with mean 0 and deviation 1 over the training rows."""
    return (X - X[train].mean(axis=0)) / X[train].std(axis=0)


def classify(data: Any, binary: bool, epochs: int) -> tuple[float, Any, nn.History]:
    """Train on two thirds, test on the third: accuracy, confusion matrix, history."""
    train, test = split(len(data.data), 1 / 3, seed=0)
    X = standardised(data.data, train)
    outputs = 1 if binary else len(data.target_names)
    model = nn.MLP(X.shape[1], [16, outputs], "tanh", init="glorot", seed=0)
    loss = "binary_cross_entropy" if binary else "cross_entropy"
    optimizer = nn.AdamW(model.parameters(), lr=0.01, weight_decay=0.05)
    history = nn.fit(
        model, X[train], data.target[train], loss, optimizer, epochs, 32, seed=0, validation=0.2, patience=30
    )
    found = nn.predict(model, X[test])
    return nn.accuracy(found, data.target[test]), nn.confusion_matrix(found, data.target[test]), history


def draw_matrix(ax: Any, matrix: Any, names: Any, title: str) -> None:
    """The confusion matrix as a table of shaded cells."""
    ax.imshow(matrix, cmap="Blues")
    places = [(i, j, n) for i, row in enumerate(matrix.tolist()) for j, n in enumerate(row)]
    for i, j, n in places:
        ax.text(j, i, str(n), ha="center", va="center", color="white" if n > matrix.max() / 2 else "black")
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names, rotation=90, va="center")
    ax.set(xlabel="taken for", ylabel="is", title=title)
    ax.spines[:].set_visible(False)


def petals(ax: Any, epochs: int) -> dict[str, float]:
    """Irises by two lengths, with each loss for classes; the share right on a held-out third."""
    import numpy as np
    from sklearn.datasets import load_iris

    iris = load_iris()
    train, test = split(len(iris.data), 1 / 3, seed=0)
    X, y = standardised(iris.data[:, 2:], train), iris.target
    virginica = np.where(y == 2, 1, -1)
    tail = (math.log_softmax,)
    kinds: dict[str, tuple[Any, int, Any, tuple[Any, ...]]] = {
        "cross-entropy, class indices": ("cross_entropy", 3, y, ()),
        "cross-entropy, one-hot rows": ("cross_entropy", 3, nn.one_hot(y), ()),
        "nll of log-softmax": ("nll", 3, y, tail),
        "hinge, class indices": ("hinge", 3, y, ()),
        "hinge, virginica against the rest": ("hinge", 1, virginica, ()),
    }
    found: dict[str, float] = {}
    for name, (loss, outputs, targets, end) in kinds.items():
        layers = (nn.Layer(2, 8, "tanh", init="glorot", seed=0), nn.Layer(8, outputs, "linear", seed=1))
        model = nn.Sequential(*layers, *end)
        optimizer = nn.Adam(model.parameters(), 0.03)
        compiled = epochs > 20  # a short run is not worth compiling
        nn.fit(
            model,
            X[train],
            targets[train],
            loss,
            optimizer,
            epochs,
            seed=0,
            compiled=compiled,
            progress=False,
        )
        found[name] = nn.accuracy(nn.predict(model, X[test]), targets[test])
        print(f"   {name:>34}: {found[name]:.1%} right on a held-out third")
        if name == "cross-entropy, class indices":
            nn.plot_decision_boundary(model, X, iris.target_names[y], ax)
    ax.set(title="irises", xlabel="petal length", ylabel="petal width")
    return found


def run(quick: bool = False) -> dict[str, float]:
    """Three data sets; their accuracies."""
    from sklearn.datasets import load_breast_cancer, load_wine

    epochs = 15 if quick else 150
    drawn, axes = figure(2, 2, (9.0, 8.0))
    results = {}
    for row, (name, data, binary) in enumerate(
        (("breast cancer", load_breast_cancer(), True), ("wine", load_wine(), False))
    ):
        print(
            f"{name}: {len(data.data)} samples of {data.data.shape[1]} numbers, {len(data.target_names)} "
            "classes"
        )
        results[name], matrix, history = classify(data, binary, epochs)
        print(
            f"   accuracy on a held-out third: {results[name]:.1%}; stopped by {history.stopped_by} in "
            f"epoch {history.epochs}"
        )
        names = [str(n) for n in data.target_names]
        for line_name, line in zip(names, matrix.tolist(), strict=True):
            print(f"   {line_name:>10}  " + "  ".join(f"{n:3d}" for n in line))
        draw_matrix(axes[row][0], matrix, names, f"{name}: {results[name]:.1%} right")
        nn.plot_history(history, axes[row][1])
    save(drawn, "classification.png")
    print("iris: 150 samples of 2 numbers, 3 classes, every loss for classes")
    drawn, ax = figure()
    results |= petals(ax, epochs)
    save(drawn, "classification_irises.png")
    return results


if __name__ == "__main__":
    main(run, __doc__)
