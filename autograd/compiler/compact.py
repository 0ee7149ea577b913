"""Compact mode: a long program as loops over groups of equal operations, with tables of operand places.

Code is one small loop for each kind of operation, whatever the program's length, so compiling takes the time
of writing the tables. A group runs its operations in order, so a chain of additions is one group too.
"""

from __future__ import annotations

from array import array
from collections import deque
from typing import Final

from autograd.compiler import helpers
from autograd.compiler.emit import Block
from autograd.compiler.lowering import lower
from autograd.compiler.program import Program

SHORTEST: Final = 30_000  # instructions; below, straight-line code is faster and still quick to compile
Kind = tuple[str, int]


def suits(program: Program) -> bool:
    """Whether compact mode is the better way: for long programs of single numbers."""
    return len(program) > SHORTEST and not any([i.lanes for i in program.instructions])


class CompactAssembly:
    """The loops' text, their tables, and the places of the outputs; as `straight.Assembly`."""

    def __init__(self, program: Program, fast: bool = False) -> None:
        self.program = program
        self.flags = "reassoc contract arcp nsz " if fast else ""
        self.needs: set[tuple[str, int]] = set()
        self.callbacks: set[str] = set()
        self.kernels: set[tuple[str, int, int]] = set()  # none here
        self.kinds: dict[Kind, int] = {}
        self.groups = array("q")  # kind, count, first result, first index: four words a group
        self.indices = array("i")
        self.place: list[int] = [*range(program.first), *[0] * len(program)]
        self.size = program.first
        self.presets = list(enumerate(program.constants, program.inputs))
        self._schedule()
        self.tables = [self.groups, self.indices]  # which the machine code reads
        self.order = range(program.first, program.first + len(program))
        self.text = self._module()

    def address(self, i: int) -> int:
        """The place of a value in the workspace."""
        return self.place[i]

    def _schedule(self) -> None:
        """Run all operations of one kind that are or become ready; the kind with the most first."""
        program = self.program
        first = program.first
        waiting, users = _dependencies(program)
        ready: dict[Kind, deque[int]] = {}
        kinds = [(name, len(operands)) for name, operands, _, _ in program.instructions]
        for k, count in enumerate(waiting):
            if count == 0:
                ready.setdefault(kinds[k], deque()).append(k)
        while ready:
            kind = max(ready, key=lambda kind: len(ready[kind]))
            queue = ready[kind]
            done: list[int] = []
            while queue:
                k = queue.popleft()
                done.append(k)
                for user in users[k] or ():
                    waiting[user] -= 1
                    if waiting[user] == 0:
                        ready.setdefault(kinds[user], deque()).append(user)
            del ready[kind]
            self._group(kind, done, first)

    def _group(self, kind: Kind, done: list[int], first: int) -> None:
        number = self.kinds.setdefault(kind, len(self.kinds))
        self.groups.extend((number, len(done), self.size, len(self.indices)))
        place, instructions, indices = self.place, self.program.instructions, self.indices
        for at, k in enumerate(done, self.size):
            place[first + k] = at
            indices.extend([place[i] for i in instructions[k].operands])
        self.size += len(done)

    def _module(self) -> str:
        loops = [self._loop(number, *kind) for kind, number in self.kinds.items()]
        cases = " ".join([f"i64 {number}, label %kind{number}" for number in self.kinds.values()])
        calls = "\n".join(
            [
                f"kind{n}:\n  call void @loop{n}(ptr %w, ptr %indices, i64 %count, ptr %to)\n  br label %next"
                for n in self.kinds.values()
            ]
        )
        declared = helpers.helpers(self.needs, self.callbacks)
        return "\n".join(
            [
                *declared,
                *loops,
                _DRIVER.format(
                    cases=cases,
                    calls=calls,
                    groups=self.groups.buffer_info()[0],
                    indices=self.indices.buffer_info()[0],
                    count=len(self.groups) // 4,
                ),
            ]
        )

    def _loop(self, number: int, name: str, operands: int) -> str:
        block = Block(1, self.needs, self.flags)
        given = []
        for j in range(operands):
            block.lines.append(f"%i{j} = getelementptr i32, ptr %row, i64 {j}")
            block.lines.append(f"%n{j} = load i32, ptr %i{j}")
            block.lines.append(f"%p{j} = getelementptr double, ptr %w, i32 %n{j}")
            given.append(block.new(f"load double, ptr %p{j}"))
        result = lower(block, self.callbacks, name, given)
        return _LOOP.format(number=number, operands=operands, body="\n".join(block.lines), result=result)


def _dependencies(program: Program) -> tuple[list[int], list[list[int] | None]]:
    """For each instruction the number of operands it waits for, and the instructions that wait for it."""
    first = program.first
    waiting = [0] * len(program)
    users: list[list[int] | None] = [None] * len(program)
    for k, (_, operands, _, _) in enumerate(program.instructions):
        for i in operands:
            if i >= first:
                waiting[k] += 1
                known = users[i - first]
                if known is None:
                    users[i - first] = [k]
                else:
                    known.append(k)
    return waiting, users


_LOOP: Final = """define internal void @loop{number}(ptr %w, ptr %indices, i64 %count, ptr %to) noinline {{
entry:
  br label %loop
loop:
  %k = phi i64 [0, %entry], [%k.next, %loop]
  %offset = mul i64 %k, {operands}
  %row = getelementptr i32, ptr %indices, i64 %offset
{body}
  %z = getelementptr double, ptr %to, i64 %k
  store double {result}, ptr %z
  %k.next = add i64 %k, 1
  %more = icmp slt i64 %k.next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""

_DRIVER: Final = """define void @run(ptr %w) {{
entry:
  br label %loop
loop:
  %g = phi i64 [0, %entry], [%g.next, %next]
  %word = mul i64 %g, 4
  %group = getelementptr i64, ptr inttoptr (i64 {groups} to ptr), i64 %word
  %count.p = getelementptr i64, ptr %group, i64 1
  %to.p = getelementptr i64, ptr %group, i64 2
  %index.p = getelementptr i64, ptr %group, i64 3
  %kind = load i64, ptr %group
  %count = load i64, ptr %count.p
  %to.n = load i64, ptr %to.p
  %index = load i64, ptr %index.p
  %to = getelementptr double, ptr %w, i64 %to.n
  %indices = getelementptr i32, ptr inttoptr (i64 {indices} to ptr), i64 %index
  switch i64 %kind, label %next [{cases}]
{calls}
next:
  %g.next = add i64 %g, 1
  %more = icmp slt i64 %g.next, {count}
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""
