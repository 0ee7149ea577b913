"""The reference interpreter: a program run one instruction at a time, on any type of number."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from math import fsum, isfinite
from typing import Any, Final

from autograd.compiler.program import (
    BROADCAST,
    LANE_FSUM,
    LANE_NAMES,
    ONEHOT,
    PICK,
    STACK,
    Instruction,
    Program,
)
from autograd.primitive_type import find


def interpret(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The outputs for the inputs; constants become numbers of the inputs' type where that is exact."""
    values: list[Any] = [*inputs, *_constants(program.constants, inputs)]
    for instruction in program.instructions:
        operands = [values[i] for i in instruction.operands]
        values.append(execute(instruction, operands))
    return [values[i] for i in program.outputs]


def _constants(constants: Sequence[float], inputs: Sequence[Any]) -> Sequence[Any]:
    kind = next((type(x) for x in inputs if not isinstance(x, (float, int)) and not is_recorded(x)), float)
    return constants if kind is float else [kind(x) if isfinite(x) else x for x in constants]


def is_recorded(x: Any) -> bool:
    """Whether primitives know what to do with the number."""
    return hasattr(type(x), "__primitive__")


def execute(instruction: Instruction, operands: list[Any]) -> Any:
    """One instruction: lanes are a list of numbers."""
    name, _, lanes, lane = instruction
    if name in LANE_NAMES:
        return _across(name, operands, lanes, lane)
    if not lanes:
        return apply(name, operands)
    columns = [x if isinstance(x, list) else [x] * lanes for x in operands]
    return [apply(name, row) for row in zip(*columns, strict=True)]


def _across(name: str, operands: list[Any], lanes: int, lane: int) -> Any:
    if name == BROADCAST:
        return [operands[0]] * lanes
    if name == STACK:
        return operands
    if name == ONEHOT:
        return [operands[0] if i == lane else 0.0 for i in range(lanes)]
    if name == PICK:
        return operands[0][lane]
    if name == LANE_FSUM:
        return apply("fsum", operands[0])
    total = operands[0][0]
    for x in operands[0][1:]:
        total = total + x
    return total


def apply(name: str, operands: Sequence[Any]) -> Any:
    """One primitive on numbers of any type.

    Arithmetic is the type's own; other primitives go through `__primitive__` where the type has it, or
    through the type's mathematical context (mpmath's numbers).

    >>> apply("add", (1, 2)), apply("where", (0.0, 1.0, 2.0))
    (3, 2.0)
    """
    primitive = find(name)
    if all([isinstance(x, float) or is_recorded(x) for x in operands]):
        return primitive(*operands)
    plain = _ARITHMETIC.get(name)
    if plain is not None:
        return plain(*operands)
    context = next((c for c in [getattr(x, "context", None) for x in operands] if c is not None), None)
    if context is not None:
        function = getattr(context, _MPMATH.get(name, name), None)
        if function is not None:
            return function(*operands)
    if primitive.lower is not None:
        return primitive.lower(*operands)
    kinds = ", ".join(sorted({type(x).__name__ for x in operands}))
    raise TypeError(
        f"{name} is not defined on {kinds}: give floats, mpmath numbers, or a type with __primitive__"
    )


def _best(choose: Callable[..., Any]) -> Callable[..., Any]:
    def best(*operands: Any) -> Any:
        return next((x for x in operands if x != x), None) or choose(operands)

    return best


def _dot(*operands: Any) -> Any:
    half = len(operands) // 2
    total: Any = 0
    for x, y in zip(operands[:half], operands[half:], strict=True):
        total = total + x * y
    return total


def _total(*operands: Any) -> Any:
    return fsum(operands) if all([isinstance(x, float) for x in operands]) else sum(operands)


_ARITHMETIC: Final[dict[str, Callable[..., Any]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": operator.pow,
    "abs": abs,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "less": lambda x, y: 1.0 if x < y else 0.0,
    "less_equal": lambda x, y: 1.0 if x <= y else 0.0,
    "equal": lambda x, y: 1.0 if x == y else 0.0,
    "above": lambda x, y: 1.0 if x > y else 0.0,
    "sign": lambda x: (x > 0) - (x < 0),
    "where": lambda condition, a, b: a if condition else b,
    "relu": lambda x: x * 0 if x <= 0 else x,
    "maximum": _best(max),
    "minimum": _best(min),
    "max_constant": _best(max),
    "min_constant": _best(min),
    "fsum": _total,
    "dot": _dot,
    "sumprod": _dot,
}
_MPMATH: Final = {"log": "ln", "ceil": "ceil", "abs": "fabs"}
