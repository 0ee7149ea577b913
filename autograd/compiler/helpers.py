"""The small functions that straight-line code calls: C's mathematics on lanes, sums and copies of lanes."""

from __future__ import annotations

from typing import Final

from autograd.compiler.emit import literal
from autograd.compiler.kernels import folded

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


def helper(need: str, width: int) -> str:
    """The declaration or definition of what a block called, as `Block.needs` names it."""
    name, _, count = need.rpartition("/")
    operands = int(count)
    if name.startswith("llvm."):
        kind = "double" if width == 1 else f"<{width} x double>"
        return f"declare {kind} @{name}({', '.join([kind] * operands)})"
    if name.startswith("python."):
        return _callback(name, operands, width)
    if width == 1:
        return f"declare double @{name}.1({', '.join(['double'] * operands)})"
    return _by_lanes(name, operands, width)


def _by_lanes(name: str, operands: int, width: int) -> str:
    """A function of doubles, called for each lane."""
    kind = f"<{width} x double>"
    given = ", ".join([f"{kind} %a{k}" for k in range(operands)])
    lines = [f"define internal {kind} @{name}.{width}({given}) noinline {{"]
    result = "undef"
    for lane in range(width):
        for k in range(operands):
            lines.append(f"%x{lane}.{k} = extractelement {kind} %a{k}, i32 {lane}")
        scalars = ", ".join([f"double %x{lane}.{k}" for k in range(operands)])
        lines.append(f"%y{lane} = call double @{name}.1({scalars})")
        lines.append(f"%r{lane} = insertelement {kind} {result}, double %y{lane}, i32 {lane}")
        result = f"%r{lane}"
    lines += [f"ret {kind} {result}", "}"]
    return "\n".join(lines)


def _callback(name: str, operands: int, width: int) -> str:
    """The evaluation in Python, given a pointer to its operands and their number."""
    if width > 1:
        return _by_lanes(name, operands, width)
    given = ", ".join([f"double %a{k}" for k in range(operands)])
    lines = [
        f"define internal double @{name}.1({given}) noinline {{",
        f"%p = alloca [{operands} x double]",
    ]
    for k in range(operands):
        lines.append(f"%p{k} = getelementptr double, ptr %p, i64 {k}")
        lines.append(f"store double %a{k}, ptr %p{k}")
    # The last part of the name is the number of operands: the callback itself serves any number.
    lines += [f"%z = call double @{name.rpartition('.')[0]}(ptr %p, i64 {operands})", "ret double %z", "}"]
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
