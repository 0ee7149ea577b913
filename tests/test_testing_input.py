"""What gradcheck and its neighbours say to functions, arguments and options that won't do."""

from __future__ import annotations

import math
import random
from collections import namedtuple

import numpy as np
import pytest

import autograd.math as am
import nn
from autograd import GradcheckError, jit
from autograd.testing import adjoint_check, gradcheck, strategies, ulp_error


def square(x):
    return x * x


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_points_that_are_not_finite_are_named(x):
    with pytest.raises(ValueError, match=r"args\[0\]\['w'\]\[1\] is"):
        gradcheck(lambda p: p["w"][0], {"w": [1.0, x]})
    with pytest.raises(ValueError, match=r"args\[0\] is"):
        adjoint_check(square, x)


@pytest.mark.parametrize("args", [(), [], {}, None, "x", True, ([], {}), np.array([]), np.array([True])])
def test_arguments_without_numbers(args):
    with pytest.raises(TypeError, match="args has no numbers"):
        gradcheck(lambda *xs: 1.0, args)


@pytest.mark.parametrize("result", [None, "a", [], {}, True, object(), {"a": (None, [])}])
def test_functions_without_a_number(result):
    with pytest.raises(TypeError, match="f returned no number"):
        gradcheck(lambda x: result, 1.0)
    with pytest.raises(TypeError, match="f returned no number"):
        adjoint_check(lambda x: result, 1.0)


def test_functions_of_several_and_constant_outputs():
    f = lambda x: {"a": [x, x * x], "b": (3.0, None, "note", 2), "c": np.float32(1.0)}  # noqa: E731
    assert gradcheck(f, 1.5, order=2) == 2 * 5 + 2 * 5
    assert gradcheck(lambda x: 3.0, 1.0) == 2


@pytest.mark.parametrize(
    "f", [lambda x: x * random.random(), lambda x, seen=[]: seen.append(0) or x * len(seen)]
)
def test_functions_of_more_than_their_arguments(f):
    with pytest.raises(ValueError, match=r"in one call and .* in the next"):
        gradcheck(f, 1.0)


def test_functions_with_side_effects():
    seen = []
    assert gradcheck(lambda x: seen.append(x) or x * x, 2.0) == 2

    def changing(xs):
        xs[0] = xs[0] * xs[0]
        return xs[0] * xs[1]

    given = [2.0, 3.0]
    assert gradcheck(changing, (given,)) == 4
    assert given == [2.0, 3.0]


def test_functions_that_raise():
    with pytest.raises(KeyError, match="missing"):
        gradcheck(lambda x: {}["missing"], 1.0)

    def refuses(x):
        if not isinstance(x, float):
            raise TypeError("floats only")
        return x

    with pytest.raises(TypeError, match="floats only") as caught:
        gradcheck(refuses, 1.0)
    assert "gradient=" in caught.value.__notes__[0]
    with pytest.raises(ZeroDivisionError):
        gradcheck(square, 1.0, gradient=lambda x: 1 / 0)


@pytest.mark.parametrize("f", [math.sin, lambda x: float(x) * 2.0, lambda x: x * float(x)])
def test_functions_that_leave_the_graph(f):
    with pytest.raises(GradcheckError, match="plain numbers beside the graph"):
        gradcheck(f, 1.5)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"modes": None}, ValueError, "modes"),
        ({"modes": ()}, ValueError, "modes"),
        ({"modes": "sideways"}, ValueError, "modes"),
        ({"order": "2"}, ValueError, "order"),
        ({"kinks": None}, ValueError, "kinks"),
        ({"atol": -1.0}, ValueError, "atol"),
        ({"atol": math.nan}, ValueError, "atol"),
        ({"rtol": math.inf}, ValueError, "rtol"),
        ({"rtol": "1e-3"}, ValueError, "rtol"),
        ({"gradient": 3.0}, TypeError, "gradient got"),
        ({"gradient": lambda x: None}, ValueError, "structure"),
        ({"gradient": lambda x: "2.0"}, ValueError, "structure"),
        ({"gradient": lambda x: math.nan}, GradcheckError, "nan"),
        ({"gradient": lambda x: math.inf}, GradcheckError, "inf"),
    ],
)
def test_options_that_will_not_do(options, error, match):
    with pytest.raises(error, match=match):
        gradcheck(square, 1.0, **options)


def test_modes_by_name_and_only_once():
    assert gradcheck(square, 1.0, modes="reverse") == 1
    assert gradcheck(square, 1.0, modes=("forward", "forward")) == 1
    with pytest.raises(TypeError, match="f got"):
        gradcheck(3.0, 1.0)


def test_the_seed_chooses_the_pairs_of_order_two():
    asked = []

    def f(xs):
        return am.fsum([x * x * x for x in xs])

    import autograd.testing.second as second

    original = second._compare
    try:
        second._compare = lambda check, k, i, j, *rest: (
            asked.append((i, j)) or original(check, k, i, j, *rest)
        )
        found = []
        for seed in (0, 0, 1):
            asked.clear()
            gradcheck(f, [float(i) for i in range(12)], order=2, seed=seed)
            found.append(list(asked))
    finally:
        second._compare = original
    assert found[0] == found[1] != found[2]


Point = namedtuple("Point", "a b")


def test_a_named_tuple_is_one_argument_and_a_dictionary_has_no_order():
    assert gradcheck(lambda p: p.a * p.b**2, Point(2.0, 3.0), gradient=lambda p: Point(9.0, 12.0)) == 2
    gradient = lambda p: {"b": 12.0, "a": 9.0}  # noqa: E731
    assert gradcheck(lambda p: p["a"] * p["b"] ** 2, {"a": 2.0, "b": 3.0}, gradient=gradient) == 2


def test_models_and_compiled_functions():
    model = nn.MLP(2, [3, 1])
    parameters = sum(1 for _ in model.parameters())
    assert gradcheck(lambda m, x: m(x), (model, [0.1, 0.2])) == 2 * (parameters + 2)
    assert gradcheck(jit(lambda x, y: am.sin(x) * y), (0.5, 2.0), order=2) == 4 + 8


def test_unknown_operations_are_named():
    for use in (
        lambda: ulp_error("tahn", 1.0),
        lambda: strategies.points("tahn"),
        lambda: strategies.programs(["tahn"]),
    ):
        with pytest.raises(ValueError, match=r"no primitive 'tahn'.*'tanh'"):
            use()
