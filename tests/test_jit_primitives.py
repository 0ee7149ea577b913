"""Every primitive of the table, compiled on one number and on lanes, against its evaluation."""

import math
import struct

import pytest

from autograd import PRIMITIVES, Primitive
from autograd.compiler import Instruction, Program, jit
from autograd.primitive_type import declare

pytest.importorskip("llvmlite")

EXACT = {
    *("add", "sub", "mul", "div", "neg", "sqrt", "abs", "floor", "ceil", "trunc", "round", "square"),
    *("reciprocal", "less", "less_equal", "equal", "above", "sign", "where", "relu", "maximum", "minimum"),
    *("max_constant", "min_constant", "leaky_relu", "dot", "prod", "taken", "not_taken", "within", "fsum"),
}
NUMBERS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -3.0,
    0.3,
    7.25,
    1e-9,
    -1e-300,
    5e-324,
    1e300,
    40.0,
    -745.0,
    710.0,
]
NUMBERS += [math.inf, -math.inf, math.nan]
# `stack` is how lanes are made: no operation on numbers.
NAMES = sorted(set(PRIMITIVES) - {"stack"})
# Operands that rules give as constants, and that compositions therefore may choose by.
FIXED = {
    "between": (-1.0, 1.0, -0.5),
    "beyond": (-0.5,),
    "around": (-1.0,),
    "clamp": (-1.0, 2.0),
    "inside": (-1.0, 2.0),
}
CONSTANTS = sorted({x for fixed in FIXED.values() for x in fixed})


def places(name, first, constants):
    """The operands' numbers: values from `first` on, and constants in the places that are fixed."""
    fixed = FIXED.get(name, ())
    free = count(PRIMITIVES[name]) - len(fixed)
    return (*range(first, first + free), *[constants + CONSTANTS.index(x) for x in fixed])


def given(name, operands):
    fixed = FIXED.get(name, ())
    return [*operands[: count(PRIMITIVES[name]) - len(fixed)], *fixed]


def count(primitive):
    return 4 if primitive.arity is None else primitive.arity


def ordered(x):
    """The floats as consecutive integers."""
    bits = struct.unpack("<q", struct.pack("<d", x))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def check(name, operands, got):
    wanted = float(PRIMITIVES[name].evaluate(*operands))
    if wanted != wanted or got != got:
        assert (wanted != wanted) == (got != got), (name, operands, got, wanted)
        return
    distance = abs(ordered(got) - ordered(wanted))
    assert distance <= (0 if name in EXACT else 2), (name, operands, got, wanted, distance)
    if name in EXACT:
        assert math.copysign(1.0, got) == math.copysign(1.0, wanted), (name, operands)


def cases(operands):
    for i in range(len(NUMBERS)):
        for step in (0, 1, 7, 11):
            yield [NUMBERS[(i + k * step) % len(NUMBERS)] for k in range(operands)]


def test_every_primitive_on_numbers():
    first = 4 + len(CONSTANTS)
    work = [Instruction(n, places(n, 0, 4)) for n in NAMES]
    program = Program(4, CONSTANTS, work, range(first, first + len(NAMES)))
    for operands in cases(4):
        for name, got in zip(NAMES, program(*operands), strict=True):
            check(name, given(name, operands), got)


def test_every_primitive_on_lanes():
    points = list(cases(4))
    lanes = len(points)
    stacks = [Instruction("stack", range(k, 4 * lanes, 4), lanes) for k in range(4)]
    first = 4 * lanes + len(CONSTANTS)
    work = [Instruction(n, places(n, first, 4 * lanes), lanes) for n in NAMES]
    picks = [Instruction("pick", (first + 4 + i,), lanes, k) for i in range(len(NAMES)) for k in range(lanes)]
    outputs = range(first + 4 + len(NAMES), first + 4 + len(NAMES) + len(picks))
    program = Program(4 * lanes, CONSTANTS, [*stacks, *work, *picks], outputs)
    results = program(*[x for point in points for x in point])
    for i, name in enumerate(NAMES):
        for k, point in enumerate(points):
            check(name, given(name, point), results[i * lanes + k])


@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_operations_of_any_number_of_operands(n):
    names = [name for name in NAMES if PRIMITIVES[name].arity is None]
    operands = [0.1 * k * (-1) ** k for k in range(1, n + 1)]
    for name in names:
        if name in ("dot", "sumprod", "dist") and n % 2:
            continue
        check(name, operands, Program(n, (), [Instruction(name, range(n))], [n])(*operands))


def test_a_primitive_declared_by_the_user():
    cubed = declare(Primitive("cubed_for_jit", lambda x: x * x * x, lambda z, x: 3.0 * x * x))
    try:
        f = jit(lambda x: cubed(x) + 1.0)
        assert f(2.0) == 9.0
        assert [i.name for i in f.program(2.0).instructions] == ["cubed_for_jit", "add"]
    finally:
        del PRIMITIVES["cubed_for_jit"]


def test_an_exception_in_a_users_primitive_reaches_the_caller():
    def refuse(x):
        if x > 1.0:
            raise ArithmeticError("too large")
        return x

    picky = declare(Primitive("picky_for_jit", refuse, lambda z, x: 1.0))
    try:
        f = jit(lambda x: picky(x) * 2.0)
        assert f(1.0) == 2.0
        with pytest.raises(ArithmeticError, match="too large"):
            f(2.0)
        assert f(0.5) == 1.0
    finally:
        del PRIMITIVES["picky_for_jit"]


def test_lower_builds_a_primitive_from_others():
    calls = []

    def evaluate(x):
        calls.append(x)
        return math.exp(x) + 1.0

    lowered = declare(
        Primitive(
            "lowered_for_jit",
            evaluate,
            lambda z, x: z - 1.0,
            lower=lambda x: PRIMITIVES["exp"](x) + 1.0,
        )
    )
    try:
        f = jit(lambda x: lowered(x))
        f(1.0)
        calls.clear()
        assert f(2.0) == math.exp(2.0) + 1.0
        assert calls == []
    finally:
        del PRIMITIVES["lowered_for_jit"]
