"""Products of matrices, found in a program: dots, sums of products and sums over lanes that share operands.

A dense layer on a batch is a dot for each of its neurons, over the same lanes; its gradient is a sum over
lanes for each pair of an input and a cotangent; its input's cotangents are sums of products. Each such group
becomes one block, which runs as loops over registers instead of as many lines of code. The operations and
their order stay those of the program, so that no bit of a result depends on what is found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.compiler.program import BROADCAST, LANE_TOTAL, REDUCTIONS, Program

LEAST: Final = 300  # products in a block: fewer are as fast as straight lines, together with what is around


class Dots(NamedTuple):
    """For each row, over all lanes: start + numbers[0] * columns[0] + numbers[1] * columns[1] + ..."""

    lanes: int
    start: float
    columns: tuple[int, ...]
    rows: list[tuple[int, ...]]  # the numbers, which are the same in every lane
    results: list[int]

    def operands(self) -> list[int]:
        """What must be there before it runs."""
        return [*self.columns, *[i for row in self.rows for i in row]]


class Pairs(NamedTuple):
    """For each row and each column the sum over the lanes of their product; results row by row."""

    lanes: int
    rows: list[int]
    columns: tuple[int, ...]
    results: list[int]

    def operands(self) -> list[int]:
        """What must be there before it runs."""
        return [*self.rows, *self.columns]


Matrix = Dots | Pairs


class Plan(NamedTuple):
    """An order to compute the values in, and the blocks, each by its first result; others have no turn."""

    order: Sequence[int]
    blocks: dict[int, Matrix]


def plan(program: Program) -> Plan:
    """The blocks of a program; its own order where there are none."""
    whole = range(program.first, program.first + len(program))
    if len(program) < LEAST or not any([i.lanes for i in program.instructions]):
        return Plan(whole, {})
    finder = _Finder(program)
    blocks = finder.blocks()
    return finder.ordered(blocks) if blocks else Plan(whole, {})


_NUMBER, _SPREAD, _LANES, _CONSTANT = range(4)


class _Finder:
    """Reads a program once and notes what may belong to a block.

    Every such candidate has a higher level than its operands, and no value a lower one: candidates of one
    level do not depend on each other, and may run together before the rest of their level.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        total = program.first + len(program)
        self.level = [0] * total
        self.kind = bytearray(total)
        for i in range(program.inputs, program.first):
            self.kind[i] = _CONSTANT
        self.uses = _uses(program)
        self.terms: dict[int, tuple[int, int]] = {}  # number times lanes
        self.sums: dict[int, tuple[int, int]] = {}  # a sum of terms: what came before, the last term
        self.continued: set[int] = set()
        self.dots: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []
        self.pairs: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        for k, (name, operands, lanes, _) in enumerate(program.instructions):
            self.read(program.first + k, name, operands, lanes)

    def read(self, i: int, name: str, operands: Sequence[int], lanes: int) -> None:
        level, kind = self.level, self.kind
        if not (type(operands) is range and operands.stop <= self.program.inputs):
            level[i] = max(map(level.__getitem__, operands))
        if not lanes:
            return
        if name in REDUCTIONS:
            if name == LANE_TOTAL:
                self.total(i, operands[0], lanes)
            return
        kind[i] = _LANES
        if name == BROADCAST:
            kind[i] = _SPREAD if kind[operands[0]] == _NUMBER else _CONSTANT
        elif name == "mul":
            kinds = kind[operands[0]], kind[operands[1]]
            if kinds == (_SPREAD, _LANES):
                self.terms[i] = self.number(operands[0]), operands[1]
            elif kinds == (_LANES, _SPREAD):
                self.terms[i] = self.number(operands[1]), operands[0]
        elif name == "add":
            self.sum(i, operands[0], operands[1])
        elif name == "dot":
            half = len(operands) // 2
            self.dot(i, tuple(operands[:half]), tuple(operands[half:]))

    def number(self, i: int) -> int:
        """The number that is the same in every lane."""
        return self.program.instructions[i - self.program.first].operands[0]

    def made_by(self, i: int) -> str:
        return self.program.instructions[i - self.program.first].name

    def total(self, i: int, product: int, lanes: int) -> None:
        if self.kind[product] == _LANES and self.made_by(product) == "mul":
            column, row = self.program.instructions[product - self.program.first].operands
            if self.kind[row] == self.kind[column] == _LANES:
                self.level[i] += 1
                self.pairs.setdefault((self.level[i], lanes, row), []).append((column, i))

    def sum(self, i: int, one: int, other: int) -> None:
        if one not in self.terms and one not in self.sums:
            one, other = other, one
        if other not in self.terms:
            one, other = other, one
        if other not in self.terms or not (one in self.terms or (one in self.sums and self.uses[one] == 1)):
            return
        level = self.level
        self.sums[i] = one, other
        self.continued.add(one)
        # The level that its block has: no higher than that of the sum it continues, where that allows.
        level[i] = max(level[other] + 1, level[one] + (one in self.terms))

    def dot(self, i: int, xs: tuple[int, ...], ys: tuple[int, ...]) -> None:
        kinds = [set(map(self.kind.__getitem__, part)) for part in (xs, ys)]
        if kinds == [{_LANES}, {_SPREAD}]:
            xs, ys = ys, xs
        elif kinds != [{_SPREAD}, {_LANES}]:
            return
        self.level[i] += 1
        self.dots.append((i, tuple([self.number(x) for x in xs]), ys))

    def blocks(self) -> list[Matrix]:
        """All that are large enough."""
        made = self.program.instructions
        first = self.program.first
        groups: dict[tuple[int, int, str, tuple[int, ...]], Dots] = {}
        chains = [i for i in self.sums if i not in self.continued]
        for i, numbers, columns in [*self.dots, *[self.unrolled(i) for i in chains]]:
            name, _, lanes, _ = made[i - first]
            start = 0.0 if name == "dot" else -0.0  # adds to every number without a trace
            block = groups.setdefault(
                (self.level[i], lanes, name, columns), Dots(lanes, start, columns, [], [])
            )
            block.rows.append(numbers)
            block.results.append(i)
        found: list[Matrix] = [b for b in groups.values() if len(b.rows) * len(b.columns) >= LEAST]
        return found + self.outer()

    def unrolled(self, i: int) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
        """A sum's terms from the first to the last."""
        terms = []
        at = i
        while at in self.sums:
            at, last = self.sums[at]
            terms.append(self.terms[last])
        terms.append(self.terms[at])
        terms.reverse()
        return i, tuple([number for number, _ in terms]), tuple([column for _, column in terms])

    def outer(self) -> list[Matrix]:
        """Rows that are paired with the same columns."""
        groups: dict[tuple[int, int, tuple[int, ...]], Pairs] = {}
        for (level, lanes, row), pairs in self.pairs.items():
            pairs.sort()
            columns = tuple([column for column, _ in pairs])
            block = groups.setdefault((level, lanes, columns), Pairs(lanes, [], columns, []))
            block.rows.append(row)
            block.results.extend([result for _, result in pairs])
        return [b for b in groups.values() if len(b.results) >= LEAST]

    def ordered(self, blocks: list[Matrix]) -> Plan:
        """The blocks and what else is needed, by levels."""
        program = self.program
        first = program.first
        live = bytearray(len(self.level))
        inside = bytearray(len(self.level))
        buckets: dict[int, list[int]] = {}
        for i in program.outputs:
            live[i] = 1
        for block in blocks:
            for i in block.operands():
                live[i] = 1
            for i in block.results:
                inside[i] = 1
            buckets.setdefault(self.level[block.results[0]], []).append(block.results[0])
        for k in range(len(program) - 1, -1, -1):
            if live[first + k] and not inside[first + k]:
                for i in program.instructions[k].operands:
                    live[i] = 1
        for i in range(first, len(live)):
            if live[i] and not inside[i]:
                buckets.setdefault(self.level[i], []).append(i)
        order = [i for level in sorted(buckets) for i in buckets[level]]
        return Plan(order, {block.results[0]: block for block in blocks})


def _uses(program: Program) -> list[int]:
    uses = [0] * (program.first + len(program))
    for i in program.outputs:
        uses[i] += 1
    for _, operands, _, _ in program.instructions:
        if type(operands) is not range:
            for i in operands:
                uses[i] += 1
    return uses
