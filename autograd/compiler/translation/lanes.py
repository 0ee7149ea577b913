"""The same functions on all lanes of a register at once: what branches choose is computed and selected.

Loops that turn a number of times not known, lists and integers are not for this: functions with them are
called lane by lane. A branch with calls that no lane takes is jumped over.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from autograd.compiler.emit import Block
from autograd.compiler.translation.function import Function, Translation
from autograd.compiler.translation.kinds import Number, Untranslatable, flat, leaves, unified
from autograd.compiler.translation.source import Source
from autograd.compiler.vector import VECTOR, usable

_CHEAP: Final = frozenset(
    str.split(
        "abs min max float fabs isnan isinf isfinite copysign sqrt floor ceil trunc rint div "
        "two_sum two_product fma"
    )
)
_LONGEST: Final = 600  # instructions; what is longer computes too much that no lane asks for


class LaneBlock(Block):
    """A block some of whose lanes may be idle: a function called lane by lane is called for the others."""

    mask: str | None = None

    def call(self, symbol: str, *operands: str) -> str:
        """A function of doubles; of C's lane by lane where lanes ask for it."""
        if self.mask is None or (symbol in VECTOR and usable()):
            return super().call(symbol, *operands)
        return self.repaired(self.mask, self.zero, symbol, *operands)


class LaneFunction(Function):
    """One function, if it is straight enough; `straight` tells it of another whether that one is."""

    def __init__(self, symbol: str, found: Source, width: int, straight: Callable[[str], bool]) -> None:
        self.lanes = LaneBlock(width, set())
        self.straight = straight
        super().__init__(symbol, found, self.lanes)

    def _parameter(self, name: str, of: Any) -> None:
        if of is None or set(leaves(of)) != {"double"}:
            raise Untranslatable(f"{name} of {self.symbol}")
        names = [f"%{name}.{k}" for k in range(len(leaves(of)))]
        self.parameters += [f"{self.block.type} {x}" for x in names]
        numbers = tuple([Number("double", x) for x in names])
        self.env[name] = numbers if isinstance(of, tuple) else numbers[0]

    def translation(self) -> Translation:
        """The function's text and its needs."""
        if set(leaves(self.result)) != {"double"}:
            raise Untranslatable(f"what {self.symbol} gives")
        node = self.node
        value = self.evaluate(node.body) if isinstance(node, ast.Lambda) else self.value_of(node.body)
        numbers = [self.double(x) for x in flat(value)]
        kind = self.block.type
        if len(numbers) == 1:
            made = kind
            self.line(f"ret {kind} {numbers[0]}")
        else:
            made = f"{{{', '.join([kind] * len(numbers))}}}"
            whole = "undef"
            for k, x in enumerate(numbers):
                whole = self.block.new(f"insertvalue {made} {whole}, {kind} {x}, {k}")
            self.line(f"ret {made} {whole}")
        if len(self.block.lines) > _LONGEST:
            raise Untranslatable(f"{self.symbol} is long")
        given = ", ".join(self.parameters)
        head = f"define internal {made} @{self.symbol}.{self.block.width}({given}) noinline {{"
        return Translation("\n".join([head, "entry:", *self.block.lines, "}"]), frozenset(self.block.needs))

    def value_of(self, statements: list[ast.stmt]) -> Any:
        """What the statements return; after a branch that may return, the rest belongs to both sides."""
        for k, statement in enumerate(statements):
            rest = statements[k + 1 :]
            if isinstance(statement, ast.Return) and statement.value is not None:
                return self.evaluate(statement.value)
            if not isinstance(statement, ast.If):
                self.run([statement])
                continue
            bit = self.bit(self.evaluate(statement.test))
            if isinstance(bit, bool):
                taken = statement.body if bit else statement.orelse
                return self.value_of(taken if _ends(taken) else [*taken, *rest])
            sides = statement.body, statement.orelse
            before = dict(self.env)
            if any([isinstance(x, ast.Return) for x in ast.walk(statement)]):
                yes, no = ([*side, *rest] if not _ends(side) else side for side in sides)
                one = partial(self._side, yes, before)
                return self.either(bit, one, partial(self._side, no, before), (_costs(yes), _costs(no)))
            made: list[dict[str, Any]] = []
            for inner, on in zip(sides, (bit, self.opposite(bit)), strict=True):
                self.env = dict(before)
                self.under(on, partial(self.run, inner))
                made.append(self.env)
            first, second = made
            self.env = {
                name: first[name]
                if first[name] is second[name]
                else self.chosen(bit, first[name], second[name])
                for name in first
                if name in second
            }
        raise Untranslatable(f"{self.symbol} has an end without a return")

    def _side(self, statements: list[ast.stmt], env: dict[str, Any]) -> Any:
        self.env = dict(env)
        return self.value_of(statements)

    def _do_if(self, node: ast.If) -> bool:
        raise Untranslatable(f"a branch in a loop: {ast.unparse(node.test)}")

    def _loop(self, test: Callable[[], Any], body: Callable[[], Any], changes: set[str]) -> None:
        raise Untranslatable(f"a loop of {self.symbol}: {test, body, changes}")

    def room(self, doubles: int) -> str:
        """There are no lists."""
        raise Untranslatable(f"a list of {doubles} numbers in {self.symbol}")

    def whole(self, value: Any) -> str:
        """There are no integers."""
        raise Untranslatable(f"the integer {value} in {self.symbol}")

    def double(self, value: Any) -> str:
        """The value as a name; constants in every lane."""
        if isinstance(value, Number) and value.kind == "i1":
            return self.block.new(f"uitofp {self.block.bit} {value.name} to {self.block.type}")
        return super().double(value)

    def opposite(self, bit: str) -> str:
        """The bits turned."""
        return self.block.new(f"xor {self.block.bit} {bit}, {self.block.every}")

    def under(self, bit: str, code: Callable[[], Any]) -> Any:
        """The value of code that only lanes whose bit is set ask for."""
        before = self.lanes.mask
        self.lanes.mask = bit if before is None else self.block.both(before, bit)
        try:
            return code()
        finally:
            self.lanes.mask = before

    def skipped(self, bit: str, code: Callable[[], Any]) -> Any:
        """The same, jumped over where no lane asks; its value is then zeros."""
        width = self.block.width

        def guarded() -> Any:
            bits = self.block.new(f"bitcast {self.block.bit} {self.lanes.mask} to i{width}")
            wanted = self.block.new(f"icmp ne i{width} {bits}, 0")
            inside, after, before = self.fresh(), self.fresh(), self.label
            self.line(f"br i1 {wanted}, label %{inside}, label %{after}")
            self.start(inside)
            value = code()
            named = [
                (self.block.bit, self.bit_name(x)) if _is_bit(x) else (self.block.type, self.double(x))
                for x in flat(value)
            ]
            last = self.label
            self.line(f"br label %{after}")
            self.start(after)
            names = [
                self.block.new(f"phi {kind} [{name}, %{last}], [zeroinitializer, %{before}]")
                for kind, name in named
            ]
            return _like(value, names)

        return self.under(bit, guarded)

    def either(
        self,
        bit: str,
        then: Callable[[], Any],
        otherwise: Callable[[], Any],
        costs: tuple[bool, bool] = (False, False),
    ) -> Any:
        """Both values, and of each lane the one its bit chooses; what `costs` is jumped over if it may be."""
        x = (self.skipped if costs[0] else self.under)(bit, then)
        y = (self.skipped if costs[1] else self.under)(self.opposite(bit), otherwise)
        return self.chosen(bit, x, y)

    def _ifexp(self, node: ast.IfExp) -> Any:
        bit = self.bit(self.evaluate(node.test))
        if isinstance(bit, bool):
            return self.evaluate(node.body if bit else node.orelse)
        costs = _costs([node.body]), _costs([node.orelse])
        return self.either(bit, lambda: self.evaluate(node.body), lambda: self.evaluate(node.orelse), costs)

    def chosen(self, bit: str, x: Any, y: Any) -> Any:
        """x where the bit is set, else y."""
        x, y = unified(x, y)
        names = []
        for a, b in zip(flat(x), flat(y), strict=True):
            if _is_bit(a) or _is_bit(b):
                kind, a_name, b_name = self.block.bit, self.bit_name(a), self.bit_name(b)
            else:
                kind, a_name, b_name = self.block.type, self.double(a), self.double(b)
            names.append(self.block.new(f"select {self.block.bit} {bit}, {kind} {a_name}, {kind} {b_name}"))
        return _like(x, names)

    def bit_name(self, value: Any) -> str:
        """The bits' name; constants in every lane."""
        bit = self.bit(value)
        return (self.block.every if bit else "zeroinitializer") if isinstance(bit, bool) else str(bit)

    def called(self, symbol: str, given: list[tuple[Any, Any]], result: Any) -> Any:
        """A call: of a function on lanes, or lane by lane where lanes ask for it."""
        if {leaf for of, _ in given for leaf in leaves(of)} | set(leaves(result)) != {"double"}:
            raise Untranslatable(symbol)
        numbers = [self.double(x) for _, value in given for x in flat(value)]
        if result == "double" and not self.straight(symbol):
            return self.real(self.block.call(symbol, *numbers))
        if not self.straight(symbol):
            raise Untranslatable(symbol)
        kind = self.block.type
        self.block.needs.add((f"{symbol}/{len(numbers)}", self.block.width))
        operands = ", ".join([f"{kind} {x}" for x in numbers])
        count = len(leaves(result))
        made = kind if count == 1 else f"{{{', '.join([kind] * count)}}}"
        name = self.block.new(f"call {made} @{symbol}.{self.block.width}({operands})")
        if count == 1:
            return self.real(name)
        names = [self.block.new(f"extractvalue {made} {name}, {k}") for k in range(count)]
        return self.shaped(result, names)


def _ends(statements: list[ast.stmt]) -> bool:
    """Whether nothing after the statements is reached."""
    if not statements:
        return False
    last = statements[-1]
    return isinstance(last, ast.Return) or (
        isinstance(last, ast.If) and _ends(last.body) and _ends(last.orelse)
    )


def _like(value: Any, names: list[str]) -> Any:
    """A value of the same shape of these names, which are taken from the list's front."""
    if isinstance(value, tuple):
        return tuple([_like(inner, names) for inner in value])
    return Number("i1" if _is_bit(value) else "double", names.pop(0))


def _costs(nodes: Sequence[ast.AST]) -> bool:
    """Whether the code calls more than an instruction or two."""
    calls = [x.func for node in nodes for x in ast.walk(node) if isinstance(x, ast.Call)]
    return any([(x.attr if isinstance(x, ast.Attribute) else ast.unparse(x)) not in _CHEAP for x in calls])


def _is_bit(x: Any) -> bool:
    return isinstance(x, bool) or (isinstance(x, Number) and x.kind == "i1")
