"""Generated programs, compiled and eager, at orders 0, 1 and 2, batched and not.

Where all operations are exact (+ - * / sqrt and choices) the whole results are the same bits. Of other
programs every instruction is held, on the operands it had when compiled, to 2 ULP of its primitive; whole
results are close, as far as errors grow.
"""

import math
import struct

import pytest
from hypothesis import given, settings

from autograd import grad, hessian, jit, vmap
from autograd.compiler import Instruction, Program
from autograd.compiler.interpret import execute
from autograd.compiler.program import REDUCTIONS
from autograd.testing.strategies import programs

pytest.importorskip("llvmlite")

EXACT = [
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "square",
    "sqrt",
    "relu",
    "abs",
    "maximum",
    "minimum",
    "where",
    "less",
]
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


# --- every instruction --------------------------------------------------------------------------------------

ROUNDED_ONCE = {*EXACT, "reciprocal", "less_equal", "equal", "above", "sign", "taken", "not_taken", "nothing"}
ROUNDED_ONCE |= {"floor", "ceil", "trunc", "round", "max_constant", "min_constant", "within", "identity"}
ROUNDED_ONCE |= {"lane_sum", "lane_fsum", "fsum", "pick", "stack", "onehot", "broadcast", "stop_gradient"}


def ulps(x, y):
    """How many floats two numbers are apart; zeros are one number."""
    if x != x or y != y:
        return 0 if x != x and y != y else math.inf
    a, b = [struct.unpack("<q", struct.pack("<d", v))[0] for v in (x, y)]
    a, b = [v if v >= 0 else -(v & 0x7FFFFFFFFFFFFFFF) for v in (a, b)]
    return abs(a - b)


def every_value(program):
    """The program with all its values as outputs, those of lanes one by one."""
    instructions, outputs, where = list(program.instructions), [], []
    for k, (name, _, lanes, _) in enumerate(program.instructions):
        at = program.first + k
        if lanes and name not in REDUCTIONS:
            instructions += [Instruction("pick", (at,), lanes, lane) for lane in range(lanes)]
            where.append(range(len(outputs), len(outputs) + lanes))
            outputs += range(program.first + len(instructions) - lanes, program.first + len(instructions))
        else:
            where.append(len(outputs))
            outputs.append(at)
    results = ("list", (("leaf",),) * len(outputs))
    return Program(program.inputs, program.constants, instructions, outputs, results=results), where


def faithful(f, *args):
    program = jit(f).program(*args).simplify()
    whole, where = every_value(program)
    numbers = [float(x) for x in program.flatten(args, {})]
    got = whole(*numbers)
    found = [got[w] if isinstance(w, int) else [got[k] for k in w] for w in where]
    values = [*numbers, *program.constants, *found]
    for instruction, z in zip(program.instructions, found, strict=True):
        wanted = execute(instruction, [values[i] for i in instruction.operands])
        if instruction.name == "lane_total":
            assert math.isclose(z, wanted, rel_tol=1e-12, abs_tol=1e-300) or abs(z - wanted) < 1e-12 or z != z
            continue
        most = 0 if instruction.name in ROUNDED_ONCE else 2
        for x, y in zip(leaves(z), leaves(wanted), strict=True):
            assert ulps(x, y) <= most, (instruction, [values[i] for i in instruction.operands], x, y)


def first_of(f):
    """The sum of a batch in which one number moves, the others are shared."""
    return lambda p: sum(vmap(lambda x: f([x, *p[1:]]))([p[0], p[0] + 0.125, p[0] - 0.25]))


@few
@given(programs(max_steps=6))
def test_every_instruction_is_faithful(program):
    f, xs = as_list(program), list(program.inputs)
    faithful(f, xs)
    faithful(grad(f), xs)
    faithful(vmap(grad(f)), [xs, xs])
    faithful(grad(first_of(f)), xs)


@few
@given(programs(smooth=True, max_steps=4))
def test_every_instruction_of_second_order_is_faithful(program):
    f, xs = as_list(program), list(program.inputs)
    faithful(hessian(f), xs)
    faithful(vmap(hessian(f)), [xs, xs, xs])
    faithful(hessian(first_of(f)), xs)


@few
@given(programs(EXACT, max_steps=6))
def test_exact_operations_give_the_same_bits_in_lanes(program):
    f, xs = as_list(program), list(program.inputs)
    batch = [[x + 0.125 * k for x in xs] for k in range(3)]
    for mapped in (vmap(f), vmap(grad(f)), vmap(hessian(f))):
        same(jit(mapped)(batch), mapped(batch))
