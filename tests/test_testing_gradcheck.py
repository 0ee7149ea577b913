"""gradcheck on right and wrong derivatives, on every kind of argument."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograd.math as am
from autograd import GradcheckError, primitives
from autograd.testing import gradcheck


def test_counts_what_was_compared():
    assert gradcheck(lambda x, y: am.sin(x) * y, (0.5, 2.0), order=2) == 4 + 8


@pytest.mark.parametrize("reference", ["auto", "exact", "difference"])
def test_nested_arguments_by_every_reference(reference):
    def f(p, scale):
        return am.exp(p["a"] * p["b"][0]) / p["b"][1] + am.tanh(scale)

    assert gradcheck(f, ({"a": 0.3, "b": [1.2, -3.0]}, 0.7), order=2, reference=reference) == 4 + 4 + 32


def test_arrays_and_several_outputs():
    def f(w, x):
        return w @ x

    args = (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0]))
    assert gradcheck(f, args) == 2 * 2 * 6


@pytest.mark.parametrize("reference", ["auto", "difference"])
def test_a_partial_off_by_a_ten_millionth_is_named(monkeypatch, reference):
    monkeypatch.setattr(primitives.sin, "partials", lambda z, x: am.cos(x) * (1 + 1e-7))
    with pytest.raises(GradcheckError, match=r"args\[0\].*sin\(0\.5\).*partial") as caught:
        gradcheck(lambda x, y: am.sin(x) * y, (0.5, 2.0), reference=reference)
    error = caught.value
    assert error.index == "args[0]"
    assert error.error == abs(error.derivative - error.reference) > error.bound
    assert error.operation.startswith("sin(0.5)")


def test_a_gradient_written_by_hand():
    def f(x, y):
        return math.sin(x) * y

    assert gradcheck(f, (0.5, 2.0), gradient=lambda x, y: (math.cos(x) * y, math.sin(x))) == 2
    with pytest.raises(GradcheckError, match=r"args\[1\]"):
        gradcheck(f, (0.5, 2.0), gradient=lambda x, y: (math.cos(x) * y, math.cos(x)))


def test_a_gradient_in_single_precision_is_judged_by_its_precision():
    def f(x):
        return float(np.sum(np.sin(x)))

    x = np.array([0.5, 1.0, 2.0])
    assert gradcheck(f, (x,), gradient=lambda x: np.cos(x).astype(np.float32)) == 3
    with pytest.raises(GradcheckError):
        gradcheck(f, (x,), gradient=lambda x: (np.cos(x) * (1 + 1e-4)).astype(np.float32))


def test_kinks():
    assert gradcheck(abs, 0.0) == 0
    assert gradcheck(abs, 0.0, kinks="subgradient") == 2
    with pytest.raises(GradcheckError, match="kink"):
        gradcheck(abs, 0.0, kinks="error")
    assert gradcheck(abs, 0.0, gradient=lambda x: 0.5, kinks="subgradient") == 1
    with pytest.raises(GradcheckError, match="kink"):
        gradcheck(abs, 0.0, gradient=lambda x: 1.5, kinks="subgradient")


def test_a_kink_that_only_differences_can_see():
    def f(x):
        return math.fabs(x) + x

    assert gradcheck(f, 0.0, gradient=lambda x: 7.0) == 0
    with pytest.raises(GradcheckError, match="kink"):
        gradcheck(f, 0.0, gradient=lambda x: 7.0, kinks="subgradient")
    assert gradcheck(f, 1e-3, gradient=lambda x: 2.0) == 1
    with pytest.raises(GradcheckError):
        gradcheck(f, -1e-3, gradient=lambda x: 2.0)


def test_the_edge_of_a_domain_has_one_side():
    assert gradcheck(lambda x: x**1.5, 0.0) == 2
    assert gradcheck(am.sqrt, 0.0) == 2  # infinite, and the differences grow without bound
    assert gradcheck(math.sqrt, 1e-12, gradient=lambda x: 0.5 / math.sqrt(x)) == 1


def test_order_two_sees_a_term_that_is_missing(monkeypatch):
    frozen = lambda z, x: 2.0 * float(x)  # noqa: E731
    monkeypatch.setattr(primitives.square, "partials", frozen)
    f = lambda x: primitives.square(x) * 3.0  # noqa: E731
    assert gradcheck(f, 1.5, modes=("reverse",)) == 1
    with pytest.raises(GradcheckError, match="d2 output"):
        gradcheck(f, 1.5, order=2, modes=("reverse",))


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        ({"order": 3}, "order"),
        ({"kinks": "no"}, "kinks"),
        ({"modes": ("sideways",)}, "modes"),
        ({"reference": "guess"}, "reference"),
        ({"gradient": lambda x: 1.0, "order": 2}, "order=2"),
    ],
)
def test_wrong_options_are_named(bad, match):
    with pytest.raises(ValueError, match=match):
        gradcheck(lambda x: x * x, 1.0, **bad)


def test_wrong_structures_are_named():
    with pytest.raises(ValueError, match="structure"):
        gradcheck(lambda x: x * x, 1.0, gradient=lambda x: (1.0, 2.0))
    with pytest.raises(TypeError, match="no numbers"):
        gradcheck(lambda x: 1.0, (None,))
    with pytest.raises(TypeError, match="complex"):
        gradcheck(lambda x: x, (1j,))
