"""Sparse Jacobians and Hessians: the pattern read off the graph, coloured, and found in one sweep a colour.

Rows are the outputs' numbers in order, columns the inputs'. The results are SciPy's sparse arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.coloring import column_coloring, star_coloring, transpose
from autograd.errors import MissingExtraError
from autograd.linear import LinearMap
from autograd.recording import Recording

SMALL = 64
Indices = frozenset[int] | int  # few as a set, many as the bits of an integer


def pattern(linear: LinearMap) -> list[list[int]]:
    """For each root the inputs it depends on, in order: the edges alone count, not the numbers on them.

    >>> from autograd import Value
    >>> x, y, z = Value(1.0), Value(2.0), Value(3.0)
    >>> pattern(LinearMap([x * y, z * 0.0], [x, y, z]))
    [[0, 1], [2]]
    """
    known: list[Indices] = [frozenset((i,)) for i in range(linear.inputs)]
    starts, sources = linear.starts, linear.sources
    for k in range(linear.size - linear.inputs):
        found = known[sources[starts[k]]]
        for e in range(starts[k] + 1, starts[k + 1]):
            other = known[sources[e]]
            if other is not found:
                found = _union(found, other)
        known.append(found)
    return [_listed(known[r]) if r >= 0 else [] for r in linear.roots]


def _union(a: Indices, b: Indices) -> Indices:
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        both = a | b
        return both if len(both) <= SMALL else _bits(both)
    return _bits(a) | _bits(b)


def _bits(indices: Indices) -> int:
    if isinstance(indices, int):
        return indices
    bits = 0
    for i in indices:
        bits |= 1 << i
    return bits


def _listed(indices: Indices) -> list[int]:
    if isinstance(indices, frozenset):
        return sorted(indices)
    return [i for i, bit in enumerate(reversed(bin(indices)[2:])) if bit == "1"]


def sparse_jacobian(recorded: Recording) -> Any:
    """The Jacobian as a sparse array, by columns or rows, whichever takes fewer colours."""
    linear, rows = _prepare(recorded)
    width = len(recorded.inputs)
    columns = transpose(rows, width)
    widest = max([len(row) for row in rows], default=0)
    tallest = max([len(column) for column in columns], default=0)
    if widest <= tallest:
        colors = column_coloring(rows, width)
        sweeps = [linear.push(seed) for seed in _seeds(colors)]
        entries = [[sweeps[colors[j]][i] for j in row] for i, row in enumerate(rows)]
    else:
        colors = column_coloring(columns, len(rows))
        sweeps = [linear.pull(seed) for seed in _seeds(colors)]
        entries = [[sweeps[colors[i]][j] for j in row] for i, row in enumerate(rows)]
    return _compressed(_spread(recorded, rows), _spread(recorded, entries), width)


def sparse_hessian(recorded: Recording) -> Any:
    """The Jacobian of a recorded gradient as a sparse array: symmetric, so a star colouring will do."""
    linear, found = _prepare(recorded)
    width = len(recorded.inputs)
    found = _spread(recorded, found)
    rows = [sorted({*row, *mirrored}) for row, mirrored in zip(found, transpose(found, width), strict=True)]
    colors = star_coloring(rows)
    sweeps = [recorded.scatter(linear.push(seed)) for seed in _seeds(colors)]
    entries: list[list[float]] = []
    for i, row in enumerate(rows):
        alone: dict[int, int] = {}
        for j in row:
            alone[colors[j]] = alone.get(colors[j], 0) + 1
        entries.append([sweeps[colors[j]][i] if alone[colors[j]] == 1 else sweeps[colors[i]][j] for j in row])
    return _compressed(rows, entries, width)


def _prepare(recorded: Recording) -> tuple[LinearMap, list[list[int]]]:
    if recorded.live:
        raise TypeError(
            f"{recorded.name} with a sparsity gives numbers, and a Value takes part: call it inside "
            "no_grad(), or leave the sparsity out"
        )
    return recorded.linear, pattern(recorded.linear)


def _seeds(colors: Sequence[int]) -> list[list[float]]:
    seeds = [[0.0] * len(colors) for _ in range(max(colors, default=-1) + 1)]
    for i, color in enumerate(colors):
        seeds[color][i] = 1.0
    return seeds


def _spread(recorded: Recording, rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of the outputs, empty where an output depends on nothing."""
    return [row if row != 0.0 else [] for row in recorded.scatter(rows)]


def _compressed(rows: list[list[int]], entries: list[list[float]], width: int) -> Any:
    try:
        from scipy.sparse import csr_array
    except ImportError:
        raise MissingExtraError("scipy", "nn") from None
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    numbers = [x for row in entries for x in row]
    indices = [j for row in rows for j in row]
    return csr_array((numbers, indices, starts), shape=(len(rows), width), dtype=float)
