"""C's functions on registers: within 1 ULP of mpmath, C's results at the edges, polynomials as derived."""

import math
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import PRIMITIVES
from autograd.compiler import Instruction, Program, vector
from tests.derive_coefficients import FITS, coefficients, error

pytest.importorskip("llvmlite")

LANES = 64
NAMES = sorted(vector.VECTOR)
EDGES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    math.inf,
    -math.inf,
    math.nan,
    5e-324,
    -5e-324,
    1e-310,
    1e308,
    -1e308,
]
EDGES += [709.782712893384, 709.7827128933841, -745.1332191019412, -745.2, -708.4, 1e22, -1e15, 99999.9, 1e5]
EDGES += [
    math.nextafter(-1, 0),
    math.nextafter(1, 0),
    math.nextafter(1, 2),
    math.pi,
    1.5 * math.pi,
    1e5 * math.pi,
]
NUMBERS = st.one_of(st.floats(-2, 2), st.floats(-800, 800), st.floats(), st.sampled_from(EDGES))


@pytest.fixture(scope="module")
def programs():
    found = {}
    for name in NAMES:
        stack = Instruction("stack", range(LANES), LANES)
        work = Instruction(name, (LANES,), LANES)
        picks = [Instruction("pick", (LANES + 1,), LANES, k) for k in range(LANES)]
        found[name] = Program(LANES, (), [stack, work, *picks], range(LANES + 2, 2 * LANES + 2))
    return found


def check(name, x, got):
    wanted = PRIMITIVES[name].evaluate(x)
    if wanted == 0.0 or not math.isfinite(wanted) or not math.isfinite(got):
        assert got == wanted or (got != got and wanted != wanted), (name, x, got)
        assert got != got or math.copysign(1.0, got) == math.copysign(1.0, wanted), (name, x, got)
        return
    with mp.workprec(1200 if abs(x) > 1e15 else 200):
        exact = getattr(mp, name)(mpf(x))
        assert abs(mpf(got) - exact) <= mpf(math.ulp(float(exact))), (name, x, got)


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(NUMBERS, min_size=1, max_size=LANES))
@example(EDGES)
def test_within_one_ulp(programs, name, xs):
    results = programs[name](*(xs * LANES)[:LANES])
    for x, got in zip(xs, results[: len(xs)], strict=True):
        check(name, x, got)


@pytest.mark.parametrize("name", NAMES)
def test_within_one_ulp_where_it_is_hardest(programs, name):
    """Beside where the reduction of the argument turns, and where results are subnormal."""
    generator = random.Random(name)
    xs = []
    for k in range(15 * LANES):
        turn = generator.randint(-1070, 1023) + 0.5
        near = {
            "log": 2.0 ** generator.uniform(-1074, 1023) if k % 2 else 1.0 + generator.gauss(0, 1) * 0.1,
            "log1p": 2.0 ** generator.uniform(-60, 1023) if k % 2 else max(-1.0, generator.gauss(0, 0.4)),
            "tanh": generator.uniform(-1, 1) if k % 2 else generator.uniform(-22, 22),
            "sin": generator.randint(-60000, 60000) * math.pi / 2 if k % 2 else generator.uniform(-1e5, 1e5),
            "cos": generator.randint(-60000, 60000) * math.pi / 2 if k % 2 else generator.uniform(-1e5, 1e5),
        }.get(name, turn * math.log(2.0) if k % 2 else generator.uniform(-2, 2))
        xs.append(near)
    for k in range(0, len(xs), LANES):
        for x, got in zip(xs[k : k + LANES], programs[name](*xs[k : k + LANES]), strict=True):
            check(name, x, got)


@pytest.mark.parametrize("name", FITS)
def test_polynomials_are_the_derived_ones(name):
    assert getattr(vector, f"_{name}") == pytest.approx(coefficients(name), rel=1e-15)
    assert error(name) < 1e-15
