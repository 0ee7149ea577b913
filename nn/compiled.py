"""The mean loss of a model over a batch as machine code, by autograd's jit, vmap and value_and_grad.

A batch of any size runs in programs of a fixed number of lanes: the last lanes of a short one carry weight 0.
"""

from __future__ import annotations

import copy
import json
from collections import OrderedDict
from typing import Any

import autograd
from autograd import jit
from nn.architecture import architecture
from nn.data import Array
from nn.eager import Eager, Function, Penalty, checked, listed
from nn.extras import need
from nn.losses import LOSSES, Loss
from nn.module import Module, substituted

MOST_LANES = 1024  # samples a call: more would not run faster, and take more memory


class Programs:
    """The functions of scalars that are compiled: one program a use, made when it is first asked for."""

    def __init__(self, model: Module, loss: Loss, penalty: Penalty | None = None) -> None:
        self.model = model
        self.loss = loss
        self.penalty = penalty
        self.jitted: dict[str, Function] = {}

    def mean(self, theta: Any, X: Any, Y: Any, weights: Any) -> Any:
        """The weighted sum of the losses plus the penalty."""

        def sample(numbers: Any, x: Any, y: Any, weight: Any) -> Any:
            target = list(y) if hasattr(y, "__len__") else y
            lost = substituted(self.model, list(numbers), lambda: self.loss(self.model(list(x)), target))
            return weight * checked(lost)

        total = 0.0
        for lost in autograd.vmap(sample, in_axes=(None, 0, 0, 0))(theta, X, Y, weights):
            total = total + lost
        return total if self.penalty is None else total + self.extra(theta)

    def extra(self, theta: Any) -> Any:
        """The penalty alone."""
        penalty = self.penalty
        if penalty is None:
            return 0.0
        return checked(substituted(self.model, list(theta), lambda: penalty(self.model)), "penalty")

    def outputs(self, theta: Any, X: Any) -> Any:
        """The outputs for each lane of inputs."""

        def sample(numbers: Any, x: Any) -> Any:
            return listed(substituted(self.model, list(numbers), lambda: self.model(list(x))))

        return autograd.vmap(sample, in_axes=(None, 0))(theta, X)

    def product(self, theta: Any, direction: Any, X: Any, Y: Any, weights: Any) -> Any:
        """The Hessian of the mean times a vector."""
        return autograd.jvp(autograd.grad(lambda t: self.mean(t, X, Y, weights)), (theta,), (direction,))[1]

    def run(self, use: str, *arguments: Any) -> Any:
        """One of these functions (or "gradient", "slope" of the mean, of the penalty) as machine code."""
        if use not in self.jitted:
            functions: dict[str, Function] = {
                "gradient": autograd.value_and_grad(self.mean),
                "slope": autograd.value_and_grad(self.extra),
                "value": self.mean,
                "outputs": self.outputs,
                "product": self.product,
            }
            self.jitted[use] = jit(functions[use])
        return self.jitted[use](*arguments)


# Programs by architecture and loss, the last used ones, so that training like networks compiles once.
_KNOWN: OrderedDict[Any, Programs] = OrderedDict()
MOST_KNOWN = 16


def forget() -> None:
    """Drop all compiled programs: the next training compiles again."""
    _KNOWN.clear()


def programs_for(model: Module, loss: Loss, penalty: Penalty | None) -> Programs:
    """The programs of a model, shared by all models of its architecture where that is known.

    Only for this package's own losses: what another function reads may have changed since it was compiled.
    """
    described = architecture(model)
    if described is None or penalty is not None or loss not in LOSSES.values():
        return Programs(model, loss, penalty)
    key = json.dumps(described), loss
    found = _KNOWN.pop(key, None) or Programs(copy.deepcopy(model), loss)
    _KNOWN[key] = found
    while len(_KNOWN) > MOST_KNOWN:
        _KNOWN.popitem(last=False)
    return found


class Compiled:
    """The objective compiled."""

    compiled = True

    def __init__(self, model: Module, loss: Loss, penalty: Penalty | None = None) -> None:
        self.model = model
        self.loss = loss
        self.penalty = penalty
        self.lanes = 0
        self.weights: Any = None
        self.programs = programs_for(model, loss, penalty)

    # --- batches --------------------------------------------------------------------------------------------

    def _pieces(self, X: Array, Y: Array) -> list[tuple[Array, Array, Array]]:
        """The batch in pieces of as many lanes as the programs have, with each sample's weight."""
        np = need("numpy")
        n = len(X)
        if not self.lanes:
            self.lanes = min(n, MOST_LANES)
            self.weights = np.full(self.lanes, 1.0 / self.lanes)
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
            value, gradient = self.programs.run("gradient", theta, X, Y, self.weights)
            return value, gradient
        found = [self.programs.run("gradient", theta, *piece) for piece in self._pieces(X, Y)]
        value, gradient = sum(v for v, _ in found), sum(g for _, g in found)
        if self.penalty is not None and len(found) > 1:  # counted with every piece, wanted once
            extra, slope = self.programs.run("slope", theta)
            value, gradient = value - (len(found) - 1) * extra, gradient - (len(found) - 1) * slope
        return value, gradient

    def value(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss over the samples plus the penalty."""
        if len(X) == self.lanes:
            return float(self.programs.run("value", theta, X, Y, self.weights))
        pieces = self._pieces(X, Y)
        total = float(sum(self.programs.run("value", theta, *piece) for piece in pieces))
        if self.penalty is not None and len(pieces) > 1:
            total -= (len(pieces) - 1) * float(self.programs.run("slope", theta)[0])
        return total

    def outputs(self, theta: Array, X: Array) -> Array:
        """The model's outputs, one number or one row a sample."""
        np = need("numpy")
        lanes = min(1 << (len(X) - 1).bit_length(), MOST_LANES)  # so that few sizes are ever compiled
        found = []
        for i in range(0, len(X), lanes):
            x = X[i : i + lanes]
            results = np.asarray(self.programs.run("outputs", theta, _padded(x, lanes)), dtype=np.float64)
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
            total += np.asarray(self.programs.run("product", theta, direction, *piece))
        return total  # type: ignore[no-any-return]


def _padded(x: Array, lanes: int) -> Array:
    """The rows with the first one repeated after them, up to the number of lanes."""
    np = need("numpy")
    return np.concatenate([x, np.repeat(x[:1], lanes - len(x), axis=0)]) if len(x) < lanes else x
