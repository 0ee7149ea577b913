"""The stepper's pages in a real browser: their numbers, their keys, their manners."""

import math
import random
import re
import sys
from pathlib import Path

import pytest

from autograd import PRIMITIVES, Value
from autograd.viz import stepper
from autograd.viz.javascript import functions_source, operation
from nn import MLP

sys.path.insert(0, str(Path(__file__).parent))
from viz_browser import launch, missing

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:"
)
SIZES = [(1280, 800), (768, 1024), (375, 667)]


@pytest.fixture(scope="module")
def browser(request):
    yield from launch(request.config)


@pytest.fixture
def page(browser):
    """A page that notes every request, error and message; none but its own address may be asked for."""
    made = browser.new_page(viewport={"width": 1280, "height": 800})
    made.noted = []
    made.on("request", lambda r: made.noted.append(r.url))
    made.on("console", lambda m: made.noted.append(m.text))
    made.on("pageerror", lambda e: made.noted.append(str(e)))
    yield made
    address, noted = made.url, made.noted
    made.close()
    assert [text for text in noted if text != address and not text.startswith("data:")] == []


def visit(page, made, tmp_path: Path):
    page.goto(made.save(tmp_path / "page.html").as_uri())
    return page


def expression() -> tuple[Value, dict[str, Value]]:
    x, y, w = Value(1.5, "x"), Value(-0.5, "y"), Value(2.0, "w")
    u = x * w + y
    root = (u.tanh() * u - x**2.0 / w).exp() + u.sin()
    root.label = "z"
    return root, {"x": x, "y": y, "w": w}


def numbers(page, kind: str) -> dict[int, str]:
    return dict(
        page.eval_on_selector_all("[data-node]", f"all => all.map(e => [+e.dataset.node, e.dataset.{kind}])")
    )


def status(page) -> str:
    return page.inner_text('[role="status"]')


# --- stepping -----------------------------------------------------------------------------------------------


def test_every_step_by_key_and_the_engines_gradients_at_the_end(page, tmp_path) -> None:
    root, _ = expression()
    made = stepper(root)
    root.backward()
    visit(page, made, tmp_path)
    last = int(page.get_attribute('input[type="range"]', "max"))
    assert set(numbers(page, "grad").values()) == {""}
    said = set()
    for step in range(1, last + 1):
        page.keyboard.press("ArrowRight")
        said.add(status(page))
        assert page.eval_on_selector_all("[data-step]", "all => all.map(e => e.dataset.step)") == [str(step)]
    assert len(said) == last
    assert page.input_value('input[type="range"]') == str(last)
    values, grads = numbers(page, "value"), numbers(page, "grad")
    for node, value in zip(made.graph.nodes, made.graph.values, strict=True):
        assert float(values[node.id]) == node.data
        if value is None:
            assert grads[node.id] == ""
        else:
            assert float(grads[node.id]) == value.grad
    page.keyboard.press("Home")
    assert set(numbers(page, "grad").values()) == {""}


def test_the_arithmetic_is_told(page, tmp_path) -> None:
    x = Value(1.5, "x")
    z = x * 0.2 + x * 3.0
    visit(page, stepper(z), tmp_path)
    page.keyboard.press("End")
    told = status(page)
    assert re.fullmatch(
        r"backward through v\d \(mul\): x\.grad: (3|0\.2) \+ local (0\.2|3) × upstream 1 = 3\.2", told
    )
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert "x × 0.2 = 1.5 × 0.2 = 0.3" in status(page)


def test_slider_and_play(page, tmp_path) -> None:
    root, _ = expression()
    visit(page, stepper(root), tmp_path)
    page.locator('input[type="range"]').first.fill("3")
    assert page.get_attribute("[data-step]", "data-step") == "3"
    page.select_option("#speed", "16")
    page.click("#play")
    page.wait_for_selector('#play[aria-pressed="false"]')
    last = page.get_attribute('input[type="range"]', "max")
    assert page.input_value('input[type="range"]') == last


def test_keyboard_only(page, tmp_path) -> None:
    root, leaves = expression()
    visit(page, stepper(root), tmp_path)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.node !== undefined"):
            break
    else:
        pytest.fail("Tab never reached the graph")
    for _ in range(20):
        if "x," in page.evaluate("document.activeElement.getAttribute('aria-label')"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.inner_text("#name") == "x"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "number":
            break
    page.keyboard.press("Control+a")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check"
    page.keyboard.press("Enter")
    assert "they differ by" in page.inner_text("#checked")
    page.keyboard.press("End")
    leaves["x"].data = 0.25
    again, fresh = expression()
    fresh["x"].data = 0.25
    del again
    assert float(numbers(page, "value")[0]) == 0.25


def test_editing_a_leaf_recomputes_values_and_gradients(page, tmp_path) -> None:
    root, _ = expression()
    made = stepper(root)
    visit(page, made, tmp_path)
    page.keyboard.press("End")
    page.click('[data-node="0"]')
    page.fill("#number", "-0.75")
    page.press("#number", "Enter")
    x, y, w = Value(-0.75), Value(-0.5), Value(2.0)
    u = x * w + y
    z = (u.tanh() * u - x**2.0 / w).exp() + u.sin()
    z.backward()
    values, grads = numbers(page, "value"), numbers(page, "grad")
    assert float(values[made.graph.roots[0]]) == pytest.approx(z.data, rel=1e-14)
    for node in made.graph.nodes:
        if node.label in ("x", "y", "w"):
            wanted = {"x": x, "y": y, "w": w}[node.label].grad
            assert float(grads[node.id]) == pytest.approx(wanted, rel=1e-13)
    page.click("#reset")
    assert float(numbers(page, "value")[made.graph.roots[0]]) == root.data
    page.click('[data-node="0"]')
    page.fill("#number", "three")
    page.press("#number", "Enter")
    assert "is no number" in page.inner_text("#checked")


def test_finite_differences_on_demand(page, tmp_path) -> None:
    root, _ = expression()
    visit(page, stepper(root), tmp_path)
    for node in range(3):
        page.click(f'[data-node="{node}"]')
        page.click("#check")
        slope, exact = re.findall(r"(?:difference|gradient) (-?[\d.e+-]+)", page.inner_text("#checked"))[:2]
        assert float(slope) == pytest.approx(float(exact), rel=1e-6)


def test_an_operation_without_javascript_says_so(page, tmp_path) -> None:
    def evaluate(x):
        return math.exp(float(x))

    from autograd.primitive_type import Primitive

    odd = Primitive("odd_one", evaluate, lambda z, x: z)
    x = Value(1.0, "x")
    visit(page, stepper(odd(x) * 2.0), tmp_path)
    page.keyboard.press("End")
    page.click('[data-node="0"]')
    page.fill("#number", "2")
    page.press("#number", "Enter")
    assert "no JavaScript for odd_one" in page.inner_text("#checked")
    assert numbers(page, "value")[0] == "1"


# --- folding, searching -------------------------------------------------------------------------------------


def test_folding_by_neuron_and_layer_and_by_node(page, tmp_path) -> None:
    model = MLP(2, [3, 1], seed=1)
    loss = (model([Value(0.5, "a"), Value(-1.0, "b")]) - 1.0) ** 2
    made = stepper(loss, model=model)
    visit(page, made, tmp_path)
    assert page.locator("[data-node]").count() == len(made.graph)
    page.select_option("#fold", "neuron")
    assert page.locator(".folded").count() == 4
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.locator(".folded[data-step]").count() == 1
    page.select_option("#fold", "layer")
    assert page.inner_text(".folded >> nth=0").startswith("layers[")
    page.select_option("#fold", "none")
    inner = next(n.id for n in made.graph.nodes if n.label is None and n.name == "add")
    page.click(f'[data-node="{inner}"]')
    page.click("#tuck")
    assert page.locator(".node.tucked").count() > 0
    page.click("#tuck")
    assert page.locator(".node.tucked").count() == 0


def test_search_goes_to_a_value(page, tmp_path) -> None:
    root, _ = expression()
    visit(page, stepper(root), tmp_path)
    page.keyboard.press("/")
    page.keyboard.type("tanh")
    assert page.inner_text("#found") == "1 of 1"
    assert "tanh" in page.inner_text(".node.selected")


def test_zoom_pan_and_fit(page, tmp_path) -> None:
    root, _ = expression()
    visit(page, stepper(root), tmp_path)

    def place() -> str:
        return page.evaluate("document.getElementById('world').style.transform")

    start = place()
    page.keyboard.press("+")
    zoomed = place()
    page.keyboard.press("Shift+ArrowRight")
    panned = place()
    page.keyboard.press("f")
    assert len({start, zoomed, panned}) == 3
    assert place() == start
    page.mouse.move(400, 600)
    page.mouse.wheel(0, -200)
    assert place() != start
    page.click("#fit")
    page.mouse.move(400, 650)
    page.mouse.down()
    page.mouse.move(460, 680, steps=3)
    page.mouse.up()
    assert place() != start


# --- manners ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_accessible_unclipped_and_whole_at_three_sizes(page, tmp_path, size, request) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python is not installed", request.config)
    root, _ = expression()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    visit(page, stepper(root), tmp_path)
    page.keyboard.press("End")
    page.click('[data-node="0"]')
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    out = Path("out/screens")
    out.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=out / f"stepper-{size[0]}x{size[1]}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate(OVERLAPS) == []


CLIPPED = """[...document.querySelectorAll('.node, .node span, button, h1')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
    .map(e => e.textContent)"""
OVERLAPS = """(() => {
    const all = [...document.querySelectorAll('.node')].map(e => [e, e.getBoundingClientRect()]);
    const meet = (r, s) => r.left < s.right && s.left < r.right && r.top < s.bottom && s.top < r.bottom;
    return all.flatMap(([e, r], i) =>
        all.slice(i + 1).filter(([, s]) => meet(r, s)).map(([f]) => [e.title, f.title]));
})()"""


def test_works_under_a_policy_without_network(page, tmp_path) -> None:
    root, _ = expression()
    html = stepper(root).html()
    page.route(
        "http://stepper.test/**",
        lambda route: route.fulfill(
            body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        ),
    )
    page.goto("http://stepper.test/page.html")
    page.keyboard.press("End")
    assert all(text for text in numbers(page, "value").values())


def test_in_jupyter_an_isolated_frame(page) -> None:
    root, _ = expression()
    page.set_content(stepper(root)._repr_html_())
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator('[role="status"]').inner_text().startswith("backward")
    page.noted.clear()


def test_hostile_labels_are_only_text(page, tmp_path) -> None:
    hostile = "</script><img src=x onerror=alert(1)>\u2028'\"\\"
    x = Value(1.0, hostile)
    z = x * x
    z.label = "@DATA@ <b>"
    visit(page, stepper(z), tmp_path)
    page.keyboard.press("End")
    assert page.locator("img").count() == 0
    page.click('[data-node="0"]')
    assert page.inner_text("#name").startswith("</script><img")


def thousand() -> Value:
    random.seed(3)
    xs = [Value(math.sin(i), f"x{i}") for i in range(50)]
    while len(xs) < 500:
        xs.append((random.choice(xs[-20:]) * random.choice(xs[-20:]) + random.choice(xs[-40:])).tanh())
    root = xs[-1]
    for x in xs[:-1]:
        root = root + x
    return root


def test_a_thousand_values_stay_smooth(page, tmp_path) -> None:
    made = stepper(thousand(), max_nodes=3000)
    assert len(made.graph) >= 1000
    visit(page, made, tmp_path)
    page.keyboard.press("ArrowRight")
    times = []
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        times.append(float(page.evaluate("document.body.dataset.redraw")))
    # How long a step may take is for people to judge, on a machine with nothing else to do.
    assert all(0.0 < milliseconds < float("inf") for milliseconds in times)


# --- the table in JavaScript --------------------------------------------------------------------------------


def points(primitive) -> list[list[float]]:
    rng = random.Random(primitive.name)
    arity = primitive.arity or 4
    found = []
    for _ in range(25):
        point = []
        for interval in (primitive.domain * arity)[:arity]:
            low, high = max(interval.low, -3.0), min(interval.high, 3.0)
            point.append(rng.uniform(low + 0.01 * (high - low), high - 0.01 * (high - low)))
        found.append(point)
    return found


def test_the_pages_functions_are_the_tables(page) -> None:
    page.goto("about:blank")
    made = {name: operation(name, p.arity or 4) for name, p in PRIMITIVES.items()}
    assert [name for name in EVERYDAY.split() if name in made and made[name] is None] == []
    cases = {name: points(PRIMITIVES[name]) for name, source in made.items() if source is not None}
    table = ",".join(f"{name}:{source}" for name, source in made.items() if source is not None)
    script = (
        f"(cases) => {{ {functions_source()} const OPS={{{table}}}; const out={{}};"
        "for (const name in cases) out[name]=cases[name].map(a => { const z=OPS[name].f(...a);"
        "return [z, ...OPS[name].d(z, ...a)].map(String); }); return out; }"
    )
    found = page.evaluate(script, cases)
    wrong = []
    for name, results in found.items():
        primitive = PRIMITIVES[name]
        for point, texts in zip(cases[name], results, strict=True):
            z = primitive.evaluate(*point)
            wanted = [z, *primitive.local_partials(z, tuple(point))]
            given = [float(t.replace("Infinity", "inf")) for t in texts]
            if given != pytest.approx([float(w) for w in wanted], rel=1e-8, abs=1e-11, nan_ok=True):
                wrong.append((name, point, wanted, given))
                break
    assert not wrong, "\n".join(map(str, wrong))


# What a page must recompute; of others it may say that it can't.
EVERYDAY = (
    "add sub mul div neg pow abs square reciprocal exp expm1 log log1p log2 log10 sqrt sin cos tan "
    "asin acos atan atan2 sinh cosh tanh asinh acosh atanh sigmoid softplus relu leaky_relu elu gelu "
    "silu maximum minimum max_constant min_constant where hypot fsum sumprod dot prod logsumexp "
    "logaddexp erf erfc norm_cdf lgamma "
)


# --- training -----------------------------------------------------------------------------------------------


def squared(output, target):
    return (output - target) ** 2


def trained():
    rng = random.Random(0)
    X = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(12)]
    Y = [1 if x[0] > x[1] else -1 for x in X]
    model = MLP(2, [2, 1], "tanh", seed=0)
    history = [[p.data for p in model.parameters()]]
    for _ in range(5):
        loss = sum(squared(model(x), y) for x, y in zip(X, Y, strict=True))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
        history.append([p.data for p in model.parameters()])
    return model, X, Y, history


def test_scrubbing_over_training(page, tmp_path) -> None:
    model, X, Y, history = trained()
    made = stepper(model, X, Y, squared, history)
    assert [p.data for p in model.parameters()] == history[-1]
    visit(page, made, tmp_path)
    page.locator("#epoch").fill("2")
    for p, x in zip(model.parameters(), history[2], strict=True):
        p.data = x
    total = sum(squared(model(x), y).data for x, y in zip(X, Y, strict=True)) / len(X)
    said = page.inner_text("#epochs")
    assert said.startswith("step 2 of 5, loss ")
    assert float(said.split()[-1]) == pytest.approx(total, rel=1e-3)
    model.zero_grad()
    loss = squared(model(X[0]), Y[0])
    loss.backward()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("End")
    values, grads = numbers(page, "value"), numbers(page, "grad")
    named = {node.label: node.id for node in made.graph.nodes if node.label}
    for name, p in model.named_parameters():
        assert float(values[named[name]]) == p.data
        assert float(grads[named[name]]) == pytest.approx(p.grad, rel=1e-12)
    page.wait_for_selector("#note:has-text('on the right side')")
    assert not page.is_visible("#reset")
    page.click(f'[data-node="{named["x[0]"]}"]')
    page.fill("#number", "0.125")
    page.press("#number", "Enter")
    assert float(numbers(page, "value")[named["x[0]"]]) == 0.125
    page.click("#reset")
    assert float(numbers(page, "value")[named["x[0]"]]) == X[0][0]
    assert float(numbers(page, "value")[named["layers[0].neurons[0].w[0]"]]) == history[2][0]
    inked = (
        "(c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size)"
        "(document.getElementById('%s'))"
    )
    assert page.evaluate(inked % "boundary") > 10
    assert page.evaluate(inked % "loss") > 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"history": [[1.0]]}, r"history\[0\] has 1 numbers, but the model has 9 parameters"),
        ({"history": []}, "history is empty"),
        ({"history": None}, "history missing"),
        ({"Y": [1]}, "X has 12 samples and Y has 1"),
        ({"sample": 99}, "sample got 99"),
    ],
)
def test_bad_training_data(change, message) -> None:
    model, X, Y, history = trained()
    given = {"X": X, "Y": Y, "loss": squared, "history": history, **change}
    with pytest.raises(ValueError, match=message):
        stepper(model, **given)


def test_a_page_is_saved_as_html_only(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"name ending in \.html"):
        stepper(Value(1.0) * 2.0).save(tmp_path / "x.svg")


def test_too_large_for_a_page() -> None:
    x = Value(1.0)
    for _ in range(2000):
        x = x * 1.5
    with pytest.raises(ValueError, match="4,001 nodes, more than a page can show"):
        stepper(x).html()
