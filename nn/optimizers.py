"""Optimisers: PyTorch's arguments and update rules, operation for operation.

Products and sums are rounded one by one. PyTorch fuses some of them where the processor can, and its square
root is not always the nearest double: without these two its numbers are ours to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from autograd import Value
from nn.module import Module
from nn.stepping import Numbers, Optimizer, State


def _lerp(start: Numbers, end: Numbers, weight: float) -> Numbers:
    if weight < 0.5:
        return start + weight * (end - start)
    return end - (end - start) * (1 - weight)


class SGD(Optimizer):
    """Gradient descent, with momentum (Polyak 1964), Nesterov's form of it, and weight decay.

    The arguments after `momentum` stand in another order than PyTorch's: name them.

    >>> x = Value(1.0)
    >>> x.grad = 0.5
    >>> SGD([x], lr=0.1).step(); x.data
    0.95
    """

    def __init__(
        self,
        parameters: Iterable[Value] | Value | Module,
        lr: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        *,
        dampening: float = 0.0,
        maximize: bool = False,
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov needs a momentum and no dampening")
        settings = {"momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay}
        super().__init__(parameters, lr, **settings, dampening=dampening, maximize=maximize)

    def _rule(self, p: Numbers, g: Numbers, state: State, *_: Any) -> tuple[Numbers, State]:
        given = self.settings
        momentum = given["momentum"]
        g = -g if given["maximize"] else g
        if given["weight_decay"] != 0:
            g = g + given["weight_decay"] * p
        if momentum == 0:
            return p - self.lr * g, {}
        old = state.get("momentum_buffer")
        buffer = g if old is None else momentum * old + (1 - given["dampening"]) * g
        g = g + momentum * buffer if given["nesterov"] else buffer
        return p - self.lr * g, {"momentum_buffer": buffer}


class RMSprop(Optimizer):
    """Steps over the root of a running mean of the squared gradient (Hinton, Coursera lecture 6e)."""

    def __init__(
        self,
        parameters: Iterable[Value] | Value | Module,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        settings = {"alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
        super().__init__(parameters, lr, **settings, centered=centered, maximize=maximize)

    def _rule(self, p: Numbers, g: Numbers, state: State, _: int, ops: Any) -> tuple[Numbers, State]:
        given = self.settings
        alpha = given["alpha"]
        g = -g if given["maximize"] else g
        if given["weight_decay"] != 0:
            g = g + given["weight_decay"] * p
        zero = 0.0 * g
        new = {"square_avg": alpha * state.get("square_avg", zero) + (1 - alpha) * g * g}
        mean_square = new["square_avg"]
        if given["centered"]:
            mean = new["grad_avg"] = _lerp(state.get("grad_avg", zero), g, 1 - alpha)
            mean_square = mean_square - mean * mean
        root = ops.sqrt(mean_square) + given["eps"]
        if given["momentum"] > 0:
            new["momentum_buffer"] = given["momentum"] * state.get("momentum_buffer", zero) + g / root
            return p - self.lr * new["momentum_buffer"], new
        return p - self.lr * g / root, new


class Adagrad(Optimizer):
    """Steps over the root of the sum of all squared gradients so far (Duchi, Hazan, Singer 2011)."""

    def __init__(
        self,
        parameters: Iterable[Value] | Value | Module,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        settings = {"lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps, "maximize": maximize}
        super().__init__(parameters, lr, initial_accumulator_value=initial_accumulator_value, **settings)

    def _rule(self, p: Numbers, g: Numbers, state: State, step: int, ops: Any) -> tuple[Numbers, State]:
        given = self.settings
        g = -g if given["maximize"] else g
        if given["weight_decay"] != 0:
            g = g + given["weight_decay"] * p
        rate = self.lr / (1 + (step - 1) * given["lr_decay"])
        total = state.get("sum", 0.0 * g + given["initial_accumulator_value"]) + g * g
        return p - rate * g / (ops.sqrt(total) + given["eps"]), {"sum": total}


class Adam(Optimizer):
    """Running means of gradient and squared gradient, corrected for their start at 0 (Kingma, Ba 2014).

    `amsgrad` divides by the largest mean so far (Reddi, Kale, Kumar 2018).
    """

    decoupled = False

    def __init__(
        self,
        parameters: Iterable[Value] | Value | Module,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        settings = {
            "betas": tuple(betas) if isinstance(betas, list) else betas,
            "eps": eps,
            "weight_decay": weight_decay,
        }
        super().__init__(parameters, lr, **settings, amsgrad=amsgrad, maximize=maximize)

    def _rule(self, p: Numbers, g: Numbers, state: State, step: int, ops: Any) -> tuple[Numbers, State]:
        given = self.settings
        beta1, beta2 = given["betas"]
        decay = given["weight_decay"]
        g = -g if given["maximize"] else g
        if decay != 0:
            if self.decoupled:
                p = p * (1 - self.lr * decay)
            else:
                g = g + decay * p
        zero = 0.0 * g
        mean = _lerp(state.get("exp_avg", zero), g, 1 - beta1)
        square = beta2 * state.get("exp_avg_sq", zero) + (1 - beta2) * g * g
        new = {"exp_avg": mean, "exp_avg_sq": square}
        if given["amsgrad"]:
            square = new["max_exp_avg_sq"] = ops.maximum(state.get("max_exp_avg_sq", zero), square)
        step_size = self.lr / (1 - beta1**step)
        root = ops.sqrt(square) / math.sqrt(1 - beta2**step) + given["eps"]
        return p - step_size * mean / root, new


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov, Hutter 2017)."""

    decoupled = True

    def __init__(
        self,
        parameters: Iterable[Value] | Value | Module,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamw": AdamW,
}


def optimizer_of(model: Module, given: Any) -> Optimizer:
    """An optimiser as it is or by its name; Adam where none is given. ValueError for an unknown name."""
    if isinstance(given, Optimizer):
        return given
    if isinstance(given, type) and issubclass(given, Optimizer):
        raise TypeError(
            f"optimizer got the class {given.__name__}: give nn.{given.__name__}(model.parameters(), lr=...)"
        )
    kinds: dict[str, Callable[..., Optimizer]] = dict(OPTIMIZERS)
    name = "adam" if given is None else str(given).lower()
    if name not in kinds:
        raise ValueError(
            f"no optimiser is called {given!r}: choose one of {', '.join(OPTIMIZERS)}, or give one"
        )
    return kinds[name](model.parameters())
