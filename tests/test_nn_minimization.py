"""minimize and least_squares: known minima, SciPy's own problems, and the Jacobian in each of its forms."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import optimize

import nn
from autograd import math

FIRST = ["L-BFGS-B", "BFGS", "CG", "TNC", "SLSQP"]
SECOND = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-exact", "trust-constr"]
START = [-1.2, 1.0, -0.5]


def rosenbrock(x):
    total = 0.0
    for a, b in pairwise(x):
        total = total + 100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2
    return total


@pytest.mark.parametrize("method", [*FIRST, *SECOND, "Nelder-Mead", "Powell"])
def test_rosenbrock(method: str) -> None:
    options = {"maxfun" if method == "TNC" else "maxiter": 2000}
    found = nn.minimize(rosenbrock, START, method, compiled=False, options=options)
    assert isinstance(found, optimize.OptimizeResult)
    assert found.x == pytest.approx([1.0, 1.0, 1.0], abs=2e-2)


def test_products_are_those_of_the_hessian() -> None:
    from nn.minimization import product_of

    point, direction = np.array(START), np.array([0.5, -1.0, 2.0])
    expected = optimize.rosen_hess_prod(point, direction)
    assert np.asarray(product_of(rosenbrock)(point, direction)) == pytest.approx(expected, rel=1e-12)


def test_dogleg_where_the_hessian_is_positive_definite() -> None:
    found = nn.minimize(
        lambda x: math.cosh(x[0] - 1.0) + math.exp(x[1]) - x[1], [0.0, 1.0], "dogleg", compiled=False
    )
    assert found.x == pytest.approx([1.0, 0.0], abs=1e-4)


def test_bounds_and_bad_calls() -> None:
    found = nn.minimize(lambda x: (x[0] - 3.0) ** 2, [0.0], bounds=[(None, 1.0)], compiled=False)
    assert found.x == pytest.approx([1.0])
    with pytest.raises(ValueError, match="no method is called 'newton'"):
        nn.minimize(rosenbrock, START, "newton")
    with pytest.raises(TypeError, match="as a pair"):
        nn.minimize(nn.MLP(1, [1]), [1.0])
    with pytest.raises(ValueError, match="choose one of trf"):
        nn.least_squares(lambda x: x, START, "newton")
    with pytest.raises(ValueError, match="lm needs a dense Jacobian"):
        nn.least_squares(lambda x: x, START, "lm", jacobian="sparse")
    with pytest.raises(ValueError, match="jacobian is 'thin'"):
        nn.least_squares(lambda x: x, START, jacobian="thin")


@pytest.mark.parametrize("method", ["L-BFGS-B", "Newton-CG", "trust-ncg", "trust-exact", "Powell"])
def test_models_are_trained(method: str) -> None:
    X = np.linspace(-1.0, 1.0, 12)
    Y = 0.5 - 2.0 * X
    model = nn.MLP(1, [1], seed=0)
    found = nn.minimize(model, (X, Y), method, compiled=False)
    assert found.fun < 1e-6
    assert [p.data for p in model.parameters()] == found.x.tolist()
    assert found.x == pytest.approx([-2.0, 0.5], abs=1e-3)
    net = nn.MLP(1, [3, 1], "tanh", seed=0)
    before = nn.losses.mse(nn.predict(net, X).tolist(), (X**2).tolist())
    small = {"penalty": lambda m: 1e-6 * sum(p * p for p in m.parameters()), "options": {"maxiter": 60}}
    nn.minimize(net, (X, X**2), "L-BFGS-B", compiled=False, **small)
    assert nn.losses.mse(nn.predict(net, X).tolist(), (X**2).tolist()) < 0.1 * before


def decay(x):
    return [x[0] * math.exp(-x[1] * t) - 2.0 * math.exp(-0.7 * t) for t in np.linspace(0.0, 3.0, 9).tolist()]


@pytest.mark.parametrize(
    ("method", "jacobian"),
    [("lm", "auto"), ("gauss-newton", "auto"), ("trf", "dense"), ("trf", "sparse"), ("trf", "products"),
     ("dogbox", "auto")],
)  # fmt: skip
def test_a_decay_is_fitted(method: str, jacobian: str) -> None:
    found = nn.least_squares(decay, [1.0, 1.0], method, jacobian=jacobian, compiled=False)
    assert found.x == pytest.approx([2.0, 0.7], rel=1e-5)
    assert found.success


def test_sparse_jacobians_are_found_and_right() -> None:
    n = 40

    def chain(x):
        return [x[i + 1] - x[i] * x[i] for i in range(n - 1)] + [x[0] - 0.5]

    start = np.full(n, 0.4)
    found = nn.least_squares(chain, start, compiled=False)
    assert found.jac.nnz == 2 * (n - 1) + 1
    assert found.x == pytest.approx([0.5 ** (2**i) if i < 10 else 0.0 for i in range(n)], abs=1e-6)
    dense = nn.least_squares(chain, start, jacobian="dense", compiled=False)
    assert found.x == pytest.approx(dense.x, abs=1e-6)
