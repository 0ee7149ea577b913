"""The worst error of every one-argument operation and its partial, in ULP, against mpmath at 50 digits.

    python -m benchmarks.accuracy [points]

prints the table, beside PyTorch's and JAX's where these are installed. The points are random over all
magnitudes of the domain, subnormals, and neighbourhoods of every special point.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from mpmath import mp, mpf

from autograd import PRIMITIVES, Primitive
from benchmarks.references import REFERENCES

DIGITS = 50
TINY = 2.2250738585072014e-308  # the least normal float

# Where an operation has roots, turns or thresholds, beside 0, ±1 and the ends of its domain.
SPECIAL: dict[str, tuple[float, ...]] = {
    "exp": (709.782712893384, -745.0, -708.0),
    "exp2": (1024.0, -1022.0, -1074.0),
    "expm1": (709.78, -37.0),
    "sinh": (710.0, -710.0),
    "cosh": (710.0, -710.0),
    "tanh": (20.0, -20.0, 372.0),
    "sech2": (20.0, -20.0, 372.0),
    "sin": tuple(k * math.pi / 2 for k in range(-6, 7)),
    "cos": tuple(k * math.pi / 2 for k in range(-6, 7)),
    "tan": tuple(k * math.pi / 4 for k in range(-6, 7)),
    "sinpi": (0.5, 1.5, 2.0, 1e15),
    "cospi": (0.5, 1.5, 2.0, 1e15),
    "sinc": (1.4302966531242027, 2.459024018994893, 3.4708897240785343, 2.0, 3.0),
    "sigmoid": (40.0, -40.0, -708.0, -745.0),
    "log_sigmoid": (40.0, -40.0, 745.0),
    "softplus": (40.0, -40.0, -745.0),
    "logit": (0.25, 0.5, 0.75),
    "silu": (-1.2784645427610738, 2.399357280520548, -2.399357280520548, -600.0, -745.0),
    "silu_slope": (-1.2784645427610738, 2.399357280520548, -2.399357280520548, -600.0, -745.0),
    "mish": (-1.1924312145154953, -2.2564, 1.4906, -40.0, -745.0),
    "mish_slope": (-1.1924312145154953, -2.2564, 1.4906, -40.0, -745.0),
    "gelu": (-0.7517915246935645, math.sqrt(2), -math.sqrt(2), -38.0),
    "gelu_slope": (-0.7517915246935645, math.sqrt(2), -math.sqrt(2), -38.0),
    "gelu_tanh": (-0.7524614220710163, 1.3, -1.3, -21.0),
    "gelu_tanh_slope": (-0.7524614220710163, 1.3, -1.3, -21.0),
    "gamma": (1.4616321449683622, 2.0, 171.6, -170.5, -0.5, -1.5, -2.5),
    "lgamma": (1.4616321449683622, 2.0, -2.4570247382208006, -2.7476826467274126, 1e305),
    "digamma": (1.4616321449683622, -0.5040830082644554, -1.5734984731623905, 2.0),
    "erf": (0.5, 6.0, 27.0),
    "erfc": (0.5, 6.0, 27.0),
    "erfcx": (2.0, 10.0, -26.6, 1e8),
    "erfinv": (0.5, -0.5),
    "norm_pdf": (38.0, -38.0),
    "gaussian": (27.0, -27.0),
    "norm_cdf": (-1.0, 8.0, -38.0),
    "norm_logcdf": (-1.0, 8.0, -38.0, -1e8),
    "norm_ppf": (0.25, 0.5, 0.75),
    "log1mexp": (-0.6931471805599453, -745.0),
    "log1mexp_slope": (-0.6931471805599453, -745.0),
}


class Error(NamedTuple):
    """The worst error found, in ULP, and where."""

    ulps: float
    x: float


def operations() -> list[Primitive]:
    """Every primitive of one operand (others by default) that is a function of a real number."""
    return [
        p for p in PRIMITIVES.values() if p.arity is not None and p.required == 1 and p.name in REFERENCES
    ]


def ulps(computed: float, exact: Any) -> float:
    """The error in units in the last place of the float nearest to the exact number."""
    if mp.isnan(exact):
        return 0.0 if computed != computed else math.inf
    nearest = float(exact)
    if math.isinf(nearest) or math.isinf(computed) or computed != computed:
        return 0.0 if computed == nearest else math.inf
    return float(abs(mpf(computed) - exact) / mpf(math.ulp(nearest)))


def points(primitive: Primitive, count: int) -> list[float]:
    """About `count` points of the domain, the same in every run; none on a kink."""
    interval = primitive.domain[0]
    rng = random.Random(primitive.name)
    special = [0.0, 1.0, -1.0, *primitive.kinks, *SPECIAL.get(primitive.name, ())]
    special += [end for end in (interval.low, interval.high) if math.isfinite(end)]

    def everywhere() -> Iterator[float]:
        for _ in range(count // 2):
            yield rng.choice((-1.0, 1.0)) * math.ldexp(rng.uniform(1.0, 2.0), rng.randint(-1022, 1023))
            yield rng.choice((-1.0, 1.0)) * math.ldexp(rng.uniform(1.0, 2.0), rng.randint(-12, 12))
            yield rng.uniform(-6.0, 6.0)
        yield from (sign * k * 5e-324 for sign in (-1, 1) for k in (1, 3, 1000, 2**51, 2**52 - 1, 2**52))
        for centre in special:
            yield centre
            for toward in (-math.inf, math.inf):
                x = centre
                for _ in range(3):
                    x = math.nextafter(x, toward)
                    yield x
                yield from (
                    centre + math.copysign(rng.uniform(1.0, 9.0) * 10.0**-k, toward) for k in range(1, 17)
                )

    return [x for x in everywhere() if x in interval and math.isfinite(x) and x not in primitive.kinks]


@cache
def exact(name: str, x: float) -> tuple[Any, Any]:
    """Value and derivative at 50 digits; NaN at a pole."""
    found = []
    with mp.workdps(DIGITS):
        for function in REFERENCES[name]:
            try:
                found.append(mp.mpf(function(mpf(x))))
            except (ZeroDivisionError, ValueError, TypeError):
                found.append(mp.nan)
    return found[0], found[1]


def worst(
    name: str, computed: Callable[[float], tuple[float, float]], at: list[float], subnormals: bool = False
) -> tuple[Error, Error]:
    """The worst errors of value and partial, poles left out; of subnormal numbers too where asked for."""
    value = partial = Error(0.0, 0.0)
    for x in at:
        if abs(x) < TINY and not subnormals:
            continue
        z, d = exact(name, x)
        y, slope = computed(x)
        if not mp.isnan(z) and (error := ulps(y, z)) > value.ulps:
            value = Error(error, x)
        if not mp.isnan(d) and (error := ulps(slope, d)) > partial.ulps:
            partial = Error(error, x)
    return value, partial


def ours(primitive: Primitive) -> Callable[[float], tuple[float, float]]:
    """Value and partial as the engine records them."""

    def computed(x: float) -> tuple[float, float]:
        operands = primitive.complete((x,)) if primitive.defaults else (x,)
        z = primitive.evaluate(*operands)
        return z, primitive.local_partials(z, operands)[0]

    return computed


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    others = rivals()
    names = ["scalar-autograd", *others]
    print(
        f"worst ULP of value | partial, about {count * 3 // 2} points a function, mpmath at {DIGITS} digits"
    )
    print(f"{'':18}" + "".join([f"{name:>24}" for name in names]))
    for primitive in operations():
        at = points(primitive, count)
        columns = [worst(primitive.name, ours(primitive), at)]
        for table in others.values():
            function = table.get(primitive.name)
            columns.append(worst(primitive.name, function, at) if function else (Error(-1.0, 0.0),) * 2)
        cells = [f"{_figure(value.ulps)} | {_figure(partial.ulps)}" for value, partial in columns]
        print(f"{primitive.name:18}" + "".join([f"{cell:>24}" for cell in cells]))


def _figure(ulps: float) -> str:
    return "-" if ulps < 0.0 else f"{ulps:.2f}" if ulps < 1e4 else f"{ulps:.1e}"


def rivals() -> dict[str, dict[str, Callable[[float], tuple[float, float]]]]:
    """The same functions of PyTorch and JAX, where these are installed."""
    from benchmarks.rivals import jax_table, torch_table

    tables = {"PyTorch": torch_table(), "JAX": jax_table()}
    return {name: table for name, table in tables.items() if table}


if __name__ == "__main__":
    main()
