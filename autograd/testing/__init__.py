"""Gradient checks: references, tolerances that are derived, hypothesis strategies, a state machine."""

from importlib import import_module
from typing import Any

from autograd.testing.checking import gradcheck
from autograd.testing.numerical import numerical_derivative
from autograd.testing.program import Program, Step
from autograd.testing.property import given_points

__all__ = ["Program", "Step", "given_points", "gradcheck", "numerical_derivative", "strategies"]


def __getattr__(name: str) -> Any:
    """What needs hypothesis is loaded when it is asked for."""
    if name == "strategies":
        return import_module("autograd.testing.strategies")
    raise AttributeError(f"module 'autograd.testing' has no attribute {name!r}")
