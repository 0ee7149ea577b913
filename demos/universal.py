"""Universal approximation: any f(x), wider and wider layers. `python -m demos.universal "sin(3*x)/x"`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nn
from autograd import Value, math
from demos.figures import arguments, figure, save
from nn.plots import COLOURS

DEFAULT = "exp(-x*x/2)*cos(5*x) + 0.3*x"


def function_of(text: str) -> Callable[[float], float]:
    """The function that an expression in x stands for, with the names of autograd.math.

    ValueError for anything but arithmetic, comparisons and those functions.

    >>> function_of("sin(pi*x) + x**2")(0.0)
    0.0
    """
    import ast

    names: dict[str, Any] = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
    operations = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Call)
    allowed = (*operations, ast.Compare, ast.cmpop, ast.Constant, ast.Name, ast.Load)
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no expression in x: {error.msg}") from None
    for node in ast.walk(tree):
        bad = not isinstance(node, allowed) or (
            isinstance(node, ast.Constant) and not isinstance(node.value, int | float)
        )
        if bad or (isinstance(node, ast.Name) and node.id != "x" and node.id not in names):
            raise ValueError(
                f"{text!r} has {ast.unparse(node)!r} in it: use x, numbers, + - * / ** and autograd.math"
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            node.value = float(node.value)  # 9**9**9**9 as integers would not end
    code = compile(tree, "<function>", "eval")

    def f(x: float) -> float:
        try:
            found = eval(code, {"__builtins__": {}}, {**names, "x": Value(x)})  # by IEEE's rules: 1/0 is inf
        except ArithmeticError:
            return float("nan")
        except (TypeError, ValueError) as error:
            raise ValueError(f"{text!r} can't be computed at x = {x}: {error}") from None
        if not isinstance(found, Value | float | int):
            raise ValueError(f"{text!r} gives {found!r}: give an expression that is a number")
        return float(found)

    return f


def fitted(x: Any, y: Any, width: int, tries: int, iterations: int) -> tuple[float, nn.MLP]:
    """The best of a few networks of that width: its root mean squared error, and itself."""
    best: tuple[float, nn.MLP] | None = None
    for seed in range(tries):
        model = nn.MLP(1, [width, 1], "tanh", init=nn.init.uniform(-2.0, 2.0), seed=seed)
        for neuron, at in zip(model.layers[0].neurons, range(width), strict=True):
            centre = -1.0 + 2.0 * (at + 0.5) / width  # each neuron begins to bend somewhere else
            neuron.b.data = -neuron.w[0].data * centre
        options = {"maxiter": iterations, "maxfun": 2 * iterations, "ftol": 1e-14, "gtol": 1e-9}
        found = nn.minimize(model, (x, y), "L-BFGS-B", options=options)
        error = float(found.fun) ** 0.5
        if best is None or error < best[0]:
            best = error, model
    assert best is not None
    return best


def run(text: str = DEFAULT, low: float = -3.0, high: float = 3.0, quick: bool = False) -> dict[int, float]:
    """Fit the function on an interval with growing width; the error by width."""
    import numpy as np
    from matplotlib.ticker import LogFormatter
    from tqdm import tqdm

    if not low < high:
        raise ValueError(f"the interval is {low} ... {high}: give LOW below HIGH")
    f = function_of(text)
    x = np.linspace(-1.0, 1.0, 61 if quick else 121)
    where = low + (high - low) * (x + 1.0) / 2.0
    y = np.array([f(float(at)) for at in where])
    if not np.isfinite(y).all():
        raise ValueError(f"{text} is not finite everywhere on {low} ... {high}: give another --interval")
    scale = y.std() or 1.0
    widths = (1, 2, 4) if quick else (1, 2, 4, 8, 16, 32)
    errors: dict[int, float] = {}
    models = {}
    for width in tqdm(widths, desc=f"fitting {text}", unit="width"):
        errors[width], models[width] = fitted(
            x, (y - y.mean()) / scale, width, 1 if quick else 2, 60 if quick else 2000
        )
    print(f"f(x) = {text} on {low} ... {high}")
    for width, error in errors.items():
        print(f"   width {width:3d}: root mean squared error {error * scale:.2e}, {3 * width + 1} parameters")
    drawn, (left, right) = figure(1, 2, (11.0, 4.5))
    left.plot(where, y, color="black", linewidth=2.5, alpha=0.35, label=f"f(x) = {text}")
    for i, width in enumerate(widths[:3] if quick else widths[1:5]):
        guess = nn.predict(models[width], x) * scale + y.mean()
        left.plot(where, guess, color=COLOURS[i], linewidth=1.2, label=f"width {width}")
    low_y, high_y = left.get_ylim()
    left.set_ylim(low_y, high_y + 0.25 * (high_y - low_y))
    left.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    left.set(xlabel="x", ylabel="f(x)", title="One hidden layer of tanh")
    right.loglog(list(errors), [error * scale for error in errors.values()], "o-", color=COLOURS[0])
    right.set_xticks(widths, [str(width) for width in widths])
    right.xaxis.minorticks_off()
    right.yaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False, minor_thresholds=(2.0, 0.5)))
    right.set(
        xlabel="width of the hidden layer", ylabel="root mean squared error", title="Error against width"
    )
    save(drawn, "universal.png")
    return errors


def main() -> None:
    """Fit the function of the command line."""
    parser = arguments(__doc__)
    parser.add_argument("function", nargs="?", default=DEFAULT, help="an expression in x")
    parser.add_argument("--interval", nargs=2, type=float, default=(-3.0, 3.0), metavar=("LOW", "HIGH"))
    given = parser.parse_args()
    low, high = given.interval
    try:
        run(given.function, low, high, given.quick)
    except ValueError as wrong:
        parser.error(str(wrong))


if __name__ == "__main__":
    main()
