"""Whole programs: eager sweeps against a naive oracle, forward mode, compiled code, and each other."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import PRIMITIVES, Value, grad, graph, hessian, jvp
from autograd.pullback import pullback
from autograd.sweep import cotangents
from autograd.testing import Dual, Program, Step, gradcheck, strategies

FLOAT = 2.0**-53
programs = strategies.programs
smooth = strategies.programs(smooth=True)
few = strategies.programs(["add", "mul", "sub", "div", "sin", "exp", "tanh", "fsum", "dot"], max_steps=6)


def oracle(root, leaf):
    """The derivative as the sum over all paths, by recursion: slow, and impossible to get wrong."""
    if root is leaf:
        return 1.0
    return math.fsum([d * oracle(x, leaf) for x, d in zip(root.parents, root.partials, strict=True)])


def size(root, leaf):
    if root is leaf:
        return 1.0
    return math.fsum([abs(d) * size(x, leaf) for x, d in zip(root.parents, root.partials, strict=True)])


def record(program):
    leaves = [Value(x) for x in program.inputs]
    return leaves, program(*leaves)


@given(programs())
def test_the_sweep_sums_over_all_paths(program):
    leaves, root = record(program)
    root.backward()
    count = len(graph.topological([root]))
    for leaf in leaves:
        assert abs(leaf.grad - oracle(root, leaf)) <= 8.0 * count * FLOAT * size(root, leaf)


@given(programs())
def test_reverse_is_forward(program):
    leaves, root = record(program)
    root.backward()
    for i, leaf in enumerate(leaves):
        units = [float(k == i) for k in range(len(leaves))]
        duals = [Dual(x, t) for x, t in zip(program.inputs, units, strict=True)]
        bound = 64.0 * len(graph.topological([root])) * FLOAT * size(root, leaf)
        if all(PRIMITIVES[step.primitive].smooth for step in program.steps):  # ties are Value's to settle
            assert abs(program(*duals).tangent - leaf.grad) <= bound
        assert abs(jvp(program, program.inputs, units)[1] - leaf.grad) <= bound


@given(smooth)
@example(Program((2.0, 0.0), (Step("pow", (1, 0)),)))  # the slope depends on the exponent at 0 too
@example(Program((3.0,), (Step("pow", (0, 0.0)),)))
@settings(max_examples=25)
def test_orders_two_and_three(program):
    """Order 2 of the program and of its first derivative, which is order 3 of the program."""
    n = len(program.inputs)
    gradcheck(program, program.inputs, order=2)
    for i in range(n):
        gradcheck(
            grad(program, argnums=i), program.inputs, order=2, reference="difference", modes=("reverse",)
        )


@given(programs(), st.sampled_from([-2.0, 0.5, 4.0, 1024.0]))
def test_the_adjoint_is_linear_in_the_seed(program, seed):
    leaves, root = record(program)
    root.backward(seed)
    scaled = [leaf.grad for leaf in leaves]
    again, other = record(program)
    other.backward()
    for leaf, g in zip(again, scaled, strict=True):
        assert abs(leaf.grad * seed - g) <= 5e-324  # powers of two lose nothing


@given(smooth)
@settings(max_examples=25)
def test_the_hessian_is_symmetric(program):
    n = len(program.inputs)
    rows = hessian(program, argnums=tuple(range(n)))(*program.inputs)
    scale = max([abs(x) for row in rows for x in row], default=0.0)
    for i in range(n):
        for j in range(n):
            assert abs(rows[i][j] - rows[j][i]) <= 1e-9 * scale + 1e-290


@given(programs())
def test_permuting_commuting_operands_permutes_nothing_else(program):
    leaves, root = record(program)
    root.backward()
    turned, other = record(program.permuted())
    other.backward()
    for a, b in zip(leaves, turned, strict=True):
        bound = 64.0 * len(graph.topological([root])) * FLOAT * size(root, a)
        assert abs(a.grad - b.grad) <= bound


@given(programs())
def test_float_sweep_and_recorded_sweep_agree_bit_for_bit(program):
    leaves, root = record(program)
    floats = cotangents([root], [1.0], leaves)
    recorded = [float(g) for g in pullback([root], [1.0], leaves)]
    assert floats == recorded


@given(few)
@settings(max_examples=8)
def test_compiled_programs_agree(program):
    pytest.importorskip("llvmlite")
    from autograd.compiler import jit

    n = len(program.inputs)
    leaves, root = record(program)
    root.backward()
    found = jit(grad(program, argnums=tuple(range(n))))(*program.inputs)
    for leaf, g in zip(leaves, found, strict=True):
        bound = 64.0 * len(graph.topological([root])) * FLOAT * size(root, leaf)
        assert abs(float(g) - leaf.grad) <= bound


SCRIPT = """
from autograd import PRIMITIVES, Value, math
xs = [Value(0.1 * i, label=str(i)) for i in range(1, 8)]
table = {x.label: x for x in xs}
both = set(table.values()) & set(xs)
y = math.fsum([math.tanh(a * b + math.exp(a / b)) for a in xs for b in both if a is b]
              + [math.sin(a * b) * 1e3 for a in xs for b in xs])
y.backward()
print([x.grad.hex() for x in xs], y.data.hex())
"""


def test_bitwise_the_same_under_every_hash_seed():
    found = set()
    for seed in range(10):
        env = {**os.environ, "PYTHONHASHSEED": str(seed)}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1


@given(strategies.networks())
@settings(max_examples=15)
def test_networks(network):
    gradcheck(network, network.args)
