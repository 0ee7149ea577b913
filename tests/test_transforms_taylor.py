"""Taylor mode against mpmath and against nested reverse mode, over the whole table."""

from __future__ import annotations

import math as pymath

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Value, math
from autograd.higher import derivative, taylor

NAMES = sorted(name for name, p in PRIMITIVES.items() if p.arity == 1)


@pytest.mark.parametrize("name", NAMES)
def test_every_primitive_agrees_with_nested_reverse_mode(name):
    primitive = PRIMITIVES[name]
    domain = primitive.domain[0]
    for x in (0.3, 1.7, -0.6):
        if x not in domain:
            continue
        f, nested = primitive, []
        for _ in range(4):
            nested.append(f(x))
            f = autograd.grad(f)
        found = [c * pymath.factorial(k) for k, c in enumerate(taylor(primitive, x, 3))]
        np.testing.assert_allclose(found, nested, rtol=1e-9, atol=1e-9)


MP = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "tan": mpmath.tan,
    "tanh": mpmath.tanh,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "erf": mpmath.erf,
    "lgamma": mpmath.loggamma,
    "reciprocal": lambda x: 1 / x,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}


@pytest.mark.parametrize("name", [name for name in MP if name in PRIMITIVES])
@settings(max_examples=8, deadline=None)  # mpmath takes its time
@given(x=st.floats(0.2, 2.0))
def test_against_mpmath(name, x):
    with mpmath.workdps(60):
        expected = [float(c) for c in mpmath.taylor(MP[name], x, 8)]
    np.testing.assert_allclose(taylor(PRIMITIVES[name], x, 8), expected, rtol=1e-9, atol=1e-13)


def fifty(x):
    y = x
    for _ in range(8):
        y = math.sin(y) + math.exp(-x) * 0.5 + x * y
    return y


def test_thirty_derivatives_of_fifty_operations():
    found = taylor(fifty, 0.3, 30)

    def reference(x):
        y = x
        for _ in range(8):
            y = mpmath.sin(y) + mpmath.exp(-x) * 0.5 + x * y
        return y

    with mpmath.workdps(60):
        expected = [float(c) for c in mpmath.taylor(reference, mpmath.mpf(0.3), 30)]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@given(st.floats(-2, 2), st.integers(0, 6))
def test_powers_at_zero_and_elsewhere(x, n):
    p = float(n)
    expected = [pymath.comb(n, k) * x ** (n - k) if k <= n else 0.0 for k in range(9)]
    np.testing.assert_allclose(taylor(lambda t: t**p, x, 8), expected, rtol=1e-9, atol=1e-290)
    assert taylor(lambda t: t**p, 0.0, 8) == [float(k == n) for k in range(9)]


def test_nesting_with_every_other_transform():
    # grad of taylor: d/da of exp(a x)'s coefficient a^3 / 6
    assert autograd.grad(lambda a: taylor(lambda x: math.exp(a * x), 0.0, 3)[3])(2.0) == pytest.approx(2.0)
    # taylor of a function that uses grad: (x sin(x y))'y at y = x
    f = lambda x: autograd.grad(lambda y: math.sin(x * y) * y)(x)  # noqa: E731
    with mpmath.workdps(50):
        g = lambda x: mpmath.sin(x * x) + x * x * mpmath.cos(x * x)  # noqa: E731
        expected = [float(c) for c in mpmath.taylor(g, 0.7, 6)]
    np.testing.assert_allclose(taylor(f, 0.7, 6), expected, rtol=1e-10)
    # taylor of taylor, jvp of derivative, derivative of jvp
    assert taylor(lambda x: derivative(lambda y: y**4 * x, 2)(x), 1.0, 2) == [12.0, 36.0, 36.0]
    assert autograd.jvp(derivative(math.sin, 2), (0.5,), (1.0,))[1] == pytest.approx(-pymath.cos(0.5))
    assert derivative(lambda x: autograd.jvp(math.exp, (x,), (x,))[1], 2)(0.0) == pytest.approx(2.0)
    x = Value(2.0)
    third = derivative(lambda t: t**5, 3)(x)
    third.backward()
    assert (third.data, x.grad) == (240.0, 240.0)


def test_choices_constants_and_structures():
    relu_like = lambda x: math.where(x > 0.0, x * x, 0.0)  # noqa: E731
    assert taylor(relu_like, 2.0, 3) == [4.0, 4.0, 1.0, 0.0]
    assert taylor(math.relu, -1.0, 2) == [0.0, 0.0, 0.0]
    assert taylor(lambda x: math.maximum(x * x, 1.0), 2.0, 2) == [4.0, 4.0, 1.0]
    assert taylor(abs, -2.0, 2) == [2.0, -1.0, 0.0]
    assert taylor(lambda x: 3.0, 1.0, 2) == [3.0, 0.0, 0.0]
    assert taylor(lambda x: {"a": x, "b": [1.0]}, 2, 1) == [{"a": 2.0, "b": [1.0]}, {"a": 1.0, "b": [0.0]}]
    assert derivative(math.sin, 0)(1.0) == pymath.sin(1.0)
    assert derivative(math.sqrt)(0.0) == math.inf
    assert autograd.grad(autograd.stop_gradient)(1.0) == derivative(autograd.stop_gradient)(1.0) == 0.0


def test_a_long_chain_does_not_recurse():
    def chain(x):
        for _ in range(5000):
            x = x * 0.999 + 0.001
        return x

    assert taylor(chain, 0.5, 2)[1] == pytest.approx(0.999**5000)


def test_errors():
    with pytest.raises(TypeError, match="map over several with vmap"):
        taylor(sum, [1.0, 2.0], 2)
    with pytest.raises(ValueError, match="order is -1"):
        derivative(math.sin, -1)
