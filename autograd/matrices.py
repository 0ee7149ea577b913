"""Jacobians and Hessians, whole or as products with a vector.

A matrix has the structure of the output, each number in it replaced by the structure of the input: arrays of
shapes (m,) and (n,) make one array of shape (m, n), as in JAX.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.pytree import Structure, array, blocks, rebuild, unflatten
from autograd.recording import Recording
from autograd.transforms import Argnums, Function, _like, grad, jvp, match
from autograd.value import Value


def jacobian(
    f: Function,
    argnums: Argnums = 0,
    *,
    mode: str | None = None,
    sparsity: str | None = None,
    has_aux: bool = False,
) -> Function:
    """The function that gives all derivatives of f's outputs by the arguments chosen.

    f runs once. Mode "forward" takes one push an input, "reverse" one pull an output; None picks the fewer.
    With sparsity "auto" the pattern is read off the graph, and the result is a sparse SciPy array of the
    outputs' numbers by the inputs', found in one sweep a colour of the pattern.
    With `has_aux`, f returns a pair, and the result is (jacobian, aux).

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    """
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f"jacobian: mode is {mode!r}: give 'forward', 'reverse' or None")
    _check_sparsity("jacobian", sparsity)

    @_like(f, "jacobian")
    def matrix(*args: Any, **kwargs: Any) -> Any:
        recorded = Recording("jacobian", f, args, kwargs, argnums, has_aux)
        if sparsity is None:
            found = dense(recorded, mode)
        else:
            from autograd.sparse import sparse_jacobian

            found = sparse_jacobian(recorded)
        return (found, recorded.auxiliary(recorded.live)) if has_aux else found

    return matrix


def _check_sparsity(name: str, sparsity: object) -> None:
    if sparsity not in (None, "auto"):
        raise ValueError(f"{name}: sparsity is {sparsity!r}: give 'auto' or None")


def dense(recorded: Recording, mode: str | None = None) -> Any:
    """The whole Jacobian of what was recorded, in the structure of the outputs by that of the inputs."""
    live = recorded.live
    forward = len(recorded.inputs) <= len(recorded.leaves) if mode is None else mode == "forward"
    rows = columns_pushed(recorded) if forward else rows_pulled(recorded)
    return assemble(recorded.out, recorded.structure, [recorded.finish(row, live)[0] for row in rows])


def columns_pushed(recorded: Recording) -> list[list[Any]]:
    """The rows of the Jacobian, found by pushing one unit tangent an input forward."""
    memo: dict[int, tuple[Any, ...]] = {}
    n = len(recorded.inputs)
    columns = [recorded.push(_unit(n, j), memo) for j in range(n)]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in recorded.leaves]


def rows_pulled(recorded: Recording) -> list[list[Any]]:
    """The rows of the Jacobian, found by pulling one unit cotangent an output back."""
    memo: dict[int, tuple[Any, ...]] = {}
    m = len(recorded.leaves)
    return [recorded.pull(_unit(m, i), memo) for i in range(m)]


def _unit(n: int, i: int) -> list[float]:
    unit = [0.0] * n
    unit[i] = 1.0
    return unit


def assemble(out: Structure, structure: Structure, rows: Sequence[Sequence[Any]]) -> Any:
    """The entries of a matrix in the structure of the output by that of the input."""
    outer: list[Any] = []
    for i, count, above in blocks(out):
        inner: list[Any] = []
        for j, width, below in blocks(structure):
            entries = [x for row in rows[i : i + count] for x in row[j : j + width]]
            if above is None and below is None:
                inner.append(entries[0])
            else:
                inner.append(array(entries, (above or ()) + (below or ())))
        outer.append(rebuild(structure, inner))
    return rebuild(out, outer)


def hessian(f: Function, argnums: Argnums = 0, *, sparsity: str | None = None) -> Function:
    """The function that gives all second derivatives of f: the Jacobian of its gradient.

    With sparsity "auto", a sparse SciPy array: a star colouring of its symmetric pattern, one sweep a colour.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    _check_sparsity("hessian", sparsity)
    slope = grad(f, argnums)

    @_like(f, "hessian")
    def matrix(*args: Any, **kwargs: Any) -> Any:
        recorded = Recording("hessian", slope, args, kwargs, argnums)
        if sparsity is None:
            return dense(recorded)
        from autograd.sparse import sparse_hessian

        return sparse_hessian(recorded)

    return matrix


def hvp(f: Function) -> Function:
    """The function of a point and a vector that gives the Hessian there times the vector, in a few sweeps.

    The vector has the structure of the point: that of f's first argument, further ones follow the vector.

    >>> hvp(lambda x: x[0] ** 2 * x[1])([2.0, 3.0], [1.0, 0.0])
    [6.0, 4.0]
    """
    slope = grad(f)

    @_like(f, "hvp")
    def product(x: Any, v: Any, *others: Any, **kwargs: Any) -> Any:
        return jvp(lambda at: slope(at, *others, **kwargs), (x,), (v,))[1]

    return product


def gauss_newton_product(residuals: Function) -> Function:
    """The function of a point and a vector that gives J'(J v), J the residuals' Jacobian at the point.

    That is the Hessian of half the sum of squared residuals, without the residuals' own curvature.

    >>> gauss_newton_product(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0], [1.0, 0.0])
    [10.0, 6.0]
    """

    @_like(residuals, "gauss_newton_product")
    def product(x: Any, v: Any, *others: Any, **kwargs: Any) -> Any:
        recorded = Recording("gauss_newton_product", residuals, (x, *others), kwargs)
        tangents = match("gauss_newton_product: the vector", v, "the point", recorded.structure)
        live = recorded.live or any([isinstance(t, Value) for t in tangents])
        found = recorded.pull(recorded.push(tangents))
        return unflatten(recorded.structure, recorded.finish(found, live and not recorded.detached)[0])

    return product
