"""The mean loss of a model over a batch as machine code, by autograd's jit, vmap and value_and_grad.

A batch of any size runs in programs of a fixed number of lanes: the last lanes of a short one carry weight 0.
"""

from __future__ import annotations

from typing import Any

import autograd
from autograd.compiler import jit
from nn.data import Array
from nn.extras import need
from nn.losses import Loss
from nn.module import Module, substituted
from nn.objective import Eager, Function, Penalty, checked

MOST_LANES = 1024  # samples a call: more would not run faster, and take more memory


class Compiled:
    """The objective compiled: one program a use, made when it is first asked for."""

    compiled = True

    def __init__(self, model: Module, loss: Loss, penalty: Penalty | None = None) -> None:
        self.model = model
        self.loss = loss
        self.penalty = penalty
        self.lanes = 0
        self.programs: dict[str, Function] = {}

    # --- the functions of scalars that are compiled ---------------------------------------------------------

    def _mean(self, theta: Any, X: Any, Y: Any, weights: Any) -> Any:
        """The weighted sum of the losses plus the penalty."""

        def sample(numbers: Any, x: Any, y: Any, weight: Any) -> Any:
            target = list(y) if hasattr(y, "__len__") else y
            lost = substituted(self.model, list(numbers), lambda: self.loss(self.model(list(x)), target))
            return weight * checked(lost)

        total = 0.0
        for lost in autograd.vmap(sample, in_axes=(None, 0, 0, 0))(theta, X, Y, weights):
            total = total + lost
        if self.penalty is None:
            return total
        penalty = self.penalty
        return total + substituted(self.model, list(theta), lambda: penalty(self.model))

    def _outputs(self, theta: Any, X: Any) -> Any:
        def sample(numbers: Any, x: Any) -> Any:
            return substituted(self.model, list(numbers), lambda: self.model(list(x)))

        return autograd.vmap(sample, in_axes=(None, 0))(theta, X)

    def _along(self, theta: Any, direction: Any, X: Any, Y: Any, weights: Any) -> Any:
        return autograd.jvp(autograd.grad(lambda t: self._mean(t, X, Y, weights)), (theta,), (direction,))[1]

    def _run(self, use: str, *arguments: Any) -> Any:
        if use not in self.programs:
            functions: dict[str, Function] = {
                "gradient": autograd.value_and_grad(self._mean),
                "value": self._mean,
                "outputs": self._outputs,
                "product": self._along,
            }
            self.programs[use] = jit(functions[use])
        return self.programs[use](*arguments)

    # --- batches --------------------------------------------------------------------------------------------

    def _pieces(self, X: Array, Y: Array) -> list[tuple[Array, Array, Array]]:
        """The batch in pieces of as many lanes as the programs have, with each sample's weight."""
        np = need("numpy")
        n = len(X)
        if not self.lanes:
            self.lanes = min(n, MOST_LANES)
        pieces = []
        for i in range(0, n, self.lanes):
            x, y = X[i : i + self.lanes], Y[i : i + self.lanes]
            weights = np.full(self.lanes, 1.0 / n)
            if len(x) < self.lanes:
                weights[len(x) :] = 0.0
                x, y = _padded(x, self.lanes), _padded(y, self.lanes)
            pieces.append((x, y, weights))
        return pieces

    def value_and_gradient(self, theta: Array, X: Array, Y: Array) -> tuple[float, Array]:
        """The mean loss over the samples plus the penalty, and its gradient."""
        if len(X) == self.lanes:
            value, gradient = self._run("gradient", theta, X, Y, self._even())
            return value, gradient
        found = [self._run("gradient", theta, *piece) for piece in self._pieces(X, Y)]
        value, gradient = sum(v for v, _ in found), sum(g for _, g in found)
        if self.penalty is not None and len(found) > 1:  # counted with every piece, wanted once
            extra, slope = self._alone(theta)
            value, gradient = value - (len(found) - 1) * extra, gradient - (len(found) - 1) * slope
        return value, gradient

    def _even(self) -> Array:
        np = need("numpy")
        if getattr(self, "_weights", None) is None:
            self._weights: Array = np.full(self.lanes, 1.0 / self.lanes)
        return self._weights

    def _alone(self, theta: Array) -> tuple[float, Array]:
        """The penalty and its gradient."""
        np = need("numpy")
        penalty = self.penalty
        assert penalty is not None
        if "penalty" not in self.programs:
            self.programs["penalty"] = jit(
                autograd.value_and_grad(
                    lambda t: substituted(self.model, list(t), lambda: penalty(self.model))
                )
            )
        value, gradient = self.programs["penalty"](theta)
        return float(value), np.asarray(gradient)

    def value(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss over the samples plus the penalty."""
        pieces = self._pieces(X, Y)
        total = float(sum(self._run("value", theta, *piece) for piece in pieces))
        return (
            total - (len(pieces) - 1) * self._alone(theta)[0] if self.penalty and len(pieces) > 1 else total
        )

    def outputs(self, theta: Array, X: Array) -> Array:
        """The model's outputs, one number or one row a sample."""
        np = need("numpy")
        lanes = min(len(X), MOST_LANES)
        found = []
        for i in range(0, len(X), lanes):
            x = X[i : i + lanes]
            results = np.asarray(self._run("outputs", theta, _padded(x, lanes)), dtype=np.float64)
            found.append(results.T[: len(x)])  # each output of a sample is an array over the lanes
        return np.concatenate(found)  # type: ignore[no-any-return]

    def product(self, theta: Array, direction: Array, X: Array, Y: Array) -> Array:
        """The Hessian of the mean loss times a vector."""
        np = need("numpy")
        if self.penalty is not None and len(X) > MOST_LANES:
            return Eager(self.model, self.loss, self.penalty).product(theta, direction, X, Y)
        direction = np.asarray(direction, dtype=np.float64)
        total = np.zeros(len(theta))
        for piece in self._pieces(X, Y):
            total += np.asarray(self._run("product", theta, direction, *piece))
        return total  # type: ignore[no-any-return]


def _padded(x: Array, lanes: int) -> Array:
    """The rows with the first one repeated after them, up to the number of lanes."""
    np = need("numpy")
    return np.concatenate([x, np.repeat(x[:1], lanes - len(x), axis=0)]) if len(x) < lanes else x
