"""The library, a toy engine and a broken toy engine under the state machine."""

from __future__ import annotations

import math
import operator

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from autograd.testing import EngineMachine

TestEngine = EngineMachine.TestCase


class Node:
    """A toy engine: closures over the operands, gradients by a recursive topological sort."""

    accumulate = True

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def backward(self, seed):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.edges:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            if node.edges:
                node.grad = 0.0
        self.grad += seed
        for node in reversed(order):
            for parent, partial in node.edges:
                parent.grad = parent.grad * self.accumulate + node.grad * partial


class ToyMachine(EngineMachine):
    primitives = ("add", "mul", "tanh")
    features = frozenset({"number"})
    node = Node

    def make(self, number):
        return self.node(number)

    def apply(self, primitive, operands):
        data = [x.data if isinstance(x, Node) else x for x in operands]
        if primitive.name == "add":
            z, slopes = data[0] + data[1], (1.0, 1.0)
        elif primitive.name == "mul":
            z, slopes = data[0] * data[1], (data[1], data[0])
        else:
            z = math.tanh(data[0])
            slopes = (1.0 / math.cosh(min(abs(data[0]), 350.0)) ** 2,)  # 1 - z*z cancels, and is found
        edges = [(x, d) for x, d in zip(operands, slopes, strict=True) if isinstance(x, Node)]
        return self.node(z, edges)


class Overwriting(Node):
    accumulate = False


class BrokenMachine(ToyMachine):
    node = Overwriting


TestToy = ToyMachine.TestCase


def test_a_toy_engine_that_overwrites_is_found():
    with pytest.raises(AssertionError, match="gradient"):
        run_state_machine_as_test(
            BrokenMachine,
            settings=settings(max_examples=300, database=None, phases=[Phase.generate, Phase.shrink]),
        )


class MicrogradMachine(EngineMachine):
    """micrograd as it is; `fresh` clears the interior gradients that it leaves behind before each sweep."""

    primitives = ("add", "mul", "sub", "neg", "relu")
    features = frozenset({"number"})
    fresh = True

    def make(self, number):
        from micrograd.engine import Value

        return Value(number)

    def apply(self, primitive, operands):
        if primitive.name == "relu":
            return operands[0].relu()
        return getattr(operator, primitive.name)(*operands)

    def backward(self, node, seed):
        root = node * seed
        if self.fresh:
            stack, seen = [root], set()
            while stack:
                top = stack.pop()
                if top not in seen and top._prev:
                    seen.add(top)
                    top.grad = 0.0
                    stack.extend(top._prev)
        root.backward()

    def gradient(self, node):
        return float(node.grad)


class SecondSweep(MicrogradMachine):
    fresh = False


def run(machine, examples):
    chosen = settings(max_examples=examples, derandomize=True, database=None, phases=[Phase.generate])
    run_state_machine_as_test(machine, settings=settings(chosen, deadline=None, stateful_step_count=20))


def test_micrograd_is_right_in_single_sweeps_and_found_out_in_second_ones():
    pytest.importorskip("micrograd")
    run(MicrogradMachine, 60)
    with pytest.raises(AssertionError, match="gradient"):
        run(SecondSweep, 300)
