"""Where boxes and arrows of a page stand: laid out by Graphviz when the page is made, and baked into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from autograd.viz.groups import Folded, Quotient
from autograd.viz.render import positions
from autograd.viz.snapshot import Node, Path, Snapshot
from autograd.viz.style import visible

LONGEST_TITLE: Final = 26
CHARACTER: Final = 7.2  # points a character of 12 px text takes at most, on average
LINE: Final = 15.0
LARGE: Final = 300  # boxes from which on the layout is made cheaper
HIDDEN: Final = 1500  # the hidden nodes a large layout may have


def title(text: str) -> str:
    """A title short enough for a box."""
    return visible(text, LONGEST_TITLE)


def layout(graph: Snapshot, quotient: Quotient, direction: str) -> dict[str, Any]:
    """Boxes, arrows and frames of one level of folding, in points from the upper left corner.

    Boxes have the size of the longest text they will ever show, because a page changes its numbers in place.
    """
    edges, far = _split(list(_edges(graph, quotient)), len(quotient) > LARGE and quotient.level == "none")
    found = positions("".join(_source(graph, quotient, direction, edges)))
    left, bottom, right, top = (float(x) for x in found["bb"].split(","))
    objects = found.get("objects", [])
    names = {f"v{node.id}": node for node in graph.nodes if quotient.stands_for[node.id] == node.id}
    folds = {f"fold{i}": box for i, box in enumerate(quotient.folded.values())}
    boxes: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    for thing in objects:
        name = thing["name"]
        if name.startswith("cluster"):
            x0, y0, x1, y1 = (float(x) for x in thing["bb"].split(","))
            frame = {"x": x0, "y": top - y1, "w": x1 - x0, "h": y1 - y0, "title": title(thing["frame"])}
            frames.append(frame)
            continue
        x, y = (float(part) for part in thing["pos"].split(","))
        width, height = float(thing["width"]) * 72.0, float(thing["height"]) * 72.0
        box = {"x": round(x, 1), "y": round(top - y, 1), "w": round(width, 1), "h": round(height, 1)}
        if name in names:
            boxes.append({"node": names[name].id, **box})
        else:
            boxes.append({"fold": title(".".join(folds[name].key)), **_counts(folds[name]), **box})
    places = {thing["_gvid"]: thing["name"] for thing in objects}
    arrows = [_arrow(edge, places, top) for edge in found.get("edges", [])]
    at = {f"v{box['node']}": box for box in boxes if "node" in box}
    arrows += [_straight(source, user, at, direction) for source, user, _ in far]
    return {
        "level": quotient.level,
        "width": right - left,
        "height": top - bottom,
        "boxes": boxes,
        "arrows": arrows,
        "frames": frames,
    }


def _counts(box: Folded) -> dict[str, Any]:
    return {
        "members": box.members,
        "parameters": box.parameters,
        "operations": box.operations,
        "inputs": box.inputs,
    }


def _arrow(edge: dict[str, Any], places: dict[int, str], top: float) -> dict[str, Any]:
    tip = ""
    points: list[str] = []
    for part in edge["pos"].split():
        if part.startswith("e,"):
            tip = _point(part[2:], top)
        else:
            points.append(_point(part, top))
    path = f"M{points[0]}C{' '.join(points[1:])}" + (f"L{tip}" if tip else "")
    arrow: dict[str, Any] = {"from": places[edge["tail"]], "to": places[edge["head"]], "path": path}
    if "lp" in edge:
        x, y = edge["lp"].split(",")
        arrow["text"] = edge["label"].strip()
        arrow["x"], arrow["y"] = round(float(x), 1), round(top - float(y), 1)
    return arrow


def _straight(source: str, user: str, at: dict[str, Any], direction: str) -> dict[str, Any]:
    """An arrow from box to box that Graphviz did not route: one curve along the direction of the graph."""
    a, b = at[source], at[user]
    if direction in ("LR", "RL"):
        sign = 1.0 if direction == "LR" else -1.0
        x0, x1, y0, y1 = a["x"] + sign * a["w"] / 2, b["x"] - sign * b["w"] / 2, a["y"], b["y"]
        bend = f"{x0 + 0.3 * (x1 - x0):.1f},{y0:.1f} {x1 - 0.3 * (x1 - x0):.1f},{y1:.1f}"
    else:
        sign = 1.0 if direction == "TB" else -1.0
        x0, x1, y0, y1 = a["x"], b["x"], a["y"] + sign * a["h"] / 2, b["y"] - sign * b["h"] / 2
        bend = f"{x0:.1f},{y0 + 0.3 * (y1 - y0):.1f} {x1:.1f},{y1 - 0.3 * (y1 - y0):.1f}"
    path = f"M{x0:.1f},{y0:.1f}C{bend} {x1:.1f},{y1:.1f}"
    return {"from": source, "to": user, "path": path}


def _point(text: str, top: float) -> str:
    x, y = text.split(",")
    return f"{float(x):.1f},{top - float(y):.1f}"


# --- the DOT that is laid out -------------------------------------------------------------------------------


def _source(graph: Snapshot, quotient: Quotient, direction: str, edges: list[Edge]) -> Iterator[str]:
    yield f"digraph page {{\nrankdir={direction} nodesep=0.18 ranksep=0.45\n"
    yield 'node [shape=box fixedsize=true label=""]\nedge [arrowsize=0.6 fontsize=10]\n'
    if len(quotient) > LARGE:
        yield "graph [nslimit=2 mclimit=0.5]\n"
    tree: dict[str, Any] = {}
    for node in graph.nodes:
        if quotient.stands_for[node.id] == node.id:
            group = node.group if quotient.level == "none" else ()
            width, height = _size(node)
            _at(tree, group).append(f"v{node.id} [width={width / 72:.3f} height={height / 72:.3f}]\n")
    for i, box in enumerate(quotient.folded.values()):
        group = box.key[:-1] if quotient.level == "neuron" else ()
        width = CHARACTER * max(len(title(".".join(box.key))), 18) + 16.0
        _at(tree, group).append(f"fold{i} [width={width / 72:.3f} height={(4 * LINE + 10) / 72:.3f}]\n")
    yield from _clusters(tree, ())
    for source, user, text in edges:
        yield f"{source} -> {user}" + (f' [label=" {text} "]' if text else "") + "\n"
    yield "}\n"


Edge = tuple[str, str, str]


def _edges(graph: Snapshot, quotient: Quotient) -> Iterator[Edge]:
    """All arrows: names of both ends, and the text beside the arrow."""
    names = {path: f"fold{i}" for i, path in enumerate(quotient.folded)}
    for node in graph.nodes:
        if quotient.stands_for[node.id] != node.id:
            continue
        for place, operand in enumerate(node.operands, 1):
            if quotient.stands_for[operand] == operand:
                yield f"v{operand}", f"v{node.id}", str(place) if node.ordered else ""
    for (source, user), count in quotient.edges.items():
        if isinstance(source, int) and isinstance(user, int):
            continue
        ends = [f"v{end}" if isinstance(end, int) else names[end] for end in (source, user)]
        yield ends[0], ends[1], f"×{count}" if count > 1 and not quotient.crowded else ""


def _split(edges: list[Edge], large: bool) -> tuple[list[Edge], list[Edge]]:
    """The arrows that Graphviz routes, and those so long that they would cost it minutes.

    Graphviz spends a hidden node on every rank an arrow crosses. Every box keeps the arrow to its nearest
    user, so leaving out the longest arrows moves no box far.
    """
    if not large:
        return edges, []
    rank: dict[str, int] = {}
    for source, user, _ in reversed(edges):  # users come after their operands, so their ranks are known
        rank.setdefault(user, 0)
        rank[source] = max(rank.get(source, 0), rank[user] + 1)
    spans = sorted((rank[source] - rank[user], i) for i, (source, user, _) in enumerate(edges))
    spent = 0
    far: set[int] = set()
    for span, i in spans:
        spent += span - 1
        if spent > HIDDEN and span > 1:
            far.add(i)
    return [e for i, e in enumerate(edges) if i not in far], [edges[i] for i in sorted(far)]


def _size(node: Node) -> tuple[float, float]:
    if node.role == "constant":
        return CHARACTER * 8 + 10.0, LINE + 10.0
    longest = len(title(node.title)) + (len(node.symbol) + 3 if node.symbol else 0)
    return CHARACTER * max(longest, 15) + 14.0, 3 * LINE + 12.0


def _at(tree: dict[str, Any], path: Path) -> list[str]:
    for name in path:
        tree = tree.setdefault(name, {})
    boxes: list[str] = tree.setdefault("", [])
    return boxes


def _clusters(tree: dict[str, Any], path: Path) -> Iterator[str]:
    yield from tree.get("", ())
    for name, inner in tree.items():
        if name:
            key = ".".join((*path, name)).replace("\\", "\\\\").replace('"', '\\"')
            text = name.replace("\\", "\\\\").replace('"', '\\"')
            yield f'subgraph "cluster_{key}" {{ graph [label="{title(text)}" frame="{text}" fontsize=12]\n'
            yield from _clusters(inner, (*path, name))
            yield "}\n"
