"""Generated programs, compiled and eager: the same bits for exact operations, close for all, to order 2."""

import math

import pytest
from hypothesis import given, settings

from autograd import grad, hessian, jit, vmap
from autograd.testing.strategies import programs

pytest.importorskip("llvmlite")

EXACT = ["add", "sub", "mul", "neg", "square", "sqrt", "relu", "abs", "maximum", "minimum", "where", "less"]
few = settings(max_examples=25, deadline=None)


def leaves(tree):
    if isinstance(tree, list | tuple):
        return [x for child in tree for x in leaves(child)]
    return [float(tree)]


def same(got, wanted):
    for x, y in zip(leaves(got), leaves(wanted), strict=True):
        assert x == y or (x != x and y != y), (got, wanted)


def close(got, wanted):
    scale = max([abs(y) for y in leaves(wanted) if math.isfinite(y)], default=1.0)
    for x, y in zip(leaves(got), leaves(wanted), strict=True):
        if math.isfinite(y):
            assert math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9 * max(scale, 1.0)), (got, wanted)
        else:
            assert x == y or (x != x and y != y), (got, wanted)


def as_list(program):
    return lambda xs: program(*xs)


@few
@given(programs(EXACT, max_steps=8))
def test_exact_operations_give_the_same_bits(program):
    f, xs = as_list(program), list(program.inputs)
    same(jit(f)(xs), f(xs))
    same(jit(grad(f))(xs), grad(f)(xs))
    same(jit(hessian(f))(xs), hessian(f)(xs))


@few
@given(programs(max_steps=6))
def test_all_operations_are_close(program):
    f, xs = as_list(program), list(program.inputs)
    close(jit(f)(xs), f(xs))
    close(jit(grad(f))(xs), grad(f)(xs))


@few
@given(programs(smooth=True, max_steps=4))
def test_second_derivatives_are_close(program):
    f, xs = as_list(program), list(program.inputs)
    close(jit(hessian(f))(xs), hessian(f)(xs))


@few
@given(programs(max_steps=6))
def test_lanes_are_close(program):
    f, xs = as_list(program), list(program.inputs)
    batch = [xs] * 3
    both = lambda rows: [sum(vmap(f)(rows)), vmap(grad(f))(rows)]  # noqa: E731
    close(jit(both)(batch), both(batch))


@few
@given(programs(EXACT, max_steps=6))
def test_gradients_of_a_sum_over_lanes_are_close(program):
    f, xs = as_list(program), list(program.inputs)
    total = lambda p: sum(vmap(lambda x: f([x, *p[1:]]))([p[0], 2.0 * p[0], p[0] * p[0]]))  # noqa: E731
    close(jit(grad(total))(xs), grad(total)(xs))
