"""From Python to a program: run the function once on traced values, and write down what it recorded.

A traced value is a Value with a mark that its results inherit; it refuses to be a number or a condition.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.compiler.build import Builder, Trace
from autograd.compiler.lanes import TRACED
from autograd.compiler.program import Program
from autograd.compiler.structure import Structure, flatten, path
from autograd.errors import TracedValueError
from autograd.graph import topological
from autograd.modes import depth, set_depth, tracing
from autograd.primitive_type import as_float
from autograd.value import Value


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave the garbage collector out: of millions of small objects made at once, none is garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def traced(number: float) -> Value:
    """A value that stands for every number; the one given serves as an example."""
    value = Value(number)
    value.mark = TRACED
    return value


def trace(
    call: Callable[[list[Value]], Any],
    numbers: Sequence[float],
    arguments: Structure,
    name: str,
    shapes: frozenset[tuple[int, ...]] = frozenset(),
) -> Trace:
    """The program of a function of traced values, found by calling it once.

    Nested lists in the result that have one of the shapes become arrays.
    """
    inputs = [traced(x) for x in numbers]
    outside = depth("no_grad")
    set_depth("no_grad", 0)  # the program may be differentiated later, elsewhere
    try:
        with tracing():
            result = call(inputs)
    except TypeError as problem:
        if not isinstance(problem, TracedValueError):
            problem.add_note(
                f"(while jit traced {name}: its arguments are Values that stand for every number. What must "
                "be an int, a range or an index there, name in static_argnums)"
            )
        raise
    finally:
        set_depth("no_grad", outside)
    leaves, results = flatten(result)
    leaves = [x if isinstance(x, Value) else _number(x, results, i, name) for i, x in enumerate(leaves)]
    if shapes:
        results = _as_arrays(results, shapes)
    builder = Builder(inputs)
    outputs = [builder.output(x) for x in _written(builder, leaves)]
    return builder.finish(outputs, name, arguments, results)


def _number(leaf: Any, results: Structure, i: int, name: str) -> float:
    try:
        return as_float(leaf, f"a result of {name}")
    except TypeError:
        where = path(results, i)
        raise TypeError(
            f"{name} returned {leaf!r} of type {type(leaf).__name__}{' at ' if where else ''}{where}: "
            "a jitted function returns numbers, in lists, tuples, dicts and arrays"
        ) from None


def _written(builder: Builder, leaves: list[Any]) -> list[Any]:
    roots = [x for x in leaves if isinstance(x, Value) and x.mark < 0]
    for node in topological(roots):
        if node.mark < 0:
            builder.write(node)
    return leaves


def _as_arrays(structure: Structure, shapes: frozenset[tuple[int, ...]]) -> Structure:
    shape = _shape(structure)
    if shape in shapes:
        return ("array", shape)
    if structure[0] in ("list", "tuple"):
        return (structure[0], tuple([_as_arrays(s, shapes) for s in structure[1]]))
    if structure[0] in ("dict", "named"):
        return (structure[0], structure[1], tuple([_as_arrays(s, shapes) for s in structure[2]]))
    return structure


def _shape(structure: Structure) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers: () for a number, None where ragged."""
    if structure[0] == "leaf":
        return ()
    if structure[0] == "array":
        inner: tuple[int, ...] = structure[1]
        return inner
    if structure[0] != "list" or not structure[1]:
        return None
    rows = {_shape(s) for s in structure[1]}
    row = rows.pop()
    return None if rows or row is None else (len(structure[1]), *row)


def closed(found: Trace) -> Program:
    """The program with the values from outside as constants: complete in itself."""
    program, captured = found
    if not captured:
        return program
    # Inputs before constants: the last inputs become the first constants, and no number changes.
    return Program(
        program.inputs - len(captured),
        [*[x.number for x in captured], *program.constants],
        program.instructions,
        program.outputs,
        program.name,
        program.arguments,
        program.results,
    )
