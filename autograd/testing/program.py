"""Straight-line programs: random functions of scalars, drawn as data, run on any kind of number."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import autograd.math
from autograd.primitive_type import PRIMITIVES, Primitive

OPERATORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "add": ("+", operator.add),
    "sub": ("-", operator.sub),
    "mul": ("*", operator.mul),
    "div": ("/", operator.truediv),
    "pow": ("**", operator.pow),
    "mod": ("%", operator.mod),
    "floordiv": ("//", operator.floordiv),
}


@dataclass(frozen=True)
class Step:
    """One operation; an operand is a constant (float) or a back-reference: 0 the newest node."""

    primitive: str
    operands: tuple[int | float, ...]


@dataclass(frozen=True)
class Program:
    """A function of scalars as a list of operations, with the point it was drawn at.

    Called with numbers of any kind (Value, float, Dual, Exact, mpmath's mpf, traced ones), it returns its
    last node, or the input where it has no operation. `str` gives a function that can be pasted into a test.

    >>> program = Program((0.5, 2.0), (Step("mul", (0, 1)), Step("sin", (0,)), Step("add", (0, 1))))
    >>> program(0.5, 2.0)
    1.8414709848078965
    >>> print(program)
    def program(x0=0.5, x1=2.0):
        from autograd import math
        v0 = x1 * x0
        v1 = math.sin(v0)
        return v1 + v0
    """

    inputs: tuple[float, ...]
    steps: tuple[Step, ...]

    @property
    def __name__(self) -> str:
        return "program"

    def __call__(self, *xs: Any) -> Any:
        """The last node over these numbers."""
        if any(hasattr(x, "_mpf_") for x in xs):
            from autograd.testing.exact import Exact

            return self(*[Exact(x) for x in xs]).number
        return self.replay(apply, xs)

    def replay(self, apply: Callable[[Primitive, tuple[Any, ...]], Any], xs: Sequence[Any]) -> Any:
        """Run on nodes of any engine: `apply(primitive, operands)` computes one operation."""
        return self.nodes(apply, xs)[-1]

    def nodes(self, apply: Callable[[Primitive, tuple[Any, ...]], Any], xs: Sequence[Any]) -> list[Any]:
        """Every node of a replay, the inputs first."""
        if len(xs) != len(self.inputs):
            raise TypeError(f"the program takes {len(self.inputs)} number(s), {len(xs)} given")
        nodes = list(xs)
        for step in self.steps:
            operands = [nodes[-1 - x] if isinstance(x, int) else x for x in step.operands]
            nodes.append(apply(PRIMITIVES[step.primitive], tuple(operands)))
        return nodes

    def __str__(self) -> str:
        count = len(self.inputs)
        names = [f"x{i}" for i in range(count)]
        lines = []
        for step in self.steps:
            operands = [names[-1 - x] if isinstance(x, int) else _literal(x) for x in step.operands]
            lines.append(f"v{len(names) - count} = {_source(step.primitive, operands)}")
            names.append(f"v{len(names) - count}")
        last = lines.pop().split(" = ", 1)[1] if lines else names[-1]
        given = ", ".join([f"x{i}={x!r}" for i, x in enumerate(self.inputs)])
        body = [f"def program({given}):", *lines, f"return {last}"]
        text = "\n    ".join(body)
        imported = [name for name in ("PRIMITIVES", "math") if f"{name}[" in text or f"{name}." in text]
        if imported:
            body.insert(1, f"from autograd import {', '.join(imported)}")
        return "\n    ".join(body)

    def __repr__(self) -> str:
        return f"Program(inputs={self.inputs!r}, steps={self.steps!r})\n{self}"

    def permuted(self) -> Program:
        """The same function with the operands of every commuting operation reversed."""
        return Program(
            self.inputs,
            tuple(
                [
                    Step(s.primitive, s.operands[::-1]) if PRIMITIVES[s.primitive].commutes else s
                    for s in self.steps
                ]
            ),
        )


def named(primitive: Primitive | str) -> Primitive:
    """The primitive of that name; ValueError that names its neighbours where there is none."""
    if isinstance(primitive, Primitive):
        return primitive
    if primitive not in PRIMITIVES:
        near = " or ".join([repr(name) for name in get_close_matches(primitive, PRIMITIVES)])
        raise ValueError(
            f"there is no primitive {primitive!r}"
            + (f": did you mean {near}?" if near else "; see PRIMITIVES")
        )
    return PRIMITIVES[primitive]


def apply(primitive: Primitive, operands: tuple[Any, ...]) -> Any:
    """One operation by its operator where it has one and an operand is more than a float, else by name."""
    if primitive.name in OPERATORS and len(operands) == 2 and not all(type(x) is float for x in operands):
        return OPERATORS[primitive.name][1](*operands)
    return primitive(*operands)


def live(inputs: tuple[float, ...], steps: Sequence[tuple[str, tuple[int | float, ...]]]) -> Program:
    """A program from operations over absolute node numbers, without those that the last one doesn't need."""
    count = len(inputs)
    needed = {count + len(steps) - 1}
    for k in range(len(steps) - 1, -1, -1):
        if count + k in needed:
            needed.update([x for x in steps[k][1] if isinstance(x, int)])
    place: dict[int, int] = {i: i for i in range(count)}
    kept: list[Step] = []
    for k, (name, operands) in enumerate(steps):
        if count + k in needed:
            here = count + len(kept)
            kept.append(
                Step(name, tuple([here - 1 - place[x] if isinstance(x, int) else x for x in operands]))
            )
            place[count + k] = here
    return Program(inputs, tuple(kept))


def _literal(x: float) -> str:
    if math.isfinite(x):
        return repr(x) if x >= 0.0 and math.copysign(1.0, x) > 0.0 else f"({x!r})"
    return f'float("{x!r}")'


def _source(name: str, operands: list[str]) -> str:
    if name in OPERATORS:
        return f" {OPERATORS[name][0]} ".join(operands)
    if name == "neg":
        return f"-{operands[0]}"
    given = ", ".join(operands)
    shown = getattr(autograd.math, name, None)
    return f"math.{name}({given})" if shown is PRIMITIVES.get(name) else f'PRIMITIVES["{name}"]({given})'
