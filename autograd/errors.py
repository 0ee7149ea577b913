"""The exceptions of the package; each message tells the fact, the value and the remedy."""

from __future__ import annotations


class AutogradError(Exception):
    """Base of the errors that are the package's own."""


class GradcheckError(AutogradError, AssertionError):
    """A derivative disagrees with its reference by more than the bound.

    `index` names the input, such as `args[0]['w'][2]`; `derivative` and `reference` differ by `error`, which
    is above `bound`; `operation` describes the first wrong operation of the graph where there is one.
    """

    def __init__(
        self,
        message: str,
        *,
        index: str = "",
        derivative: float = 0.0,
        reference: float = 0.0,
        error: float = 0.0,
        bound: float = 0.0,
        operation: str = "",
    ) -> None:
        super().__init__(message)
        self.index = index
        self.derivative = derivative
        self.reference = reference
        self.error = error
        self.bound = bound
        self.operation = operation


class NonFiniteError(AutogradError, ArithmeticError):
    """Strict mode met the first value or local partial that is not finite."""


class TracedValueError(AutogradError, TypeError):
    """Python asked for the number of a value that, while tracing, stands for every number."""


class StaleGraphError(AutogradError, RuntimeError):
    """A number of the graph was changed after it was recorded, so its derivatives can't be recorded."""


class MissingExtraError(AutogradError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"this needs the package {package!r}, which is not installed: "
            f"pip install 'scalar-autograd[{extra}]'",
            name=package,
        )
