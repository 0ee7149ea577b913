"""The cheap gradient principle, counted over generated programs and over the table."""

from __future__ import annotations

import pytest
from hypothesis import given

import autograd
from autograd import PRIMITIVES, Value, math
from autograd.counting import swept, work
from autograd.testing.strategies import programs


@given(programs())
def test_a_gradient_costs_at_most_four_functions(program):
    found = autograd.cost(program)(*program.inputs)
    assert found.ratio <= 4.0
    assert found.gradient >= found.function


@pytest.mark.parametrize("name", PRIMITIVES)
def test_no_operation_costs_more(name):
    # The bound holds for any program made of operations that keep to it one by one: the first cotangent of a
    # node is no addition, and every node but the root has one, as has an input.
    primitive = PRIMITIVES[name]
    count = primitive.arity or (4 if name in ("dist", "dot", "sumprod") else 3)
    node = primitive(*[Value(x) for x in (0.4, 0.3, 0.7, 0.2)[:count]])
    if node.primitive is not None:
        taken, handed = swept(node)
        assert work(node.primitive, count) + taken + len(handed) - 1 <= 4.0 * work(node.primitive, count)


def test_the_ratio_is_flat_in_the_number_of_inputs():
    def rosenbrock(x):
        return sum(100.0 * (x[i + 1] - x[i] * x[i]) ** 2.0 for i in range(len(x) - 1))

    ratios = [autograd.cost(rosenbrock)([0.5] * n).ratio for n in (10, 100, 1000)]
    assert max(ratios) - min(ratios) < 0.1


def test_fields():
    found = autograd.cost(lambda x, y: math.sin(x) * y)(1.0, 2.0)
    assert found.function == 21.0  # sin 20, * 1
    assert found.gradient == 21.0 + 20.0 + 1.0 + 2.0  # cos; one product for sin's edge, two for those of *
    assert (found.nodes, found.ratio) == (2, found.gradient / found.function)
    assert found.bytes > 0
    assert autograd.cost(lambda x: 1.0)(1.0).ratio == 1.0
    with pytest.raises(TypeError, match="jacobian"):
        autograd.cost(lambda x: [x, x])(1.0)
