"""Structures: numbers nested in lists, tuples, dicts and NumPy arrays, taken apart and put together again.

NumPy is only asked about where its arrays are about: a program that never imports it never meets one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from copy import deepcopy
from math import inf
from typing import Any, Final

from autograd.modes import THREAD
from autograd.primitive_type import as_float
from autograd.value import Value


class Structure:
    """How numbers are nested: a number itself (`kind` None), an array of a shape, or a container.

    `size` is how many numbers there are; `children` are the structures of a container's items. A module
    (what has named_parameters) counts as a dict of its parameters by name, and is kept beside.
    """

    __slots__ = ("children", "keys", "kind", "module", "shape", "size")

    def __init__(
        self,
        kind: type | None,
        children: list[Structure] | None = None,
        keys: tuple[Any, ...] = (),
        shape: tuple[int, ...] | None = None,
        size: int = 1,
        module: Any = None,
    ) -> None:
        self.kind = kind
        self.children = children or []
        self.keys = keys
        self.shape = shape
        self.size = size
        self.module = module

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Structure):
            return NotImplemented
        return (self.kind, self.shape, self.size, self.keys, self.children) == (
            other.kind,
            other.shape,
            other.size,
            other.keys,
            other.children,
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.shape, self.size, self.keys))

    def __repr__(self) -> str:
        return describe(self)


NUMBER: Final = Structure(None)


class BadLeafError(Exception):
    """A leaf that is no number; every container it is in adds its key to the path on the way out."""

    def __init__(self, leaf: object, reason: str) -> None:
        super().__init__(reason)
        self.leaf = leaf
        self.reason = reason
        self.path = ""


def flatten(tree: Any, name: str) -> tuple[list[Any], Structure]:
    """All numbers of a tree in order, floats and Values, and how they were nested.

    TypeError that starts with the name and tells the path of a leaf that is no number.

    >>> flatten({"a": [1, 2.5], "b": (3,)}, "x")
    ([1.0, 2.5, 3.0], {'a': [number, number], 'b': (number,)})
    """
    leaves: list[Any] = []
    try:
        structure = _flatten(tree, leaves)
    except BadLeafError as bad:
        raise TypeError(
            f"{name}{bad.path} is {bad.leaf!r} of type {type(bad.leaf).__name__}: {bad.reason}"
        ) from None
    return leaves, structure


def _flatten(tree: Any, leaves: list[Any]) -> Structure:
    if type(tree) is float or isinstance(tree, Value):
        leaves.append(tree)
        return NUMBER
    if isinstance(tree, list | tuple):
        return _flatten_items(tree, range(len(tree)), (), leaves)
    if isinstance(tree, dict):
        return _flatten_items(tree, tree, tuple(tree), leaves)
    if is_array(tree):
        return _flatten_array(tree, leaves)
    named = getattr(type(tree), "named_parameters", None)
    if named is not None:
        return _flatten_module(tree, list(named(tree)), leaves)
    leaves.append(_number(tree))
    return NUMBER


def _flatten_module(module: Any, named: list[tuple[str, Value]], leaves: list[Any]) -> Structure:
    """A module's own parameters count as plain numbers; those that a transform under way bound, as Values."""
    since = min(getattr(THREAD, "transforms", ()), default=inf)
    for _, p in named:
        own = p.primitive is None and p.mark >= 0 and p.dleft < since
        leaves.append(p.number if own else p)
    names = tuple([name for name, _ in named])
    return Structure(dict, [NUMBER] * len(named), names, None, len(named), module)


def _flatten_items(tree: Any, keys: Any, names: tuple[Any, ...], leaves: list[Any]) -> Structure:
    before = len(leaves)
    children: list[Structure] = []
    for key in keys:
        item = tree[key]
        if type(item) is float:
            leaves.append(item)
            children.append(NUMBER)
            continue
        try:
            children.append(_flatten(item, leaves))
        except BadLeafError as bad:
            bad.path = f"[{key!r}]{bad.path}"
            raise
    return Structure(type(tree), children, names, None, len(leaves) - before)


def _flatten_array(array: Any, leaves: list[Any]) -> Structure:
    shape = array.shape
    items: list[Any] = array.ravel().tolist()
    if array.dtype.kind != "f":
        for i, x in enumerate(items):
            if not isinstance(x, Value):
                try:
                    items[i] = _number(x)
                except BadLeafError as bad:
                    place = sys.modules["numpy"].unravel_index(i, shape)
                    bad.path = f"[{', '.join([str(k) for k in place])}]"
                    raise
    leaves.extend(items)
    return Structure(type(array), None, (), shape, len(items))


def _number(x: Any) -> float:
    try:
        return as_float(x)
    except (TypeError, ValueError):
        raise BadLeafError(
            x, "give a real number, or a list, tuple, dict or NumPy array of real numbers"
        ) from None


def is_array(x: object) -> bool:
    """Whether x is a NumPy array."""
    numpy: Any = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray)


def unflatten(structure: Structure, leaves: Sequence[Any], start: int = 0, modules: bool = False) -> Any:
    """Numbers in order, from the start on, put into a structure: the reverse of `flatten`.

    Where `modules` is set, modules are copied with the numbers, Values then, as their parameters; else their
    parameters make a dict by name.

    >>> unflatten(flatten({"a": [1, 2.5]}, "x")[1], [3.0, 4.0])
    {'a': [3.0, 4.0]}
    """
    if structure.kind is None:
        return leaves[start]
    if structure.shape is not None:
        return array(leaves[start : start + structure.size], structure.shape)
    if modules and structure.module is not None:
        given = leaves[start : start + structure.size]
        module = structure.module
        own = [p for _, p in type(module).named_parameters(module)]
        return deepcopy(module, {id(p): x for p, x in zip(own, given, strict=True)})
    items: list[Any] = []
    for child in structure.children:
        items.append(leaves[start] if child.kind is None else unflatten(child, leaves, start, modules))
        start += child.size
    return container(structure, items)


def container(structure: Structure, items: list[Any]) -> Any:
    """Items in a container of the structure's kind: a dict keeps its keys, a named tuple its names."""
    kind: Any = structure.kind
    if issubclass(kind, dict):
        pairs = zip(structure.keys, items, strict=True)
        return dict(pairs) if kind is dict else _like_dict(kind, pairs)
    if kind is list:
        return items
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


def _like_dict(kind: Any, pairs: Any) -> Any:
    try:
        return kind(pairs)
    except TypeError:  # a defaultdict takes its factory first
        return dict(pairs)


def array(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """A NumPy array of those numbers: of floats where all of them are, else of objects."""
    import numpy as np

    if all([type(x) is float for x in numbers]):
        return np.array(numbers, dtype=float).reshape(shape)
    # Assigning the numbers at once would ask each of them whether it is a sequence.
    return np.fromiter(numbers, dtype=object, count=len(numbers)).reshape(shape)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with the function applied to its Values and arrays of them; all other leaves as they are."""
    if isinstance(tree, Value):
        return function(tree)
    if isinstance(tree, list | tuple):
        items = [map_leaves(function, x) for x in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if isinstance(tree, dict):
        pairs = {key: map_leaves(function, x) for key, x in tree.items()}
        return pairs if type(tree) is dict else _like_dict(type(tree), pairs.items())
    if is_array(tree) and tree.dtype == object:
        items = [function(x) if isinstance(x, Value) else x for x in tree.ravel().tolist()]
        return array(items, tree.shape)
    return tree


def blocks(structure: Structure) -> list[tuple[int, int, tuple[int, ...] | None]]:
    """Where each number or array of a structure stands: (start, size, shape), the shape None for a number."""
    found: list[tuple[int, int, tuple[int, ...] | None]] = []
    stack, start = [structure], 0
    while stack:
        top = stack.pop()
        if top.kind is None or top.shape is not None:
            found.append((start, top.size, top.shape))
            start += top.size
        else:
            stack.extend(reversed(top.children))
    return found


def rebuild(structure: Structure, atoms: list[Any]) -> Any:
    """A structure's containers with its numbers and arrays, in order, replaced by the atoms."""
    remaining = iter(atoms)

    def build(part: Structure) -> Any:
        if part.kind is None or part.shape is not None:
            return next(remaining)
        return container(part, [build(child) for child in part.children])

    return build(structure)


def describe(structure: Structure) -> str:
    """The structure in words, long ones cut short.

    >>> flatten([1.0, (2.0, 3.0)], "x")[1]
    [number, (number, number)]
    """
    if structure.kind is None:
        return "number"
    if structure.shape is not None:
        return f"array{list(structure.shape)}"
    children = [describe(child) for child in structure.children[:6]]
    if structure.keys:
        children = [f"{key!r}: {child}" for key, child in zip(structure.keys, children, strict=False)]
    if len(structure.children) > 6:
        children.append(f"... ({len(structure.children)} in all)")
    inside = ", ".join(children)
    if issubclass(structure.kind, dict):
        return f"{{{inside}}}"
    if issubclass(structure.kind, list):
        return f"[{inside}]"
    return f"({inside},)" if len(children) == 1 else f"({inside})"
