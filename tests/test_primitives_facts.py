"""What a primitive says of itself and of wrong operands; partials of choices, and values at their edges."""

from __future__ import annotations

import inspect
import pickle
from fractions import Fraction
from math import copysign, inf, isnan, nan, nextafter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Interval
from autograd.primitive_type import REAL, Primitive, _Doc, _install, as_float, declare, find, signature

FLOATS = st.floats(allow_nan=False)


# --- intervals ----------------------------------------------------------------------------------------------


@given(FLOATS, FLOATS, st.booleans(), st.booleans())
def test_an_interval_holds_what_lies_between_its_ends(low, high, low_closed, high_closed):
    interval = Interval(low, high, low_closed, high_closed)
    for x in (low, high, nextafter(low, inf), nextafter(high, -inf), 0.0):
        above = x > low or (low_closed and x == low)
        below = x < high or (high_closed and x == high)
        assert (x in interval) == (above and below)
    assert nan not in interval
    assert "0" not in interval
    assert 0 not in interval  # an int is no float


def test_the_default_interval_is_the_real_line():
    assert Interval() == REAL == Interval(-inf, inf, True, True)
    assert -inf in REAL
    assert inf in REAL


# --- declarations -------------------------------------------------------------------------------------------


def plain(*facts, **more):
    return Primitive("plain", lambda *xs: sum(xs), lambda z, *xs: (1.0,) * len(xs), *facts, **more)


def test_what_a_declaration_leaves_out():
    p = plain()
    assert (p.name, p.symbol, p.arity, p.domain, p.kinks) == ("plain", "plain", 1, (REAL,), ())
    assert (p.smooth, p.commutes, p.constant_form, p.lower) == (True, False, None, None)
    assert (p.defaults, p.doc, p.names, p.required) == ((), "", ("x",), 1)
    assert (p.__name__, repr(p), p.domains) == ("plain", "<primitive plain>", "")
    assert [plain(arity=n).names for n in (2, 3, 4)] == [("x", "y"), ("x", "y", "z"), ("x", "y", "z", "w")]
    assert [plain(arity=n).domain for n in (2, 3)] == [(REAL,) * 2, (REAL,) * 3]
    n_ary = plain(arity=None)
    assert (n_ary.names, n_ary.domain, n_ary.required) == ((), (REAL,), 1)


def test_what_a_declaration_says():
    other, lower = PRIMITIVES["maximum"], lambda x, y: x
    half = Interval(0.0, inf, low_closed=False)
    p = plain("±", 2, (half, REAL), (), True, True, other, lower, (2.0,), "A sum.", ("a", "b"))
    assert (p.symbol, p.arity, p.domain, p.kinks, p.smooth) == ("±", 2, (half, REAL), (), True)
    assert (p.commutes, p.constant_form, p.lower, p.defaults) == (True, other, lower, (2.0,))
    assert (p.doc, p.names, p.required) == ("A sum.", ("a", "b"), 1)
    assert plain("").symbol == ""
    assert not plain(kinks=(0.0,)).smooth
    assert not plain(smooth=False).smooth
    assert plain(kinks=(0.0, 1.0)).kinks == (0.0, 1.0)


def test_documentation_in_words():
    half = Interval(0.0, 1.0, low_closed=False)
    p = plain(None, 2, (half, REAL), names=("a", "b"), doc="A sum.")
    assert p.domains == "Domain: 0.0 < a <= 1.0."
    assert p.__doc__ == "plain(a, b, /)\n\nA sum.\n\nDomain: 0.0 < a <= 1.0."
    both = plain(None, 2, (Interval(0.0, 2.0, high_closed=False), Interval(1.0)), (0.5, 1.5))
    assert both.domains == "Domain: 0.0 <= x < 2.0, 1.0 <= y <= inf. Not smooth at 0.5, 1.5."
    assert plain(kinks=(0.0,)).domains == "Not smooth at 0.0."
    assert plain().__doc__ == "plain(x, /)"
    assert plain(None, 3, (half,)).domains == "Domain: 0.0 < x <= 1.0."
    # the compiler keeps no documentation of classes
    assert autograd.compiled or Primitive.__doc__.startswith("An elementary operation")


def test_what_the_class_is_given_after_it_is_made():
    assert _Doc("of the class").__get__(None, Primitive) == "of the class"
    _install("installed", 5)
    assert Primitive.installed == plain().installed == 5
    del Primitive.installed


def test_signatures():
    assert str(signature(plain(None, 3, defaults=(1.0, 2.0)))) == "(x, y=1.0, z=2.0, /)"
    assert str(signature(plain(None, None))) == "(*xs)"
    assert str(signature(plain(None, None, names=("terms",)))) == "(*terms)"
    assert inspect.signature(plain(None, 2)) == signature(plain(None, 2))
    with pytest.raises(AttributeError, match=r"^__signature__$"):
        Primitive.__signature__  # noqa: B018


def test_the_table_refuses_a_name_twice_and_names_what_it_lacks():
    with pytest.raises(ValueError, match="there is a primitive named 'tanh' already: choose another name"):
        declare(PRIMITIVES["tanh"])
    assert find("tanh") is PRIMITIVES["tanh"]
    with pytest.raises(
        KeyError, match=r"no primitive is named 'plain': declare it with autograd.primitive before"
    ):
        find("plain")
    with pytest.raises(TypeError) as caught:
        pickle.dumps(plain())
    assert str(caught.value) == (
        "the primitive 'plain' is not in the table and can't be pickled or copied: "
        "declare it with autograd.primitive"
    )
    p = plain()
    try:
        assert declare(p) is p
        assert find("plain") is PRIMITIVES["plain"] is p
        assert pickle.loads(pickle.dumps(p)) is p
    finally:
        PRIMITIVES.pop("plain")


# --- calls --------------------------------------------------------------------------------------------------


class Logged:
    """A kind of number of its own, that says how it was called."""

    def __primitive__(self, primitive, operands):
        return self, primitive, operands


def test_calls_over_floats_integers_and_other_kinds():
    add = PRIMITIVES["add"]
    assert [add(2.0, 3.0), add(2, 3), add(True, 3.0)] == [5.0, 5.0, 4.0]
    assert type(add(2, 3)) is float
    assert PRIMITIVES["neg"](2) == -2.0
    assert PRIMITIVES["clamp"](5.0, 0.0, 1) == 1.0
    assert PRIMITIVES["hypot"](3, 4) == 5.0
    assert PRIMITIVES["fsum"]() == 0.0
    first, second = Logged(), Logged()
    assert add(2.0, first) == (first, add, (2.0, first))
    assert add(first, second) == (first, add, (first, second))
    assert PRIMITIVES["leaky_relu"](first) == (first, PRIMITIVES["leaky_relu"], (first, 0.01))


def test_calls_with_the_wrong_number_of_operands():
    p = plain(None, 3, defaults=(10.0, 20.0))
    assert [p(1.0), p(1.0, 2.0), p(1.0, 2.0, 3.0)] == [31.0, 23.0, 6.0]
    assert p.complete((1.0, 2.0, 3.0)) == (1.0, 2.0, 3.0)
    assert plain().complete((1.0,)) == (1.0,)
    assert plain(None, None).complete(()) == ()
    for operands, count in (((), 0), ((1.0,) * 4, 4)):
        with pytest.raises(TypeError) as caught:
            p(*operands)
        assert str(caught.value) == f"plain takes 1 to 3 operand(s), {count} given"
    with pytest.raises(TypeError) as caught:
        plain(None, 2)(1.0)
    assert str(caught.value) == "plain takes 2 operand(s), 1 given"


def test_a_rule_gives_one_partial_an_operand():
    assert plain().local_partials(1.0, (1.0,)) == (1.0,)
    assert Primitive("one", abs, lambda z, x: x).local_partials(1.0, (3.0,)) == (3.0,)
    with pytest.raises(TypeError) as caught:
        Primitive("two", abs, lambda z, x: (x, x)).local_partials(1.0, (3.0,))
    assert str(caught.value) == (
        "the rule of two gave 2 partial(s) for 1 operand(s): it must give one an operand"
    )


class Convertible:
    def __float__(self):
        return 2.5


@pytest.mark.parametrize("x", [2.5, Fraction(5, 2), Convertible()], ids=lambda x: type(x).__name__)
def test_what_is_a_real_number(x):
    assert (type(as_float(x)), as_float(x)) == (float, 2.5)
    assert PRIMITIVES["neg"](x) == -2.5


def test_a_subclass_of_float_becomes_a_float():
    x = as_float(type("Metres", (float,), {})(2.0))
    assert (type(x), x) == (float, 2.0)
    assert [as_float(True), as_float(-7)] == [1.0, -7.0]
    assert type(as_float(3)) is float


@pytest.mark.parametrize(("x", "kind"), [("no", "str"), (1j, "complex"), (None, "NoneType"), ([1.0], "list")])
def test_what_is_no_real_number_is_named(x, kind):
    for call, name in (
        (as_float, "Value"),
        (PRIMITIVES["neg"], "neg"),
        (lambda x: as_float(x, "here"), "here"),
    ):
        with pytest.raises(TypeError) as caught:
            call(x)
        assert str(caught.value) == (
            f"{name} got {x!r} of type {kind}: give a real number (int, float or a type with __float__)"
        )


def test_numbers_of_numpy_and_what_only_converts_to_one():
    for x in (
        np.float32(2.5),
        np.int8(2),
        np.uint8(2),
        np.bool_(1),
        np.array(2.5),
        np.array(2.5, dtype=object),
    ):
        assert (type(as_float(x)), as_float(x)) == (float, float(x))
    for x in (np.str_("2.5"), np.bytes_(b"2.5"), np.timedelta64(5), np.complex128(1.0)):
        with pytest.raises(TypeError, match=f"Value got .* of type {type(x).__name__}: give a real number"):
            as_float(x)


def test_an_integer_too_large_is_named():
    for call, name in ((as_float, "Value"), (PRIMITIVES["neg"], "neg")):
        with pytest.raises(OverflowError) as caught:
            call(10**400)
        assert str(caught.value) == (
            f"{name} got an integer of 1329 bits, too large for a float: at most 1.8e308"
        )


# --- rules and values that no difference quotient shows -----------------------------------------------------


def rule(name, *xs):
    primitive = PRIMITIVES[name]
    return primitive.local_partials(primitive(*xs), xs)


def test_the_partials_of_a_choice():
    assert [PRIMITIVES["taken"](c) for c in (1.0, 0.0, 2.0)] == [1.0, 0.0, 1.0]
    assert [PRIMITIVES["not_taken"](c) for c in (1.0, 0.0, 2.0)] == [0.0, 1.0, 0.0]
    assert [PRIMITIVES["nothing"](c) for c in (1.0, 0.0, nan)] == [0.0, 0.0, 0.0]
    assert rule("where", 1.0, 5.0, inf) == (0.0, 1.0, 0.0)
    assert rule("where", 0.0, inf, 5.0) == (0.0, 0.0, 1.0)


def test_comparisons_are_one_or_zero():
    pairs = [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)]
    for name, wanted in [
        ("less", [1.0, 0.0, 0.0]),
        ("less_equal", [1.0, 0.0, 1.0]),
        ("equal", [0.0, 0.0, 1.0]),
        ("above", [0.0, 1.0, 0.0]),
    ]:
        assert [PRIMITIVES[name](x, y) for x, y in pairs] == wanted
        assert rule(name, 1.0, 2.0) == (0.0, 0.0)
    assert [PRIMITIVES["inside"](x, 1.0, 2.0) for x in (0.5, 1.0, 1.5, 2.0)] == [0.0, 0.0, 1.0, 0.0]
    for name in ("maximum", "minimum"):  # of equal zeros the first
        assert [copysign(1.0, PRIMITIVES[name](x, -x)) for x in (0.0, -0.0)] == [1.0, -1.0]


def test_the_partials_of_the_floating_point_functions():
    assert rule("nextafter", 1.0, 2.0) == (1.0, 0.0)
    assert rule("copysign", 3.0, -2.0) == (-1.0, 0.0)
    assert rule("copysign", -3.0, 0.0) == (-1.0, 0.0)
    assert rule("copysign", 0.0, -2.0) == (0.0, 0.0)
    dx, di = rule("ldexp", 3.0, 4.0)
    assert (dx, isnan(di)) == (16.0, True)
    assert rule("fma", 2.0, 3.0, 4.0) == (3.0, 2.0, 1.0)
    assert rule("prod", 5.0) == (1.0,)
    assert rule("prod", 5.0, 3.0) == (3.0, 5.0)
    assert rule("prod", 5.0, 3.0, 2.0, 7.0) == (42.0, 70.0, 105.0, 30.0)
    assert rule("dist", 4.0, 0.0, 0.0, 3.0) == (0.8, -0.6, -0.8, 0.6)
    with pytest.raises(ValueError, match="zip"):
        PRIMITIVES["dist"].local_partials(5.0, (1.0, 2.0, 3.0))


def test_ldexp_by_whole_numbers_alone():
    ldexp = PRIMITIVES["ldexp"]
    assert [ldexp(3.0, i) for i in (2.0, -2.0, 0.0, 1e300, -1e300)] == [12.0, 0.75, 3.0, inf, 0.0]
    assert ldexp(5e-324, 2098.0) == inf
    assert ldexp(5e-324, 2097.0) == 2.0**1023
    assert ldexp(2.0**1023, -2097.0) == 5e-324
    assert all([isnan(ldexp(3.0, i)) for i in (0.5, -1.5, nan)])


def test_remainders_at_their_edges():
    mod = PRIMITIVES["mod"]
    for x, y in [(6.0, 3.0), (-6.0, 3.0), (6.0, -3.0), (7.0, 3.0), (-7.0, 3.0), (7.0, -3.0), (1.0, 1.0)]:
        for form in (mod, mod.lower):
            assert (form(x, y), copysign(1.0, form(x, y))) == (x % y, copysign(1.0, x % y))
    assert rule("mod", -7.0, 3.0) == (1.0, 3.0)
    assert rule("fmod", -7.0, 3.0) == (1.0, 2.0)
    assert rule("remainder", 8.0, 3.0) == (1.0, -3.0)


def test_slopes_of_powers_where_a_number_vanishes():
    assert rule("pow_slope", 0.0, 0.0)[0] == 0.0
    assert rule("pow_slope", 0.0, 2.0) == (2.0, 0.0)
    assert rule("pow_slope", 1.0, 0.0) == (0.0, 1.0)
    assert rule("pow_slope", 0.0, 1.0)[0] == 0.0
    log2 = autograd.math.log(2.0)
    for y in (-1.0, 0.0, 0.5, 1.0, 3.0):
        assert rule("pow_log", 2.0, y) == pytest.approx(
            (2.0 ** (y - 1.0) * (1.0 + y * log2), 2.0**y * log2 * log2)
        )
    assert rule("pow_log", 0.0, 3.0) == (0.0, 0.0)
    assert rule("pow_log", 0.0, 0.5)[1] == rule("pow_log", 0.0, 0.0)[1] == 0.0
    assert rule("pow_log", 1.0, 2.0) == (1.0, 0.0)


@pytest.mark.parametrize("alpha", [-1.0, 0.0, 0.25, 1.0, 3.0])
def test_slopes_of_rectifiers_at_the_kink(alpha):
    slope = PRIMITIVES["elu_slope"]
    for form in (slope, slope.lower):
        assert form(0.0, alpha) == min(max(alpha, 0.0), 1.0)
        assert [form(2.0, alpha), form(-inf, alpha)] == [1.0, 0.0 * alpha]
        assert isnan(form(nan, alpha))
        assert isnan(form(0.0, nan))
    assert rule("elu_slope", 1.0, alpha) == (0.0, 0.0)
    selu = PRIMITIVES["selu_slope"]
    assert isnan(selu(nan))
    assert selu(0.0) == selu(1.0) == 1.0507009873554805
    assert isnan(PRIMITIVES["leaky_relu"](0.0, inf))


def test_dividing_and_comparing_at_zero():
    xdivy = PRIMITIVES["xdivy"]
    for form in (xdivy, xdivy.lower):
        assert [form(0.0, y) for y in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 0.0]
        assert [form(1.0, 0.0), form(1.0, -0.0), form(-1.0, -0.0), form(1.0, 4.0)] == [inf, inf, -inf, 0.25]
        assert isnan(form(1.0, -1.0))
        assert isnan(form(2.0, -1.0))
        assert isnan(form(0.0, nan))
    shift = PRIMITIVES["shift"]
    assert [shift(inf, inf), shift(-inf, -inf), shift(3.0, 1.0), shift(inf, 1.0)] == [0.0, 0.0, 2.0, inf]


def test_lengths_at_the_origin():
    assert rule("hypot", 0.0, 0.0) == rule("atan2", 0.0, 0.0) == (0.0, 0.0)
    unit = PRIMITIVES["unit"]
    assert unit.local_partials(0.5, (0.5, 1.0)) == (1.0, -0.5)
    assert isnan(unit(nan, 0.0))
    assert isnan(unit(nan, inf))
