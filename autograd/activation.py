"""The logistic family, total and accurate over all floats."""

from autograd.elementary import exp, log1p


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)); below zero the exponential stands in the numerator, so the tail keeps its digits.

    >>> sigmoid(0.0), sigmoid(-40.0), sigmoid(-1e9)
    (0.5, 4.248354255291589e-18, 0.0)
    """
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    tail = exp(x)
    return tail / (1.0 + tail)


def softplus(x: float) -> float:
    """log(1 + exp(x)).

    >>> softplus(1000.0), softplus(-40.0)
    (1000.0, 4.248354255291589e-18)
    """
    return x + log1p(exp(-x)) if x > 0.0 else log1p(exp(x))
