"""What transforms hand back: names, auxiliary results, floats or live Values, and the words of errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, math
from autograd.pytree import Structure, flatten
from autograd.transforms import match

NUMBER = st.floats(-3.0, 3.0).map(lambda x: round(x, 3))


def value_and_grad(f, x):
    (out, aux), slope = autograd.value_and_grad(f, has_aux=True)(x)
    return out, slope, aux


def vjp(f, x):
    out, pullback, aux = autograd.vjp(f, x, has_aux=True)
    return out, pullback(1.0)[0], aux


def linearize(f, x):
    out, along, aux = autograd.linearize(f, x, has_aux=True)
    return out, along(1.0), aux


# Every transform with an auxiliary result, in one form: f, x -> (output or None, derivative, aux).
WAYS = {
    "value_and_grad": value_and_grad,
    "grad": lambda f, x: (None, *autograd.grad(f, has_aux=True)(x)),
    "vjp": vjp,
    "jvp": lambda f, x: autograd.jvp(f, (x,), (1.0,), has_aux=True),
    "linearize": linearize,
}


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


def with_aux(w):
    return lambda x: (x * x * w, {"third": x * w, "note": "kept"})


@given(NUMBER, NUMBER)
def test_numbers_give_numbers_and_auxiliary_numbers(x, w):
    for name, way in WAYS.items():
        out, slope, aux = way(with_aux(w), x)
        assert out is None if name == "grad" else (type(out), out) == (float, x * x * w)
        assert type(slope) is float
        assert slope == pytest.approx(2.0 * x * w, abs=1e-12)
        assert (type(aux["third"]), aux) == (float, {"third": x * w, "note": "kept"})


def test_a_value_closed_over_keeps_everything_connected_to_it(way):
    w = Value(5.0)
    out, slope, aux = way(with_aux(w), 3.0)
    assert (slope.data, aux["third"].data) == (30.0, 15.0)
    assert [d.data for d in autograd.gradients(slope, [w])] == [6.0]
    assert [d.data for d in autograd.gradients(aux["third"], [w])] == [3.0]
    assert out is None or [d.data for d in autograd.gradients(out, [w])] == [9.0]


def test_inside_no_grad_a_value_closed_over_leaves_numbers(way):
    w = Value(5.0)
    with autograd.no_grad():
        out, slope, aux = way(with_aux(w), 3.0)
    assert (type(slope), slope) == (float, 30.0)
    assert (type(aux["third"]), aux["third"]) == (float, 15.0)
    assert out is None or (type(out), out) == (float, 45.0)


def test_a_value_as_argument_gives_values_that_live_where_recording_is_on(way):
    x = Value(3.0)
    out, slope, aux = way(with_aux(5.0), x)
    assert [d.data for d in autograd.gradients(slope, [x])] == [10.0]
    assert [d.data for d in autograd.gradients(aux["third"], [x])] == [5.0]
    assert out is None or [d.data for d in autograd.gradients(out, [x])] == [30.0]
    with autograd.no_grad():
        out, slope, aux = way(with_aux(5.0), x)
    assert (slope.data, slope.parents) == (30.0, ())
    assert (aux["third"].data, aux["third"].parents) == (15.0, ())
    assert out is None or (out.data, out.parents) == (45.0, ())


def test_tangents_and_cotangents_that_are_values_give_values():
    t = Value(2.0)
    out, tangent = autograd.jvp(lambda x: x**3, (3.0,), (t,))
    assert (out.data if isinstance(out, Value) else out, tangent.data) == (27.0, 54.0)
    assert [d.data for d in autograd.gradients(tangent, [t])] == [27.0]
    out, along = autograd.linearize(lambda x: x**3, 3.0)
    assert (type(out), type(along(2.0))) == (float, float)
    assert [d.data for d in autograd.gradients(along(t), [t])] == [27.0]
    out, pullback = autograd.vjp(lambda x: x**3, 3.0)
    assert (type(out), type(pullback(2.0)[0])) == (float, float)
    assert [d.data for d in autograd.gradients(pullback(t)[0], [t])] == [27.0]
    with autograd.no_grad():
        for slope in (along(t), pullback(t)[0], autograd.jvp(lambda x: x**3, (3.0,), (t,))[1]):
            assert (type(slope), slope) == (float, 54.0)


def test_a_pullback_of_a_value_closed_over_lives():
    w = Value(5.0)
    for derivative in (
        lambda f: autograd.vjp(f, 3.0)[1](1.0)[0],
        lambda f: autograd.jvp(f, (3.0,), (1.0,))[1],
        lambda f: autograd.linearize(f, 3.0)[1](1.0),
    ):
        slope = derivative(lambda x: x * x * w)
        assert [d.data for d in autograd.gradients(slope, [w])] == [6.0]
    # Values where one is, those that depend on nothing too
    _, pullback = autograd.vjp(lambda x, y: x * w, 3.0, 4.0)
    assert [(type(d), d.data) for d in pullback(1.0)] == [(Value, 5.0), (Value, 0.0)]
    _, tangent = autograd.jvp(lambda x: [x * w, 1.0], (3.0,), (1.0,))
    assert [(type(d), d.data) for d in tangent] == [(Value, 5.0), (Value, 0.0)]


def test_outputs_without_an_auxiliary_result():
    assert autograd.linearize(lambda x: [x, 2.0], 3.0)[0] == [3.0, 2.0]
    assert autograd.vjp(lambda x: [x, 2.0], 3.0)[0] == [3.0, 2.0]
    assert autograd.jvp(lambda x: [x, 2.0], [3.0], [1.0]) == ([3.0, 2.0], [1.0, 0.0])
    w = Value(5.0)
    for out in (autograd.linearize(lambda x: x * w, 3.0)[0], autograd.vjp(lambda x: x * w, 3.0)[0]):
        assert [d.data for d in autograd.gradients(out, [w])] == [3.0]
    out, pullback = autograd.vjp(lambda x: (x, x), 3.0)  # a pair that is no auxiliary result
    assert (out, pullback((1.0, 2.0))) == ((3.0, 3.0), (3.0,))
    out, along = autograd.linearize(lambda x: (x, x), 3.0)
    assert (out, along(2.0)) == ((3.0, 3.0), (2.0, 2.0))


def test_keywords_and_names_reach_the_function():
    def area(x, *, height):
        """Width by height."""
        return x * height

    area.note = "the function's own"
    assert autograd.grad(area)(2.0, height=3.0) == 3.0
    assert autograd.value_and_grad(area)(2.0, height=3.0) == (6.0, 3.0)
    for transform in (autograd.grad, autograd.value_and_grad):
        slope = transform(area)
        assert (slope.__name__, slope.__doc__) == (f"{transform.__name__}(area)", "Width by height.")
        assert slope.__wrapped__ is area
        assert not hasattr(slope, "note")
        assert transform(lambda x: x).__name__ == f"{transform.__name__}(the function)"


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("grad", lambda x: autograd.grad(math.sin)(x)),
        ("value_and_grad", lambda x: autograd.value_and_grad(math.sin)(x)),
        ("vjp", lambda x: autograd.vjp(math.sin, x)),
        ("jvp", lambda x: autograd.jvp(math.sin, (x,), (1.0,))),
        ("linearize", lambda x: autograd.linearize(math.sin, x)),
    ],
)
def test_errors_begin_with_the_transform(name, call):
    with pytest.raises(TypeError) as caught:
        call("no")
    assert str(caught.value).startswith(f"{name}: argument 0 is 'no'")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: autograd.vjp(lambda x: x, 1.0)[1]("no"), "vjp: the cotangent is 'no'"),
        (
            lambda: autograd.vjp(lambda x: x, 1.0)[1]([1.0]),
            "vjp: the cotangent must have the structure of the output, number, not [number]",
        ),
        (lambda: autograd.jvp(lambda x: x, (1.0,), ("no",)), "jvp: the tangents[0] is 'no'"),
        (
            lambda: autograd.jvp(lambda x: x, (1.0,), ([1.0],)),
            "jvp: the tangents must have the structure of the primals, (number,), not ([number],)",
        ),
        (
            lambda: autograd.linearize(lambda x: x, 1.0)[1](1.0, 2.0),
            "linearize: the tangents must have the structure of the primals, (number,), not (number, number)",
        ),
        (
            lambda: autograd.jvp(lambda x: x, (1.0,), 2.0),
            "jvp takes the tangents as a tuple, not 2.0: (t,) for a single one",
        ),
        (
            lambda: autograd.jvp(lambda x: x, 3.0, (2.0,)),
            "jvp takes the primals as a tuple, not 3.0: (x,) for a single one",
        ),
        (lambda: autograd.gradients(2.0, []), "gradients takes a Value as its root, not 2.0"),
        (
            lambda: autograd.gradients(Value(1.0), [Value(1.0), 2.0]),
            "gradients: leaf 1 is 2.0, not a Value that the root was made from",
        ),
        (lambda: autograd.gradients(Value(1.0), [], "no"), "gradients: the seed is 'no'"),
        (
            lambda: autograd.gradients(Value(1.0), [], [1.0, 2.0]),
            "gradients: the seed must have the structure of the root, number, not [number, number]",
        ),
    ],
)
def test_errors_say_what_was_given_and_what_was_wanted(call, words):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).startswith(words)


class Table(dict):
    """A dict of another name."""


@pytest.mark.parametrize(
    ("given", "wanted", "alike"),
    [
        (1.0, 2.0, True),
        (np.array(1.0), 2.0, True),
        (1.0, np.array(2.0), True),
        (np.zeros(2), np.ones(2), True),
        ((1.0, [2.0]), [3.0, (4.0,)], True),  # a tuple will do for a list
        ({"a": 1.0}, Table(a=2.0), True),
        ([], (), True),
        (np.zeros(2), np.zeros(3), False),
        (np.zeros(2), [1.0, 2.0], False),
        ([1.0, 2.0], np.zeros(2), False),
        (np.zeros(0), [], False),
        ([], np.zeros(0), False),
        (1.0, [], False),
        ([], 1.0, False),
        (1.0, [1.0], False),
        (np.zeros(1), 1.0, False),
        ([1.0], [1.0, 2.0], False),
        ([1.0, 2.0], [1.0], False),
        ([1.0], [], False),
        ({}, [], False),
        ({"a": 1.0}, {"b": 1.0}, False),
        ({"a": 1.0}, [1.0], False),
        ([[1.0], 2.0], [1.0, [2.0]], False),
        ([1.0, [2.0]], [1.0, [2.0, 3.0]], False),
    ],
)
def test_which_structures_are_alike(given, wanted, alike):
    structure = flatten(wanted, "wanted")[1]
    if alike:
        assert match("what", given, "whose", structure) == flatten(given, "given")[0]
    else:
        with pytest.raises(TypeError, match="what must have the structure of whose"):
            match("what", given, "whose", structure)


def test_a_number_for_an_output_of_no_numbers_is_refused():
    with pytest.raises(TypeError, match="structure of the output"):
        autograd.vjp(lambda x: [], 1.0)[1](1.0)
    assert autograd.vjp(lambda x: [], 1.0)[1]([]) == (0.0,)


def test_gradients_takes_one_leaf_and_a_seed_that_is_a_value():
    x, s = Value(3.0), Value(5.0)
    assert [d.data for d in autograd.gradients(x**2, x)] == [6.0]
    (slope,) = autograd.gradients(x**2, [x], seed=s)
    assert slope.data == 30.0
    assert [d.data for d in autograd.gradients(slope, [x, s])] == [10.0, 6.0]
    (slope,) = autograd.gradients(x**2, [x], seed=np.float64(5.0))
    assert slope.data == 30.0
    assert match("what", 2, "whose", Structure(None)) == [2.0]


def test_stop_gradient_inside_a_compiled_function_reads_its_argument():
    compiled = autograd.jit(autograd.value_and_grad(lambda x: x * autograd.stop_gradient(x * x)))
    assert [compiled(x) for x in (3.0, 2.0)] == [(27.0, 9.0), (8.0, 4.0)]
