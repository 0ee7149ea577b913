"""Initial weights: how the numbers of a layer are drawn.

An initialiser is a function `(nin, nout, rng) -> rows`: one row of `nin` weights for each of `nout`
neurons, drawn from `rng` (a `random.Random`, or the module `random`) row by row. Biases start at 0.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from math import isfinite, sqrt
from typing import Any

from nn.checks import not_negative, real

Rows = list[list[float]]
# A random.Random, or the module random itself (the generator that random.seed seeds).
Generator = Any
Initialiser = Callable[[int, int, Generator], Rows]


def generator(seed: int | random.Random | None) -> Generator:
    """The source of random numbers that a seed stands for; None is Python's own global one.

    TypeError for what is neither an integer, a random.Random nor None.
    """
    if seed is None:
        return random
    if isinstance(seed, random.Random):
        return seed
    try:
        return random.Random(seed.__index__())
    except AttributeError:
        raise TypeError(
            f"seed got {seed!r} of type {type(seed).__name__}: give an int, a random.Random or None"
        ) from None


def uniform(low: float = -1.0, high: float = 1.0) -> Initialiser:
    """Weights spread evenly between two bounds.

    >>> rows = uniform(0.0, 0.5)(3, 2, random.Random(0))
    >>> len(rows), all(0.0 <= w <= 0.5 for row in rows for w in row)
    (2, True)
    """
    low, high = (real(x, name, "a finite bound") for x, name in ((low, "low"), (high, "high")))
    if low > high:
        raise ValueError(f"uniform({low!r}, {high!r}): give two finite bounds in order")

    def draw(nin: int, nout: int, rng: Generator) -> Rows:
        return [[rng.uniform(low, high) for _ in range(nin)] for _ in range(nout)]

    return draw


def normal(mean: float = 0.0, deviation: float = 1.0) -> Initialiser:
    """Normally distributed weights."""
    mean, deviation = real(mean, "mean", "a finite number"), not_negative(deviation, "deviation")

    def draw(nin: int, nout: int, rng: Generator) -> Rows:
        return [[rng.gauss(mean, deviation) for _ in range(nin)] for _ in range(nout)]

    return draw


def constant(number: float) -> Initialiser:
    """Every weight the same number."""
    number = real(number, "constant", "a finite number")

    def draw(nin: int, nout: int, _rng: Generator) -> Rows:
        return [[number] * nin for _ in range(nout)]

    return draw


def _scaled(kind: str, variance: Callable[[int, int], float]) -> Initialiser:
    def draw(nin: int, nout: int, rng: Generator) -> Rows:
        spread = sqrt(variance(nin, nout))
        if kind == "normal":
            return normal(0.0, spread)(nin, nout, rng)
        return uniform(-sqrt(3.0) * spread, sqrt(3.0) * spread)(nin, nout, rng)

    return draw


def orthogonal(gain: float = 1.0) -> Initialiser:
    """Rows (or, where there are more of them than inputs, columns) that are orthogonal and of length `gain`.

    Saxe, McClelland, Ganguli 2013 (arXiv:1312.6120): such layers keep the length of what goes through them.

    >>> (a, b), (c, d) = orthogonal()(2, 2, random.Random(0))
    >>> abs(a * c + b * d) < 1e-12, abs(a * a + b * b - 1.0) < 1e-12
    (True, True)
    """
    gain = real(gain, "gain", "a finite number")

    def draw(nin: int, nout: int, rng: Generator) -> Rows:
        count, length = min(nin, nout), max(nin, nout)
        basis: Rows = []
        while len(basis) < count:
            row = [rng.gauss(0.0, 1.0) for _ in range(length)]
            for _ in range(2):  # a second round takes away what rounding left over
                for other in basis:
                    shared = sum(p * q for p, q in zip(row, other, strict=True))
                    row = [p - shared * q for p, q in zip(row, other, strict=True)]
            size = sqrt(sum(p * p for p in row))
            if size > 1e-9:
                basis.append([p / size for p in row])
        rows = basis if nout <= nin else [list(column) for column in zip(*basis, strict=True)]
        return [[gain * p for p in row] for row in rows]

    return draw


# Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998: the variance that keeps signals at one size.
INITIALISERS: dict[str, Initialiser] = {
    "uniform": uniform(),
    "normal": normal(),
    "zeros": constant(0.0),
    "orthogonal": orthogonal(),
    **{
        f"{name}_{kind}": _scaled(kind, variance)
        for kind in ("normal", "uniform")
        for name, variance in {
            "glorot": lambda nin, nout: 2.0 / (nin + nout),
            "xavier": lambda nin, nout: 2.0 / (nin + nout),
            "he": lambda nin, _: 2.0 / nin,
            "kaiming": lambda nin, _: 2.0 / nin,
            "lecun": lambda nin, _: 1.0 / nin,
        }.items()
    },
}
INITIALISERS |= {
    "glorot": INITIALISERS["glorot_uniform"],
    "xavier": INITIALISERS["glorot_uniform"],
    "he": INITIALISERS["he_normal"],
    "kaiming": INITIALISERS["he_normal"],
    "lecun": INITIALISERS["lecun_normal"],
}


def initialiser(init: str | Initialiser | None) -> Initialiser:
    """The initialiser of that name; None is micrograd's, uniform between -1 and 1.

    ValueError for an unknown name.
    """
    if init is None:
        return INITIALISERS["uniform"]
    if callable(init):
        return init
    if not isinstance(init, str) or init not in INITIALISERS:
        raise ValueError(
            f"no initialisation is called {init!r}: choose one of {', '.join(sorted(INITIALISERS))}, "
            "or give a function (nin, nout, rng) -> rows"
        )
    return INITIALISERS[init]


def drawn(init: str | Initialiser | None, nin: int, nout: int, rng: Generator) -> Rows:
    """The rows of weights that an initialiser draws; ValueError where they are not what a layer needs."""
    rows = initialiser(init)(nin, nout, rng)
    name = init if isinstance(init, str) else getattr(init, "__name__", repr(init))
    try:
        table = [[float(w) for w in row] for row in rows]
    except (TypeError, ValueError):
        raise TypeError(
            f"the initialisation {name} gave {rows!r}: give {nout} rows of {nin} numbers"
        ) from None
    if len(table) != nout or any(len(row) != nin for row in table):
        lengths = sorted({len(row) for row in table})
        raise ValueError(
            f"the initialisation {name} gave {len(table)} rows of {lengths} numbers: "
            f"give {nout} rows of {nin}"
        )
    if not all(isfinite(w) for row in table for w in row):
        raise ValueError(f"the initialisation {name} gave a number that is not finite")
    return table
