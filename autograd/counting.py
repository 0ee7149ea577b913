"""The cheap gradient principle, counted: operations of a function and of its gradient.

The unit is one addition, multiplication or comparison; a division or square root counts 4, every other
elementary function 20, a power 60: what they take on processors, roughly. The gradient is
counted as it is found: the function, the rules for its partials, and the sweep with one multiplication an
edge (none where the partial is 1 or -1) and one addition where cotangents meet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from autograd.graph import Node, operands, topological
from autograd.primitive_type import Primitive, as_float
from autograd.primitives import add, mul, neg, nothing, sub
from autograd.recording import Recording

ONE: Final = frozenset(
    [
        "above",
        "abs",
        "add",
        "ceil",
        "degrees",
        "div_count",
        "equal",
        "floor",
        "fraction",
        "hard_tanh",
        "identity",
        "inside",
        "less",
        "less_equal",
        "mul",
        "neg",
        "not_taken",
        "nothing",
        "radians",
        "relu",
        "round",
        "sign",
        "square",
        "stop_gradient",
        "sub",
        "taken",
        "trunc",
    ]
)
# What takes several steps itself.
SEVERAL: Final[dict[str, int]] = {
    "atan2": 24,
    "clamp": 8,
    "copysign": 2,
    "div": 4,
    "div_by": 4,
    "div_count": 4,
    "div_positive": 4,
    "fma": 2,
    "huber": 6,
    "leaky_relu": 3,
    "max_constant": 2,
    "min_constant": 2,
    "pow": 60,
    "pow_log": 93,
    "pow_slope": 84,
    "reciprocal": 4,
    "softsign": 6,
    "softsign_slope": 6,
    "sqrt": 4,
    "unit": 6,
    "where": 2,
}
# For each operand of those of any number of operands.
EACH: Final[dict[str, float]] = {"dot": 1.0, "prod": 1.0, "maximum": 3.0, "minimum": 3.0, "peak": 3.0}


class Cost(NamedTuple):
    """Operations of a function, of its gradient (the function included), and what the recording takes."""

    function: float
    gradient: float
    ratio: float
    nodes: int
    bytes: int


def cost(f: Callable[..., Any]) -> Callable[..., Cost]:
    """The function that counts the operations of f and of its gradient by all arguments.

    Further fields: nodes recorded, and the bytes they take. The ratio of the counts is at most 4, whatever
    the number of inputs (Griewank and Walther, Evaluating Derivatives, section 4.6); only the fused product
    of many numbers takes up to 5.

    >>> found = cost(lambda x, y: x * y + x)(2.0, 3.0)
    >>> found.function, found.gradient, found.nodes
    (2.0, 5.0, 2)
    """

    def count(*args: Any, **kwargs: Any) -> Cost:
        recorded = Recording("cost", f, args, kwargs, argnums=range(len(args)))
        recorded.scalar()
        nodes = [x for x in topological(recorded.roots) if x.primitive is not None]
        function = sum([work(x.primitive, len(operands(x))) for x in nodes])
        gradient = function
        edges: list[Node] = []
        for x in nodes:
            taken, handed = swept(x)
            gradient += taken
            edges.extend(handed)
        # Where cotangents meet they are added; the first one at a node is not.
        gradient += len(edges) - len({id(x) for x in edges})
        ratio = gradient / function if function else 1.0
        return Cost(function, gradient, ratio, len(nodes), sum([_bytes(x) for x in nodes]))

    return count


def work(primitive: Primitive, count: int) -> float:
    """How many operations an operation counts as, for that many operands."""
    name = primitive.name
    if primitive.arity is None:
        return EACH.get(name, 20.0) * count
    return float(1 if name in ONE else SEVERAL.get(name, 20))


class Counted:
    """A number that keeps account of what is computed with it."""

    def __init__(self, number: float, account: list[float]) -> None:
        self.number = number
        self.account = account

    def __primitive__(self, primitive: Primitive, given: tuple[Any, ...]) -> Any:
        if primitive is nothing:
            return 0.0  # the slope of a condition takes no work
        numbers = [x.number if isinstance(x, Counted) else as_float(x) for x in given]
        self.account[0] += work(primitive, len(numbers))
        return Counted(primitive(*numbers), self.account)

    def __add__(self, other: Any) -> Any:
        return add(self, other)

    def __radd__(self, other: Any) -> Any:
        return add(other, self)

    def __sub__(self, other: Any) -> Any:
        return sub(self, other)

    def __rsub__(self, other: Any) -> Any:
        return sub(other, self)

    def __mul__(self, other: Any) -> Any:
        return mul(self, other)

    def __rmul__(self, other: Any) -> Any:
        return mul(other, self)

    def __neg__(self) -> Any:
        return neg(self)


def swept(node: Any) -> tuple[float, list[Node]]:
    """The work of a node's partials and of its multiplications; the operands that are handed something."""
    account = [0.0]
    given = operands(node)
    numbers = [Counted(x.number if isinstance(x, Node) else x, account) for x in given]
    rule = node.primitive.local_partials(Counted(node.number, account), tuple(numbers))
    handed = []
    for x, d in zip(given, rule, strict=True):
        plain = isinstance(d, float | int)
        if isinstance(x, Node) and not (plain and d == 0.0):
            handed.append(x)
            account[0] += 0.0 if plain and abs(d) == 1.0 else 1.0
    return account[0], handed


def _bytes(node: Any) -> int:
    extra = node.extra
    size = sys.getsizeof(node)
    if extra is not None:
        size += sys.getsizeof(extra) + sys.getsizeof(extra.operands) + sys.getsizeof(extra.partials)
    return size
