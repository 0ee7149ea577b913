"""Gradient checks: references, tolerances that are derived, hypothesis strategies, a state machine."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.testing.adjoint import adjoint_check
from autograd.testing.checking import gradcheck
from autograd.testing.numbers import Dual, Rounded
from autograd.testing.numerical import numerical_derivative
from autograd.testing.program import Program, Step
from autograd.testing.property import given_points

if TYPE_CHECKING:
    from autograd.testing import strategies
    from autograd.testing.exact import Exact
    from autograd.testing.machine import EngineMachine
    from autograd.testing.ulp import ulp_error

# What needs hypothesis or mpmath is loaded when it is asked for.
_LATE = {"EngineMachine": "machine", "Exact": "exact", "ulp_error": "ulp"}

__all__ = [
    "Dual",
    "EngineMachine",
    "Exact",
    "Program",
    "Rounded",
    "Step",
    "adjoint_check",
    "given_points",
    "gradcheck",
    "numerical_derivative",
    "strategies",
    "ulp_error",
]


def __getattr__(name: str) -> Any:
    if name == "strategies":
        return import_module("autograd.testing.strategies")
    if name not in _LATE:
        raise AttributeError(f"module 'autograd.testing' has no attribute {name!r}")
    return getattr(import_module(f"autograd.testing.{_LATE[name]}"), name)
