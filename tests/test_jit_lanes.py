"""vmap while tracing: lanes, sums over them, and derivatives through both."""

import math

import pytest

from autograd import Value
from autograd import math as m
from autograd.compiler import jit
from autograd.compiler.lanes import map_lanes
from autograd.pullback import pullback

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

RNG = np.random.default_rng(0)
P = [0.3, -0.2, 0.1, 0.7]


def over(p, xs, ys):
    return [(p, x, y) for x, y in zip(xs, ys, strict=True)]


def sample(p, x, y):
    h = m.tanh(p[0] * x[0] + p[1] * x[1] + p[2])
    return m.where(h > 0.1, m.exp(h * p[3]), (h - y) ** 2.0)


def mean(p, xs, ys):
    losses = map_lanes(sample, over(p, xs, ys))
    return sum(losses) / len(losses) + p[0] * p[0]


def gradient(f):
    def g(p, *rest):
        p = [v * 1.0 if isinstance(v, Value) else Value(v) for v in p]
        z = f(p, *rest)
        return [z, *pullback([z], [1.0], p)]

    return g


def close(got, wanted):
    assert len(got) == len(wanted)
    for x, y in zip(got, wanted, strict=True):
        assert math.isclose(float(x), float(y), rel_tol=1e-13, abs_tol=1e-15)


@pytest.mark.parametrize("lanes", [1, 2, 7, 8, 9, 16, 100])
def test_gradient_of_a_mean(lanes):
    xs, ys = RNG.normal(size=(lanes, 2)), RNG.normal(size=lanes)
    assert jit(mean)(P, xs, ys) == mean(P, xs, ys)
    close(jit(gradient(mean))(P, xs, ys), gradient(mean)(P, xs, ys))


def test_one_run_for_all_lanes():
    xs, ys = RNG.normal(size=(50, 2)), RNG.normal(size=50)
    names = [i.name for i in jit(gradient(mean)).program(P, xs, ys).simplify().instructions]
    assert names.count("tanh") == 1
    assert "pick" not in names
    assert names.count("lane_sum") == 1
    assert names.count("lane_total") == 5  # of four slopes, and of the lanes in which p[3] takes part


def test_second_derivatives_through_lanes():
    def product(p, *rest):
        p = [v * 1.0 if isinstance(v, Value) else Value(v) for v in p]
        g = gradient(mean)(p, *rest)
        return pullback([g[1] * g[2] + g[4]], [1.0], p)

    xs, ys = RNG.normal(size=(11, 2)), RNG.normal(size=11)
    close(jit(product)(P, xs, ys), product(P, xs, ys))


def test_gradients_of_single_lanes():
    def each(p, xs, ys):
        return map_lanes(gradient(sample), over(p, xs, ys))

    xs, ys = RNG.normal(size=(13, 2)), RNG.normal(size=13)
    for got, wanted in zip(jit(each)(P, xs, ys), each(P, xs, ys), strict=True):
        close(got, wanted)


def test_results_of_lanes_in_other_operations():
    def mixed(p, xs, ys):
        losses = map_lanes(sample, over(p, xs, ys))
        return m.fsum(losses) * m.maximum(losses) + losses[3] * losses[4] + sum(losses[:5])

    xs, ys = RNG.normal(size=(13, 2)), RNG.normal(size=13)
    close(jit(gradient(mixed))(P, xs, ys), gradient(mixed)(P, xs, ys))


def test_gradient_in_the_mapped_argument():
    def towards(xs, p, ys):
        leaves = [v * 1.0 if isinstance(v, Value) else Value(v) for v in xs]
        pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
        return pullback([mean(p, pairs, ys)], [1.0], leaves)

    xs, ys = RNG.normal(size=26).tolist(), RNG.normal(size=13)
    close(jit(towards)(xs, P, ys), towards(xs, P, ys))


def test_constants_in_lanes():
    xs, ys = RNG.normal(size=(10, 2)), RNG.normal(size=10)
    close(jit(gradient(lambda p: mean(p, xs, ys)))(P), gradient(lambda p: mean(p, xs, ys))(P))


def test_what_is_the_same_in_every_lane_is_computed_once():
    program = jit(lambda p, xs: sum(map_lanes(lambda q, x: m.exp(q) * x, [(p, x) for x in xs])))
    assert program(0.5, [1.0, 2.0, 3.0]) == sum([math.exp(0.5) * x for x in (1.0, 2.0, 3.0)])
    lanes = {i.name: i.lanes for i in program.program(0.5, [1.0, 2.0, 3.0]).simplify().instructions}
    assert lanes["exp"] == 0


def test_lanes_within_lanes():
    def table(xs, ys):
        return map_lanes(
            lambda x: sum(map_lanes(lambda y: m.sin(x * y), [(y,) for y in ys])), [(x,) for x in xs]
        )

    xs, ys = RNG.normal(size=5).tolist(), RNG.normal(size=3).tolist()
    assert jit(table)(xs, ys) == table(xs, ys)


def test_two_maps_of_different_lengths():
    def f(p, xs, ys):
        a = sum(map_lanes(lambda x: m.exp(x * p), [(x,) for x in xs]))
        b = map_lanes(lambda y: y * a - p, [(y,) for y in ys])
        return m.fsum(b) + b[0]

    xs, ys = RNG.normal(size=9).tolist(), RNG.normal(size=4).tolist()
    close([jit(f)(0.5, xs, ys)], [f(0.5, xs, ys)])


def test_where_masks_in_lanes():
    def f(p, xs):
        return sum(
            map_lanes(lambda x: m.where(x * p[0] > 0.0, m.log(x * p[0]), x + p[0]), [(x,) for x in xs])
        )

    xs = [-1.0, 2.0, 0.0, 3.0]
    close(jit(gradient(f))([1.5], xs), gradient(f)([1.5], xs))
