"""Handwritten digits: scikit-learn's, or MNIST from its files. `python -m demos.digits [--mnist DIR]`.

MNIST's networks are those of Nielsen's book: 784-30-10 and 784-100-10 of sigmoids, eta 3.0, batches of 10,
30 epochs.
"""

from __future__ import annotations

from typing import Any

import nn
from demos.figures import OUT, arguments, figure, save, show_image
from nn.data import split


def once(X: Any, y: Any, seed: int, epochs: int) -> tuple[float, nn.MLP, Any]:
    """Train 64-64-10 on two thirds; the accuracy on the held-out third, the model, and that third."""
    train, test = split(len(X), 1 / 3, seed)
    model = nn.MLP(64, [64, 10], "relu", init="he", seed=seed)
    optimizer = nn.AdamW(model.parameters(), lr=0.003, weight_decay=0.01)
    schedule = nn.schedules.CosineAnnealingLR(optimizer, epochs)
    nn.fit(model, X[train], y[train], "cross_entropy", optimizer, epochs, 32, seed=seed, schedule=schedule)
    return nn.accuracy(nn.predict(model, X[test], compiled=True), y[test]), model, test


def digits(quick: bool = False) -> dict[str, float]:
    """Five splits of scikit-learn's digits; the mean accuracy."""
    import numpy as np
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X = X / 16.0
    splits, epochs = (1, 3) if quick else (5, 30)
    print(f"{len(X)} images of 8 x 8 pixels; a third of them held out, {splits} split(s), {epochs} epochs")
    scores = []
    for seed in range(splits):
        score, model, test = once(X, y, seed, epochs)
        scores.append(score)
        print(f"   split {seed + 1}: {score:.2%} right")
    print(model.summary())
    print(f"   mean of the splits: {np.mean(scores):.2%}")
    outputs = nn.predict(model, X[test], compiled=True)
    print("   the last split's confusion matrix (rows: what it is, columns: what it was taken for)")
    for k, row in enumerate(nn.confusion_matrix(outputs, y[test]).tolist()):
        print(f"   {k}  " + " ".join(f"{n:3d}" if n else "  ." for n in row))
    wrong = test[outputs.argmax(axis=1) != y[test]]
    given = dict(zip(test.tolist(), outputs.argmax(axis=1).tolist(), strict=True))
    drawn, axes = figure(2, 6, (9.0, 3.4))
    for i, ax in enumerate(axes.flat):
        ax.set_axis_off()
        if i < len(wrong):
            at = int(wrong[i])
            show_image(ax, X[at].reshape(8, 8), f"{y[at]}, taken for {given[at]}")
    drawn.suptitle("Digits that the network got wrong")
    save(drawn, "digits_wrong.png")
    save(nn.plot_weights(model.layers[0]).figure, "digits_weights.png")
    return {"accuracy": float(np.mean(scores)), "splits": float(splits)}


def mnist(folder: str, hidden: int = 30, epochs: int = 30, samples: int | None = None) -> float:
    """Train 784-hidden-10 on MNIST's files in a folder; the accuracy on its test images."""
    X, y = nn.read_mnist(folder)
    X_test, y_test = nn.read_mnist(folder, "test")
    X, y = X[:samples], y[:samples]
    model = nn.MLP(X.shape[1], [hidden, 10], "sigmoid", "sigmoid", init="lecun", seed=0)
    print(
        f"MNIST, {len(X)} images: {X.shape[1]}-{hidden}-10 of sigmoids, squared error, eta 3.0, batches of 10"
    )

    def half_squares(output: Any, target: Any) -> Any:
        """Nielsen's cost: half the sum of the squared errors."""
        return 5.0 * nn.losses.mse(output, target)

    history = nn.fit(
        model, X, nn.one_hot(y, 10), half_squares, nn.SGD(model.parameters(), 3.0), epochs, 10, seed=0
    )
    score = nn.accuracy(nn.predict(model, X_test, compiled=True), y_test)
    print(
        f"   {score:.2%} right on {len(X_test)} test images after {epochs} epochs, "
        f"{history.seconds / max(epochs, 1):.1f} s each"
    )
    save(nn.plot_weights(model.layers[0], most=30).figure, f"mnist_weights_{hidden}.png")
    nn.save(model, OUT / "mnist.safetensors")
    return score


def main() -> None:
    """Digits, or MNIST where its folder is given."""
    parser = arguments(__doc__)
    parser.add_argument("--mnist", metavar="DIR", help="the folder with MNIST's four files")
    given = parser.parse_args()
    if given.mnist is None:
        digits(given.quick)
        return
    try:
        for hidden in (30,) if given.quick else (30, 100):
            mnist(given.mnist, hidden, 1 if given.quick else 30, 2000 if given.quick else None)
    except (OSError, ValueError) as wrong:
        parser.error(str(wrong))


if __name__ == "__main__":
    main()
