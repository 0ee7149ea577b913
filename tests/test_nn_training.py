"""fit: what it computes, what ends it, what it keeps, and what bad data gets."""

import math
import os
import pickle
import signal
import threading

import numpy as np
import pytest

import nn
from autograd import Value
from nn.training import fit

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 2))
Y = np.where(X[:, 0] * X[:, 1] > 0, 1.0, -1.0)
QUIET = {"progress": False, "compiled": False}


def model(**kwargs) -> nn.MLP:
    return nn.MLP(2, [4, 1], "tanh", seed=1, **kwargs)


def state(net: nn.Module) -> list[float]:
    return [p.data for p in net.parameters()]


def test_a_full_batch_epoch_is_the_textbook_step() -> None:
    ours, reference = model(), model()
    optimizer = nn.SGD(ours.parameters(), lr=0.1)
    history = fit(ours, X, Y, "hinge", optimizer, epochs=3, **QUIET)
    lost = []
    for _ in range(3):
        reference.zero_grad()
        total = sum(
            nn.losses.hinge(reference(x), y) for x, y in zip(X.tolist(), Y.tolist(), strict=True)
        ) / len(X)
        total.backward()
        lost.append(total.data)
        for p in reference.parameters():
            p.data = p.data - 0.1 * p.grad
    assert history.loss == pytest.approx(lost, rel=1e-12)
    assert state(ours) == pytest.approx(state(reference), rel=1e-12)
    assert (history.epochs, history.stopped_by, history.lr) == (3, "epochs", [0.1] * 3)
    assert len(history.gradient_norm) == 3


def test_stochastic_gradient_descent_on_sigmoids_is_the_textbooks() -> None:
    """Nielsen's backpropagation and update, written out in NumPy: the same weights after 90 mini-batches."""
    images, labels = RNG.random((60, 16)), RNG.integers(0, 3, 60)
    net = nn.MLP(16, [5, 3], "sigmoid", "sigmoid", init="lecun", seed=2)
    layers = [
        (np.array([[w.data for w in neuron.w] for neuron in layer.neurons]), np.zeros(layer.nout))
        for layer in net.layers
    ]
    half_squares = lambda output, target: 1.5 * nn.losses.mse(output, target)  # noqa: E731
    fit(net, images, nn.one_hot(labels), half_squares, nn.SGD(net.parameters(), 3.0), 15, 10, seed=7, **QUIET)
    for epoch in range(15):
        order = np.random.default_rng([7, epoch]).permutation(60)
        for i in range(0, 60, 10):
            x, y = images[order[i : i + 10]], np.eye(3)[labels[order[i : i + 10]]]
            (W1, b1), (W2, b2) = layers
            hidden = 1.0 / (1.0 + np.exp(-(x @ W1.T + b1)))
            output = 1.0 / (1.0 + np.exp(-(hidden @ W2.T + b2)))
            delta2 = (output - y) * output * (1.0 - output)
            delta1 = (delta2 @ W2) * hidden * (1.0 - hidden)
            layers = [
                (W1 - 0.3 * delta1.T @ x, b1 - 0.3 * delta1.sum(axis=0)),
                (W2 - 0.3 * delta2.T @ hidden, b2 - 0.3 * delta2.sum(axis=0)),
            ]
    for layer, (W, b) in zip(net.layers, layers, strict=True):
        assert [[w.data for w in neuron.w] for neuron in layer.neurons] == pytest.approx(
            W, rel=1e-10, abs=1e-12
        )
        assert [neuron.b.data for neuron in layer.neurons] == pytest.approx(b, rel=1e-10, abs=1e-12)


def test_the_same_seed_gives_the_same_run_and_a_resumed_one_too() -> None:
    runs = []
    for parts in ((6,), (6,), (2, 3, 1)):
        net, history = model(), None
        for epochs in parts:
            history = fit(
                net,
                X,
                Y,
                "mse",
                "adam" if history is None else None,
                epochs,
                5,
                seed=3,
                history=history,
                **QUIET,
            )
        runs.append((state(net), history.loss))
    assert runs[0] == runs[1] == runs[2]
    other = model()
    fit(other, X, Y, "mse", "adam", 6, 5, seed=4, **QUIET)
    assert state(other) != runs[0][0]


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    one, two = model(), model()
    fit(one, X, Y, "mse", "sgd", 3, 1000, **QUIET)
    fit(two, X, Y, "mse", "sgd", 3, None, **QUIET)
    assert state(one) == state(two)


def test_what_ends_it() -> None:
    def run(**kwargs) -> nn.History:
        net = model()
        return fit(net, X, Y, "mse", nn.SGD(net.parameters(), 0.05), epochs=40, **QUIET, **kwargs)

    whole = run()
    bound = whole.loss[10]
    short = run(until=bound)
    assert (short.stopped_by, short.epochs) == ("loss", 11)
    assert run(until=nn.loss_below(bound)).loss == short.loss
    assert run(until=nn.gradient_below(1e3)).stopped_by == "gradient"
    assert run(until=nn.gradient_below(1e3), batch_size=5).epochs == 1
    assert run(until=[0.0, lambda history: history.epochs == 4]).epochs == 4
    seen = []
    stopped = run(callbacks=[lambda net, history: seen.append(state(net)) or history.epochs == 3])
    assert (stopped.stopped_by, len(seen)) == ("callback", 3)
    assert seen[0] != seen[1]


def test_early_stopping_restores_the_best_validated_parameters() -> None:
    net = model()
    history = fit(
        net, X, Y, "mse", nn.Adam(net.parameters(), 0.1), 400, validation=0.25, patience=5, seed=0,
        keep_parameters=True, **QUIET,
    )  # fmt: skip
    assert history.stopped_by == "patience"
    assert history.epochs == len(history.validation) == history.best_epoch + 6
    assert min(history.validation) == history.validation[history.best_epoch]
    assert state(net) == history.parameters[history.best_epoch + 1].tolist()
    explicit = model()
    held = fit(explicit, X, Y, "mse", "sgd", 2, validation=(X[:5], Y[:5]), **QUIET)
    assert len(held.validation) == 2


def test_an_interrupt_keeps_the_last_good_parameters() -> None:
    net, calls = model(), []

    def loss(output, target):
        calls.append(1)
        if len(calls) == 60:
            raise KeyboardInterrupt
        return (output - target) ** 2

    history = fit(net, X, Y, loss, "sgd", 10, keep_parameters=True, **QUIET)
    assert (history.stopped_by, history.epochs) == ("interrupted", 2)
    assert state(net) == history.parameters[2].tolist()
    fit(net, X, Y, "mse", None, 1, history=history, **QUIET)
    assert history.epochs == 3


def stopped_at(call: int, runs: list[int]):
    """A loss that is interrupted the n-th time it is asked for."""

    def loss(output, target):
        runs.append(1)
        if len(runs) == call:
            raise KeyboardInterrupt
        return (output - target) ** 2

    return loss


@pytest.mark.parametrize("call", [1, 3, 26, 45, 48, 49, 55, 58, 85])
@pytest.mark.parametrize("patience", [None, 3])
def test_a_run_interrupted_anywhere_goes_on_to_the_same_numbers(call: int, patience) -> None:
    """In the middle of a batch, of an epoch, in the validation: nothing is lost and nothing done twice."""

    def settings(net):
        optimizer = nn.Adam(net.parameters(), 0.02)
        schedule = nn.schedules.StepLR(optimizer, 2)
        return {"optimizer": optimizer, "schedule": schedule, "validation": 0.25, "patience": patience}

    kept = {"batch_size": 5, "seed": 3, "until": nn.gradient_below(0.0), **QUIET}
    whole, parted = model(), model()
    expected = fit(whole, X, Y, stopped_at(-1, []), epochs=5, **settings(whole), **kept)
    again = settings(parted)
    history = fit(parted, X, Y, stopped_at(call, []), epochs=5, **again, **kept)
    assert history.stopped_by == "interrupted"
    assert len(history.loss) == len(history.validation) == len(history.lr) == len(history.gradient_norm)
    left = 5 - history.epochs
    parted, history, schedule = pickle.loads(
        pickle.dumps((parted, history, again["schedule"]))
    )  # another day
    assert schedule.optimizer is history.optimizer
    again = {**again, "optimizer": None, "schedule": schedule, "history": history}
    fit(parted, X, Y, stopped_at(-1, []), epochs=left, **again, **kept)
    for name in ("loss", "validation", "lr", "gradient_norm", "best_epoch"):
        assert getattr(history, name) == getattr(expected, name)
    assert state(parted) == state(whole)


def test_histories_compare_by_their_numbers() -> None:
    one, two = (fit(model(), X, Y, "mse", "sgd", 2, seed=1, keep_parameters=True, **QUIET) for _ in range(2))
    two.seconds = one.seconds
    assert one == two
    two.loss[-1] += 1.0
    assert one != two


def test_early_stopping_in_parts_is_early_stopping() -> None:
    """The best parameters are restored after each part, the next one goes on from the last."""
    runs = []
    for parts in ((30,), (7, 11, 12)):
        net, history = model(), None
        for epochs in parts:
            kept = {"validation": 0.25, "patience": 50, "history": history, **QUIET}
            history = fit(net, X, Y, "mse", None if history else nn.Adam(net.parameters(), 0.1), epochs, 6,
                          seed=0, **kept)  # fmt: skip
        runs.append((history.loss, history.validation, history.best_epoch, state(net)))
    assert runs[0] == runs[1]
    moved = model()
    history = fit(moved, X, Y, "mse", "adam", 5, patience=9, **QUIET)
    for p in moved.parameters():
        p.data = 0.25  # changed by hand: that is where the next part begins
    fit(moved, X, Y, "mse", None, 1, history=history, **QUIET)
    assert history.loss[-1] == pytest.approx(fit(constant(0.25), X, Y, "mse", "sgd", 1, **QUIET).loss[0])


def constant(number: float) -> nn.MLP:
    net = model()
    for p in net.parameters():
        p.data = number
    return net


def test_ctrl_c_in_the_middle_of_compiled_training(tmp_path) -> None:
    """A real signal, at any time: the weights are those of a whole number of steps."""
    pytest.importorskip("llvmlite")
    net = nn.MLP(2, [8, 1], "tanh", seed=0)
    timer = threading.Timer(0.6, lambda: os.kill(os.getpid(), signal.SIGINT))
    fit(net, X, Y, "mse", "adam", 1, 5, seed=0, progress=False)  # compiled by now
    net = nn.MLP(2, [8, 1], "tanh", seed=0)
    timer.start()
    history = fit(net, X, Y, "mse", "adam", 10**7, 5, seed=0, progress=False)
    timer.join()
    assert history.stopped_by == "interrupted"
    assert history.epochs > 10
    other = nn.MLP(2, [8, 1], "tanh", seed=0)
    steps = fit(other, X, Y, "mse", "adam", history.epochs, 5, seed=0, progress=False)
    assert steps.loss == history.loss
    fit(net, X, Y, "mse", None, 1, 5, history=history, progress=False)
    fit(other, X, Y, "mse", None, 1, 5, history=steps, progress=False)
    assert (steps.loss, state(other)) == (history.loss, state(net))


def test_after_a_divergence_training_goes_on_at_a_smaller_rate() -> None:
    net = model()
    optimizer = nn.Adam(net.parameters(), 1e200)
    with pytest.warns(RuntimeWarning, match="try a smaller learning rate"):
        history = fit(net, X, Y, lambda o, t: (o - t) ** 4, optimizer, 5, 6, seed=0, **QUIET)
    optimizer.lr = 0.01
    fit(net, X, Y, "mse", None, 30, 6, history=history, **QUIET)
    assert history.stopped_by == "epochs"
    assert history.loss[-1] < history.loss[0]


def test_a_loss_that_blows_up_keeps_the_last_good_parameters() -> None:
    net = model()
    with pytest.warns(RuntimeWarning, match="try a smaller learning rate"):
        history = fit(net, X, Y, lambda o, t: (o - t) ** 4, nn.SGD(net.parameters(), 1e3), 50, **QUIET)
    assert history.stopped_by == "diverged"
    assert all(map(math.isfinite, state(net)))


def test_frozen_parameters_penalties_schedules_and_clipping() -> None:
    net = model()
    hidden, out = net.layers
    before = state(hidden)
    optimizer = nn.SGD(out.parameters(), 0.1)
    schedule = nn.schedules.ExponentialLR(optimizer, 0.5)
    history = fit(
        net, X, Y, "mse", optimizer, 3, schedule=schedule, clip_norm=1e-3,
        penalty=lambda m: sum(p * p for p in m.parameters()), **QUIET,
    )  # fmt: skip
    assert state(hidden) == before
    assert history.lr == [0.1, 0.05, 0.025]
    squares = sum(p * p for p in state(model()))
    outputs = nn.predict(model(), X)
    assert history.loss[0] == pytest.approx(((outputs - Y) ** 2).mean() + squares, rel=1e-12)
    moved = np.array(state(out)) - np.array(state(model().layers[1]))
    assert 0 < np.linalg.norm(moved) <= 1e-3 * 0.175 * (1 + 1e-9)
    clipped = model()
    fit(clipped, X, Y, "mse", nn.SGD(clipped.parameters(), 1.0), 1, clip_value=1e-4, **QUIET)
    assert np.abs(np.array(state(clipped)) - np.array(state(model()))).max() <= 1e-4 * (1 + 1e-9)


def test_classes_as_indices_and_one_hot_rows() -> None:
    labels = (Y > 0).astype(int)
    runs = []
    for targets in (labels, nn.one_hot(labels), labels.tolist(), labels.reshape(-1, 1)):
        net = nn.MLP(2, [3, 2], "tanh", seed=0)
        fit(net, X, targets, "cross_entropy", "adam", 2, **QUIET)
        runs.append(state(net))
    assert runs[0] == runs[1] == runs[2] == runs[3]


def test_pandas_frames_and_flat_lists() -> None:
    pandas = pytest.importorskip("pandas")
    net, other = model(), model()
    fit(net, pandas.DataFrame(X, columns=["a", "b"]), pandas.Series(Y), "mse", "sgd", 2, **QUIET)
    fit(other, X.tolist(), Y.tolist(), "mse", "sgd", 2, **QUIET)
    assert state(net) == state(other)
    line = nn.MLP(1, [1], seed=0)
    fit(line, [0.0, 1.0], [1.0, 2.0], "mse", "sgd", 1, **QUIET)


def spoiled(number: float) -> np.ndarray:
    data = X.copy()
    data[7, 1] = number
    return data


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: fit(model(), spoiled(math.nan), Y), ValueError, "X holds nan in row 7, column 1"),
        (lambda: fit(model(), X, [math.inf] * 24), ValueError, "Y holds inf in row 0"),
        (lambda: fit(model(), X[:0], Y[:0]), ValueError, r"X is empty \(shape \(0, 2\)\)"),
        (lambda: fit(model(), X, Y[:5]), ValueError, "Y has 5 rows, X has 24"),
        (lambda: fit(model(), X[:, :1], Y), ValueError, r"layers\[0\] expects 2 inputs, 1 given"),
        (lambda: fit(model(), [[1.0, 2.0], [1.0]], [1, 2]), ValueError, "rows of 1 to 2 numbers"),
        (lambda: fit(model(), [["a", "b"]], [1]), TypeError, "X holds 'a' of type str in row 0, column 0"),
        (lambda: fit(model(), 3.0, [1]), TypeError, "give a sequence of rows"),
        (lambda: fit(model(), X, Y, batch_size=0), ValueError, "batch_size is 0"),
        (lambda: fit(model(), X, Y, epochs=-1), ValueError, "epochs is -1"),
        (lambda: fit(model(), X, Y, "hinge", validation=(X, Y * 0)), ValueError, "takes targets of -1 and 1"),
        (lambda: fit(model(), X, Y, "binary_cross_entropy"), ValueError, "targets from 0 to 1"),
        (lambda: fit(model(), X, Y, "poisson_nll"), ValueError, "counts"),
        (lambda: fit(model(), X, Y, "cross_entropy"), ValueError, "use binary_cross_entropy"),
        (lambda: fit(nn.MLP(2, [2]), X, Y, "cross_entropy"), ValueError, "labels of 2 classes are 0 ... 1"),
        (lambda: fit(nn.MLP(2, [2]), X, Y), ValueError, "2 outputs and 1 targets"),
        (lambda: fit(model(), X, Y, "maxmargin"), ValueError, "no loss is called"),
        (lambda: fit(model(), X, Y, optimizer="adamm"), ValueError, "no optimiser is called"),
        (lambda: fit(model(), X, Y, optimizer=nn.SGD([Value(0.0)])), ValueError, "1 parameters that"),
        (lambda: fit(model(), X, Y, validation=1.5), ValueError, "a share of 1.5"),
        (lambda: fit(model(), X, Y, until="done"), TypeError, "until got 'done'"),
        (lambda: fit(nn.Sequential(lambda x: x[0]), X, Y), ValueError, "no parameters to train"),
        (lambda: fit(model(), X, Y, lambda o, t: "x"), TypeError, "the loss gave 'x'"),
        (lambda: nn.one_hot([0, 3], 3), ValueError, "labels of 3 classes"),
        (lambda: fit(3, X, Y), TypeError, "fit got 3 of type int as its model"),
        (lambda: fit(nn.MLP, X, Y), TypeError, "fit got a class as its model"),
        (lambda: nn.predict(3, X), TypeError, "predict got 3 of type int as its model"),
        (lambda: fit(model(), X, Y, epochs=2.5), TypeError, "epochs got 2.5 of type float"),
        (lambda: fit(model(), X, Y, epochs=None), TypeError, "epochs got None"),
        (lambda: fit(model(), X, Y, batch_size=math.nan), TypeError, "batch_size got nan"),
        (lambda: fit(model(), X, Y, batch_size=True), TypeError, "batch_size got True"),
        (lambda: fit(model(), X, Y, seed=1.5), TypeError, "seed got 1.5"),
        (lambda: fit(model(), X, Y, patience=0), ValueError, "patience is 0"),
        (lambda: fit(model(), X, Y, patience="a"), TypeError, "patience got 'a'"),
        (lambda: fit(model(), X, Y, until=True), TypeError, "until got True"),
        (lambda: fit(model(), X, Y, until=math.nan), ValueError, "until is nan"),
        (lambda: fit(model(), X, Y, until=nn.gradient_below), TypeError, r"such as gradient_below\(1e-3\)"),
        (lambda: nn.gradient_below("a"), TypeError, "gradient_below got 'a'"),
        (lambda: fit(model(), X, Y, schedule="cosine"), TypeError, "give one of nn.schedules"),
        (lambda: fit(model(), X, Y, schedule=nn.schedules.StepLR(nn.SGD([Value(0.0)]), 1)), ValueError,
         "the rate of another optimiser"),
        (lambda: fit(model(), X, Y, clip_norm=-1), ValueError, "clip_norm is -1: give a positive number"),
        (lambda: fit(model(), X, Y, clip_value=math.nan), ValueError, "clip_value is nan"),
        (lambda: fit(model(), X, Y, penalty=3), TypeError, "penalty got 3"),
        (lambda: fit(model(), X, Y, penalty=lambda m: "a"), TypeError, "the penalty gave 'a'"),
        (lambda: fit(model(), X, Y, callbacks=[3]), TypeError, r"give functions of \(model, history\)"),
        (lambda: fit(model(), X, Y, history=3), TypeError, "history got 3"),
        (lambda: fit(model(), X, Y, optimizer=nn.SGD), TypeError, r"give nn.SGD\(model.parameters\(\)"),
        (lambda: fit(model(), X, Y, validation="a"), TypeError, "validation got 'a'"),
        (lambda: fit(model(), X, Y, validation=np.array([X, X])), TypeError, "or a pair"),
        (lambda: fit(model(), X, Y, validation=(X,)), ValueError, "validation has 1 parts"),
        (lambda: fit(model(), X, Y, validation=(X[:, :1], Y)), ValueError, "validation X has 1 columns"),
        (lambda: fit(model(), X + 1j, Y), TypeError, "complex numbers"),
        (lambda: fit(model(), X.astype(str), Y), TypeError, "no floats"),
        (lambda: fit(model(), [[1, 10**400]], [1]), TypeError, "in row 0, column 1: that is no number"),
        (lambda: fit(model(), iter(X), Y), TypeError, "give a list or an array"),
        (lambda: fit(model(), {"a": 1}, Y), TypeError, "of type dict"),
        (lambda: fit(nn.MLP(2, [2]), X, np.full((24, 2), 1.0), "cross_entropy"), ValueError,
         r"\[1.0, 1.0\] in row 0: give class indices, one-hot"),
        (lambda: nn.one_hot([[0, 1]]), ValueError, "one class index a sample"),
        (lambda: nn.accuracy([0.1, 0.2], [3, 4]), ValueError, "targets holds the class 4"),
        (lambda: nn.accuracy([0.1, 0.2], [0.5, 1]), ValueError, "targets holds 0.5"),
        (lambda: nn.confusion_matrix([[1, 2], [2, 1]], [0, -1]), ValueError, "targets holds -1.0"),
        (lambda: nn.confusion_matrix([[1, 2]], [0], 1), ValueError, "classes is 1, there are 2"),
        (lambda: nn.one_hot([0.5]), ValueError, "labels holds 0.5"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(call, error, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_metrics() -> None:
    assert nn.accuracy([0.3, -0.2, 0.1], [1, -1, -1]) == pytest.approx(2 / 3)
    assert nn.accuracy([[0.3, -0.2], [0.1, 2.0]], [[1, 0], [0, 1]]) == 1.0
    assert nn.confusion_matrix([0.3, -0.2, 0.1], [1, 0, 0]).tolist() == [[1, 1], [0, 1]]
    metrics = pytest.importorskip("sklearn.metrics")
    outputs, labels = RNG.normal(size=(50, 4)), RNG.integers(0, 4, 50)
    expected = metrics.confusion_matrix(labels, outputs.argmax(axis=1), labels=range(4))
    assert nn.confusion_matrix(outputs, labels).tolist() == expected.tolist()
    wanted = RNG.normal(size=50)
    assert nn.r2(outputs[:, 0], wanted) == pytest.approx(metrics.r2_score(wanted, outputs[:, 0]), rel=1e-12)
    with pytest.raises(ValueError, match="2 outputs and 3 targets"):
        nn.accuracy([1.0, 2.0], [1, 0, 1])


def test_progress_is_shown(capsys) -> None:
    fit(model(), X, Y, "mse", "sgd", 2, compiled=False)
    assert "2/2" in capsys.readouterr().err
