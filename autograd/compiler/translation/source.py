"""The library's functions of numbers as syntax trees, found by name in its source files.

What a primitive evaluates to is declared once, in Python; machine code is made from that declaration.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

_ROOT: Final = Path(__file__).parents[3]
_DECLARING: Final = ("elementary", "neurons", "several", "distributions", "arithmetic", "choosing")


class Source(NamedTuple):
    """A function of a module: its parameters, its body, and whether the parameters are one list."""

    module: str
    name: str
    node: ast.FunctionDef | ast.Lambda


@cache
def text(module: str) -> str | None:
    """The source of a module of this package; None where it is not there or is no single file."""
    if not module.startswith("autograd."):
        return None
    try:
        return (_ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    except OSError:
        return None


@cache
def tree(module: str) -> dict[str, ast.AST]:
    """The functions and imports at the top of a module by name."""
    source = text(module)
    if source is None:
        source = text(f"{module}.__init__")
    names: dict[str, ast.AST] = {}
    for node in ast.parse(source or "").body:
        if isinstance(node, ast.FunctionDef):
            names[node.name] = node
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = node
    return names


def resolve(module: str, name: str) -> Source | str | None:
    """What a name in a module means: a function, the name of a module, or neither (None)."""
    node = tree(module).get(name)
    if isinstance(node, ast.FunctionDef):
        return Source(module, name, node)
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograd"):
        original = next(a.name for a in node.names if (a.asname or a.name) == name)
        inner = f"{node.module}.{original}"
        if text(inner) is not None or text(f"{inner}.__init__") is not None:
            return inner
        return resolve(str(node.module), original)
    return None


def value(module: str, name: str) -> Any:
    """The value of a name at the top of a module; AttributeError where there is none."""
    return getattr(import_module(module), name)


@cache
def evaluation(name: str) -> Source | None:
    """The function that a primitive of the table evaluates to; None for one that the library doesn't declare.

    >>> found = evaluation("gelu")
    >>> found.module, found.name
    ('autograd.special.gelu_family', 'gelu')
    """
    for subject in _DECLARING:
        module = f"autograd.primitives.{subject}"
        source = text(module)
        if source is None or f'"{name}"' not in source:
            continue
        for declared in _declared(module):
            first, expression = declared.args[:2]
            if not (isinstance(first, ast.Constant) and first.value == name):
                continue
            if isinstance(expression, ast.Lambda):
                return Source(module, f"evaluate.{name}", expression)
            found: Source | str | None = None
            if isinstance(expression, ast.Name):
                found = resolve(module, expression.id)
            elif isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name):
                inner = resolve(module, expression.value.id)
                found = resolve(inner, expression.attr) if isinstance(inner, str) else None
            return found if isinstance(found, Source) else None
    return None


@cache
def _declared(module: str) -> list[ast.Call]:
    """The calls of Primitive in `name = declare(Primitive(...))`."""
    calls = [node.value for node in ast.parse(text(module) or "").body if isinstance(node, ast.AnnAssign)]
    inner = [call.args[0] for call in calls if isinstance(call, ast.Call) and call.args]
    return [call for call in inner if isinstance(call, ast.Call)]
