"""The mean loss of a model over a batch with its gradient: the one thing training asks of the engine.

`objective` gives it compiled where that is possible, or recorded and swept sample by sample; the numbers
are the same to rounding. Parameters travel as one NumPy array in the order of `model.parameters()`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol

import autograd
from autograd import MissingExtraError, TracedValueError, Value, no_grad
from nn.data import Array, rows
from nn.extras import need
from nn.losses import Loss, mse
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
            total += _sweep(self.penalty(self.model), 1.0)
        return total, np.array([p.grad for p in self.parameters])

    def value(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss over the samples plus the penalty."""
        self._place(theta)
        with no_grad():
            losses = [float(self.loss(self.model(x), y)) for x, y in zip(X.tolist(), Y.tolist(), strict=True)]
            extra = 0.0 if self.penalty is None else float(self.penalty(self.model))
        return sum(losses) / len(losses) + extra

    def outputs(self, theta: Array, X: Array) -> Array:
        """The model's outputs, one number or one row a sample."""
        np = need("numpy")
        self._place(theta)
        with no_grad():
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


def checked(lost: Any) -> Any:
    """A loss as it is; TypeError where it is no number."""
    if isinstance(lost, Value | float | int):
        return lost
    raise TypeError(f"the loss gave {lost!r} of type {type(lost).__name__}: it must give one number")


def _floats(output: Any) -> Any:
    return [float(o) for o in output] if isinstance(output, list | tuple) else float(output)


def objective(model: Module, loss: Loss, penalty: Penalty | None = None, compiled: bool = True) -> Objective:
    """The mean loss of the model as a function of parameters and a batch.

    Compiled where asked for; with a warning that says why and what to do, eager where the jit extra is
    missing.
    """
    if compiled and can_compile():
        from nn.compiled import Compiled

        return Fallback(Compiled(model, loss, penalty), Eager(model, loss, penalty))
    return Eager(model, loss, penalty)


def can_compile() -> bool:
    """Whether the jit extra is installed; a warning says so where it is not."""
    if find_spec("llvmlite"):
        return True
    warnings.warn(
        f"{MissingExtraError('llvmlite', 'jit')}; running eagerly, which is slower (compiled=False says "
        "so quietly)",
        RuntimeWarning,
        stacklevel=2,
    )
    return False


class Fallback:
    """The compiled objective until a model or loss turns out to need the numbers, then the eager one."""

    def __init__(self, quick: Objective, sure: Objective) -> None:
        self.now, self.sure = quick, sure

    @property
    def compiled(self) -> bool:
        """Whether machine code runs."""
        return self.now.compiled

    def _ask(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self.now, name)(*arguments)
        except TracedValueError as error:
            warnings.warn(
                f"the model or its loss can't be compiled, running eagerly: {error}",
                RuntimeWarning,
                stacklevel=4,
            )
            self.now = self.sure
            return getattr(self.now, name)(*arguments)

    def value_and_gradient(self, theta: Array, X: Array, Y: Array) -> tuple[float, Array]:
        """The mean loss over the samples plus the penalty, and its gradient."""
        value, gradient = self._ask("value_and_gradient", theta, X, Y)
        return value, gradient

    def value(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss over the samples plus the penalty."""
        return float(self._ask("value", theta, X, Y))

    def outputs(self, theta: Array, X: Array) -> Array:
        """The model's outputs, one number or one row a sample."""
        found: Array = self._ask("outputs", theta, X)
        return found

    def product(self, theta: Array, direction: Array, X: Array, Y: Array) -> Array:
        """The Hessian of the mean loss times a vector."""
        found: Array = self._ask("product", theta, direction, X, Y)
        return found


def compile_or_not(function: Function, compiled: bool, otherwise: Function | None = None) -> Function:
    """The function through jit where asked for and possible; else as it is (or another in its place)."""
    if compiled and can_compile():
        from autograd import jit

        jitted: Function = jit(function)
        return jitted
    return otherwise or function


def predict(model: Module, X: Any, compiled: bool = False) -> Array:
    """What the model gives for each row: an array of numbers, or of rows where it has several outputs.

    >>> from nn import MLP
    >>> predict(MLP(2, [1], init="zeros"), [[1.0, 2.0], [3.0, 4.0]]).tolist()
    [0.0, 0.0]
    """
    return objective(model, mse, compiled=compiled).outputs(parameters_of(model), rows(X))
