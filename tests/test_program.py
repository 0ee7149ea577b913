"""Programs as data: printing, saving, simplifying and interpreting them."""

import json
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import grad, jit
from autograd.compiler import Instruction, Program
from autograd.compiler.serialize import ProgramError

ONE = ("neg", "square", "abs", "relu", "exp", "tanh", "sign")
TWO = ("add", "sub", "mul", "div", "maximum", "less", "hypot")


@st.composite
def programs(draw):
    """A random program, with lanes or without."""
    inputs = draw(st.integers(1, 4))
    constants = draw(st.lists(st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 0.5]), max_size=3))
    kinds = [0] * (inputs + len(constants))
    width = draw(st.integers(0, 10))
    instructions = []
    if width:
        for k in range(draw(st.integers(1, 2))):
            operands = tuple((k + i) % inputs for i in range(width))
            instructions.append(Instruction("stack", operands, width))
            kinds.append(width)
    for _ in range(draw(st.integers(1, 15))):
        name = draw(st.sampled_from(ONE + TWO))
        operands = tuple(draw(st.integers(0, len(kinds) - 1)) for _ in range(1 if name in ONE else 2))
        wide = max(kinds[i] for i in operands)
        instructions.append(Instruction(name, operands, wide))
        kinds.append(wide)
        if wide and draw(st.booleans()):
            name = draw(st.sampled_from(["lane_sum", "pick", "lane_total", "lane_fsum"]))
            lane = draw(st.integers(0, wide - 1)) if name == "pick" else 0
            instructions.append(Instruction(name, (len(kinds) - 1,), wide, lane))
            kinds.append(0)
    scalars = [i for i, wide in enumerate(kinds) if not wide]
    outputs = draw(st.lists(st.sampled_from(scalars), min_size=1, max_size=4))
    return Program(inputs, constants, instructions, outputs)


def bits(results):
    results = results if isinstance(results, tuple) else (results,)
    return ["nan" if x != x else float(x).hex() for x in results]


def run(program, numbers):
    return bits(program.evaluate(*numbers))


@given(programs(), st.data())
def test_simplify_keeps_every_bit(program, data):
    numbers = [data.draw(st.floats(-3, 3)) for _ in range(program.inputs)]
    totals = any(i.name == "lane_total" for i in program.instructions)
    simple = program.simplify()
    assert len(simple) <= len(program) + 20
    if not totals:
        assert run(simple, numbers) == run(program, numbers)


@given(programs())
def test_json_gives_the_same_program(program):
    assert Program.from_json(program.to_json()) == program
    assert Program.from_json(program.simplify().to_json()) == program.simplify()


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_compiled_equals_interpreted(program, data):
    pytest.importorskip("llvmlite")
    numbers = [data.draw(st.floats(-3, 3)) for _ in range(program.inputs)]
    wanted, got = program.evaluate(*numbers), program(*numbers)
    for x, y in zip(*[r if isinstance(r, tuple) else (r,) for r in (wanted, got)], strict=True):
        assert (x != x and y != y) or math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-9) or math.isinf(x)
    if not any(i.name == "lane_total" for i in program.instructions):
        assert bits(got) == bits(wanted)


@given(programs(), st.data())
def test_damaged_json_is_refused_or_runs(program, data):
    """Every change of one place gives either an error that says where, or another valid program."""
    tree = json.loads(program.to_json())
    places = list(walk(tree))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(
        st.sampled_from([None, -1, 10**30, "x", [], {}, 1.5, True, "nan", [[]], float("nan"), "add", 3])
    )
    try:
        changed = Program.from_json(json.dumps(tree))
    except ProgramError:
        return
    if changed.inputs < 100 and max([i.lanes for i in changed.instructions], default=0) < 100:
        changed.simplify()
        str(changed)


def walk(tree):
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, child in list(items):
        yield tree, key
        if isinstance(child, (dict, list)):
            yield from walk(child)


@given(st.text(max_size=40))
def test_text_that_is_no_program(text):
    with pytest.raises(ProgramError):
        Program.from_json(text)


def test_truncated_text():
    text = Program(1, (1.0,), (Instruction("add", (0, 1)),), (2,)).to_json()
    for end in range(len(text)):
        with pytest.raises(ProgramError):
            Program.from_json(text[:end])


def test_unknown_primitive_is_named():
    text = Program(1, (), (Instruction("frobnicate", (0,)),), (1,)).to_json()
    with pytest.raises(ProgramError, match=r"instructions\[0\].*frobnicate.*autograd.primitive"):
        Program.from_json(text)


def test_sharing_folding_and_dead_code():
    program = Program(
        2,
        (2.0, 3.0),
        (
            Instruction("mul", (0, 1)),
            Instruction("mul", (1, 0)),
            Instruction("add", (4, 5)),
            Instruction("mul", (2, 3)),
            Instruction("mul", (6, 7)),
            Instruction("exp", (0,)),
        ),
        (8,),
    )
    simple = program.simplify()
    assert [i.name for i in simple.instructions] == ["mul", "add", "mul"]
    assert simple.constants == (6.0,)
    assert simple.cost == {"add": 1, "mul": 2}


EXPONENTS = [0.0, -0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 0.1, 1e-20, -7.25, 1e300, math.inf, -math.inf]


@given(st.sampled_from(EXPONENTS), st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0])))
def test_constant_exponents_keep_every_bit(exponent, x):
    program = Program(1, (exponent,), (Instruction("pow", (0, 1)), Instruction("pow_slope", (0, 1))), (2, 3))
    assert list(map(repr, program.simplify().evaluate(x))) == list(map(repr, program.evaluate(x)))


def test_the_slope_of_a_square_needs_no_power():
    program = Program(1, (2.0,), (Instruction("pow_slope", (0, 1)),), (2,))
    assert program.simplify().cost == {"mul": 1}
    assert jit(grad(lambda x: x**3)).program(5.0).simplify().cost == {"mul": 2}


def test_constants_keep_their_bits():
    program = Program(
        1, (-0.0, 0.0, math.inf, math.nan, 5e-324), (Instruction("mul", (0, 1)),), (1, 2, 3, 4, 5)
    )
    again = Program.from_json(program.to_json())
    assert [x.hex() for x in again.constants] == [x.hex() for x in program.constants]
    assert bits(again.simplify().evaluate(1.0)) == bits(program.evaluate(1.0))


def test_any_type_of_number():
    mpmath = pytest.importorskip("mpmath")
    program = Program(1, (3.0,), (Instruction("mul", (0, 0)), Instruction("div", (2, 1))), (3,))
    assert program.evaluate(Fraction(1, 2)) == Fraction(1, 12)
    program = Program(1, (), (Instruction("exp", (0,)),), (1,))
    with mpmath.workdps(40):
        assert abs(program.evaluate(mpmath.mpf(1)) - mpmath.e) < mpmath.mpf(10) ** -38
    with pytest.raises(TypeError, match="exp is not defined on Fraction"):
        program.evaluate(Fraction(1))


def test_long_chain():
    instructions = [Instruction("add", (i, 0)) for i in range(20_000)]
    program = Program(1, (), instructions, (20_000,))
    assert program.evaluate(1.0) == 20_001.0
    assert len(program.simplify()) == 20_000


def test_wrong_structure_says_both():
    program = Program(2, (), (Instruction("add", (0, 1)),), (2,))
    with pytest.raises(TypeError, match="structure"):
        program.evaluate(1.0)


def test_lanes_print_and_run():
    program = Program(
        7,
        (),
        (
            Instruction("stack", range(6), 6),
            Instruction("mul", (7, 6), 6),
            Instruction("lane_sum", (8,), 6),
            Instruction("pick", (8,), 6, 2),
        ),
        (9, 10),
    )
    assert "v0 = stack(x0, x1, ..., x5)  # 6 lanes" in str(program)
    numbers = [random.random() for _ in range(7)]
    products = [x * numbers[6] for x in numbers[:6]]
    assert program.evaluate(*numbers) == (sum(products), products[2])
    assert Program.from_json(program.to_json()) == program
