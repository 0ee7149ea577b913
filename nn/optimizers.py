"""Optimisers: PyTorch's arguments and update rules, step for step.

A rule is written once and runs on one number or on arrays of them alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from autograd import Value
from nn.module import Module

# One number or an array of them.
Numbers = Any
State = dict[str, Numbers]
MANY = 64  # parameters from which arrays are worth their overhead


class Optimizer:
    """Base of the optimisers: `step()` changes the parameters by their gradients, `zero_grad()` clears these.

    Subclasses give `_rule`. ValueError for no parameters or a negative rate.
    """

    def __init__(self, parameters: Iterable[Value] | Module, lr: float, **settings: Any) -> None:
        given = parameters.parameters() if isinstance(parameters, Module) else list(parameters)
        for p in given:
            if not isinstance(p, Value):
                raise TypeError(f"an optimiser got {p!r} of type {type(p).__name__}: give Values")
        if not given:
            raise ValueError("an optimiser got no parameters: give model.parameters()")
        _check(lr=lr, **settings)
        self.parameters = given
        self.lr = lr
        self.settings = settings
        self.steps = 0
        self.state: State = {}

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for p in self.parameters:
            p.grad = 0.0

    def step(self) -> None:
        """Change every parameter once."""
        if len(self.parameters) >= MANY and find_spec("numpy"):
            import numpy as np

            theta = np.array([p.data for p in self.parameters])
            new = self.advance(theta, np.array([p.grad for p in self.parameters])).tolist()
        else:
            states: list[State] = []
            new = []
            for i, p in enumerate(self.parameters):
                number, state = self._rule(
                    p.data,
                    p.grad,
                    {key: float(of[i]) for key, of in self.state.items()},
                    self.steps + 1,
                    _Floats,
                )
                new.append(number)
                states.append(state)
            self.state = {key: [state[key] for state in states] for key in states[0]}
            self.steps += 1
        for p, number in zip(self.parameters, new, strict=True):
            p.data = number

    def advance(self, theta: Any, gradient: Any) -> Any:
        """The parameters after a step, all as one NumPy array; those of the Values are left alone."""
        import numpy as np

        state = {key: np.asarray(of) for key, of in self.state.items()}
        new, state = self._rule(theta, gradient, state, self.steps + 1, np)
        self.state, self.steps = state, self.steps + 1
        return new

    def _rule(self, p: Numbers, g: Numbers, state: State, step: int, ops: Any) -> tuple[Numbers, State]:
        raise NotImplementedError(f"{type(self).__name__} has no _rule")

    def state_dict(self) -> dict[str, Any]:
        """What is needed to go on later: rate, settings, steps taken and the memory of each parameter."""
        memory = {key: [float(x) for x in of] for key, of in self.state.items()}
        return {"lr": self.lr, "settings": dict(self.settings), "steps": self.steps, "state": memory}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on from a `state_dict`; ValueError where it is of another number of parameters."""
        for key, of in saved["state"].items():
            if len(of) != len(self.parameters):
                raise ValueError(
                    f"{key} has {len(of)} numbers, the optimiser {len(self.parameters)} parameters"
                )
        self.lr, self.steps = float(saved["lr"]), int(saved["steps"])
        self.settings = dict(saved["settings"])
        self.state = {key: list(of) for key, of in saved["state"].items()}

    def __repr__(self) -> str:
        settings = "".join(f", {key}={value!r}" for key, value in self.settings.items() if value)
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={self.lr!r}{settings})"


class _Floats:
    """The functions of NumPy that the rules use, for one number."""

    sqrt = math.sqrt

    @staticmethod
    def maximum(x: float, y: float) -> float:
        return max(x, y)


def _check(**settings: Any) -> None:
    for key, value in settings.items():
        if key == "betas":
            if len(value) != 2 or not all(0.0 <= beta < 1.0 for beta in value):
                raise ValueError(f"betas is {value!r}: give two numbers in [0, 1)")
        elif not isinstance(value, bool) and not (math.isfinite(value) and value >= 0.0):
            raise ValueError(f"{key} is {value!r}: give a finite number that is not negative")


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
        parameters: Iterable[Value] | Module,
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
        parameters: Iterable[Value] | Module,
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
        parameters: Iterable[Value] | Module,
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
        parameters: Iterable[Value] | Module,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        settings = {"betas": tuple(betas), "eps": eps, "weight_decay": weight_decay}
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
        parameters: Iterable[Value] | Module,
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
