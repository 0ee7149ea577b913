"""Compiled and eager training give the same numbers; what can't be compiled runs eagerly and says so."""

import importlib.util

import numpy as np
import pytest

import autograd
import nn
from nn.eager import Eager, parameters_of
from nn.losses import LOSSES, cross_entropy
from nn.objective import objective

pytest.importorskip("llvmlite")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(11, 3))
WORDS = {"binary_cross_entropy": (0.0, 1.0), "hinge": (-1.0, 1.0), "poisson_nll": (0.0, 4.0)}


def squares(model: nn.Module):
    return 0.1 * sum(p * p for p in model.parameters())


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_every_loss_compiles_to_the_same_numbers(name: str) -> None:
    outputs = {"cross_entropy": 3, "nll": 3, "gaussian_nll": 2}.get(name, 1)
    model = nn.MLP(3, [4, outputs], "tanh", seed=0)
    if outputs == 3:
        Y = nn.one_hot(RNG.integers(0, 3, 11), 3)
    elif name in WORDS:
        Y = RNG.choice(WORDS[name], 11)
    else:
        Y = RNG.normal(size=11)
    theta = parameters_of(model)
    quick, sure = objective(model, LOSSES[name], squares), Eager(model, LOSSES[name], squares)
    assert quick.compiled
    for rows in (
        slice(0, 4),
        slice(4, 8),
        slice(8, 11),
        slice(0, 11),
    ):  # four lanes, and what does not fill them
        value, gradient = quick.value_and_gradient(theta, X[rows], Y[rows])
        expected, slope = sure.value_and_gradient(theta, X[rows], Y[rows])
        assert value == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slope, rel=1e-10, abs=1e-14)
    assert quick.value(theta, X, Y) == pytest.approx(sure.value(theta, X, Y), rel=1e-12)
    assert quick.outputs(theta, X) == pytest.approx(sure.outputs(theta, X), rel=1e-12)
    direction = RNG.normal(size=len(theta))
    expected = sure.product(theta, direction, X[:4], Y[:4])
    assert quick.product(theta, direction, X[:4], Y[:4]) == pytest.approx(expected, rel=1e-9, abs=1e-12)


OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, 0.05),
    "nesterov": lambda p: nn.SGD(p, 0.02, momentum=0.9, nesterov=True, weight_decay=0.01),
    "rmsprop": lambda p: nn.RMSprop(p, 0.01, momentum=0.5, centered=True),
    "adagrad": lambda p: nn.Adagrad(p, 0.05),
    "adam": lambda p: nn.Adam(p, 0.02, amsgrad=True),
    "adamw": lambda p: nn.AdamW(p, 0.02),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", sorted(LOSSES))
def test_whole_fits_are_the_same_for_every_loss_and_optimiser(name: str, optimizer: str) -> None:
    rng = np.random.default_rng(1)
    outputs = {"cross_entropy": 3, "nll": 3, "gaussian_nll": 2}.get(name, 1)
    if outputs == 3:
        Y = rng.integers(0, 3, 11)
    else:
        Y = rng.choice(WORDS[name], 11) if name in WORDS else rng.normal(size=11)
    runs = []
    for compiled in (True, False):
        net = nn.MLP(3, [4, outputs], "tanh", init="glorot", seed=0)
        made = OPTIMIZERS[optimizer](net.parameters())
        history = nn.fit(
            net, X, Y, name, made, 12, 4, seed=1, clip_norm=1.0, compiled=compiled, progress=False
        )
        assert history.compiled is compiled
        runs.append((history.loss, [p.data for p in net.parameters()]))
    for quick, sure in zip(*runs, strict=True):
        assert quick == pytest.approx(sure, rel=1e-10)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "softplus", "leaky_relu"])
def test_training_gives_the_same_numbers(activation: str) -> None:
    labels = (X[:, 0] > 0).astype(int)
    runs = []
    for compiled in (True, False):
        net = nn.MLP(3, [4, 2], activation, seed=0)
        history = nn.fit(
            net,
            X,
            labels,
            cross_entropy,
            "adam",
            20,
            4,
            seed=1,
            validation=0.2,
            compiled=compiled,
            progress=False,
        )
        assert history.compiled is compiled
        runs.append((history.loss, history.validation, [p.data for p in net.parameters()]))
    for quick, sure in zip(*runs, strict=True):
        assert quick == pytest.approx(sure, rel=1e-10)


def test_a_class_index_is_traced() -> None:
    model = nn.MLP(3, [3], seed=0)
    Y = RNG.integers(0, 3, 11).astype(float)
    theta = parameters_of(model)
    for loss in (nn.losses.hinge, cross_entropy):
        value, gradient = objective(model, loss).value_and_gradient(theta, X, Y)
        expected, slope = Eager(model, loss).value_and_gradient(theta, X, Y)
        assert value == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slope, rel=1e-10, abs=1e-14)


def test_a_loss_that_looks_at_its_numbers_runs_eagerly() -> None:
    net = nn.MLP(3, [1], seed=0)

    def choosy(output, target):
        return output * output if output > 0.0 else -output

    with pytest.warns(RuntimeWarning, match="can't be compiled, running eagerly"):
        history = nn.fit(net, X, X[:, 0], choosy, "sgd", 2, progress=False)
    assert (history.compiled, history.epochs) == (False, 2)


def test_without_the_extra_it_runs_eagerly(monkeypatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("nn.objective.find_spec", lambda name: None if name == "llvmlite" else find(name))
    net = nn.MLP(3, [1], seed=0)
    with pytest.warns(RuntimeWarning, match=r"pip install 'scalar-autograd\[jit\]'"):
        history = nn.fit(net, X, X[:, 0], "mse", "sgd", 2, progress=False)
    assert not history.compiled


class Shaped(nn.Module):
    """A layer whose three outputs come in a form of their own."""

    def __init__(self, form) -> None:
        self.layer, self.form = nn.Layer(3, 3, "tanh", seed=0), form

    def __call__(self, x):
        return self.form(self.layer(x))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("form", [tuple, np.array, lambda o: o[0], lambda o: o[:1], lambda o: 3.0])
def test_outputs_of_any_form(form, compiled: bool) -> None:
    expected = [nn.Layer(3, 3, "tanh", seed=0)(x) for x in X.tolist()]
    found = nn.predict(Shaped(form), X, compiled=compiled)
    numbers = np.array([[v.data for v in row] for row in expected])
    assert found == pytest.approx(np.array([np.asarray(form(list(row)), dtype=float) for row in numbers]))
    if form in (tuple, np.array):
        model = Shaped(form)
        labels = RNG.integers(0, 3, 11)
        history = nn.fit(model, X, labels, "cross_entropy", "sgd", 2, compiled=compiled, progress=False)
        assert history.loss[1] < history.loss[0]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "form", [lambda o: None, lambda o: "a", lambda o: [o], lambda o: {"a": o[0]}, lambda o: []]
)
def test_outputs_that_are_none(form, compiled: bool) -> None:
    with pytest.raises(TypeError, match="it must give one number or a list of them"):
        nn.predict(Shaped(form), X, compiled=compiled)


def test_a_loss_of_ones_own_is_read_anew_by_every_fit() -> None:
    scale = 1.0

    def scaled(output, target):
        return scale * (output - target) ** 2

    first = nn.fit(nn.MLP(3, [1], seed=0), X, X[:, 0], scaled, "sgd", 1, progress=False)
    scale = 3.0
    second = nn.fit(nn.MLP(3, [1], seed=0), X, X[:, 0], scaled, "sgd", 1, progress=False)
    assert second.loss[0] == pytest.approx(3.0 * first.loss[0])


def test_networks_of_one_architecture_share_programs_and_no_others_do() -> None:
    from nn.compiled import programs_for
    from nn.losses import mse

    class Doubled(nn.MLP):
        def __call__(self, x):
            return 2.0 * super().__call__(x)

    tied = nn.MLP(3, [2, 1], "tanh", seed=0)
    tied.layers[0].neurons[1].w = tied.layers[0].neurons[0].w
    mixed = nn.MLP(3, [2, 1], "tanh", seed=0)
    mixed.layers[0].neurons[1] = nn.Neuron(3, "relu", seed=0)
    plain = programs_for(nn.MLP(3, [2, 1], "tanh", seed=1), mse, None)
    assert programs_for(nn.MLP(3, [2, 1], "tanh", seed=2), mse, None) is plain
    for other in (Doubled(3, [2, 1], "tanh", seed=0), tied, mixed, nn.MLP(3, [2, 1], "relu", seed=0)):
        assert programs_for(other, mse, None) is not plain
        theta = parameters_of(other)
        value, gradient = objective(other, mse).value_and_gradient(theta, X, X[:, 0])
        expected, slope = Eager(other, mse).value_and_gradient(theta, X, X[:, 0])
        assert value == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slope, rel=1e-10, abs=1e-14)


def test_minimisers_run_compiled() -> None:
    found = nn.minimize(lambda x: (x[0] - 1.0) ** 4 + (x[1] + x[0]) ** 2, [3.0, 1.0], "trust-ncg")
    assert found.x == pytest.approx([1.0, -1.0], abs=0.02)
    for jacobian in ("dense", "sparse", "products"):
        fitted = nn.least_squares(
            lambda x: [x[i] * x[i] - float(i) - 1.0 for i in range(4)], [1.0] * 4, jacobian=jacobian
        )
        assert fitted.x == pytest.approx([1.0, 2**0.5, 3**0.5, 2.0])
    net = nn.MLP(3, [2, 1], "tanh", seed=0)
    trained = nn.minimize(net, (X, X[:, 0]), "Newton-CG", options={"maxiter": 20})
    assert trained.fun < 0.5 * float((X[:, 0] ** 2).mean())


def test_a_wide_network_compiles_in_seconds_and_trains() -> None:
    """A small relative of 784-1000-200-10: straight lines of code would take minutes to compile."""
    from autograd.compiler.blocks import plan
    from nn.compiled import Programs

    rng = np.random.default_rng(5)
    images, goals = rng.random((11, 64)), np.eye(10)[rng.integers(0, 10, 11)]
    losses = []
    for compiled in (True, False):
        net = nn.MLP(64, [70, 30, 10], "relu", init="he", seed=1)
        history = nn.fit(
            net,
            images,
            goals,
            "cross_entropy",
            nn.SGD(net.parameters(), 0.05),
            2,
            6,
            seed=0,
            compiled=compiled,
            progress=False,
        )
        assert history.compiled is compiled
        losses.append(history.loss)
    assert np.allclose(*losses, rtol=1e-10, atol=0.0)
    arguments = [p.data for p in net.parameters()], images.tolist(), goals.tolist(), [1.0 / 11] * 11
    mean = Programs(net, cross_entropy).mean
    program = autograd.jit(autograd.value_and_grad(mean)).program(*arguments).simplify()
    found = plan(program)
    assert len(found.blocks) == 8  # three layers forward, two back, three gradients
    assert len(found.order) < len(program) // 20
