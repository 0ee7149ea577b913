"""The loops that blocks run in, as LLVM assembly: tiles of accumulators that stay in registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograd.compiler.emit import literal

# Copies pieces of some length from the places in a table to neighbours a step apart.
GATHER: Final = """
define internal void @gather(ptr %w, ptr %table, i64 %count, i64 %length, ptr %to, i64 %step) noinline {
entry:
  br label %piece
piece:
  %i = phi i64 [0, %entry], [%i.next, %piece.done]
  %entry.p = getelementptr i64, ptr %table, i64 %i
  %place = load i64, ptr %entry.p
  %from = getelementptr double, ptr %w, i64 %place
  %offset = mul i64 %i, %step
  %there = getelementptr double, ptr %to, i64 %offset
  br label %copy
copy:
  %j = phi i64 [0, %piece], [%j.next, %copy]
  %p = getelementptr double, ptr %from, i64 %j
  %q = getelementptr double, ptr %there, i64 %j
  %x = load double, ptr %p
  store double %x, ptr %q
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %length
  br i1 %j.more, label %copy, label %piece.done
piece.done:
  %i.next = add i64 %i, 1
  %more = icmp slt i64 %i.next, %count
  br i1 %more, label %piece, label %done
done:
  ret void
}
"""


def room(lanes: int, width: int) -> int:
    """How many doubles a value of so many lanes takes: whole registers, and no power of two where many.

    Neighbours of 4096 bytes each would compete for the same few lines of the cache.

    >>> room(10, 4), room(1024, 8)
    (12, 1032)
    """
    registers = -(-lanes // width)
    return width * (registers if registers < 8 else registers | 1)


def tile(registers: int, width: int) -> tuple[int, int]:
    """Rows and registers a row of a tile of dots: as many accumulators as the machine has registers for."""
    across = min(registers, 4)
    return max(1, min(8, (24 if width == 8 else 10) // across)), across


class _Text:
    """Lines of assembly under construction, on registers of `width` doubles."""

    def __init__(self, width: int, flags: str) -> None:
        self.width = width
        self.kind = f"<{width} x double>"
        self.flags = flags
        self.lines: list[str] = []
        self.count = 0

    def put(self, *lines: str) -> None:
        self.lines += lines

    def new(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"%n{self.count} = {text}")
        return f"%n{self.count}"

    def at(self, base: str, offset: str) -> str:
        """The address of a double so far from another."""
        return self.new(f"getelementptr double, ptr {base}, i64 {offset}")

    def load(self, base: str, offset: str) -> str:
        return self.new(f"load {self.kind}, ptr {self.at(base, offset)}, align 8")

    def spread(self, number: str) -> str:
        """A number in every lane."""
        one = self.new(f"insertelement {self.kind} undef, double {number}, i32 0")
        zeros = ", ".join(["i32 0"] * self.width)
        return self.new(f"shufflevector {self.kind} {one}, {self.kind} undef, <{self.width} x i32> <{zeros}>")

    def op(self, name: str, x: str, y: str) -> str:
        return self.new(f"{name} {self.flags}{self.kind} {x}, {y}")

    def constant(self, x: float) -> str:
        return f"<{', '.join([f'double {literal(x)}'] * self.width)}>"


def dots(rows: int, across: int, width: int, flags: str) -> str:
    """Tiles of `rows` times `across` registers: each the sum of numbers times registers, in order.

    The number of row r and column k stands at w + r * row + k * step, the lanes of column k at v + k * next,
    those of result r go to `to` + r * room; there are `tiles` of them below and `passes` beside each other.
    """
    t = _Text(width, flags)
    name = f"dots.{rows}.{across}"
    t.put(
        f"define internal void @{name}(ptr %w, i64 %row, i64 %step, ptr %v, i64 %next, i64 %count, "
        "ptr %to, i64 %room, i64 %tiles, i64 %passes, double %start) noinline {",
        "entry:",
    )
    start = t.spread("%start")
    t.put("br label %pass", "pass:", "%p = phi i64 [0, %entry], [%p.next, %pass.done]")
    offset = t.new(f"mul i64 %p, {across * width}")
    lanes, there = t.at("%v", offset), t.at("%to", offset)
    t.put("br label %tile", "tile:", "%t = phi i64 [0, %pass], [%t.next, %tile.done]")
    first = t.new(f"mul i64 %t, {rows}")
    bases = [t.at("%w", t.new(f"mul i64 {first}, %row"))]
    for _ in range(rows - 1):
        bases.append(t.at(bases[-1], "%row"))
    cells = [(r, a) for r in range(rows) for a in range(across)]
    t.put("br label %k", "k:", "%i = phi i64 [0, %tile], [%i.next, %k]")
    t.put(f"%lane = phi ptr [{lanes}, %tile], [%lane.next, %k]", "%o = phi i64 [0, %tile], [%o.next, %k]")
    t.put(*[f"%a{r}.{a} = phi {t.kind} [{start}, %tile], [%s{r}.{a}, %k]" for r, a in cells])
    given = [t.load("%lane", str(a * width)) for a in range(across)]
    for r in range(rows):
        number = t.spread(t.new(f"load double, ptr {t.at(bases[r], '%o')}"))
        for a in range(across):
            product = t.op("fmul", number, given[a])
            t.put(f"%s{r}.{a} = fadd {flags}{t.kind} %a{r}.{a}, {product}")
    t.put("%lane.next = getelementptr double, ptr %lane, i64 %next", "%o.next = add i64 %o, %step")
    t.put("%i.next = add i64 %i, 1", "%i.more = icmp slt i64 %i.next, %count")
    t.put("br i1 %i.more, label %k, label %tile.done", "tile.done:")
    result = t.at(there, t.new(f"mul i64 {first}, %room"))
    for r in range(rows):
        for a in range(across):
            t.put(f"store {t.kind} %s{r}.{a}, ptr {t.at(result, str(a * width))}, align 8")
        result = t.at(result, "%room")
    t.put("%t.next = add i64 %t, 1", "%t.more = icmp slt i64 %t.next, %tiles")
    t.put("br i1 %t.more, label %tile, label %pass.done", "pass.done:")
    t.put("%p.next = add i64 %p, 1", "%p.more = icmp slt i64 %p.next, %passes")
    t.put("br i1 %p.more, label %pass, label %done", "done:", "ret void", "}")
    return "\n".join(t.lines)


def pairs(rows: int, lanes: int, width: int, flags: str) -> str:
    """Sums over lanes of products, for tiles of `rows` rows and `width` columns, in the order of `totals`.

    The lanes of row r stand at a + r * next, those of column c at b + c * beside; the results of a row are
    neighbours, rows are `room` apart; there are `tiles` below and `squares` beside each other.
    """
    t = _Text(width, flags)
    t.put(
        f"define internal void @pairs.{rows}.{lanes}(ptr %a, i64 %next, ptr %b, i64 %beside, ptr %to, "
        "i64 %room, i64 %tiles, i64 %squares) noinline {",
        "entry:",
        "br label %square",
        "square:",
        "%g = phi i64 [0, %entry], [%g.next, %square.done]",
    )
    start = t.new(f"mul i64 %g, {width}")
    lefts = [t.at("%b", t.new(f"mul i64 {start}, %beside"))]
    for _ in range(width - 1):
        lefts.append(t.at(lefts[-1], "%beside"))
    whole = lanes // width
    end = "tile.done" if whole > 4 else "tile"
    # All rows meet the same few columns, which stay in the nearest cache.
    t.put("br label %tile", "tile:", f"%t = phi i64 [0, %square], [%t.next, %{end}]")
    first = t.new(f"mul i64 %t, {rows}")
    tops = [t.at("%a", t.new(f"mul i64 {first}, %next"))]
    theres = [t.at("%to", t.new(f"mul i64 {first}, %room"))]
    for _ in range(rows - 1):
        tops.append(t.at(tops[-1], "%next"))
        theres.append(t.at(theres[-1], "%room"))
    sums = [[""] * width for _ in range(rows)]
    if whole > 4:
        _rolled(t, tops, lefts, whole, sums)
    else:
        for block in range(whole):
            _block(t, tops, lefts, str(block * width), sums)
    if lanes % width:
        bits = f"<{', '.join([f'i1 {int(i < lanes % width)}' for i in range(width)])}>"
        _block(t, tops, lefts, str(whole * width), sums, bits)
    for there, row in zip(theres, sums, strict=True):
        t.put(f"store {t.kind} {folded(t.lines, row, width, there[1:])}, ptr {t.at(there, start)}, align 8")
    t.put("%t.next = add i64 %t, 1", "%t.more = icmp slt i64 %t.next, %tiles")
    t.put("br i1 %t.more, label %tile, label %square.done", "square.done:")
    t.put("%g.next = add i64 %g, 1", "%g.more = icmp slt i64 %g.next, %squares")
    t.put("br i1 %g.more, label %square, label %done", "done:", "ret void", "}")
    return "\n".join(t.lines)


def _block(
    t: _Text, tops: list[str], lefts: list[str], offset: str, sums: list[list[str]], bits: str = ""
) -> None:
    """Add the products of one register of lanes; those of lanes that nobody asked for are left out."""
    zero = t.constant(-0.0)
    given = [t.load(top, offset) for top in tops]
    for c, left in enumerate(lefts):
        column = t.load(left, offset)
        for r, x in enumerate(given):
            product = t.op("fmul", x, column)
            if bits:
                product = t.new(f"select <{t.width} x i1> {bits}, {t.kind} {product}, {t.kind} {zero}")
            sums[r][c] = t.op("fadd", sums[r][c], product) if sums[r][c] else product


def _rolled(t: _Text, tops: list[str], lefts: list[str], whole: int, sums: list[list[str]]) -> None:
    """The blocks of all whole registers as a loop."""
    zero = t.constant(-0.0)
    cells = [(r, c) for r in range(len(tops)) for c in range(t.width)]
    t.put("br label %block", "block:", "%o = phi i64 [0, %tile], [%o.next, %block]")
    for r, c in cells:
        t.put(f"%a{r}.{c} = phi {t.kind} [{zero}, %tile], [%s{r}.{c}, %block]")
    given = [t.load(top, "%o") for top in tops]
    for c, left in enumerate(lefts):
        column = t.load(left, "%o")
        for r, x in enumerate(given):
            product = t.op("fmul", x, column)
            t.put(f"%s{r}.{c} = fadd {t.flags}{t.kind} %a{r}.{c}, {product}")
            sums[r][c] = f"%s{r}.{c}"
    t.put(f"%o.next = add i64 %o, {t.width}", f"%o.more = icmp slt i64 %o.next, {whole * t.width}")
    t.put("br i1 %o.more, label %block, label %tile.done", "tile.done:")


def folded(lines: list[str], rows: Sequence[str], width: int, name: str) -> str:
    """A register of the sums of `width` registers: of eight, ((0+1) + (2+3)) + ((4+5) + (6+7)).

    They are found at once by halving; the order is the same in every sum.
    """
    kind = f"<{width} x double>"
    even = ", ".join([f"i32 {i}" for i in range(0, 2 * width, 2)])
    odd = ", ".join([f"i32 {i}" for i in range(1, 2 * width, 2)])
    fresh = 0
    while len(rows) > 1:
        merged = []
        for x, y in zip(rows[::2], rows[1::2], strict=True):
            fresh += 1
            e, o, s = (f"%{letter}.{name}.{fresh}" for letter in "eos")
            lines.append(f"{e} = shufflevector {kind} {x}, {kind} {y}, <{width} x i32> <{even}>")
            lines.append(f"{o} = shufflevector {kind} {x}, {kind} {y}, <{width} x i32> <{odd}>")
            lines.append(f"{s} = fadd {kind} {e}, {o}")
            merged.append(s)
        rows = merged
    return rows[0]
