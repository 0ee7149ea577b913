"""Hypothesis strategies: points of a primitive or a function, random programs, random networks."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal

import autograd.math
from autograd.errors import MissingExtraError
from autograd.primitive_type import PRIMITIVES, Interval, Primitive
from autograd.testing.network import ACTIVATIONS, Network
from autograd.testing.program import OPERATORS, Program, live, named

try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingExtraError("hypothesis", "testing") from None

Where = Literal["interior", "kink", "boundary", "extreme"]
# Conditions, and operations on the bits of floats.
LEFT_OUT = frozenset({"where", "sign", "ulp", "nextafter", "ldexp", "copysign"})
MARGIN = 1e-3
CONSTANTS = (2.0, 0.5, -1.0, 3.0, -0.25, 1.5, 10.0)
# What a domain of one interval an operand can't say.
CONDITIONS: dict[str, Callable[[Sequence[float]], bool]] = {
    "pow": lambda xs: xs[0] >= MARGIN,
    "clamp": lambda xs: xs[1] < xs[2],
    "huber": lambda xs: xs[1] > 0.0,
    **dict.fromkeys(("floordiv", "mod", "fmod", "remainder"), lambda xs: abs(xs[1]) > 1e-6 * abs(xs[0])),
}
LARGEST, STEEPEST = 1e3, 1e4


def floats(low: float = -4.0, high: float = 4.0) -> st.SearchStrategy[float]:
    """Ordinary numbers of moderate size; they shrink to integers near 1."""
    few = st.integers(math.ceil(low), math.floor(high)).map(float)
    return few | st.floats(low, high, allow_nan=False).map(lambda x: x if abs(x) > 1e-6 else 0.0)


# --- programs -----------------------------------------------------------------------------------------------


def programs(
    primitives: Iterable[str | Primitive] | None = None,
    *,
    inputs: int | None = None,
    min_steps: int = 1,
    max_steps: int = 10,
    smooth: bool = False,
) -> st.SearchStrategy[Program]:
    """Random straight-line programs over the operations of `autograd.math`, or over the chosen ones.

    Operands are back-references counted from the newest node, so that nodes are shared, and constants. Every
    operation stays inside its domain at `program.inputs`, with results and local partials of moderate size;
    one that would not is replaced. `smooth=True` leaves out what has kinks or jumps. Programs shrink to few
    operations over integers.
    """
    table = _table(primitives, smooth)
    count = st.just(inputs) if inputs is not None else st.integers(1, 3)
    point = count.flatmap(lambda n: st.lists(floats(), min_size=n, max_size=n))
    newest, recent, any_node = st.just(0), st.integers(0, 2), st.integers(0, 6)
    first = newest | newest | recent | any_node
    operand = newest | recent | recent | any_node | st.sampled_from(CONSTANTS)
    operands = st.tuples(first | operand, st.lists(operand, min_size=2, max_size=3)).map(
        lambda drawn: [drawn[0], *drawn[1]]
    )
    operation = st.tuples(st.sampled_from(table), operands)
    operations = st.lists(operation, min_size=min_steps, max_size=max_steps)
    return st.builds(_program, point, operations)


def _table(primitives: Iterable[str | Primitive] | None, smooth: bool) -> list[Primitive]:
    if primitives is None:
        chosen = [p for p in PRIMITIVES.values() if _ordinary(p)]
    else:
        chosen = [named(p) for p in primitives]
    found = [p for p in chosen if p.smooth or not smooth]
    if not found:
        raise ValueError("programs() has no primitive to choose from: give at least one that is allowed")
    return sorted(found, key=lambda p: (not p.smooth, p.name not in {"add", "mul", "sub", "neg"}))


def _ordinary(primitive: Primitive) -> bool:
    """Whether programs use it unasked: not what only rules are written with, nor the users' own."""
    name = primitive.name
    return name not in LEFT_OUT and (name in autograd.math.__all__ or name in OPERATORS or name == "neg")


def _program(point: list[float], operations: Sequence[tuple[Primitive, list[int | float]]]) -> Program:
    """Interpret any drawn data as a program that stays where its operations are defined."""
    numbers = list(point)
    steps: list[tuple[str, tuple[int | float, ...]]] = []
    for primitive, drawn in operations:
        count = len(numbers)
        given = [count - 1 - x % count if isinstance(x, int) else x for x in drawn]
        chosen = _fit(primitive, given, numbers) or _fit(PRIMITIVES["neg"], [count - 1], numbers)
        if chosen is not None:
            steps.append((chosen[0].name, tuple(chosen[1])))
            numbers.append(chosen[2])
    return live(tuple(point), steps)


def _fit(
    primitive: Primitive, given: list[int | float], numbers: list[float]
) -> tuple[Primitive, list[int | float], float] | None:
    """The operation over these operands with its result, or None where it is not at home there."""
    n = primitive.arity if primitive.arity is not None else len(given) // 2 * 2
    operands: list[int | float] = [*given, *given][:n]
    if not any(isinstance(x, int) for x in operands):
        operands[0] = len(numbers) - 1
    xs = [numbers[x] if isinstance(x, int) else x for x in operands]
    domain = primitive.domain if primitive.arity is not None else primitive.domain * n
    if not all(_inside(x, interval) for x, interval in zip(xs, domain, strict=False)):
        return None
    if primitive.name in CONDITIONS and not CONDITIONS[primitive.name](xs):
        return None
    z = primitive.evaluate(*xs)
    if not abs(z) <= LARGEST:
        return None
    try:
        partials = primitive.local_partials(z, tuple(xs))
    except ArithmeticError:
        return None
    return (primitive, operands, z) if all(abs(d) <= STEEPEST for d in partials) else None


def _inside(x: float, interval: Interval) -> bool:
    low = interval.low + MARGIN if math.isfinite(interval.low) else interval.low
    high = interval.high - MARGIN if math.isfinite(interval.high) else interval.high
    return low <= x <= high


# --- points -------------------------------------------------------------------------------------------------


def points(
    primitive: Primitive | str, where: Where = "interior", *, count: int = 3
) -> st.SearchStrategy[tuple[float, ...]]:
    """Operands of a primitive: inside its domain, on its kinks, at the ends of its domain, or extreme.

    "extreme" are operands of any magnitude, subnormal to largest, still in the domain. A primitive without
    kinks (or without ends) has no such points: ValueError. `count` is the number of operands where any
    number will do.
    """
    p = named(primitive)
    n = p.arity if p.arity is not None else count + (count % 2 if p.name in ("dot", "sumprod", "dist") else 0)
    domain = p.domain if p.arity is not None else (p.domain * n)[:n]
    if where == "interior":
        inside = st.tuples(*[_interior(interval) for interval in domain])
        return inside.filter(CONDITIONS[p.name]) if p.name in CONDITIONS else inside
    if where == "extreme":
        return st.tuples(*[_extreme(interval) for interval in domain])
    if where == "boundary":
        ends = [[x for x in (i.low, i.high) if math.isfinite(x)] for i in domain]
        if not any(ends):
            raise ValueError(f"{p.name} is defined everywhere and has no boundary: ask for 'extreme'")
        parts = [st.sampled_from(e) if e else _interior(i) for e, i in zip(ends, domain, strict=True)]
        return st.tuples(*parts)
    if where == "kink":
        if p.kinks:
            return st.tuples(st.sampled_from(p.kinks), *[_interior(i) for i in domain[1:]])
        if p.smooth:
            raise ValueError(f"{p.name} is smooth and has no kink: ask for 'interior'")
        if n == 1 or p.name in ("floordiv", "mod"):  # jumps at the integers
            return st.tuples(st.integers(-3, 3).map(float), *[st.just(1.0)] * (n - 1))
        return _interior(domain[0]).map(lambda x: (x,) * n)  # operands that tie
    raise ValueError(f"where got {where!r}: give 'interior', 'kink', 'boundary' or 'extreme'")


def _interior(interval: Interval) -> st.SearchStrategy[float]:
    low = max(interval.low, -4.0)
    high = min(interval.high, low + 8.0)
    if not interval.low_closed or math.isfinite(interval.low):
        low += MARGIN * (high - low)
    if not interval.high_closed or math.isfinite(interval.high):
        high -= MARGIN * (high - low)
    return st.floats(low, high)


def _extreme(interval: Interval) -> st.SearchStrategy[float]:
    largest = 1.7976931348623157e308
    drawn = st.builds(
        lambda sign, mantissa, exponent: sign * math.ldexp(mantissa, exponent),
        st.sampled_from([1.0, -1.0]),
        st.floats(0.5, 1.0, exclude_max=True),
        st.integers(-1073, 1024),
    )
    special = st.sampled_from([0.0, -0.0, 5e-324, -5e-324, largest, -largest])
    inside = (drawn | special).filter(lambda x: x in interval)
    if math.isfinite(interval.low) and math.isfinite(interval.high):
        return inside | st.floats(
            interval.low,
            interval.high,
            exclude_min=not interval.low_closed,
            exclude_max=not interval.high_closed,
        )
    return inside


def points_of(f: Callable[..., Any], *, low: float = -4.0, high: float = 4.0) -> st.SearchStrategy[Any]:
    """Arguments at which f is finite: a float for each parameter without a default.

    A parameter annotated as a list of floats gets one to four numbers. Networks give their own point.
    """
    if isinstance(f, Program):
        return st.tuples(*[floats(low, high) for _ in f.inputs]).filter(lambda args: _finite(f, args))
    if isinstance(f, Network):
        return st.just(f.args)
    parts: list[st.SearchStrategy[Any]] = []
    for parameter in _parameters(f):
        one = floats(low, high)
        listed = (
            "list" in str(parameter.annotation).lower() or "sequence" in str(parameter.annotation).lower()
        )
        parts.append(st.lists(one, min_size=1, max_size=4) if listed else one)
    return st.tuples(*parts).filter(lambda args: _finite(f, args))


def _parameters(f: Callable[..., Any]) -> list[inspect.Parameter]:
    if isinstance(f, Primitive):
        n = f.required if f.arity is not None else 2
        return [inspect.Parameter(f"x{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(n)]
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    every = inspect.signature(f).parameters.values()
    found = [p for p in every if p.kind in positional and p.default is p.empty]
    if not found:
        raise TypeError(f"{f!r} has no parameter without a default: give a strategy of arguments instead")
    return found


def _finite(f: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    from autograd.testing.structure import outputs

    try:
        return all(math.isfinite(y) for y in outputs(f(*args)).numbers)
    except (ArithmeticError, ValueError):
        return False


# --- networks -----------------------------------------------------------------------------------------------


def networks(
    *, max_width: int = 3, max_layers: int = 2, activations: Sequence[str] = ACTIVATIONS
) -> st.SearchStrategy[Network]:
    """Small dense networks with a squared loss: functions of their weights and inputs, `args` a point."""
    widths = st.lists(st.integers(1, max_width), min_size=2, max_size=max_layers + 1)

    def fill(sizes: list[int]) -> st.SearchStrategy[Network]:
        number = floats(-2.0, 2.0)
        weights = [
            st.lists(st.lists(number, min_size=m + 1, max_size=m + 1), min_size=n, max_size=n)
            for m, n in pairwise(sizes)
        ]
        chosen = st.lists(st.sampled_from(list(activations)), min_size=len(weights), max_size=len(weights))
        inputs = st.lists(number, min_size=sizes[0], max_size=sizes[0])
        return st.builds(Network, chosen.map(tuple), st.tuples(*weights).map(list), inputs)

    return widths.flatmap(fill)
