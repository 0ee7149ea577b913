"""Activations: any operation of one number, by the name it has in `autograd.math`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import math

Activation = Callable[[Any], Any]
NAMES = (
    "elu",
    "gelu",
    "leaky_relu",
    "linear",
    "mish",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "sin",
    "softplus",
    "tanh",
)
TITLES = {"relu": "ReLU", "linear": "Linear", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU"}


def linear(x: Any) -> Any:
    """The number as it is."""
    return x


def activation(name: str | Activation | bool | None) -> Activation:
    """The function of that name, or the function given; True and False are micrograd's relu and linear.

    ValueError for an unknown name.

    >>> activation("tanh")(0.0), activation(None)(3.0)
    (0.0, 3.0)
    """
    if name is None or name is False or name == "linear":
        return linear
    if name is True:
        return math.relu
    if callable(name):
        return name
    found = getattr(math, name, None) if isinstance(name, str) and not name.startswith("_") else None
    if found is None or not _of_one_number(found):
        known = [n for n in NAMES if n == "linear" or hasattr(math, n)]
        raise ValueError(
            f"no activation is called {name!r}: choose one of {', '.join(known)}, "
            "another function of autograd.math, or give a function of one number"
        )
    function: Activation = found
    return function


def _of_one_number(function: Any) -> bool:
    try:
        given = function(0.5)
    except (TypeError, ValueError):
        return False
    return isinstance(given, float) and not isinstance(given, bool)


def name_of(function: str | Activation | bool | None) -> str:
    """The name of an activation, which `activation` turns back into the function where it has one."""
    if function is None or isinstance(function, bool):
        return "relu" if function else "linear"
    return function if isinstance(function, str) else str(getattr(function, "__name__", "custom"))


def title(name: str) -> str:
    """How an activation stands in the name of its neurons, as micrograd's ReLUNeuron.

    >>> title("relu"), title("leaky_relu")
    ('ReLU', 'LeakyReLU')
    """
    return TITLES.get(name) or "".join(TITLES.get(part, part.capitalize()) for part in name.split("_"))
