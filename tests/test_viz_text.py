"""Tapes and explanations: every line checked against the engine, at any size."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, strict
from autograd.viz import explain, tape
from autograd.viz.explanation import SHOWN_PATHS
from nn import MLP

# --- tape ---------------------------------------------------------------------------------------------------


def test_a_line_a_node_in_topological_order() -> None:
    x, y = Value(3.0, "x"), Value(0.5, "two\nlines")
    z = x * y + x * 2.0
    z.backward()
    lines = str(tape(z)).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "v0 = input",
        "v1 = input",
        "v2 = mul v0 v1",
        "v4 = mul v0 2.0",
        "v5 = add v2 v4",
    ]
    assert lines[1].endswith("two⏎lines")
    assert re.search(r"data 7\.5 +grad 1$", lines[-1])


def test_no_gradient_is_a_dash_and_the_source_line_is_told() -> None:
    x = Value(3.0, "x")
    with strict():
        z = x * x
    line = str(tape(z)).splitlines()[-1]
    assert "grad –" in line
    assert re.search(r"at .*test_viz_text\.py:\d+$", line)


def test_parameters_carry_their_paths() -> None:
    model = MLP(2, [2, 1], seed=0)
    text = str(tape(model([0.5, -0.5]), model=model))
    assert all(name in text for name, _ in model.named_parameters())


def test_long_tapes_come_line_by_line() -> None:
    x = Value(1.0)
    for _ in range(100_000):
        x = x * 1.0
    lines = iter(tape(x))
    assert next(lines).startswith("v0 = input")
    assert sum(1 for _ in lines) == 100_000


# --- explain ------------------------------------------------------------------------------------------------


def mazur() -> tuple[Value, Value]:
    """The output layer of Mazur's worked example, with his numbers."""
    w5, w6 = Value(0.40, "w5"), Value(0.45, "w6")
    h1, h2 = Value(0.593269992, "out_h1"), Value(0.596884378, "out_h2")
    net = w5 * h1 + w6 * h2 + 0.60
    net.label = "net_o1"
    out = net.sigmoid()
    out.label = "out_o1"
    error = 0.5 * (0.01 - out) ** 2
    error.label = "E"
    return error, w5


def test_mazurs_example_gives_his_numbers() -> None:
    text = str(explain(*mazur()))
    for printed in ("1.10590597", "0.75136507", "0.274811083", "0.74136507", "0.186815602", "0.138498562"):
        assert printed in text
    assert "∂E/∂w5 = 0.0821670406" in text  # he rounds to 0.082167041
    assert "∂out_o1/∂net_o1 = 0.186815602" in text
    assert "1 path from w5 to E" in text


def test_sums_where_paths_join_and_shares() -> None:
    x = Value(2.0, "x")
    z = x * x + x * 5.0
    z.label = "z"
    text = str(explain(z, x))
    assert "3 paths from x to z, the largest share first" in text
    assert "(55.6 % of the gradient)" in text
    assert re.search(r"= 5 \+ 2 \+ 2 = 9$", text, re.MULTILINE)
    assert "sigmoid(" in str(explain(x.sigmoid(), x))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from("+*-st"), min_size=1, max_size=30), st.floats(-2.0, 2.0))
def test_the_gradient_is_the_engines_and_the_sum_of_its_paths(ops: list[str], start: float) -> None:
    x = Value(start, "x")
    y = x
    for op in ops:
        y = {
            "+": lambda y: y + x,
            "*": lambda y: y * x,
            "-": lambda y: x - y,
            "s": Value.sin,
            "t": Value.tanh,
        }[op](y)
    told = explain(y, x)
    y.backward()
    assert told.grad == x.grad
    block = told.blocks[-1] if told.blocks[-1].heading == "Together" else None
    if block is not None and math.isfinite(x.grad):
        numbers = [float(t.text) for t in block.equations[0][2] if t.kind == "number"]
        assert math.fsum(numbers) == pytest.approx(x.grad, rel=1e-7, abs=1e-9 * sum(map(abs, numbers)))


def test_many_paths_are_summarised_largest_first() -> None:
    x = Value(1.3, "x")
    y = x
    for _ in range(200):
        y = y * x + y.sin()
    told = explain(y, x)
    text = str(told)
    assert "more than 1,000,000,000,000,000 paths" in text
    assert "The other" in text
    shares = [abs(float(s)) for s in re.findall(r"\((-?[\d.e+-]+) % of the gradient\)$", text, re.MULTILINE)]
    assert len(shares) >= SHOWN_PATHS
    assert shares[:SHOWN_PATHS] == sorted(shares[:SHOWN_PATHS], reverse=True)
    y.backward()
    assert told.grad == x.grad


def test_no_path_and_the_value_itself() -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    assert "does not depend on it" in str(explain(x * 2.0, y))
    assert "itself" in str(explain(x, x))


@given(st.text(max_size=20))
def test_any_label_gives_sound_html_and_markdown(label: str) -> None:
    x = Value(-2.0, label)
    told = explain(x * x - 1e-7 / x, x)
    ElementTree.fromstring(told.html().replace("&#160;", " "))
    assert told.markdown().count("$$") % 2 == 0


def test_markdown_and_html_hold_the_same_numbers() -> None:
    told = explain(*mazur())
    for form in (told.markdown(), told.html(), str(told)):
        assert "0.0821670406" in form
    assert r"\frac{\partial \mathrm{E}}{\partial \mathrm{w5}}" in told.markdown()
    assert r"out\_o1" in told.markdown()


def test_only_values_are_explained() -> None:
    with pytest.raises(TypeError, match=r"wrt got 3\.0 of type float: give a Value"):
        explain(Value(1.0) * 2.0, 3.0)
