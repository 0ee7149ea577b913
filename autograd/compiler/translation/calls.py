"""Calls: of Python's `math`, of built-in functions, and of the library's own, which are translated too."""

from __future__ import annotations

import ast
import math
from typing import Any, Final

from autograd.compiler.emit import EMIT
from autograd.compiler.translation import source
from autograd.compiler.translation.kinds import (
    Array,
    ListOf,
    Number,
    Untranslatable,
    constant,
    flat,
    kind,
    leaves,
)
from autograd.compiler.translation.lists import ROOM, Lists
from autograd.compiler.translation.operators import RUNTIME
from autograd.compiler.translation.source import Source

_INFINITY: Final = float("inf")
_RENAMED: Final = {"power": "pow", "rint": "round"}


class Calls(Lists):
    """Evaluates calls."""

    def _call(self, node: ast.Call) -> Any:
        function = node.func
        given: list[Any] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                if not isinstance(function, ast.Attribute) or function.attr != "hypot":
                    raise Untranslatable(ast.unparse(node))
                return self.call(RUNTIME, "norm", [self.evaluate(argument.value)])
            given.append(self.evaluate(argument))
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            owner = function.value.id
            if owner == "math":
                return self.math(function.attr, given)
            if function.attr == "append" and owner in self.env:
                self.append(owner, given[0])
                return None
            inner = source.resolve(self.module, owner)
            found = source.resolve(inner, function.attr) if isinstance(inner, str) else None
        elif isinstance(function, ast.Name):
            imported = source.tree(self.module).get(function.id)
            if isinstance(imported, ast.ImportFrom) and imported.module == "math":
                name = next(a.name for a in imported.names if (a.asname or a.name) == function.id)
                return self.math(name, given)
            found = source.resolve(self.module, function.id)
            if found is None:
                return self.builtin(function.id, given)
        else:
            found = None
        if not isinstance(found, Source):
            raise Untranslatable(ast.unparse(node))
        return self.call(found.module, found.name, given)

    def call(self, module: str, name: str, given: list[Any]) -> Any:
        """A function of the library: as an instruction, in place, or as a function of its own."""
        if module in ("autograd.special.elementary", "autograd.special.rounding"):
            emit = EMIT.get(_RENAMED.get(name, name))
            if name == "ldexp":
                return self.ldexp(*given)
            if emit is not None:
                return self.real(emit(self.block, *[self.double(x) for x in given]))
        if module == "autograd.special.summation":
            if name == "two_product":
                return self.two_product(self.double(given[0]), self.double(given[1]))
            if name == "fma":
                return self.real(self.block.intrinsic("fma", *[self.double(x) for x in given]))
            if name == "sumprod":
                name = "_sumprod"
            elif name in ("fsum", "norm", "dist"):
                module = RUNTIME
        found = source.resolve(module, name)
        if not isinstance(found, Source) or not isinstance(found.node, ast.FunctionDef):
            raise Untranslatable(f"{module}.{name}")
        kinds = [kind(argument.annotation) for argument in found.node.args.args]
        if len(kinds) != len(given):
            raise Untranslatable(f"defaults of {name}")
        result = kind(found.node.returns)
        if None in kinds or result is None:
            return self.in_place(found, given)
        return self.called(f"{module}.{name}", list(zip(kinds, given, strict=True)), result)

    def called(self, symbol: str, given: list[tuple[Any, Any]], result: Any) -> Any:
        """A call of operands of these kinds; lists are given and taken by their address."""
        operands = []
        for of, value in given:
            if isinstance(of, ListOf):
                if not isinstance(value, Array) or value.item not in (0, of.item):
                    raise Untranslatable(f"an operand of {symbol}")
                operands += [f"ptr {value.pointer}", f"i64 {self.whole(value.length)}"]
            elif of == "i64":
                operands.append(f"i64 {self.whole(value)}")
            elif isinstance(of, tuple):
                operands += [f"double {self.double(x)}" for x in flat(value)]
            else:
                bit = of == "i1"
                operands.append(f"i1 {self.bit_name(value)}" if bit else f"double {self.double(value)}")
        self.block.needs.add((f"{symbol}/0", 1))
        if isinstance(result, ListOf):
            room = self.room(ROOM * result.item)
            operands.append(f"ptr {room}")
            length = self.block.new(f"call i64 @{symbol}.1({', '.join(operands)})")
            return Array(room, Number("i64", length), result.item)
        types = leaves(result)
        made = types[0] if len(types) == 1 else f"{{{', '.join(types)}}}"
        name = self.block.new(f"call {made} @{symbol}.1({', '.join(operands)})")
        if len(types) == 1:
            return Number(types[0], name)
        numbers = [self.block.new(f"extractvalue {made} {name}, {k}") for k in range(len(types))]
        return self.shaped(result, numbers)

    def shaped(self, of: Any, names: list[str]) -> Any:
        """A value of that kind of the names, which are taken from the list's front."""
        if isinstance(of, tuple):
            return tuple([self.shaped(inner, names) for inner in of])
        return Number(of, names.pop(0))

    def in_place(self, found: Source, given: list[Any]) -> Any:
        """The value of a function of assignments and a return, evaluated here."""
        assert isinstance(found.node, ast.FunctionDef)
        before = self.env, self.module
        self.env = {a.arg: x for a, x in zip(found.node.args.args, given, strict=True)}
        self.module = found.module
        try:
            for statement in found.node.body:
                if isinstance(statement, ast.Return) and statement.value is not None:
                    return self.evaluate(statement.value)
                if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
                    raise Untranslatable(found.name)
                self.env[statement.targets[0].id] = self.evaluate(statement.value)
        finally:
            self.env, self.module = before
        raise Untranslatable(found.name)

    def two_product(self, x: str, y: str) -> Any:
        """The product and what rounding lost, 0 where the product is."""
        b = self.block
        product = b.op("fmul", x, y)
        lost = b.intrinsic("fma", x, y, b.neg(product))
        lost = b.select(b.compare("une", product, b.zero), lost, b.zero)
        return self.real(product), self.real(lost)

    def ldexp(self, x: Any, exponent: Any) -> Number:
        """x * 2**exponent, the exponent within C's int."""
        self.block.needs.add(("declare double @llvm.ldexp.f64.i32(double, i32)", 1))
        short = self.block.new(f"trunc i64 {self.whole(exponent)} to i32")
        return self.real(
            self.block.new(f"call double @llvm.ldexp.f64.i32(double {self.double(x)}, i32 {short})")
        )

    def math(self, name: str, given: list[Any]) -> Any:
        """A function of Python's `math`."""
        b = self.block
        if all([constant(x) for x in given]) and name not in ("fsum", "dist"):
            folded: Any = getattr(math, name)
            return folded(*given)
        if name in ("fsum", "dist", "hypot"):
            return self.call(RUNTIME, name, given)
        if name == "ldexp":
            return self.ldexp(*given)
        x = [self.double(value) for value in given]
        if name == "isnan":
            return Number("i1", b.compare("uno", x[0], x[0]))
        if name in ("isinf", "isfinite"):
            size = b.intrinsic("fabs", x[0])
            return Number("i1", b.compare("oeq" if name == "isinf" else "olt", size, b.constant(_INFINITY)))
        if name == "modf":
            whole = b.intrinsic("trunc", x[0])
            infinite = b.compare("oeq", b.intrinsic("fabs", x[0]), b.constant(_INFINITY))
            rest = b.select(infinite, b.zero, b.op("fsub", x[0], whole))
            return self.real(b.intrinsic("copysign", rest, x[0])), self.real(whole)
        if name in ("degrees", "radians"):
            factor = 180.0 / math.pi if name == "degrees" else math.pi / 180.0
            return self.real(b.op("fmul", x[0], b.constant(factor)))
        if name == "cbrt":
            return self.real(b.call(name, *x))
        emit = EMIT.get(name)
        if emit is None:
            raise Untranslatable(f"math.{name}")
        return self.real(emit(b, *x))

    def builtin(self, name: str, given: list[Any]) -> Any:
        """One of Python's own functions."""
        b = self.block
        if name in ("min", "max") and len(given) == 2:
            x, y = given
            bit = self.bit(self.compared(ast.Lt if name == "min" else ast.Gt, y, x))
            return (y if bit else x) if isinstance(bit, bool) else self.chosen(bit, y, x)
        (x,) = given
        if name == "len":
            return x.length if isinstance(x, Array) else len(x)
        if name == "list":
            return self.copied(x)
        if constant(x):
            fold: Any = {"abs": abs, "float": float, "int": int, "round": round}[name]
            return fold(x)
        if name == "abs":
            return self.real(b.intrinsic("fabs", self.double(x)))
        if name == "round":
            return self.real(b.intrinsic("rint", self.double(x)))
        if name == "float":
            return self.real(self.double(x))
        if name == "int":
            return Number("i64", self.whole(x))
        raise Untranslatable(name)
