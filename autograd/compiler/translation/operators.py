"""Operators and choices of the library's own Python, as instructions that give the same bits."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any, Final

from autograd.compiler.emit import Block
from autograd.compiler.translation import source
from autograd.compiler.translation.kinds import (
    Array,
    Number,
    Untranslatable,
    constant,
    parts,
    rebuilt,
    unified,
)

RUNTIME: Final = "autograd.compiler.translation.runtime"
_OPERATORS: Final[dict[type, tuple[Callable[..., Any], str, str]]] = {
    ast.Add: (operator.add, "fadd", "add"),
    ast.Sub: (operator.sub, "fsub", "sub"),
    ast.Mult: (operator.mul, "fmul", "mul"),
    ast.Div: (operator.truediv, "fdiv", ""),
    ast.Mod: (operator.mod, "", "and"),
    ast.FloorDiv: (operator.floordiv, "", "ashr"),
    ast.Pow: (operator.pow, "", ""),
    ast.BitAnd: (operator.and_, "", "and"),
    ast.RShift: (operator.rshift, "", "ashr"),
    ast.LShift: (operator.lshift, "", "shl"),
}
_ORDERS: Final[dict[type, tuple[Callable[..., bool], str, str]]] = {
    ast.Eq: (operator.eq, "oeq", "eq"),
    ast.NotEq: (operator.ne, "une", "ne"),
    ast.Lt: (operator.lt, "olt", "slt"),
    ast.LtE: (operator.le, "ole", "sle"),
    ast.Gt: (operator.gt, "ogt", "sgt"),
    ast.GtE: (operator.ge, "oge", "sge"),
}


class Operators:
    """Evaluates syntax trees in an environment of values, writing into a block what is not known yet."""

    def __init__(self, module: str, block: Block) -> None:
        self.module = module
        self.block = block
        self.env: dict[str, Any] = {}
        self.label = "entry"
        self.labels = 0
        self.entry: list[str] = []  # what must stand at the function's beginning
        self.globals: list[str] = []
        self.symbol = module

    def call(self, module: str, name: str, given: list[Any]) -> Any:
        """The value of a function of the library (see `Calls`)."""
        raise NotImplementedError

    def filled(self, element: Any, length: Any) -> Any:
        """The list [element] * length (see `Lists`)."""
        raise NotImplementedError

    # --- numbers ----------------------------------------------------------------------------------------

    def double(self, value: Any) -> str:
        """The value as a double's name."""
        if isinstance(value, (int, float)):
            return self.block.constant(float(value))
        if not isinstance(value, Number):
            raise Untranslatable(f"{value} where a number is needed")
        if value.kind == "double":
            return value.name
        return self.block.new(
            f"{'uitofp' if value.kind == 'i1' else 'sitofp'} {value.kind} {value.name} to double"
        )

    def whole(self, value: Any) -> str:
        """The value as an integer's name."""
        if isinstance(value, (int, float)):
            return str(int(value))
        if not isinstance(value, Number):
            raise Untranslatable(f"{value} where an integer is needed")
        if value.kind == "double":
            self.block.needs.add(("declare i64 @llvm.fptosi.sat.i64.f64(double)", 1))
            return self.block.new(f"call i64 @llvm.fptosi.sat.i64.f64(double {value.name})")
        return value.name if value.kind == "i64" else self.block.new(f"zext i1 {value.name} to i64")

    def bit(self, value: Any) -> Any:
        """Python's truth of the value: a bool, or a bit's name."""
        if isinstance(value, Array):
            return self.bit(value.length)
        if not isinstance(value, Number):
            return bool(value)
        if value.kind == "i1":
            return value.name
        if value.kind == "i64":
            return self.block.new(f"icmp ne i64 {value.name}, 0")
        return self.block.compare("une", value.name, self.block.zero)

    def bit_name(self, value: Any) -> str:
        """Python's truth of the value, as a bit's name."""
        bit = self.bit(value)
        return str(bit).lower() if isinstance(bit, bool) else str(bit)

    def real(self, name: str) -> Number:
        """The double of that name."""
        return Number("double", name)

    # --- nodes ------------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr) -> Any:
        """The value of an expression."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Untranslatable(ast.unparse(node))
        return method(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.env:
            return self.env[node.id]
        return self._global(self.module, node.id)

    def _global(self, module: str, name: str) -> Any:
        found = source.value(module, name)
        if not constant(found):
            raise Untranslatable(name)
        return found

    def _attribute(self, node: ast.Attribute) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id == "math":
            return getattr(math, node.attr)
        raise Untranslatable(ast.unparse(node))

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple([self.evaluate(x) for x in node.elts])

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        x = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not):
            bit = self.bit(x)
            return (
                not bit
                if isinstance(bit, bool)
                else Number("i1", self.block.new(f"xor {self.block.bit} {bit}, {self.block.every}"))
            )
        if not isinstance(node.op, ast.USub):
            raise Untranslatable(ast.unparse(node))
        if constant(x):
            return -x
        if x.kind == "i64":
            return Number("i64", self.block.new(f"sub i64 0, {x.name}"))
        return self.real(self.block.neg(self.double(x)))

    def _binop(self, node: ast.BinOp) -> Any:
        if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
            return self.filled(self.evaluate(node.left.elts[0]), self.evaluate(node.right))
        return self.binary(type(node.op), self.evaluate(node.left), self.evaluate(node.right))

    def binary(self, op: type, x: Any, y: Any) -> Any:
        """x op y."""
        fold, real, whole = _OPERATORS[op]
        if isinstance(x, tuple) and isinstance(y, tuple) and op is ast.Add:
            return x + y
        if constant(x) and constant(y):
            return fold(x, y)
        if _is_whole(x) and _is_whole(y) and whole:
            if op in (ast.Mod, ast.FloorDiv):
                if not (isinstance(y, int) and y & (y - 1) == 0):
                    raise Untranslatable("division of integers by other than a power of 2")
                y = y - 1 if op is ast.Mod else y.bit_length() - 1
            return Number("i64", self.block.new(f"{whole} i64 {self.whole(x)}, {self.whole(y)}"))
        x, y = self.double(x), self.double(y)
        if op is ast.Pow:
            return self.real(self.block.call("pow", x, y))
        if not real:
            return self.call(RUNTIME, "mod" if op is ast.Mod else "floordiv", [self.real(x), self.real(y)])
        return self.real(self.block.op(real, x, y))

    def _compare(self, node: ast.Compare) -> Any:
        given = [self.evaluate(x) for x in (node.left, *node.comparators)]
        bits = [self.compared(type(op), x, y) for op, x, y in zip(node.ops, given, given[1:], strict=False)]
        return self.joined(bits, "and")

    def compared(self, op: type, x: Any, y: Any) -> Any:
        """x op y, as a bool or a bit."""
        if op is ast.In:
            return self.joined([self.compared(ast.Eq, x, z) for z in y], "or")
        if isinstance(x, tuple):
            same = [self.compared(op, a, b) for a, b in zip(x, y, strict=True)]
            return self.joined(same, "and" if op is ast.Eq else "or")
        fold, real, whole = _ORDERS[op]
        if constant(x) and constant(y):
            return fold(x, y)
        if _is_bit(x) and _is_bit(y):
            kind = self.block.bit
            return Number("i1", self.block.new(f"icmp {whole} {kind} {self.bit_name(x)}, {self.bit_name(y)}"))
        if _is_whole(x) and _is_whole(y):
            return Number("i1", self.block.new(f"icmp {whole} i64 {self.whole(x)}, {self.whole(y)}"))
        return Number("i1", self.block.compare(real, self.double(x), self.double(y)))

    def _boolop(self, node: ast.BoolOp) -> Any:
        return self.lazily(node.values, isinstance(node.op, ast.And))

    def lazily(self, operands: list[ast.expr], every: bool) -> Any:
        """The bit of `and` (every) or `or`, whose later operands may be meaningless after the first ones."""
        first = self.bit(self.evaluate(operands[0]))
        rest = operands[1:]
        if not rest:
            return first if isinstance(first, bool) else Number("i1", first)
        if isinstance(first, bool):
            return self.lazily(rest, every) if first is every else first
        if any([isinstance(x, (ast.Subscript, ast.Call)) for operand in rest for x in ast.walk(operand)]):
            if every:
                return self.either(first, lambda: self.lazily(rest, every), lambda: False)
            return self.either(first, lambda: True, lambda: self.lazily(rest, every))
        return self.joined([Number("i1", first), self.lazily(rest, every)], "and" if every else "or")

    def joined(self, bits: list[Any], word: str) -> Any:
        """All bits, or any of them."""
        result: Any = word == "and"
        for bit in bits:
            if isinstance(bit, bool):
                if bit is (word == "or"):
                    return bit
            elif isinstance(result, bool):
                result = bit
            else:
                result = Number("i1", self.block.new(f"{word} {self.block.bit} {result.name}, {bit.name}"))
        return result

    def _ifexp(self, node: ast.IfExp) -> Any:
        bit = self.bit(self.evaluate(node.test))
        if isinstance(bit, bool):
            return self.evaluate(node.body if bit else node.orelse)
        if _simple(node.body) and _simple(node.orelse):
            return self.chosen(bit, self.evaluate(node.body), self.evaluate(node.orelse))
        return self.either(bit, lambda: self.evaluate(node.body), lambda: self.evaluate(node.orelse))

    def chosen(self, bit: str, x: Any, y: Any) -> Any:
        """x where the bit is set, else y, both known."""
        x, y = unified(x, y)
        names = [
            self.block.new(f"select i1 {bit}, {a.kind} {a.name}, {b.kind} {b.name}")
            for a, b in zip(parts(x), parts(y), strict=True)
        ]
        return rebuilt(x, names)

    def either(self, bit: str, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """The value of one of two pieces of code."""
        yes, no, join = self.fresh(), self.fresh(), self.fresh()
        self.line(f"br i1 {bit}, label %{yes}, label %{no}")
        self.start(yes)
        x = then()
        after_yes = self.label
        self.line(f"br label %{join}")
        self.start(no)
        y = otherwise()
        after_no = self.label
        self.line(f"br label %{join}")
        self.start(join)
        return self.phi([(x, after_yes), (y, after_no)])

    def phi(self, ways: list[tuple[Any, str]]) -> Any:
        """The value that came along one of two ways."""
        (x, one), (y, other) = ways
        x, y = unified(x, y)
        names = []
        for a, b in zip(parts(x), parts(y), strict=True):
            if a == b:
                names.append(a.name)
            else:
                names.append(self.block.new(f"phi {a.kind} [{a.name}, %{one}], [{b.name}, %{other}]"))
        return x if parts(x) == parts(y) else rebuilt(x, names)

    def fresh(self) -> str:
        """A new label."""
        self.labels += 1
        return f"b{self.labels}"

    def line(self, text: str) -> None:
        """Write an instruction that has no result."""
        self.block.lines.append(text)

    def start(self, label: str) -> None:
        """Begin a basic block."""
        self.line(f"{label}:")
        self.label = label


def _is_whole(x: Any) -> bool:
    return isinstance(x, int) or (isinstance(x, Number) and x.kind == "i64")


def _is_bit(x: Any) -> bool:
    return isinstance(x, bool) or (isinstance(x, Number) and x.kind == "i1")


def _simple(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _simple(node.operand)
    return isinstance(node, (ast.Constant, ast.Name)) or (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    )
