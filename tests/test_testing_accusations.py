"""The engine is never accused: by programs, at every place of every operation, compiled, in models."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd.math as am
import nn
from autograd import PRIMITIVES, grad, jit, primitive
from autograd.testing import gradcheck, strategies
from autograd.testing.strategies import CONSTANTS, _program, _table

TABLE = _table(None, smooth=False)
SHARDS, EACH = 4, 5_000


def random_program(random):
    """What `strategies.programs()` draws, without hypothesis, which takes longer than the check itself."""

    def operand():
        recent = random.randint(0, 2)
        return random.choice((0, 0, recent, recent, random.randint(0, 6), random.choice(CONSTANTS)))

    def number():
        return float(random.randint(-4, 4)) if random.random() < 0.3 else random.uniform(-4.0, 4.0)

    count = random.choice((1, 2, 3, 4, 6, 8, 10))
    operations = [
        (random.choice(TABLE), [operand() for _ in range(random.choice((3, 4)))]) for _ in range(count)
    ]
    return _program([number() for _ in range(random.choice((1, 1, 2, 3)))], operations)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_twenty_thousand_programs(shard):
    random, compared = Random(shard), 0
    for _ in range(EACH):
        program = random_program(random)
        try:
            compared += gradcheck(program, program.inputs)
        except Exception as error:
            error.add_note(repr(program))
            raise
    assert compared > 2 * EACH


@given(strategies.programs(max_steps=5))
@settings(max_examples=50)
def test_by_differences_alone(program):
    gradcheck(program, program.inputs, reference="difference", order=2)


def places():
    found = []
    for p in TABLE:
        for where in ("interior", "extreme", "boundary", "kink"):
            with suppress(ValueError):
                found.append(pytest.param(p, where, strategies.points(p, where), id=f"{p.name}-{where}"))
    return found


@pytest.mark.parametrize(("operation", "where", "points"), places())
@given(data=st.data())
@settings(max_examples=5)
def test_every_operation_everywhere(operation, where, points, data):
    point = data.draw(points)
    order = 2 if where == "interior" else 1
    gradcheck(operation, point, order=order, kinks="subgradient" if where == "kink" else "skip")


EXTREMES = st.sampled_from(TABLE).flatmap(lambda p: st.tuples(st.just(p), strategies.points(p, "extreme")))


@given(EXTREMES, st.just("auto"))  # differences alone see nothing of a period below the spacing of floats
@example((PRIMITIVES["ceil"], (9.86591514518105e78,)), "auto")
@example((PRIMITIVES["sinpi"], (1.7976931348623157e308,)), "auto")
@example((PRIMITIVES["sinc"], (6.189700196426902e26,)), "auto")
@example((PRIMITIVES["sinc"], (1.7976931348623157e308,)), "auto")
@example((PRIMITIVES["smooth_abs"], (-1.8685981001800637e-09, 6.975882891019361e72)), "auto")
@example((PRIMITIVES["square"], (3.620895779457018e-270,)), "difference")
@example((PRIMITIVES["smooth_abs"], (3.620895779457018e-270, 3.678681150862685)), "difference")
def test_extremes(drawn, reference):
    operation, point = drawn
    gradcheck(operation, point, reference=reference)


@given(strategies.networks())
@settings(max_examples=10)
def test_networks_of_order_two(network):
    gradcheck(network, network.args, order=2, modes="reverse")


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu"])
def test_models(activation):
    model = nn.MLP(2, [3, 1], activation=activation)
    assert gradcheck(lambda m, x: m(x), (model, [0.3, -0.7])) > 0


def test_compiled_functions_and_their_gradients():
    pytest.importorskip("llvmlite")
    f = lambda x, y: am.sin(x) * y + am.exp(x * y)  # noqa: E731
    assert gradcheck(jit(f), (0.5, 1.5), order=2) == 4 + 8
    assert gradcheck(f, (0.5, 1.5), gradient=jit(grad(f, argnums=(0, 1)))) == 2


def test_operations_of_ones_own():
    haversine = primitive("haversine_of_this_test", lambda x: am.sin(x / 2) ** 2, lambda z, x: am.sin(x) / 2)
    for x in (-3.0, 0.0, 1e-9, 2.5):
        assert gradcheck(haversine, x, order=2) > 0
