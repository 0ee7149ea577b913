"""Backpropagation by hand: Matt Mazur's worked example, every number of it. `python -m demos.mazur`.

The article: https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/
"""

from __future__ import annotations

from typing import Any

from autograd import Value
from demos.figures import OUT, figure, main, save
from nn import MLP, SGD
from nn.plots import COLOURS

INPUTS = (0.05, 0.10)
TARGETS = (0.01, 0.99)
WEIGHTS = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
BIASES = (0.35, 0.60)
RATE = 0.5
# What the article prints after one step and after 10,000.
ARTICLE = {"error after 1 step": 0.291027924, "error after 10,000 steps": 0.0000351085}
ARTICLE_OUTPUTS = (0.015912196, 0.984065734)


def network() -> tuple[MLP, list[Value]]:
    """The article's network and its weights w1 ... w8, by name."""
    net = MLP(2, [2, 2], activation="sigmoid", output="sigmoid", init="zeros")
    weights = [w for layer in net.layers for neuron in layer.neurons for w in neuron.w]
    for i, (w, number) in enumerate(zip(weights, WEIGHTS, strict=True), 1):
        w.data, w.label = number, f"w{i}"
    for k, (layer, number) in enumerate(zip(net.layers, BIASES, strict=True), 1):
        for neuron in layer.neurons:
            neuron.b.data, neuron.b.label = number, f"b{k}"
    return net, weights


def error_of(net: MLP, inputs: Any = INPUTS) -> tuple[Value, list[Value], list[Value], list[Value]]:
    """E = half the squared errors, with the hidden outputs, the outputs, and the two errors."""
    hidden = net.layers[0](list(inputs))
    outputs = net.layers[1](hidden)
    errors = [0.5 * (target - out) ** 2 for target, out in zip(TARGETS, outputs, strict=True)]
    total = errors[0] + errors[1]
    for name, values in (("out_h", hidden), ("out_o", outputs), ("E_o", errors)):
        for i, value in enumerate(values, 1):
            value.label = f"{name}{i}"
            if value.op == "sigmoid":
                value.parents[0].label = value.label.replace("out", "net")
    total.label = "E"
    return total, hidden, outputs, errors


def forward_by_hand(hidden: list[Value], outputs: list[Value], errors: list[Value], total: Value) -> None:
    """Print the forward pass with its numbers filled in."""
    print("The forward pass")
    for k, (layer, given) in enumerate((("h", INPUTS), ("o", tuple(v.data for v in hidden)))):
        for i, out in enumerate((hidden, outputs)[k], 1):
            w1, w2 = WEIGHTS[4 * k + 2 * (i - 1) : 4 * k + 2 * i]
            net = out.parents[0].data
            print(
                f"   net_{layer}{i} = {w1:.2f} * {given[0]:.9f} + {w2:.2f} * {given[1]:.9f} + "
                f"{BIASES[k]:.2f} = {net:.9f}"
            )
            print(f"   out_{layer}{i} = 1 / (1 + e^-{net:.9f}) = {out.data:.9f}")
    for i, (target, out, error) in enumerate(zip(TARGETS, outputs, errors, strict=True), 1):
        print(f"   E_o{i} = ({target:.2f} - {out.data:.9f})**2 / 2 = {error.data:.9f}")
    print(f"   E = {errors[0].data:.9f} + {errors[1].data:.9f} = {total.data:.9f}\n")


def backward_by_hand(weights: list[Value], hidden: list[Value], outputs: list[Value]) -> None:
    """Print each weight's gradient as the product of its links; the engine's own beside it."""
    print("The backward pass: dE/dw is a product along the way from E to w")
    deltas = []
    for i, out in enumerate(outputs):
        slope = -(TARGETS[i] - out.data)
        inner = out.data * (1.0 - out.data)
        deltas.append(slope * inner)
        print(f"   dE/dout_o{i + 1} = -({TARGETS[i]:.2f} - {out.data:.9f}) = {slope:.9f}")
        print(f"   dout_o{i + 1}/dnet_o{i + 1} = {out.data:.9f} * (1 - {out.data:.9f}) = {inner:.9f}")
        for j, h in enumerate(hidden):
            w = weights[4 + 2 * i + j]
            product = slope * inner * h.data
            print(
                f"   dE/d{w.label} = {slope:.9f} * {inner:.9f} * {h.data:.9f} = {product:.9f}"
                f"   (the engine: {w.grad:.9f})"
            )
    for j, h in enumerate(hidden):
        along = [deltas[i] * WEIGHTS[4 + 2 * i + j] for i in range(2)]
        inner = h.data * (1.0 - h.data)
        print(
            f"   dE/dout_h{j + 1} = {along[0]:.9f} + {along[1]:.9f} = {sum(along):.9f}   (both outputs "
            "send a part)"
        )
        print(f"   dout_h{j + 1}/dnet_h{j + 1} = {h.data:.9f} * (1 - {h.data:.9f}) = {inner:.9f}")
        for k, x in enumerate(INPUTS):
            w = weights[2 * j + k]
            product = sum(along) * inner * x
            print(
                f"   dE/d{w.label} = {sum(along):.9f} * {inner:.9f} * {x:.2f} = {product:.9f}"
                f"   (the engine: {w.grad:.9f})"
            )
    print()


def articles_step(net: MLP, weights: list[Value]) -> None:
    """The article's update: the hidden weights' gradient goes back through output weights that have moved.

    It is written out, because the engine can't be brought to do it: a node keeps the partials of its
    forward pass.
    """
    _, hidden, outputs, _ = error_of(net)
    deltas = [-(t - o.data) * o.data * (1.0 - o.data) for t, o in zip(TARGETS, outputs, strict=True)]
    for i, delta in enumerate(deltas):
        for j, h in enumerate(hidden):
            weights[4 + 2 * i + j].data -= RATE * delta * h.data
    for j, h in enumerate(hidden):
        back = (
            sum(delta * weights[4 + 2 * i + j].data for i, delta in enumerate(deltas))
            * h.data
            * (1.0 - h.data)
        )
        for k, x in enumerate(INPUTS):
            weights[2 * j + k].data -= RATE * back * x


def run(quick: bool = False) -> dict[str, float]:
    """Print the example and train it; the errors before, after a step and at the end, in both ways."""
    from tqdm import tqdm

    steps = 200 if quick else 10_000
    net, weights = network()
    optimizer = SGD(weights, lr=RATE)  # b1 and b2 are not among them: they stay
    total, hidden, outputs, errors = error_of(net)
    before = total.data
    forward_by_hand(hidden, outputs, errors, total)
    total.backward()
    backward_by_hand(weights, hidden, outputs)
    explained(total, weights)

    print("One step of gradient descent, eta = 0.5; every weight moves by the gradient at the old weights")
    old = [w.data for w in weights]
    optimizer.step()
    for w, number in zip(weights, old, strict=True):
        print(f"   {w.label}: {number:.2f} - 0.5 * {w.grad:.9f} = {w.data:.9f}")
    optimizer.zero_grad()
    after = error_of(net)[0].data
    print(f"   E falls from {before:.9f} to {after:.9f}\n")
    course, mixed_course = [after], []
    for _ in tqdm(range(steps - 1), desc="   training", unit="step"):
        error_of(net)[0].backward()
        optimizer.step()
        optimizer.zero_grad()
        course.append(error_of(net)[0].data)
    end, _, outs, _ = error_of(net)

    mixed, mixed_weights = network()
    articles_step(mixed, mixed_weights)
    mixed_after = error_of(mixed)[0].data
    mixed_course.append(mixed_after)
    for _ in tqdm(range(steps - 1), desc="   the same, mixed", unit="step"):
        articles_step(mixed, mixed_weights)
        mixed_course.append(error_of(mixed)[0].data)
    mixed_error, _, mixed_outs, _ = error_of(mixed)
    mixed_end = mixed_error.data
    print(
        f"   after {steps:,} steps: E = {end.data:.10f}, outputs {outs[0].data:.9f} and {outs[1].data:.9f}\n"
    )
    first, last = ARTICLE.values()
    print("Beside the article         ours            through moved weights    the article")
    print(f"   E after 1 step          {after:.9f}     {mixed_after:.9f}              {first:.9f}")
    print(f"   E after {steps:>6,} steps    {end.data:.10f}    {mixed_end:.10f}             {last:.10f}")
    for i, (ours, theirs, article) in enumerate(zip(outs, mixed_outs, ARTICLE_OUTPUTS, strict=True), 1):
        print(
            f"   out_o{i} then             {ours.data:.9f}     {theirs.data:.9f}              {article:.9f}"
        )
    implied = sum(0.5 * (t - o) ** 2 for t, o in zip(TARGETS, ARTICLE_OUTPUTS, strict=True))
    print(
        "   Why they differ: the article says that the old weights are used throughout a step, and the "
        "gradients it\n"
        "   prints are those. What it prints of the training comes from an update that carries the hidden "
        "weights'\n"
        "   gradient back through output weights which have already moved: the second column does that, "
        "and gets\n"
        "   the article's .291027924 and its two outputs to the last digit. It is no gradient of E at any "
        "one point.\n"
        f"   (The article's last error, .0000351085, is not even that of its own outputs, which give "
        f"{implied:.10f}.)"
    )
    draw_errors(course, mixed_course)
    return {
        "before": before,
        "after": after,
        "end": end.data,
        "mixed after": mixed_after,
        "mixed end": mixed_end,
    }


def explained(root: Value, weights: list[Value]) -> None:
    """The same by `autograd.viz.explain`: an output's weight, a hidden one's; all eight in a file."""
    from autograd.viz import draw, explain

    told = {w.label: str(explain(root, wrt=w)) for w in weights}
    for name, why in (("w5", "one path to E"), ("w1", "two paths, one through each output")):
        print(f"The same, told by explain(E, wrt={name}): {why}")
        print("\n".join(f"   {line}" for line in told[name].splitlines()) + "\n")
    OUT.mkdir(exist_ok=True)
    path = OUT / "mazur.txt"
    path.write_text("\n\n".join(told.values()) + "\n", encoding="utf-8")
    print(f"   all eight weights, explained: {path}")
    print(f"   the graph with its numbers and gradients: {draw(root).save(OUT / 'mazur.svg')}\n")


def draw_errors(ours: list[float], mixed: list[float]) -> None:
    """E by steps, with the article's two figures."""
    drawn, ax = figure()
    ax.loglog(range(1, len(ours) + 1), ours, color=COLOURS[0], label="gradient descent")
    ax.loglog(range(1, len(mixed) + 1), mixed, "--", color=COLOURS[1], label="through moved weights")
    ax.plot([1, 10_000], list(ARTICLE.values()), "o", color=COLOURS[5], label="the article's figures")
    ax.set(xlabel="steps", ylabel="E", title="Mazur's example, eta = 0.5")
    ax.legend(frameon=False)
    save(drawn, "mazur.png")


if __name__ == "__main__":
    main(run, __doc__)
