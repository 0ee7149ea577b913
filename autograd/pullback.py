"""The sweep over rules: cotangents are nodes themselves, so that a derivative is a graph again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, final

from autograd.errors import StaleGraphError
from autograd.graph import Node, is_end, operands, parents, partials, topological
from autograd.modes import resumed
from autograd.primitive_type import Number

Memo = dict[int, tuple[Number, ...]]


def _check_fresh(node: Node, name: str, rule: Sequence[Number]) -> None:
    """Raise StaleGraphError where the rule, run on today's numbers, no longer gives the captured partials."""
    captured = partials(node)
    now = [d for d, x in zip(rule, operands(node), strict=True) if isinstance(x, Node)]
    for old, d in zip(captured, now, strict=True):
        new = d.number if isinstance(d, Node) else d
        if isinstance(new, float) and new != old and (new == new or old == old):
            raise StaleGraphError(
                f"an operand of {name!r} was changed after it was recorded (the local partial was {old!r}, "
                f"is now {new!r}): record the expression again before taking derivatives of derivatives"
            )


def run_rule(node: Node, given: tuple[Any, ...], memo: Memo | None) -> tuple[Number, ...]:
    """The partials of a recorded node as numbers that are recorded themselves, one an operand."""
    if memo is not None and id(node) in memo:
        return memo[id(node)]
    primitive = node.primitive
    assert primitive is not None
    rule = primitive.local_partials(node, given)
    _check_fresh(node, primitive.name, rule)
    if memo is not None:
        memo[id(node)] = rule
    return rule


def times(cotangent: Number, partial: Number) -> Number:
    """The product, without a node where one factor is the number 1."""
    if isinstance(partial, float) and partial == 1.0:
        return cotangent
    # While tracing the product is written out: a lane marker alone would be no number of its own.
    traced = isinstance(partial, Node) and partial.mark < 0
    if isinstance(cotangent, float) and cotangent == 1.0 and not traced:
        return partial
    return cotangent * partial


def _edges(node: Node, relevant: set[int]) -> Iterator[Node]:
    for x in parents(node):
        if id(x) in relevant:
            yield x


def pullback(
    roots: Sequence[Node],
    seeds: Sequence[Number],
    wanted: Sequence[Node],
    bounded: bool = False,
    memo: Memo | None = None,
) -> list[Number]:
    """The cotangents of the wanted nodes as numbers that are recorded themselves; 0.0 where nothing leads.

    The rules run on the nodes, in the very order of the float sweep, so both give the same bits. `bounded`:
    no wanted node depends on another, so the walk may stop at them. `memo` keeps the rules' results from one
    pullback over a graph to the next.
    """
    stop = wanted if bounded else ()
    if SEGMENTS.exist:
        again: dict[int, Any] = {}
        if inline(roots, again, stop):
            memo = None
            roots = [again.get(id(node), node) for node in roots]
            wanted = [again.get(id(node), node) for node in wanted]
    order = topological(roots, stop)
    relevant = {id(node) for node in wanted}
    for node in order:
        if any(id(x) in relevant for x in parents(node)) and not is_end(node):
            relevant.add(id(node))
    pending: dict[int, int] = {}
    for root in roots:
        pending[id(root)] = pending.get(id(root), 0) + 1
    order.reverse()
    for node in order:
        # A node below a stopped gradient alone hands nothing on.
        if id(node) in pending and id(node) in relevant:
            for parent in _edges(node, relevant):
                pending[id(parent)] = pending.get(id(parent), 0) + 1

    found: dict[int, Number] = {}
    stack: list[Node] = []

    def hand(node: Node, cotangent: Number) -> None:
        key = id(node)
        found[key] = found[key] + cotangent if key in found else cotangent
        pending[key] -= 1
        if pending[key] == 0:
            stack.append(node)

    for root, seed in zip(roots, seeds, strict=True):
        if id(root) in relevant:
            hand(root, seed)
        while stack:
            node = stack.pop()
            targets = list(_edges(node, relevant))
            if not targets:
                continue
            cotangent = found[id(node)]
            all_operands = operands(node)
            rule = run_rule(node, all_operands, memo)
            for x, d in zip(all_operands, rule, strict=True):
                if isinstance(x, Node) and id(x) in relevant:
                    hand(x, times(cotangent, d))
    return [found.get(id(node), 0.0) for node in wanted]


# --- checkpointed segments ----------------------------------------------------------------------------------


@final
class _Segments:
    """Whether anything was ever checkpointed: while nothing is, no walk looks for it."""

    def __init__(self) -> None:
        self.exist = False


SEGMENTS: Final = _Segments()


def inline(roots: Sequence[Node], again: dict[int, Any], stop: Sequence[Node] = ()) -> bool:
    """Record again what checkpointed segments left out, and what depends on it; False where there are none.

    `again` maps the nodes replaced, and those to replace, to the new ones.
    """
    with resumed():
        return _inline(roots, again, stop)


def _inline(roots: Sequence[Node], again: dict[int, Any], stop: Sequence[Node]) -> bool:
    outputs: dict[int, list[Any]] = {}
    held: list[Any] = []  # ids must not be used twice meanwhile
    found = False
    for node in topological(roots, stop):
        if node.primitive is None:
            continue
        given = operands(node)
        segment = None if node.extra is None else node.extra.segment
        if segment is not None:
            found = True
            if segment.output < 0:
                moved = [again.get(id(x), x) for x in given]
                fresh = segment.record(moved)
                inner = {id(x): y for x, y in zip(given, moved, strict=True) if x is not y}
                held.append(fresh)
                _inline(fresh, inner, [*given, *moved])
                outputs[id(node)] = [inner.get(id(x), x) for x in fresh]
            else:
                again[id(node)] = outputs[id(given[0])][segment.output]
        elif any([id(x) in again for x in given]):
            again[id(node)] = node.primitive(*[again.get(id(x), x) for x in given])
    return found
