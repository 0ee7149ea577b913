"""checkpoint against the same function without it: every transform, and memory."""

from __future__ import annotations

import copy
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import StaleGraphError, Value, checkpoint, math

REAL = st.floats(-2.0, 2.0)
OUTER = Value(1.25)


def plain(x, y):
    inner = autograd.grad(lambda t: math.sin(t * x) * t)(y)
    return {"a": math.sin(x) * y + OUTER * x * x, "b": [inner, 3.0]}


def through(f, x, y):
    first = f(x, y)
    second = f(first["a"], first["b"][0])
    return first["a"] * second["a"] + second["b"][0] ** 2 + second["b"][1]


@settings(max_examples=25, deadline=None)
@given(REAL, REAL)
def test_every_transform_sees_the_same_function(x, y):
    nested = checkpoint(lambda *p: plain_twice(*p))

    def plain_twice(x, y):
        return checkpoint(plain)(x, y)

    with autograd.no_grad():
        for kept in (checkpoint(plain), nested):
            f = lambda p, g=kept: through(g, *p)  # noqa: E731
            g = lambda p: through(plain, *p)  # noqa: E731
            same = np.testing.assert_allclose
            same(autograd.grad(f)([x, y]), autograd.grad(g)([x, y]), rtol=1e-12)
            same(autograd.hessian(f)([x, y]), autograd.hessian(g)([x, y]), rtol=1e-9, atol=1e-9)
            same(
                autograd.jvp(f, ([x, y],), ([1.0, 2.0],)),
                autograd.jvp(g, ([x, y],), ([1.0, 2.0],)),
                rtol=1e-12,
            )
            along, straight = (autograd.taylor(lambda t, h=h: h([t, y]), x, 4) for h in (f, g))
            same(along, straight, rtol=1e-9, atol=1e-9)


def test_backward_and_values_closed_over():
    found = []
    for f in (plain, checkpoint(plain)):
        x, y = Value(0.3), Value(0.7)
        OUTER.grad = 0.0
        z = through(f, x, y)
        z.backward()
        slopes = autograd.gradients(z, [x, y, OUTER])
        found.append([z.data, x.grad, y.grad, OUTER.grad, *[d.data for d in slopes]])
    OUTER.grad = 0.0
    np.testing.assert_allclose(found[1], found[0], rtol=1e-13)
    np.testing.assert_allclose(found[1][1:4], found[1][4:], rtol=1e-13)


def test_a_segment_downstream_of_another_by_closure():
    def f(x, wrap):
        h = wrap(lambda t: math.exp(t) * t)(x)
        return wrap(lambda t: t * h * h)(x)

    with_, without = (autograd.derivative(lambda x, w=w: f(x, w), 2) for w in (checkpoint, lambda g: g))
    assert with_(0.4) == pytest.approx(without(0.4), rel=1e-13)
    hess = autograd.hessian(lambda x: f(x, checkpoint))
    assert hess(0.4) == pytest.approx(without(0.4), rel=1e-13)


def chain(x, count):
    for _ in range(count):
        x = x * 0.999 + 0.001
    return x


def test_memory_grows_like_the_square_root():
    def peak(segments, length, wrap):
        segment = wrap(lambda x: chain(x, length))

        def f(x):
            for _ in range(segments):
                x = segment(x)
            return x

        tracemalloc.start()
        slope = autograd.grad(f)(0.5)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert slope == pytest.approx(0.999 ** (segments * length), rel=1e-9)
        return top

    small, large = peak(20, 20, checkpoint), peak(80, 80, checkpoint)
    assert large < 6.0 * small  # 16 times the length, 4 times the memory
    assert large < peak(80, 80, lambda f: f) / 5.0


def test_what_changed_meanwhile_is_found_out():
    w, x = Value(2.0), Value(3.0)
    z = checkpoint(lambda x: x * w)(x)
    w.data = 5.0
    with pytest.raises(StaleGraphError, match="checkpointed"):
        z.backward()
    w.data = 2.0
    z.backward()
    assert (x.grad, w.grad) == (2.0, 3.0)
    count = [0]

    def moody(x):
        count[0] += 1
        return x * float(count[0])

    with pytest.raises(StaleGraphError, match="moody is checkpointed"):
        checkpoint(moody)(x).backward()


def test_failures_leave_no_trace():
    x = Value(2.0)
    fail = [False]

    def f(x):
        if fail[0]:
            raise KeyError("again")
        return x * x

    z = checkpoint(f)(x) * 3.0
    fail[0] = True
    with pytest.raises(KeyError):
        z.backward()
    assert not x.has_grad
    fail[0] = False
    z.backward()
    assert x.grad == 12.0
    with pytest.raises(RuntimeError, match=r"in a checkpointed function use autograd\.grad"):
        checkpoint(backward_inside)(Value(2.0)).backward()
    with pytest.raises(TypeError, match="without checkpoint"):
        copy.deepcopy(z)


def backward_inside(x):
    y = x * x
    y.backward()
    return y * x


def test_plain_numbers_and_constants_pass_through():
    assert checkpoint(lambda x: x * 2.0)(3.0) == 6.0
    x = Value(3.0)
    assert checkpoint(lambda x: (x, 1.0, OUTER))(x)[1] == 1.0
    same, _, outer = checkpoint(lambda x: (x, 1.0, OUTER))(x)
    assert autograd.grad(lambda x: checkpoint(lambda t: t)(x) ** 2)(3.0) == 6.0
    assert [d.data for d in autograd.gradients(same * outer, [x, OUTER])] == [1.25, 3.0]
