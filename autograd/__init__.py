"""Scalar reverse-mode automatic differentiation: record with `Value`, sweep with `backward`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from autograd.batching import vmap
    from autograd.checkpointing import checkpoint
    from autograd.compiler import Program, jit
    from autograd.counting import Cost, cost
    from autograd.extension import custom_vjp, primitive
    from autograd.higher import derivative, taylor
    from autograd.matrices import gauss_newton_product, hessian, hvp, jacobian
    from autograd.transforms import grad, gradients, jvp, linearize, stop_gradient, value_and_grad, vjp

# Where the names stand that are imported when first asked for, so that `import autograd` is quick.
_LATE = {
    "batching": ("vmap",),
    "checkpointing": ("checkpoint",),
    "compiler": ("Program", "jit"),
    "counting": ("Cost", "cost"),
    "extension": ("custom_vjp", "primitive"),
    "higher": ("derivative", "taylor"),
    "transforms": ("grad", "gradients", "jvp", "linearize", "stop_gradient", "value_and_grad", "vjp"),
    "matrices": ("gauss_newton_product", "hessian", "hvp", "jacobian"),
}
_HOME = {name: module for module, names in _LATE.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    found = getattr(import_module(f"autograd.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "PRIMITIVES",
    "AutogradError",
    "Cost",
    "GradcheckError",
    "Interval",
    "MissingExtraError",
    "NonFiniteError",
    "Primitive",
    "Program",
    "StaleGraphError",
    "TracedValueError",
    "Value",
    "checkpoint",
    "compiled",
    "cost",
    "custom_vjp",
    "derivative",
    "gauss_newton_product",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jit",
    "jvp",
    "linearize",
    "math",
    "no_grad",
    "primitive",
    "stop_gradient",
    "strict",
    "taylor",
    "value_and_grad",
    "vjp",
    "vmap",
]
