"""Gradient checks: references, tolerances that are derived, hypothesis strategies, a state machine."""

from autograd.testing.checking import gradcheck
from autograd.testing.numerical import numerical_derivative

__all__ = ["gradcheck", "numerical_derivative"]
