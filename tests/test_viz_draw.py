"""Pictures: their DOT, their numbers, every label through the real Graphviz, and what is refused."""

import json
import math
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.viz import draw, render
from autograd.viz.style import ALARM, INK, NEGATIVE, PAPER, POSITIVE, Shade, contrast, visible

SVG = "{http://www.w3.org/2000/svg}"


def small() -> Value:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    out = (a * b + a * a - 1.5).tanh()
    out.label = "out"
    return out


def chain(length: int) -> Value:
    x = Value(1.0)
    for _ in range(length):
        x = x * 1.0
    return x


# --- DOT ----------------------------------------------------------------------------------------------------


def test_one_edge_an_operand() -> None:
    x = Value(3.0, "x")
    assert draw(x * x).source.count("v0 -> v1") == 2
    assert draw(x + x + x).source.count("-> ") == 4


def test_the_same_graph_gives_the_same_bytes_in_every_process() -> None:
    program = (
        "from autograd import Value; from autograd.viz import draw\n"
        "x, y = Value(1.0, 'x'), Value(2.0, 'y'); z = (x * y + x).tanh() * y; z.backward()\n"
        "import sys; sys.stdout.buffer.write(draw(z).source.encode())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_dot_is_a_digraph_of_the_same_source() -> None:
    graphviz = pytest.importorskip("graphviz")
    picture = draw(small())
    assert isinstance(picture.dot, graphviz.Digraph)
    assert picture.dot.source == picture.source


def test_numbers_have_four_digits_and_no_gradient_is_a_dash() -> None:
    x = Value(1.0 / 3.0, "x")
    before = draw(x * 2.0).source
    assert "0.3333<" in before
    assert before.count(">–<") == 2
    z = x * 2.0
    z.backward()
    after = draw(z).source
    assert ">–<" not in after
    zero = x * 0.0
    x.grad = 0.0
    zero.backward()
    assert ">0<" in draw(zero).source


def test_roles_by_outline() -> None:
    source = draw(small()).source
    assert re.search(r'v0 \[id="v0" class="input" shape=ellipse', source)
    assert 'class="constant"' in source
    assert "dashed" in source
    assert "peripheries=2" in source


def test_operands_of_ordered_operations_are_numbered() -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    assert draw(x - y).source.count('label=" 1 "') == 1
    assert 'label=" 1 "' not in draw(x + y).source


def test_not_finite_stands_out() -> None:
    source = draw(Value(0.0, "x").log()).source
    assert ALARM in source
    assert "⚠ -inf" in source


def test_two_nodes_an_operation_with_separate_ops() -> None:
    x = Value(3.0, "x")
    source = draw(x * x, separate_ops=True).source
    assert source.count("v0 -> op1") == 2
    assert source.count("op1 -> v1") == 1


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_directions(direction: str) -> None:
    assert f"rankdir={direction}" in draw(small(), direction=direction).source


def test_colour_by_data_by_gradient_or_not() -> None:
    z = small()
    z.backward()
    by_grad, by_data, plain = (draw(z, color_by=by).source for by in ("grad", "data", None))
    assert by_grad != by_data
    assert "gradient &gt; 0" in by_grad
    assert "data &gt; 0" in by_data
    fills = set(re.findall(r'v\d+ \[.*?fillcolor="(#\w+)"', plain))
    assert fills == {PAPER}


# --- colour -------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8))
def test_text_has_contrast_on_every_fill(numbers: list[float]) -> None:
    shade = Shade(numbers)
    assert all(contrast(INK, shade(x)) >= 4.5 for x in numbers)


@given(st.floats(1e-6, 1.0), st.floats(1e-6, 1.0))
def test_a_larger_gradient_is_never_fainter(small: float, large: float) -> None:
    small, large = sorted((small, large))
    shade = Shade([small, large, 1e-6, 1.0])
    assert contrast(PAPER, shade(large)) >= contrast(PAPER, shade(small))


def test_hue_is_the_sign() -> None:
    shade = Shade([1.0, -1.0])
    assert shade(1.0) != shade(-1.0)
    assert contrast(PAPER, POSITIVE) > 4.5 > contrast(PAPER, NEGATIVE) > 3.0


# --- labels -------------------------------------------------------------------------------------------------

AWKWARD = 'q"uote\nline <b>&amp;|{}\\N \\l 😀 שלום \x00\x07'


def drawn_text(svg: str) -> str:
    return "".join(text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=4, max_size=4))
@example([AWKWARD, "<", "-", "\\"])
@example(["<>", "<<b>x</b>>", "&#0;", '"'])
@example(["a" * 500, "\ud800", "\u202e rtl", "\uffff"])
def test_any_label_draws(labels: list[str]) -> None:
    values = [Value(float(i), label) for i, label in enumerate(labels)]
    z = values[0] * values[1] + values[2] - values[3]
    z.label = labels[0]
    shown = squeezed(drawn_text(draw(z).svg()))
    for label in labels:
        assert squeezed(visible(label)) in shown


# --- files --------------------------------------------------------------------------------------------------


def test_files_of_every_kind(tmp_path) -> None:
    z = small()
    z.backward()
    picture = draw(z)
    starts = {
        "svg": b"<svg",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "dot": b"digraph",
        "json": b"{",
        "html": b"<!DOCTYPE html>",
    }
    for suffix, start in starts.items():
        path = picture.save(tmp_path / "new folder" / f"x.{suffix}")
        assert path.read_bytes().startswith(start)
    with pytest.raises(ValueError, match=r"suffix '.gif' is none of .svg"):
        picture.save(tmp_path / "x.gif")


def test_json_holds_the_graph_exactly(tmp_path) -> None:
    x = Value(0.1, "x")
    z = x * 3.0 + Value(math.inf)
    z.backward()
    data = json.loads(draw(z).save(tmp_path / "x.json").read_text("utf-8"))
    assert data["version"] == 1
    nodes = data["nodes"]
    assert [n["id"] for n in nodes] == list(range(len(nodes)))
    assert all(operand < n["id"] for n in nodes for operand in n["operands"])
    assert [n["role"] for n in nodes] == ["input", "constant", "interior", "input", "output"]
    assert float(nodes[0]["data"]) == 0.1
    assert float(nodes[0]["grad"]) == 3.0
    assert nodes[2]["partials"] == ["3.0", None]
    assert nodes[4]["data"] == "inf"
    assert data["root"] == 4


def test_a_page_needs_nothing_from_elsewhere(tmp_path) -> None:
    page = draw(small()).save(tmp_path / "x.html").read_text("utf-8")
    assert not re.search(r'(src|href)="(?!data:|#)', re.sub(r'xmlns:?\w*="[^"]*"', "", page))


def test_jupyter_gets_a_picture_or_a_reason(monkeypatch) -> None:
    picture = draw(small())
    assert picture._repr_mimebundle_(include=None, exclude=None)["image/svg+xml"].startswith("<svg")
    monkeypatch.setattr(render, "_command", lambda *_: ["false"])
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "Graphviz could not draw the graph" in bundle["text/plain"]


def test_without_graphviz_the_error_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(render.shutil, "which", lambda _: None)
    monkeypatch.setattr(render, "find_spec", lambda _: None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[viz\]'"):
        draw(small()).svg()


def test_a_layout_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(render.LayoutError, match=r"took longer than 0\.001 s"):
        render.render(draw(small()).source, "svg", seconds=0.001)


def test_a_label_pictures_its_own_svg_text() -> None:
    svg = draw(small()).svg()
    root = ElementTree.fromstring(svg)
    ids = {g.get("id") for g in root.iter(f"{SVG}g")}
    assert {"v0", "v1", "v2"} <= ids


# --- what is drawn ------------------------------------------------------------------------------------------


def test_several_roots() -> None:
    x = Value(1.0, "x")
    y = x * 2.0
    assert len(draw([y, y * x, y]).graph) == 4


def test_a_function_is_drawn_with_its_gradients_and_touches_nobody() -> None:
    w = Value(2.0, "w")
    picture = draw(lambda x, y: (x * w + y[0]).tanh(), args=(1.0, [0.5]))
    grads = {node.label: node.grad for node in picture.graph.nodes if node.label}
    assert set(grads) == {"x", "w", "y[0]"}
    slope = 1.0 / math.cosh(2.5) ** 2
    assert grads["x"] == pytest.approx(2.0 * slope)
    assert not w.has_grad


def test_a_function_of_many_arguments_names_them() -> None:
    picture = draw(lambda *xs: xs[0] * xs[1], args=(1.0, 2.0))
    assert [n.label for n in picture.graph.nodes][:2] == ["xs[0]", "xs[1]"]


def test_a_neighbourhood() -> None:
    picture = draw(chain(1000), depth=3)
    assert sum(node.cut for node in picture.graph.nodes) == 1
    assert len(picture.graph) == 7


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"root": 3.0}, TypeError, "draw got 3.0 of type float: give a Value"),
        ({"root": []}, ValueError, "empty"),
        ({"root": math.sin}, TypeError, r"draw\(sin, args=\(1.0, 2.0\)\)"),
        ({"root": Value(1.0), "depth": -1}, ValueError, "depth got -1"),
        ({"root": Value(1.0), "direction": "up"}, ValueError, "direction got 'up'"),
        ({"root": Value(1.0), "fold": "some"}, ValueError, "fold got 'some'"),
        ({"root": Value(1.0), "color_by": "size"}, ValueError, "color_by got 'size'"),
        ({"root": Value(1.0), "model": 3}, TypeError, "model got 3 of type int: give a Module"),
    ],
)
def test_bad_arguments(arguments, error, message) -> None:
    with pytest.raises(error, match=message):
        draw(**arguments)


# --- size ---------------------------------------------------------------------------------------------------


def test_a_million_nodes_are_refused_in_seconds_and_their_neighbourhood_drawn() -> None:
    root = chain(10**6)
    with pytest.raises(ValueError, match=r"1,000,001 nodes, .*depth=5"):
        draw(root)
    assert draw(root, depth=4).svg()


def test_dot_and_json_of_large_graphs_need_no_layout(tmp_path) -> None:
    picture = draw(chain(5000), fold="none")
    assert picture.source.count("\n") > 10_000
    picture.save(tmp_path / "x.json")
    with pytest.raises(ValueError, match="max_nodes=1,500"):
        picture.svg()
