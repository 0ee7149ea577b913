"""The table: its facts, its rules against independent derivatives, and operations that users add to it."""

import inspect
import math as python
import pickle
import random
from math import inf, isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import autograd
from autograd import PRIMITIVES, Interval, Value, gradients, math
from autograd.primitive_type import Primitive

TABLE = [p for p in PRIMITIVES.values() if p.doc]
FLOATS = st.floats()


def same(found: float, expected: float) -> bool:
    if isnan(found) or isnan(expected):
        return isnan(found) and isnan(expected)
    return found == expected and python.copysign(1.0, found) == python.copysign(1.0, expected)


# --- facts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("primitive", TABLE, ids=lambda p: p.name)
def test_facts(primitive: Primitive) -> None:
    assert PRIMITIVES[primitive.name] is primitive
    assert primitive.symbol
    assert primitive.doc.endswith(".")
    assert len(primitive.domain) == (primitive.arity or 1)
    assert all(isinstance(interval, Interval) for interval in primitive.domain)
    assert not (primitive.kinks and primitive.smooth)
    if primitive.arity is not None:
        assert len(primitive.names) == primitive.arity
        assert len(primitive.defaults) < primitive.arity
    assert pickle.loads(pickle.dumps(primitive)) is primitive
    assert str(inspect.signature(primitive)) in primitive.__doc__
    assert primitive.doc in primitive.__doc__
    assert primitive.__name__ == primitive.name


def operands(primitive: Primitive, rng: random.Random) -> list[float]:
    """Random operands in the domain."""
    found = []
    for i, interval in enumerate(primitive.domain * (4 if primitive.arity is None else 1)):
        low, high = max(interval.low, -3.0), min(interval.high, 3.0)
        name = primitive.names[i] if primitive.arity is not None else ""
        whole = name in {"order", "n", "i"}
        found.append(float(rng.randint(0, 3)) if whole else rng.uniform(low, high))
    if primitive.name in {"between"}:
        return [rng.uniform(-1.0, 1.0), -1.5, 1.5, rng.choice([-0.5, -1.0, -1.5, 2.0])]
    if primitive.name in {"inside"}:
        return [found[0], -1.0, 1.0]
    if (
        primitive.name in {"beta", "lbeta", "polygamma_difference", "polygamma"}
        or primitive.name == "pow_log"
    ):
        return [abs(x) if i or primitive.arity == 2 else x for i, x in enumerate(found)]
    if primitive.name in {"pow", "pow_slope"}:
        return [abs(found[0]), found[1]]
    if primitive.name in {"smooth_abs"}:
        return [found[0], abs(found[1])]
    return found


# Conventions and constants: what these slopes are is not what a difference quotient shows.
BY_CONVENTION = {
    "peak",
    "stop_gradient",
    "div_count",
    "nothing",
    "taken",
    "not_taken",
    "where",
    "nextafter",
    "ulp",
}
WHOLE = {"order", "n", "i", "exponent"}


@pytest.mark.parametrize("primitive", [p for p in TABLE if p.name not in BY_CONVENTION], ids=lambda p: p.name)
def test_rules_against_difference_quotients(primitive: Primitive) -> None:
    rng = random.Random(primitive.name)
    for _ in range(10):
        xs = operands(primitive, rng)
        z = primitive.evaluate(*xs)
        slopes = primitive.local_partials(z, tuple(xs))
        if not all(map(python.isfinite, [z, *slopes[:1]])):
            continue
        for i, slope in enumerate(slopes):
            if isnan(slope) or (primitive.arity is not None and primitive.names[i] in WHOLE):
                continue
            h = 1e-4
            moved = [[*xs[:i], xs[i] + k * h, *xs[i + 1 :]] for k in (-2, -1, 1, 2)]
            a, b, c, d = [primitive.evaluate(*point) for point in moved]
            quotient = (a - 8 * b + 8 * c - d) / (12 * h)
            if not python.isfinite(quotient) or abs(d - a) > 0.2 * (1.0 + abs(z)) + 8 * abs(slope) * h:
                continue  # beyond the domain, or across a jump
            assert slope == pytest.approx(quotient, rel=1e-5, abs=1e-6 * (1.0 + abs(z))), (xs, i)


@pytest.mark.parametrize("primitive", [p for p in TABLE if p.arity == 1], ids=lambda p: p.name)
def test_outside_the_domain_everything_is_nan(primitive: Primitive) -> None:
    interval = primitive.domain[0]
    for x in [end + step for end in (interval.low, interval.high) for step in (-0.5, 0.5, -1e9, 1e9)]:
        if python.isfinite(x) and x not in interval:
            z = primitive.evaluate(x)
            assert isnan(z), x
            assert isnan(primitive.local_partials(z, (x,))[0]), x


@pytest.mark.parametrize("primitive", TABLE, ids=lambda p: p.name)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_nothing_raises_and_everything_is_a_float(primitive: Primitive, data) -> None:
    count = 3 if primitive.arity is None else primitive.arity
    if primitive.name in {"dot", "sumprod", "dist"}:
        count = 4
    xs = data.draw(st.lists(FLOATS, min_size=count, max_size=count))
    z = primitive(*xs)
    assert type(z) is float
    assert all([type(d) is float for d in primitive.local_partials(z, tuple(xs))])


@pytest.mark.parametrize("exponent", [0.0, 1.0, -0.5, -1.0, 0.5, -1.5])
@pytest.mark.parametrize("x", [0.0, -2.0, 1.0, 1.5, nan])
def test_lowered_slopes_are_nan_outside_as_well(x, exponent):
    """Also to the power 0, which makes 1 of a NaN."""
    for name, xs in {"beyond": (x, exponent), "between": (x, -1.0, 1.0, exponent)}.items():
        primitive = PRIMITIVES[name]
        assert primitive.lower(*xs) == pytest.approx(primitive(*xs), rel=4e-15, nan_ok=True), (name, xs)


@pytest.mark.parametrize("primitive", [p for p in TABLE if p.lower is not None], ids=lambda p: p.name)
def test_lowered_forms_are_as_good(primitive: Primitive) -> None:
    rng = random.Random(primitive.name)
    for _ in range(40):
        xs = operands(primitive, rng)
        z, lowered = primitive(*xs), primitive.lower(*xs)
        assert lowered == pytest.approx(z, rel=4e-15, abs=1e-300, nan_ok=True), xs


@pytest.mark.parametrize(
    "name", ["silu", "silu_slope", "mish", "mish_slope", "log1mexp_slope", "softplus", "sigmoid"]
)
@given(x=FLOATS | st.floats(-800.0, 800.0) | st.floats(-5.0, 5.0))
@settings(deadline=None, max_examples=200)
def test_lowered_units_have_the_same_bits(name, x) -> None:
    primitive = PRIMITIVES[name]
    assert same(primitive.lower(x), primitive(x))


@pytest.mark.parametrize(
    "primitive",
    [p for p in TABLE if p.arity is not None and p.smooth and p.name not in BY_CONVENTION],
    ids=lambda p: p.name,
)
def test_the_rule_over_values_gives_the_bits_of_the_rule_over_floats(primitive: Primitive) -> None:
    rng = random.Random(primitive.name)
    for _ in range(5):
        xs = operands(primitive, rng)
        leaves = [Value(x) for x in xs]
        z = primitive(*leaves)
        for slope, captured in zip(gradients(z, leaves), z.partials, strict=True):
            assert same(float(slope) + 0.0, captured + 0.0), xs


# --- the hot path -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(FLOATS, FLOATS, st.sampled_from(["both", "left", "right"]))
def test_written_out_operators_follow_the_table(x, y, which) -> None:
    a = Value(x) if which != "right" else x
    b = Value(y) if which != "left" else y
    cases = [
        ("add", lambda: a + b),
        ("sub", lambda: a - b),
        ("mul", lambda: a * b),
        ("div", lambda: a / b),
        ("pow", lambda: a**b),
    ]
    for name, operate in cases:
        z = operate()
        primitive = PRIMITIVES[name]
        assert z.primitive is primitive
        assert same(z.data, primitive.evaluate(x, y))
        rule = primitive.local_partials(z.data, (x, y))
        wanted = [d for d, operand in zip(rule, (a, b), strict=True) if isinstance(operand, Value)]
        assert all(map(same, z.partials, wanted)), (name, z.partials, wanted)
    if which != "right":
        assert same((-a).data, -x)
        assert (-a).partials == (-1.0,)


@settings(deadline=None, max_examples=40)
@given(st.floats(1e-6, 1e6), st.floats(-20.0, 20.0))
def test_the_slopes_of_powers_keep_their_digits(x, y) -> None:
    with mp.workdps(50):
        exact = mpf(y) * mp.power(mpf(x), mpf(y) - 1)
        slope = PRIMITIVES["pow_slope"](x, y)
        assert abs(mpf(slope) - exact) <= 4 * mpf(python.ulp(float(exact)))


# --- what users add -----------------------------------------------------------------------------------------


@pytest.fixture
def cube():
    declared = autograd.primitive(
        "cube_of", lambda x: x**3, lambda z, x: 3.0 * x * x, symbol="x³", domain=(-inf, inf), replace=True
    )
    yield declared
    PRIMITIVES.pop("cube_of")


def test_a_primitive_declared_at_run_time_works_everywhere(cube) -> None:
    x = Value(2.0, label="x")
    z = x.cube_of()
    z.backward()
    assert (z.data, x.grad, z.op, z.primitive) == (8.0, 12.0, "x³", cube)
    assert math.cube_of is cube
    assert math.cube_of(2) == 8.0
    assert "cube_of" in dir(math)
    (first,) = gradients(math.cube_of(x), [x])
    (second,) = gradients(first, [x])
    assert (first.data, second.data) == (12.0, 12.0)
    assert autograd.grad(lambda x: math.cube_of(x) * x)(2.0) == 32.0
    assert autograd.hessian(math.cube_of)(2.0) == 12.0
    assert autograd.taylor(math.cube_of, 2.0, 3) == [8.0, 12.0, 6.0, 1.0]
    assert autograd.jvp(math.cube_of, (2.0,), (1.0,)) == (8.0, 12.0)
    assert autograd.jit(autograd.grad(math.cube_of))(2.0) == 12.0
    assert autograd.vmap(math.cube_of)([1.0, 2.0]) == [1.0, 8.0]
    copied = pickle.loads(pickle.dumps(z))
    assert copied.primitive is cube
    assert str(inspect.signature(cube)) == "(x, /)"
    from autograd.testing import gradcheck

    gradcheck(math.cube_of, 1.5)


def test_primitives_of_several_operands_and_defaults() -> None:
    @settings(deadline=None, max_examples=40)
    @given(st.floats(-5.0, 5.0), st.floats(0.5, 2.0))
    def check(x, w) -> None:
        leaf, weight = Value(x), Value(w)
        scaled(leaf, weight).backward()
        assert (leaf.grad, weight.grad) == (w, x)
        assert scaled(x) == 2.0 * x
        assert leaf.scaled_by().data == 2.0 * x

    def evaluate(x, w=2.0):
        """w times x."""
        return x * w

    scaled = autograd.primitive("scaled_by", evaluate, lambda z, x, w: (w, x), domain=((-5, 5), (0, 9)))
    try:
        check()
        assert scaled.domain == (Interval(-5.0, 5.0), Interval(0.0, 9.0))
        assert str(inspect.signature(scaled)) == "(x, w=2.0, /)"
        assert "w times x." in scaled.__doc__
        total = autograd.primitive("total_of", lambda *xs: sum(xs), lambda z, *xs: (1.0,) * len(xs))
        xs = [Value(1.0), Value(2.0), Value(3.0)]
        total(*xs).backward()
        assert [x.grad for x in xs] == [1.0, 1.0, 1.0]
    finally:
        PRIMITIVES.pop("scaled_by", None)
        PRIMITIVES.pop("total_of", None)


def test_wrong_declarations_and_calls_are_named(cube) -> None:
    with pytest.raises(ValueError, match="replace=True"):
        autograd.primitive("cube_of", abs, lambda z, x: 1.0)
    for taken in ("tanh", "backward", "isnan", "data"):
        with pytest.raises(ValueError, match=taken):
            autograd.primitive(taken, lambda x: x, lambda z, x: 1.0, replace=True)
    with pytest.raises(ValueError, match="a b"):
        autograd.primitive("a b", lambda x: x, lambda z, x: 1.0)
    with pytest.raises(TypeError, match="the rule of wrong_rule must take"):
        autograd.primitive("wrong_rule", lambda x, y: x, lambda z, x: 1.0)
    with pytest.raises(TypeError, match="no_function"):
        autograd.primitive("no_function", 1.0, lambda z, x: 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cube_of takes 1 operand"):
        cube(1.0, 2.0)
    with pytest.raises(TypeError, match="cube_of"):
        Value(1.0).cube_of(2.0)
    assert "wrong_rule" not in PRIMITIVES


@pytest.mark.parametrize("result", ["1", None, 1j, [1.0]])
def test_wrong_types_of_results_are_named(result) -> None:
    wrong = autograd.primitive("wrong_value", lambda x: result, lambda z, x: 1.0, replace=True)
    slope = autograd.primitive("wrong_slope", lambda x: x, lambda z, x: result, replace=True)
    two = autograd.primitive("two_slopes", lambda x: x, lambda z, x: (1.0, 2.0), replace=True)
    try:
        for x in (1.0, Value(1.0)):
            with pytest.raises(TypeError, match="the evaluate of wrong_value gave"):
                wrong(x)
        with pytest.raises(TypeError, match="wrong_slope"):
            slope(Value(1.0))
        with pytest.raises(TypeError, match="two_slopes gave 2 partial"):
            two(Value(1.0))
    finally:
        for name in ("wrong_value", "wrong_slope", "two_slopes"):
            PRIMITIVES.pop(name)


# --- custom_vjp ---------------------------------------------------------------------------------------------


def product():
    @autograd.custom_vjp
    def scaled_sine(x, y):
        """sin(x) * y."""
        return python.sin(x) * y

    def forward(x, y):
        return math.sin(x) * y, (x, y)

    def backward(residuals, cotangent):
        x, y = residuals
        return cotangent * math.cos(x) * y, cotangent * math.sin(x)

    scaled_sine.defvjp(forward, backward)
    return scaled_sine


def test_custom_vjp_in_every_reading() -> None:
    f = product()
    x, y = Value(1.0), Value(2.0)
    z = f(x, y=y)
    (3.0 * z).backward()
    slopes = (2.0 * python.cos(1.0), python.sin(1.0))
    assert (x.grad, y.grad) == pytest.approx((3.0 * slopes[0], 3.0 * slopes[1]))
    assert f(1.0, 2.0) == z.data
    assert z.op == f.__name__ == "scaled_sine"
    assert f.__doc__ == "sin(x) * y."
    assert autograd.grad(f, argnums=(0, 1))(1.0, 2.0) == pytest.approx(slopes)
    assert autograd.jvp(f, (1.0, 2.0), (1.0, 0.0))[1] == pytest.approx(slopes[0])
    h = autograd.hessian(lambda v: f(v[0], v[1]))([1.0, 2.0])
    assert h[0] == pytest.approx([-2.0 * python.sin(1.0), python.cos(1.0)])
    assert autograd.jit(autograd.grad(lambda x: f(x, 2.0)))(1.0) == pytest.approx(slopes[0])
    assert pickle.loads(pickle.dumps(z)).data == z.data


def test_custom_vjp_takes_structures_arrays_and_external_code() -> None:
    np = pytest.importorskip("numpy")
    calls = []

    @autograd.custom_vjp
    def solve(matrix, right):
        return np.linalg.solve(matrix, right)

    def forward(matrix, right):
        calls.append(1)
        solution = np.linalg.solve(matrix, right)
        return solution, (matrix, solution)

    def backward(residuals, cotangent):
        matrix, solution = residuals
        adjoint = np.linalg.solve(np.transpose(matrix), cotangent)
        return -np.outer(adjoint, solution), adjoint

    solve.defvjp(forward, backward)
    matrix, right = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0])
    slopes = autograd.grad(lambda a, b: solve(a, b)[0] * 2.0, argnums=(0, 1))(matrix, right)
    assert len(calls) == 1
    for i in range(2):
        moved = right.copy()
        moved[i] += 1e-6
        quotient = 2.0 * (np.linalg.solve(matrix, moved) - np.linalg.solve(matrix, right))[0] / 1e-6
        assert slopes[1][i] == pytest.approx(quotient, rel=1e-5)
    jacobian = autograd.jacobian(lambda b: solve(matrix, b))(right)
    assert np.allclose(jacobian, np.linalg.inv(matrix))


def test_custom_vjp_with_arguments_that_are_no_numbers() -> None:
    power = autograd.custom_vjp(lambda kind, x: x * x if kind == "square" else x, nondiff_argnums=(0,))
    power.defvjp(lambda kind, x: (x * x if kind == "square" else x, x), lambda kind, x, g: (g * 2.0 * x,))
    x = Value(3.0)
    power("square", x).backward()
    assert x.grad == 6.0


def test_wrong_parts_of_custom_vjp_are_named() -> None:
    f = autograd.custom_vjp(lambda x: x)
    f.__name__ = "halfway"
    with pytest.raises(TypeError, match="halfway has no derivative yet"):
        f(Value(1.0))
    f.defvjp(lambda x: x, lambda residuals, g: (g,))
    with pytest.raises(TypeError, match="the forward part of halfway"):
        f(Value(1.0))
    f.defvjp(lambda x: (x, x), lambda residuals, g: g)
    with pytest.raises(TypeError, match="the backward part of halfway"):
        f(Value(1.0))
    f.defvjp(lambda x: (x, x), lambda residuals, g: ([g, g],))
    with pytest.raises(TypeError, match="2 number"):
        f(Value(1.0))
    f.defvjp(lambda x: ("text", x), lambda residuals, g: (g,))
    with pytest.raises(TypeError, match="halfway"):
        f(Value(1.0))
    assert isnan(nan)
