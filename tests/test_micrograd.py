"""Code written for micrograd runs here with nothing but its import lines changed."""

from __future__ import annotations

import random


def test_the_readme():
    from autograd import Value

    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_the_demo_loss_against_micrograd_itself():
    import pytest

    engine = pytest.importorskip("micrograd.engine")
    nets = pytest.importorskip("micrograd.nn")
    import autograd
    import nn

    results = []
    for number, room in [(autograd.Value, nn), (engine.Value, nets)]:
        random.seed(1337)
        model = room.MLP(2, [16, 16, 1])
        rows = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(20)]
        labels = [random.choice((-1, 1)) for _ in rows]
        inputs = [list(map(number, row)) for row in rows]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(labels, scores, strict=True)]
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * 0 / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        results.append((total_loss.data, sum(accuracy), [p.data for p in model.parameters()]))
    ours, theirs = results
    assert ours[0] == pytest.approx(theirs[0], rel=1e-12)
    assert ours[1] == theirs[1]
    assert ours[2] == pytest.approx(theirs[2], rel=1e-9, abs=1e-14)


def test_the_trace_notebook():
    from graphviz import Digraph

    from autograd import Value

    def trace(root):
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    x = Value(1.0)
    y = (x * 2 + 1).relu()
    y.backward()
    nodes, edges = trace(y)
    dot = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    for n in nodes:
        dot.node(name=str(id(n)), label=f"{{ data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record")
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    assert {n._op for n in nodes} == {"", "*", "+", "ReLU"}
    assert "data 3.0000 | grad 1.0000" in dot.source
