"""Value and partial of every one-argument primitive within the promised ULPs of mpmath's at 50 digits."""

import math

import pytest
from mpmath import mp, mpf

from autograd import PRIMITIVES, Value
from benchmarks.accuracy import exact, operations, ours, points, ulps, worst
from benchmarks.references import REFERENCES

# The bounds of value and partial, in ULP; 4 and 4 where nothing is said.
BOUNDS = {
    "cbrt": (8, 8),
    "gamma": (8, 16),
    "digamma": (16, 16),
    "erf": (8, 8),
    "erfc": (8, 8),
    "erfcx": (16, 16),
    "erfinv": (16, 16),
    "erfinv_slope": (16, 16),
    "norm_cdf": (16, 16),
    "norm_logcdf": (16, 16),
    "norm_ppf": (16, 16),
    "norm_ppf_slope": (16, 16),
    # At the float nearest to a root left of 0; elsewhere 16, see below.
    "lgamma": (128, 16),
}
# Functions of conditions, and steps whose "exact" value is the float itself.
NOT_REAL = {"taken", "not_taken", "nothing", "ulp"}


def test_every_one_argument_primitive_has_a_reference() -> None:
    unary = {p.name for p in PRIMITIVES.values() if p.arity is not None and p.required == 1}
    assert unary - NOT_REAL - set(REFERENCES) - {p.name for p in PRIMITIVES.values() if not p.doc} == set()


@pytest.mark.parametrize("primitive", operations(), ids=lambda p: p.name)
def test_errors_stay_below_the_bounds(primitive) -> None:
    value, partial = worst(primitive.name, ours(primitive), points(primitive, 100), subnormals=True)
    value_bound, partial_bound = BOUNDS.get(primitive.name, (4, 4))
    assert value.ulps <= value_bound, f"value off by {value.ulps} ULP at {value.x!r}"
    assert partial.ulps <= partial_bound, f"partial off by {partial.ulps} ULP at {partial.x!r}"


@pytest.mark.parametrize("primitive", operations(), ids=lambda p: p.name)
def test_recording_gives_the_very_same_bits(primitive) -> None:
    for x in points(primitive, 6):
        leaf = Value(x)
        recorded = getattr(leaf, primitive.name)()
        z, d = ours(primitive)(x)
        recorded.backward()
        assert [recorded.data, recorded.partials[0]] == pytest.approx([z, d], rel=0, abs=0, nan_ok=True)
        assert leaf.grad == pytest.approx(d + 0.0, rel=0, abs=0, nan_ok=True)


def test_lgamma_beside_its_roots() -> None:
    for x in points(PRIMITIVES["lgamma"], 100):
        z, _ = exact("lgamma", x)
        if mp.isfinite(z) and abs(z) > mpf(10) ** -12:
            assert ulps(PRIMITIVES["lgamma"](x), z) <= 16


def test_the_forms_that_cancel_are_nowhere() -> None:
    """The textbook slopes of tanh, sigmoid, asin and asinh lose every digit at these points."""
    for name, x, slope in [
        ("tanh", 20.0, 1.6993417021166356e-17),
        ("sigmoid", 40.0, 4.248354255291589e-18),
        ("asin", 1.0 - 2.0**-53, 6.710886400000001e7),
        ("asinh", 1e200, 1e-200),
        ("atan", 1e200, 0.0),
    ]:
        leaf = Value(x)
        getattr(leaf, name)().backward()
        assert leaf.grad == pytest.approx(slope, rel=1e-8, abs=0.0)
    assert math.isclose(PRIMITIVES["expm1"](1e-20), 1e-20, rel_tol=1e-15)
