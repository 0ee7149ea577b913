"""autograd.math beside Python's own math: the same names, and the same numbers over numbers and Values."""

import inspect
import itertools
import math as python
from math import inf, isnan, nan
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import PRIMITIVES, Value, gradients, jit, math, value_and_grad
from autograd.testing import gradcheck

NAMES = str.split(
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist erf erfc exp exp2 "
    "expm1 fabs floor fma fmod fsum gamma hypot isclose isfinite isinf isnan ldexp lgamma log log10 log1p "
    "log2 modf nextafter pow prod radians remainder sin sinh sqrt sumprod tan tanh trunc ulp pi e tau inf "
    "nan"
)
BEYOND = str.split(
    "sigmoid logit log_sigmoid softplus relu leaky_relu elu selu gelu silu mish softsign hard_tanh sinc "
    "square reciprocal logaddexp logsumexp softmax log_softmax xlogy xlog1py log1mexp digamma polygamma "
    "beta lbeta erfinv erfcx norm_cdf norm_logcdf norm_ppf maximum minimum clamp where sign smooth_abs "
    "huber sinpi cospi dot"
)
INTEGERS = str.split("comb factorial gcd isqrt lcm perm")  # functions of integers, without a slope
FLOATS = st.floats(allow_subnormal=True)
MODERATE = st.floats(-30.0, 30.0)

# Where ours is the more accurate one (test_accuracy holds it to mpmath), CPython's only says about where.
LOOSE = {"cbrt", "lgamma", "gamma"}


def test_every_name_is_here() -> None:
    for name in NAMES + BEYOND:
        assert hasattr(math, name), name
        assert name in math.__all__, name


def test_nothing_of_pythons_math_is_missing() -> None:
    newer = {"fmax", "fmin", "signbit", "isnormal", "issubnormal"}  # of Pythons to come
    missing = {name for name in dir(python) if not name.startswith("_") and not hasattr(math, name)}
    assert missing - set(INTEGERS) - newer == set()


@pytest.mark.parametrize("name", [name for name in NAMES + BEYOND if callable(getattr(math, name))])
def test_documentation(name) -> None:
    function = getattr(math, name)
    assert inspect.getdoc(function)
    inspect.signature(function)
    assert len(function.__doc__.strip()) > 10


def close(found: float, expected: float, ulps: int) -> bool:
    if isnan(expected) or isnan(found):
        return isnan(expected) and isnan(found)
    return found == expected or abs(found - expected) <= ulps * python.ulp(expected)


UNARY = str.split(
    "acos acosh asin asinh atan atanh cbrt ceil cos cosh degrees erf erfc exp exp2 expm1 fabs floor gamma "
    "isfinite isinf isnan lgamma log log10 log1p log2 modf radians sin sinh sqrt tan tanh trunc ulp frexp"
)


@pytest.mark.parametrize("name", UNARY)
@settings(deadline=None, max_examples=60)
@given(x=FLOATS | MODERATE | st.integers(-40, 40))
def test_one_operand_as_pythons(name, x) -> None:
    try:
        expected = getattr(python, name)(x)
    except (ValueError, OverflowError):
        return  # ours is the IEEE result
    found = getattr(math, name)(x)
    recorded = getattr(math, name)(Value(x))
    if isinstance(expected, tuple):
        assert all(close(f, e, 0) for f, e in zip(found, expected, strict=True))
        assert all(close(float(f), e, 0) for f, e in zip(recorded, expected, strict=True))
        return
    if name in LOOSE:
        assert close(found, expected, 0) or python.isclose(found, expected, rel_tol=1e-10, abs_tol=1e-14)
    else:
        assert close(float(found), float(expected), 0), (found, expected)
    assert type(found) is type(expected)
    assert close(float(recorded), float(found), 0)
    assert isinstance(recorded, bool) == isinstance(expected, bool)


@pytest.mark.parametrize("name", str.split("atan2 copysign fmod nextafter pow remainder hypot log"))
@settings(deadline=None, max_examples=60)
@given(x=FLOATS | MODERATE, y=FLOATS | MODERATE)
def test_two_operands_as_pythons(name, x, y) -> None:
    try:
        expected = getattr(python, name)(x, y)
    except (ValueError, OverflowError, ZeroDivisionError):
        return
    function = getattr(math, name)
    for found in (function(x, y), function(Value(x), y), function(x, Value(y)), function(Value(x), Value(y))):
        assert close(float(found), expected, 0)


@settings(deadline=None, max_examples=60)
@given(st.lists(MODERATE, max_size=6), st.data())
def test_several_operands_as_pythons(xs, data) -> None:
    ys = data.draw(st.lists(MODERATE, min_size=len(xs), max_size=len(xs)))
    values = [Value(x) for x in xs]
    for name in ("fsum", "prod"):
        expected = getattr(python, name)(xs)
        assert getattr(math, name)(xs) == expected
        assert float(getattr(math, name)(values)) == expected
        assert float(getattr(math, name)(iter(values))) == expected
    assert math.prod(values, start=2.0) == python.prod(xs, start=2.0)
    assert math.hypot(*xs) == python.hypot(*xs) == float(math.hypot(*values))
    assert math.dist(xs, ys) == python.dist(xs, ys) == float(math.dist(values, ys))
    if hasattr(python, "sumprod"):
        assert math.sumprod(xs, ys) == python.sumprod(xs, ys) == float(math.sumprod(values, ys))
    left_to_right = 0.0
    for x, y in zip(xs, ys, strict=True):
        left_to_right += x * y
    assert math.dot(xs, ys) == left_to_right == float(math.dot(values, ys))


@settings(deadline=None, max_examples=60)
@given(FLOATS, FLOATS, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_isclose_as_pythons(a, b, rel_tol, abs_tol) -> None:
    expected = python.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
    assert math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol) is expected
    assert math.isclose(Value(a), b, rel_tol=rel_tol, abs_tol=abs_tol) is expected


def test_predicates_while_tracing() -> None:
    @jit
    def f(x):
        return math.where(
            math.isnan(x), 1.0, math.where(math.isinf(x), 2.0, math.where(math.isfinite(x), 3.0, 4.0))
        )

    assert [f(nan), f(inf), f(-inf), f(0.5)] == [1.0, 2.0, 2.0, 3.0]

    @jit
    def g(x, y):
        return math.where(math.isclose(x, y), 1.0, 0.0)

    assert [g(1.0, 1.0 + 1e-12), g(1.0, 1.1), g(inf, inf), g(nan, nan)] == [1.0, 0.0, 1.0, 0.0]


@settings(deadline=None, max_examples=60)
@given(FLOATS, st.integers(-1100, 1100))
def test_ldexp(x, i) -> None:
    try:
        expected = python.ldexp(x, i)
    except OverflowError:
        expected = python.copysign(inf, x)
    leaf = Value(x)
    z = math.ldexp(leaf, i)
    assert close(z.data, expected, 0)
    assert close(math.ldexp(x, i), expected, 0)
    z.backward()
    assert leaf.grad == (2.0**i if i < 1024 else inf)


@settings(deadline=None, max_examples=60)
@given(MODERATE, MODERATE, MODERATE)
def test_fma_rounds_once(x, y, z) -> None:
    from fractions import Fraction

    assert math.fma(x, y, z) == float(Fraction(x) * Fraction(y) + Fraction(z))


def test_nextafter_steps() -> None:
    assert math.nextafter(1.0, 2.0, steps=3) == 1.0 + 3 * python.ulp(1.0)
    assert math.nextafter(1.0, 1.0, steps=3) == 1.0
    with pytest.raises(ValueError, match="steps"):
        math.nextafter(1.0, 2.0, steps=-1)


def test_rounding_gives_ints_of_numbers_and_values_of_values() -> None:
    assert type(math.floor(2.5)) is int
    assert isinstance(math.floor(Value(2.5)), Value)
    assert python.floor(Value(2.5)) == 2
    assert type(python.floor(Value(2.5))) is int
    assert math.ceil(inf) == inf
    assert isnan(math.trunc(nan))
    assert "abcd"[math.round(2.4)] == "c"


def test_modf_and_frexp_have_slopes() -> None:
    x = Value(-2.75)
    fraction, whole = math.modf(x)
    assert (fraction.data, whole.data) == (-0.75, -2.0)
    assert [float(g) for z in (fraction, whole) for g in gradients(z, [x])] == [1.0, 0.0]
    mantissa, exponent = math.frexp(x)
    assert (mantissa.data, exponent) == python.frexp(-2.75)
    assert float(gradients(mantissa, [x])[0]) == 0.25


# --- softmax and its like ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-700.0, 700.0), min_size=1, max_size=8))
def test_softmax_and_log_softmax(xs) -> None:
    from mpmath import mp, mpf

    with mp.workdps(400):
        parts = [mp.exp(mpf(x)) for x in xs]
        total = sum(parts)
        shares = [part / total for part in parts]
        logs = [mp.log(share) if share < 0.5 else mp.log1p(-(total - part) / total)
                for share, part in zip(shares, parts, strict=True)]  # fmt: skip
        for found, exact in zip(math.softmax(xs), shares, strict=True):
            assert abs(mpf(found) - exact) <= 8 * mpf(python.ulp(float(exact)))
        gap = max(xs) - min(xs)  # its rounding moves the terms by as many ULPs
        for found, exact in zip(math.log_softmax(xs), logs, strict=True):
            assert abs(mpf(found) - exact) <= (8 + gap) * mpf(python.ulp(float(exact)))
        leaves = [Value(x) for x in xs]
        slopes = gradients(math.logsumexp(leaves), leaves)
        for slope, exact in zip(slopes, shares, strict=True):
            assert abs(mpf(float(slope)) - exact) <= 8 * mpf(python.ulp(float(exact)))


def test_softmax_of_infinities_and_of_nothing() -> None:
    assert math.softmax([inf, 0.0]) == [1.0, 0.0]
    assert math.softmax([-inf, -inf]) == [0.5, 0.5]
    assert math.log_softmax([0.0, -inf]) == [0.0, -inf]
    assert math.softmax([]) == math.log_softmax([]) == []
    assert math.logsumexp([]) == -inf


def test_softmax_takes_few_nodes_and_differentiates_twice() -> None:
    from autograd import hessian

    xs = [Value(0.1 * i) for i in range(5)]
    found = math.softmax(xs)
    assert all(isinstance(z, Value) for z in found)
    h = hessian(lambda x: math.log_softmax(x)[1])([0.3, -0.2, 0.7])
    s = math.softmax([0.3, -0.2, 0.7])
    for i, j in itertools.product(range(3), range(3)):
        assert h[i][j] == pytest.approx(-(s[i] * (i == j) - s[i] * s[j]), rel=1e-13)


# --- calls ----------------------------------------------------------------------------------------------


def test_options() -> None:
    assert math.gelu(0.5, approximate=True) != math.gelu(0.5)
    assert math.leaky_relu(-1.0) == -0.01
    assert math.leaky_relu(-1.0, 0.2) == -0.2
    assert math.elu(-1.0, 2.0) == 2.0 * math.elu(-1.0)
    assert math.huber(3.0, 2.0) == 4.0
    assert math.smooth_abs(0.0) == 0.0
    assert Value(-1.0).leaky_relu(0.2).data == -0.2
    assert math.log(8.0, 2.0) == 3.0
    assert math.log(Value(8.0), 2).data == 3.0
    assert math.maximum([1.0, Value(3.0)]).data == 3.0


def test_wrong_calls_name_the_function() -> None:
    calls: list[tuple[Any, type, str]] = [
        (lambda: math.tanh(), TypeError, "tanh"),
        (lambda: math.tanh(1.0, 2.0), TypeError, "tanh"),
        (lambda: math.tanh("1"), TypeError, "tanh"),
        (lambda: math.atan2(1.0), TypeError, "atan2"),
        (lambda: math.leaky_relu(1.0, 2.0, 3.0), TypeError, "leaky_relu takes 1 to 2"),
        (lambda: math.dot([1.0], [1.0, 2.0]), ValueError, "dot"),
        (lambda: math.sumprod([1.0], [1.0, 2.0]), ValueError, "sumprod"),
        (lambda: math.dist([1.0], [1.0, 2.0]), ValueError, "dist"),
        (lambda: math.maximum([]), ValueError, "maximum"),
        (lambda: math.maximum(1.0), TypeError, r"maximum got 1\.0 of type float"),
        (lambda: math.fsum(None), TypeError, "fsum got None of type NoneType: give one iterable"),
        (lambda: math.softmax(Value(1.0)), TypeError, "softmax got Value"),
        (lambda: math.dot(1.0, 2.0), TypeError, "dot got"),
        (lambda: math.exp(10**400), OverflowError, "exp"),
        (lambda: math.isclose(1.0, 2.0, rel_tol=-1.0), ValueError, "isclose"),
        (lambda: math.no_such_function, AttributeError, "no_such_function"),
    ]
    for call, error, message in calls:
        with pytest.raises(error, match=message):
            call()


@given(st.tuples(*[st.floats(-3.0, 3.0)] * 3))
def test_clamp_is_the_smaller_of_high_and_the_larger_of_x_and_low(
    operands: tuple[float, float, float],
) -> None:
    x, low, high = operands
    assume(len(set(operands)) == 3)
    nested = value_and_grad(lambda x, low, high: math.minimum(math.maximum(x, low), high), (0, 1, 2))
    assert value_and_grad(PRIMITIVES["clamp"], (0, 1, 2))(x, low, high) == nested(x, low, high)


@given(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_huber_has_the_slopes_of_its_formula_for_a_negative_delta_too(x: float, delta: float) -> None:
    assume(abs(abs(x) - delta) > 1e-3 and x != 0.0)
    gradcheck(math.huber, (x, delta))


def test_fused_functions_are_one_node() -> None:
    xs = [Value(float(i)) for i in range(1, 6)]
    for z in (math.fsum(xs), math.prod(xs), math.dot(xs, xs), math.sumprod(xs, xs), math.logsumexp(xs),
              math.hypot(*xs), math.dist(xs, [0.0] * 5), math.maximum(xs), math.minimum(xs)):  # fmt: skip
        assert set(z.parents) <= set(xs)
