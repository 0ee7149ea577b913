"""vmap: a function of one case as a function of a batch of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd.modes import MODES, depth
from autograd.pytree import Structure, array, container, flatten, is_array, unflatten
from autograd.transforms import Function, _like

Calls = Sequence[tuple[Any, ...]]


def loop(function: Function, calls: Calls) -> list[Any]:
    """The function's results, call by call."""
    return [function(*call) for call in calls]


class Lanes:
    """How a batch runs while tracing: the compiler, once imported, records one run for all lanes."""

    run: Callable[[Function, Calls], list[Any]] = staticmethod(loop)


LANES: Final = Lanes()


def vmap(f: Function, in_axes: Any = 0, out_axes: int = 0) -> Function:
    """The function that maps f over an axis of its arguments and stacks the results.

    `in_axes` is the axis for all positional arguments, or a sequence of one each; for an argument with
    structure it may have that structure in its turn. None: the same for every lane. Keywords are mapped over
    axis 0. A list of numbers, or of lists, is a batch of its items. Results are stacked in arrays, or in
    lists where no argument held an array. ValueError where the lanes differ in number.

    >>> vmap(lambda x, y: x * y, in_axes=(0, None))([1.0, 2.0, 3.0], 10.0)
    [10.0, 20.0, 30.0]
    """

    @_like(f, "vmap")
    def mapped(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes if isinstance(in_axes, tuple | list) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"vmap: in_axes has {len(axes)} entries for {len(args)} positional arguments")
        batches = [
            _lanes(x, axis, f"argument {i}") for i, (x, axis) in enumerate(zip(args, axes, strict=True))
        ]
        batches += [_lanes(x, 0, f"argument {name!r}") for name, x in kwargs.items()]
        count = _agree([len(batch) for batch in batches if batch is not None])
        given = (*args, *kwargs.values())
        calls = [
            tuple([x if batch is None else batch[k] for x, batch in zip(given, batches, strict=True)])
            for k in range(count)
        ]
        names = tuple(kwargs)

        def call(*case: Any) -> Any:
            return f(*case[: len(args)], **dict(zip(names, case[len(args) :], strict=True)))

        run = LANES.run if MODES.open and depth("tracing") else loop
        return _stack(run(call, calls), out_axes, any([_has_array(x) for x in given]))

    return mapped


def _agree(counts: list[int]) -> int:
    if not counts:
        raise ValueError("vmap: no argument is mapped: give at least one of in_axes as an int")
    if len(set(counts)) > 1:
        raise ValueError(f"vmap: the arguments have {counts} lanes: give axes of one length")
    return counts[0]


def _lanes(tree: Any, axis: Any, where: str) -> list[Any] | None:
    """One tree a lane; None where nothing in the tree is mapped."""
    if axis is None:
        return None
    if is_array(tree):
        return _slices(tree, axis, where)
    if isinstance(tree, list) and isinstance(axis, int) and not _has_array(tree):
        if axis != 0:
            raise ValueError(f"vmap: {where} is a list, which has axis 0 alone, not {axis}: give an array")
        return tree
    if not isinstance(tree, list | tuple | dict):
        raise ValueError(
            f"vmap: {where} is {tree!r}, which has no axis {axis}: give an array, or None in in_axes"
        )
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    parts = [_lanes(tree[k], axis if isinstance(axis, int) else axis[k], f"{where}[{k!r}]") for k in keys]
    counts = [len(part) for part in parts if part is not None]
    if not counts:
        return None
    whole = Structure(type(tree), None, tuple(keys) if isinstance(tree, dict) else ())
    return [
        container(whole, [tree[k] if part is None else part[i] for k, part in zip(keys, parts, strict=True)])
        for i in range(_agree(counts))
    ]


def _slices(batch: Any, axis: Any, where: str) -> list[Any]:
    import numpy as np

    if not isinstance(axis, int) or not -batch.ndim <= axis < batch.ndim:
        raise ValueError(f"vmap: {where} has {batch.ndim} axes, and in_axes asks for axis {axis!r}")
    first = np.moveaxis(batch, axis, 0)
    return first.tolist() if first.ndim == 1 else list(first)


def _has_array(tree: Any) -> bool:
    if isinstance(tree, list | tuple):
        return any([_has_array(x) for x in tree])
    if isinstance(tree, dict):
        return any([_has_array(x) for x in tree.values()])
    return is_array(tree)


def _stack(results: list[Any], axis: int, arrays: bool) -> Any:
    if not results:
        return array([], (0,)) if arrays else []
    rows: list[list[Any]] = []
    structure = None
    for k, result in enumerate(results):
        leaves, found = flatten(result, f"vmap: the result of lane {k}")
        if structure is not None and found != structure:
            raise ValueError(f"vmap: the result of lane {k} is {found}, of lane 0 {structure}: one for all")
        structure = found
        rows.append(leaves)
    assert structure is not None
    if not arrays:
        return _listed(structure, rows)
    return _arrayed(structure, rows, axis)


def _listed(structure: Any, rows: list[list[Any]]) -> Any:
    if structure.kind is not None and structure.shape is None and not issubclass(structure.kind, list):
        items: list[Any] = []
        start = 0
        for child in structure.children:
            items.append(_listed(child, [row[start : start + child.size] for row in rows]))
            start += child.size
        return container(structure, items)
    if structure.shape is not None:
        return _arrayed(structure, rows, 0)
    return [unflatten(structure, row) for row in rows]


def _arrayed(structure: Any, rows: list[list[Any]], axis: int) -> Any:
    import numpy as np

    if structure.kind is None or structure.shape is not None:
        stacked = array([x for row in rows for x in row], (len(rows), *(structure.shape or ())))
        return np.moveaxis(stacked, 0, axis)
    items: list[Any] = []
    start = 0
    for child in structure.children:
        items.append(_arrayed(child, [row[start : start + child.size] for row in rows], axis))
        start += child.size
    return container(structure, items)
