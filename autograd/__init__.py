"""Scalar reverse-mode automatic differentiation: record with `Value`, sweep with `backward`."""

from autograd import math
from autograd.errors import (
    AutogradError,
    GradcheckError,
    MissingExtraError,
    NonFiniteError,
    StaleGraphError,
    TracedValueError,
)
from autograd.modes import no_grad, strict
from autograd.primitive_type import PRIMITIVES, Interval, Primitive
from autograd.value import Value, compiled

__all__ = [
    "PRIMITIVES",
    "AutogradError",
    "GradcheckError",
    "Interval",
    "MissingExtraError",
    "NonFiniteError",
    "Primitive",
    "StaleGraphError",
    "TracedValueError",
    "Value",
    "compiled",
    "math",
    "no_grad",
    "strict",
]
