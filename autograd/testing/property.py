"""One line for a pytest suite: a test that runs at many points of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.errors import MissingExtraError


def given_points(
    f: Callable[..., Any], strategy: Any = None, *, low: float = -4.0, high: float = 4.0
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Run a test at points of f that hypothesis draws: the test gets the tuple of arguments.

    `strategy` replaces the default, `strategies.points_of(f)` between `low` and `high`. MissingExtraError
    without hypothesis.

    >>> import autograd.math as am
    >>> from autograd.testing import gradcheck
    >>> def loss(w, b):
    ...     return (am.tanh(w) - b) ** 2
    >>> @given_points(loss)
    ... def test_gradient(point):
    ...     gradcheck(loss, point)
    >>> test_gradient()
    """
    try:
        from hypothesis import given
    except ImportError:
        raise MissingExtraError("hypothesis", "testing") from None
    from autograd.testing.strategies import points_of

    points = points_of(f, low=low, high=high) if strategy is None else strategy
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = given(points)
    return decorate
