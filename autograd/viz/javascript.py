"""The table's rules as JavaScript, so that a page can recompute a graph without Python.

The rules are number-generic: run on symbols, they leave behind the operations they are made of. What those
operations evaluate to stands in `functions.js`; one that is missing there is built from its `lower` or from
its evaluation run on symbols, and where neither will do the page says that it can't recompute it.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from importlib import resources
from typing import Any

from autograd.primitive_type import PRIMITIVES, Primitive
from autograd.viz.snapshot import Snapshot

# Families by order, of which functions.js has the first derivatives alone: good in rules, not as nodes.
FIRST_ONLY = frozenset({"sinc_derivative", "erfcx_derivative", "norm_logcdf_derivative"})


class Unsupported(TypeError):
    """An operation that the page has no JavaScript for."""


@cache
def functions_source() -> str:
    """The text of functions.js."""
    return resources.files("autograd.viz").joinpath("page", "functions.js").read_text("utf-8")


@cache
def known() -> frozenset[str]:
    """The primitives that functions.js evaluates."""
    table = functions_source().split("const P = {", 1)[1].split("\n};", 1)[0]
    return frozenset(re.findall(r"^  (\w+):", table, re.MULTILINE))


class Symbol:
    """A number in JavaScript: the name of the constant that holds it, among the statements made so far."""

    def __init__(self, text: str, statements: list[str]) -> None:
        self.text = text
        self.statements = statements

    def made(self, expression: str) -> Symbol:
        """A new constant that holds an expression."""
        self.statements.append(f"const t{len(self.statements)}={expression};")
        return Symbol(f"t{len(self.statements) - 1}", self.statements)

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Symbol:
        if primitive.name in known():
            return self.made(f"P.{primitive.name}({','.join(literal(x) for x in operands)})")
        built = (primitive.lower or primitive.evaluate)(*operands)
        if not isinstance(built, Symbol):
            raise Unsupported(primitive.name)
        return built

    def __bool__(self) -> bool:
        raise Unsupported("a rule that asks for the truth of a number")

    def __eq__(self, other: object) -> bool:
        raise Unsupported("a rule that compares numbers")

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Any) -> Symbol:
        return self.made(f"{self.text}+{literal(other)}")

    def __radd__(self, other: Any) -> Symbol:
        return self.made(f"{literal(other)}+{self.text}")

    def __sub__(self, other: Any) -> Symbol:
        return self.made(f"{self.text}-{literal(other)}")

    def __rsub__(self, other: Any) -> Symbol:
        return self.made(f"{literal(other)}-{self.text}")

    def __mul__(self, other: Any) -> Symbol:
        return self.made(f"{self.text}*{literal(other)}")

    def __rmul__(self, other: Any) -> Symbol:
        return self.made(f"{literal(other)}*{self.text}")

    def __neg__(self) -> Symbol:
        return self.made(f"-{self.text}")


def literal(x: Any) -> str:
    """A number or symbol as JavaScript, in brackets where a sign could run into another."""
    if isinstance(x, Symbol):
        return x.text
    if not isinstance(x, int | float):
        raise Unsupported(f"a rule that uses {type(x).__name__}")
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "(-Infinity)"
    return repr(float(x)) if math.copysign(1.0, x) > 0 else f"({float(x)!r})"


def operation(name: str, arity: int) -> str | None:
    """`{f, d}` of a primitive on so many operands: its value, and its partials; None where impossible."""
    primitive = PRIMITIVES.get(name)
    if primitive is None or name in FIRST_ONLY:
        return None
    letters = [f"x{i}" for i in range(arity)]
    arguments = ",".join(letters)
    try:
        if name in known():
            value = f"P.{name}"
        else:
            statements: list[str] = []
            made = primitive(*[Symbol(x, statements) for x in letters])
            value = f"({arguments})=>{{{''.join(statements)}return {literal(made)};}}"
        statements = []
        given = primitive.local_partials(
            Symbol("z", statements), tuple(Symbol(x, statements) for x in letters)
        )
        partials = ",".join(literal(d) for d in given)
    except (TypeError, AttributeError, ValueError):
        return None
    return f"{{f:{value},d:(z,{arguments})=>{{{''.join(statements)}return [{partials}];}}}}"


def operations_source(graph: Snapshot) -> str:
    """The object `OPS` of every operation the graph uses; null for those the page can't recompute."""
    used = sorted({(node.name, len(node.operands)) for node in graph.nodes if node.name and node.operands})
    lines = [f"{json.dumps(f'{name}/{arity}')}:{operation(name, arity) or 'null'}" for name, arity in used]
    return "const OPS={" + ",\n".join(lines) + "};"
