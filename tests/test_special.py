"""autograd.special: accuracy against mpmath at 50 digits, totality over all floats, IEEE 754 edges."""

from __future__ import annotations

import inspect
import itertools
import math
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import special
from autograd.special import double_double as dd
from autograd.special import summation

inf, nan = math.inf, math.nan
TINY = 2.2250738585072014e-308
MAX = 1.7976931348623157e308


def ulp_error(value: float, exact: mpf) -> float:
    """The distance from the exact result in units of the last place of its nearest float."""
    if mp.isnan(exact) or math.isnan(value):
        return 0.0 if mp.isnan(exact) and math.isnan(value) else inf
    nearest = float(exact)
    if math.isinf(nearest) or math.isinf(value):
        return 0.0 if value == nearest else inf
    return float(abs(mpf(value) - exact) / mpf(math.ulp(nearest)))


# --- points ------------------------------------------------------------------------------------------------


def span(low: float, high: float, count: int = 400) -> Iterator[float]:
    rng = random.Random(f"{low} {high}")
    return (rng.uniform(low, high) for _ in range(count))


def decades(low: float, high: float, sign: float = 0.0, count: int = 200) -> Iterator[float]:
    """Magnitudes spread evenly over the decades, of both signs if sign is 0."""
    rng = random.Random(f"{low} {high} {sign}")
    return ((sign or rng.choice((-1, 1))) * 10 ** rng.uniform(low, high) for _ in range(count))


def around(*centres: float) -> Iterator[float]:
    """The floats next to each centre, and points at every decade of distance from it."""
    for centre in centres:
        yield centre
        for direction in (-inf, inf):
            x = centre
            for _ in range(3):
                x = math.nextafter(x, direction)
                yield x
            yield from (centre + math.copysign(10.0**-k, direction) for k in range(1, 16))


def subnormals(sign: float = 1.0) -> Iterator[float]:
    return (sign * k * 5e-324 for k in (1, 2, 3, 1000, 123456789, 2**51, 2**52 - 1, 2**52))


def everywhere(low: float = -300, high: float = 300) -> Iterator[float]:
    return itertools.chain(decades(low, high), subnormals(), subnormals(-1.0), span(-6, 6))


# --- exact functions ---------------------------------------------------------------------------------------


def cdf(x: mpf) -> mpf:
    return mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 1e6 else mpf(x > 0)


def pdf(x: mpf) -> mpf:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def logistic(x: mpf) -> mpf:
    return 1 / (1 + mp.exp(-x)) if x > -1e6 else mpf(0)


def softplus(x: mpf) -> mpf:
    return x + mp.log1p(mp.exp(-x)) if x > 0 else mp.log1p(mp.exp(x))


def silu_slope(x: mpf) -> mpf:
    return logistic(x) * (1 + x * logistic(-x))


def mish(x: mpf) -> mpf:
    e = mp.exp(x) if x < 1e6 else mp.inf
    return x * e * (e + 2) / (e * (e + 2) + 2) if x < 1e6 else x


def mish_slope(x: mpf) -> mpf:
    if x > 1e4:
        return mpf(1)
    e = mp.exp(x)
    whole = e * (e + 2) + 2
    return e * (e + 2) / whole + 4 * x * e * (e + 1) / whole**2


def tanh_form(x: mpf) -> mpf:
    return mp.sqrt(8 / mp.pi) * (x + mpf("0.044715") * x**3)


def gelu_tanh_slope(x: mpf) -> mpf:
    v = tanh_form(x)
    slope = mp.sqrt(8 / mp.pi) * (1 + mpf("0.134145") * x * x)
    return logistic(v) * (1 + x * slope * logistic(-v))


def sinc(x: mpf) -> mpf:
    return mp.sinpi(x) / (mp.pi * x) if x else mpf(1)


def sinc_slope(x: mpf) -> mpf:
    if abs(x) < 1e-25:
        return -(mp.pi**2) * x / 3
    return (mp.cospi(x) - sinc(x)) / x


def erfcx(x: mpf) -> mpf:
    if x > 1e8:
        return 1 / (x * mp.sqrt(mp.pi)) * (1 - 1 / (2 * x * x))
    return mp.exp(x * x) * mp.erfc(x)


def erfcx_slope(x: mpf) -> mpf:
    if x > 1e8:
        return -1 / (x * x * mp.sqrt(mp.pi)) * (1 - 3 / (2 * x * x))
    return 2 * x * erfcx(x) - 2 / mp.sqrt(mp.pi)


def log_cdf(x: mpf) -> mpf:
    return mp.log1p(-cdf(-x)) if x > 0 else mp.log(cdf(x))


def lgamma(x: mpf) -> mpf:
    if x >= 0:
        return mp.loggamma(x)
    return mp.log(mp.pi / abs(x * mp.sinpi(x))) - mp.loggamma(-x)


def ppf(p: mpf) -> mpf:
    """Newton's method on the logarithm of the smaller tail, from the answer under test."""
    if p > 0.5:
        return -ppf(1 - p)
    y = mpf(special.norm_ppf(float(p)))
    for _ in range(3):
        y -= (log_cdf(y) - mp.log(p)) * cdf(y) / pdf(y)
    return y


class Case(NamedTuple):
    name: str
    value: Callable[[float], float]
    exact: Callable[[mpf], mpf]
    points: Iterator[float]
    bound: float = 4.0
    digits: int = 50


def case(name: str, exact: Callable[[mpf], mpf], *points: Iterator[float], **more: Any) -> Case:
    return Case(name, getattr(special, name), exact, itertools.chain(*points), **more)


def slope(
    name: str, exact: Callable[[mpf], mpf], *points: Iterator[float], order: float = 1.0, **more: Any
) -> Case:
    family = getattr(special, name)
    return Case(f"{name}({order:g}, x)", lambda x: family(order, x), exact, itertools.chain(*points), **more)


HALF_PI = math.pi / 2
CASES = [
    case("exp", mp.exp, span(-745, 709), everywhere(-300, 2)),
    case("exp2", lambda x: mpf(2) ** x, span(-1074, 1023), everywhere(-300, 2)),
    case("expm1", mp.expm1, span(-745, 709), everywhere(-300, 2)),
    case("log", mp.log, decades(-307, 308, 1), subnormals(), around(1.0), span(0, 3)),
    case("log1p", mp.log1p, decades(-307, 308, 1), span(-1, 3), around(-0.5), decades(-300, -1, -1)),
    case("log2", lambda x: mp.log(x) / mp.log(2), decades(-307, 308, 1), subnormals(), around(1.0)),
    case("log10", mp.log10, decades(-307, 308, 1), subnormals(), around(1.0)),
    case("sqrt", mp.sqrt, decades(-307, 308, 1), subnormals()),
    case("cbrt", lambda x: mp.sign(x) * mp.cbrt(abs(x)), everywhere(), around(1.0), bound=1.0),
    case("sin", mp.sin, everywhere(-300, 15), around(math.pi, HALF_PI)),
    case("cos", mp.cos, everywhere(-300, 15), around(math.pi, HALF_PI)),
    case("tan", mp.tan, everywhere(-300, 15), around(math.pi, HALF_PI)),
    case("asin", mp.asin, span(-1, 1), decades(-300, 0), around(0.5)),
    case("acos", mp.acos, span(-1, 1), decades(-300, 0), around(0.5)),
    case("atan", mp.atan, everywhere(), around(1.0)),
    case("sinh", mp.sinh, span(-710, 710), everywhere(-300, 2)),
    case("cosh", mp.cosh, span(-710, 710), everywhere(-300, 2)),
    case("tanh", mp.tanh, span(-20, 20), everywhere(-300, 2)),
    case("sech2", lambda x: mp.sech(x) ** 2, span(-372, 372), everywhere(-300, 2), around(1.0, 354.0)),
    case("asinh", mp.asinh, everywhere()),
    case("acosh", mp.acosh, decades(0, 300, 1), span(1, 3)),
    case("atanh", mp.atanh, span(-1, 1), decades(-300, 0)),
    case("sinpi", mp.sinpi, everywhere(-300, 17), around(1.0, 0.5, 7.0, 0.25)),
    case("cospi", mp.cospi, everywhere(-300, 17), around(1.0, 0.5, 7.0, 0.25)),
    case("sinc", sinc, everywhere(-300, 17), around(1.0, 2.0, 0.5, 9.0)),
    slope(
        "sinc_derivative", sinc_slope, everywhere(-300, 15), around(1.0, 1.4302966531242027, 9.0), digits=80
    ),
    case("sigmoid", logistic, span(-745, 745), everywhere(-300, 2)),
    case("log_sigmoid", lambda x: -softplus(-x), span(-745, 745), everywhere(-300, 300)),
    case("softplus", softplus, span(-745, 745), everywhere(-300, 300)),
    case("logit", lambda p: mp.log(p / (1 - p)), span(0, 1), decades(-307, 0, 1), around(0.25, 0.5, 0.75)),
    case("silu", lambda x: x * logistic(x), span(-750, 745), everywhere()),
    case("silu_slope", silu_slope, span(-750, 745), everywhere(), around(-1.2784645427610737, -0.25, 0.0)),
    case("mish", mish, span(-750, 745), everywhere(), around(-40.0, 0.0)),
    case(
        "mish_slope",
        mish_slope,
        span(-750, 745),
        everywhere(-300, 4),
        around(-1.1924312145154952, -40.0, 0.0),
    ),
    case("gelu", lambda x: x * cdf(x), span(-38.5, 9), everywhere(), around(-1.0)),
    case(
        "gelu_slope",
        lambda x: cdf(x) + x * pdf(x),
        span(-38.5, 9),
        everywhere(-300, 5),
        around(-0.7517915246935645),
    ),
    case("gelu_tanh", lambda x: x * logistic(tanh_form(x)), span(-22, 9), everywhere(-300, 1), digits=80),
    case(
        "gelu_tanh_slope",
        gelu_tanh_slope,
        span(-22, 9),
        everywhere(-300, 1),
        around(-0.7524614220710163, -5.0),
    ),
    case("softsign", lambda x: x / (1 + abs(x)), everywhere()),
    case(
        "log1mexp",
        lambda x: mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x)),
        span(-745, 0),
        decades(-300, 2, -1),
        around(-math.log(2.0)),
    ),
    case("log1mexp_slope", lambda x: mp.exp(x) / mp.expm1(x), span(-745, 0), decades(-300, 2, -1)),
    case("erf", mp.erf, everywhere(-300, 1), bound=8.0),
    case("erfc", mp.erfc, span(-6, 26.5), bound=8.0),
    case("gaussian", lambda x: mp.exp(-x * x), span(-27.2, 27.2), everywhere(-300, 1)),
    case("norm_pdf", pdf, span(-38.5, 38.5), everywhere(-300, 1)),
    case("erfcx", erfcx, span(-26.6, 30), everywhere(-300, 1), decades(1, 300, 1), around(3.0, 12.0)),
    slope(
        "erfcx_derivative",
        erfcx_slope,
        span(-26.5, 30),
        everywhere(-300, 1),
        decades(1, 140, 1),
        around(2.0),
        bound=8.0,
    ),
    case("norm_cdf", cdf, span(-38.5, 9), everywhere(-300, 1), around(-1.0), bound=8.0),
    case("norm_logcdf", log_cdf, span(-39, 38), everywhere(-300, 2), around(-1.0), bound=8.0),
    slope(
        "norm_logcdf_derivative",
        lambda x: pdf(x) / cdf(x),
        span(-38, 38),
        everywhere(-300, 2),
        around(-1.0),
        bound=8.0,
    ),
    case("norm_ppf", ppf, span(0, 1, 60), decades(-307, 0, 1, 60), around(0.25, 0.5, 0.75), bound=8.0),
    case(
        "norm_ppf_slope",
        lambda p: 1 / pdf(ppf(p)),
        span(0, 1, 60),
        decades(-307, 0, 1, 60),
        around(0.25, 0.5),
        bound=8.0,
    ),
    case("erfinv", mp.erfinv, span(-1, 1, 60), decades(-300, 0), around(0.5), bound=8.0),
    case(
        "erfinv_slope",
        lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2),
        span(-1, 1, 60),
        decades(-300, 0),
        around(0.5),
        bound=8.0,
    ),
    case(
        "gamma",
        mp.gamma,
        span(-170, 171.6),
        span(-12, 14, 300),
        decades(-307, 0),
        around(1.0, 2.0),
        bound=8.0,
    ),
    case(
        "lgamma",
        lgamma,
        span(-40, 0),
        span(0, 14, 300),
        decades(-300, 300, 1),
        decades(-300, 0, -1),
        around(1.0, 2.0),
        bound=8.0,
    ),
    # Next to the zeros between poles the value is some 1e-17.
    case("lgamma", lgamma, around(-2.4570247382208006, -2.7476826467274127, -3.955294284858598), bound=100.0),
    case(
        "digamma",
        mp.digamma,
        span(-40, 0),
        span(0, 14, 300),
        decades(-300, 300, 1),
        decades(-300, 0, -1),
        around(1.0, 1.4616321449683622, -0.5040830082644554, -1.5734984731623905, -9.702672540001863),
        bound=8.0,
    ),
    *(
        slope(
            "polygamma",
            lambda x, n=n: mp.polygamma(n, x),
            span(-9, 0, 30),
            span(0, 40, 60),
            decades(-8, 20, 1, 30),
            order=float(n),
            bound=8.0,
        )
        for n in (1, 2, 3, 4, 9)
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_accuracy(case):
    worst, where = 0.0, None
    with mp.workdps(case.digits):
        for x in case.points:
            error = ulp_error(case.value(x), case.exact(mpf(x)))
            if error > worst:
                worst, where = error, x
    assert worst <= case.bound, f"{case.name}: {worst:.2f} ULP at x = {where!r}"


# --- all derivatives ---------------------------------------------------------------------------------------

FAMILIES: dict[str, tuple[Callable[[mpf], mpf], list[float]]] = {
    "silu_derivative": (lambda x: x * logistic(x), [-50.0, -7.5, -2.3993572805154676, -0.3, 0.0, 1.2, 9.0]),
    "mish_derivative": (mish, [-45.0, -7.5, -2.2563763, -0.3, 0.0, 1.2, 9.0]),
    "gelu_derivative": (lambda x: x * cdf(x), [-20.0, -3.0, -math.sqrt(2.0), -0.3, 0.0, 1.0, 7.0]),
    "gelu_tanh_derivative": (lambda x: x * logistic(tanh_form(x)), [-9.0, -3.0, -1.4, -0.3, 0.0, 1.0, 5.0]),
    "sinc_derivative": (sinc, [-2.0, -0.7, 0.3, 1.0, 3.5, 20.0, 1000.25]),
    "erfcx_derivative": (erfcx, [-5.0, -0.5, 0.0, 0.3, 1.9, 2.1, 7.0, 15.0, 300.0]),
    "norm_logcdf_derivative": (log_cdf, [-200.0, -9.0, -3.1, -2.9, -1.0, 0.0, 1.5, 6.0, 20.0]),
}


@pytest.mark.parametrize("order", [0, 1, 2, 3, 6])
@pytest.mark.parametrize("name", FAMILIES)
def test_families_are_the_derivatives_of_their_functions(name, order):
    function, points = FAMILIES[name]
    for x in points:
        with mp.workdps(50):
            exact = mp.diff(function, mpf(x), order) if order else function(mpf(x))
            value = getattr(special, name)(float(order), x)
            if value == 0.0 and abs(exact) < 1e-40:
                continue  # an odd function's even derivative: mpmath's differences leave a speck
            error = ulp_error(value, exact)
        assert error <= 8.0, f"order {order} at {x}: {error:.1f} ULP"


@pytest.mark.parametrize("name", [*FAMILIES, "polygamma"])
@pytest.mark.parametrize("order", [-1.0, 0.5, 171.0, inf, nan])
def test_families_have_whole_orders(name, order):
    assert math.isnan(getattr(special, name)(order, 1.0))


# --- two arguments -----------------------------------------------------------------------------------------


def lbeta(a: mpf, b: mpf) -> mpf:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


PAIRS = {
    "lbeta": (lbeta, (-50, 30), (-50, 30)),
    "beta": (lambda a, b: mp.exp(lbeta(a, b)), (-50, 2), (-50, 2)),
    "exp_difference": (lambda a, b: mp.exp(a - b), (-10, 2.3), (-10, 2.3)),
    "sigmoid_difference": (lambda a, b: 1 / (1 + mp.exp(b - a)), (-10, 2.3), (-10, 2.3)),
    "smooth_abs": (lambda a, b: a * a / (mp.sqrt(a * a + b * b) + b), (-100, 100), (-100, 100)),
    "xlogy": (lambda a, b: a * mp.log(b), (-100, 100), (-100, 100)),
    "xlog1py": (lambda a, b: a * mp.log1p(b), (-100, 100), (-100, 100)),
    "digamma_rise": (lambda a, b: mp.digamma(a + b) - mp.digamma(a), (-10, 10), (-10, 10)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_accuracy_of_two_arguments(name):
    exact, first, second = PAIRS[name]
    with mp.workdps(200):
        for a, b in zip(decades(*first, 1, 100), decades(*second, 1.0, 100), strict=True):
            error = ulp_error(getattr(special, name)(a, b), exact(mpf(a), mpf(b)))
            assert error <= 8.0, f"{name}({a!r}, {b!r}): {error:.1f} ULP"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-30, 2).filter(lambda x: abs(x) > 1e-20), min_size=1, max_size=5), st.booleans())
def test_logsumexp_near_a_sum_of_one(values, balanced):
    rest = sum(map(math.exp, values[:-1]))
    if balanced and 1e-300 < rest < 1:
        values[-1] = math.log1p(-rest)
    with mp.workdps(60):
        exact = mp.log(sum(mp.exp(mpf(x)) for x in values))
        results = [special.logsumexp(values)]
        if len(values) == 2:
            results.append(special.logaddexp(*values))
        for result in results:
            assert ulp_error(result, exact) <= 4.0 or abs(mpf(result) - exact) < 1e-30


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_polygamma_difference(order):
    with mp.workdps(150):
        for a, b in zip(decades(-5, 3, 1, 12), decades(-30, 3, 1.0, 12), strict=True):
            exact = mp.polygamma(order, mpf(a)) - mp.polygamma(order, mpf(a) + mpf(b))
            assert ulp_error(special.polygamma_difference(float(order), a, b), exact) <= 8.0


# --- totality ----------------------------------------------------------------------------------------------

LISTS = {"fsum": 1, "prod": 1, "logsumexp": 1, "norm": 1, "dot": 2, "sumprod": 2, "dist": 2}
FLOATS = sorted(set(special.__all__) - set(LISTS) - {"ldexp"})
EDGES = [0.0, 5e-324, TINY, 1e-300, 1e-17, 0.5, 1.0, 1.5, 2.0, 3.0, 40.0, 170.5, 710.0, 1e16, 1e155, MAX, inf]
EDGES += [-x for x in EDGES] + [nan]


def arity(name: str) -> int:
    return len(inspect.signature(getattr(special, name)).parameters)


@pytest.mark.parametrize("name", FLOATS)
def test_total_at_the_edges(name):
    function, count = getattr(special, name), arity(name)
    edges = EDGES if count < 3 else EDGES[::5]
    for arguments in itertools.product(edges, repeat=count):
        assert type(function(*arguments)) is float, arguments


@pytest.mark.parametrize("name", FLOATS)
def test_total(name):
    function = getattr(special, name)

    @settings(max_examples=60, deadline=None)
    @given(st.tuples(*[st.floats()] * arity(name)))
    def total(arguments):
        assert type(function(*arguments)) is float

    total()


@pytest.mark.parametrize("name", LISTS)
def test_total_over_lists(name):
    function = getattr(special, name)

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(*[st.floats()] * LISTS[name]), max_size=6))
    def total(rows):
        assert type(function(*([row[i] for row in rows] for i in range(LISTS[name])))) is float

    total()


@given(st.floats(), st.integers())
def test_ldexp_is_total(x, exponent):
    assert type(special.ldexp(x, exponent)) is float


# --- edges -------------------------------------------------------------------------------------------------

EDGE_TABLE = """
div(1.0, 0.0) inf; div(1.0, -0.0) -inf; div(-1.0, 0.0) -inf; div(0.0, 0.0) nan; div(inf, inf) nan
div(nan, 0.0) nan; floordiv(7.0, -2.0) -4.0; floordiv(1.0, 0.0) inf; floordiv(0.0, 0.0) nan
mod(7.0, -3.0) -2.0; mod(-7.0, 3.0) 2.0; mod(1.0, 0.0) nan; mod(inf, 1.0) nan; power(0.0, -1.0) inf
power(-0.0, -1.0) -inf; power(-0.0, -2.0) inf; power(-0.0, -0.5) inf; power(-8.0, 1/3) nan
power(1e200, 2.0) inf; power(-1e200, 3.0) -inf; power(-1e200, 2.0) inf; power(nan, 0.0) 1.0
power(1.0, nan) 1.0; exp(710.0) inf; exp(-inf) 0.0; exp2(1024.0) inf; expm1(710.0) inf; expm1(-inf) -1.0
log(0.0) -inf; log(-0.0) -inf; log(-1.0) nan; log1p(-1.0) -inf; log1p(-1.5) nan; log2(0.0) -inf
log10(-1.0) nan; sqrt(-0.0) -0.0; sqrt(-1.0) nan; sqrt(inf) inf; cbrt(-0.0) -0.0; cbrt(-8.0) -2.0
cbrt(-inf) -inf; sin(inf) nan; cos(-inf) nan; tan(inf) nan; sin(-0.0) -0.0; asin(1.5) nan; acos(-1.5) nan
atan(inf) 1.5707963267948966; sinh(-711.0) -inf; cosh(-711.0) inf; tanh(inf) 1.0; acosh(0.5) nan
atanh(1.0) inf; atanh(-1.0) -inf; atanh(2.0) nan; floor(-0.5) -1.0; ceil(-0.5) -0.0; trunc(-0.5) -0.0
rint(0.5) 0.0; rint(1.5) 2.0; rint(-0.5) -0.0; rint(2.5) 2.0; floor(inf) inf; ceil(nan) nan
trunc(-inf) -inf; rint(1e300) 1e+300; floor(-0.0) -0.0; fmod(5.5, 0.0) nan; fmod(inf, 1.0) nan
fmod(-5.5, 2.0) -1.5; remainder(5.0, 2.0) 1.0; remainder(1.0, 0.0) nan; ldexp(1.0, 2000) inf
ldexp(-1.0, 2000) -inf; ldexp(1.0, -2000) 0.0; hypot(inf, nan) inf; hypot(3.0, 4.0) 5.0; gamma(0.0) inf
gamma(-0.0) -inf; gamma(-1.0) nan; gamma(-inf) nan; gamma(172.0) inf; gamma(5.0) 24.0; lgamma(0.0) inf
lgamma(-3.0) inf; lgamma(-inf) inf; lgamma(1.0) 0.0; lgamma(2.0) 0.0; lgamma(1e308) inf; digamma(0.0) -inf
digamma(-0.0) inf; digamma(-1.0) nan; digamma(inf) inf; polygamma(1.0, 0.0) inf; polygamma(2.0, 0.0) -inf
polygamma(2.0, -0.0) inf; polygamma(1.0, -3.0) inf; polygamma(2.0, -3.0) nan; erf(-inf) -1.0; erfc(-inf) 2.0
erfcx(inf) 0.0; erfcx(-inf) inf; erfinv(1.0) inf; erfinv(-1.0) -inf; erfinv(1.5) nan; norm_cdf(-inf) 0.0
norm_cdf(inf) 1.0; norm_ppf(0.0) -inf; norm_ppf(1.0) inf; norm_ppf(-0.1) nan; norm_logcdf(-inf) -inf
norm_logcdf(inf) 0.0; norm_logcdf_derivative(1.0, -inf) inf; sigmoid(-inf) 0.0; sigmoid(inf) 1.0
sigmoid(-40.0) 4.248354255291589e-18; softplus(inf) inf; softplus(-inf) 0.0
sech2(20.0) 1.6993417021166356e-17; logit(0.0) -inf; logit(1.0) inf; logit(-0.5) nan; logit(1.5) nan
silu(-inf) -0.0; silu(inf) inf; mish(-inf) -0.0; gelu(-inf) -0.0; gelu_tanh(-inf) -0.0; gelu(inf) inf
mish(inf) inf; silu_slope(inf) 1.0; mish_slope(inf) 1.0; gelu_slope(inf) 1.0; gelu_tanh_slope(inf) 1.0
silu_slope(-inf) -0.0; softsign(inf) 1.0; hard_tanh(nan) nan; sinpi(-1.0) -0.0; sinpi(1.0) 0.0
cospi(0.5) 0.0; cospi(1.5) 0.0; sinc(0.0) 1.0; xlogy(0.0, 0.0) 0.0; xlogy(0.0, nan) nan
xlogy(1.0, 0.0) -inf; xlog1py(0.0, -1.0) 0.0; xdivy(0.0, 0.0) 0.0; logaddexp(-inf, -inf) -inf
logaddexp(inf, -inf) inf; sigmoid_difference(-inf, -inf) 0.5; exp_difference(inf, inf) 1.0
log1mexp(0.0) -inf; log1mexp(1.0) nan; log1mexp_slope(0.0) -inf; log1mexp_slope(1.0) nan
log1mexp(-inf) -0.0; fma(1e200, 1e200, -inf) -inf; fma(inf, 0.0, 1.0) nan; fma(0.0, -1.0, -0.0) -0.0
fma(1.0, 1.0, -1.0) 0.0; fsum([inf, -inf]) nan; fsum([1e308, 1e308, -1e308]) 1e+308
fsum([1e308, 1e308]) inf; fsum([]) 0.0; prod([]) 1.0; logsumexp([]) -inf; logsumexp([-inf, -inf]) -inf
logsumexp([inf, 0.0]) inf; logsumexp([nan, inf]) nan; beta(0.0, 1.0) inf; beta(2.0, 3.0) 0.08333333333333333
lbeta(0.0, 1.0) inf; lbeta(1.0, 1.0) 0.0
"""


EDGE_ENTRIES = [entry.strip() for entry in EDGE_TABLE.replace("\n", ";").split(";") if entry.strip()]


@pytest.mark.parametrize("entry", EDGE_ENTRIES)
def test_edges(entry):
    call, expected = entry.rsplit(" ", 1)
    value = eval(call, {**vars(special), "inf": inf, "nan": nan})
    assert repr(value) == repr(float(expected))


# --- exact arithmetic --------------------------------------------------------------------------------------

moderate = st.floats(allow_nan=False, allow_infinity=False)


def rounded(exact: Fraction) -> float:
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return inf if exact > 0 else -inf


@settings(max_examples=300)
@given(moderate, moderate, moderate)
def test_fma_rounds_once(x, y, z):
    assert special.fma(x, y, z) == rounded(Fraction(x) * Fraction(y) + Fraction(z))
    near = -x * y
    if math.isfinite(near):
        assert special.fma(x, y, near) == rounded(Fraction(x) * Fraction(y) + Fraction(near))


@settings(max_examples=300)
@given(st.lists(moderate, max_size=8))
def test_fsum_is_exactly_rounded(values):
    assert special.fsum(values) == rounded(sum(map(Fraction, values), Fraction(0)))


tame = st.floats(min_value=-1e100, max_value=1e100).filter(lambda x: x == 0.0 or abs(x) > 1e-100)


@settings(max_examples=300)
@given(st.lists(st.tuples(tame, tame), max_size=8))
def test_sumprod_is_good_to_three_times_the_precision(rows):
    xs, ys = [x for x, _ in rows], [y for _, y in rows]
    terms = [Fraction(x) * Fraction(y) for x, y in rows]
    for value in (special.sumprod(xs, ys), summation._sumprod(xs, ys)):
        off = abs(Fraction(value) - sum(terms, Fraction(0)))
        assert off <= Fraction(math.ulp(value)) + sum(map(abs, terms), Fraction(0)) / 2**150
    if hasattr(math, "sumprod"):
        assert summation._sumprod(xs, ys) == math.sumprod(xs, ys)


@given(st.floats(1e-100, 1e100), st.floats(1e-100, 1e100), st.floats(-1e-17, 1e-17))
def test_pairs_of_floats_carry_31_digits(x, y, relative):
    a, b = dd.add((x, 0.0), (x * relative, 0.0)), (y, 0.0)

    def fraction(pair: dd.Pair) -> Fraction:
        return Fraction(pair[0]) + Fraction(pair[1])

    for operation, exact in [
        (dd.add, fraction(a) + fraction(b)),
        (dd.multiply, fraction(a) * fraction(b)),
        (dd.divide, fraction(a) / fraction(b)),
    ]:
        assert abs(fraction(operation(a, b)) - exact) <= abs(exact) / 2**102


@given(st.floats(-550, 550), st.floats(-1e-17, 1e-17))
def test_exp_and_log_of_pairs(x, relative):
    pair = dd.add((x, 0.0), (x * relative, 0.0))
    with mp.workdps(60):
        exact = mpf(pair[0]) + mpf(pair[1])
        high, low = dd.exp(pair)
        assert abs(mpf(high) + mpf(low) - mp.exp(exact)) <= mp.exp(exact) * mpf(2) ** -100 + mpf(2) ** -1070
        log_high, log_low = dd.log((high, low))
        assert abs(mpf(log_high) + mpf(log_low) - exact) <= (1 + abs(exact)) * mpf(2) ** -98
