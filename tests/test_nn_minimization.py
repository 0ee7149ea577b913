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
    for wrong, says in (
        ({"jac": rosenbrock}, "minimize got jac: the engine gives it"),
        ({"penalty": rosenbrock}, "takes no loss or penalty"),
        ({"loss": "mae"}, "takes no loss or penalty"),
    ):
        with pytest.raises(TypeError, match=says):
            nn.minimize(rosenbrock, START, **wrong)
    with pytest.raises(ValueError, match="no method is called None"):
        nn.minimize(rosenbrock, START, None)
    with pytest.raises(TypeError, match="minimize got 3 of type int"):
        nn.minimize(3, START)
    with pytest.raises(ValueError, match=r"x0 holds nan in number 1 .* give finite ones"):
        nn.minimize(rosenbrock, [1.0, float("nan")])
    with pytest.raises(ValueError, match="no parameters to train"):
        nn.minimize(nn.Sequential(lambda x: x[0]), ([1.0], [1.0]))
    with pytest.raises(TypeError, match="least_squares got a model"):
        nn.least_squares(nn.MLP(1, [1]), START)
    with pytest.raises(TypeError, match="least_squares got 3"):
        nn.least_squares(3, START)
    with pytest.raises(TypeError, match="give them as a list of numbers"):
        nn.least_squares(lambda x: x[0], START)
    with pytest.raises(ValueError, match="an empty list"):
        nn.least_squares(lambda x: [], START)
    with pytest.raises(TypeError, match="takes tol and max_iter, not bounds"):
        nn.least_squares(decay, [1.0, 1.0], "gauss-newton", bounds=(0, 1))
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


def test_an_interrupt_leaves_the_best_parameters_seen() -> None:
    net, seen = nn.MLP(1, [3, 1], "tanh", init="glorot", seed=0), []
    X = np.linspace(-1.0, 1.0, 12)

    def stop(theta) -> None:
        seen.append(theta.copy())
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nn.minimize(net, (X, X**2), compiled=False, callback=stop)
    assert [p.data for p in net.parameters()] == seen[-1].tolist()
    with pytest.raises(ZeroDivisionError):
        nn.minimize(net, (X, X**2), compiled=False, callback=lambda theta: 1 / 0)
    assert [p.data for p in net.parameters()] == seen[-1].tolist()


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


def kinked(x):
    """Decides by its numbers: the Python of every day, which can't be traced."""
    total = 0.0
    for i, a in enumerate(x):
        total = total + (3.0 * (a - i) ** 2 if a > i else (a - i) ** 2)
    return total


@pytest.mark.parametrize("method", ["L-BFGS-B", "TNC", "Newton-CG", "trust-ncg", "trust-krylov", "Powell"])
def test_functions_that_decide_by_their_numbers_run_eagerly_and_say_so(method: str) -> None:
    pytest.importorskip("llvmlite")
    with pytest.warns(RuntimeWarning, match="the function can't be compiled, running eagerly"):
        found = nn.minimize(kinked, START, method)
    assert found.x == pytest.approx([0.0, 1.0, 2.0], abs=1e-4)


def test_a_structure_that_changes_is_seen(recwarn) -> None:
    n = 20

    def residuals(x):
        return [x[i] - 1.0 if x[i] > 0.5 else (x[i] - 2.0) * (1.0 + x[(i + 1) % n] ** 2) for i in range(n)]

    found = nn.least_squares(residuals, np.zeros(n), jacobian="sparse", compiled=False)
    dense = nn.least_squares(residuals, np.zeros(n), jacobian="dense", compiled=False)
    assert found.x == pytest.approx(dense.x)
    assert found.nfev == dense.nfev


def test_further_arguments_reach_the_function() -> None:
    for method in ("L-BFGS-B", "Newton-CG", "trust-exact", "Nelder-Mead"):
        found = nn.minimize(
            lambda x, at: (x[0] - at) ** 2 + math.cosh(x[0] - at), 0.5, method, args=(3.0,), compiled=False
        )
        assert found.x == pytest.approx([3.0], abs=1e-3)
