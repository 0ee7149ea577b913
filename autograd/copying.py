"""Copies of a graph: pickles and deep copies, without recursion and with all sharing kept."""

from __future__ import annotations

from _thread import _local
from collections.abc import Callable
from typing import Any, Final
from weakref import ref

from autograd.graph import Node, operands, partials, topological

Rebuild = Callable[..., Any]


def fields(node: Node) -> tuple[Any, ...]:
    """All that makes a node: number, gradient or None, label, primitive, operands, partials."""
    label = None if node.extra is None else node.extra.label
    if node.extra is not None and node.extra.segment is not None:
        raise TypeError(
            "a graph with checkpointed segments can't be copied or pickled: record it without checkpoint"
        )
    grad = node.grad_ if node.mark > 0 else None
    return node.number, grad, label, node.primitive, operands(node), partials(node)


def deepcopy(root: Node, memo: dict[int, Any], rebuild: Rebuild) -> Any:
    """Copy the graph below the root; nodes that the memo knows are copied already."""
    for node in topological([root]) if root.primitive is not None else (root,):
        if id(node) not in memo:
            number, grad, label, primitive, given, captured = fields(node)
            copied = tuple([memo[id(x)] if isinstance(x, Node) else x for x in given])
            memo[id(node)] = rebuild(number, grad, label, primitive, copied, captured)
    return memo[id(root)]


# A pickler asks each node alone what it is made of, and would recurse from operand to operand. So the root
# answers with a list of its ancestors first, operands before users: when a user's turn comes, the pickler has
# its operands in its memo already. While such a list is under way, its nodes answer for themselves only.

THREAD: Final = _local()


def reduce(node: Node, rebuild: Rebuild) -> tuple[Any, ...]:
    """What `__reduce_ex__` answers for a node: how to rebuild it, after its ancestors where it has any."""
    listing = THREAD.listing() if hasattr(THREAD, "listing") else None
    if node.primitive is None or (listing is not None and id(node) in listing.handed):
        return rebuild, fields(node)
    return after, (Ancestors(node), rebuild, *fields(node))


def after(ancestors: list[Any], rebuild: Rebuild, *root: Any) -> Any:
    """Rebuild a root whose ancestors have been rebuilt already."""
    return rebuild(*root)


class Ancestors:
    """Pickles as a list of the nodes below a root, each of which then answers for itself only."""

    def __init__(self, root: Node) -> None:
        self.nodes = topological([root])[:-1]

    def __reduce__(self) -> tuple[Any, ...]:
        listing = Listing(self.nodes)
        THREAD.listing = ref(listing)  # gone with the pickler's hold on it, even where the pickler fails
        return list, (), None, listing


class Listing:
    """An iterator that remembers which nodes it has handed to the pickler."""

    def __init__(self, nodes: list[Any]) -> None:
        self.remaining = iter(nodes)
        self.handed: set[int] = set()

    def __iter__(self) -> Listing:
        return self

    def __next__(self) -> Any:
        node = next(self.remaining)
        self.handed.add(id(node))
        return node
