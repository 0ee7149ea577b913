"""Arguments taken apart into named numbers, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd.value import Value


class Leaves(NamedTuple):
    """The numbers of a structure in order, the path of each, and the way back."""

    paths: list[str]
    numbers: list[float]
    rebuild: Callable[[Sequence[Any]], Any]
    roundoff: float


UNIT = 2.0**-53


def flatten(tree: Any, path: str = "args") -> Leaves:
    """Take lists, tuples, dictionaries and arrays apart; what is no number stays where it is.

    TypeError for complex numbers.

    >>> leaves = flatten(({"w": [1.0, 2.0]}, 3))
    >>> leaves.paths, leaves.numbers
    (["args[0]['w'][0]", "args[0]['w'][1]", 'args[1]'], [1.0, 2.0, 3.0])
    >>> leaves.rebuild([4.0, 5.0, 6.0])
    ({'w': [4.0, 5.0]}, 6.0)
    """
    if isinstance(tree, Mapping):
        return _join(
            [flatten(value, f"{path}[{key!r}]") for key, value in tree.items()],
            lambda parts: dict(zip(tree, parts, strict=True)),
        )
    if isinstance(tree, tuple | list):
        kind = type(tree)
        make = kind._make if hasattr(kind, "_make") else kind
        return _join([flatten(x, f"{path}[{i}]") for i, x in enumerate(tree)], make)
    if isinstance(tree, complex) and not isinstance(tree, float):
        raise TypeError(f"{path} is the complex number {tree!r}: give real numbers")
    if hasattr(tree, "shape") and hasattr(tree, "tolist"):
        return _array(tree, path)
    if tree is None or isinstance(tree, bool | str | bytes) or not hasattr(type(tree), "__float__"):
        return Leaves([], [], lambda numbers: tree, UNIT)
    return Leaves([path], [float(tree)], lambda numbers: numbers[0], UNIT)


def _join(parts: list[Leaves], make: Callable[[list[Any]], Any]) -> Leaves:
    def rebuild(numbers: Sequence[Any]) -> Any:
        built, start = [], 0
        for part in parts:
            end = start + len(part.paths)
            built.append(part.rebuild(numbers[start:end]))
            start = end
        return make(built)

    return Leaves(
        [path for part in parts for path in part.paths],
        [number for part in parts for number in part.numbers],
        rebuild,
        max([part.roundoff for part in parts], default=UNIT),
    )


def _array(array: Any, path: str) -> Leaves:
    """An array of NumPy, JAX or PyTorch, or one of their scalars."""
    if "bool" in str(array.dtype):
        return Leaves([], [], lambda numbers: array, UNIT)
    nested = (array.detach() if hasattr(array, "detach") else array).tolist()
    inner = flatten(nested, path)
    size = getattr(array.dtype, "itemsize", 8)

    def rebuild(numbers: Sequence[Any]) -> Any:
        new = inner.rebuild(numbers)
        if hasattr(array, "new_tensor"):
            return array.new_tensor(new)
        import numpy as np

        if any(not isinstance(x, float) for x in numbers):  # Values and the like
            boxed = np.empty(array.shape, dtype=object)
            boxed.reshape(-1)[:] = list(numbers)
            return boxed if array.shape else boxed.item()
        dtype = array.dtype if np.issubdtype(np.asarray(array).dtype, np.floating) else float
        return np.array(new, dtype=dtype)[()]

    return inner._replace(rebuild=rebuild, roundoff={2: 2.0**-11, 4: 2.0**-24}.get(size, UNIT))


def outputs(result: Any) -> Leaves:
    """The numbers that a function gave, paths starting at `output`; Values count by their numbers."""
    return flatten(result, "output")


def values(result: Any) -> list[Any]:
    """The numbers that a function gave, Values left as they are, in the order of `outputs`."""
    if isinstance(result, Mapping):
        return [x for part in result.values() for x in values(part)]
    if isinstance(result, tuple | list):
        return [x for part in result for x in values(part)]
    if isinstance(result, Value):
        return [result]
    if hasattr(result, "shape") and hasattr(result, "tolist"):
        return values(result.tolist()) if "bool" not in str(result.dtype) else []
    if result is None or isinstance(result, bool | str | bytes):
        return []
    return [result]
