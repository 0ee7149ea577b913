"""The mean loss of a model over a batch with its gradient, recorded and swept sample by sample.

Parameters travel as one NumPy array in the order of `model.parameters()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import autograd
from autograd import Value, no_grad
from nn.data import Array
from nn.extras import need
from nn.losses import Loss
from nn.module import Module, substituted

Function = Callable[..., Any]
# A function of the model, such as the sum of its squared parameters, added to the mean loss.
Penalty = Callable[[Any], Any]


class Objective(Protocol):
    """What training asks of the engine."""

    @property
    def compiled(self) -> bool:
        """Whether machine code runs."""

    def value_and_gradient(self, theta: Array, X: Array, Y: Array) -> tuple[float, Array]:
        """The mean loss over the samples plus the penalty, and its gradient."""

    def value(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss over the samples plus the penalty."""

    def outputs(self, theta: Array, X: Array) -> Array:
        """The model's outputs, one number or one row a sample."""

    def product(self, theta: Array, direction: Array, X: Array, Y: Array) -> Array:
        """The Hessian of the mean loss times a vector."""


def parameters_of(model: Module) -> Array:
    """The numbers of the parameters as an array."""
    np = need("numpy")
    return np.array([p.data for p in model.parameters()], dtype=np.float64)  # type: ignore[no-any-return]


def set_parameters(model: Module, theta: Array) -> None:
    """Give the parameters these numbers."""
    for p, number in zip(model.parameters(), theta.tolist(), strict=True):
        p.data = number


class Eager:
    """Record each sample's loss and sweep it at once: one sample's graph is all the memory it takes."""

    compiled = False

    def __init__(self, model: Module, loss: Loss, penalty: Penalty | None = None) -> None:
        self.model = model
        self.loss = loss
        self.penalty = penalty
        self.parameters = model.parameters()

    def _place(self, theta: Array) -> None:
        for p, number in zip(self.parameters, theta.tolist(), strict=True):
            p.data = number

    def value_and_gradient(self, theta: Array, X: Array, Y: Array) -> tuple[float, Array]:
        """The mean loss over the samples plus the penalty, and its gradient."""
        np = need("numpy")
        self._place(theta)
        for p in self.parameters:
            p.grad = 0.0
        share = 1.0 / len(X)
        total = 0.0
        for x, y in zip(X.tolist(), Y.tolist(), strict=True):
            total += _sweep(self.loss(self.model(x), y), share)
        total *= share
        if self.penalty is not None:
            total += _sweep(checked(self.penalty(self.model), "penalty"), 1.0)
        return total, np.array([p.grad for p in self.parameters])

    def value(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss over the samples plus the penalty."""
        self._place(theta)  # recorded, which is quicker than no_grad's check of every operation
        losses = [
            float(checked(self.loss(self.model(x), y))) for x, y in zip(X.tolist(), Y.tolist(), strict=True)
        ]
        extra = 0.0 if self.penalty is None else float(checked(self.penalty(self.model), "penalty"))
        return sum(losses) / len(losses) + extra

    def outputs(self, theta: Array, X: Array) -> Array:
        """The model's outputs, one number or one row a sample."""
        np = need("numpy")
        self._place(theta)
        return np.array([_floats(self.model(x)) for x in X.tolist()], dtype=np.float64)  # type: ignore[no-any-return]

    def product(self, theta: Array, direction: Array, X: Array, Y: Array) -> Array:
        """The Hessian of the mean loss times a vector, sample by sample."""
        np = need("numpy")
        share = 1.0 / len(X)
        total = np.zeros(len(theta))
        for x, y in zip(X.tolist(), Y.tolist(), strict=True):
            slope = autograd.grad(
                lambda numbers, x=x, y=y: substituted(
                    self.model, numbers, lambda: self.loss(self.model(x), y)
                )
            )
            total += share * np.asarray(
                autograd.jvp(slope, (theta.tolist(),), (np.asarray(direction).tolist(),))[1]
            )
        if self.penalty is not None:
            penalty = self.penalty
            slope = autograd.grad(lambda n: substituted(self.model, n, lambda: penalty(self.model)))
            total += np.asarray(autograd.jvp(slope, (theta.tolist(),), (np.asarray(direction).tolist(),))[1])
        return total  # type: ignore[no-any-return]


def _sweep(lost: Any, seed: float) -> float:
    if isinstance(lost, Value):
        lost.backward(seed)
        return lost.data
    return float(checked(lost))  # a loss that does not depend on the parameters


def checked(lost: Any, what: str = "loss") -> Any:
    """A loss or penalty as it is; TypeError where it is no number."""
    if isinstance(lost, Value | float | int):
        return lost
    raise TypeError(f"the {what} gave {lost!r} of type {type(lost).__name__}: it must give one number")


def listed(output: Any) -> Any:
    """What a model gave as one number, or a list of numbers; TypeError where it is neither."""
    if isinstance(output, Value | float | int):
        return output
    if isinstance(output, list | tuple) or getattr(output, "ndim", None) == 1:
        numbers = list(output)
        if numbers and all(isinstance(o, Value) or hasattr(o, "__float__") for o in numbers):
            return numbers
    raise TypeError(
        f"the model gave {output!r} of type {type(output).__name__}: "
        "it must give one number or a list of them"
    )


def _floats(output: Any) -> Any:
    found = listed(output)
    return [float(o) for o in found] if isinstance(found, list) else float(found)


def count_outputs(model: Module, X: Array) -> int:
    """How many outputs the model gives for the first row."""
    with no_grad():
        output = model(X[0].tolist())
    return len(output) if isinstance(output, list | tuple) or getattr(output, "ndim", 0) == 1 else 1
