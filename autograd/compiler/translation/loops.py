"""Loops and comprehensions: variables that change become phi nodes, short loops are written out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from autograd.compiler.translation.calls import Calls
from autograd.compiler.translation.kinds import Array, Number, Untranslatable, constant, parts, rebuilt

_UNROLLED: Final = 32  # turns of a loop without calls that are written out


class Loops(Calls):
    """Runs loops."""

    def run(self, statements: list[ast.stmt]) -> bool:
        """Write the statements; whether what follows them is reached."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any) -> None:
        """Bind a name, or names in a tuple, or store an element of a list."""
        if isinstance(target, ast.Name):
            self.env[target.id] = value
        elif isinstance(target, ast.Tuple):
            for inner, x in zip(target.elts, value, strict=True):
                self.assign(inner, x)
        elif isinstance(target, ast.Subscript):
            array = self.evaluate(target.value)
            if not isinstance(array, Array):
                raise Untranslatable(ast.unparse(target))
            self.store(array, self.evaluate(target.slice), value)
        else:
            raise Untranslatable(ast.unparse(target))

    def _do_while(self, node: ast.While) -> bool:
        self._loop(lambda: self.evaluate(node.test), lambda: self.run(node.body), _changed(node.body))
        return not (isinstance(node.test, ast.Constant) and node.test.value)

    def _do_for(self, node: ast.For) -> None:
        self._each(node.iter, node.target, lambda: self.run(node.body), node.body)

    def _listcomp(self, node: ast.ListComp) -> Any:
        (generator,) = node.generators
        hidden = f" list{self.labels}"
        before = dict(self.env)

        def body() -> bool:
            if generator.ifs:
                inside = ast.If(generator.ifs[0], [ast.Expr(node.elt)], [])
                return self._kept(inside, hidden)
            self.append(hidden, self.evaluate(node.elt))
            return True

        self.env[hidden] = Array(self.room_for(self._length(generator.iter)), 0, 0)
        self._each(generator.iter, generator.target, body, [], {hidden})
        made = self.env[hidden]
        self.env = before
        return made

    def _kept(self, node: ast.If, hidden: str) -> bool:
        bit = self.bit(self.evaluate(node.test))
        (statement,) = node.body
        assert isinstance(statement, ast.Expr)
        yes, join = self.fresh(), self.fresh()
        before, at = self.env[hidden], self.label
        self.line(f"br i1 {bit}, label %{yes}, label %{join}")
        self.start(yes)
        self.append(hidden, self.evaluate(statement.value))
        after, last = self.env[hidden], self.label
        self.line(f"br label %{join}")
        self.start(join)
        self.env[hidden] = self.phi([(before, at), (after, last)])
        return True

    def _length(self, iterated: ast.expr) -> Any:
        if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name):
            if iterated.func.id == "range":
                return self._range(iterated)[2]
            iterated = iterated.args[0]
        value = self.evaluate(iterated)
        return value.length if isinstance(value, Array) else len(value)

    def _range(self, node: ast.Call) -> tuple[Any, int, Any]:
        """Start, step and number of turns."""
        given = [self.evaluate(x) for x in node.args]
        start, stop = (0, given[0]) if len(given) == 1 else given[:2]
        step = given[2] if len(given) == 3 else 1
        if constant(start) and constant(stop):
            return start, step, len(range(start, stop, step))
        if step not in (1, -1):
            raise Untranslatable(ast.unparse(node))
        start = start if isinstance(start, int) else Number("i64", self.whole(start))
        stop = stop if isinstance(stop, int) else Number("i64", self.whole(stop))
        return (
            start,
            step,
            self.binary(ast.Sub, stop, start) if step == 1 else self.binary(ast.Sub, start, stop),
        )

    def _each(
        self,
        iterated: ast.expr,
        target: ast.expr,
        body: Callable[[], Any],
        statements: list[ast.stmt],
        more: set[str] | frozenset[str] = frozenset(),
    ) -> None:
        changes = _changed(statements) | more
        element: Callable[[Any], Any]
        if (
            isinstance(iterated, ast.Call)
            and isinstance(iterated.func, ast.Name)
            and iterated.func.id == "range"
        ):
            start, step, count = self._range(iterated)

            def element(k: Any) -> Any:
                return self.binary(ast.Add, start, self.binary(ast.Mult, k, step))

            calls = any([isinstance(x, ast.Call) for s in statements for x in ast.walk(s)]) or bool(more)
            unrolled = isinstance(count, int) and count <= _UNROLLED and not calls
        else:
            zipped = isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name)
            given = iterated.args if isinstance(iterated, ast.Call) and zipped else [iterated]
            lists = [self.evaluate(x) for x in given]
            count = lists[0].length if isinstance(lists[0], Array) else len(lists[0])
            unrolled = not isinstance(lists[0], Array)

            def element(k: Any) -> Any:
                found = [self.load(x, k) if isinstance(x, Array) else x[k] for x in lists]
                return tuple(found) if zipped else found[0]

        def turn(k: Any) -> Any:
            self.assign(target, element(k))
            return body()

        if unrolled:
            for k in range(count):
                if turn(k) is False:
                    raise Untranslatable("a loop that ends at its first turn")
            return
        self.repeat(count, turn, changes)

    def repeat(self, count: Any, body: Callable[[Any], Any], changes: set[str]) -> None:
        """The body so many times, given the number of the turn."""
        before = self.env.get(" turn")
        self.env[" turn"] = 0
        bound = self.whole(count)

        def test() -> Any:
            turn = self.env[" turn"]
            return Number("i1", self.block.new(f"icmp slt i64 {turn.name}, {bound}"))

        def turn() -> Any:
            outer = self.env[" turn"]
            if body(outer) is False:
                return False
            self.env[" turn"] = self.binary(ast.Add, outer, 1)
            return True

        self._loop(test, turn, changes | {" turn"})
        del self.env[" turn"]
        if before is not None:
            self.env[" turn"] = before

    def _loop(self, test: Callable[[], Any], body: Callable[[], Any], changes: set[str]) -> None:
        """The body as long as the test holds; `changes` are the names that have another value each time."""
        names = sorted([name for name in changes if name in self.env])
        before, entered = dict(self.env), self.label
        header, inside, after = self.fresh(), self.fresh(), self.fresh()
        self.line(f"br label %{header}")
        self.start(header)
        merged: list[tuple[int, Number, str]] = []
        for name in names:
            fresh = []
            for part in parts(before[name]):
                self.block.count += 1
                fresh.append(f"%t{self.block.count}")
                merged.append((len(self.block.lines), part, fresh[-1]))
                self.line("")
            self.env[name] = rebuilt(before[name], fresh)
        kept = dict(self.env)
        bit = self.bit(test())
        kept_after_test = self.env
        self.env = dict(kept)
        self.line(f"br label %{inside}" if bit is True else f"br i1 {bit}, label %{inside}, label %{after}")
        self.start(inside)
        if body() is False:
            back: list[Number] | None = None
        else:
            back = [part for name in names for part in parts(self._like(before[name], self.env[name]))]
        # What an empty list holds shows when something is appended.
        items = {name: self.env[name].item for name in names if isinstance(before[name], Array)}
        came = self.label
        if back is not None:
            self.line(f"br label %{header}")
        for k, (at, part, name) in enumerate(merged):
            again = "" if back is None else f", [{back[k].name}, %{came}]"
            self.block.lines[at] = f"{name} = phi {part.kind} [{part.name}, %{entered}]{again}"
        self.env = {name: kept_after_test[name] for name in kept}
        for name, item in items.items():
            self.env[name] = Array(kept[name].pointer, kept[name].length, item)
        if bit is not True:
            self.start(after)

    def _like(self, before: Any, now: Any) -> Any:
        """The value as the kind of number it was before the loop."""
        if isinstance(before, tuple):
            return tuple([self._like(a, b) for a, b in zip(before, now, strict=True)])
        kinds = [parts(x)[0].kind for x in (before, now)]
        if kinds[0] != kinds[1]:
            if kinds[0] == "double":
                return Number("double", self.double(now))
            raise Untranslatable("a variable of two kinds in a loop")
        return now


def _changed(statements: list[ast.stmt]) -> set[str]:
    """The names that statements assign or append to."""
    names = set()
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif (
                isinstance(node, ast.Attribute) and node.attr == "append" and isinstance(node.value, ast.Name)
            ):
                names.add(node.value.id)
    return names
