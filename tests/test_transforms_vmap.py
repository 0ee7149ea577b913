"""vmap against the loop it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, math


def f(x, y):
    return math.sin(x) * y


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6))
def test_of_grad_is_the_gradient_of_each(xs):
    batch = np.array(xs)
    found = autograd.vmap(autograd.grad(f), in_axes=(0, None))(batch, 2.0)
    assert found.dtype == float
    np.testing.assert_array_equal(found, [autograd.grad(f)(x, 2.0) for x in xs])
    assert autograd.vmap(autograd.grad(f), in_axes=(0, None))(xs, 2.0) == found.tolist()
    through = autograd.grad(lambda b: autograd.vmap(f, (0, None))(b, 2.0).sum())(batch)
    np.testing.assert_array_equal(through, found)


def test_axes_and_structures():
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(autograd.vmap(sum, in_axes=1)(x), x.sum(axis=0))
    np.testing.assert_array_equal(autograd.vmap(lambda row: row, in_axes=1, out_axes=1)(x), x)
    np.testing.assert_array_equal(autograd.vmap(lambda row: row, in_axes=-1)(x), x.T)
    out = autograd.vmap(lambda p, k: {"a": p["w"] * k, "b": (p["b"],)}, in_axes=({"w": 0, "b": None}, 0))(
        {"w": x, "b": 1.0}, np.array([1.0, 2.0])
    )
    np.testing.assert_array_equal(out["a"], x * [[1.0], [2.0]])
    np.testing.assert_array_equal(out["b"][0], [1.0, 1.0])
    assert autograd.vmap(lambda pair: pair[0] + pair[1])([[1.0, 2.0], [3.0, 4.0]]) == [3.0, 7.0]
    assert autograd.vmap(lambda x: (x, 2.0 * x))([1.0, 2.0]) == ([1.0, 2.0], [2.0, 4.0])
    assert autograd.vmap(lambda x, *, k: x * k)(np.ones(2), k=np.array([3.0, 4.0])).tolist() == [3.0, 4.0]
    np.testing.assert_array_equal(autograd.vmap(autograd.vmap(f))(x, x), np.sin(x) * x)


def test_values_in_a_batch_stay_values():
    w = Value(3.0)
    out = autograd.vmap(lambda x: x * w)(np.array([1.0, 2.0]))
    out.sum().backward()
    assert w.grad == 3.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: autograd.vmap(f)([1.0], [1.0, 2.0]), "[1, 2] lanes"),
        (lambda: autograd.vmap(f)(1.0, [1.0]), "None in in_axes"),
        (lambda: autograd.vmap(f, (None, None))(1.0, 2.0), "no argument is mapped"),
        (lambda: autograd.vmap(f, (0,))([1.0], [2.0]), "1 entries for 2"),
        (lambda: autograd.vmap(f, (2, 0))(np.ones((1, 1)), [2.0]), "asks for axis 2"),
        (lambda: autograd.vmap(lambda x: x if x > 1 else [x])([1.0, 2.0]), "one for all"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words follow
        call()
    assert words in str(caught.value)
