"""Blocks of dots, sums of products and sums over lanes: the same bits as the straight lines they replace."""

import itertools
import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import jit, value_and_grad, vmap
from autograd import math as m
from autograd.compiler import blocks, machine
from autograd.compiler.blocks import Dots, Pairs, plan
from autograd.compiler.kernels import room, tile
from autograd.compiler.program import BROADCAST, LANE_TOTAL, PICK, STACK, Instruction, Program

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

RNG = np.random.default_rng(0)
few = settings(max_examples=30, deadline=None)


class Writer:
    """Programs written an instruction at a time: weights, then lanes, are the inputs."""

    def __init__(self, weights, features, lanes):
        self.weights, self.lanes = weights, lanes
        self.inputs = weights + features * lanes
        self.instructions = []
        self.outputs = []
        self.columns = [
            self.put(STACK, *range(weights + f, self.inputs, features), lanes=lanes) for f in range(features)
        ]
        self.spread = [self.put(BROADCAST, w, lanes=lanes) for w in range(weights)]

    def put(self, name, *operands, lanes=None, lane=0):
        lanes = self.lanes if lanes is None else lanes
        self.instructions.append(Instruction(name, operands, lanes, lane))
        return self.inputs + len(self.instructions) - 1

    def dot(self, weights, columns):
        return self.put("dot", *[self.spread[w] for w in weights], *columns)

    def sum(self, weights, columns):
        terms = [self.put("mul", self.spread[w], c) for w, c in zip(weights, columns, strict=True)]
        total = terms[0]
        for term in terms[1:]:
            total = self.put("add", total, term)
        return total

    def total(self, x):
        self.outputs.append(self.put(LANE_TOTAL, x))

    def give(self, x):
        self.outputs += [self.put(PICK, x, lane=k) for k in range(self.lanes)]

    def program(self):
        return Program(self.inputs, (), self.instructions, self.outputs)


def run(program, numbers, least, width=None):
    known, before = machine.lane_width(), blocks.LEAST
    try:
        machine._KNOWN["width"] = width or known
        blocks.LEAST = least
        return machine.Machine(program).run(numbers)
    finally:
        machine._KNOWN["width"], blocks.LEAST = known, before


def bits(numbers):
    return [struct.pack("<d", x) for x in numbers]


def numbers_for(program):
    numbers = RNG.normal(size=program.inputs).tolist()
    numbers[::7] = [-0.0] * len(numbers[::7])
    return numbers


@st.composite
def networks(draw):
    lanes, features, rows = draw(st.integers(1, 19)), draw(st.integers(2, 9)), draw(st.integers(1, 9))
    weights = rows * features
    w = Writer(weights, features, lanes)
    order = draw(st.permutations(range(features)))
    columns = [w.columns[k] for k in order]
    if draw(st.booleans()):
        columns = [w.put("mul", c, c) if k % 2 else c for k, c in enumerate(columns)]
    regular = draw(st.booleans())
    hidden = []
    for r in range(rows):
        row = (
            list(range(r * features, (r + 1) * features))
            if regular
            else draw(st.lists(st.integers(0, weights - 1), min_size=features, max_size=features))
        )
        hidden.append((w.dot if draw(st.booleans()) else w.sum)(row, columns))
    across = draw(st.booleans())
    ends = [w.put("neg", h) for h in hidden] if across else hidden
    for h in ends:
        w.give(h)
    for h in ends:
        for c in columns:
            if draw(st.integers(0, 9)):
                w.total(w.put("mul", *((c, h) if across else (h, c))))
    second = w.dot(draw(st.lists(st.integers(0, weights - 1), min_size=rows, max_size=rows)), ends)
    w.give(second)
    w.total(w.put("mul", second, columns[0]))
    w.total(hidden[0])
    w.outputs += [w.put("lane_sum", hidden[-1]), w.put("lane_sum", second)]
    return w.program()


@few
@given(networks(), st.sampled_from([2, 4, 8]))
def test_blocks_give_the_same_bits(program, width):
    numbers = numbers_for(program)
    for each in (program, program.simplify()):
        plain = run(each, numbers, 10**9, width)
        assert bits(run(each, numbers, 1, width)) == bits(plain)
        for got, wanted in zip(plain, program.evaluate(*numbers), strict=True):
            assert math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("lanes", [1, 3, 8, 10, 16, 31, 64, 100])
def test_a_layer_and_its_gradients_are_three_blocks(lanes):
    w = Writer(70, 10, lanes)
    hidden = [w.dot(range(r * 10, r * 10 + 10), w.columns) for r in range(7)]
    slopes = [w.put("sin", h) for h in hidden]
    for k in range(10):
        w.give(w.sum([r * 10 + k for r in range(7)], slopes))
    for s in slopes:
        for c in w.columns:
            w.total(w.put("mul", c, s))
    program = w.program()
    blocks.LEAST, before = 50, blocks.LEAST
    try:
        kinds = [type(b) for b in plan(program).blocks.values()]
    finally:
        blocks.LEAST = before
    assert sorted(kinds, key=str) == [Dots, Dots, Pairs]
    numbers = numbers_for(program)
    assert bits(run(program, numbers, 50)) == bits(run(program, numbers, 10**9))


def test_dots_add_from_left_to_right():
    w = Writer(6, 3, 9)
    w.give(w.dot([0, 1, 2], w.columns))
    w.give(w.dot([3, 4, 5], w.columns))
    numbers = [1e16, 1.0, -1e16, -0.0, -0.0, -0.0, *[1.0] * 27]
    assert bits(run(w.program(), numbers, 1)) == bits([0.0] * 18)
    assert bits(run(w.program(), numbers, 1)) == bits(w.program().evaluate(*numbers))


def test_infinities_and_nans_stay_in_their_lanes():
    w = Writer(8, 4, 10)
    rows = [w.dot(range(r, r + 4), w.columns) for r in range(4)]
    for r in rows:
        w.give(r)
        for c in w.columns:
            w.total(w.put("mul", c, r))
    numbers = numbers_for(w.program())
    numbers[8 + 3] = math.inf
    numbers[8 + 9] = math.nan
    got, wanted = run(w.program(), numbers, 1), run(w.program(), numbers, 10**9)
    assert [x for x in got if x == x] == [x for x in wanted if x == x]
    assert [x != x for x in got] == [x != x for x in wanted]


def test_a_sum_that_is_read_on_its_way_is_not_lost():
    w = Writer(12, 4, 5)
    for r in range(3):
        half = w.sum([r, r + 3], w.columns[:2])
        whole = w.put("add", half, w.put("mul", w.spread[r], w.columns[2]))
        w.give(half)
        w.give(whole)
    numbers = numbers_for(w.program())
    assert bits(run(w.program(), numbers, 1)) == bits(run(w.program(), numbers, 10**9))


def test_rows_that_read_each_other_are_blocks_of_their_own():
    w = Writer(9, 3, 6)
    first = [w.dot(range(r, r + 3), w.columns) for r in range(3)]
    number = w.put("lane_sum", first[2])
    later = w.put("dot", *[w.put(BROADCAST, number) for _ in range(3)], *w.columns)
    w.give(later)
    for f in first:
        w.give(f)
    program = w.program()
    numbers = numbers_for(program)
    assert bits(run(program, numbers, 1)) == bits(run(program, numbers, 10**9))


def dense(sizes):
    def call(theta, x):
        at = 0
        for nin, nout in itertools.pairwise(sizes):
            out = []
            for _ in range(nout):
                out.append(m.tanh(m.dot(theta[at : at + nin], x) + theta[at + nin]))
                at += nin + 1
            x = out
        return sum(x)

    return call, sum((nin + 1) * nout for nin, nout in itertools.pairwise(sizes))


@pytest.mark.parametrize("fast", [False, True])
def test_a_dense_network_as_eagerly(fast):
    model, count = dense([11, 40, 30, 3])
    X, theta = RNG.normal(size=(13, 11)), 0.3 * RNG.normal(size=count)

    def mean(p, X):
        total = 0.0
        for y in vmap(model, in_axes=(None, 0))(p, X):
            total = total + y
        return total / len(X)

    value, gradient = jit(value_and_grad(mean), fast=fast)(theta, X)
    wanted, slopes = value_and_grad(mean)(theta.tolist(), X.tolist())
    assert math.isclose(value, wanted, rel_tol=1e-12)
    assert np.allclose(gradient, slopes, rtol=1e-10, atol=1e-14)


def test_second_derivatives_through_blocks():
    model, count = dense([9, 34, 2])
    X, theta, v = RNG.normal(size=(10, 9)), RNG.normal(size=count), RNG.normal(size=count)

    def product(p, v, X):
        slope = autograd.grad(lambda q: sum(vmap(model, in_axes=(None, 0))(q, X)))
        return autograd.jvp(slope, (p,), (v,))[1]

    got = jit(product)(theta, v, X)
    wanted = product(theta.tolist(), v.tolist(), X.tolist())
    assert np.allclose(got, wanted, rtol=1e-10, atol=1e-12)


def test_the_room_of_lanes_holds_them_and_avoids_powers_of_two():
    for width in (2, 4, 8):
        for lanes in range(1, 1200, 7):
            assert room(lanes, width) >= lanes
            assert room(lanes, width) % width == 0
            assert room(lanes, width) * 8 % 4096 or lanes < 64
        for registers in range(1, 40):
            rows, across = tile(registers, width)
            assert 1 <= across <= registers
            assert rows >= 1


def test_sums_over_the_lanes_of_a_block():
    w = Writer(40, 8, 12)
    hidden = [w.dot(range(r * 8, r * 8 + 8), w.columns) for r in range(5)]
    for h in hidden:
        w.total(h)
        w.outputs.append(w.put("lane_sum", h))
    again = [w.dot(range(r, r + 5), hidden) for r in range(6)]
    for h in again:
        w.total(h)
    numbers = numbers_for(w.program())
    assert bits(run(w.program(), numbers, 1)) == bits(run(w.program(), numbers, 10**9))
