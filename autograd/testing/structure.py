"""Arguments taken apart into named numbers, and put together again."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd.testing.noise import UNIT, unit_of
from autograd.value import Value

Rebuild = Callable[[Sequence[Any]], Any]


class Leaves(NamedTuple):
    """The numbers of a structure in order, the path of each, and the way back.

    `rebuild` gives arrays of the same kind and precision, `wide` of the same kind in double precision;
    `roundoff` is the largest unit roundoff of the numbers.
    """

    paths: list[str]
    numbers: list[float]
    rebuild: Rebuild
    wide: Rebuild
    roundoff: float


def flatten(tree: Any, path: str = "args") -> Leaves:
    """Take lists, tuples, dictionaries, arrays and modules apart; what is no number stays where it is.

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
    if is_array(tree):
        return _array(tree, path)
    if hasattr(type(tree), "named_parameters") and not isinstance(tree, Value):
        return _module(tree, path)
    if not is_number(tree):
        return Leaves([], [], lambda numbers: tree, lambda numbers: tree, UNIT)
    return Leaves([path], [float(tree)], _first, _first, UNIT)


def is_array(x: Any) -> bool:
    """Whether x is an array or scalar of NumPy, JAX or PyTorch, or looks like one."""
    return hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "tolist")


def is_number(x: Any) -> bool:
    """Whether x is one number of any kind, and no string that float() would read, condition or array."""
    if x is None or isinstance(x, bool | str | bytes):
        return False
    return isinstance(x, complex) or any(hasattr(type(x), name) for name in ("__float__", "__primitive__"))


def _first(numbers: Sequence[Any]) -> Any:
    return numbers[0]


def _join(parts: list[Leaves], make: Callable[[list[Any]], Any]) -> Leaves:
    def build(numbers: Sequence[Any], wide: bool) -> Any:
        built, start = [], 0
        for part in parts:
            end = start + len(part.paths)
            built.append((part.wide if wide else part.rebuild)(numbers[start:end]))
            start = end
        return make(built)

    return Leaves(
        [path for part in parts for path in part.paths],
        [number for part in parts for number in part.numbers],
        lambda numbers: build(numbers, False),
        lambda numbers: build(numbers, True),
        max([part.roundoff for part in parts], default=UNIT),
    )


def _module(module: Any, path: str) -> Leaves:
    """A module of `nn`, or what else names its parameters: they are its numbers."""
    named = list(module.named_parameters())
    if not all([isinstance(p, Value) for _, p in named]):
        return Leaves([], [], lambda numbers: module, lambda numbers: module, UNIT)

    def rebuild(numbers: Sequence[Any]) -> Any:
        given = [Value(x) if isinstance(x, float) else x for x in numbers]
        return copy.deepcopy(module, {id(p): x for (_, p), x in zip(named, given, strict=True)})

    return Leaves([f"{path}.{n}" for n, _ in named], [p.data for _, p in named], rebuild, rebuild, UNIT)


def _array(array: Any, path: str) -> Leaves:
    """An array of NumPy, JAX or PyTorch, or one of their scalars."""
    if "bool" in str(array.dtype):
        return Leaves([], [], lambda numbers: array, lambda numbers: array, UNIT)
    plain = array.detach() if hasattr(array, "detach") else array
    inner = flatten(plain.tolist(), path)

    def build(numbers: Sequence[Any], wide: bool) -> Any:
        if all([isinstance(x, float) for x in numbers]):
            return _like(array, inner.rebuild(numbers), wide)
        import numpy as np

        boxed = np.empty(tuple(array.shape), dtype=object)  # Values and the like
        boxed.reshape(-1)[:] = list(numbers)
        return boxed if array.shape else boxed.item()

    return inner._replace(
        rebuild=lambda numbers: build(numbers, False),
        wide=lambda numbers: build(numbers, True),
        roundoff=unit_of(array),
    )


def _like(array: Any, nested: Any, wide: bool) -> Any:
    """New numbers in an array of the same library and precision, or in double precision."""
    if hasattr(array, "new_tensor"):  # of PyTorch
        source = array.double() if wide or not array.is_floating_point() else array
        made = source.new_tensor(nested)
        return made.requires_grad_() if array.requires_grad else made
    space = array.__array_namespace__() if hasattr(array, "__array_namespace__") else None
    floating = "float" in str(array.dtype)
    if space is None or space.__name__ == "numpy":
        import numpy as np

        return np.array(nested, dtype=array.dtype if floating and not wide else float)[()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX, asked for more precision than it is configured to have
        return space.asarray(nested, dtype=array.dtype if floating and not wide else space.float64)


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
    if is_array(result):
        plain = result.detach() if hasattr(result, "detach") else result
        return values(plain.tolist()) if "bool" not in str(result.dtype) else []
    return [result] if is_number(result) else []


def jacobian_rows(gradient: Any, args: tuple[Any, ...], outputs: int) -> Leaves:
    """A gradient from elsewhere as numbers: for each output in turn those of the arguments, in their order.

    It has the structure of the arguments (of the only one, where there is one), dictionaries in any order.
    Of several outputs it is a sequence of such, or in place of each number or array of the arguments an
    array of the outputs' shape and its own, as PyTorch and JAX give Jacobians.
    """
    whole = args[0] if len(args) == 1 and not _same(gradient, args) else args
    if outputs > 1 and _same(gradient, whole) and not is_array(whole):
        blocks = [flatten(block, "gradient") for block in _atoms(_ordered(gradient, whole))]
        sizes = [len(flatten(x).numbers) for x in _atoms(whole)]
        if [len(b.numbers) for b in blocks] == [outputs * size for size in sizes]:
            rows: list[float] = []
            for k in range(outputs):
                for block, size in zip(blocks, sizes, strict=True):
                    rows += block.numbers[k * size : (k + 1) * size]
            found = flatten(rows, "gradient")
            return found._replace(roundoff=max([b.roundoff for b in blocks], default=UNIT))
    if outputs > 1 and isinstance(gradient, tuple | list) and len(gradient) == outputs:
        return flatten([_ordered(part, whole) for part in gradient], "gradient")
    return flatten(_ordered(gradient, whole), "gradient")


def _same(a: Any, b: Any) -> bool:
    """Whether a has the containers of b; arrays and numbers may stand for each other."""
    if isinstance(b, Mapping):
        return isinstance(a, Mapping) and set(a) == set(b) and all(_same(a[key], b[key]) for key in b)
    if isinstance(b, tuple | list):
        if not isinstance(a, tuple | list) or len(a) != len(b):
            return False
        return all(_same(x, y) for x, y in zip(a, b, strict=True))
    return not isinstance(a, Mapping | tuple | list)


def _ordered(a: Any, like: Any) -> Any:
    """Dictionaries in the order of those that they stand for."""
    if isinstance(a, Mapping) and isinstance(like, Mapping) and set(a) == set(like):
        return {key: _ordered(a[key], like[key]) for key in like}
    if isinstance(a, tuple | list) and isinstance(like, tuple | list) and len(a) == len(like):
        return [_ordered(x, y) for x, y in zip(a, like, strict=True)]
    return a


def _atoms(tree: Any) -> list[Any]:
    """The numbers and arrays of a structure, in order."""
    if isinstance(tree, Mapping):
        return [x for part in tree.values() for x in _atoms(part)]
    if isinstance(tree, tuple | list):
        return [x for part in tree for x in _atoms(part)]
    return [tree]
