"""Lists of numbers and of pairs: room on the stack, loads and stores, tables of constants."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from autograd.compiler.translation.kinds import Array, Untranslatable, constant, parts
from autograd.compiler.translation.operators import Operators

ROOM: Final = 176  # elements of a list that grows: Taylor series up to order 170


class Lists(Operators):
    """Evaluates what has to do with lists."""

    def _list(self, node: ast.List) -> Any:
        return self.listed([self.evaluate(x) for x in node.elts])

    def listed(self, elements: list[Any]) -> Array:
        """A list with room to grow."""
        item = len(parts(elements[0])) if elements else 0
        array = Array(self.room(ROOM * (item or 2)), len(elements), item)
        for k, element in enumerate(elements):
            self.store(array, k, element)
        return array

    def room(self, doubles: int) -> str:
        """Room on the stack, found at the function's beginning."""
        name = f"%room{len(self.entry)}"
        self.entry.append(f"{name} = alloca [{doubles} x double]")
        return name

    def room_for(self, length: Any) -> str:
        """Room for so many pairs or numbers."""
        if isinstance(length, int):
            return self.room(max(1, 2 * length))
        return self.block.new(f"alloca [2 x double], i64 {self.whole(length)}")

    def element(self, array: Array, index: Any) -> str:
        """The address of array[index]."""
        at = self.whole(self.binary(ast.Mult, index, array.item) if array.item > 1 else index)
        return self.block.new(f"getelementptr double, ptr {array.pointer}, i64 {at}")

    def store(self, array: Array, index: Any, value: Any) -> None:
        """array[index] = value."""
        numbers = value if isinstance(value, tuple) else (value,)
        if len(numbers) != array.item:
            raise Untranslatable("an element of another kind")
        pointer = self.element(array, index)
        for k, number in enumerate(numbers):
            name = self.double(number)
            if k:
                pointer = self.block.new(f"getelementptr double, ptr {pointer}, i64 1")
            self.line(f"store double {name}, ptr {pointer}")

    def load(self, array: Array, index: Any) -> Any:
        """array[index]."""
        pointer = self.element(array, index)
        numbers = []
        for k in range(array.item):
            if k:
                pointer = self.block.new(f"getelementptr double, ptr {pointer}, i64 1")
            numbers.append(self.real(self.block.new(f"load double, ptr {pointer}")))
        return tuple(numbers) if array.item > 1 else numbers[0]

    def _subscript(self, node: ast.Subscript) -> Any:
        whole = self.evaluate(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._slice(whole, node.slice)
        index = self.evaluate(node.slice)
        if isinstance(whole, Array):
            return self.load(whole, index)
        if isinstance(index, int):
            return whole[index]
        if not constant(whole):
            array = Array(self.room(len(parts(whole))), len(whole), len(parts(whole[0])))
            for k, element in enumerate(whole):
                self.store(array, k, element)
            return self.load(array, index)
        return self.looked_up(whole, index)

    def looked_up(self, table: Any, index: Any) -> Any:
        """An element of a constant tuple of numbers or of tuples of numbers."""
        rows = [row if isinstance(row, tuple) else (row,) for row in table]
        name = f"@{self.symbol}.table{len(self.globals)}"
        numbers = ", ".join([f"double {self.block.constant(float(x))}" for row in rows for x in row])
        count = sum([len(row) for row in rows])
        self.globals.append(f"{name} = internal constant [{count} x double] [{numbers}]")
        return self.load(Array(name, len(rows), len(rows[0])), index)

    def _slice(self, whole: Any, part: ast.Slice) -> Any:
        low = self.evaluate(part.lower) if part.lower is not None else 0
        if not isinstance(whole, Array):
            return whole[low : None if part.upper is None else self.evaluate(part.upper)]
        high = self.evaluate(part.upper) if part.upper is not None else whole.length
        return Array(
            whole.pointer if low == 0 else self.element(whole, low),
            self.binary(ast.Sub, high, low),
            whole.item,
        )

    def filled(self, element: Any, length: Any) -> Array:
        """[element] * length."""
        array = Array(self.room_for(length), length, len(parts(element)))
        self.repeat(length, lambda k: self.store(array, k, element), set())
        return array

    def repeat(self, count: Any, body: Callable[[Any], Any], changes: set[str]) -> None:
        """The body so many times, given the number of the turn (see `Loops`)."""
        raise NotImplementedError

    def append(self, name: str, value: Any) -> None:
        """name.append(value)."""
        array = self.env[name]
        if array.item == 0:
            array = Array(array.pointer, array.length, len(parts(value)))
        self.store(array, array.length, value)
        self.env[name] = Array(array.pointer, self.binary(ast.Add, array.length, 1), array.item)

    def copied(self, x: Any) -> Array:
        """A list of its own with the same elements."""
        if not isinstance(x, Array):
            raise Untranslatable("a list of that")
        made = Array(self.room_for(x.length), x.length, x.item)
        self.repeat(x.length, lambda k: self.store(made, k, self.load(x, k)), set())
        return made
