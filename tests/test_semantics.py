"""The table of conventions, row by row, in every reading: floats, a graph, forward, compiled."""

from collections.abc import Callable
from math import inf, isnan, nan
from typing import Any

import pytest

from autograd import Value, gradients, jit, jvp, math, value_and_grad

Function = Callable[..., Any]

SIGMOID_40 = 4.248354255291589e-18
TANH_20 = 1.6993417021166356e-17

# Function of Values, point, value, partials.
ROWS: list[tuple[str, Function, tuple[float, ...], float, tuple[float, ...]]] = [
    ("relu at 0", math.relu, (0.0,), 0.0, (0.0,)),
    ("relu at -0.0", math.relu, (-0.0,), 0.0, (0.0,)),
    ("abs at 0", abs, (0.0,), 0.0, (0.0,)),
    ("abs at -0.0", abs, (-0.0,), 0.0, (0.0,)),
    ("fabs at 0", math.fabs, (0.0,), 0.0, (0.0,)),
    ("sign at 0", math.sign, (0.0,), 0.0, (0.0,)),
    ("floor", math.floor, (2.0,), 2.0, (0.0,)),
    ("ceil", math.ceil, (2.5,), 3.0, (0.0,)),
    ("round", math.round, (2.5,), 2.0, (0.0,)),
    ("trunc", math.trunc, (-2.5,), -2.0, (0.0,)),
    ("sqrt at 0", math.sqrt, (0.0,), 0.0, (inf,)),
    ("sqrt at -0.0", math.sqrt, (-0.0,), -0.0, (inf,)),
    ("leaky_relu at 0", math.leaky_relu, (0.0,), 0.0, (0.01,)),
    ("leaky_relu at 0, slope 0.3", lambda x: math.leaky_relu(x, 0.3), (0.0,), 0.0, (0.3,)),
    ("max at a tie", math.maximum, (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("min at a tie", math.minimum, (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("max of 3 at a tie of 2", lambda *xs: math.maximum(xs), (1.0, 2.0, 2.0), 2.0, (0.0, 0.5, 0.5)),
    ("max of 3 at a tie", lambda *xs: math.maximum(xs), (1.0, 1.0, 1.0), 1.0, (1 / 3, 1 / 3, 1 / 3)),
    ("max(x, x)", lambda x: math.maximum(x, x), (1.0,), 1.0, (1.0,)),
    ("min(x, x)", lambda x: math.minimum(x, x), (1.0,), 1.0, (1.0,)),
    ("max(x, 0.0) at 0", lambda x: math.maximum(x, 0.0), (0.0,), 0.0, (0.0,)),
    ("max(0.0, x) at 0", lambda x: math.maximum(0.0, x), (0.0,), 0.0, (0.0,)),
    ("min(x, 0.0) at 0", lambda x: math.minimum(x, 0.0), (0.0,), 0.0, (0.0,)),
    ("clamp at its lower number", lambda x: math.clamp(x, 0.0, 1.0), (0.0,), 0.0, (0.0,)),
    ("clamp at its upper number", lambda x: math.clamp(x, 0.0, 1.0), (1.0,), 1.0, (0.0,)),
    ("clamp inside", lambda x: math.clamp(x, 0.0, 1.0), (0.5,), 0.5, (1.0,)),
    ("clamp at a lower Value", lambda x, low: math.clamp(x, low, 9.0), (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("clamp at an upper Value", lambda x, high: math.clamp(x, -9.0, high), (2.0, 2.0), 2.0, (0.5, 0.5)),
    ("log at 0", math.log, (0.0,), -inf, (inf,)),
    ("log at -0.0", math.log, (-0.0,), -inf, (inf,)),
    ("log at -1", math.log, (-1.0,), nan, (nan,)),
    ("x**0 at 0", lambda x: x**0.0, (0.0,), 1.0, (0.0,)),
    ("x**0.5 at 0", lambda x: x**0.5, (0.0,), 0.0, (inf,)),
    ("x**1 at 0", lambda x: x**1.0, (0.0,), 0.0, (1.0,)),
    ("x**1.5 at 0", lambda x: x**1.5, (0.0,), 0.0, (0.0,)),
    ("x**y at 0, 0", lambda x, y: x**y, (0.0, 0.0), 1.0, (0.0, 0.0)),
    ("x**y at 0, 2", lambda x, y: x**y, (0.0, 2.0), 0.0, (0.0, 0.0)),
    ("x**y at 0, 1", math.pow, (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("0**y, y > 0", lambda y: 0.0**y, (2.0,), 0.0, (0.0,)),
    ("0**y, y = 0", lambda y: 0.0**y, (0.0,), 1.0, (0.0,)),
    ("0**y, y < 0", lambda y: 0.0**y, (-1.0,), inf, (-inf,)),
    ("(-2)**3", lambda x, y: x**y, (-2.0, 3.0), -8.0, (12.0, nan)),
    ("(-8)**(1/3)", lambda x, y: x**y, (-8.0, 1 / 3), nan, (nan, nan)),
    ("atan2(0, 0)", math.atan2, (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot(0, 0)", math.hypot, (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot(inf, 1)", math.hypot, (inf, 1.0), inf, (1.0, 0.0)),
    ("hypot(1, -inf)", math.hypot, (1.0, -inf), inf, (0.0, -1.0)),
    ("sigmoid at 40", lambda x: math.sigmoid(-x), (40.0,), SIGMOID_40, (-SIGMOID_40,)),
    ("sigmoid's slope at 40", math.sigmoid, (40.0,), 1.0, (SIGMOID_40,)),
    ("tanh at 20", math.tanh, (20.0,), 1.0, (TANH_20,)),
    ("logsumexp(-inf, -inf)", lambda *xs: math.logsumexp(xs), (-inf, -inf), -inf, (0.5, 0.5)),
    ("logsumexp(inf, 0)", lambda *xs: math.logsumexp(xs), (inf, 0.0), inf, (1.0, 0.0)),
    ("logaddexp(-inf, -inf)", math.logaddexp, (-inf, -inf), -inf, (0.5, 0.5)),
    ("logaddexp(inf, 0)", math.logaddexp, (inf, 0.0), inf, (1.0, 0.0)),
    ("0/0", lambda x, y: x / y, (0.0, 0.0), nan, (nan, nan)),
    ("1/0", lambda x, y: x / y, (1.0, 0.0), inf, (inf, -inf)),
    ("relu(NaN)", math.relu, (nan,), nan, (nan,)),
    ("max(NaN, 1)", math.maximum, (nan, 1.0), nan, (nan, nan)),
    ("min(1, NaN)", math.minimum, (1.0, nan), nan, (nan, nan)),
    ("clamp(NaN)", lambda x: math.clamp(x, 0.0, 1.0), (nan,), nan, (nan,)),
    ("NaN keeps a linear operation's constants", lambda x: 2.0 * x + 1.0, (nan,), nan, (2.0,)),
    ("where takes one branch", lambda x: math.where(x > 0.0, x, math.log(x)), (1.0,), 1.0, (1.0,)),
    ("where masks an infinite slope", lambda x: math.where(0.0, math.sqrt(x), 3.0 * x), (0.0,), 0.0, (3.0,)),
    ("where masks a NaN", lambda x: math.where(0.0, math.log(x), 3.0 * x), (-1.0,), -3.0, (3.0,)),
    ("relu(x) - relu(-x) composes", lambda x: math.relu(x) - math.relu(-x), (0.0,), 0.0, (0.0,)),
    ("exp overflows", math.exp, (710.0,), inf, (inf,)),
    ("a square overflows", lambda x: x**2, (1e200,), inf, (2e200,)),
    ("asin at 1", math.asin, (1.0,), 1.5707963267948966, (inf,)),
    ("acos at -1", math.acos, (-1.0,), 3.141592653589793, (-inf,)),
    ("asin beyond", math.asin, (2.0,), nan, (nan,)),
    ("acosh at 1", math.acosh, (1.0,), 0.0, (inf,)),
    ("acosh below", math.acosh, (0.5,), nan, (nan,)),
    ("atanh at 1", math.atanh, (1.0,), inf, (inf,)),
    ("atanh beyond", math.atanh, (2.0,), nan, (nan,)),
    ("log1p at -1", math.log1p, (-1.0,), -inf, (inf,)),
    ("log1p below", math.log1p, (-2.0,), nan, (nan,)),
    ("log2 at 0", math.log2, (0.0,), -inf, (inf,)),
    ("log10 below", math.log10, (-1.0,), nan, (nan,)),
    ("logit at 0", math.logit, (0.0,), -inf, (inf,)),
    ("logit at 1", math.logit, (1.0,), inf, (inf,)),
    ("logit beyond", math.logit, (1.5,), nan, (nan,)),
    ("sqrt below", math.sqrt, (-1.0,), nan, (nan,)),
    ("cbrt at 0", math.cbrt, (0.0,), 0.0, (inf,)),
    ("sin at inf", math.sin, (inf,), nan, (nan,)),
    ("norm_ppf at 0", math.norm_ppf, (0.0,), -inf, (inf,)),
    ("norm_ppf beyond", math.norm_ppf, (2.0,), nan, (nan,)),
    ("erfinv at 1", math.erfinv, (1.0,), inf, (inf,)),
    ("log1mexp at 0", math.log1mexp, (0.0,), -inf, (-inf,)),
    ("log1mexp above", math.log1mexp, (1.0,), nan, (nan,)),
    ("xlogy at 0, 0", math.xlogy, (0.0, 0.0), 0.0, (-inf, 0.0)),
    ("xlogy below", math.xlogy, (2.0, -1.0), nan, (nan, nan)),
    ("reciprocal at 0", math.reciprocal, (0.0,), inf, (-inf,)),
    ("selu at 0", math.selu, (0.0,), 0.0, (1.0507009873554805,)),
    ("elu at 0", math.elu, (0.0,), 0.0, (1.0,)),
    ("elu at 0, alpha 2", lambda x: math.elu(x, 2.0), (0.0,), 0.0, (1.0,)),
    ("hard_tanh at 1", math.hard_tanh, (1.0,), 1.0, (0.0,)),
    ("copysign at 0", math.copysign, (0.0, -1.0), -0.0, (0.0, 0.0)),
    ("fmod", math.fmod, (-7.0, 3.0), -1.0, (1.0, 2.0)),
    ("remainder", math.remainder, (7.0, 4.0), -1.0, (1.0, -2.0)),
    ("mod", lambda x, y: x % y, (-7.0, 3.0), 2.0, (1.0, 3.0)),
    ("fmod by 0", math.fmod, (1.0, 0.0), nan, (nan, nan)),
    ("prod beside zeros", lambda *xs: math.prod(xs), (0.0, 2.0, 3.0), 0.0, (6.0, 0.0, 0.0)),
    ("dist where points meet", lambda x, y: math.dist([x, y], [1.0, 2.0]), (1.0, 2.0), 0.0, (0.0, 0.0)),
]
IDS = [row[0] for row in ROWS]


def same(found: float, expected: float) -> bool:
    return (isnan(found) and isnan(expected)) or found == expected


@pytest.mark.parametrize("row", ROWS, ids=IDS)
class TestRow:
    def test_floats(self, row) -> None:
        _, f, point, value, slopes = row
        leaves = [Value(x) for x in point]
        z = f(*leaves)
        z.backward()
        assert same(z.data, value)
        assert str(z.data) == str(value) or z.data != 0.0
        assert all(map(same, [x.grad for x in leaves], slopes)), [x.grad for x in leaves]

    def test_as_a_graph(self, row) -> None:
        _, f, point, _, slopes = row
        leaves = [Value(x) for x in point]
        found = [float(g) for g in gradients(f(*leaves), leaves)]
        assert all(map(same, found, slopes)), found

    def test_forward(self, row) -> None:
        name, f, point, value, slopes = row
        for i, slope in enumerate(slopes):
            z, dz = jvp(f, point, tuple([1.0 if j == i else 0.0 for j in range(len(point))]))
            assert same(z, value), name
            # 0 times an infinite or undefined slope of another operand is a NaN, as ever
            if all(abs(other) < inf for other in slopes):
                assert same(dz, slope), name

    def test_plain_numbers(self, row) -> None:
        _, f, point, value, _ = row
        try:
            assert same(f(*point), value)
        except (ZeroDivisionError, OverflowError):
            assert "/" in row[0] or "**" in row[0] or "square" in row[0]  # Python's own operators
        except TypeError:
            assert "(-8)**" in row[0]  # a complex number

    def test_compiled(self, row) -> None:
        _, f, point, value, slopes = row
        compiled = jit(value_and_grad(f, argnums=tuple(range(len(point)))))
        z, found = compiled(*point)
        assert same(z, value), z
        assert all(map(same, found, slopes)), found


HIGHER: list[tuple[str, Function, float, int, float]] = [
    ("relu", math.relu, 0.0, 2, 0.0),
    ("abs", abs, 0.0, 2, 0.0),
    ("tanh", math.tanh, 0.0, 2, 0.0),
    ("tanh", math.tanh, 0.0, 3, -2.0),
    ("tanh", math.tanh, 0.0, 5, 16.0),
    ("sigmoid", math.sigmoid, 0.0, 2, 0.0),
    ("sigmoid", math.sigmoid, 0.0, 3, -0.125),
    ("sinc", math.sinc, 0.0, 2, -3.289868133696453),
    ("sinc", math.sinc, 0.0, 3, 0.0),
    ("asin", math.asin, 0.0, 3, 1.0),
    ("asin", math.asin, 1.0, 2, inf),
    ("asin", math.asin, -1.0, 2, -inf),
    ("acosh", math.acosh, 1.0, 2, -inf),
    ("atanh", math.atanh, 0.0, 3, 2.0),
    ("atan", math.atan, 0.0, 3, -2.0),
    ("asinh", math.asinh, 0.0, 3, -1.0),
    ("sqrt", math.sqrt, 0.0, 2, -inf),
    ("log", math.log, 0.0, 2, -inf),
    ("log", math.log, -0.0, 2, -inf),
    ("logit", math.logit, 0.0, 2, -inf),
    ("logit", math.logit, 0.5, 3, 32.0),
    ("silu", math.silu, 0.0, 2, 0.5),
    ("silu", math.silu, 0.0, 4, -0.5),
    ("gelu", math.gelu, 0.0, 2, 0.7978845608028654),
    ("mish", math.mish, 0.0, 2, 0.64),
    ("softsign", math.softsign, 0.0, 2, 0.0),
    ("huber", math.huber, 1.0, 2, 0.0),
    ("huber", math.huber, 0.5, 2, 1.0),
    ("smooth_abs", lambda x: math.smooth_abs(x, 0.5), 0.0, 2, 2.0),
    ("x**2", lambda x: x**2, 0.0, 2, 2.0),
    ("x**2", lambda x: x**2, 0.0, 3, 0.0),
    ("x**2", lambda x: x**2, 0.0, 4, 0.0),
    ("x**3", lambda x: x**3, 0.0, 3, 6.0),
    ("exp", math.exp, 0.0, 5, 1.0),
    ("erf", math.erf, 0.0, 3, -2.256758334191025),
    ("floor", math.floor, 1.5, 2, 0.0),
    ("x * sign(x)", lambda x: x * math.sign(x), 2.0, 2, 0.0),
]


@pytest.mark.parametrize(
    ("f", "x", "order", "expected"), [row[1:] for row in HIGHER], ids=[f"{r[0]}-{r[3]}" for r in HIGHER]
)
def test_higher_derivatives_at_awkward_points(f, x, order, expected) -> None:
    leaf: Any = Value(x)
    z = f(leaf)
    for _ in range(order):
        (z,) = gradients(z, [leaf])
    assert float(z) == pytest.approx(expected, rel=1e-13, abs=1e-300)


def test_a_sum_of_cotangents_is_the_same_from_run_to_run() -> None:
    def once() -> list[float]:
        xs = [Value(0.1 * i) for i in range(50)]
        z = math.fsum([math.sin(x * y) for x in xs for y in xs]) * math.prod(xs[1:9])
        z.backward()
        return [x.grad for x in xs]

    assert once() == once()


def test_where_of_a_value_not_taken_is_exactly_zero() -> None:
    x = Value(0.0)
    math.where(0.0, 1.0 / x, 5.0).backward()
    assert (x.grad, str(x.grad)) == (0.0, "0.0")
