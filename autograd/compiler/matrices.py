"""Blocks in the workspace: where their operands lie, and the calls of kernels that compute them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.compiler.blocks import Dots, Matrix, Pairs
from autograd.compiler.kernels import room, tile


class Place(NamedTuple):
    """An operand of a call that is the address of a place in the workspace."""

    at: int


class Table(NamedTuple):
    """An operand of a call that is the address of a table."""

    places: list[int]


Operand = Place | Table | int | float


class Call(NamedTuple):
    """A call of a kernel, which is named with what it is made for: ("dots", rows, registers a row)."""

    kernel: tuple[str, int, int]
    operands: list[Operand]


class Line(NamedTuple):
    """Values at equal distances."""

    start: int
    step: int


class Workspace:
    """What placing blocks needs of the layout: room, and the places known so far."""

    def __init__(
        self,
        width: int,
        place: dict[int, int],
        reserve: Callable[[int], int],
        address: Callable[[int], int],
        inputs: int,
    ) -> None:
        self.width = width
        self.place = place
        self.reserve = reserve
        self.address = address
        self.inputs = inputs
        self.slack = 0  # what kernels read past the last place

    def open(self, block: Matrix) -> None:
        """Places for the results, and for columns and rows that have none yet, side by side."""
        width, place = self.width, self.place
        apart = room(block.lanes, width)
        if isinstance(block, Dots):
            start = self.reserve(len(block.results) * apart)
            place.update({i: start + k * apart for k, i in enumerate(block.results)})
            groups: list[Sequence[int]] = [block.columns]
        else:
            count = len(block.columns)
            across = -(-count // width) * width
            start = self.reserve(len(block.rows) * across)
            for r in range(len(block.rows)):
                results = block.results[r * count : (r + 1) * count]
                place.update(zip(results, range(start + r * across, start + r * across + count), strict=True))
            groups = [block.columns, block.rows]
            self.slack = max(self.slack, width * apart)
        for group in groups:
            values = sorted(set(group))
            if not any([i in place for i in values]):
                start = self.reserve(len(values) * apart)
                place.update({i: start + k * apart for k, i in enumerate(values)})

    def calls(self, block: Matrix) -> list[Call]:
        """How the block is computed, once all places are known."""
        found: list[Call] = []
        if isinstance(block, Dots):
            columns = self._lanes(block.columns, block.lanes, found)
            self._dots(block, columns, self._numbers(block, found), found)
        else:
            columns = self._lanes(block.columns, block.lanes, found)
            rows = self._lanes(block.rows, block.lanes, found)
            self._pairs(block, rows, columns, found)
        return found

    def _lanes(self, values: Sequence[int], lanes: int, found: list[Call]) -> Line:
        """The lanes of some values, copied where they are not at equal distances."""
        apart = room(lanes, self.width)
        line = _line([self.place[i] for i in values], apart)
        if line is not None and line.step > 0:
            return line
        start = self.reserve(len(values) * apart)
        self._copy([self.place[i] for i in values], lanes, start, apart, found)
        return Line(start, apart)

    def _numbers(self, block: Dots, found: list[Call]) -> tuple[int, int, int]:
        """The first number of the first row, the distance of rows, and that of columns."""
        rows = [self._addresses(row) for row in block.rows]
        lines = [_line(row, 1) for row in rows]
        steps = {None if line is None else line.step for line in lines}
        down = _line([row[0] for row in rows], 1)
        step = steps.pop()
        if not steps and step is not None and down is not None:
            return down.start, down.step, step
        count = len(block.columns)
        start = self.reserve(len(rows) * count)
        self._copy([i for row in rows for i in row], 1, start, 1, found)
        return start, count, 1

    def _addresses(self, row: tuple[int, ...]) -> list[int]:
        if max(row) < self.inputs:
            return list(row)
        return [self.address(i) for i in row]

    def _copy(self, places: list[int], length: int, start: int, step: int, found: list[Call]) -> None:
        found.append(Call(("gather", 0, 0), [Table(places), len(places), length, Place(start), step]))

    def _dots(self, block: Dots, columns: Line, numbers: tuple[int, int, int], found: list[Call]) -> None:
        start, down, step = numbers
        to = self.place[block.results[0]]
        apart = room(block.lanes, self.width)
        left = -(-block.lanes // self.width)
        lane = 0
        while left:
            rows, across = tile(left, self.width)
            passes = left // across
            for height, tiles, first in _tiles(len(block.rows), rows):
                operands: list[Operand] = [Place(start + first * down), down, step]
                operands += [Place(columns.start + lane), columns.step, len(block.columns)]
                operands += [Place(to + first * apart + lane), apart, tiles, passes, block.start]
                found.append(Call(("dots", height, across), operands))
            left -= passes * across
            lane += passes * across * self.width

    def _pairs(self, block: Pairs, rows: Line, columns: Line, found: list[Call]) -> None:
        to = self.place[block.results[0]]
        squares = -(-len(block.columns) // self.width)
        for height, tiles, first in _tiles(len(block.rows), 2):
            operands: list[Operand] = [Place(rows.start + first * rows.step), rows.step]
            operands += [Place(columns.start), columns.step]
            operands += [Place(to + first * squares * self.width), squares * self.width, tiles, squares]
            found.append(Call(("pairs", height, block.lanes), operands))


def _line(places: list[int], step: int) -> Line | None:
    """Places at equal distances; None where they are not."""
    start = places[0]
    if len(places) > 1:
        step = places[1] - start
    return Line(start, step) if places == [start + k * step for k in range(len(places))] else None


def _tiles(rows: int, height: int) -> list[tuple[int, int, int]]:
    """Whole tiles and one of what is left: height, number, first row."""
    whole = rows // height
    found = [(height, whole, 0)] if whole else []
    return [*found, (rows % height, 1, whole * height)] if rows % height else found
