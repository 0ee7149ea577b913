"""Losses: functions `loss(output, target)` of one sample; any function of that kind is a loss.

An output is a number or a list of numbers (what a model gives), a target a number or a sequence. Where an
output has several components the mean over them is taken, as PyTorch's losses do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import isfinite, pi
from typing import Any, ParamSpec

from autograd import Value, math

Loss = Callable[[Any, Any], Any]
P = ParamSpec("P")


def _several(x: Any) -> bool:
    return not isinstance(x, Value | float | int | str | bytes | dict) and hasattr(x, "__len__")


def _of_numbers(loss: Callable[P, Any]) -> Callable[P, Any]:
    """The loss, which names what is no number among its outputs and targets where it fails for it."""

    @wraps(loss)
    def checked(*given: P.args, **settings: P.kwargs) -> Any:
        try:
            return loss(*given, **settings)
        except TypeError:
            for what, whole in zip(("output", "target"), given, strict=False):
                for part in list(whole) if _several(whole) else [whole]:  # type: ignore[call-overload]
                    if hasattr(type(part), "__primitive__"):
                        continue
                    try:
                        Value(part)
                    except TypeError:
                        raise TypeError(
                            f"{loss.__name__} got the {what} {part!r} of type {type(part).__name__}: "
                            "give numbers or Values"
                        ) from None
            raise

    return checked


def _each(name: str, output: Any, target: Any) -> list[tuple[Any, Any]]:
    """Output and target in pairs; ValueError where their numbers differ."""
    outputs = list(output) if _several(output) else [output]
    targets = list(target) if _several(target) else [target]
    if not outputs:
        raise ValueError(f"{name} got no outputs: give at least one")
    if len(outputs) != len(targets):
        raise ValueError(
            f"{name} got {len(outputs)} outputs and {len(targets)} targets: give as many of each"
        )
    return list(zip(outputs, targets, strict=True))


def _total(terms: Sequence[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _mean(terms: Sequence[Any]) -> Any:
    return terms[0] if len(terms) == 1 else _total(terms) / float(len(terms))


@_of_numbers
def mse(output: Any, target: Any) -> Any:
    """The mean squared error.

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    return _mean([math.square(o - t) for o, t in _each("mse", output, target)])


@_of_numbers
def mae(output: Any, target: Any) -> Any:
    """The mean absolute error.

    >>> mae([1.0, 2.0], [0.0, 4.0])
    1.5
    """
    return _mean([math.abs(o - t) for o, t in _each("mae", output, target)])


@_of_numbers
def huber(output: Any, target: Any, delta: float = 1.0) -> Any:
    """Half the squared error up to `delta` away, beyond it a straight line that goes on with the same slope.

    >>> huber(0.5, 0.0), huber(3.0, 0.0)
    (0.125, 2.5)
    """
    if not delta > 0.0:
        raise ValueError(f"delta is {delta!r}: give a positive number")
    terms = []
    for o, t in _each("huber", output, target):
        error = o - t
        # r * (|error| - r/2) with r = min(|error|, delta) is both branches in one.
        size = math.abs(error)
        within = math.minimum(size, delta)
        terms.append(within * (size - 0.5 * within))
    return _mean(terms)


@_of_numbers
def hinge(output: Any, target: Any) -> Any:
    """max(0, 1 - target * output) for a target of ±1: the max-margin loss of micrograd's demo.

    For a list of outputs and a class index, the mean over the classes of what each other class comes
    within 1 of the right one (PyTorch's MultiMarginLoss).

    >>> hinge(0.25, 1), hinge(0.25, -1), hinge([0.0, 2.0, 1.5], 1)
    (0.75, 1.25, 0.16666666666666666)
    """
    if _several(output) and not _several(target):
        weights = _one_hot("hinge", output, target)
        right = math.dot(output, weights)
        margins = [math.relu(1.0 - right + o) * (1.0 - w) for o, w in zip(output, weights, strict=True)]
        return _total(margins) / float(len(margins))
    return _mean([math.relu(1.0 - t * o) for o, t in _each("hinge", output, target)])


@_of_numbers
def cross_entropy(output: Any, target: Any) -> Any:
    """The negative log-likelihood of the target under softmax(output), for a class index or a one-hot row.

    A row of any probabilities will do. ValueError for an index that names no output.

    >>> cross_entropy([0.0, 0.0], 1), cross_entropy([0.0, 0.0], [0.0, 1.0])
    (0.6931471805599453, 0.6931471805599453)
    """
    weights = _one_hot("cross_entropy", output, target)
    top = math.maximum(output)  # moves all logits alike, which the loss does not feel
    shifted = [o - top for o in output]
    return math.log(_total([math.exp(s) for s in shifted])) * _total(weights) - math.dot(weights, shifted)


@_of_numbers
def nll(output: Any, target: Any) -> Any:
    """The negative log-likelihood of outputs that are log-probabilities; targets as for `cross_entropy`.

    >>> nll([-0.5, -0.93], 1)
    0.93
    """
    return -math.dot(_one_hot("nll", output, target), output)


@_of_numbers
def binary_cross_entropy(output: Any, target: Any) -> Any:
    """The negative log-likelihood of a target in 0 ... 1 under sigmoid(output): the output is a logit.

    >>> binary_cross_entropy(0.0, 1), binary_cross_entropy(800.0, 1)
    (0.6931471805599453, 0.0)
    """
    return _mean([math.softplus(o) - o * t for o, t in _each("binary_cross_entropy", output, target)])


@_of_numbers
def gaussian_nll(output: Any, target: Any, full: bool = False) -> Any:
    """The negative log-likelihood of normal targets: outputs are the means, then the logs of the variances.

    Without the constant log(2 pi)/2 unless `full`.

    >>> gaussian_nll([1.0, 0.0], 3.0)
    2.0
    """
    targets = list(target) if _several(target) else [target]
    n = len(targets)
    if not _several(output) or len(output) != 2 * n:
        given = len(output) if _several(output) else 1
        raise ValueError(
            f"gaussian_nll needs {2 * n} outputs for {n} targets (the means, then the logs of the "
            f"variances), {given} given"
        )
    terms = [
        0.5 * (v + math.square(t - m) * math.exp(-v))
        for m, v, t in zip(output[:n], output[n:], targets, strict=True)
    ]
    return _mean(terms) + (0.5 * float(math.log(2.0 * pi)) if full else 0.0)


@_of_numbers
def poisson_nll(output: Any, target: Any) -> Any:
    """The negative log-likelihood of counts under a Poisson law: the output is the log of the rate.

    Without the term log(target!), which no parameter moves.

    >>> poisson_nll(0.0, 3)
    1.0
    """
    return _mean([math.exp(o) - t * o for o, t in _each("poisson_nll", output, target)])


def _one_hot(name: str, output: Any, target: Any) -> list[Any]:
    """The target as one weight an output."""
    if not _several(output):
        raise ValueError(
            f"{name} needs one output a class, one number given: for two classes use binary_cross_entropy"
        )
    if _several(target):
        return [w for _, w in _each(name, output, target)]
    if isinstance(target, Value):
        return [target == float(k) for k in range(len(output))]  # conditions that can be traced
    index = int(target) if isfinite(target) else -1
    if index != target or not 0 <= index < len(output):
        raise ValueError(
            f"{name} got class {target!r} with {len(output)} outputs: classes are 0 ... {len(output) - 1}"
        )
    return [1.0 if k == index else 0.0 for k in range(len(output))]


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (
        mse,
        mae,
        huber,
        hinge,
        cross_entropy,
        binary_cross_entropy,
        nll,
        gaussian_nll,
        poisson_nll,
    )
}
# Losses that read a lone number beside several outputs as the index of a class.
CLASS_LOSSES = (cross_entropy, nll, hinge)


def loss_function(loss: str | Loss) -> Loss:
    """The loss of that name, or the function given; ValueError for an unknown name."""
    if callable(loss):
        return loss
    if loss not in LOSSES:
        raise ValueError(
            f"no loss is called {loss!r}: choose one of {', '.join(LOSSES)}, "
            "or give a function loss(output, target)"
        )
    return LOSSES[loss]
