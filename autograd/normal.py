"""The error function's family and the normal distribution, total on floats."""

import math


def erf(x: float) -> float:
    """The error function.

    >>> erf(0.0), erf(math.inf)
    (0.0, 1.0)
    """
    return math.erf(x)


def erfc(x: float) -> float:
    """1 - erf(x), accurate in the right tail.

    >>> erfc(0.0), erfc(30.0)
    (1.0, 0.0)
    """
    return math.erfc(x)
