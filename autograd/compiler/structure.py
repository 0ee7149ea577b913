"""The shape of arguments and results: nested lists, tuples, dicts, arrays and modules without numbers.

A structure is a nested tuple, so that it can be compared, hashed and saved: `("leaf",)`,
`("list", (...))`, `("tuple", (...))`, `("dict", (keys...), (...))`, `("array", (shape...))`,
`("module", (names...))`, `("none",)`, `("named", class, (...))` for named tuples.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

Structure = tuple[Any, ...]
LEAF: Final[Structure] = ("leaf",)
NONE: Final[Structure] = ("none",)


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves from left to right, and the structure they stood in.

    >>> flatten({"w": [1.0, 2.0], "b": 3.0})
    ([1.0, 2.0, 3.0], ('dict', ('w', 'b'), (('list', (('leaf',), ('leaf',))), ('leaf',))))
    """
    leaves: list[Any] = []
    return leaves, _describe(tree, leaves)


def _describe(tree: Any, leaves: list[Any]) -> Structure:
    kind = type(tree)
    if kind is float:
        leaves.append(tree)
        return LEAF
    if kind is list or kind is tuple:
        return ("list" if kind is list else "tuple", tuple([_describe(x, leaves) for x in tree]))
    if kind is dict:
        return ("dict", tuple(tree), tuple([_describe(x, leaves) for x in tree.values()]))
    if tree is None:
        return NONE
    if is_array(tree):
        leaves.extend(_numbers(tree))
        return ("array", tree.shape)
    named = getattr(kind, "named_parameters", None)
    if named is not None:
        parameters = list(named(tree))
        leaves.extend([p for _, p in parameters])
        return ("module", tuple([name for name, _ in parameters]))
    if isinstance(tree, tuple) and hasattr(kind, "_fields"):
        return ("named", kind, tuple([_describe(x, leaves) for x in tree]))
    if isinstance(tree, (list, tuple)):  # other subclasses count as what they extend
        return ("list" if isinstance(tree, list) else "tuple", tuple([_describe(x, leaves) for x in tree]))
    if isinstance(tree, Mapping):
        return ("dict", tuple(tree), tuple([_describe(x, leaves) for x in tree.values()]))
    leaves.append(tree)
    return LEAF


def is_array(tree: Any) -> bool:
    """Whether the tree is a NumPy array."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(tree, numpy.ndarray)


def _numbers(array: Any) -> list[Any]:
    """The entries of an array as Python numbers or as the objects they are; TypeError for other dtypes."""
    if hasattr(array, "mask"):
        raise TypeError("a masked array has entries that are no numbers: fill them, with array.filled(x)")
    if array.dtype.kind not in "fiubO":
        raise TypeError(
            f"an array of dtype {array.dtype} holds no real numbers: give floats, integers or objects"
        )
    if array.dtype.kind in "fiub":
        array = array.astype(float, copy=False)
    flat: list[Any] = sys.modules["numpy"].asarray(array).reshape(-1).tolist()  # a matrix has always two axes
    return flat


def unflatten(structure: Structure, leaves: Sequence[Any], arrays: str = "float") -> Any:
    """The leaves in their structure; arrays have dtype float, or hold objects where `arrays` is "object".

    >>> unflatten(("tuple", (("leaf",), ("none",))), [1.0])
    (1.0, None)
    """
    return _build(structure, iter(leaves), arrays)


def _build(structure: Structure, leaves: Iterator[Any], arrays: str) -> Any:
    kind = structure[0]
    if kind == "leaf":
        return next(leaves)
    if kind == "list":
        return [_build(s, leaves, arrays) for s in structure[1]]
    if kind == "tuple":
        return tuple([_build(s, leaves, arrays) for s in structure[1]])
    if kind == "dict":
        return dict(zip(structure[1], [_build(s, leaves, arrays) for s in structure[2]], strict=True))
    if kind == "named":
        return structure[1](*[_build(s, leaves, arrays) for s in structure[2]])
    if kind == "module":
        return {name: next(leaves) for name in structure[1]}
    if kind == "none":
        return None
    import numpy as np

    shape = structure[1]
    array: Any = np.empty(shape, dtype=object if arrays == "object" else float)
    array.reshape(-1)[:] = list(islice(leaves, array.size))
    return array


def size(structure: Structure) -> int:
    """How many leaves the structure has.

    >>> size(("tuple", (LEAF, ("array", (2, 3)))))
    7
    """
    kind = structure[0]
    if kind == "leaf":
        return 1
    if kind == "array":
        count = 1
        for n in structure[1]:
            count *= n
        return count
    if kind == "module":
        return len(structure[1])
    return sum([size(s) for s in structure[-1]]) if kind != "none" else 0


def path(structure: Structure, index: int) -> str:
    """Where the leaf of that number stands, as one would write it: `[0]['w'][3]`.

    >>> path(("tuple", (LEAF, ("list", (LEAF, LEAF)))), 2)
    '[1][1]'
    """
    kind = structure[0]
    if kind in ("leaf", "none"):
        return ""
    if kind == "module":
        return f".{structure[1][index]}"
    if kind == "array":
        places: list[int] = []
        for n in reversed(structure[1]):
            index, place = divmod(index, n)
            places.append(place)
        return f"[{', '.join(map(str, reversed(places)))}]"
    keys = structure[1] if kind == "dict" else range(len(structure[-1]))
    for key, child in zip(keys, structure[-1], strict=True):
        count = size(child)
        if index < count:
            return f"[{key!r}]" + path(child, index)
        index -= count
    raise IndexError(index)


def in_module(structure: Structure, index: int) -> bool:
    """Whether the leaf of that number is a parameter of a module."""
    kind = structure[0]
    if kind in ("leaf", "none", "array"):
        return False
    if kind == "module":
        return True
    for child in structure[-1]:
        count = size(child)
        if index < count:
            return in_module(child, index)
        index -= count
    return False


def shapes(structure: Structure) -> frozenset[tuple[int, ...]]:
    """The shapes of the arrays in a structure that have axes."""
    kind = structure[0]
    if kind == "array":
        return frozenset([structure[1]] if structure[1] else [])
    if kind in ("leaf", "none", "module"):
        return frozenset()
    return frozenset().union(*[shapes(s) for s in structure[-1]])


def substitute(tree: Any, leaves: Sequence[Any]) -> Any:
    """A copy of the tree with other leaves: arrays hold objects, modules are copies with other parameters."""
    return _substitute(tree, iter(leaves))


def _substitute(tree: Any, leaves: Iterator[Any]) -> Any:
    kind = type(tree)
    if isinstance(tree, tuple):
        parts = [_substitute(x, leaves) for x in tree]
        return kind(*parts) if hasattr(kind, "_fields") else tuple(parts)
    if isinstance(tree, list):
        return [_substitute(x, leaves) for x in tree]
    if isinstance(tree, Mapping):
        return {key: _substitute(x, leaves) for key, x in tree.items()}
    if tree is None:
        return None
    if is_array(tree):
        return _build(("array", tree.shape), leaves, "object")
    named = getattr(kind, "named_parameters", None)
    if named is not None:
        return copy.deepcopy(tree, {id(p): next(leaves) for _, p in named(tree)})
    return next(leaves)


def named(structure: Structure) -> Structure:
    """The structure with what may stand in: dicts of parameters for modules, tuples for named ones.

    >>> named(("module", ("w", "b")))
    ('dict', ('w', 'b'), (('leaf',), ('leaf',)))
    """
    kind = structure[0]
    if kind == "module":
        return ("dict", structure[1], (LEAF,) * len(structure[1]))
    if kind in ("list", "tuple", "named"):
        return ("list" if kind == "list" else "tuple", tuple([named(s) for s in structure[-1]]))
    if kind == "dict":
        return ("dict", structure[1], tuple([named(s) for s in structure[2]]))
    return structure
