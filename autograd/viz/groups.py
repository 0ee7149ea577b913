"""Which module a node works for, found from the parameters it meets; and folding by it.

No node records the module it was made in. The rule that finds it:

- A parameter belongs to the module its path names: `layers[0].neurons[3].w[1]` to `layers[0]`, `neurons[3]`.
- An operation on parameters belongs to the innermost module they share.
- An operation on results of one module belongs to it as well, if they come from the same call: a call
  uses each parameter once, so results that met the same parameter come from different calls of a batch.
- When all parameters of a module have met, its sum is complete: one function of that sum alone (the
  activation) still belongs to it; arithmetic with it, and what comes later, does not.
- What meets an input, or results of different modules, belongs to no module (a loss).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from autograd.viz.snapshot import Node, Path, Snapshot

ARITHMETIC = frozenset({"add", "sub", "mul", "div", "neg", "pow", "floordiv", "mod"})
OUTSIDE = "outside the model"
INPUTS = "inputs"


def module_path(name: str) -> Path:
    """The modules a parameter's name leads through, outermost first.

    >>> module_path("layers[0].neurons[3].w[1]"), module_path("layers.0.neurons.3.b"), module_path("w[1]")
    (('layers[0]', 'neurons[3]'), ('layers[0]', 'neurons[3]'), ())
    """
    return tuple(re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", name).split(".")[:-1])


def assign(graph: Snapshot) -> None:
    """Set the group of every node of a graph whose parameters have paths."""
    bits: dict[int, int] = {}
    full: dict[Path, int] = {}
    for node in graph.nodes:
        if node.role == "parameter" and node.label is not None:
            node.group = module_path(node.label)
            bits[node.id] = 1 << full.get(node.group, 0).bit_length()
            full[node.group] = full.get(node.group, 0) | bits[node.id]
    if not full:
        return
    met: dict[int, int] = {}  # the parameters of its group that a result has met
    closed: set[int] = set()
    for node in graph.nodes:
        if not node.operands:
            continue
        operands = [graph.nodes[i] for i in dict.fromkeys(node.operands)]
        own = [n for n in operands if n.role == "parameter"]
        results = [n for n in operands if n.role not in ("parameter", "constant")]
        if own:
            group = _shared(n.group for n in own)
            inside = [n for n in results if n.group == group and n.id in met]
        else:
            group = results[0].group if results else ()
            inside = results
            if any(n.group != group or n.id not in met or n.id in closed for n in results):
                continue
        complete = not own and len(inside) == 1 and met[inside[0].id] == full.get(group)
        if not group or (complete and node.name in ARITHMETIC):
            continue
        masks = [bits[n.id] for n in own if n.group == group] + [met[n.id] for n in inside]
        union = 0
        for mask in masks:
            if union & mask and not own:
                break
            union |= mask
        else:
            node.group = group
            met[node.id] = union
            if complete:
                closed.add(node.id)
    for node in graph.nodes:
        for i in node.operands:
            if graph.nodes[i].role == "constant":
                graph.nodes[i].group = node.group


def _shared(groups: Iterable[Path]) -> Path:
    first, *others = groups
    for other in others:
        length = 0
        while length < min(len(first), len(other)) and first[length] == other[length]:
            length += 1
        first = first[:length]
    return first


@dataclass(slots=True)
class Folded:
    """Several nodes drawn as one."""

    key: Path
    members: list[int] = field(default_factory=list)
    parameters: int = 0
    operations: int = 0
    inputs: int = 0


@dataclass(slots=True)
class Quotient:
    """A graph with groups folded: what stands for each node, the folded boxes, the edges and their counts."""

    level: str
    stands_for: list[int | Path]
    folded: dict[Path, Folded]
    edges: dict[tuple[int | Path, int | Path], int]

    @property
    def crowded(self) -> bool:
        """Whether there is no room for words beside the arrows of folded boxes."""
        return len(self.edges) > CROWDED

    def __len__(self) -> int:
        return len(self.folded) + sum(1 for key in self.stands_for if isinstance(key, int))


LEVELS = ("none", "neuron", "layer", "all")
CROWDED = 60
ARROWS = 2000  # above which a folded picture is black, and takes minutes to lay out
LEGIBLE = 300  # boxes above which a folded picture folds what is outside the model as well


def keys(level: str, outside: bool = False) -> Callable[[Node], Path]:
    """What a level of folding folds a node into; () where the node stays itself."""

    def rest(node: Node) -> Path:
        if not outside or node.role == "output":
            return ()
        return (INPUTS,) if node.role == "input" else (OUTSIDE,)

    if level == "none":
        return lambda _: ()
    if level == "neuron":
        return lambda node: node.group or rest(node)
    if level == "layer":
        return lambda node: node.group[:-1] or node.group or rest(node)
    return lambda node: node.group[:1] or rest(node)


def fold(graph: Snapshot, level: str, outside: bool = False) -> Quotient:
    """Fold every group of a level ("neuron", "layer", "all") into one box; "none" folds nothing.

    With `outside`, inputs become one box and what belongs to no module another.
    """
    key = keys(level, outside)
    stands_for: list[int | Path] = []
    folded: dict[Path, Folded] = {}
    for node in graph.nodes:
        path = key(node)
        if not path:
            stands_for.append(node.id)
            continue
        box = folded.setdefault(path, Folded(path))
        box.members.append(node.id)
        box.parameters += node.role == "parameter"
        box.inputs += node.role == "input"
        box.operations += bool(node.name)
        stands_for.append(path)
    edges: dict[tuple[int | Path, int | Path], int] = {}
    for node in graph.nodes:
        user = stands_for[node.id]
        for operand in node.operands:
            source = stands_for[operand]
            if source != user or isinstance(source, int):
                edges[source, user] = edges.get((source, user), 0) + 1
    return Quotient(level, stands_for, folded, edges)


def legible(graph: Snapshot, level: str) -> Quotient:
    """The quotient of a level, what is outside the model folded too where it would bury the model."""
    quotient = fold(graph, level)
    if level == "all" or (level != "none" and len(quotient) > LEGIBLE):
        return fold(graph, level, outside=True)
    return quotient


def choose(graph: Snapshot, wanted: str, most: int) -> Quotient:
    """The quotient of the wanted level; for "auto" the first level that can be read."""
    if wanted != "auto":
        return legible(graph, wanted)
    if len(graph) <= most or not any(node.group for node in graph.nodes):
        return fold(graph, "none")
    for level in LEVELS[1:]:
        quotient = legible(graph, level)
        if len(quotient) <= min(most, LEGIBLE) and len(quotient.edges) <= ARROWS:
            break
    return quotient
