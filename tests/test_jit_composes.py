"""jit with the transforms, in both orders."""

import subprocess
import sys

import pytest

import autograd
from autograd import grad, hessian, hvp, jacobian, jit, jvp, linearize, no_grad, stop_gradient, vjp, vmap
from autograd import math as m
from autograd.compiler import Program

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


@pytest.fixture
def opaque():
    """A function whose parts are made of Python's floats: no trace goes through them."""
    import math

    made = autograd.custom_vjp(lambda x, y: math.exp(x) * y)
    made.__name__ = "opaque"

    def forward(x, y):
        z = math.exp(float(x))
        return z * float(y), (z, float(y))

    made.defvjp(forward, lambda kept, cotangent: (kept[0] * kept[1] * cotangent, kept[0] * cotangent))
    return made


def test_opaque_custom_vjp(opaque):
    """Parts that can't be traced are called at every run."""

    def g(x, y):
        return opaque(x, y) * x

    both = grad(g, argnums=(0, 1))
    f = jit(both)
    for x, y in ((0.5, 2.0), (-1.0, 0.0), (0.0, -0.0), (float("nan"), 1.0)):
        assert repr(f(x, y)) == repr(both(x, y))
        assert repr(jit(g)(x, y)) == repr(g(x, y))
    batch = [0.5, 1.0, -0.25], [2.0, 3.0, 4.0]
    assert jit(vmap(both))(*batch) == vmap(both)(*batch)
    assert jit(grad(lambda p: sum(vmap(lambda x: g(x, p))(batch[0]))))(2.0) == pytest.approx(
        sum([grad(g, argnums=1)(x, 2.0) for x in batch[0]])
    )
    with pytest.raises(autograd.TracedValueError, match=r"opaque's parts .*functions of autograd\.math"):
        jit(grad(grad(g)))(0.5, 2.0)


def test_an_opaque_part_that_fails(opaque):
    def backward(kept, cotangent):
        raise ArithmeticError("no slope")

    opaque.defvjp(opaque.forward, backward)
    with pytest.raises(ArithmeticError, match="no slope"):
        jit(grad(opaque))(0.5, 2.0)


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: autograd.gauss_newton_product(lambda v: [f(v), v[0] * v[1]]),
        lambda f: lambda v, t: jvp(grad(f), (v,), (t,)),
        lambda f: lambda v, t: vjp(grad(f), v)[1](t),
        lambda f: lambda v, t: linearize(grad(autograd.checkpoint(f)), v)[1](t),
        lambda f: lambda v, t: autograd.taylor(lambda s: f([v[0] + s * t[0], v[1] + s * t[1]]), 0.0, 3),
        lambda f: lambda v, t: autograd.derivative(lambda s: f([v[0] + s * t[0], v[1] * t[1]]), 2)(0.5),
        lambda f: lambda v, t: grad(lambda s: autograd.taylor(lambda x: f([x * s, v[1]]), v[0], 3)[2])(t[0]),
        lambda f: lambda v, t: grad(autograd.checkpoint(lambda v: f(v) * f(t)))(v),
        lambda f: lambda v, t: hvp(lambda v: sum(vmap(lambda x: f([x, v[1]]))([v[0], t[0], 2.0])))(v, t),
        lambda f: lambda v, t: vmap(lambda x: vmap(lambda y: hessian(f)([x, y]))(t))(v),
        lambda f: (
            lambda v, t: grad(
                lambda q: sum([sum(r) for r in vmap(lambda x: vmap(lambda y: f([x * q, y]))(t))(v)])
            )(2.0)
        ),
    ],
)
def test_compositions(transform):
    """Every transform inside and outside of jit, on lists and arrays, saved and loaded."""
    args = POINT, [0.5, 1.25]
    wanted = flat(transform(f)(*args))
    for compiled in (jit(transform(f)), transform(jit(f)), jit(transform(jit(f))), jit(jit(transform(f)))):
        assert flat(compiled(*args)) == pytest.approx(wanted, rel=1e-12, abs=1e-14)
    program = jit(transform(f)).program(*args)
    assert flat(Program.from_json(program.to_json())(*args)) == pytest.approx(wanted, rel=1e-12, abs=1e-14)
    assert flat(program.evaluate(*args)) == pytest.approx(wanted, rel=1e-12, abs=1e-14)
    assert flat(jit(transform(f))(*map(np.array, args))) == pytest.approx(
        flat(transform(f)(*map(np.array, args))), rel=1e-12, abs=1e-14
    )


def flat(tree):
    if isinstance(tree, list | tuple | np.ndarray):
        return [x for child in tree for x in flat(child)]
    return [float(tree)]


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
