"""`where` beside singular branches, compiled: nothing leaks from branches and lanes that do not count."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import grad, hessian, hvp, jacobian, jit, jvp, vmap
from autograd import math as m

pytest.importorskip("llvmlite")

LANES = [-1.0, 0.0, 2.0]


def leaves(tree):
    if isinstance(tree, list | tuple):
        return [x for child in tree for x in leaves(child)]
    return [float(tree)]


def same(f, *args):
    """Compiled and eager agree: NaN and infinities in the same places, other numbers to rounding."""
    for got, wanted in zip(leaves(jit(f)(*args)), leaves(f(*args)), strict=True):
        if math.isfinite(wanted):
            assert math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-13), (got, wanted)
        else:
            assert got == wanted or (got != got and wanted != wanted), (got, wanted)


def guarded(p, x):
    """A branch that is singular where it is not taken, and a parameter that only it reads."""
    return m.where(x > 0.0, m.log(x) * p[0], p[1])


def total(p, xs):
    return sum(vmap(lambda x: guarded(p, x))(xs))


def test_slopes_of_what_the_lanes_share():
    same(grad(total), [3.0, 2.0], LANES)
    assert jit(grad(total))([3.0, 2.0], [-1.0, -2.0]) == [0.0, 2.0]


def test_a_mask_outlives_the_sum_over_lanes():
    singular = lambda p, xs: total([m.log(p[0]), m.sqrt(p[1])], xs)  # noqa: E731
    same(grad(singular), [0.0, 2.0], [-1.0, -2.0])
    same(grad(singular), [0.0, 0.0], [1.0, 2.0])
    same(grad(singular), [0.0, 0.0], LANES)


def test_a_mask_outlives_the_way_into_the_lanes():
    same(grad(lambda xs, p: total(p, [m.log(x) for x in xs])), [0.0, 0.5, 3.0], [3.0, 2.0])


def test_lanes_that_nobody_reads():
    """They get no cotangent, rather than a cotangent of 0."""
    for read in (lambda r: r[2], lambda r: r[0] * r[0] + r[2], lambda r: sum(r[1:]), m.fsum):
        f = lambda p, xs: read(vmap(lambda x: m.sqrt(x * p[0]) * p[1])(xs))  # noqa: B023, E731
        same(grad(f, argnums=(0, 1)), [3.0, 2.0], [0.0, 0.0, 2.0])


def test_conditions_in_conditions():
    def nested(p, x):
        inner = m.where(x > p[0], m.sqrt(x - p[0]), m.log(p[0]))
        return m.where(p[0] > 0.0, inner * p[1], m.where(x > 0.0, m.log(x), p[1] * x))

    for p in ([0.0, 2.0], [1.0, 2.0], [-1.0, 0.0]):
        for f in (
            lambda p, xs: sum(vmap(lambda x: nested(p, x))(xs)),
            lambda p, xs: sum(vmap(lambda x: nested([m.exp(p[0]), p[1]], x))(xs)),
        ):
            same(grad(f, argnums=(0, 1)), p, [*LANES, 1.0])
            same(lambda p, f=f: hessian(lambda q: f(q, LANES))(p), p)


def test_the_result_of_a_transform_is_a_number():
    """What was masked inside is 0.0 outside, as an argument of other operations."""
    scaled = lambda p, xs: [g * math.inf for g in grad(total)(p, xs)]  # noqa: E731
    same(scaled, [3.0, 2.0], [-1.0, -2.0])
    same(lambda p: grad(lambda q: m.where(q > 0.0, q, 1.0))(p) * math.inf, -1.0)


def test_conditions_as_numbers():
    """A comparison has no slope, also where what follows is infinite."""
    same(grad(lambda x: (x > 0.0) * m.exp(x) + (x < 710.0) * x), 800.0)
    same(grad(lambda x: grad(lambda y: m.where(y > 0.0, y * y, m.log(y)))(x) * m.log(x)), 0.0)


def test_sums_that_share_lanes():
    def f(xs, p):
        r = vmap(lambda x: m.sqrt(x) * p)(xs)
        a = r[0] + r[2]
        b = a + r[1]
        return a * b + vmap(lambda x: x * p)(r)[1] * r[2]

    same(grad(f, argnums=(0, 1)), [0.0, 0.5, 3.0], 2.0)
    same(hessian(f), [0.25, 0.5, 3.0], 2.0)


# --- random functions ---------------------------------------------------------------------------------------

CONDITIONS = {
    "x > 0": lambda p, x: x > 0.0,
    "x >= 0": lambda p, x: x >= 0.0,
    "x > p": lambda p, x: x > p[0],
    "p > 0": lambda p, x: p[0] > 0.0,
    "q > 1": lambda p, x: p[1] > 1.0,
}
ONE = {"log": m.log, "sqrt": m.sqrt, "exp": m.exp, "negated": lambda x: -x}


def expression(rng, depth):
    """A function of shared numbers p and the lane's x, as nested tuples."""
    draw = rng.random()
    if depth == 0 or draw < 0.1:
        return rng.choice(["p", "q", "x", "x", 1.0, 2.0])
    below = [expression(rng, depth - 1) for _ in range(2)]
    if draw < 0.5:
        return ("where", rng.choice(list(CONDITIONS)), *below)
    if draw < 0.8:
        return (rng.choice(list(ONE)), below[0])
    return (rng.choice(["+", "*"]), *below)


def run(e, p, x):
    if isinstance(e, float | str):
        # Shared numbers differ from lane to lane: what does not is computed once, its slopes summed before.
        return {"p": p[0] * m.exp(x), "q": p[1] - x, "x": x}.get(e, e)
    if e[0] in ONE:
        return ONE[e[0]](run(e[1], p, x))
    if e[0] == "where":
        return m.where(CONDITIONS[e[1]](p, x), run(e[2], p, x), run(e[3], p, x))
    a, b = run(e[1], p, x), run(e[2], p, x)
    return a + b if e[0] == "+" else a * b


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from([[0.0, 2.0], [-0.5, 0.0], [0.5, 1.0]]))
def test_random_functions(seed, p):
    e = expression(random.Random(seed), 3)
    f = lambda p, x: run(e, p, x) * x  # noqa: E731
    mapped = lambda p, xs: vmap(lambda x: f(p, x))(xs)  # noqa: E731
    same(grad(lambda p, xs: sum(mapped(p, xs)), argnums=(0, 1)), p, LANES)
    same(grad(lambda p, xs: mapped(p, xs)[1], argnums=(0, 1)), p, LANES)
    same(vmap(grad(f, argnums=(0, 1)), in_axes=(None, 0)), p, LANES)
    same(jacobian(lambda p: mapped(p, LANES)), p)
    same(hessian(lambda p: f(p, 0.5)), p)
    same(lambda p: jvp(lambda q: sum(mapped(q, LANES)), (p,), ([1.0, 0.5],)), p)
    same(
        lambda p: hvp(
            lambda q: mapped(q, LANES)[2],
        )(p, [1.0, 0.5]),
        p,
    )
