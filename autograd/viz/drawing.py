"""draw: a picture of a computation, with its numbers and its gradients."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from autograd.errors import MissingExtraError
from autograd.viz.dot import ColorBy, Direction, Options, lines
from autograd.viz.groups import Quotient, choose
from autograd.viz.render import render
from autograd.viz.snapshot import Snapshot, paused_collector
from autograd.viz.subject import TooLargeError, graph_of, too_large

if TYPE_CHECKING:
    import graphviz

FoldBy = Literal["auto", "none", "neuron", "layer"]
SUFFIXES: Final = (".svg", ".png", ".pdf", ".dot", ".json", ".html")


class Drawing:
    """What `draw` gives: the picture as `.dot`, `.svg()`, as a file, or shown by Jupyter."""

    def __init__(self, graph: Snapshot, fold: str, most: int, options: Options) -> None:
        self.graph = graph
        self.most = most
        self.options = options
        self.quotient: Quotient = choose(graph, fold, most)
        if fold == "auto" and len(self.quotient) > most:
            raise TooLargeError(too_large(len(graph), most))

    @cached_property
    def source(self) -> str:
        """The picture as DOT source."""
        return f"digraph autograd {{\n{''.join(lines(self.graph, self.quotient, self.options))}}}\n"

    @property
    def dot(self) -> graphviz.Digraph:
        """The picture as a `graphviz.Digraph`; MissingExtraError without the graphviz package."""
        try:
            import graphviz
        except ImportError:
            raise MissingExtraError("graphviz", "viz") from None
        return graphviz.Digraph("autograd", body=list(lines(self.graph, self.quotient, self.options)))

    def svg(self) -> str:
        """The picture as SVG, ready to stand in a page; TooLargeError above max_nodes boxes."""
        return standalone(self._render("svg").decode())

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the format of the suffix: .svg, .png, .pdf, .dot, .json or .html.

        Folders that are missing are made. ValueError for another suffix.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"can't save as {target.name!r}: the suffix {suffix!r} is none of {', '.join(SUFFIXES)}"
            )
        if suffix == ".dot":
            content = self.source.encode()
        elif suffix == ".json":
            content = self.graph.as_json().encode()
        elif suffix == ".html":
            content = self.html().encode()
        elif suffix == ".svg":
            content = self.svg().encode()
        else:
            content = self._render(suffix[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def html(self) -> str:
        """One self-contained page: the picture, and under it the tape for those who can't see it."""
        from autograd.viz.listing import tape_of

        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>computation graph</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            "<style>body{margin:1rem;font-family:Helvetica,Arial,sans-serif;color:#111;background:#fff}"
            "svg{max-width:100%;height:auto}pre{overflow:auto}</style></head>\n"
            f"<body><main><h1>Computation graph</h1>\n{self.svg()}\n"
            '<details><summary>The same as text</summary><pre tabindex="0">'
            f"{escape(str(tape_of(self.graph)))}</pre></details></main></body></html>\n"
        )

    def _render(self, format: str) -> bytes:
        if len(self.quotient) > self.most:
            raise TooLargeError(too_large(len(self.graph), self.most))
        return render(self.source, format)

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,  # noqa: ARG002 - Jupyter filters what it is given
        exclude: Collection[str] | None = None,  # noqa: ARG002
    ) -> dict[str, str]:
        """What Jupyter shows: the picture, or in words why there is none. Never raises."""
        bundle = {"text/plain": repr(self)}
        try:
            bundle["image/svg+xml"] = self.svg()
        except Exception as error:
            bundle["text/plain"] = f"{self!r}\nno picture: {error}"
        return bundle

    def __repr__(self) -> str:
        folded = "" if self.quotient.level == "none" else f", folded to {len(self.quotient):,} boxes"
        return f"<Drawing of {len(self.graph):,} nodes{folded}>"


def draw(
    root: Any,
    *,
    args: Sequence[Any] | None = None,
    model: Any = None,
    direction: Direction = "LR",
    fold: FoldBy = "auto",
    depth: int | None = None,
    max_nodes: int = 1500,
    color_by: ColorBy = "grad",
    separate_ops: bool = False,
    legend: bool = True,
) -> Drawing:
    """Draw a Value, a sequence of Values, a Module, a function of `args`, or a compiled Program.

    Each box shows label, operation, data and gradient ("–" where none was computed); hue is the sign of the
    gradient (or of the data), intensity its magnitude on a logarithmic scale. `model` names the parameters
    and gathers the boxes by neuron and layer; graphs of more than `max_nodes` nodes are folded that way, or
    refused with TooLargeError. `depth` draws only so many operations back from the root. A function that
    gives one Value is drawn with its gradients, computed beside the graph: no `grad` changes.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> picture = draw(x * x)
    >>> picture
    <Drawing of 2 nodes>
    >>> picture.source.count("v0 -> v1")
    2
    """
    _one_of("direction", direction, get_args(Direction))
    _one_of("fold", fold, get_args(FoldBy))
    _one_of("color_by", color_by, ("grad", "data", None))
    with paused_collector():
        graph = graph_of(
            root, args=args, model=model, depth=depth, most=max_nodes if fold == "auto" else None
        )
        return Drawing(graph, fold, max_nodes, Options(direction, color_by, separate_ops, legend))


def standalone(svg: str) -> str:
    """The SVG element alone, without the lines before it that pages and parsers stumble over."""
    return svg[svg.index("<svg") :]


def _one_of(name: str, given: object, allowed: Sequence[object]) -> None:
    if given not in allowed:
        raise ValueError(f"{name} got {given!r}: give one of {', '.join(repr(a) for a in allowed)}")
