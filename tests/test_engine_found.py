"""Faults that the random programs found, each kept as the program it was."""

from __future__ import annotations

import math

import pytest

from autograd import primitives
from autograd.testing import gradcheck


def test_the_slope_of_a_power_depends_on_its_exponent_at_zero_too():
    assert gradcheck(lambda x, y: x**y, (2.0, 0.0), order=2) == 4 + 8


@pytest.mark.parametrize("x", [0.0, -0.0, 2.0, -3.0, math.inf, -math.inf, math.nan])
def test_the_slope_of_the_zeroth_power_is_zero(x):
    assert primitives.power.partials(1.0, x, 0.0)[0] == 0.0
