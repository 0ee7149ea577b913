"""numerical_derivative on functions made to deceive it: its error has to cover the truth, by 60 digits."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd.testing import numerical_derivative
from autograd.testing.numerical import difference

mp = mpmath.MPContext()
mp.prec = 2200


def powers(low, high):
    """Numbers of both signs whose exponents are spread evenly."""
    return st.builds(
        lambda sign, exponent, mantissa: sign * mantissa * 10.0**exponent,
        st.sampled_from([1.0, -1.0]),
        st.integers(low, high),
        st.floats(1.0, 9.9),
    )


ordinary = st.floats(-4.0, 4.0).filter(lambda x: abs(x) > 1e-9)


def covered(f, x, truth):
    at = f(x)
    if not math.isfinite(at):
        return
    value, error = numerical_derivative(f, x)
    if error < math.inf:
        assert abs(mp.mpf(value) - truth) <= error, (x, value, mp.nstr(truth, 17), error)


@given(x=ordinary, c=powers(-300, 300))
def test_scales_of_values(x, c):
    covered(lambda t: c * math.sin(t), x, mp.mpf(c) * mp.cos(x))


@given(u=ordinary, s=powers(-300, 300))
def test_scales_of_arguments(u, s):
    x = u * s
    covered(lambda t: math.tanh(t / s), x, mp.sech(mp.mpf(x) / mp.mpf(s)) ** 2 / mp.mpf(s))


@given(x=ordinary | powers(-8, 0), w=powers(0, 7))
@example(3.3775084997590996, 2.4e6)
@example(0.03146250868471756, 3506911.317007848)
def test_oscillations(x, w):
    covered(lambda t: math.sin(w * t), x, mp.mpf(w) * mp.cos(mp.mpf(w) * x))
    covered(
        lambda t: math.sin(t) + 1e-6 * math.sin(w * t),
        x,
        mp.cos(x) + 1e-6 * mp.mpf(w) * mp.cos(mp.mpf(w) * x),
    )
    if abs(x) < 0.9:  # the inverse cosine rounds small steps away
        inner = mp.sin(w * mp.acos(x)) / mp.sqrt(1 - mp.mpf(x) ** 2)
        covered(lambda t: math.cos(w * math.acos(max(-1.0, min(1.0, t)))), x, mp.mpf(w) * inner)


@given(a=ordinary, d=powers(-12, -1))
def test_close_to_a_pole(a, d):
    x = a + d
    if x == a:
        return
    covered(lambda t: 1.0 / (t - a), x, -1 / (mp.mpf(x) - a) ** 2)
    covered(lambda t: math.log(abs(t - a)), x, 1 / (mp.mpf(x) - a))
    if x > a:
        covered(lambda t: math.sqrt(t - a), x, 1 / (2 * mp.sqrt(mp.mpf(x) - a)))


@given(a=ordinary, d=powers(-12, -1), h=powers(-8, 8))
@example(1.0, 1e-9, 1.0)
@example(1.0, -1e-9, 1.0)
@example(3.926952522511848, 1e-7, 6.0e-7)
def test_steps_and_kinks_close_by(a, d, h):
    x = a + d
    if x == a:
        return
    covered(lambda t: math.sin(t) + (h if t > a else 0.0), x, mp.cos(x))
    covered(lambda t: math.sin(t) + h * abs(t - a), x, mp.cos(x) + mp.mpf(h) * mp.sign(mp.mpf(x) - a))


@given(a=ordinary, d=powers(-12, 0), u=st.floats(-9.0, 9.0))
@example(1.0, 1e-9, 1.192092896e-07)
def test_bumps_and_sudden_rises(a, d, u):
    x = a + d * u
    v = (mp.mpf(x) - a) / mp.mpf(d)
    covered(lambda t: math.exp(-min(((t - a) / d) ** 2, 1e4)), x, -2 * v / d * mp.exp(-v * v))
    covered(lambda t: math.tanh((t - a) / d), x, mp.sech(v) ** 2 / mp.mpf(d))


@given(x=ordinary, c=powers(-300, 300))
def test_constants(x, c):
    covered(lambda t: c, x, mp.mpf(0))


@given(x=ordinary, w=powers(0, 7).map(abs), big=powers(0, 10))
@example(0.23142850569063977, 1.0, 9e3)
@example(1.0336362774107317, 1.0, 4e4)
@example(2.807444619792978e-07, 1.0, 1e4)
def test_staircases_and_noise(x, w, big):
    """Values on a grid are a staircase, or rounded: the error covers both."""
    if abs(w * x - round(w * x)) > 1e-3:
        covered(lambda t: math.floor(w * t) / w, x, mp.mpf(0))
    covered(lambda t: (math.sin(t) + big) - big, x, mp.cos(x))
    covered(lambda t: ((math.sin(t) + big) - big) * 0.1, x, mp.cos(x) / 10)


@given(x=ordinary, size=powers(-14, -3), w=powers(9, 12))
def test_pseudorandom_noise(x, size, w):
    noise = lambda t: size * math.sin(w * math.sin(w * t))  # noqa: E731
    value, error = numerical_derivative(lambda t: math.sin(t) + noise(t), x, noise=abs(size))
    assert abs(value - math.cos(x)) <= error


@given(x=powers(-12, 12), n=st.integers(2, 20))
def test_powers(x, n):
    covered(lambda t: t**n, x, n * mp.mpf(x) ** (n - 1))


@pytest.mark.parametrize("x", [1e-3, 1.7e308, -1.7e308, 5e-324, -0.0, 1e-310])
def test_the_ends_of_the_range(x):
    covered(lambda t: t, x, mp.mpf(1))
    covered(lambda t: t * t, x, 2 * mp.mpf(x))


@given(x=powers(-300, 0))
@example(3.620895779457018e-270)
def test_small_numbers_where_the_function_has_a_scale_of_its_own(x):
    covered(lambda t: t * t, x, 2 * mp.mpf(x))
    covered(lambda t: math.cos(t), x, -mp.sin(x))
    covered(lambda t: math.sqrt(t * t + 1.0) - 1.0, x, mp.mpf(x) / mp.sqrt(mp.mpf(x) ** 2 + 1))


@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan])
def test_nothing_is_known_at_infinity(x):
    assert numerical_derivative(math.tanh, x)[1] == math.inf


def test_beyond_a_domain_where_python_turns_complex():
    covered(lambda t: t**0.5, 1e-3, mp.mpf(0.5) / mp.sqrt(1e-3))
    assert numerical_derivative(lambda t: t**0.5, -1.0)[1] == math.inf


@given(x=st.floats(0.1, 4.0))
def test_results_in_single_precision(x):
    for f in (lambda t: np.float32(math.sin(t)), lambda t: np.sin(np.float32(t))):
        value, error = numerical_derivative(f, x)
        assert abs(value - math.cos(x)) <= error < 0.05


@given(x=ordinary)
def test_ordinary_functions_take_few_calls_and_lose_few_digits(x):
    for f, slope in ((math.exp, math.exp(x)), (math.sin, math.cos(x)), (math.atan, 1.0 / (1.0 + x * x))):
        calls = []
        value, error = numerical_derivative(lambda t, f=f, calls=calls: calls.append(t) or f(t), x)
        assert abs(value - slope) <= error <= 1e-9 * (1.0 + abs(slope))
        assert len(calls) < 150


def test_any_real_number_will_do():
    assert numerical_derivative(lambda t: t * t, Fraction(3, 2))[0] == pytest.approx(3.0)
    assert difference(lambda t: abs(t), 0.0).kink
