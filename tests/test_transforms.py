"""Transforms against closed forms and each other: structures, levels, readings, errors."""

from __future__ import annotations

import math as pymath
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess, rosen_hess_prod

import autograd
from autograd import Value, math

REAL = st.floats(-3.0, 3.0).map(lambda x: round(x, 3))


def rosenbrock(x):
    return sum(100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x))


def smooth(x):
    return math.sin(x[0] * x[1]) + math.exp(x[2]) / (1.0 + x[0] ** 2) + x[1] * x[2] * x[3] ** 3


POINT = st.lists(REAL, min_size=4, max_size=4).map(np.array)


def test_scipy_minimizes_with_grad():
    found = minimize(rosen, np.array([1.3, 0.7, 0.8, 1.9]), jac=autograd.grad(rosenbrock))
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, rtol=1e-4)
    both = autograd.value_and_grad(rosenbrock)
    found = minimize(
        both, [1.3, 0.7, 0.8, 1.9], jac=True, hess=autograd.hessian(rosenbrock), method="Newton-CG"
    )
    np.testing.assert_allclose(found.x, 1.0, rtol=1e-4)


@given(POINT)
def test_rosenbrock_against_scipy(x):
    value, slope = autograd.value_and_grad(rosenbrock)(x)
    assert isinstance(value, float)
    assert slope.dtype == float
    np.testing.assert_allclose(value, rosen(x), rtol=1e-12)
    np.testing.assert_allclose(slope, rosen_der(x), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(autograd.hessian(rosenbrock)(x), rosen_hess(x), rtol=1e-9, atol=1e-9)
    v = np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(autograd.hvp(rosenbrock)(x, v), rosen_hess_prod(x, v), rtol=1e-9, atol=1e-7)


@given(POINT)
def test_the_four_ways_to_a_hessian_agree(x):
    forward = lambda f: autograd.jacobian(f, mode="forward")  # noqa: E731
    reverse = lambda f: autograd.jacobian(f, mode="reverse")  # noqa: E731
    ways = [outer(inner(smooth))(x) for outer in (forward, reverse) for inner in (forward, reverse)]
    for way in ways:
        np.testing.assert_allclose(way, ways[0], rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(way, way.T, rtol=1e-10, atol=1e-10)


@given(POINT, POINT, REAL, REAL)
def test_derivatives_are_linear(x, v, a, b):
    def vector(x):
        return np.array([smooth(x), math.tanh(x[0]) * x[3], x[2] ** 2])

    _, along = autograd.linearize(vector, x)
    w = v[::-1].copy()
    np.testing.assert_allclose(along(a * v + b * w), a * along(v) + b * along(w), rtol=1e-9, atol=1e-7)
    _, pullback = autograd.vjp(vector, x)
    seed = np.array([a, b, 1.0])
    # the dot product test: <seed, J v> = <J' seed, v>
    np.testing.assert_allclose(seed @ along(v), pullback(seed)[0] @ v, rtol=1e-9, atol=1e-7)
    _, tangent = autograd.jvp(vector, (x,), (v,))
    np.testing.assert_array_equal(tangent, along(v))
    np.testing.assert_allclose(autograd.jacobian(vector)(x) @ v, tangent, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(
        autograd.gauss_newton_product(vector)(x, v), pullback(tangent)[0], rtol=1e-12, atol=1e-12
    )


@given(REAL, REAL)
def test_levels_do_not_mix(x, y):
    # d/dx (x * d/dy (x*y)) = d/dx (x * x)
    assert autograd.grad(lambda x: x * autograd.grad(lambda y: x * y)(y))(x) == 2.0 * x
    # Siskind and Pearlmutter: d/dx (x * d/dy (x + y)) = 1
    assert autograd.grad(lambda x: x * autograd.grad(lambda y: x + y)(1.0))(x) == 1.0
    forward = lambda f: lambda x: autograd.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    for inner in (forward, autograd.grad):
        for outer in (forward, autograd.grad):
            assert outer(lambda x, i=inner: x * i(lambda y: x + y)(1.0))(x) == 1.0
            assert outer(lambda x, i=inner: x * i(lambda y: x * y)(y))(x) == 2.0 * x
            # the inner point is the outer variable itself
            assert outer(lambda x, i=inner: i(lambda y: x * y * y)(x))(x) == pytest.approx(4.0 * x)


def test_grad_inside_jvp_inside_hessian():
    # f(p) = d/dt [ d/du sin(u p0 p1) at u=t ] at t=1
    def f(p):
        slope = lambda t: autograd.grad(lambda u: math.sin(u * p[0] * p[1]))(t)  # noqa: E731
        return autograd.jvp(slope, (1.0,), (1.0,))[1]

    a, b = 0.7, 1.1
    c = a * b  # f = -c^2 sin(c)
    first = -2 * c * pymath.sin(c) - c * c * pymath.cos(c)
    second = -2 * pymath.sin(c) - 4 * c * pymath.cos(c) + c * c * pymath.sin(c)
    expected = [[second * b * b, first + second * c], [first + second * c, second * a * a]]
    np.testing.assert_allclose(autograd.hessian(f)(np.array([a, b])), expected, rtol=1e-12)


def test_values_closed_over_stay_in_the_derivative():
    w = Value(3.0)
    force = autograd.grad(lambda x: x * x * w)(2.0)
    loss = force**2  # (4 w)^2
    loss.backward()
    assert (force.data, w.grad) == (12.0, 96.0)
    with autograd.no_grad():
        assert autograd.grad(lambda x: x * x * w)(2.0) == 12.0
    assert isinstance(autograd.grad(lambda x: x * x + Value(1.0) * x)(2.0), float)


def test_value_arguments_give_values():
    x = Value(2.0)
    slope = autograd.grad(lambda x: x**3)(x)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)
    value, slope = autograd.value_and_grad(lambda x: 3.0 * x)(x)
    assert isinstance(value, Value)
    assert isinstance(slope, Value)
    with autograd.no_grad():
        slope = autograd.grad(lambda x: x**3)(x)
        assert (slope.data, slope.parents) == (12.0, ())


def test_no_gradient_of_a_users_value_changes():
    x, w = Value(2.0), Value(5.0)
    (x * w).backward()
    before = (x.grad, w.grad, w.has_grad)
    autograd.grad(lambda a: a * w)(3.0)
    autograd.hessian(lambda a: a * w * a)(3.0)
    autograd.jvp(lambda a: a * w * a, (x,), (1.0,))
    with autograd.no_grad():
        autograd.grad(lambda a: a * w)(x)
    autograd.gradients(x * w, [x, w])
    assert (x.grad, w.grad, w.has_grad) == before


def test_gradients_of_a_recorded_graph():
    x, y, z = Value(2.0), Value(3.0), Value(1.0)
    middle = x * y
    root = middle**2
    found = autograd.gradients(root, [x, middle, z], seed=2.0)
    assert [d.data for d in found] == [72.0, 24.0, 0.0]
    (second,) = autograd.gradients(found[0], [x])  # d/dx 4 x y^2
    assert second.data == 36.0


def test_structures_argnums_and_aux():
    def f(p, scale, *, shift=0.0):
        hidden = [w * scale + b for w, b in zip(p["w"], p["b"], strict=True)]
        return sum(hidden) + shift, {"hidden": hidden, "note": "kept"}

    p = {"w": (1, 2.0), "b": [3.0, np.float64(4.0)]}
    (value, aux), slopes = autograd.value_and_grad(f, argnums=(0, -1), has_aux=True)(p, 2.0, shift=1.0)
    assert value == 14.0
    assert aux == {"hidden": [5.0, 8.0], "note": "kept"}
    assert slopes == ({"w": (2.0, 2.0), "b": [1.0, 1.0]}, 3.0)
    assert autograd.grad(f, has_aux=True)(p, 2.0)[0] == {"w": (2.0, 2.0), "b": [1.0, 1.0]}


def test_arrays_appear_as_object_arrays_of_their_shape():
    seen = []

    def f(x):
        seen.append((x.shape, x.dtype))
        return (x @ np.arange(3)).sum()

    slope = autograd.grad(f)(np.ones((2, 3), dtype=int))
    np.testing.assert_array_equal(slope, [[0.0, 1.0, 2.0]] * 2)
    assert slope.dtype == float
    assert seen == [((2, 3), object)]


def test_jacobian_shapes_follow_jax():
    def f(x, y):
        return {"a": x[:, 0] * y, "b": x.sum()}

    x, y = np.arange(6.0).reshape(2, 3), 2.0
    found = autograd.jacobian(f, argnums=(0, 1))(x, y)
    assert found["a"][0].shape == (2, 2, 3)
    np.testing.assert_array_equal(found["a"][1], [0.0, 3.0])
    np.testing.assert_array_equal(found["b"][0], np.ones((2, 3)))
    assert found["b"][1] == 0.0
    assert autograd.hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 3.0, "b": 2.0}) == {
        "a": {"a": 4.0, "b": 6.0},
        "b": {"a": 6.0, "b": 0.0},
    }


def test_outputs_that_depend_on_nothing_give_zeros():
    assert autograd.grad(lambda x: 3)(2.0) == 0.0
    assert autograd.value_and_grad(lambda x: 3)([1.0, 2.0]) == (3.0, [0.0, 0.0])
    assert autograd.jacobian(lambda x: [x, 1.0])(2.0) == [1.0, 0.0]
    assert autograd.jvp(lambda x: 5.0, (2.0,), (1.0,)) == (5.0, 0.0)
    assert autograd.hessian(lambda x: 2.0 * x)(1.0) == 0.0


def test_no_zero_times_infinity_between_unrelated_numbers():
    f = lambda x: [math.sqrt(x[0]), x[1]]  # noqa: E731
    for mode in ("forward", "reverse"):
        assert autograd.jacobian(f, mode=mode)([0.0, 2.0]) == [[math.inf, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: autograd.grad(lambda x: x)([1.0, 2.0]),
            TypeError,
            "[number, number]: use autograd.jacobian",
        ),
        (lambda: autograd.grad(lambda x: None)(1.0), TypeError, "forget to return"),
        (lambda: autograd.grad(lambda x: x)({"a": [1.0, "no"]}), TypeError, "argument 0['a'][1] is 'no'"),
        (lambda: autograd.grad(lambda x, y: x, 1)(1.0, (None,)), TypeError, "argument 1[0] is None"),
        (lambda: autograd.grad(lambda x: x)(1j), TypeError, "is 1j of type complex"),
        (lambda: autograd.grad(lambda x: x, argnums=2)(1.0), ValueError, "argument 2"),
        (lambda: autograd.grad(lambda x: x, argnums="x")(1.0), TypeError, "argnums has 'x'"),
        (lambda: autograd.grad(lambda x: x, has_aux=True)(1.0), TypeError, "pair (output, aux)"),
        (lambda: autograd.jvp(lambda x: x, 1.0, 1.0), TypeError, "as a tuple"),
        (lambda: autograd.jvp(lambda x: x, (1.0,), ([1.0],)), TypeError, "structure of the primals"),
        (lambda: autograd.vjp(lambda x: x, 1.0)[1]([1.0]), TypeError, "structure of the output"),
        (lambda: autograd.jacobian(lambda x: x, mode="sideways"), ValueError, "sideways"),
        (lambda: autograd.gradients(1.0, []), TypeError, "takes a Value"),
        (lambda: autograd.grad(lambda x: "text")(1.0), TypeError, "returned 'text'"),
        (
            lambda: autograd.grad(lambda x: x)(np.array([1.0, None], dtype=object)),
            TypeError,
            "argument 0[1] is None",
        ),
    ],
)
def test_errors_name_the_fact_and_the_remedy(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


@settings(max_examples=30)
@given(
    st.recursive(
        REAL,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
        max_leaves=12,
    )
)
def test_gradient_has_the_structure_of_the_argument(tree):
    from autograd.pytree import flatten

    leaves, structure = flatten(tree, "x")
    found = autograd.grad(lambda t: sum(a * k for k, a in enumerate(flatten(t, "x")[0], 1)) + 0.0)(tree)
    assert flatten(found, "x") == ([float(k) for k in range(1, len(leaves) + 1)], structure)


def test_stop_gradient_lets_nothing_through():
    assert autograd.grad(lambda x: x * autograd.stop_gradient(x))(3.0) == 3.0
    assert autograd.grad(lambda x: math.sqrt(autograd.stop_gradient(x)) + x)(0.0) == 1.0
    assert autograd.jvp(lambda x: autograd.stop_gradient([x * x, 1.0])[0], (3.0,), (1.0,)) == (9.0, 0.0)
    assert autograd.hessian(lambda x: autograd.stop_gradient(x) ** 2 * x**2)(3.0) == 18.0
    frozen = autograd.stop_gradient(np.array([Value(1.0), Value(2.0)]))
    assert [x.parents for x in frozen] == [(), ()]


def test_modules_are_dicts_of_their_parameters_by_name():
    import nn

    model = nn.MLP(2, [3, 1])

    def loss(model, x):
        y = model(x)
        return (y if isinstance(y, Value) else y[0]) ** 2

    value, slopes = autograd.value_and_grad(loss)(model, [1.0, -2.0])
    expected = loss(model, [1.0, -2.0])
    assert value == expected.data
    expected.backward()
    assert slopes == {name: p.grad for name, p in model.named_parameters()}
    # inside another transform the copy's parameters are variables, not constants
    inner = lambda m: sum(autograd.grad(lambda n: sum(p**3 for p in n.parameters()))(m).values())  # noqa: E731
    found = autograd.grad(inner)(model)
    for name, p in model.named_parameters():
        assert found[name] == pytest.approx(6.0 * p.data, rel=1e-12)


def test_a_stopped_gradient_beside_a_live_one_through_the_same_node() -> None:
    def f(t):
        y = t * 2.0
        return y * 3.0 - autograd.stop_gradient(y * 5.0)

    assert autograd.grad(f)(1.0) == 6.0
    assert autograd.grad(f)(Value(1.0)).data == 6.0
    assert autograd.gradients(f(x := Value(1.0)), [x])[0].data == 6.0
