"""How primitives become machine code: none of the table's calls back, and all agree with their evaluation."""

import math
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import PRIMITIVES
from autograd.compiler import Instruction, Program, jit
from autograd.compiler.lowering import lowered
from autograd.compiler.translation import runtime

pytest.importorskip("llvmlite")

NAMES = sorted(set(PRIMITIVES) - {"stack"})
COUNT = 4
SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    3.0,
    5e-324,
    -1e-300,
    1e300,
    40.0,
    -745.0,
    710.0,
    math.inf,
    -math.inf,
]
# Everyday numbers, every float, and the points where functions turn.
NUMBERS = st.one_of(st.floats(-5, 5), st.floats(), st.sampled_from([*SPECIAL, math.nan]))


def ordered(x):
    """The floats as consecutive integers."""
    bits = struct.unpack("<q", struct.pack("<d", x))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def apart(x, y):
    """How many floats lie between two, NaNs being one and the same."""
    if x != x or y != y:
        return 0 if (x != x) == (y != y) else math.inf
    return abs(ordered(x) - ordered(y))


def operands(name, xs):
    arity = PRIMITIVES[name].arity
    return xs if arity is None else xs[:arity]


def partials(name, xs):
    primitive = PRIMITIVES[name]
    z = primitive(*xs)
    found = primitive.local_partials(z, tuple(xs))
    return [x + 0.0 for x in found]


@pytest.fixture(scope="module")
def values():
    work = [Instruction(name, operands(name, range(COUNT))) for name in NAMES]
    return Program(COUNT, (), work, range(COUNT, COUNT + len(NAMES)))


@pytest.fixture(scope="module")
def slopes():
    return jit(lambda *xs: [partials(name, operands(name, xs)) for name in NAMES])


@pytest.mark.parametrize("name", NAMES)
def test_no_primitive_of_the_table_calls_back(name):
    assert lowered(name)


@given(st.tuples(*[NUMBERS] * COUNT))
@example((-0.7517915246935645, -1.1924312145154952, -1.2784645427610737, -0.7524614220710163))
@example((1.4616321449683622, 2.0, -0.5040830082644554, 1.0))
@example((0.25, 0.75, 0.5, 1.0))
def test_values_are_those_of_the_evaluation(values, xs):
    for name, got in zip(NAMES, values(*xs), strict=True):
        wanted = float(PRIMITIVES[name].evaluate(*operands(name, xs)))
        assert apart(got, wanted) <= 2, (name, xs, got, wanted)


LANES = 24


@pytest.fixture(scope="module")
def lanes():
    """Every primitive on lanes; the program takes the numbers of each operand side by side."""
    stacks = [Instruction("stack", range(k * LANES, (k + 1) * LANES), LANES) for k in range(COUNT)]
    first = COUNT * LANES
    work = [Instruction(n, operands(n, range(first, first + COUNT)), LANES) for n in NAMES]
    picks = [
        Instruction("pick", (first + COUNT + i,), LANES, k) for i in range(len(NAMES)) for k in range(LANES)
    ]
    start = first + COUNT + len(NAMES)
    return Program(first, (), [*stacks, *work, *picks], range(start, start + len(picks)))


@given(st.lists(st.tuples(*[NUMBERS] * COUNT), min_size=1, max_size=LANES))
@example([(-0.7517915246935645, -1.1924312145154952, -1.2784645427610737, -0.7524614220710163)])
@example([(-700.0, 1.0, 2.0, 3.0), (0.5, 0.5, 0.5, 0.5), (700.0, -1.0, 0.0, -0.0)])
def test_lanes_are_within_two_ulp_of_the_evaluation(lanes, points):
    """Neighbours take different branches, or all the same one."""
    rows = (points * LANES)[:LANES]
    results = lanes(*[row[k] for k in range(COUNT) for row in rows])
    for i, name in enumerate(NAMES):
        for k, xs in enumerate(points):
            got, wanted = results[i * LANES + k], float(PRIMITIVES[name].evaluate(*operands(name, xs)))
            assert apart(got, wanted) <= 2, (name, xs, got, wanted)


@given(st.tuples(*[NUMBERS] * COUNT))
@example((0.0, 0.0, 0.0, 0.0))
@example((-0.0, 0.0, -0.0, 1.0))
@example((-0.7517915246935645, -1.1924312145154952, -1.2784645427610737, -0.7524614220710163))
def test_partials_are_those_of_the_rules(slopes, xs):
    for name, got in zip(NAMES, slopes(*xs), strict=True):
        wanted = partials(name, operands(name, xs))
        for one, other in zip(got, wanted, strict=True):
            # A rule may compose several operations; what each is off by adds up, less where nothing cancels.
            assert apart(one, other) <= 2 or one == pytest.approx(other, rel=1e-14), (name, xs, got, wanted)


SUM = jit(lambda xs: PRIMITIVES["fsum"](*xs))
SUMMANDS = st.one_of(
    st.floats(), st.sampled_from([1e16, -1e16, 1.0, 2.0**-53, -(2.0**-53), 2.0**-106, 1e308, -1e308])
)


@given(st.lists(SUMMANDS, max_size=8))
@example([1e308, 1e308, -1e308])
@example([1e308, 1e308, -1e308, -1e308, 5e-324])
@example([-1e308, -1e308, -1e308, 1e308])
@example([math.inf, -math.inf])
@example([-0.0])
@example([1.0, 2.0**-53, 2.0**-106])
def test_fsum_is_exactly_rounded(xs):
    wanted = PRIMITIVES["fsum"].evaluate(*xs)
    assert apart(runtime.fsum(xs), wanted) == 0
    if xs:
        assert apart(SUM(xs), wanted) == 0


@given(st.lists(st.floats(), min_size=1, max_size=6))
@example([5e-324, 5e-324])
@example([1e200, 1e-200, 1e200])
def test_norm_is_as_long_as_hypot(xs):
    assert apart(runtime.norm(xs), math.hypot(*xs)) <= 1
    assert apart(runtime.hypot(xs[0], xs[-1]), math.hypot(xs[0], xs[-1])) <= 1


@given(st.floats(), st.floats().filter(bool))
def test_remainders_are_pythons(x, y):
    for ours, theirs in ((runtime.mod, "mod"), (runtime.floordiv, "floordiv")):
        assert apart(ours(x, y), PRIMITIVES[theirs].evaluate(x, y)) == 0
