"""A program as LLVM assembly: straight-line functions, loops over blocks of lanes, and `run`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from autograd.compiler import helpers, kernels
from autograd.compiler.emit import Block, literal
from autograd.compiler.layout import CHUNK, Chunk, Layout, is_gathered
from autograd.compiler.lowering import FSUM, lower
from autograd.compiler.matrices import Call, Place, Table
from autograd.compiler.program import (
    BROADCAST,
    LANE_FSUM,
    LANE_SUM,
    LANE_TOTAL,
    ONEHOT,
    PICK,
    STACK,
    Program,
)


class Assembly:
    """The text of a program's module, its layout, and the primitives it calls back to Python for."""

    def __init__(self, program: Program, width: int, fast: bool = False, chunk: int = CHUNK) -> None:
        self.program = program
        self.layout = Layout(program, width, chunk)
        self.order = self.layout.plan.order  # what is left to compute in straight lines, and blocks
        self.width = width
        self.flags = "reassoc contract arcp nsz " if fast else ""
        self.needs: set[tuple[str, int]] = set()
        self.callbacks: set[str] = set()
        self.kernels: set[tuple[str, int, int]] = set()
        self.tables: list[array[int]] = []  # which the machine code reads
        self.functions: list[str] = []
        self.main: list[str] = []
        self.scratch = 0
        self.presets: list[tuple[int, float]] = []
        self._constants()
        for at, chunks in enumerate(self.layout.phases):
            if at % 2:
                self._loops(at, chunks)
            else:
                self._totals(at - 1)
                for piece in chunks:
                    self._chunk(piece)
        self.text = self._module()

    @property
    def size(self) -> int:
        """How many numbers the workspace has room for."""
        return self.layout.size

    def address(self, i: int) -> int:
        """The place of a number in the workspace."""
        return self.layout.address(i)

    def _constants(self) -> None:
        """Constants that are outputs themselves, or copied from memory, have a place of their own."""
        program = self.program
        gathered = [
            self.layout.source(i)
            for name, operands, _, _ in program.instructions
            if is_gathered(name, operands, program.inputs)
            for i in operands
        ]
        for i in (*program.outputs, *gathered):
            if program.inputs <= i < program.first and i not in self.layout.place:
                place = self.layout.place[i] = self.layout.reserve(1)
                self.presets.append((place, program.constants[i - program.inputs]))

    def _module(self) -> str:
        declared = helpers.helpers(self.needs, self.callbacks)
        parts = [*declared, helpers.STRIDED, helpers.FILL, helpers.ORDERED]
        if self.layout.groups:
            parts.append(helpers.totals(self.width))
        parts += [self._kernel(*kernel) for kernel in sorted(self.kernels)]
        body = "\n".join(self.main)
        parts += [*self.functions, f"define void @run(ptr noalias %w) {{\n{body}\nret void\n}}"]
        return "\n".join(parts)

    def _kernel(self, name: str, rows: int, size: int) -> str:
        if name == "gather":
            return kernels.GATHER
        return (kernels.dots if name == "dots" else kernels.pairs)(rows, size, self.width, self.flags)

    def _chunk(self, piece: Chunk) -> None:
        name = f"@chunk{len(self.functions)}"
        lines = _Writer(self, piece).lines
        body = "\n".join(lines)
        lane = f", ptr %lane, <{self.width} x i1> %mask" if piece.lanes else ""
        self.functions.append(
            f"define internal void {name}(ptr noalias %w{lane}) noinline {{\n{body}\nret void\n}}"
        )
        if not piece.lanes:
            self.main.append(f"call void {name}(ptr %w)")

    def _loops(self, at: int, chunks: list[Chunk]) -> None:
        for lanes in dict.fromkeys([piece.lanes for piece in chunks]):
            calls: list[str] = []
            for piece in chunks:
                if piece.lanes == lanes:
                    calls.append(f"@chunk{len(self.functions)}")
                    self._chunk(piece)
            group = self.layout.groups.get((at, lanes), [])
            if group:
                # -0.0 is the zero of addition, also for the accumulators.
                start = self.layout.totals[group[0]]
                count = len(group) * self.width
                self._call("fill", f"ptr {self._at(start)}, i64 {count}, double {helpers.MINUS_ZERO}")
            self._loop(lanes, calls)

    def _loop(self, lanes: int, calls: list[str]) -> None:
        width = self.width
        name = f"@loop{len(self.functions)}"
        bits = f"<{width} x i1>"
        indices = f"<{width} x i64>"
        steps = ", ".join([f"i64 {i}" for i in range(width)])
        inner = "\n".join([f"  call void {c}(ptr %w, ptr %lane, {bits} %mask)" for c in calls])
        zeros = ", ".join(["i32 0"] * width)
        self.functions.append(
            f"""define internal void {name}(ptr noalias %w) noinline {{
entry:
  br label %loop
loop:
  %b = phi i64 [0, %entry], [%next, %loop]
  %lane = getelementptr double, ptr %w, i64 %b
  %left = sub i64 {lanes}, %b
  %left.1 = insertelement {indices} undef, i64 %left, i32 0
  %left.n = shufflevector {indices} %left.1, {indices} undef, <{width} x i32> <{zeros}>
  %mask = icmp slt {indices} <{steps}>, %left.n
{inner}
  %next = add i64 %b, {width}
  %more = icmp slt i64 %next, {lanes}
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""
        )
        self.main.append(f"call void {name}(ptr %w)")

    def _totals(self, at: int) -> None:
        for (loop, _), group in self.layout.groups.items():
            if loop == at:
                start, results = self.layout.totals[group[0]], self.layout.place[group[0]]
                squares = -(-len(group) // self.width)
                self._call("totals", f"ptr {self._at(start)}, ptr {self._at(results)}, i64 {squares}")

    def _call(self, function: str, operands: str) -> None:
        self.main.append(f"call void @{function}({operands})")

    def _at(self, place: int) -> str:
        self.scratch += 1
        self.main.append(f"%m{self.scratch} = getelementptr double, ptr %w, i64 {place}")
        return f"%m{self.scratch}"


class _Writer:
    """Writes the lines of one chunk: loads what it reads from elsewhere, stores what others read."""

    def __init__(self, assembly: Assembly, piece: Chunk) -> None:
        self.assembly = assembly
        self.layout = assembly.layout
        self.program = assembly.program
        self.lanes = piece.lanes
        self.block = Block(assembly.width if piece.lanes else 1, assembly.needs, assembly.flags)
        self.names: dict[int, str] = {}
        self.pointers = 0
        for i in piece.values:
            self.write(i)
        self.lines = self.block.lines

    def write(self, i: int) -> None:
        name, operands, lanes, lane = self.program.instructions[i - self.program.first]
        if i in self.layout.calls:
            for call in self.layout.calls[i]:
                self.call(call)
        elif name == LANE_TOTAL:
            self.accumulate(i, self.read(operands[0]))
        elif name == STACK:
            self.stack(operands, self.layout.place[i])
        elif name == BROADCAST:
            if i in self.layout.place:  # else it is read as the number it is
                number = self.read(operands[0])
                start = self.pointer(self.layout.place[i])
                self.line(f"call void @fill(ptr {start}, i64 {lanes}, double {number})")
        elif name == ONEHOT:
            place = self.layout.place[i]
            number = self.read(operands[0])
            self.line(f"call void @fill(ptr {self.pointer(place)}, i64 {lanes}, double {literal(0.0)})")
            self.line(f"store double {number}, ptr {self.pointer(place + lane)}")
        elif name == PICK:
            return
        elif name in (LANE_SUM, LANE_FSUM):
            start = self.pointer(self.layout.place[operands[0]])
            if name == LANE_FSUM:
                self.block.needs.add((f"{FSUM}/0", 1))
            function = "@ordered" if name == LANE_SUM else f"@{FSUM}.1"
            self.keep(i, self.block.new(f"call double {function}(ptr {start}, i64 {lanes})"))
        else:
            given = [self.read(j) for j in operands]
            self.keep(i, lower(self.block, self.assembly.callbacks, name, given))

    def call(self, call: Call) -> None:
        """A kernel's call."""
        name, rows, size = call.kernel
        self.assembly.kernels.add(call.kernel)
        given = []
        for x in call.operands:
            if isinstance(x, Place):
                given.append(f"ptr {self.pointer(x.at)}")
            elif isinstance(x, Table):
                self.assembly.tables.append(array("q", x.places))
                given.append(f"ptr inttoptr (i64 {self.assembly.tables[-1].buffer_info()[0]} to ptr)")
            else:
                given.append(f"double {literal(x)}" if isinstance(x, float) else f"i64 {x}")
        if name == "gather":
            self.line(f"call void @gather(ptr %w, {', '.join(given)})")
        else:
            self.line(f"call void @{name}.{rows}.{size}({', '.join(given)})")

    def keep(self, i: int, name: str) -> None:
        """Remember the value, and store it where another chunk reads it."""
        self.names[i] = name
        place = self.layout.place.get(i)
        if place is not None:
            pointer = self.pointer(place, bool(self.lanes) and i not in self.layout.blocks)
            self.line(f"store {self.block.type} {name}, ptr {pointer}, align 8")

    def read(self, i: int) -> str:
        """The value's name here: a literal, a value of this chunk, or a load."""
        program = self.program
        if program.inputs <= i < program.first:
            return self.block.constant(program.constants[i - program.inputs])
        known = self.names.get(i)
        if known is not None:
            return known
        i = self.layout.source(i)
        if program.inputs <= i < program.first:
            return self.block.constant(program.constants[i - program.inputs])
        if self.layout.lanes[i]:
            pointer = self.pointer(self.layout.place[i], i not in self.layout.blocks)
            name = self.block.new(f"load {self.block.type}, ptr {pointer}, align 8")
            self.names[i] = name
            return name
        known = None if self.lanes else self.names.get(i)
        if known is not None:
            return known
        name = self.block.new(f"load double, ptr {self.pointer(self.layout.address(i))}")
        if not self.lanes:
            self.names[i] = name
            return name
        width, kind = self.assembly.width, self.block.type
        one = self.block.new(f"insertelement {kind} undef, double {name}, i32 0")
        zeros = ", ".join(["i32 0"] * width)
        return self.block.new(f"shufflevector {kind} {one}, {kind} undef, <{width} x i32> <{zeros}>")

    def accumulate(self, i: int, name: str) -> None:
        pointer = self.pointer(self.layout.totals[i])
        block, kind = self.block, self.block.type
        old = block.new(f"load {kind}, ptr {pointer}, align 8")
        total = block.op("fadd", old, name)
        if self.lanes % self.assembly.width:
            total = block.select("%mask", total, old)  # the last block has lanes that nobody asked for
        self.line(f"store {kind} {total}, ptr {pointer}, align 8")

    def stack(self, operands: Sequence[int], place: int) -> None:
        if isinstance(operands, range) and operands.stop <= self.program.inputs:
            start, to = self.pointer(operands.start), self.pointer(place)
            self.line(f"call void @strided(ptr {start}, i64 {operands.step}, i64 {len(operands)}, ptr {to})")
            return
        if is_gathered(STACK, operands, self.program.inputs):
            places = [self.layout.address(self.layout.source(j)) for j in operands]
            self.call(Call(("gather", 0, 0), [Table(places), len(places), 1, Place(place), 1]))
            return
        for lane, j in enumerate(operands):
            number = self.read(j)
            self.line(f"store double {number}, ptr {self.pointer(place + lane)}")

    def pointer(self, place: int, moving: bool = False) -> str:
        """The address of a place; of lanes, that of the current block."""
        self.pointers += 1
        base = "%lane" if moving else "%w"
        self.line(f"%p{self.pointers} = getelementptr double, ptr {base}, i64 {place}")
        return f"%p{self.pointers}"

    def line(self, text: str) -> None:
        self.block.lines.append(text)
