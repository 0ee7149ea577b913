"""The float sweep: cotangents handed down from roots to leaves, one multiplication and addition an edge."""

from __future__ import annotations

from _thread import allocate_lock, get_ident
from collections.abc import Sequence
from typing import Final, final

from autograd._native import i64
from autograd.errors import TracedValueError
from autograd.graph import Node, parents


@final
class _Sweeps:
    """The mark from which the next sweep counts, and the thread that sweeps now (0: none)."""

    def __init__(self) -> None:
        self.base: i64 = 2
        self.thread: i64 = 0


SWEEPS: Final = _Sweeps()
LOCK: Final = allocate_lock()


def sweeping() -> bool:
    """Whether this thread is in the middle of a float sweep: a checkpointed function is being run again."""
    return SWEEPS.thread == get_ident() and LOCK.locked()


@final
class _Sweep:
    """One float sweep: counts the edges below the roots, then hands cotangents down edge by edge.

    What must survive (the gradients of leaves; where `keep` is False, all earlier ones) is put by first, so
    that an interrupted sweep changes nothing. The loops treat `left` and `right` alike but apart: this is the
    hot path, and a call an edge would triple its time.
    """

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.base: i64 = SWEEPS.base
        self.stack: list[Node] = []
        self.kept: list[Node] = []
        self.grads: list[float | None] = []  # None: there was no gradient

    def ready(self, node: Node) -> bool:
        """Meet a node for the first time: put its gradient by; True where it has operands."""
        leaf = node.primitive is None
        if leaf or (node.mark != 0 and not self.keep):
            self.kept.append(node)
            self.grads.append(node.grad_ if node.mark != 0 else None)
        node.mark = self.base + 1
        node.grad_ = -0.0  # the one number that adds to every other without a trace
        return not leaf

    def count(self, roots: Sequence[Node]) -> None:
        """Leave in every mark the number of edges that lead to its node."""
        stack, base = self.stack, self.base
        edges: i64 = 0
        node: Node | None = None
        after: Node | None = None  # the next node, spared the way over the stack
        try:
            for root in roots:
                edges += 1
                if root.mark >= base:
                    root.mark += 1
                elif self.ready(root):
                    node = root
                while node is not None:
                    after = None
                    left = node.left
                    if left is not None:
                        edges += 1
                        if left.mark >= base:
                            left.mark += 1
                        elif self.ready(left):
                            after = left
                    right = node.right
                    if right is not None:
                        edges += 1
                        if right.mark >= base:
                            right.mark += 1
                        elif self.ready(right):
                            if after is not None:
                                stack.append(after)
                            after = right
                    extra = node.extra
                    if extra is not None:
                        for x in extra.operands:
                            if isinstance(x, Node):
                                edges += 1
                                if x.mark >= base:
                                    x.mark += 1
                                elif self.ready(x):
                                    stack.append(x)
                    if after is None and stack:
                        after = stack.pop()
                    node = after
        finally:
            SWEEPS.base = base + edges + 1

    def propagate(self, roots: Sequence[Node], seeds: Sequence[float]) -> None:
        """Hand cotangents on: a node passes its own when the last one has come in."""
        stack, base = self.stack, self.base
        node: Node | None = None
        after: Node | None = None
        for i in range(len(roots)):
            root = roots[i]
            root.grad_ += seeds[i]
            root.mark -= 1
            if root.mark == base and root.primitive is not None:
                node = root
            while node is not None:
                cotangent = node.grad_
                after = None
                left = node.left
                if left is not None:
                    left.grad_ += cotangent * node.dleft
                    left.mark -= 1
                    if left.mark == base and left.primitive is not None:
                        after = left
                right = node.right
                if right is not None:
                    right.grad_ += cotangent * node.dright
                    right.mark -= 1
                    if right.mark == base and right.primitive is not None:
                        if after is not None:
                            stack.append(after)
                        after = right
                extra = node.extra
                if extra is not None:
                    given = extra.partials
                    if extra.segment is not None:
                        given = extra.segment.pull(cotangent)
                        cotangent = 1.0
                    for j in range(len(given)):
                        x = extra.operands[j]
                        if isinstance(x, Node):
                            x.grad_ += cotangent * given[j]
                            x.mark -= 1
                            if x.mark == base and x.primitive is not None:
                                stack.append(x)
                if after is None and stack:
                    after = stack.pop()
                node = after

    def restore(self) -> None:
        """Give what was put by its gradient back."""
        for node, grad in zip(self.kept, self.grads):  # noqa: B905 - an interrupt may leave the last one out
            node.grad_ = 0.0 if grad is None else grad
            node.mark = 0 if grad is None else 1

    def forget(self, roots: Sequence[Node]) -> None:
        """Make every node reached read as never swept."""
        stack: list[Node] = list(roots)
        while stack:
            node = stack.pop()
            if node.mark >= self.base:
                node.mark = 0
                node.grad_ = 0.0
                if node.extra is not None and node.extra.segment is not None:
                    node.extra.segment.reset()
                stack.extend(parents(node))

    def undo(self, roots: Sequence[Node]) -> None:
        """Leave every gradient as it was before the sweep, and what was reached as never swept."""
        try:
            self.forget(roots)
        finally:
            self.restore()


def _check_alone() -> None:
    """RuntimeError where this thread is in a sweep already: waiting for it would be waiting forever."""
    if sweeping():
        raise RuntimeError(
            "a sweep began while another of the same thread was under way, in a signal handler, a finalizer "
            "(__del__) or a checkpointed function: put the work by, and sweep when the other sweep has "
            "returned; in a checkpointed function use autograd.grad"
        )


def _run(sweep: _Sweep, roots: Sequence[Node], seeds: Sequence[float]) -> None:
    for root in roots:
        if root.mark < 0:
            raise TracedValueError("backward() can't run on a value being traced: use autograd.grad instead")
    try:
        sweep.count(roots)
        sweep.propagate(roots, seeds)
    except BaseException:
        sweep.undo(roots)
        raise


def backward(roots: Sequence[Node], seeds: Sequence[float]) -> None:
    """Sweep floats from the roots: leaves accumulate into `grad_`, interior nodes are swept afresh."""
    _check_alone()
    with LOCK:
        SWEEPS.thread = get_ident()
        try:
            sweep = _Sweep(True)
            _run(sweep, roots, seeds)
            try:
                for node, grad in zip(sweep.kept, sweep.grads, strict=True):
                    if grad is not None:
                        node.grad_ = grad + node.grad_
            except BaseException:
                sweep.restore()
                raise
        finally:
            SWEEPS.thread = 0


def cotangents(roots: Sequence[Node], seeds: Sequence[float], wanted: Sequence[Node]) -> list[float]:
    """The floats a sweep brings to the wanted nodes; no gradient of any node is changed."""
    _check_alone()
    with LOCK:
        SWEEPS.thread = get_ident()
        try:
            sweep = _Sweep(False)
            _run(sweep, roots, seeds)
            try:
                return [node.grad_ if node.mark >= sweep.base else 0.0 for node in wanted]
            finally:
                sweep.undo(roots)
        finally:
            SWEEPS.thread = 0


def own_cotangents(
    roots: Sequence[Node], seeds: Sequence[float], wanted: Sequence[Node], since: float
) -> list[float] | None:
    """As `cotangents`, for a graph of the caller's own that nobody looks at again; None where it is not.

    It is not where a leaf made before that time takes part: then the derivative depends on more than numbers.
    """
    _check_alone()
    with LOCK:
        SWEEPS.thread = get_ident()
        try:
            sweep = _Sweep(False)
            own = False
            try:
                sweep.count(roots)
                own = all([node.primitive is not None or node.dleft >= since for node in sweep.kept])
                if own:
                    sweep.propagate(roots, seeds)
                    return [node.grad_ if node.mark >= sweep.base else 0.0 for node in wanted]
            except BaseException:
                own = False
                raise
            finally:
                if not own:
                    sweep.undo(roots)
            return None
        finally:
            SWEEPS.thread = 0
