"""Nodes linked into a graph, the orders in which it is walked, and the sweeps; no mathematics.

A node holds the number computed, its operands and the local partials, captured when it was recorded. A sweep
multiplies and adds along the edges; it reads the partials as floats, or the rules as nodes (`pullback`), and
then the derivative is a graph again. No walk recurses, and no order depends on hashes or addresses.
"""

from __future__ import annotations

from _thread import allocate_lock, get_ident
from collections.abc import Iterator, Sequence
from typing import Any, Final, final

from autograd._native import i64, mypyc_attr
from autograd.errors import StaleGraphError, TracedValueError
from autograd.modes import resumed
from autograd.primitive_type import Number, Primitive


@final
@mypyc_attr(acyclic=True)
class Extra:
    """What few nodes have: a label, the source line, three and more operands with their partials.

    A checkpointed node has a `segment` in place of partials, which finds them when they are needed.
    """

    __slots__ = ("label", "operands", "partials", "segment", "source")

    def __init__(self) -> None:
        self.label: str | None = None
        self.source: str | None = None
        self.operands: tuple[Any, ...] = ()
        self.partials: list[float] = []
        self.segment: Any = None


@mypyc_attr(acyclic=True)
class Node:
    """A number and how it was made.

    With one or two operands, `left` and `right` are the operands that are nodes and `dleft`, `dright` their
    local partials; where an operand is a plain number, its side is None and the partial's place holds
    the number. More operands stand in `extra`. A leaf has no primitive, and its `dleft` holds the time it was
    made (see `_Clock`).

    `mark` counts the edges a sweep has still to see, above a base that rises with every sweep: marks below
    the base are old and need no clearing. 0: never swept; negative: traced, stands for every number.
    """

    __slots__ = ("dleft", "dright", "extra", "grad_", "left", "mark", "number", "primitive", "right")
    __deletable__ = ("left",)  # for the compiler: a node whose construction failed lacks it

    def __init__(self) -> None:
        # In the order of use: what freeing and counting touch shares a cache line.
        self.left: Node | None = None
        self.right: Node | None = None
        self.extra: Extra | None = None
        self.mark: i64 = 0
        self.primitive: Primitive | None = None
        self.grad_: float = 0.0
        self.dleft: float = 0.0
        self.dright: float = 0.0
        self.number: float = 0.0

    def __del__(self) -> None:
        """Free the operands without nesting deeper than a bound: graphs are deep, the C stack is not.

        Compiled nodes are unknown to the garbage collector, and to its help with deep frees. Interpreted
        ones have that help, so this method is taken away from them below.
        """
        try:
            if self.left is None and self.right is None and self.extra is None:
                return
        except AttributeError:
            return
        freeing = FREEING
        if freeing.depth < DEEPEST:
            freeing.depth += 1
            self.left = None
            self.right = None
            self.extra = None
            freeing.depth -= 1
            if freeing.depth == 0 and freeing.waiting:
                freeing.depth = 1
                while freeing.waiting:
                    freeing.waiting.pop()
                freeing.depth = 0
        else:
            freeing.waiting.append(self.left)
            freeing.waiting.append(self.right)
            freeing.waiting.append(self.extra)
            self.left = None
            self.right = None
            self.extra = None


DEEPEST: Final = 100


@final
class _Clock:
    """How many transforms have begun: a leaf older than a transform is no part of what it differentiates."""

    def __init__(self) -> None:
        self.now: float = 0.0

    def tick(self) -> float:
        """The time at which a transform begins."""
        self.now += 1.0
        return self.now


CLOCK: Final = _Clock()


@final
class _Freeing:
    """How deep the freeing of nodes is nested, and what waits until it has unwound."""

    def __init__(self) -> None:
        self.depth: i64 = 0
        self.waiting: list[object] = []


FREEING: Final = _Freeing()

if __file__.endswith(".py"):
    delattr(Node, "__del__")


def parents(node: Node) -> tuple[Any, ...]:
    """The operands that are nodes, in operand order."""
    extra = node.extra
    if extra is not None and extra.operands:
        return tuple([x for x in extra.operands if isinstance(x, Node)])
    left, right = node.left, node.right
    if left is not None:
        return (left,) if right is None else (left, right)
    return () if right is None else (right,)


def operands(node: Node) -> tuple[Any, ...]:
    """All operands in order, plain numbers as floats."""
    extra = node.extra
    if extra is not None and extra.operands:
        return extra.operands
    primitive = node.primitive
    if primitive is None:
        return ()
    left: Node | float = node.dleft if node.left is None else node.left
    if primitive.arity == 1:
        return (left,)
    return (left, node.dright if node.right is None else node.right)


def partials(node: Node) -> tuple[float, ...]:
    """The captured local partials, one a parent."""
    extra = node.extra
    if extra is not None and extra.operands:
        return tuple([d for x, d in zip(extra.operands, extra.partials, strict=True) if isinstance(x, Node)])
    if node.left is None:
        return () if node.right is None else (node.dright,)
    return (node.dleft,) if node.right is None else (node.dleft, node.dright)


def topological(roots: Sequence[Node], stop: Sequence[Node] = ()) -> list[Any]:
    """Every node the roots depend on, operands before users, left operands first.

    Walks do not enter the nodes to stop at, which are not in the order.
    """
    order: list[Node] = []
    entered: dict[int, bool] = {}  # False: its operands are under way; True: in the order
    for node in stop:
        entered[id(node)] = True
    stack: list[Node] = list(roots)
    stack.reverse()
    while stack:
        node = stack[-1]
        done = entered.get(id(node))
        if done is None:
            entered[id(node)] = False
            operands_ = parents(node)
            for i in range(len(operands_) - 1, -1, -1):
                if id(operands_[i]) not in entered:
                    stack.append(operands_[i])
        else:
            stack.pop()
            if not done:
                entered[id(node)] = True
                order.append(node)
    return order


# --- the float sweep ----------------------------------------------------------------------------------------


@final
class _Sweeps:
    """The mark from which the next sweep counts, and the thread that sweeps now (0: none)."""

    def __init__(self) -> None:
        self.base: i64 = 2
        self.thread: i64 = 0
        self.segments = False  # whether anything was ever checkpointed


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
        self.edges: i64 = 0
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


# --- checkpointed segments ----------------------------------------------------------------------------------


def inline(roots: Sequence[Node], again: dict[int, Any], stop: Sequence[Node] = ()) -> bool:
    """Record again what checkpointed segments left out, and what depends on it; False where there are none.

    `again` maps the nodes replaced, and those to replace, to the new ones.
    """
    with resumed():
        return _inline(roots, again, stop)


def _inline(roots: Sequence[Node], again: dict[int, Any], stop: Sequence[Node]) -> bool:
    outputs: dict[int, list[Any]] = {}
    held: list[Any] = []  # ids must not be used twice meanwhile
    found = len(again) > 0
    for node in topological(roots, stop):
        if id(node) in again or node.primitive is None:
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
                _inline(fresh, inner, moved)
                outputs[id(node)] = [inner.get(id(x), x) for x in fresh]
            else:
                again[id(node)] = outputs[id(given[0])][segment.output]
        elif any([id(x) in again for x in given]):
            again[id(node)] = node.primitive(*[again.get(id(x), x) for x in given])
    return found


# --- the sweep over rules -----------------------------------------------------------------------------------


def _check_fresh(node: Node, rule: Sequence[Number]) -> None:
    """Raise StaleGraphError where the rule, run on today's numbers, no longer gives the captured partials."""
    captured = partials(node)
    now = [d for d, x in zip(rule, operands(node), strict=True) if isinstance(x, Node)]
    for old, d in zip(captured, now, strict=True):
        new = d.number if isinstance(d, Node) else d
        if isinstance(new, float) and new != old and (new == new or old == old):
            name = node.primitive.name if node.primitive is not None else ""
            raise StaleGraphError(
                f"an operand of {name!r} was changed after it was recorded (the local partial was {old!r}, "
                f"is now {new!r}): record the expression again before taking derivatives of derivatives"
            )


def is_end(node: Node) -> bool:
    """Whether no derivative goes through the node, whatever its operands."""
    primitive = node.primitive
    return primitive is not None and primitive.name == "stop_gradient"


Memo = dict[int, tuple[Number, ...]]


def run_rule(node: Node, given: tuple[Any, ...], memo: Memo | None) -> tuple[Number, ...]:
    """The partials of a recorded node as numbers that are recorded themselves, one an operand."""
    if memo is not None and id(node) in memo:
        return memo[id(node)]
    assert node.primitive is not None
    rule = node.primitive.local_partials(node, given)
    _check_fresh(node, rule)
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
    if SWEEPS.segments:
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
    ends = {id(node) for node in wanted}
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
            if node.primitive is None or (bounded and id(node) in ends):
                continue
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
