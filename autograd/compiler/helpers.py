"""The small functions that straight-line code calls: C's mathematics on lanes, sums and copies of lanes."""

from __future__ import annotations

from typing import Final

from autograd.compiler.emit import Block, callback, literal
from autograd.compiler.kernels import folded
from autograd.compiler.translation import translated, vectorised
from autograd.compiler.vector import VECTOR, usable

# Copies count numbers, a stride apart, to neighbours.
STRIDED: Final = """
define internal void @strided(ptr %from, i64 %stride, i64 %count, ptr %to) noinline {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %j = mul i64 %i, %stride
  %p = getelementptr double, ptr %from, i64 %j
  %q = getelementptr double, ptr %to, i64 %i
  %x = load double, ptr %p
  store double %x, ptr %q
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}
"""
# Writes one number count times.
FILL: Final = """
define internal void @fill(ptr %to, i64 %count, double %x) noinline {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %q = getelementptr double, ptr %to, i64 %i
  store double %x, ptr %q
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}
"""
# Adds neighbours from left to right.
ORDERED: Final = """
define internal double @ordered(ptr %from, i64 %count) noinline {
entry:
  %first = load double, ptr %from
  br label %test
test:
  %i = phi i64 [1, %entry], [%next, %loop]
  %sum = phi double [%first, %entry], [%total, %loop]
  %more = icmp slt i64 %i, %count
  br i1 %more, label %loop, label %done
loop:
  %p = getelementptr double, ptr %from, i64 %i
  %x = load double, ptr %p
  %total = fadd double %sum, %x
  %next = add i64 %i, 1
  br label %test
done:
  ret double %sum
}
"""


def helpers(needs: set[tuple[str, int]], callbacks: set[str]) -> list[str]:
    """Declarations and definitions of what blocks called, as `Block.needs` names it, and of what these call.

    `needs` gains what is called by what was called.
    """
    found: dict[tuple[str, int], str] = {}
    waiting = sorted(needs)
    while waiting:
        need, width = waiting.pop()
        key = need.rpartition("/")[0] or need, width
        if key not in found:
            found[key], more = _helper(need, width)
            waiting += sorted(more)
            needs |= more
    calls = [f"declare double @{callback(name)}(ptr, i64)" for name in sorted(callbacks)]
    return [*dict.fromkeys([found[key] for key in sorted(found)]), *calls]


def _helper(need: str, width: int) -> tuple[str, frozenset[tuple[str, int]]]:
    if need.startswith("declare "):
        return need, frozenset()
    name, _, count = need.rpartition("/")
    operands = int(count)
    if name.startswith("llvm."):
        kind = "double" if width == 1 else f"<{width} x double>"
        return f"declare {kind} @{name}({', '.join([kind] * operands)})", frozenset()
    if width > 1 and name in VECTOR and usable():
        block = Block(width, set())
        result = VECTOR[name](block, "%x")
        body = "\n".join([*block.lines, f"ret {block.type} {result}"])
        text = f"define internal {block.type} @{name}.{width}({block.type} %x) noinline {{\n{body}\n}}"
        return text, frozenset(block.needs)
    if width > 1 and name.endswith(".where"):
        function = name.removesuffix(".where")
        return _by_chosen_lanes(function, operands, width), frozenset({(f"{function}/{operands}", 1)})
    if width > 1:
        whole = vectorised(name, width) if name.startswith("autograd.") else None
        return whole or (_by_lanes(name, operands, width), frozenset({(need, 1)}))
    if name.startswith("python."):
        return _listed(name, operands, name.rpartition(".")[0]), frozenset()
    if not name.startswith("autograd."):
        return f"declare double @{name}.1({', '.join(['double'] * operands)})", frozenset()
    function, _, last = name.rpartition(".")
    if last == f"of{operands}":
        return _listed(name, operands, f"{function}.1"), frozenset({(f"{function}/0", 1)})
    return translated(name)


def _by_lanes(name: str, operands: int, width: int) -> str:
    """A function of doubles, called for each lane."""
    kind = f"<{width} x double>"
    given = ", ".join([f"{kind} %a{k}" for k in range(operands)])
    lines = [f"define internal {kind} @{name}.{width}({given}) noinline {{"]
    result = "undef"
    for lane in range(width):
        lines += _lane(name, operands, width, lane)
        lines.append(f"%r{lane} = insertelement {kind} {result}, double %y{lane}, i32 {lane}")
        result = f"%r{lane}"
    lines += [f"ret {kind} {result}", "}"]
    return "\n".join(lines)


def _by_chosen_lanes(name: str, operands: int, width: int) -> str:
    """A function of doubles, called for each lane whose bit is set; the others are given."""
    kind, bits = f"<{width} x double>", f"<{width} x i1>"
    given = ", ".join([f"{kind} %a{k}" for k in range(operands)])
    lines = [
        f"define internal {kind} @{name}.where.{width}({bits} %bits, {kind} %given, {given}) noinline {{",
        f"%all = bitcast {bits} %bits to i{width}",
        f"%none = icmp eq i{width} %all, 0",
        "br i1 %none, label %done, label %lane0",
        "done:",
        f"ret {kind} %given",
    ]
    result = "%given"
    for lane in range(width):
        lines += [
            f"lane{lane}:",
            f"%bit{lane} = extractelement {bits} %bits, i32 {lane}",
            f"br i1 %bit{lane}, label %call{lane}, label %after{lane}",
            f"call{lane}:",
            *_lane(name, operands, width, lane),
            f"%r{lane} = insertelement {kind} {result}, double %y{lane}, i32 {lane}",
            f"br label %after{lane}",
            f"after{lane}:",
            f"%s{lane} = phi {kind} [{result}, %lane{lane}], [%r{lane}, %call{lane}]",
            f"br label %lane{lane + 1}",
        ]
        result = f"%s{lane}"
    lines += [f"lane{width}:", f"ret {kind} {result}", "}"]
    return "\n".join(lines)


def _lane(name: str, operands: int, width: int, lane: int) -> list[str]:
    """The call for one lane."""
    kind = f"<{width} x double>"
    taken = [f"%x{lane}.{k} = extractelement {kind} %a{k}, i32 {lane}" for k in range(operands)]
    scalars = ", ".join([f"double %x{lane}.{k}" for k in range(operands)])
    return [*taken, f"%y{lane} = call double @{name}.1({scalars})"]


def _listed(name: str, operands: int, function: str) -> str:
    """A function of so many numbers as the function of a list: where it begins, and its length."""
    given = ", ".join([f"double %a{k}" for k in range(operands)])
    lines = [
        f"define internal double @{name}.1({given}) noinline {{",
        f"%p = alloca [{operands} x double]",
    ]
    for k in range(operands):
        lines.append(f"%p{k} = getelementptr double, ptr %p, i64 {k}")
        lines.append(f"store double %a{k}, ptr %p{k}")
    lines += [f"%z = call double @{function}(ptr %p, i64 {operands})", "ret double %z", "}"]
    return "\n".join(lines)


def totals(width: int) -> str:
    """Sums the registers of `groups` squares of accumulators: results side by side, in a fixed order."""
    kind = f"<{width} x double>"
    lines = [
        "define internal void @totals(ptr %from, ptr %to, i64 %groups) noinline {",
        "entry:",
        "  br label %loop",
        "loop:",
        "  %g = phi i64 [0, %entry], [%next, %loop]",
        f"  %j = mul i64 %g, {width * width}",
        f"  %k = mul i64 %g, {width}",
        "  %p = getelementptr double, ptr %from, i64 %j",
        "  %q = getelementptr double, ptr %to, i64 %k",
    ]
    rows = []
    for r in range(width):
        lines.append(f"  %p{r} = getelementptr double, ptr %p, i64 {r * width}")
        lines.append(f"  %a{r} = load {kind}, ptr %p{r}, align 8")
        rows.append(f"%a{r}")
    result = folded(lines, rows, width, "p")
    lines += [
        f"  store {kind} {result}, ptr %q, align 8",
        "  %next = add i64 %g, 1",
        "  %more = icmp slt i64 %next, %groups",
        "  br i1 %more, label %loop, label %done",
        "done:",
        "  ret void",
        "}",
    ]
    return "\n".join(lines)


MINUS_ZERO: Final = literal(-0.0)
