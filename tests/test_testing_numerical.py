"""The reference derivatives, against closed forms; ulp_error and adjoint_check."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd.math as am
from autograd import GradcheckError, primitives
from autograd.testing import adjoint_check, numerical_derivative, strategies, ulp_error
from autograd.testing.numerical import difference

CASES = {
    "exp": (math.exp, math.exp),
    "sin": (math.sin, math.cos),
    "cube": (lambda x: x**3, lambda x: 3.0 * x * x),
    "tanh": (math.tanh, lambda x: 1.0 / math.cosh(x) ** 2),
    "fast": (lambda x: math.sin(50.0 * x), lambda x: 50.0 * math.cos(50.0 * x)),
    "rational": (lambda x: 1.0 / (1.0 + 25.0 * x * x), lambda x: -50.0 * x / (1.0 + 25.0 * x * x) ** 2),
    "noisy": (lambda x: (x * x + 1e8) - 1e8, lambda x: 2.0 * x),
    "huge": (lambda x: 1e200 * x * x, lambda x: 2e200 * x),
    "log": (lambda x: math.log(abs(x) + 1e-3), lambda x: math.copysign(1.0, x) / (abs(x) + 1e-3)),
}


@pytest.mark.parametrize("name", CASES)
@given(x=st.floats(0.01, 4.0) | st.floats(-4.0, -0.01))
def test_the_error_covers_the_truth(name, x):
    f, slope = CASES[name]
    value, error = numerical_derivative(f, x)
    assert abs(value - slope(x)) <= error


@pytest.mark.parametrize("name", ["exp", "sin", "cube", "tanh", "rational"])
@given(x=st.floats(0.1, 3.0))
def test_the_error_is_small_for_smooth_functions(name, x):
    value, error = numerical_derivative(CASES[name][0], x)
    assert error <= 1e-7 * (1.0 + abs(value))


@given(exponent=st.integers(-300, 150), mantissa=st.floats(1.0, 2.0))
def test_steps_follow_the_magnitude(exponent, mantissa):
    x = mantissa * 10.0**exponent
    value, error = numerical_derivative(lambda t: math.sqrt(t), x)
    assert abs(value - 0.5 / math.sqrt(x)) <= error <= 1e-6 * value


def test_a_plateau_does_not_deceive():
    def f(x):
        return max(math.cos(36.0 * x * x / 4.0), 0.5) + 1.0

    value, error = numerical_derivative(f, 4.0)
    assert abs(value - -72.0 * math.sin(144.0)) <= error


def test_at_a_kink_the_error_covers_both_slopes():
    value, error = numerical_derivative(abs, 0.0)
    assert value - error <= -1.0
    assert value + error >= 1.0
    assert difference(abs, 0.0).kink
    assert not difference(math.sin, 0.0).kink


def test_outside_the_domain_nothing_is_claimed():
    assert numerical_derivative(math.log, -1.0)[1] == math.inf
    assert numerical_derivative(lambda x: math.nan, 1.0)[1] == math.inf


def test_ulp_error():
    assert ulp_error("exp", 1.0) < 1.0
    assert ulp_error(lambda x: x * x, 3.0) == 0.0
    assert ulp_error(lambda x: am.exp(x) - 1.0, 1e-9) > 1e7
    assert ulp_error("log", -1.0) == 0.0  # NaN, as it should be
    assert ulp_error("log", 0.0) == 0.0
    assert ulp_error(lambda x: 1.0, 3.0, exact=lambda mp, x: mp.nan) == math.inf


@given(strategies.programs(smooth=True, inputs=2))
def test_forward_and_reverse_are_transposes(program):
    assert adjoint_check(lambda x, y: [program(x, y), x * y], program.inputs) <= 1.0


def test_a_transpose_that_is_none_is_named(monkeypatch):
    import autograd.testing.adjoint as adjoint

    monkeypatch.setattr(adjoint, "jvp", lambda f, x, u: (None, [2.0 * u[0]]))
    with pytest.raises(GradcheckError, match="forward mode"):
        adjoint_check(lambda x: primitives.mul(x, 3.0), (1.0,))
