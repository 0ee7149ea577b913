"""jit with the transforms, in both orders."""

import subprocess
import sys

import pytest

import autograd
from autograd import grad, hessian, hvp, jacobian, jit, jvp, linearize, no_grad, stop_gradient, vjp, vmap
from autograd import math as m

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

POINT = [0.3, 1.7]


def f(v):
    return m.exp(m.sin(v[0])) * v[1] + v[0] / v[1]


def pair(v):
    return [v[0] * v[1], m.sin(v[0])]


@pytest.mark.parametrize("transform", [grad, hessian, jacobian, lambda g: hessian(lambda v: g(v) * g(v))])
def test_in_any_order(transform):
    wanted = transform(f)(POINT)
    assert np.allclose(jit(transform(f))(POINT), wanted, rtol=1e-14)
    assert np.allclose(transform(jit(f))(POINT), wanted, rtol=1e-14)
    assert np.allclose(jit(transform(jit(f)))(np.array(POINT)), wanted, rtol=1e-14)


def test_products_with_vectors():
    assert jit(hvp(f))(POINT, [1.0, 2.0]) == hvp(f)(POINT, [1.0, 2.0])
    assert jit(lambda x, t: jvp(pair, (x,), (t,)))(POINT, [1.0, 2.0]) == jvp(pair, (POINT,), ([1.0, 2.0],))
    assert jit(lambda x, c: vjp(pair, x)[1](c))(POINT, [1.0, 2.0]) == vjp(pair, POINT)[1]([1.0, 2.0])
    assert jit(lambda x, t: linearize(pair, x)[1](t))(POINT, [1.0, 0.5]) == linearize(pair, POINT)[1](
        [1.0, 0.5]
    )


def test_taylor():
    assert jit(lambda x: autograd.taylor(m.exp, x, 5))(0.3) == pytest.approx(
        autograd.taylor(m.exp, 0.3, 5), rel=1e-15
    )
    assert autograd.taylor(jit(m.exp), 0.3, 5) == autograd.taylor(m.exp, 0.3, 5)


def test_gradient_through_a_jitted_closure_in_a_vmap():
    def loss(p):
        return sum(vmap(jit(lambda x: m.exp(x * p)))([0.1, 0.2]))

    assert jit(grad(loss))(2.0) == pytest.approx(grad(loss)(2.0), rel=1e-15)


def test_stopped_gradients():
    def stopped(x):
        return x * stop_gradient(x)

    def unrecorded(x):
        with no_grad():
            y = x * x
        return y * x

    assert jit(grad(stopped))(3.0) == 3.0
    assert jit(grad(unrecorded))(3.0) == grad(unrecorded)(3.0) == 9.0
    with no_grad():
        square = jit(lambda x: x * x)
        assert square(3.0) == 9.0
    assert grad(square)(3.0) == 6.0


def test_custom_vjp():
    tripled = autograd.custom_vjp(lambda x: x * x)
    tripled.defvjp(lambda x: (x * x, x), lambda x, cotangent: (3.0 * x * cotangent,))
    assert jit(tripled)(2.0) == 4.0
    assert jit(grad(tripled))(2.0) == 6.0


def test_contraction_is_allowed_by_fast():
    assert jit(f, fast=True)(POINT) == pytest.approx(f(POINT), rel=1e-14)


def test_without_the_extra_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from autograd import jit, MissingExtraError\n"
        "try: jit(lambda x: x)(1.0)\n"
        "except MissingExtraError as problem: print(problem)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'scalar-autograd[jit]'" in run.stdout
