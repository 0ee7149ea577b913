"""A graph, folded or not, as DOT source; linear in its size, and the same bytes for the same graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from autograd.viz.groups import Folded, Quotient
from autograd.viz.snapshot import Node, Path, Role, Snapshot
from autograd.viz.style import (
    ALARM,
    FAINT,
    FONT,
    INK,
    NEGATIVE,
    PAPER,
    POSITIVE,
    Shade,
    blend,
    html,
    number,
    rich,
)

Direction = Literal["LR", "RL", "TB", "BT"]
ColorBy = Literal["grad", "data"] | None

# Role by outline, so that a picture printed in grey tells as much.
OUTLINES: Final[dict[Role, str]] = {
    "parameter": "shape=box penwidth=3",
    "input": "shape=ellipse margin=0",
    "constant": 'shape=box style="filled,dashed"',
    "output": 'shape=box style="filled,bold" peripheries=2',
    "interior": 'shape=box style="filled,rounded"',
}
ROLES: Final[dict[Role, str]] = {
    "input": "ellipse: input",
    "parameter": "thick box: parameter",
    "constant": "dashed box: constant",
    "interior": "rounded box: operation",
    "output": "double box: output",
}
GRAPH: Final = (
    f'graph [bgcolor="{PAPER}" fontname="{FONT}" fontsize=10]',
    "graph [labelloc=b labeljust=l nodesep=0.2 ranksep=0.35 outputorder=edgesfirst]",
    f'node [fontname="{FONT}" fontsize=11 fontcolor="{INK}" color="#444444" fillcolor="{PAPER}"]',
    'node [style=filled width=0.3 height=0.3 margin="0.09,0.04"]',
    f'edge [fontname="{FONT}" fontsize=9 fontcolor="#333333" color="#666666" arrowsize=0.6]',
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is laid out and coloured."""

    direction: Direction = "LR"
    color_by: ColorBy = "grad"
    separate_ops: bool = False
    legend: bool = True


def lines(graph: Snapshot, quotient: Quotient, options: Options) -> Iterator[str]:
    """The lines of DOT between the braces, each with its newline."""
    for line in GRAPH:
        yield f"\t{line}\n"
    yield f"\trankdir={options.direction}\n"
    if quotient.level == "neuron":
        yield "\tgraph [splines=line ranksep=1.2]\n"
    shown = [node for node in graph.nodes if quotient.stands_for[node.id] == node.id]
    choice = chosen(options.color_by)
    shade = Shade(choice(node) for node in shown)
    if options.legend:
        yield f"\tlabel=<{_legend(shown, quotient, options, [choice(n) for n in shown])}>\n"
    yield from _boxes(graph, quotient, options, shade)
    yield from _edges(graph, quotient, options)


def chosen(color_by: ColorBy) -> Callable[[Node], float | None]:
    """The number of a node that its colour shows."""
    if color_by == "grad":
        return lambda node: node.grad
    if color_by == "data":
        return lambda node: node.data
    return lambda _: None


# --- boxes --------------------------------------------------------------------------------------------------


def _boxes(graph: Snapshot, quotient: Quotient, options: Options, shade: Shade) -> Iterator[str]:
    """All boxes, those of a module inside its cluster."""
    tree = _Cluster()
    for node in graph.nodes:
        if quotient.stands_for[node.id] == node.id:
            tree.at(node.group if quotient.level == "none" else ()).boxes.extend(_value(node, options, shade))
    for i, (path, box) in enumerate(quotient.folded.items()):
        tree.at(path[:-1] if quotient.level == "neuron" else ()).boxes.append(_fold(f"fold{i}", box))
    yield from tree.lines()


class _Cluster:
    """Boxes of one module, and its inner modules."""

    def __init__(self) -> None:
        self.boxes: list[str] = []
        self.inner: dict[str, _Cluster] = {}

    def at(self, path: Path) -> _Cluster:
        cluster = self
        for name in path:
            cluster = cluster.inner.setdefault(name, _Cluster())
        return cluster

    def lines(self, path: Path = ()) -> Iterator[str]:
        indent = "\t" * (len(path) + 1)
        for box in self.boxes:
            yield f"{indent}{box}\n"
        for name, cluster in self.inner.items():
            inner = (*path, name)
            ground = "#FAFAFA" if len(inner) % 2 else FAINT
            yield f'{indent}subgraph "cluster_{_quoted(".".join(inner))}" {{\n'
            yield (
                f"{indent}\tgraph [label=<<B>{rich(name)}</B>> labelloc=t "
                f'style="rounded,filled" color="#999999" fillcolor="{ground}"]\n'
            )
            yield from cluster.lines(inner)
            yield f"{indent}}}\n"


def _value(node: Node, options: Options, shade: Shade) -> Iterator[str]:
    fill = shade(chosen(options.color_by)(node))
    alarm = any(x is not None and not math.isfinite(x) for x in (node.data, node.grad))
    if alarm:
        fill = ALARM
    outline = OUTLINES[node.role] + (" penwidth=3 color=black" if alarm and node.role != "parameter" else "")
    operation = node.symbol is not None and not options.separate_ops
    tip = html(describe(node), None)
    yield (
        f'v{node.id} [id="v{node.id}" class="{node.role}" {outline} fillcolor="{fill}" '
        f'tooltip="{_quoted(tip)}" '
        f"label=<{_table(node, operation)}>]"
    )
    if options.separate_ops and node.symbol is not None:
        yield (
            f'op{node.id} [id="op{node.id}" class="operation" shape=circle margin=0 fillcolor="{FAINT}" '
            f"label=<{rich(node.symbol)}>]"
        )


def _table(node: Node, operation: bool) -> str:
    if node.role == "constant":
        return f"{'⚠ ' if _odd(node.data) else ''}{number(node.data)}"
    title = f"<B>{rich(node.title)}</B>" if node.label else f"v{node.id}"
    symbol = f"&nbsp;&nbsp;{rich(node.symbol or '')}" if operation else ""
    more = " …" if node.cut else ""
    rows = f'<TR><TD COLSPAN="2">{title}{symbol}{more}</TD></TR>'
    if node.data is not None:
        rows += _row("data", node.data)
    if node.data is not None or node.grad is not None:
        rows += _row("grad", None if node.grad is None else node.grad + 0.0)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>'


def _row(name: str, x: float | None) -> str:
    shown = f"<B>⚠ {number(x)}</B>" if _odd(x) else number(x)
    return f'<TR><TD ALIGN="LEFT">{name}&nbsp;</TD><TD ALIGN="RIGHT">{shown}</TD></TR>'


def _odd(x: float | None) -> bool:
    return x is not None and not math.isfinite(x)


def _fold(name: str, box: Folded) -> str:
    counts = [
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for count, word in (
            (box.parameters, "parameter"),
            (box.inputs, "input"),
            (box.operations, "operation"),
        )
        if count
    ]
    lines = "".join(f"<BR/>{line}" for line in counts or [f"{len(box.members):,} constants"])
    title, tip = rich(".".join(box.key)), _quoted(html(".".join(box.key)))
    return (
        f'{name} [id="{name}" class="fold" shape=box3d margin="0.12,0.08" '
        f'fillcolor="{FAINT}" tooltip="{tip}" '
        f"label=<<B>{title}</B>{lines}>]"
    )


def describe(node: Node) -> str:
    """The node in words, for tooltips and screen readers."""
    words = [node.role, node.title]
    if node.name:
        words.append(f"made by {node.name}")
    if node.data is not None:
        words.append(f"data {node.data!r}")
    words.append("no gradient" if node.grad is None else f"gradient {node.grad!r}")
    return ", ".join(words)


# --- edges and legend ---------------------------------------------------------------------------------------


def _edges(graph: Snapshot, quotient: Quotient, options: Options) -> Iterator[str]:
    names = {path: f"fold{i}" for i, path in enumerate(quotient.folded)}
    crowded = quotient.crowded

    def box(key: int | Path) -> str:
        return f"v{key}" if isinstance(key, int) else names[key]

    for node in graph.nodes:
        if quotient.stands_for[node.id] != node.id:
            continue
        target = f"op{node.id}" if options.separate_ops and node.symbol is not None else f"v{node.id}"
        many: dict[Any, None] = {}
        for place, operand in enumerate(node.operands, 1):
            source = quotient.stands_for[operand]
            if not isinstance(source, int):
                many[source] = None
                continue
            partial = node.partials[place - 1]
            tip = "" if partial is None else f' edgetooltip="local partial {partial!r}"'
            label = f' label=" {place} "' if node.ordered else ""
            yield f"\tv{operand} -> {target} [{(label + tip).strip()}]\n"
        for source in many:
            yield f"\t{box(source)} -> {target}{_count(quotient.edges[source, node.id], crowded)}\n"
        if target != f"v{node.id}":
            yield f"\t{target} -> v{node.id}\n"
    for (source, user), count in quotient.edges.items():
        if not isinstance(user, int):
            yield f"\t{box(source)} -> {box(user)}{_count(count, crowded)}\n"


def _count(count: int, crowded: bool) -> str:
    """How many arrows one stands for: beside it, or where that would bury the picture when pointed at."""
    if count == 1:
        return ""
    return f' [{"edgetooltip" if crowded else "label"}="×{count:,}"]'


def _legend(shown: list[Node], quotient: Quotient, options: Options, numbers: list[float | None]) -> str:
    """What outlines and colours mean: only those that occur."""
    roles = {node.role for node in shown}
    words = [text for role, text in ROLES.items() if role in roles]
    if options.separate_ops and any(node.symbol for node in shown):
        words.append("circle: operation")
    if quotient.folded:
        words.append("solid box: folded")
    if any(node.ordered for node in shown):
        words.append("1, 2: operand order")
    if any(node.cut for node in shown):
        words.append("…: operands not drawn")
    cells = []
    if options.color_by is not None:
        name = "gradient" if options.color_by == "grad" else "data"
        for sign, colour in (("&gt; 0", POSITIVE), ("&lt; 0", NEGATIVE)):
            if any(
                x is not None and math.isfinite(x) and (x > 0) == (colour == POSITIVE) and x for x in numbers
            ):
                cells.append(f'<TD BGCOLOR="{blend(colour, Shade.darkest)}">{name} {sign}</TD>')
        if cells:
            words.append("stronger colour: larger")
        if options.color_by == "grad" and any(n.grad is None and n.role != "constant" for n in shown):
            words.append("–: no gradient computed")
    if any(_odd(x) for node in shown for x in (node.data, node.grad)):
        cells.append(f'<TD BGCOLOR="{ALARM}">⚠ not finite</TD>')
    cells += [f'<TD ALIGN="LEFT">{word}</TD>' for word in words]
    if not cells:
        cells = ["<TD> </TD>"]
    rows = "".join(f"<TR>{''.join(cells[i : i + 4])}</TR>" for i in range(0, len(cells), 4))
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="2">{rows}</TABLE>'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
