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


def title(text: str) -> str:
    """A title short enough for a box."""
    return visible(text, LONGEST_TITLE)


def layout(graph: Snapshot, quotient: Quotient, direction: str) -> dict[str, Any]:
    """Boxes, arrows and frames of one level of folding, in points from the upper left corner.

    Boxes have the size of the longest text they will ever show, because a page changes its numbers in place.
    """
    found = positions("".join(_source(graph, quotient, direction)))
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


def _point(text: str, top: float) -> str:
    x, y = text.split(",")
    return f"{float(x):.1f},{top - float(y):.1f}"


# --- the DOT that is laid out -------------------------------------------------------------------------------


def _source(graph: Snapshot, quotient: Quotient, direction: str) -> Iterator[str]:
    large = len(quotient) > 400
    yield f"digraph page {{\nrankdir={direction} nodesep=0.18 ranksep={0.6 if large else 0.45}\n"
    yield 'node [shape=box fixedsize=true label=""]\nedge [arrowsize=0.6 fontsize=10]\n'
    if large:
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
    names = {path: f"fold{i}" for i, path in enumerate(quotient.folded)}
    for node in graph.nodes:
        user = quotient.stands_for[node.id]
        if user != node.id:
            continue
        for place, operand in enumerate(node.operands, 1):
            if quotient.stands_for[operand] == operand:
                label = f' [label=" {place} "]' if node.ordered else ""
                yield f"v{operand} -> v{node.id}{label}\n"
    for (source, user), count in quotient.edges.items():
        if isinstance(source, int) and isinstance(user, int):
            continue
        ends = [f"v{end}" if isinstance(end, int) else names[end] for end in (source, user)]
        yield f"{ends[0]} -> {ends[1]}" + (f' [label=" ×{count} "]' if count > 1 else "") + "\n"
    yield "}\n"


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
            yield f'subgraph "cluster_{key}" {{ graph [label="{title(text)}" frame="{text}" fontsize=12 margin=10]\n'
            yield from _clusters(inner, (*path, name))
            yield "}\n"
