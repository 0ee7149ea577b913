"""The mean loss of a model over a batch with its gradient: the one thing training asks of the engine.

`objective` gives it compiled where that is possible, or recorded and swept sample by sample; the numbers
are the same to rounding.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import Any

from autograd import MissingExtraError, TracedValueError
from nn.checks import model_of
from nn.data import Array, rows
from nn.eager import Eager, Function, Objective, Penalty, parameters_of
from nn.losses import Loss, mse
from nn.module import Module


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
    """The function through jit where asked for and possible; else as it is (or another in its place).

    One that turns out to decide by its numbers goes on eagerly, with a warning that says so.
    """
    plain = otherwise or function
    if not (compiled and can_compile()):
        return plain
    from autograd import jit

    now: Function = jit(function)

    def run(*arguments: Any) -> Any:
        nonlocal now
        try:
            return now(*arguments)
        except TracedValueError as error:
            if now is plain:
                raise
            warnings.warn(
                f"the function can't be compiled, running eagerly: {error}", RuntimeWarning, stacklevel=2
            )
            now = plain
            return now(*arguments)

    return run


def predict(model: Module, X: Any, compiled: bool = False) -> Array:
    """What the model gives for each row: an array of numbers, or of rows where it has several outputs.

    >>> from nn import MLP
    >>> predict(MLP(2, [1], init="zeros"), [[1.0, 2.0], [3.0, 4.0]]).tolist()
    [0.0, 0.0]
    """
    return objective(model_of(model, "predict"), mse, compiled=compiled).outputs(
        parameters_of(model), rows(X)
    )
