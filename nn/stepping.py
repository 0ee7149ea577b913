"""What every optimiser is: parameters, a rate, a memory, and a rule that one step applies.

A rule is written once and runs on one number or on arrays of them alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from autograd import Value
from nn.checks import count, not_negative, real
from nn.module import Module

# One number or an array of them.
Numbers = Any
State = dict[str, Numbers]
MANY = 64  # parameters from which arrays are worth their overhead


class Optimizer:
    """Base of the optimisers: `step()` changes the parameters by their gradients, `zero_grad()` clears these.

    Subclasses give `_rule`. ValueError for no parameters or a negative rate.
    """

    def __init__(self, parameters: Iterable[Value] | Value | Module, lr: float, **settings: Any) -> None:
        given = values_of(parameters, "an optimiser")
        if not given:
            raise ValueError("an optimiser got no parameters: give model.parameters()")
        if len({id(p) for p in given}) < len(given):
            raise ValueError("an optimiser got a parameter twice: give each once")
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
        """Go on from a `state_dict`.

        ValueError or TypeError where it is of another optimiser or another number of parameters; then nothing
        is changed.
        """
        keys = ("lr", "settings", "steps", "state")
        if not isinstance(saved, Mapping) or any(key not in saved for key in keys):
            raise ValueError(f"this is no state of an optimiser, which has {', '.join(keys)}: {saved!r:.80}")
        settings, state = dict(saved["settings"]), dict(saved["state"])
        if settings.keys() != self.settings.keys():
            raise ValueError(
                f"the state is of another optimiser: its settings are {', '.join(settings)}, those of "
                f"{type(self).__name__} are {', '.join(self.settings)}"
            )
        for key, of in state.items():
            if len(of) != len(self.parameters):
                raise ValueError(
                    f"{key} has {len(of)} numbers, the optimiser {len(self.parameters)} parameters"
                )
        memory = {key: [real(x, key, "numbers", lambda _: True) for x in of] for key, of in state.items()}
        if "betas" in settings:
            settings["betas"] = tuple(settings["betas"])
        _check(lr=saved["lr"], **settings)
        self.lr, self.steps = float(saved["lr"]), count(saved["steps"], "steps", 0)
        self.settings, self.state = settings, memory

    def __repr__(self) -> str:
        settings = "".join(f", {key}={value!r}" for key, value in self.settings.items() if value)
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={self.lr!r}{settings})"


class _Floats:
    """The functions of NumPy that the rules use, for one number."""

    sqrt = math.sqrt

    @staticmethod
    def maximum(x: float, y: float) -> float:
        return max(x, y)


FLAGS = ("nesterov", "maximize", "centered", "amsgrad")


def _check(**settings: Any) -> None:
    for key, value in settings.items():
        if key in FLAGS:
            if value not in (True, False):
                raise TypeError(f"{key} got {value!r} of type {type(value).__name__}: give True or False")
        elif key == "betas":
            wanted = "two numbers in [0, 1)"
            if not isinstance(value, list | tuple):
                raise TypeError(f"betas got {value!r} of type {type(value).__name__}: give {wanted}")
            if len(value) != 2:
                raise ValueError(f"betas is {value!r}: give {wanted}")
            for beta in value:
                real(beta, "a part of betas", wanted, lambda x: 0.0 <= x < 1.0)
        else:
            not_negative(value, key)


def values_of(parameters: Any, user: str) -> list[Value]:
    """The parameters of a model, a lone Value, or Values as a list; TypeError for anything else."""
    if isinstance(parameters, Module):
        return parameters.parameters()
    if isinstance(parameters, Value):
        return [parameters]
    if isinstance(parameters, str | dict) or not hasattr(parameters, "__iter__"):
        raise TypeError(
            f"{user} got {parameters!r} of type {type(parameters).__name__}: give model.parameters()"
        )
    given = list(parameters)
    for p in given:
        if not isinstance(p, Value):
            raise TypeError(f"{user} got {p!r} of type {type(p).__name__}: give Values")
    return given
