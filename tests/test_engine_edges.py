"""Each edge is visited once: counted in an uncompiled copy of the engine whose partials count their uses."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.planted import planted

MANY = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Edge(float):
    """A local partial that notes every multiplication by it."""

    def __new__(cls, partial, key, visits):
        made = super().__new__(cls, partial)
        made.key, made.visits = key, visits
        return made

    def __rmul__(self, cotangent):
        self.visits[self.key] += 1
        return float(cotangent) * float(self)

    __mul__ = __rmul__


def watch(root, topological):
    """Make every edge below the root count; the edges, and where they count."""
    edges, visits = Counter(), Counter()
    for k, node in enumerate(topological([root])):
        if node.left is not None:
            edges[k, "left"] = 1
            node.dleft = Edge(node.dleft, (k, "left"), visits)
        if node.right is not None:
            edges[k, "right"] = 1
            node.dright = Edge(node.dright, (k, "right"), visits)
        if node.extra is not None:
            partials = [Edge(d, (k, j), visits) for j, d in enumerate(node.extra.partials)]
            node.extra.partials = partials
            edges.update([(k, j) for j, x in enumerate(node.extra.operands) if hasattr(x, "grad_")])
    return edges, visits


def check_visits(package, strategies, order):
    seen = Counter()

    @MANY
    @given(strategies.programs(order, max_steps=12))
    def check(program):
        leaves = [package.Value(x) for x in program.inputs]
        root = program(*leaves)
        edges, visits = watch(root, package.graph.topological)
        root.backward()
        assert visits == edges
        root.backward()
        assert visits == edges + edges
        seen["shared"] += (
            max(Counter(id(x) for n in package.graph.topological([root]) for x in n.parents).values()) > 1
        )
        seen["wide"] += any(isinstance(key[1], int) for key in edges)

    check()
    return seen


FEW = ["add", "mul", "sub", "div", "sin", "tanh", "fsum", "dot", "maximum"]


@pytest.mark.parametrize("primitives", [None, FEW], ids=["all", "few"])
def test_a_sweep_visits_each_edge_once(primitives):
    with planted() as package:
        from autograd.testing import strategies

        seen = check_visits(package, strategies, primitives)
    assert seen["shared"] > 20
    assert seen["wide"] > 5


HAND = "                    left.grad_ += cotangent * node.dleft\n"
READY = "                    if left.mark == base and left.primitive is not None:\n"
BUGS = {
    "twice": (HAND, HAND + "                    cotangent * node.dleft\n"),
    "never": (
        HAND,
        HAND.replace("cotangent * node.dleft", "0.0 if left is node.right else cotangent * node.dleft"),
    ),
    "again-for-every-user": (READY, READY.replace("==", ">=")),
    "the-last-operand-left-out": ("for j in range(len(given)):", "for j in range(len(given) - 1):"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_sweep_that_visits_otherwise_is_found(bug):
    with planted("autograd.sweep", *BUGS[bug]) as package:
        from autograd.testing import strategies

        with pytest.raises(AssertionError):
            check_visits(package, strategies, FEW)


def test_a_recorded_sweep_runs_each_rule_once():
    from autograd import PRIMITIVES, Value, graph
    from autograd.pullback import pullback
    from autograd.testing import strategies

    @MANY
    @given(strategies.programs(FEW, smooth=True))
    def check(program):
        leaves = [Value(x) for x in program.inputs]
        root = program(*leaves)
        wanted = Counter([n.primitive.name for n in graph.topological([root]) if n.primitive is not None])
        calls = Counter()
        rules = {name: PRIMITIVES[name].partials for name in wanted}

        def counting(name, rule):
            def run(z, *xs):
                calls[name] += isinstance(z, Value)
                return rule(z, *xs)

            return run

        for name, rule in rules.items():
            PRIMITIVES[name].partials = counting(name, rule)
        try:
            pullback([root], [1.0], leaves)
        finally:
            for name, rule in rules.items():
                PRIMITIVES[name].partials = rule
        assert calls == wanted

    check()
