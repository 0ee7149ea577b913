"""Colourings: which columns, rows or symmetric columns of a sparse matrix share one sweep.

Greedy, in the order of falling degree. Two columns may share where no row has both. For a symmetric matrix a
star colouring does with fewer: neighbours differ, and so do some two of any path of four's ends, hence every
entry or its mirror image stands alone in its row (Gebremedhin, Manne and Pothen, SIAM Review 47, 2005).
"""

from __future__ import annotations

from collections.abc import Sequence

Pattern = Sequence[Sequence[int]]


def transpose(rows: Pattern, width: int) -> list[list[int]]:
    """For each column the rows that have it.

    >>> transpose([[0, 2], [2]], 3)
    [[0], [], [0, 1]]
    """
    columns: list[list[int]] = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].append(i)
    return columns


def column_coloring(rows: Pattern, width: int) -> list[int]:
    """A colour for each column, different for columns that meet in a row.

    >>> column_coloring([[0, 1], [1, 2]], 3)
    [1, 0, 1]
    """
    columns = transpose(rows, width)
    colors = [-1] * width
    taken: list[set[int]] = [set() for _ in rows]  # the colours in each row so far
    for j in sorted(range(width), key=lambda j: -len(columns[j])):
        color = _least([taken[i] for i in columns[j]])
        colors[j] = color
        for i in columns[j]:
            taken[i].add(color)
    return colors


def star_coloring(neighbors: Pattern) -> list[int]:
    """A colour for each vertex: no two neighbours in one colour, no path of four vertices in two.

    >>> star_coloring([[1, 2, 3], [0], [0], [0]])
    [0, 1, 1, 1]
    """
    count = len(neighbors)
    colors = [-1] * count
    # For each vertex, how many neighbours have each colour, and the first of them.
    around: list[dict[int, int]] = [{} for _ in range(count)]
    first: list[dict[int, int]] = [{} for _ in range(count)]
    # Colours of neighbours that have a second neighbour in the vertex's own colour: paths not to close.
    waiting: list[set[int]] = [set() for _ in range(count)]
    for v in sorted(range(count), key=lambda v: -len(neighbors[v])):
        forbidden: list[set[int] | dict[int, int]] = []
        for w in neighbors[v]:
            if w == v:
                continue
            if colors[w] < 0:
                forbidden.append(around[w])
            else:
                forbidden.append({colors[w]})
                forbidden.append(around[w] if around[v][colors[w]] > 1 else waiting[w])
        color = _least(forbidden)
        colors[v] = color
        for w in neighbors[v]:
            if w == v:
                continue
            seen = around[w][color] = around[w].get(color, 0) + 1
            first[w].setdefault(color, v)
            if colors[w] >= 0:
                if around[v][colors[w]] > 1:
                    waiting[w].add(color)
                if seen > 1:
                    waiting[v].add(colors[w])
                    waiting[first[w][color]].add(colors[w])
    return colors


def _least(forbidden: Sequence[set[int] | dict[int, int]]) -> int:
    """The least colour in none of the sets."""
    color = 0
    while any([color in colors for colors in forbidden]):
        color += 1
    return color
