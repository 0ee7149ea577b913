"""Plots take axes and give them back; every kind of label is drawn under its own name."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2))
SIDE = X[:, 0] > 0


@pytest.mark.parametrize(
    ("outputs", "labels", "names"),
    [
        (1, np.where(SIDE, 1, -1), ["-1", "1"]),
        (1, SIDE.astype(int), ["0", "1"]),
        (2, SIDE.astype(int), ["0", "1"]),
        (3, RNG.integers(0, 3, 30), ["0", "1", "2"]),
        (1, np.where(SIDE, "right", "left"), ["left", "right"]),
        (3, np.array(["a", "b", "c"])[RNG.integers(0, 3, 30)], ["a", "b", "c"]),
        (2, np.where(SIDE, 9, 5), ["5", "9"]),
        (1, SIDE, ["0", "1"]),
        (3, np.where(SIDE, 2, 0), ["0", "2"]),
        (3, nn.one_hot(RNG.integers(0, 3, 30), 3), ["0", "1", "2"]),
    ],
)
def test_decision_boundaries(outputs: int, labels, names, tmp_path) -> None:
    ax = Figure().add_subplot()
    model = nn.MLP(2, [3, outputs], "tanh", seed=0)
    assert nn.plot_decision_boundary(model, X, labels, ax, steps=10) is ax
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    ax.figure.savefig(tmp_path / "plane.png")


def test_own_names_and_own_axes() -> None:
    ax = nn.plot_decision_boundary(nn.MLP(2, [1], seed=0), X, SIDE, steps=5, names=["left", "right"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["left", "right"]
    ax = nn.plot_decision_boundary(nn.MLP(2, [1], seed=0), X, SIDE * 2 - 1, names={-1: "no"}, steps=5)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["no", "1"]
    for labels, says in (
        ([0, 1], "y has 2 labels, X has 30 rows"),
        (np.arange(30), "30 different labels, the model tells 2 classes apart"),
    ):
        with pytest.raises(ValueError, match=says):
            nn.plot_decision_boundary(nn.MLP(2, [1]), X, labels)
    with pytest.raises(ValueError, match="names has 1 entries, the labels need 2"):
        nn.plot_decision_boundary(nn.MLP(2, [1]), X, SIDE, names=["a"])
    with pytest.raises(TypeError, match="ax got 3"):
        nn.plot_decision_boundary(nn.MLP(2, [1]), X, SIDE, 3)
    with pytest.raises(TypeError, match="give a Layer"):
        nn.plot_weights(nn.Neuron(2))
    with pytest.raises(TypeError, match="plot_history got 3"):
        nn.plot_history(3)
    with pytest.raises(TypeError, match=r"give a pair \(height, width\)"):
        nn.plot_weights(nn.MLP(4, [1]), shape=3)
    with pytest.raises(ValueError, match="X has 3 columns"):
        nn.plot_decision_boundary(nn.MLP(3, [1]), np.ones((4, 3)), [0, 1, 0, 1])


def test_histories(tmp_path) -> None:
    history = nn.History(loss=[3.0, 2.0, 1.0], validation=[3.0, 1.5, 2.0], best_epoch=1)
    ax = nn.plot_history(history)
    assert ax.get_yscale() == "log"
    assert [line.get_label() for line in ax.lines] == ["training", "validation", "best: epoch 2"]
    assert nn.plot_history(nn.History(loss=[-1.0, -2.0])).get_yscale() == "linear"
    ax.figure.savefig(tmp_path / "history.png")


def test_weights() -> None:
    ax = Figure().add_subplot()
    assert nn.plot_weights(nn.MLP(9, [5, 1], seed=0), ax) is ax
    sheet = ax.images[0].get_array()
    assert sheet.shape == (7, 11)
    nn.plot_weights(nn.Layer(6, 3, seed=0), shape=(2, 3))
    with pytest.raises(ValueError, match="2 x 2 do not hold 6"):
        nn.plot_weights(nn.Layer(6, 3, seed=0), shape=(2, 2))
