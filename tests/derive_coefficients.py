"""Derive the polynomials of `autograd/compiler/vector.py`: `python -m tests.derive_coefficients` prints them.

Each is the Chebyshev interpolation, in 60 digits, of what is left of a function when its first terms are
taken off; a test holds the numbers in the file to these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp

Fit = tuple[Callable[[Any], Any], tuple[float, float], int]


def _near(series: Callable[[Any], Any], z: Any) -> Any:
    """The series where its argument is small, as the closed form cancels there."""
    total, k, term = mp.mpf(0), 0, mp.mpf(1)
    while k < 40:
        total += series(k) * term
        term *= z
        k += 1
    return total


FITS: dict[str, Fit] = {
    # (exp(r) - 1 - r) / r**2
    "EXP": (lambda r: _near(lambda k: 1 / mp.factorial(k + 2), r), (-0.3476, 0.3476), 11),
    # (log((1 + s)/(1 - s)) / s - 2) / z with z = s*s
    "LOG": (lambda z: _near(lambda k: mp.mpf(2) / (2 * k + 3), z), (0.0, 0.0295), 7),
    # (sin(r) / r - 1) / z with z = r*r
    "SIN": (lambda z: _near(lambda k: (-1) ** (k + 1) / mp.factorial(2 * k + 3), z), (0.0, 0.62), 7),
    # (cos(r) - 1 + z/2) / z**2
    "COS": (lambda z: _near(lambda k: (-1) ** k / mp.factorial(2 * k + 4), z), (0.0, 0.62), 7),
}


def coefficients(name: str) -> list[float]:
    """The fitted polynomial, from the constant term on."""
    function, interval, terms = FITS[name]
    with mp.workdps(60):
        low, high = (mp.mpf(x) for x in interval)
        turns = [mp.cos(mp.pi * (2 * k + 1) / (2 * terms)) for k in range(terms)]
        points = [(low + high) / 2 + (high - low) / 2 * t for t in turns]
        powers = mp.matrix([[x**j for j in range(terms)] for x in points])
        return [float(c) for c in mp.lu_solve(powers, mp.matrix([function(x) for x in points]))]


def error(name: str) -> float:
    """The largest relative error of the rounded polynomial over its interval."""
    function, (low, high), _ = FITS[name]
    found = coefficients(name)
    with mp.workdps(60):
        points = [mp.mpf(low) + (mp.mpf(high) - low) * k / 500 for k in range(501)]
        return float(max(abs(sum(c * x**j for j, c in enumerate(found)) / function(x) - 1) for x in points))


if __name__ == "__main__":
    for name in FITS:
        print(f"{name}: Final = (  # relative error {error(name):.1e}")
        for c in coefficients(name):
            print(f"    {c!r},")
        print(")")
