"""A function as LLVM text: its signature, its statements, what it returns."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from autograd.compiler.emit import Block
from autograd.compiler.translation.kinds import Array, ListOf, Number, Untranslatable, flat, kind, leaves
from autograd.compiler.translation.loops import Loops
from autograd.compiler.translation.source import Source


class Translation(NamedTuple):
    """A function's text, and what it calls."""

    text: str
    needs: frozenset[tuple[str, int]]


class Function(Loops):
    """One function: its statements in basic blocks, each value named once."""

    def __init__(self, symbol: str, found: Source, block: Block | None = None) -> None:
        super().__init__(found.module, block or Block(1, set()))
        self.symbol = symbol
        self.node = found.node
        self.parameters: list[str] = []
        arguments = found.node.args
        for argument in arguments.args:
            of = "double" if isinstance(found.node, ast.Lambda) else kind(argument.annotation)
            self._parameter(argument.arg, of)
        if arguments.vararg is not None:
            self._parameter(arguments.vararg.arg, ListOf(1))
        self.result = "double" if isinstance(found.node, ast.Lambda) else kind(found.node.returns)
        if self.result is None:
            raise Untranslatable(f"what {symbol} gives")

    def _parameter(self, name: str, of: Any) -> None:
        if of is None:
            raise Untranslatable(f"{name} of {self.symbol}")
        names = [f"%{name}.{k}" for k in range(len(leaves(of)))]
        self.parameters += [f"{leaf} {x}" for leaf, x in zip(leaves(of), names, strict=True)]
        if isinstance(of, ListOf):
            self.env[name] = Array(names[0], Number("i64", names[1]), of.item)
        elif isinstance(of, tuple):
            self.env[name] = tuple([Number("double", x) for x in names])
        else:
            self.env[name] = Number(of, names[0])

    def translation(self) -> Translation:
        """The function's text and its needs."""
        if isinstance(self.node, ast.Lambda):
            self._give(self.evaluate(self.node.body))
        elif self.run(self.node.body):
            raise Untranslatable(f"{self.symbol} has an end without a return")
        types = leaves(self.result)
        made = types[0] if len(types) == 1 else f"{{{', '.join(types)}}}"
        if isinstance(self.result, ListOf):
            made = "i64"
            self.parameters.append("ptr %out")
        head = f"define internal {made} @{self.symbol}.1({', '.join(self.parameters)}) noinline {{"
        lines = [*self.globals, head, "entry:", *self.entry, *self.block.lines, "}"]
        return Translation("\n".join(lines), frozenset(self.block.needs))

    def run(self, statements: list[ast.stmt]) -> bool:
        """Write the statements; whether what follows them is reached."""
        for statement in statements:
            method = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if method is None:
                raise Untranslatable(ast.unparse(statement))
            if method(statement) is False:
                return False
        return True

    def _do_expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.evaluate(node.value)

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            raise Untranslatable(ast.unparse(node))
        value, of = self.evaluate(node.value), kind(node.annotation)
        if isinstance(value, Array) and isinstance(of, ListOf):
            value = Array(value.pointer, value.length, of.item)
        self.assign(node.target, value)

    def _do_augassign(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name):
            raise Untranslatable(ast.unparse(node))
        name = node.target.id
        self.env[name] = self.binary(type(node.op), self.env[name], self.evaluate(node.value))

    def _do_if(self, node: ast.If) -> bool:
        bit = self.bit(self.evaluate(node.test))
        if isinstance(bit, bool):
            return self.run(node.body if bit else node.orelse)
        yes, no, join = self.fresh(), self.fresh(), self.fresh()
        self.line(f"br i1 {bit}, label %{yes}, label %{no}")
        before = dict(self.env)
        ways = []
        for label, body in ((yes, node.body), (no, node.orelse)):
            self.env = dict(before)
            self.start(label)
            if self.run(body):
                ways.append((self.env, self.label))
                self.line(f"br label %{join}")
        if not ways:
            return False
        self.start(join)
        self.env = ways[0][0]
        if len(ways) == 2:
            (first, one), (second, other) = ways
            shared = [name for name in first if name in second]
            same = {name for name in shared if first[name] is second[name]}
            self.env = {
                name: first[name] if name in same else self.phi([(first[name], one), (second[name], other)])
                for name in shared
            }
        return True

    def _do_return(self, node: ast.Return) -> bool:
        if node.value is None:
            raise Untranslatable("return without a value")
        self._give(self.evaluate(node.value))
        return False

    def _give(self, value: Any) -> None:
        if isinstance(self.result, ListOf):
            out = Array("%out", value.length, value.item)
            self.repeat(value.length, lambda k: self.store(out, k, self.load(value, k)), set())
            self.line(f"ret i64 {self.whole(value.length)}")
            return
        types = leaves(self.result)
        numbers = []
        for of, number in zip(types, flat(value), strict=True):
            named = {"i1": self.bit_name, "double": self.double}.get(of, self.whole)
            numbers.append(named(number))
        if len(types) == 1:
            self.line(f"ret {types[0]} {numbers[0]}")
            return
        made = f"{{{', '.join(types)}}}"
        whole = "undef"
        for k, (of, x) in enumerate(zip(types, numbers, strict=True)):
            whole = self.block.new(f"insertvalue {made} {whole}, {of} {x}, {k}")
        self.line(f"ret {made} {whole}")
