"""Numbers that count only in some cases: what `where` lets through, and what single lanes receive.

The eager engine leaves an edge out where a branch is not taken, and a lane that nobody reads gets no
cotangent: no partial, however infinite, is ever multiplied by 0 there. A program has every edge in it. So the
condition is kept beside the number through products, sums and lanes, and applied where the number is used as
one (SEMANTICS 4).
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from autograd.compiler.program import BROADCAST, LANE_TOTAL, ONEHOT, PICK, STACK

SYMBOLS: Final = 1 << 60  # the numbers of values from here on are not written yet


class Writer(Protocol):
    """What writes instructions: the builder."""

    lanes: dict[int, int]

    def constant(self, x: float) -> int:
        """The place of a constant."""

    def emit(self, name: str, operands: tuple[int, ...], lanes: int = 0, lane: int = 0) -> int:
        """The place of a new instruction's value."""

    def plain(self, name: str, *operands: int) -> int:
        """An operation whose lanes are those of its operands."""

    def operation(self, name: str, operands: tuple[int, ...]) -> int:
        """An operation on numbers that may be masked."""


class Masked(NamedTuple):
    """A number that counts only where the condition is other than 0."""

    mask: int
    number: int


class Row(NamedTuple):
    """Numbers that some lanes receive: the first `length` entries, which rows that grow share."""

    entries: dict[int, int]
    length: int
    lanes: int


class Masks:
    """What a builder knows about values that are not written yet; the numbers of values are the builder's."""

    def __init__(self, builder: Writer) -> None:
        self.builder = builder
        self.known: list[Masked | Row | None] = []  # None: absent everywhere, as the slope of a condition
        self.settled: dict[int, int] = {}
        self.rows: dict[int, tuple[int | None, int]] = {}  # written: their masks and numbers
        self.complements: dict[int, int] = {}
        self.joined: dict[tuple[str, int, int], int] = {}

    def _new(self, made: Masked | Row | None, lanes: int) -> int:
        at = SYMBOLS + len(self.known)
        self.known.append(made)
        if lanes:
            self.builder.lanes[at] = lanes
        return at

    def _get(self, i: int) -> Masked | Row | None:
        return self.known[i - SYMBOLS]

    def _lanes(self, *numbers: int) -> int:
        return max([self.builder.lanes.get(i, 0) for i in numbers])

    # --- making ---------------------------------------------------------------------------------------------

    def absent(self, lanes: int) -> int:
        """A number that counts nowhere."""
        return self._new(None, lanes)

    def masked(self, mask: int, number: int) -> int:
        """A number that counts only where the mask holds."""
        return self._new(Masked(mask, number), self._lanes(mask, number))

    def condition(self, name: str, i: int) -> int:
        """The partial of `where` for a branch: 1 where it is taken."""
        one = self.builder.constant(1.0)
        if name == "taken":
            return self.masked(i, one)
        other = self.complements.get(i)
        if other is None:
            other = self.builder.plain(name, i)
            self.complements[other] = i
            self.complements[i] = other
        return self.masked(other, one)

    # --- using ----------------------------------------------------------------------------------------------

    def settle(self, i: int) -> int:
        """The value written: 0 where it does not count."""
        if i < SYMBOLS:
            return i
        at = self.settled.get(i)
        if at is None:
            builder, made = self.builder, self._get(i)
            zero = builder.constant(0.0)
            if made is None:
                lanes = builder.lanes.get(i, 0)
                at = builder.emit(BROADCAST, (zero,), lanes) if lanes else zero
            else:
                mask, number = self._apart(i)
                at = number if mask is None else builder.plain("where", mask, number, zero)
            self.settled[i] = at
        return at

    def _apart(self, i: int) -> tuple[int | None, int]:
        """The mask, None where there is none, and the number."""
        if i < SYMBOLS:
            return None, i
        made = self._get(i)
        assert made is not None
        if isinstance(made, Masked):
            return made
        if i not in self.rows:
            self.rows[i] = self._written(made)
        return self.rows[i]

    def _written(self, row: Row) -> tuple[int | None, int]:
        """A row as lanes."""
        builder = self.builder
        entries = dict(list(row.entries.items())[: row.length])
        if len(entries) == row.lanes and len(set(entries.values())) == 1:
            mask, number = self._apart(entries[0])
            return mask, builder.emit(BROADCAST, (number,), row.lanes)
        one, zero = builder.constant(1.0), builder.constant(0.0)
        parts = {lane: self._apart(i) for lane, i in entries.items()}
        masks, numbers = [zero] * row.lanes, [zero] * row.lanes
        for lane, (mask, number) in parts.items():
            masks[lane], numbers[lane] = one if mask is None else mask, number
        if all([mask == one for mask in masks]):
            return None, builder.emit(STACK, tuple(numbers), row.lanes)
        if len(entries) == 1:
            (lane,) = entries
            mask = builder.emit(ONEHOT, (masks[lane],), row.lanes, lane)
            return mask, builder.emit(BROADCAST, (numbers[lane],), row.lanes)
        mask = builder.emit(STACK, tuple(masks), row.lanes)
        return mask, builder.emit(STACK, tuple(numbers), row.lanes)

    def product(self, i: int, j: int) -> int:
        """Masked where one factor is."""
        for k in (i, j):
            if k >= SYMBOLS and self._get(k) is None:
                return self.absent(self._lanes(i, j))
        (p, x), (q, y) = self._apart(i), self._apart(j)
        number = self.builder.plain("mul", x, y)
        mask = p if q is None or p == q else q if p is None else self._both(p, q)
        return number if mask is None else self.masked(mask, number)

    def sum(self, i: int, j: int) -> int:
        """Masked where both terms are; of the two branches of one condition, a choice."""
        for k, other in ((i, j), (j, i)):
            if k >= SYMBOLS and self._get(k) is None:
                return other
        if i >= SYMBOLS and j >= SYMBOLS:
            one, other_row = self._get(i), self._get(j)
            if isinstance(one, Row) and isinstance(other_row, Row):
                return self._new(self._merged(one, other_row), one.lanes)
        builder = self.builder
        (p, x), (q, y) = self._apart(i), self._apart(j)
        if p is None and q is None:
            return builder.plain("add", x, y)
        if p is not None and p == q:
            return self.masked(p, builder.plain("add", x, y))
        if p is not None and q is not None and self.complements.get(p) == q:
            return builder.plain("where", p, x, y)
        total = builder.plain("add", self._silent(p, x), self._silent(q, y))
        return self.masked(self._either(p, q), total) if p is not None and q is not None else total

    def _silent(self, mask: int | None, number: int) -> int:
        """The number, and where it does not count the one that adds to every other without a trace."""
        if mask is None:
            return number
        return self.builder.plain("where", mask, number, self.builder.constant(-0.0))

    def _both(self, p: int, q: int) -> int:
        key = "and", min(p, q), max(p, q)
        if key not in self.joined:
            builder = self.builder
            holds = builder.plain("taken", q)
            self.joined[key] = builder.plain("where", p, holds, builder.constant(0.0))
        return self.joined[key]

    def _either(self, p: int, q: int) -> int:
        key = "or", min(p, q), max(p, q)
        if key not in self.joined:
            builder = self.builder
            self.joined[key] = builder.plain("where", p, builder.constant(1.0), builder.plain("taken", q))
        return self.joined[key]

    def _merged(self, one: Row, other: Row) -> Row:
        """The sum of two rows, which lengthens the entries of the longer one where nobody else did."""
        if one.length < other.length:
            one, other = other, one
        entries = one.entries
        more = list(other.entries.items())[: other.length]
        if len(entries) != one.length or any([lane in entries for lane, _ in more]):
            entries = dict(list(entries.items())[: one.length])
        for lane, i in more:
            known = entries.get(lane)
            entries[lane] = i if known is None else self.builder.operation("add", (known, i))
        return Row(entries, len(entries), one.lanes)

    # --- from numbers to lanes, and back --------------------------------------------------------------------

    def fill(self, i: int, lanes: int, lane: int) -> int:
        """A number in one lane, which the others do not receive."""
        if i >= SYMBOLS and self._get(i) is None:
            return self.absent(lanes)
        return self._new(Row({lane: i}, 1, lanes), lanes)

    def spread(self, i: int, lanes: int) -> int:
        """A number in every lane."""
        if i >= SYMBOLS and self._get(i) is None:
            return self.absent(lanes)
        mask, number = self._apart(i)
        wide = self.builder.emit(BROADCAST, (number,), lanes)
        return wide if mask is None else self.masked(mask, wide)

    def pick(self, i: int, lanes: int, lane: int) -> int:
        """The number of one lane."""
        made = self._get(i) if i >= SYMBOLS else Masked(i, i)
        if made is None:
            return self.absent(0)
        if isinstance(made, Row):
            entries = dict(list(made.entries.items())[: made.length])
            return entries[lane] if lane in entries else self.absent(0)
        mask, number = self._apart(i)
        one = self._one(number, lanes, lane)
        return one if mask is None else self.masked(self._one(mask, lanes, lane), one)

    def _one(self, i: int, lanes: int, lane: int) -> int:
        return self.builder.emit(PICK, (i,), lanes, lane) if self.builder.lanes.get(i) else i

    def total(self, i: int, lanes: int) -> int:
        """The sum over lanes: masked where no lane counts."""
        if i >= SYMBOLS and self._get(i) is None:
            return self.absent(0)
        builder = self.builder
        mask, number = self._apart(i)
        if mask is None:
            return builder.emit(LANE_TOTAL, (number,), lanes)
        if not builder.lanes.get(mask):
            return self.masked(mask, builder.emit(LANE_TOTAL, (number,), lanes))
        key = "any", mask, lanes
        if key not in self.joined:
            self.joined[key] = builder.emit(LANE_TOTAL, (builder.plain("taken", mask),), lanes)
        total = builder.emit(LANE_TOTAL, (self._silent(mask, number),), lanes)
        return self.masked(self.joined[key], total)
