"""minimize and least_squares: SciPy's optimisers with derivatives from the engine.

Functions take one sequence of numbers and are plain Python on scalars; their gradients, Hessian-vector
products and Jacobians come from autograd's transforms, compiled where the `jit` extra is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import autograd
from autograd import Value
from nn.data import Array, array, rows, targets
from nn.eager import Penalty, count_outputs, parameters_of, set_parameters
from nn.extras import need
from nn.losses import Loss, loss_function
from nn.module import Module
from nn.objective import compile_or_not, objective

Function = Callable[..., Any]

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
    with the parameters found. ValueError for an unknown method.

    >>> found = minimize(lambda x: (x[0] - 1.0) ** 2 + (x[1] - x[0] ** 2) ** 2, [0.0, 0.0], compiled=False)
    >>> [round(x, 4) for x in found.x.tolist()]
    [1.0, 1.0]
    """
    optimize = need("scipy.optimize", "scipy")
    name = method.lower()
    if name not in NAMES:
        raise ValueError(f"no method is called {method!r}: choose one of {', '.join(sorted(NAMES))}")
    if isinstance(function, Module):
        return _train(optimize, function, x0, method, loss_function(loss), penalty, compiled, settings)
    start = array(x0, "x0").reshape(-1)
    f: Function = function
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

    def product(x: Any, direction: Any) -> Any:
        return autograd.jvp(autograd.grad(f), (x,), (direction,))[1]

    return product


def _float_of(f: Function) -> Function:
    def value(x: Any) -> Any:
        return f(x)

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
    try:
        if name in GRADIENT:
            found = optimize.minimize(
                lambda theta: goal.value_and_gradient(theta, X, Y), start, jac=True, method=method, **settings
            )
        else:
            found = optimize.minimize(lambda theta: goal.value(theta, X, Y), start, method=method, **settings)
    except BaseException:
        set_parameters(model, start)
        raise
    set_parameters(model, found.x)
    return found


# --- least squares ------------------------------------------------------------------------------------------


def least_squares(
    residuals: Function,
    x0: Any,
    method: str = "trf",
    *,
    jacobian: str = "auto",
    compiled: bool = True,
    **settings: Any,
) -> Any:
    """Half the least sum of squares of the residuals (a list of scalars) near x0: SciPy's OptimizeResult.

    `method` is one of scipy.optimize.least_squares ("trf", "dogbox", "lm" for Levenberg-Marquardt), or
    "gauss-newton". `jacobian` is "dense", "sparse", "products" (matrix-free: products with it and its
    transpose alone), or "auto": sparse where at most an eighth of it is not 0 and the method takes that.
    Other settings are SciPy's.
    ValueError for an unknown method, or one that does not take such a Jacobian.

    >>> found = least_squares(lambda x: [x[0] * t - 3.0 * t for t in (1.0, 2.0)], [0.0], "lm", compiled=False)
    >>> round(found.x.item(), 6)
    3.0
    """
    optimize, np = need("scipy.optimize", "scipy"), need("numpy")
    start = array(x0, "x0").reshape(-1)
    if method not in ("trf", "dogbox", "lm", "gauss-newton"):
        raise ValueError(f"no method is called {method!r}: choose one of trf, dogbox, lm, gauss-newton")
    if jacobian not in ("auto", "dense", "sparse", "products"):
        raise ValueError(f"jacobian is {jacobian!r}: choose one of auto, dense, sparse, products")
    if jacobian in ("sparse", "products") and method in ("lm", "gauss-newton"):
        raise ValueError(f"{method} needs a dense Jacobian: use trf or dogbox for {jacobian}")

    def listed(x: Any) -> list[Any]:
        return list(residuals(x))

    values = compile_or_not(listed, compiled)
    if jacobian == "products":
        jac: Function = _products(listed, compiled)
    elif jacobian == "dense" or method in ("lm", "gauss-newton"):
        jac = _dense(listed, compiled)
    else:
        pattern = structure(listed, start)
        filled = sum(map(len, pattern)) / (len(pattern) * len(start))
        dense = jacobian == "auto" and filled > 0.125
        jac = _dense(listed, compiled) if dense else _sparse(listed, pattern, len(start), compiled)
    fun = lambda x: np.asarray(values(x), dtype=float)  # noqa: E731 - SciPy asks for a function of x
    if method == "gauss-newton":
        return gauss_newton(fun, jac, start, **settings)
    return optimize.least_squares(fun, start, jac=jac, method=method, **settings)


def _dense(residuals: Function, compiled: bool) -> Function:
    np = need("numpy")
    both = compile_or_not(autograd.jacobian(residuals), compiled)
    return lambda x: np.asarray(both(x), dtype=float)


def structure(residuals: Function, x: Array) -> list[list[int]]:
    """Which numbers each residual depends on.

    >>> structure(lambda x: [x[0] * x[1], x[1] + 1.0], [1.0, 2.0])
    [[0, 1], [1]]
    """
    leaves = [Value(float(number)) for number in x]
    place = {id(leaf): i for i, leaf in enumerate(leaves)}
    return [sorted(place[key] for key in _reached(r) if key in place) for r in residuals(leaves)]


def _reached(root: Any) -> Iterator[int]:
    stack, seen = [root] if isinstance(root, Value) else [], {id(root)}
    while stack:
        node = stack.pop()
        yield id(node)
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)


def _sparse(residuals: Function, pattern: Sequence[Sequence[int]], columns: int, compiled: bool) -> Function:
    """The Jacobian as a sparse matrix: only what is not 0 everywhere is computed."""
    np, sparse = need("numpy"), need("scipy.sparse", "scipy")
    starts = np.cumsum([0, *map(len, pattern)])
    places = np.array([j for row in pattern for j in row], dtype=int)

    def entries(x: Any) -> list[Any]:
        leaves = list(x)
        found: list[Any] = []
        for r, row in zip(residuals(leaves), pattern, strict=True):
            if row:
                found.extend(autograd.gradients(r, [leaves[j] for j in row]))
        return found

    def recorded(x: Any) -> list[float]:
        return [v.data for v in entries([Value(float(number)) for number in x])]

    run = compile_or_not(entries, compiled, otherwise=recorded)
    return lambda x: sparse.csr_matrix(
        (np.asarray(run(x), dtype=float), places, starts), (len(pattern), columns)
    )


def _products(residuals: Function, compiled: bool) -> Function:
    """The Jacobian as an operator: forward mode for its products, reverse mode for its transpose's."""
    np, linalg = need("numpy"), need("scipy.sparse.linalg", "scipy")

    def forward(x: Any, direction: Any) -> Any:
        return autograd.jvp(residuals, (x,), (direction,))[1]

    def backward(x: Any, cotangent: Any) -> Any:
        return autograd.vjp(residuals, x)[1](list(cotangent))[0]

    along, against = compile_or_not(forward, compiled), compile_or_not(backward, compiled)
    values = compile_or_not(residuals, compiled)

    def operator(x: Array) -> Any:
        shape = (len(values(x)), len(x))
        return linalg.LinearOperator(
            shape,
            dtype=float,
            matvec=lambda v: np.asarray(along(x, np.ravel(v)), dtype=float),
            rmatvec=lambda u: np.asarray(against(x, np.ravel(u)), dtype=float),
        )

    return operator


def gauss_newton(
    residuals: Function, jacobian: Function, x: Array, *, tol: float = 1e-10, max_iter: int = 100
) -> Any:
    """Gauss's iteration: solve the linearised problem, go there, or half as far where that is no better."""
    np, optimize = need("numpy"), need("scipy.optimize", "scipy")
    r = residuals(x)
    message, success, rounds = "the iterations are used up", False, 0
    for rounds in range(1, max_iter + 1):  # noqa: B007 - told in the result
        J = jacobian(x)
        step = np.linalg.lstsq(J, -r, rcond=None)[0]
        share = 1.0
        while True:
            trial = residuals(x + share * step)
            if trial @ trial <= r @ r or share < 1e-10:
                break
            share /= 2.0
        if share < 1e-10 or np.linalg.norm(step) <= tol * (tol + np.linalg.norm(x)):
            message, success = "no step makes it better", True
            break
        x, r = x + share * step, trial
    J = jacobian(x)
    return optimize.OptimizeResult(
        x=x, fun=r, cost=0.5 * float(r @ r), jac=J, grad=J.T @ r, optimality=float(np.abs(J.T @ r).max()),
        nit=rounds, success=success, status=int(success), message=message,
    )  # fmt: skip
