"""minimize: SciPy's optimisers with gradients and Hessian-vector products from the engine.

Functions take one sequence of numbers and are plain Python on scalars; their derivatives come from
autograd's transforms, compiled where the `jit` extra is installed.
"""

from __future__ import annotations

from typing import Any

import autograd
from nn.checks import function_of
from nn.data import rows, targets, vector
from nn.eager import Function, Penalty, count_outputs, parameters_of, set_parameters
from nn.extras import need
from nn.losses import Loss, loss_function
from nn.module import Module
from nn.objective import compile_or_not, objective

# What each of scipy.optimize.minimize's methods can make use of.
GRADIENT = {
    "cg",
    "bfgs",
    "l-bfgs-b",
    "tnc",
    "slsqp",
    "newton-cg",
    "trust-ncg",
    "trust-krylov",
    "trust-constr",
}
GRADIENT |= {"dogleg", "trust-exact"}
PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
HESSIAN = {"dogleg", "trust-exact"}
NAMES = GRADIENT | {"nelder-mead", "powell", "cobyla", "cobyqa"}


def minimize(
    function: Function | Module,
    x0: Any,
    method: str = "L-BFGS-B",
    *,
    loss: str | Loss = "mse",
    penalty: Penalty | None = None,
    compiled: bool = True,
    **settings: Any,
) -> Any:
    """The minimum of a function of scalars near x0, or of a model's mean loss on data `(X, Y)`.

    The result is SciPy's OptimizeResult. The other settings are those of scipy.optimize.minimize (`bounds`,
    `constraints`, `tol`, `options`, `callback`). Methods of second order get Hessian-vector products
    (Newton-CG, trust-ncg, trust-krylov, trust-constr) or the Hessian (dogleg, trust-exact). A model is left
    with the parameters found, after Ctrl-C with the best seen so far. ValueError for an unknown method.

    >>> found = minimize(lambda x: (x[0] - 1.0) ** 2 + (x[1] - x[0] ** 2) ** 2, [0.0, 0.0], compiled=False)
    >>> [round(x, 4) for x in found.x.tolist()]
    [1.0, 1.0]
    """
    optimize = need("scipy.optimize", "scipy")
    name = str(method).lower()
    if name not in NAMES:
        raise ValueError(f"no method is called {method!r}: choose one of {', '.join(sorted(NAMES))}")
    for key in ("jac", "hess", "hessp"):
        if key in settings:
            raise TypeError(
                f"minimize got {key}: the engine gives it; scipy.optimize.minimize takes your own"
            )
    if isinstance(function, Module):
        return _train(optimize, function, x0, method, loss_function(loss), penalty, compiled, settings)
    f = function_of(function, "minimize", "a function of one sequence of numbers, or a model")
    if penalty is not None or loss != "mse":
        raise TypeError("minimize of a function takes no loss or penalty: add it to what the function gives")
    start = vector(x0, "x0")
    if name not in GRADIENT:
        return optimize.minimize(compile_or_not(_float_of(f), compiled), start, method=method, **settings)
    if name in PRODUCTS:
        settings["hessp"] = compile_or_not(product_of(f), compiled)
    elif name in HESSIAN:
        settings["hess"] = compile_or_not(autograd.hessian(f), compiled)
    both = compile_or_not(autograd.value_and_grad(f), compiled)
    return optimize.minimize(both, start, jac=True, method=method, **settings)


def product_of(f: Function) -> Function:
    """The product of f's Hessian at x with a vector: the derivative of its gradient along that vector.

    >>> product_of(lambda x: x[0] ** 2 * x[1])([1.0, 2.0], [1.0, 0.0])
    [4.0, 2.0]
    """

    def product(x: Any, direction: Any, *rest: Any) -> Any:
        return autograd.jvp(autograd.grad(lambda at: f(at, *rest)), (x,), (direction,))[1]

    return product


def _float_of(f: Function) -> Function:
    def value(x: Any, *rest: Any) -> Any:
        return f(x, *rest)

    return value


def _train(
    optimize: Any,
    model: Module,
    data: Any,
    method: str,
    loss: Loss,
    penalty: Penalty | None,
    compiled: bool,
    settings: dict[str, Any],
) -> Any:
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise TypeError("minimize of a model takes its data as a pair: minimize(model, (X, Y), ...)")
    X = rows(data[0])
    Y = targets(data[1], len(X), loss, count_outputs(model, X))
    goal = objective(model, loss, penalty, compiled)
    name = method.lower()
    if name in HESSIAN:
        np = need("numpy")
        settings["hess"] = lambda theta: np.array([goal.product(theta, e, X, Y) for e in np.eye(len(theta))])
    elif name in PRODUCTS:
        settings["hessp"] = lambda theta, direction: goal.product(theta, direction, X, Y)
    start = parameters_of(model)
    if not len(start):
        raise ValueError(f"this {type(model).__name__} has no parameters to train")
    best: tuple[float, Any] = float("inf"), start

    def seen(theta: Any) -> Any:
        nonlocal best
        value, gradient = goal.value_and_gradient(theta, X, Y) if sloped else (goal.value(theta, X, Y), None)
        if value < best[0]:
            best = value, theta.copy()
        return (value, gradient) if sloped else value

    sloped = name in GRADIENT
    left = start
    try:
        found = optimize.minimize(seen, start, method=method, **({"jac": True} if sloped else {}), **settings)
        left = found.x
    except KeyboardInterrupt:
        left = best[1]
        raise
    finally:
        set_parameters(model, left)
    return found
