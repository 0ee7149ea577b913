"""Derivatives of high order in one variable, at a cost polynomial in the order: Taylor mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.graph import Node, is_end, operands, topological
from autograd.linear import inlined
from autograd.primitive_type import Number
from autograd.pytree import unflatten
from autograd.recording import Recording
from autograd.series import Series, Table, at
from autograd.transforms import Function, _like
from autograd.value import Value


def taylor(f: Function, x: Any, order: int) -> list[Any]:
    """The coefficients of f's Taylor polynomial at x up to that order: number k is derivative k over k!.

    Each has the structure of f's output. f runs once, and what it recorded is read over power series, so f
    may use every transform itself; where x is a Value the coefficients are.

    >>> taylor(lambda x: 1.0 / (1.0 - x), 0.0, 4)
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    _check_order("taylor", order)
    return _coefficients("taylor", f, (x,), {}, order)


def derivative(f: Function, n: int = 1) -> Function:
    """The n-th derivative of a function of one number, its first argument.

    >>> derivative(lambda x: x**5, 3)(2.0)
    240.0
    """
    _check_order("derivative", n)

    @_like(f, f"derivative {n}")
    def nth(*args: Any, **kwargs: Any) -> Any:
        return _coefficients("derivative", f, args, kwargs, n, last=True)[0]

    return nth


def _check_order(name: str, order: object) -> None:
    if not isinstance(order, int) or order < 0:
        raise ValueError(f"{name}: the order is {order!r}: give an integer of at least 0")


def _coefficients(
    name: str, f: Function, args: Sequence[Any], kwargs: dict[str, Any], order: int, last: bool = False
) -> list[Any]:
    """All coefficients; or, for `last`, the derivative of that order alone."""
    recorded = Recording(name, f, args, kwargs)
    if recorded.structure.kind is not None and recorded.structure.shape != ():
        raise TypeError(
            f"{name} takes a function of one number, and its argument is {recorded.structure}: "
            "map over several with vmap, or fix a direction: lambda t: f(x + t * v)"
        )
    live = recorded.live
    series = read(recorded.roots, recorded.inputs, order, live)
    found: list[Any] = []
    for k in range(order if last else 0, order + 1):
        remaining = iter(series)
        leaves = [at(next(remaining) if isinstance(x, Value) else x, k) for x in recorded.leaves]
        if last:
            for i in range(2, k + 1):
                leaves = [x * float(i) for x in leaves]
        found.append(unflatten(recorded.out, recorded.finish(leaves, live)[0]))
    return found


def read(roots: Sequence[Node], inputs: Sequence[Node], order: int, live: bool) -> list[Number]:
    """The roots as power series in the one input: the recorded graph read once more over series.

    Level by level, so that long chains do not recurse. Numbers are nodes where the reading is `live`.
    """
    roots = inlined(roots, inputs)
    table = Table()
    (x,) = inputs
    known: dict[int, Number] = {id(x): table.variable(x if live else x.number, 1.0)}
    moving: list[Series] = []
    for node in topological(roots, inputs):
        if node.primitive is None or is_end(node):
            continue
        given = operands(node)
        if not any([id(y) in known for y in given]):
            continue
        numbers = tuple([known[id(y)] if id(y) in known else _constant(y, live) for y in given])
        made = table.apply(node.primitive, numbers, node if live else node.number)
        known[id(node)] = made
        if isinstance(made, Series):
            moving.append(made)
    for k in range(1, order + 1):
        for series in moving:
            series.coefficient(k)
    return [known.get(id(root), _constant(root, live)) for root in roots]


def _constant(x: Any, live: bool) -> Number:
    """A number that doesn't move with the input."""
    return x.number if isinstance(x, Node) and not live else x
