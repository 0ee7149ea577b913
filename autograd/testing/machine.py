"""A state machine for scalar engines: any order of recording, sweeping, clearing, mutating and copying."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from autograd.errors import MissingExtraError
from autograd.modes import no_grad
from autograd.primitive_type import PRIMITIVES, Primitive
from autograd.testing.program import apply
from autograd.testing.strategies import CONSTANTS, _fit, floats
from autograd.transforms import gradients
from autograd.value import Value

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
except ImportError:
    raise MissingExtraError("hypothesis", "testing") from None

UNIT = 2.0**-53
MOST = 40
REFERENCES = st.lists(st.integers(0, 2) | st.integers(0, 9), min_size=4, max_size=4)


@dataclass
class Model:
    """What a node must be: its number, its edges with partials, its gradient and that gradient's size."""

    node: Any
    number: float
    edges: list[tuple[int, float]] = field(default_factory=list)
    gradient: float = 0.0
    size: float = 0.0
    leaf: bool = True
    changed: bool = False


class EngineMachine(RuleBasedStateMachine):
    """Runs an engine through random steps, and compares it with a model that keeps every edge in a list.

    As it stands it tests this library. For another engine override `make`, `apply`, `backward` and
    `gradient`, list in `primitives` the operations that it has, and in `features` those of "number", "zero",
    "no_grad", "mutation", "pickle", "copy", "exception", "pullback", "interior" that it supports, with their
    methods.

        class MyEngine(EngineMachine):
            primitives = ("add", "mul", "tanh")
            features = frozenset({"number"})

            def make(self, number): return my.Value(number)
            ...

        TestMyEngine = MyEngine.TestCase
    """

    primitives: ClassVar[tuple[str, ...]] = (
        "add",
        "mul",
        "sub",
        "neg",
        "div",
        "pow",
        "exp",
        "sin",
        "tanh",
        "log",
        "relu",
        "maximum",
        "fsum",
        "prod",
        "dot",
    )
    features: ClassVar[frozenset[str]] = frozenset(
        ["number", "zero", "no_grad", "mutation", "pickle", "copy", "exception", "pullback", "interior"]
    )

    def __init__(self) -> None:
        super().__init__()
        self.model: list[Model] = []

    # --- the engine: override these -------------------------------------------------------------------------

    def make(self, number: float) -> Any:
        """A leaf."""
        return Value(number)

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """The operation over nodes and floats."""
        return apply(primitive, operands)

    def backward(self, node: Any, seed: float) -> None:
        """Sweep from a node; leaves accumulate."""
        node.backward(seed)

    def gradient(self, node: Any) -> float:
        """The gradient of a node, 0 where there is none."""
        return float(node.grad)

    def number(self, node: Any) -> float:
        """The number of a node."""
        return float(node.data)

    def zero(self, node: Any) -> None:
        """Clear the gradient of a leaf."""
        node.grad = 0.0

    def assign(self, node: Any, number: float) -> None:
        """Change the number of a leaf; what was recorded stays as it was."""
        node.data = number

    def silent(self) -> AbstractContextManager[Any]:
        """A context inside which nothing is recorded."""
        return no_grad()

    def pulled(self, node: Any, leaves: list[Any]) -> list[float]:
        """The gradient recorded as nodes, with every stored gradient left alone."""
        return [float(g) for g in gradients(node, leaves)]

    # --- steps ----------------------------------------------------------------------------------------------

    @initialize(numbers=st.lists(floats(), min_size=1, max_size=3))
    def begin(self, numbers: list[float]) -> None:
        """Some leaves to begin with."""
        for number in numbers:
            self.leaf(number)

    def leaf(self, number: float) -> None:
        """Add a leaf."""
        self.model.append(Model(self.make(number), number))

    @precondition(lambda self: len(self.model) < MOST)
    @rule(number=floats())
    def add_leaf(self, number: float) -> None:
        """Another leaf."""
        self.leaf(number)

    @precondition(lambda self: len(self.model) < MOST)
    @rule(
        operations=st.lists(
            st.tuples(st.integers(0, 10**6), REFERENCES, st.none() | st.sampled_from(CONSTANTS)),
            min_size=1,
            max_size=4,
        ),
        at=st.integers(0, 3),
    )
    def operate(self, operations: list[tuple[int, list[int], float | None]], at: int) -> None:
        """Record some operations."""
        for i, refs, constant in operations:
            name = self.primitives[i % len(self.primitives)]
            self._operate(name, refs, constant, at, recorded=True)

    @precondition(lambda self: "no_grad" in self.features and len(self.model) < MOST)
    @rule(data=st.data(), refs=REFERENCES)
    def operate_silently(self, data: Any, refs: list[int]) -> None:
        """Compute without recording."""
        name = data.draw(st.sampled_from(self.primitives))
        with self.silent():
            self._operate(name, refs, None, 0, recorded=False)

    def _operate(self, name: str, refs: list[int], constant: float | None, at: int, recorded: bool) -> None:
        count = len(self.model)
        given: list[int | float] = [count - 1 - r % count for r in refs]
        if constant is not None:
            given[at] = constant
        numbers = [m.number for m in self.model]
        fitting = _fit(PRIMITIVES[name], given, numbers)
        if fitting is None or _near_kink(fitting[0], [_number(x, numbers) for x in fitting[1]]):
            return
        primitive, chosen, z = fitting
        operands = tuple([self.model[x].node if isinstance(x, int) else x for x in chosen])
        node = self.apply(primitive, operands)
        model = Model(node, z, leaf=not recorded)
        if "number" in self.features:
            model.number = self.number(node)
            assert abs(model.number - z) <= 1e-12 * abs(z), f"{name} gave {model.number!r} instead of {z!r}"
        if recorded:
            slopes = partials(primitive, [_number(x, numbers) for x in chosen])
            model.edges = [(x, d) for x, d in zip(chosen, slopes, strict=True) if isinstance(x, int)]
        self.model.append(model)

    @rule(ref=st.integers(0, 9), seed=st.sampled_from([1.0, -2.0, 0.5]))
    def sweep(self, ref: int, seed: float) -> None:
        """Sweep from a node, perhaps not for the first time."""
        root = len(self.model) - 1 - ref % len(self.model)
        self.backward(self.model[root].node, seed)
        for i, (cotangent, size) in self._cotangents(root, seed).items():
            m = self.model[i]
            m.gradient = m.gradient + cotangent if m.leaf else cotangent
            m.size = m.size + size if m.leaf else size

    @precondition(lambda self: "pullback" in self.features)
    @rule(ref=st.integers(0, 9))
    def pull(self, ref: int) -> None:
        """Record a gradient as nodes; no stored gradient changes."""
        root = len(self.model) - 1 - ref % len(self.model)
        found = self._cotangents(root, 1.0)
        leaves = [i for i in found if self.model[i].leaf]
        if any(self.model[i].changed for i in found):
            return
        pulled = self.pulled(self.model[root].node, [self.model[i].node for i in leaves])
        for i, g in zip(leaves, pulled, strict=True):
            self._agree(i, g, *found[i])

    def _cotangents(self, root: int, seed: float) -> dict[int, tuple[float, float]]:
        """Cotangent and absolute sum of each node below the root: users come after operands in the list."""
        found = {root: (seed, abs(seed))}
        for i in range(root, -1, -1):
            if i in found:
                cotangent, size = found[i]
                for j, d in self.model[i].edges:
                    c, s = found.get(j, (0.0, 0.0))
                    found[j] = (c + cotangent * d, s + size * abs(d))
        return found

    @precondition(lambda self: "zero" in self.features)
    @rule(ref=st.integers(0, 9))
    def clear(self, ref: int) -> None:
        """Clear the gradient of a leaf."""
        m = self._leaf(ref)
        self.zero(m.node)
        m.gradient = m.size = 0.0

    @precondition(lambda self: "mutation" in self.features)
    @rule(ref=st.integers(0, 9), number=floats())
    def mutate(self, ref: int, number: float) -> None:
        """Change the number of a leaf between recording and sweeping."""
        self._assign(self._leaf(ref), number)

    def _assign(self, m: Model, number: float) -> None:
        self.assign(m.node, number)
        m.number = number
        m.changed = True

    @precondition(lambda self: "mutation" in self.features)
    @rule(ref=st.integers(0, 9), number=floats(), root=st.integers(0, 2))
    def mutate_and_sweep(self, ref: int, number: float, root: int) -> None:
        """A sweep reads what was captured when recording, not today's numbers of a leaf below the root."""
        below = self._cotangents(len(self.model) - 1 - root % len(self.model), 1.0)
        leaves = [i for i in below if self.model[i].leaf]
        self._assign(self.model[leaves[ref % len(leaves)]], number)
        self.sweep(root, 1.0)

    def _leaf(self, ref: int) -> Model:
        leaves = [m for m in self.model if m.leaf]
        return leaves[-1 - ref % len(leaves)]

    @precondition(lambda self: "exception" in self.features)
    @rule(ref=st.integers(0, 9), late=st.booleans())
    def fail(self, ref: int, late: bool) -> None:
        """An operation that raises, in its evaluation or in its rule, leaves no trace."""
        evaluate: Callable[..., float] = math.sin if late else _raise
        broken = Primitive("broken", evaluate, _raise)
        node = self.model[-1 - ref % len(self.model)].node
        try:
            self.apply(broken, (node,))
        except _BrokenError:
            return
        raise AssertionError("the exception of a rule was swallowed")

    @precondition(lambda self: "pickle" in self.features)
    @rule()
    def pickle_all(self) -> None:
        """Go on with a pickled and unpickled graph."""
        self._replace(pickle.loads(pickle.dumps([m.node for m in self.model])))

    @precondition(lambda self: "copy" in self.features)
    @rule()
    def copy_all(self) -> None:
        """Go on with a deep copy."""
        self._replace(copy.deepcopy([m.node for m in self.model]))

    def _replace(self, nodes: list[Any]) -> None:
        for m, node in zip(self.model, nodes, strict=True):
            m.node = node

    # --- what always holds ----------------------------------------------------------------------------------

    @invariant()
    def gradients_agree(self) -> None:
        """Every leaf, and where supported every node, has the model's gradient and number."""
        for i, m in enumerate(self.model):
            if m.leaf or "interior" in self.features:
                self._agree(i, self.gradient(m.node), m.gradient, m.size)
            if "number" in self.features:
                assert self.number(m.node) == m.number, (
                    f"node {i} changed its number to {self.number(m.node)!r}"
                )

    def _agree(self, i: int, found: float, gradient: float, size: float) -> None:
        bound = 32.0 * UNIT * (len(self.model) + 1) * size
        assert abs(found - gradient) <= bound, (
            f"node {i} has the gradient {found!r}, it should be {gradient!r} within {bound:.3g}"
        )


class _BrokenError(Exception):
    """What a broken operation raises."""


def _raise(*xs: Any) -> float:
    raise _BrokenError


def _number(x: int | float, numbers: list[float]) -> float:
    return numbers[x] if isinstance(x, int) else x


def _near_kink(primitive: Primitive, xs: list[float]) -> bool:
    from autograd.testing.recorded import _jumps

    if primitive.kinks:
        return any(abs(xs[0] - kink) < 1e-9 for kink in primitive.kinks)
    return not primitive.smooth and _jumps(primitive, xs, [1e-9] * len(xs))


def partials(primitive: Primitive, xs: list[float]) -> list[float]:
    """The local partials from values in 80 digits; by the rule where those digits do not show them."""
    from autograd.testing.exact import Exact, context, definitions

    by_rule = [float(d) for d in primitive.local_partials(primitive.evaluate(*xs), tuple(xs))]
    if primitive.name not in definitions():
        return by_rule
    mp = context()
    step = mp.mpf(2) ** -80

    def at(k: int, h: Any) -> Any:
        return primitive(*[Exact(mp.mpf(x) + (h if i == k else 0)) for i, x in enumerate(xs)]).number

    exact: list[float] = []
    for k in range(len(xs)):
        high, low = at(k, step), at(k, -step)
        shown = abs(high - low) > mp.mpf(10) ** -55 * abs(high)  # else the difference lost its digits
        exact.append(float((high - low) / (2 * step)) if shown else by_rule[k])
    return exact
