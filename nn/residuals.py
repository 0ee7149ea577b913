"""least_squares: SciPy's, and Gauss's own iteration, with the Jacobian from the engine.

The residuals are plain Python on scalars: a function of one sequence of numbers that gives a list. The
Jacobian is dense, sparse where it is sparse, or nothing but its products with vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import autograd
from autograd import Value
from nn.checks import function_of
from nn.data import Array, vector
from nn.eager import Function
from nn.extras import need
from nn.module import Module
from nn.objective import compile_or_not


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
    if isinstance(residuals, Module):
        raise TypeError(
            "least_squares got a model: give a function of a sequence of numbers that gives the residuals; "
            "minimize(model, (X, Y)) trains one"
        )
    function_of(residuals, "least_squares", "a function that gives the residuals as a list")
    start = vector(x0, "x0")
    if "jac" in settings:
        raise TypeError(
            "least_squares got jac: the engine gives it; scipy.optimize.least_squares takes yours"
        )
    if method not in ("trf", "dogbox", "lm", "gauss-newton"):
        raise ValueError(f"no method is called {method!r}: choose one of trf, dogbox, lm, gauss-newton")
    if jacobian not in ("auto", "dense", "sparse", "products"):
        raise ValueError(f"jacobian is {jacobian!r}: choose one of auto, dense, sparse, products")
    if jacobian in ("sparse", "products") and method in ("lm", "gauss-newton"):
        raise ValueError(f"{method} needs a dense Jacobian: use trf or dogbox for {jacobian}")

    def listed(x: Any) -> list[Any]:
        found = residuals(x)
        if isinstance(found, Value | str | dict) or not hasattr(found, "__iter__"):
            raise TypeError(
                f"the residuals are {found!r} of type {type(found).__name__}: give them as a list of numbers"
            )
        given = list(found)
        if not given:
            raise ValueError("there are no residuals: the function gave an empty list")
        return given

    if method == "gauss-newton" and settings.keys() - {"tol", "max_iter"}:
        raise TypeError(f"gauss-newton takes tol and max_iter, not {', '.join(sorted(settings))}")
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

    def recorded(x: Any) -> Any:
        """Eagerly, by the structure it has at x: a function that decides may have another one elsewhere."""
        leaves = [Value(float(number)) for number in x]
        index = {id(leaf): i for i, leaf in enumerate(leaves)}
        lines: list[int] = []
        across: list[int] = []
        found: list[float] = []
        for i, r in enumerate(residuals(leaves)):
            row = sorted(index[key] for key in _reached(r) if key in index)
            lines += [i] * len(row)
            across += row
            found += [v.data for v in autograd.gradients(r, [leaves[j] for j in row])] if row else []
        return sparse.csr_matrix((np.array(found), (lines, across)), (len(pattern), columns))

    def compact(x: Any) -> Any:
        data = run(x)
        if sparse.issparse(data):
            return data
        return sparse.csr_matrix((np.asarray(data, dtype=float), places, starts), (len(pattern), columns))

    run = compile_or_not(entries, compiled, otherwise=recorded)
    return compact


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
