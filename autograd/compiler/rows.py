"""Sums over lanes, recognised: what Python wrote lane by lane becomes one instruction over all lanes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.compiler.program import LANE_FSUM, LANE_SUM, PICK, Instruction


class _Run(NamedTuple):
    """A sum of the lanes 0 to `last` of a value, from left to right, after a 0.0 or not."""

    value: int
    last: int
    zero: bool


class Rows:
    """What is known of sums under construction, of lanes picked one by one.

    `made_by` tells what instruction made a value, `emit` makes one, `zero` tells whether a value is 0.0.
    """

    def __init__(
        self,
        made_by: Callable[[int], Instruction | None],
        emit: Callable[..., int],
        zero: Callable[[int], bool],
        constant: Callable[[float], int],
    ) -> None:
        self.made_by = made_by
        self.emit = emit
        self.zero = zero
        self.constant = constant
        self.runs: dict[int, _Run] = {}

    def grown(self, at: int, i: int, j: int) -> None:
        """The addition of i and j was made: does it continue a sum?"""
        run = self._continued(i, j)
        if run is not None:
            self.runs[at] = run

    def fsum(self, operands: Sequence[int]) -> int | None:
        """The exactly rounded sum of all lanes, where the operands are these, in whatever order."""
        made = self.made_by(operands[0])
        if made is None or made.name != PICK or made.lanes != len(operands):
            return None
        seen: set[int] = set()
        for i in operands:
            other = self.made_by(i)
            if other is None or other.name != PICK or other.operands[0] != made.operands[0]:
                return None
            seen.add(other.lane)
        return self.emit(LANE_FSUM, (made.operands[0],), made.lanes) if len(seen) == made.lanes else None

    def _picked(self, i: int) -> Instruction | None:
        made = self.made_by(i)
        return made if made is not None and made.name == PICK else None

    def _continued(self, i: int, j: int) -> _Run | None:
        for sum_, term in ((i, j), (j, i)):
            pick = self._picked(term)
            if pick is None:
                continue
            run = self.runs.get(sum_)
            if run is not None and run.value == pick.operands[0] and run.last + 1 == pick.lane:
                return _Run(run.value, pick.lane, run.zero)
            if self.zero(sum_) and pick.lane == 0:
                return _Run(pick.operands[0], 0, True)
            first = self._picked(sum_)
            if (
                first is not None
                and pick.operands[0] == first.operands[0]
                and (first.lane, pick.lane) == (0, 1)
            ):
                return _Run(pick.operands[0], 1, False)
        return None

    def add(self, i: int, j: int) -> int | None:
        """The sum over all lanes that this addition completes, or None."""
        run = self._continued(i, j)
        if run is None:
            return None
        pick = self._picked(j) or self._picked(i)
        if pick is None or run.last + 1 != pick.lanes:
            return None
        total = self.emit(LANE_SUM, (run.value,), pick.lanes)
        return self.emit("add", (self.constant(0.0), total)) if run.zero else total
