"""What a translated function computes with: numbers known now or later, tuples and lists of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any, Final

from autograd.compiler.emit import literal


class Untranslatable(Exception):
    """The function uses more of Python than can be translated; it is called back for instead."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number known when the code runs: its name, and LLVM's type double, i64 or i1."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Array:
    """A list: where it begins, its length, and how many doubles an element has (a pair: 2; not known: 0)."""

    pointer: str
    length: Any
    item: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """The kind of a list, by its doubles an element."""

    item: int


# Kinds are LLVM's types, tuples of kinds, and ListOf.
_NAMED: Final[dict[str, Any]] = {
    "float": "double",
    "int": "i64",
    "bool": "i1",
    "Pair": ("double", "double"),
    "list[float]": ListOf(1),
    "list[Pair]": ListOf(2),
}


def kind(annotation: ast.expr | None) -> Any:
    """The kind that an annotation names; None where it is none of ours.

    >>> kind(ast.parse("tuple[Pair, float]").body[0].value)
    (('double', 'double'), 'double')
    """
    if annotation is None:
        return None
    if (
        isinstance(annotation, ast.Subscript)
        and isinstance(annotation.value, ast.Name)
        and annotation.value.id == "tuple"
        and isinstance(annotation.slice, ast.Tuple)
    ):
        inner = tuple([kind(part) for part in annotation.slice.elts])
        return None if None in inner else inner
    return _NAMED.get(ast.unparse(annotation))


def leaves(of: Any) -> list[str]:
    """The LLVM types a kind consists of."""
    if isinstance(of, tuple):
        return [leaf for part in of for leaf in leaves(part)]
    return ["ptr", "i64"] if isinstance(of, ListOf) else [of]


def parts(value: Any) -> list[Number]:
    """The numbers a value consists of, constants written out."""
    if isinstance(value, tuple):
        return [part for inner in value for part in parts(inner)]
    if isinstance(value, Array):
        return [Number("ptr", value.pointer), *parts(value.length)]
    if isinstance(value, Number):
        return [value]
    if isinstance(value, bool):
        return [Number("i1", "true" if value else "false")]
    if isinstance(value, int):
        return [Number("i64", str(value))]
    if isinstance(value, float):
        return [Number("double", literal(value))]
    raise Untranslatable(f"a value {value!r}")


def rebuilt(value: Any, names: list[str]) -> Any:
    """A value of the same shape out of other names, which are taken from the list's front."""
    if isinstance(value, tuple):
        return tuple([rebuilt(inner, names) for inner in value])
    if isinstance(value, Array):
        pointer = names.pop(0)
        return Array(pointer, rebuilt(value.length, names), value.item)
    return Number(parts(value)[0].kind, names.pop(0))


def constant(value: Any) -> bool:
    """Whether all of a value is known now."""
    if isinstance(value, tuple):
        return all([constant(inner) for inner in value])
    return isinstance(value, (int, float))


def unified(x: Any, y: Any) -> tuple[Any, Any]:
    """Both of one kind: whole constants beside doubles become doubles, empty lists what the other is."""
    if isinstance(x, tuple) and isinstance(y, tuple):
        pairs = [unified(a, b) for a, b in zip(x, y, strict=True)]
        return tuple([a for a, _ in pairs]), tuple([b for _, b in pairs])
    if isinstance(x, Array) and isinstance(y, Array):
        item = max(x.item, y.item)
        return Array(x.pointer, x.length, item), Array(y.pointer, y.length, item)
    kinds = [parts(x)[0].kind, parts(y)[0].kind]
    if kinds[0] != kinds[1]:
        if not all([of == "double" or constant(v) for of, v in zip(kinds, (x, y), strict=True)]):
            raise Untranslatable("a choice between kinds of numbers")
        x, y = (float(v) if constant(v) else v for v in (x, y))
    return x, y


def flat(value: Any) -> list[Any]:
    """The numbers of nested tuples."""
    return [x for inner in value for x in flat(inner)] if isinstance(value, tuple) else [value]
