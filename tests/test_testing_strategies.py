"""The strategies: what they draw, how it shrinks, on which numbers it replays."""

from __future__ import annotations

import math
import subprocess
import sys

import mpmath
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from autograd import PRIMITIVES, Value
from autograd.testing import Dual, Exact, Program, Rounded, Step, given_points, gradcheck, strategies
from autograd.testing.exact import definitions

QUIET = settings(max_examples=2000, database=None, phases=[Phase.generate, Phase.shrink], deadline=None)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


@given(strategies.programs())
def test_a_program_prints_as_source_that_computes_the_same(program):
    names: dict = {}
    exec(str(program), names)
    assert names["program"]() == program(*program.inputs)
    assert names["program"](*program.inputs) == program(*program.inputs)


KNOWN = [p for p in strategies._table(None, True) if p.name in definitions() or p.lower is not None]


@given(strategies.programs(KNOWN))
def test_a_program_replays_on_every_kind_of_number(program):
    y = program(*program.inputs)
    assert math.isfinite(y)
    value = program(*[Value(x) for x in program.inputs])
    assert value.data == y if isinstance(value, Value) else value == y
    assert program(*[Dual(x) for x in program.inputs]).number == y
    rounded = program(*[Rounded(x) for x in program.inputs])
    exact = program(*[mpmath.mpf(x) for x in program.inputs])
    assert abs(exact - y) <= 8.0 * rounded.error + 1e-300
    assert program(*[Exact(x) for x in program.inputs]).number == exact


@given(strategies.programs(smooth=True, primitives=["add", "mul", "sin", "exp", "tanh"], inputs=2))
@settings(max_examples=8)
def test_a_program_replays_compiled(program):
    pytest.importorskip("llvmlite")
    from autograd.compiler import jit

    assert jit(program)(*program.inputs) == pytest.approx(program(*program.inputs), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("wanted", ["tanh", "logsumexp", "div"])
def test_programs_shrink_to_few_operations(wanted):
    found = find(strategies.programs(), lambda p: any(s.primitive == wanted for s in p.steps), settings=QUIET)
    assert found.steps[-1].primitive == wanted
    assert len(found.steps) <= 3
    assert all(x == int(x) for x in found.inputs)


def test_shared_nodes_shrink_to_a_diamond():
    def shared(program):
        used = [
            len(program.inputs) + k - 1 - x
            for k, s in enumerate(program.steps)
            for x in s.operands
            if isinstance(x, int)
        ]
        return any(
            used.count(k) > 1 for k in range(len(program.inputs), len(program.inputs) + len(program.steps))
        )

    assert len(find(strategies.programs(), shared, settings=QUIET).steps) <= 2


def test_programs_of_chosen_primitives():
    @given(strategies.programs(["mul", PRIMITIVES["sin"]], inputs=1, min_steps=2, max_steps=4))
    def check(program):
        assert len(program.inputs) == 1
        assert {s.primitive for s in program.steps} <= {
            "mul",
            "sin",
            "neg",
        }  # neg stands in where they don't fit
        assert len(program.steps) <= 4

    check()
    with pytest.raises(ValueError, match="primitive"):
        strategies.programs(["relu"], smooth=True)


def test_a_program_names_a_wrong_number_of_arguments():
    with pytest.raises(TypeError, match="takes 1"):
        Program((1.0,), (Step("neg", (0,)),))(1.0, 2.0)


@pytest.mark.parametrize("name", sorted(PRIMITIVES))
@given(data=st.data())
@settings(max_examples=10)
def test_points_of_every_primitive(name, data):
    primitive = PRIMITIVES[name]
    for where in ("interior", "extreme", "boundary", "kink"):
        try:
            points = strategies.points(primitive, where)
        except ValueError:
            assert where in ("boundary", "kink")
            continue
        xs = data.draw(points)
        assert primitive.arity in (None, len(xs))
        domain = primitive.domain if primitive.arity is not None else primitive.domain * len(xs)
        if where != "boundary":
            assert all(x in interval for x, interval in zip(xs, domain, strict=False))
        primitive.evaluate(*xs)  # never raises


def test_points_refuses_an_unknown_place():
    with pytest.raises(ValueError, match="where"):
        strategies.points("exp", "nowhere")


def test_points_of_a_function():
    def f(x: float, ys: list[float], scale=2.0):
        return math.log(x) + sum(ys) * scale

    @given_points(f)
    def check(point):
        x, ys = point
        assert x > 0.0
        assert 1 <= len(ys) <= 4

    check()
    with pytest.raises(TypeError, match="parameter"):
        strategies.points_of(lambda: 1.0)


@given(strategies.networks())
def test_networks_are_checked_by_gradcheck(network):
    gradcheck(network, network.args, modes=("reverse",))


def test_hypothesis_and_mpmath_load_when_they_are_needed():
    code = (
        "import sys, autograd.testing as t\n"
        "assert not {'hypothesis', 'mpmath', 'numpy'} & set(sys.modules)\n"
        "t.gradcheck(lambda x: x * x, 2.0, reference='difference')\n"
        "assert not {'hypothesis', 'mpmath', 'numpy'} & set(sys.modules)\n"
        "sys.modules['hypothesis'] = sys.modules['mpmath'] = sys.modules['mpmath.ctx_mp'] = None\n"
        "from autograd import MissingExtraError\n"
        "for use in (lambda: t.strategies, lambda: t.EngineMachine, lambda: t.given_points(abs),\n"
        "            lambda: t.ulp_error('exp', 1.0), lambda: t.gradcheck(abs, 1.0, reference='exact')):\n"
        "    try:\n"
        "        use()\n"
        "    except MissingExtraError as error:\n"
        "        assert 'scalar-autograd[testing]' in str(error)\n"
        "    else:\n"
        "        raise AssertionError(use)\n"
        "assert t.gradcheck(lambda x: x * x, 2.0) == 2\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
