"""Where and when: the order in which a program runs, and the place of every value that must be in memory.

Numbers and lanes alternate in phases: even phases compute numbers, odd ones run loops over blocks of lanes.
Within a phase the code is cut into chunks of bounded length, so that compile time is linear. A value that
is used in another chunk than its own has a place in the workspace, one array of doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.compiler.blocks import Dots, plan
from autograd.compiler.kernels import room
from autograd.compiler.matrices import Call, Workspace
from autograd.compiler.program import (
    BROADCAST,
    LANE_TOTAL,
    ONEHOT,
    PICK,
    REDUCTIONS,
    SPREADS,
    STACK,
    Program,
)

CHUNK: Final = 300  # instructions in one function: longer ones compile slower and run no faster


GATHERED: Final = 32  # stacks of more operands are copied by a loop: compile time is linear


def is_gathered(name: str, operands: Sequence[int], inputs: int) -> bool:
    """Whether the instruction is a stack whose operands are copied from their places in the workspace."""
    if name != STACK or len(operands) <= GATHERED:
        return False
    return not (isinstance(operands, range) and operands.stop <= inputs)


class Chunk(NamedTuple):
    """A stretch of instructions, by their value numbers, that becomes one function."""

    lanes: int
    values: list[int]


class Layout:
    """The chunks of a program in the order they run, and the places of its values in the workspace."""

    def __init__(self, program: Program, width: int, chunk: int = CHUNK) -> None:
        self.program = program
        self.width = width
        self.plan = plan(program)
        count = program.first + len(program)
        self.lanes = [0] * count  # how many lanes each value has
        self.phase = [0] * count
        for i in self.plan.order:
            self._schedule(i)
        self.phases: list[list[Chunk]] = []  # odd ones: the chunks of one loop are neighbours
        self.unit: dict[int, int] = {}  # the chunk that makes a value
        self._cut(chunk)
        self.place: dict[int, int] = {}
        self.totals: dict[int, int] = {}  # the accumulators of a LANE_TOTAL
        self.blocks: set[int] = set()  # lanes kept for one block of the loop only
        self.size = program.inputs
        self._find_places()

    def _schedule(self, i: int) -> None:
        phase = self.phase
        block = self.plan.blocks.get(i)
        if block is not None:
            latest = max([phase[j] for j in block.operands()])
            for j in block.results:
                phase[j] = latest + latest % 2
                self.lanes[j] = block.lanes if isinstance(block, Dots) else 0
            return
        name, operands, lanes, _ = self.program.instructions[i - self.program.first]
        latest = 0
        if type(operands) is not range or operands.stop > self.program.inputs:
            for j in operands:
                latest = max(latest, phase[j])
        reduces = name in REDUCTIONS
        if reduces or name in SPREADS or not lanes:
            # Lanes that come from numbers are readied in the even phase before their loop.
            latest += reduces and (latest % 2 or 2 * (name == LANE_TOTAL))  # these are summed in a loop
            if name in SPREADS:
                latest += 1 - latest % 2
        else:
            latest += 1 - latest % 2
        phase[i] = latest
        self.lanes[i] = 0 if reduces else lanes

    def _cut(self, chunk: int) -> None:
        first = self.program.first
        count = max(self.phase, default=0) + 2
        scalars: list[list[int]] = [[] for _ in range(count)]
        loops: list[dict[int, list[int]]] = [{} for _ in range(count)]
        for i in self.plan.order:
            name, operands, lanes, _ = self.program.instructions[i - first]
            at = self.phase[i]
            if i in self.plan.blocks:
                scalars[at].append(i)
            elif name in SPREADS:
                scalars[at - 1].append(i)
            elif name in REDUCTIONS:
                if name == LANE_TOTAL:
                    loops[self._loop_of(operands[0], at)].setdefault(lanes, []).append(i)
                else:
                    scalars[at].append(i)
            elif lanes:
                loops[at].setdefault(lanes, []).append(i)
            else:
                scalars[at].append(i)
        for at in range(count):
            chunks = [Chunk(0, part) for part in _parts(scalars[at], chunk)]
            for lanes, values in loops[at].items():
                chunks += [Chunk(lanes, part) for part in _parts(values, chunk)]
            self.phases.append(chunks)
        unit = 0
        for chunks in self.phases:
            for piece in chunks:
                for i in piece.values:
                    self.unit[i] = unit
                unit += 1

    def _loop_of(self, operand: int, at: int) -> int:
        """The odd phase in which the lanes of an operand are summed."""
        return self.phase[operand] if self.phase[operand] % 2 else at - 1

    def _find_places(self) -> None:
        program, plan = self.program, self.plan
        first = program.first
        outside: set[int] = set(program.outputs)  # read in another chunk or phase, or handed out
        across: set[int] = set()  # lanes read outside their loop
        space = Workspace(self.width, self.place, self.reserve, self.address, program.inputs)
        for block in plan.blocks.values():
            space.open(block)
            for i in block.operands():
                (across if self.lanes[i] else outside).add(i)
        for user in plan.order:
            name, operands, lanes, _ = program.instructions[user - first]
            if user in plan.blocks or (type(operands) is range and operands.stop <= program.inputs):
                continue
            unit = self.unit.get(user, -1)
            if is_gathered(name, operands, program.inputs):
                unit = -1  # from memory, also what the same chunk computes
            for i in operands:
                if i < first:
                    continue
                if self._source(i) != i:
                    outside.add(self._source(i))
                elif self.unit.get(i) != unit:
                    outside.add(i)
                if self.lanes[i] and (
                    (name in REDUCTIONS and name != LANE_TOTAL)
                    # lanes that are one number everywhere are read as that number
                    or (
                        lanes
                        and self.phase[user] != self.phase[i]
                        and name != LANE_TOTAL
                        and self.source(i) == i
                    )
                ):
                    across.add(i)
        totals: list[int] = []
        for i in plan.order:
            name, _, lanes, _ = program.instructions[i - first]
            if i in self.place:
                continue
            if name == LANE_TOTAL:
                totals.append(i)
            elif name in (STACK, ONEHOT) or i in across:
                self.place[i] = self.reserve(room(lanes, self.width))
            elif name == PICK:
                pass  # an address within its lanes
            elif i in outside and name != BROADCAST:
                if self.lanes[i]:
                    self.blocks.add(i)
                    self.place[i] = self.reserve(self.width)
                else:
                    self.place[i] = self.reserve(1)
        self._place_totals(totals)
        self.calls: dict[int, list[Call]] = {i: space.calls(block) for i, block in plan.blocks.items()}
        self.size += space.slack

    def _place_totals(self, totals: list[int]) -> None:
        """Accumulators and results of the sums over lanes: neighbours, one loop after another."""
        self.groups: dict[tuple[int, int], list[int]] = {}
        for i in totals:
            instruction = self.program.instructions[i - self.program.first]
            loop = self._loop_of(instruction.operands[0], self.phase[i])
            self.groups.setdefault((loop, instruction.lanes), []).append(i)
        for group in self.groups.values():
            room = -(-len(group) // self.width) * self.width  # whole squares, to be transposed
            start = self.reserve(room * self.width)
            results = self.reserve(room)
            for k, i in enumerate(group):
                self.totals[i] = start + k * self.width
                self.place[i] = results + k

    def reserve(self, count: int) -> int:
        """Room for so many doubles; more than one start where a register may."""
        if count > 1:
            self.size += -self.size % self.width
        start = self.size
        self.size += count
        return start

    def _source(self, i: int) -> int:
        """The number that a broadcast value is in every lane; other values themselves."""
        k = i - self.program.first
        if k >= 0 and self.program.instructions[k].name == BROADCAST:
            return self._source(self.program.instructions[k].operands[0])
        return i

    def source(self, i: int) -> int:
        """The value that holds the number."""
        return self._source(i)

    def address(self, i: int) -> int:
        """The place of a number in the workspace."""
        if i < self.program.inputs:
            return i
        k = i - self.program.first
        if k >= 0 and self.program.instructions[k].name == PICK:
            lanes = self.program.instructions[k].operands[0]
            return self.place[lanes] + self.program.instructions[k].lane
        return self.place[i]


def _parts(values: list[int], length: int) -> list[list[int]]:
    return [values[k : k + length] for k in range(0, len(values), length)]
