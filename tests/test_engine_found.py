"""Faults that random checks found; those of whole programs are examples of the properties that found them."""

from __future__ import annotations

import math

import pytest

from autograd import primitives


@pytest.mark.parametrize("x", [0.0, -0.0, 2.0, -3.0, math.inf, -math.inf, math.nan])
def test_the_slope_of_the_zeroth_power_is_zero(x):
    assert primitives.power.partials(1.0, x, 0.0)[0] == 0.0


@pytest.mark.parametrize(
    ("a", "b"), [(-1.8685981001800637e-09, 6.975882891019361e72), (-0.5, 1e11), (-27.25, 2e11)]
)
def test_beta_of_a_negative_number_and_a_very_large_one(a, b):
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(200):
        true = mpmath.gamma(a) * mpmath.exp(mpmath.loggamma(b) - mpmath.loggamma(mpmath.mpf(a) + b))
        assert primitives.beta(a, b) == pytest.approx(float(true), rel=1e-12)
        assert primitives.lbeta(a, b) == pytest.approx(float(mpmath.log(abs(true))), rel=1e-14)
