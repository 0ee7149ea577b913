"""Nodes one by one: what they hold, the order they are walked in, and the single steps of both sweeps."""

from __future__ import annotations

import _thread
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Value, checkpoint, graph, pullback, sweep
from autograd.graph import Extra, Node

NAN = math.nan


@st.composite
def graphs(draw):
    """A random graph of sums, products, constants and wide nodes: its nodes, leaves first."""
    nodes = [Value(draw(st.sampled_from([-2.0, 0.5, 1.0, 3.0]))) for _ in range(draw(st.integers(1, 3)))]
    leaves = len(nodes)
    for _ in range(draw(st.integers(1, 12))):
        x, y, z = [nodes[-1 - draw(st.integers(0, len(nodes) - 1))] for _ in range(3)]
        kind = draw(st.sampled_from(["+", "*", "1+", "-1", "wide", "neg", "dot"]))
        made = {
            "+": lambda x=x, y=y: x + y,
            "*": lambda x=x, y=y: x * y,
            "1+": lambda x=x: 1.0 + x,
            "-1": lambda x=x: x - 1.0,
            "wide": lambda x=x, y=y, z=z: autograd.math.fsum([x, 2.0, y, z]),
            "neg": lambda x=x: -x,
            "dot": lambda x=x, y=y, z=z: autograd.math.dot([x, y], [2.0, z]),
        }
        nodes.append(made[kind]())
    return nodes, leaves


def oracle(root, seed):
    """The derivatives of a root by every node, by summing over all paths."""
    found = Counter()

    def hand(node, cotangent):
        found[id(node)] += cotangent
        for parent, d in zip(node.parents, node.partials, strict=True):
            hand(parent, cotangent * d)

    hand(root, seed)
    return found


# --- graph.py -----------------------------------------------------------------------------------------------


def test_what_is_new():
    node = Node()
    assert (node.left, node.right, node.extra, node.primitive, node.mark) == (None, None, None, None, 0)
    numbers = (node.grad_, node.dleft, node.dright, node.number)
    assert (numbers, {type(x) for x in numbers}) == ((0.0,) * 4, {float})
    extra = Extra()
    assert (extra.label, extra.source, extra.operands) == (None, None, ())
    assert (extra.partials, extra.segment) == ([], None)
    clock = type(graph.CLOCK)()
    assert (clock.now, clock.tick(), clock.tick(), clock.now) == (0.0, 1.0, 2.0, 2.0)
    sweeps = type(sweep.SWEEPS)()
    assert (sweeps.base, sweeps.thread) == (2, 0)  # 0 and 1 say that there is no gradient, and one
    freeing = type(graph.FREEING)()
    assert (freeing.depth, freeing.waiting) == (0, [])


def test_operands_parents_and_partials_of_every_shape():
    x, y = Value(3.0), Value(2.0)
    wide = autograd.math.fsum([x, 1.0, y])
    cases = [
        (x, (), (), ()),
        (-x, (x,), (x,), (-1.0,)),
        (x - y, (x, y), (x, y), (1.0, -1.0)),
        (x - 5.0, (x, 5.0), (x,), (1.0,)),
        (5.0 - x, (5.0, x), (x,), (-1.0,)),
        (x * x, (x, x), (x, x), (3.0, 3.0)),
        (wide, (x, 1.0, y), (x, y), (1.0, 1.0)),
        (autograd.math.dot([x, 4.0], [y, 7.0]), (x, 4.0, y, 7.0), (x, y), (2.0, 3.0)),
        (autograd.math.where(True, x, y), (1.0, x, 2.0), (x,), (1.0,)),
    ]
    for node, operands, parents, partials in cases:
        assert all([a is b for a, b in zip(graph.parents(node), parents, strict=True)])
        found = graph.operands(node)
        assert [type(a) for a in found] == [type(b) for b in operands]
        assert all([a is b if isinstance(b, Value) else a == b for a, b in zip(found, operands, strict=True)])
        assert graph.partials(node) == partials
    assert graph.operands(Value(1.0, label="named")) == ()


def test_the_order_is_operands_before_users_and_left_before_right():
    x, y = Value(1.0), Value(2.0)
    a, b = x * 2.0, y * 3.0
    c = b - a
    wide = autograd.math.fsum([c, y, a])
    assert [id(n) for n in graph.topological([wide])] == [id(n) for n in (y, b, x, a, c, wide)]
    assert [id(n) for n in graph.topological([a, b])] == [id(n) for n in (x, a, y, b)]
    assert [id(n) for n in graph.topological([b, a, b])] == [id(n) for n in (y, b, x, a)]
    assert [id(n) for n in graph.topological([wide], [a, y])] == [id(n) for n in (b, c, wide)]
    assert graph.topological([]) == graph.topological([x], [x]) == []


@given(graphs())
def test_every_node_is_in_the_order_once_after_its_operands(made):
    nodes, _ = made
    order = graph.topological(nodes[-2:])
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order)
    for node in order:
        assert all([place[id(x)] < place[id(node)] for x in graph.parents(node)])
    assert {id(node) for node in order} == {i for root in nodes[-2:] for i in oracle(root, 1.0)}


def test_where_derivatives_end():
    x = Value(2.0)
    assert [graph.is_end(n) for n in (x, x * 2.0, x.identity())] == [False, False, False]
    assert graph.is_end(PRIMITIVES["stop_gradient"](x))


# --- the float sweep ----------------------------------------------------------------------------------------


@given(graphs(), st.sampled_from([1.0, -0.5]))
def test_a_sweep_gives_every_node_the_sum_over_its_paths(made, seed):
    nodes, leaves = made
    root = nodes[-1]
    expected = oracle(root, seed)
    root.backward(seed)
    for node in nodes:
        assert node.grad == expected[id(node)]
        assert node.has_grad == (id(node) in expected)
    root.backward(seed)
    for i, node in enumerate(nodes):
        assert node.grad == (2.0 if i < leaves else 1.0) * expected[id(node)]


@given(graphs())
def test_cotangents_change_nothing_and_count_what_they_pass(made):
    nodes, _ = made
    nodes[len(nodes) // 2].backward(0.25)
    before = [(node.grad, node.has_grad) for node in nodes]
    roots, seeds = [nodes[-1], nodes[0], nodes[-1]], [1.0, -2.0, 0.5]
    expected = Counter()
    for root, seed in zip(roots, seeds, strict=True):
        for key, d in oracle(root, seed).items():
            expected[key] += d
    assert sweep.cotangents(roots, seeds, nodes) == [expected[id(node)] for node in nodes]
    assert [(node.grad, node.has_grad) for node in nodes] == before
    sweep.cotangents([nodes[-1]], [2.0], nodes)  # what was given back once is given back again
    assert [(node.grad, node.has_grad) for node in nodes] == before
    first = sweep.SWEEPS.base
    sweep.cotangents(roots, seeds, nodes)
    edges = sum([len(node.parents) for node in graph.topological(roots)]) + len(roots)
    assert sweep.SWEEPS.base == first + edges + 1
    assert not sweep.sweeping()
    assert sweep.SWEEPS.thread == 0


def test_a_gradient_of_minus_zero_stays_one():
    x = Value(1.0)
    (x * -0.0).backward()
    assert math.copysign(1.0, x.grad) == -1.0
    y = Value(1.0)
    assert [math.copysign(1.0, d) for d in sweep.cotangents([y * -0.0], [1.0], [y])] == [-1.0]
    assert sweep.cotangents([y * 2.0], [1.0], [x]) == [0.0]  # nothing leads there


def test_a_graph_of_ones_own_is_swept_without_a_trace():
    old = Value(3.0)
    old.backward(0.5)
    since = graph.CLOCK.tick()
    x = Value(2.0)
    wide = autograd.math.fsum([x, x * x, 1.0])
    assert sweep.own_cotangents([wide], [2.0], [x, old], since) == [10.0, 0.0]
    y = Value(2.0)
    before = sweep.SWEEPS.base
    assert sweep.own_cotangents([y * old], [1.0], [y], since) is None
    assert (y.has_grad, y.grad, old.grad) == (False, 0.0, 0.5)
    inner = y * old
    inner.backward(2.0)
    assert sweep.own_cotangents([inner * 3.0], [1.0], [y], since) is None
    assert (inner.grad, y.grad, old.grad) == (2.0, 6.0, 4.5)
    assert sweep.SWEEPS.base > before
    assert sweep.own_cotangents([old * 2.0], [1.0], [old], graph.CLOCK.now) is None
    assert sweep.own_cotangents([y * 3.0], [1.0], [y], y.dleft) == [3.0]  # as old as the transform: its own
    assert not sweep.sweeping()


class Broken:
    """A segment that fails in the middle of a sweep."""

    output = -1

    def __init__(self):
        self.resets = 0

    def pull(self, cotangent):
        raise ZeroDivisionError

    def reset(self):
        self.resets += 1


class Curious(Broken):
    """A segment that asks whether a sweep is under way."""

    def pull(self, cotangent):
        self.seen = (sweep.sweeping(), cotangent)
        return [cotangent, 0.0]


SWEEPS = [
    Value.backward,
    lambda z: sweep.cotangents([z], [1.0], [z]),
    lambda z: sweep.own_cotangents([z], [1.0], [z], 0.0),
]


@pytest.mark.parametrize("begin", SWEEPS)
def test_a_segment_is_pulled_in_the_middle_of_a_sweep(begin):
    x = Value(2.0)
    node = autograd.math.fsum([x, 1.0])
    node.extra.segment = Curious()
    begin(node * 3.0)
    assert node.extra.segment.seen == (True, 3.0)
    assert not sweep.sweeping()


def with_broken_segment():
    x, y = Value(2.0), Value(3.0)
    (x * y).backward(0.5)
    inner = x * y
    broken = autograd.math.fsum([inner, 1.0, y])
    broken.extra.segment = Broken()
    root = (broken * x) + (y * inner)
    root_of_wide = autograd.math.fsum([root, x, 1.0, inner])
    return x, y, [inner, broken, root, root_of_wide], broken.extra.segment


@pytest.mark.parametrize("begin", SWEEPS)
def test_a_sweep_that_fails_leaves_every_gradient_as_it_was(begin):
    x, y, inside, segment = with_broken_segment()
    with pytest.raises(ZeroDivisionError):
        begin(inside[-1])
    assert (x.grad, y.grad, x.has_grad, y.has_grad) == (1.5, 1.0, True, True)
    assert [(node.grad, node.has_grad) for node in inside] == [(0.0, False)] * 4
    assert segment.resets == 1
    assert (sweep.sweeping(), sweep.SWEEPS.thread, sweep.LOCK.locked()) == (False, 0, False)
    (x * y).backward()  # and the next one is right
    assert (x.grad, y.grad) == (4.5, 3.0)


def test_what_a_sweep_refuses_in_words():
    x = Value(1.0)
    x.mark = -1
    with pytest.raises(autograd.TracedValueError) as caught:
        x.backward()
    assert str(caught.value) == "backward() can't run on a value being traced: use autograd.grad instead"
    z = Value(3.0) * 2.0
    for begin in SWEEPS:
        sweep.SWEEPS.thread = _thread.get_ident()
        assert not sweep.sweeping()  # nobody holds the lock
        with sweep.LOCK:
            assert sweep.sweeping()
            with pytest.raises(RuntimeError) as caught:
                begin(z)
        assert str(caught.value) == (
            "a sweep began while another of the same thread was under way, in a signal handler, a finalizer "
            "(__del__) or a checkpointed function: put the work by, and sweep when the other sweep has "
            "returned; in a checkpointed function use autograd.grad"
        )
        sweep.SWEEPS.thread = 0


# --- the sweep over rules -----------------------------------------------------------------------------------


def test_products_that_need_no_node():
    x, y = Value(3.0), Value(2.0)
    assert pullback.times(x, 1.0) is x
    assert pullback.times(1.0, x) is x
    assert pullback.times(5.0, 1.0) == 5.0
    assert pullback.times(1.0, 5.0) == 5.0
    assert [pullback.times(2.0, 3.0), pullback.times(0.5, -1.0)] == [6.0, -0.5]
    product = pullback.times(x, y)
    assert (product.data, product.parents) == (6.0, (x, y))
    assert pullback.times(x, 2.0).data == 6.0
    assert pullback.times(2.0, x).data == 6.0
    one = Value(1.0)
    assert pullback.times(x, one).parents == (x, one)  # a Value may become another number
    assert pullback.times(one, 2.0).parents == (one,)
    traced = Value(3.0)
    traced.mark = -1
    assert pullback.times(1.0, traced).parents == (traced,)
    assert pullback.times(1.0, 2.0) == 2.0


def test_rules_run_once_where_their_results_are_kept():
    x = Value(3.0)
    node = x.exp()
    memo = {}
    first = pullback.run_rule(node, (x,), memo)
    assert first[0] is node
    assert memo == {id(node): first}
    assert pullback.run_rule(node, (x,), memo) is first
    square = x * x
    given = pullback.run_rule(square, (x, x), None)
    assert all([d is x for d in given])
    kept = {id(square): (7.0, 7.0)}
    assert pullback.run_rule(square, (x, x), kept) == (7.0, 7.0)


def stale(node):
    with pytest.raises(autograd.StaleGraphError) as caught:
        pullback.run_rule(node, node.operands, None)
    return str(caught.value)


def test_numbers_changed_since_are_named():
    x, y = Value(3.0), Value(2.0)
    z = x * y
    x.data = 7.0
    assert stale(z) == (
        "an operand of 'mul' was changed after it was recorded (the local partial was 3.0, "
        "is now 7.0): record the expression again before taking derivatives of derivatives"
    )
    x.data = 3.0
    assert pullback.run_rule(z, z.operands, None) == (y, x)
    half = 5.0 * x  # a constant has no partial to compare
    assert pullback.run_rule(half, half.operands, None)[1] == 5.0
    root = Value(NAN).log()
    pullback.run_rule(root, root.operands, None)  # NaN then and NaN now
    root.parents[0].data = 4.0
    assert "was nan, is now" in stale(root).replace("the local partial ", "")
    root = Value(4.0) * y
    y.data = NAN
    assert "was 2.0, is now nan" in stale(root).replace("the local partial ", "")


@given(graphs(), st.sampled_from([1.0, -0.5]), st.booleans())
def test_both_sweeps_agree_and_the_results_are_graphs(made, seed, kept):
    nodes, leaves = made
    roots = [nodes[-1], nodes[len(nodes) // 2], nodes[-1]]
    seeds = [seed, 2.0, Value(3.0)]
    memo = {} if kept else None
    found = pullback.pullback(roots, seeds, nodes, False, memo)
    floats = sweep.cotangents(roots, [seed, 2.0, 3.0], nodes)
    assert [float(d) for d in found] == floats
    again = pullback.pullback(roots, seeds, nodes[:leaves], True, memo)
    assert [float(d) for d in again] == floats[:leaves]
    for d in found:
        if isinstance(d, Value):  # linear in the seed that is a Value
            (slope,) = pullback.pullback([d], [1.0], [seeds[2]])
            by_it = sweep.cotangents([nodes[-1]], [1.0], nodes)
            assert float(slope) in by_it


def test_a_walk_that_is_bounded_does_not_go_below_what_is_wanted():
    x = Value(3.0)
    inner = x.log()
    root = inner * inner
    x.data = 5.0  # stale below, and never looked at
    (slope,) = pullback.pullback([root], [1.0], [inner], True)
    assert slope.data == 2.0 * inner.data
    with pytest.raises(autograd.StaleGraphError):
        pullback.pullback([root], [1.0], [x], True)
    x.data = 3.0
    both = pullback.pullback([root], [1.0], [inner, x])
    assert [d.data for d in both] == [2.0 * inner.data, 2.0 * inner.data * (1.0 / 3.0)]


def test_nothing_flows_through_a_stopped_gradient():
    x = Value(3.0)
    y = x * 2.0
    stopped = PRIMITIVES["stop_gradient"](y)
    assert pullback.pullback([stopped], [1.0], [x]) == [0.0]
    assert pullback.pullback([stopped], [1.0], [x, y, stopped]) == [0.0, 0.0, 1.0]
    for root in (y * 3.0 - stopped * 5.0, stopped * 5.0 + y * 3.0 - stopped * 10.0):
        assert [float(d) for d in pullback.pullback([root], [1.0], [x, y])] == [6.0, 3.0]
    assert pullback.pullback([x], [4.0], [x]) == [4.0]
    assert pullback.pullback([x, x], [4.0, 2.0], [x, y]) == [6.0, 0.0]
    assert pullback.pullback([], [], [x]) == [0.0]
    with pytest.raises(ValueError, match="zip"):
        pullback.pullback([x], [1.0, 2.0], [x])
    stop = PRIMITIVES["stop_gradient"]
    for roots in ([stop(y * 2.0) + y * 3.0], [stop(y), y * 3.0], [y * 3.0, stop(stop(y) * y)]):
        assert [float(d) for d in pullback.pullback(roots, [1.0] * len(roots), [x])] == [6.0]


def test_what_leads_to_nothing_wanted_is_not_differentiated():
    x, y = Value(3.0), Value(2.0)
    z = x * x * 2.0 + y.log() * y.log()
    y.data = 5.0  # stale, and none of x's business
    memo = {}
    assert [float(d) for d in pullback.pullback([z], [1.0], [x], True, memo)] == [12.0]
    kept = dict(memo)
    assert kept  # the rules that were run
    assert [float(d) for d in pullback.pullback([z], [2.0], [x], True, memo)] == [24.0]
    assert memo == kept


# --- checkpointed segments ----------------------------------------------------------------------------------


def test_segments_are_recorded_again_with_what_depends_on_them():
    w = Value(5.0)
    parts = checkpoint(lambda a, b: (a * b * w, a.exp()))

    def whole(a, b):
        first, second = parts(a, b)
        return first * second + first * a

    def plain(a, b):
        return (a * b * w) * a.exp() + (a * b * w) * a

    x, y = Value(0.5), Value(2.0)
    for order in (1, 2):
        wanted = [x, y, w]
        found, expected = [
            pullback.pullback([f(x, y)], [1.0], wanted) if order == 1 else second_of(f, x, y, wanted)
            for f in (whole, plain)
        ]
        assert [float(d) for d in found] == pytest.approx([float(d) for d in expected], rel=1e-14)
    root = whole(x, y)
    again = {}
    assert pullback.inline([root], again)
    assert again[id(root)].data == root.data
    assert not any([n.extra is not None and n.extra.segment for n in graph.topological([again[id(root)]])])
    assert not pullback.inline([plain(x, y)], {})
    nodes = {}
    pullback.inline([x * 2.0], nodes)
    assert nodes == {}


def second_of(f, x, y, wanted):
    first = pullback.pullback([f(x, y)], [1.0], [x])[0]
    return pullback.pullback([first], [1.0], wanted)


def test_segments_within_segments():
    inner = checkpoint(lambda a: a * a * a)
    outer = checkpoint(lambda a: inner(a) * a)
    x = Value(1.5)
    for f in (outer, inner):
        degree = 4 if f is outer else 3
        (first,) = pullback.pullback([f(x)], [1.0], [x])
        (second,) = pullback.pullback([first], [1.0], [x])
        assert first.data == pytest.approx(degree * 1.5 ** (degree - 1), rel=1e-14)
        assert second.data == pytest.approx(degree * (degree - 1) * 1.5 ** (degree - 2), rel=1e-14)
    node = outer(x)
    middle = node * x
    assert float(pullback.pullback([middle], [1.0], [node, x])[0]) == 1.5
    (bounded,) = pullback.pullback([middle], [1.0], [x], True, {})
    assert bounded.data == pytest.approx(5 * 1.5**4, rel=1e-14)


def test_a_segment_is_run_again_once_also_where_another_closes_over_it():
    calls = Counter()

    def rise(a):
        calls["rise"] += 1
        return a.exp() * a

    def product(a):
        calls["product"] += 1
        return a * w

    x = Value(0.5)
    w = checkpoint(rise)(x)
    z = checkpoint(product)(x) * w
    assert type(pullback.SEGMENTS)().exist is False
    for wanted, bounded, expected in [
        ([x], False, {"rise": 1, "product": 1}),
        ([x], True, {"rise": 1, "product": 1}),
        ([w], True, {"product": 1}),  # what is below is not looked at
        ([z], True, {}),
    ]:
        calls.clear()
        (slope,) = pullback.pullback([z], [1.0], wanted, bounded)
        assert calls == expected
        exact = {x: 0.5**2 * math.e * (3 + 2 * 0.5), w: 2 * 0.5 * w.data, z: 1.0}[
            wanted[0]
        ]  # z = x**3 exp(2x)
        assert float(slope) == pytest.approx(exact, rel=1e-14)
    y = Value(1.1)
    for _ in range(12):  # each closes over the one before: run again by twos, they would be thousands
        y = checkpoint(lambda a, y=y: rise(a) * y)(x)
    calls.clear()
    pullback.pullback([y], [1.0], [x])
    assert calls == {"rise": 12}
    plain = x * x
    found = pullback.pullback([plain, z], [1.0, 0.0], [x, plain])
    assert [float(d) for d in found] == [1.0, 1.0]
    calls.clear()
    assert sweep.cotangents([z], [1.0], [x]) == [pytest.approx(0.5**2 * math.e * 4.0, rel=1e-14)]
    assert calls == {"rise": 1, "product": 1}
