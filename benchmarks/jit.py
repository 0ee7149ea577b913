"""Compiled speed: `python -m benchmarks.jit` prints the goals of `jit` as ratios within one run, one thread.

Peers (JAX, PyTorch, CasADi, heyoka, a C compiler) take part where they are installed.
"""

# ruff: noqa: E402 - the libraries are told to use one thread before they are imported

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import ctypes
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import autograd
from autograd import jit, value_and_grad, vmap
from autograd import math as m
from benchmarks.moons import SHAPE, heyoka_moons, jax_moons, moons_data, torch_moons
from benchmarks.timing import interleaved, table

Row = tuple[str, ...]


def mlp(p: Any, x: Any) -> Any:
    """The moons network, written out: weights of each neuron, then its bias."""
    start = 0
    for layer, (inputs, outputs) in enumerate(pairwise(SHAPE)):
        out = []
        for _ in range(outputs):
            z = m.dot(p[start : start + inputs], x) + p[start + inputs]
            start += inputs + 1
            out.append(m.relu(z) if layer < len(SHAPE) - 2 else z)
        x = out
    return x[0]


def hinge(p: Any, x: Any, y: Any) -> Any:
    return m.relu(1.0 - y * mlp(p, x))


def moons_loss(p: Any, xs: Any, ys: Any) -> Any:
    losses = vmap(lambda x, y: hinge(p, list(x), y))(xs, ys)
    return losses.sum() / len(ys) + 1e-4 * sum([w * w for w in p])


def many(function: Callable[[], object], count: int) -> Callable[[], object]:
    """The function called `count` times."""

    def repeated() -> None:
        for _ in range(count):
            function()

    return repeated


def row(work: str, ours: float, theirs: float | None, peer: str, goal: str) -> Row:
    ratio = "" if theirs is None else f"{ours / theirs:.3f}"
    other = peer if theirs is None else f"{peer} {1e6 * theirs:.2f}"
    return work, f"{1e6 * ours:.2f}", other, ratio, goal


# --- the moons step -----------------------------------------------------------------------------------------


def moons() -> list[Row]:
    p, xs, ys = moons_data()
    start = perf_counter()
    step = jit(value_and_grad(moons_loss))
    step(p, xs, ys)
    first = perf_counter() - start
    rows: list[Row] = [("moons: trace and compile", f"{1e6 * first:.0f}", "", "", "under 600000")]
    peers = {
        "JAX jit": (jax_moons, "0.8"),
        "heyoka compact": (heyoka_moons, "0.7"),
        "PyTorch tensors": (torch_moons, "0.12"),
    }
    for peer, (make, goal) in peers.items():
        other = make(p, xs, ys)
        if other is None:
            rows.append(row("moons step, batch 100", _alone(lambda: step(p, xs, ys), 100), None, peer, goal))
            continue
        ours, theirs = interleaved(many(lambda: step(p, xs, ys), 100), many(other, 100), rounds=9)
        rows.append(row("moons step, batch 100", ours / 100, theirs / 100, peer, goal))
    return rows


def _alone(function: Callable[[], object], count: int) -> float:
    return interleaved(many(function, count), rounds=9)[0] / count


# --- one sample, and the cost of a call ---------------------------------------------------------------------


def sample() -> list[Row]:
    p, xs, ys = moons_data()
    x, y = xs[0].copy(), ys[:1].copy()
    ours = jit(value_and_grad(lambda p, x, y: hinge(p, list(x), y[0])))
    ours(p, x, y)
    if find_spec("casadi") is None:
        return [
            row(
                "one sample, value and gradient",
                _alone(lambda: ours(p, x, y), 1000),
                None,
                "CasADi SX",
                "1.0",
            )
        ]
    import casadi

    q, u, v = casadi.SX.sym("p", len(p)), casadi.SX.sym("x", 2), casadi.SX.sym("y")
    start, out = 0, [u[0], u[1]]
    for layer, (inputs, outputs) in enumerate(pairwise(SHAPE)):
        neurons = []
        for _ in range(outputs):
            z = sum([q[start + i] * out[i] for i in range(inputs)]) + q[start + inputs]
            start += inputs + 1
            neurons.append(casadi.fmax(z, 0) if layer < len(SHAPE) - 2 else z)
        out = neurons
    loss = casadi.fmax(1 - v * out[0], 0)
    function = casadi.Function("f", [q, u, v], [loss, casadi.gradient(loss, q)])
    buffer, run = function.buffer()
    value, gradient = np.zeros(1), np.zeros(len(p))
    arrays: list[Any] = [p, x, y, value, gradient]
    for i, array in enumerate(arrays[:3]):
        buffer.set_arg(i, memoryview(array))
    for i, array in enumerate(arrays[3:]):
        buffer.set_res(i, memoryview(array))
    taken = interleaved(
        many(lambda: ours(p, x, y), 1000), many(run, 1000), many(lambda: function(p, x, y), 100), rounds=9
    )
    return [
        row("one sample, value and gradient", taken[0] / 1000, taken[1] / 1000, "CasADi SX, buffered", "1.0"),
        row("one sample, value and gradient", taken[0] / 1000, taken[2] / 100, "CasADi SX", "0.1"),
    ]


def calls() -> list[Row]:
    two = jit(lambda x, y: x * y + x)
    vector = jit(lambda v: v[0] + v[-1])
    array = np.arange(1000.0)
    numbers = array.tolist()
    two(1.0, 2.0)
    vector(array)
    rows: list[Row] = [
        ("call: 2 floats", f"{1e6 * _alone(lambda: two(1.0, 2.0), 10_000):.2f}", "", "", "under 2")
    ]
    taken = _alone(lambda: vector(array), 10_000)
    rows.append(("call: an array of 1,000", f"{1e6 * taken:.2f}", "", "", "under 5"))
    vector(numbers)
    taken = _alone(lambda: vector(numbers), 10_000)
    rows.append(("call: a list of 1,000", f"{1e6 * taken:.2f}", "", "", "under 5"))
    return rows


# --- the determinant ----------------------------------------------------------------------------------------


def det(a: Any, shared: dict[Any, Any] | None, rows: int = 0, columns: tuple[int, ...] | None = None) -> Any:
    """By recursive expansion along the first row; `shared` keeps minors that are equal."""
    if columns is None:
        columns = tuple(range(len(a)))
    if len(columns) == 1:
        return a[rows][columns[0]]
    if shared is not None and columns in shared:
        return shared[columns]
    total: Any = 0.0
    for k, column in enumerate(columns):
        minor = det(a, shared, rows + 1, columns[:k] + columns[k + 1 :])
        term = a[rows][column] * minor
        total = total + term if k % 2 == 0 else total - term
    if shared is not None:
        shared[columns] = total
    return total


C_DET = """
static double det(const double *a, int n, int row, const int *columns, int left) {
    if (left == 1) return a[row * n + columns[0]];
    double total = 0.0;
    for (int k = 0; k < left; k++) {
        int rest[16], j = 0;
        for (int i = 0; i < left; i++) if (i != k) rest[j++] = columns[i];
        double term = a[row * n + columns[k]] * det(a, n, row + 1, rest, left - 1);
        total += k % 2 ? -term : term;
    }
    return total;
}
double run(const double *a, int n, int times) {
    int columns[16]; double sum = 0.0;
    for (int i = 0; i < n; i++) columns[i] = i;
    for (int t = 0; t < times; t++) sum += det(a, n, 0, columns, n);
    return sum;
}
"""


def c_function() -> Any:
    """The determinant alone in C, or None where there is no compiler."""
    if shutil.which("gcc") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "det.c", Path(folder) / "det.so"
        source.write_text(C_DET)
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
        run = ctypes.CDLL(str(library)).run
    run.restype = ctypes.c_double
    run.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
    return run


def determinant(n: int = 7) -> list[Row]:
    a = np.random.default_rng(0).normal(size=(n, n))
    run = c_function()
    gradient = jit(autograd.grad(lambda a: det(a, None)))
    gradient(a)
    assert np.allclose(gradient(a), np.linalg.det(a) * np.linalg.inv(a).T)
    rows: list[Row] = []
    unshared = unshared_gradient(n)
    for label, ours in (
        ("det 7x7: gradient", lambda: gradient(a)),
        ("the same without sharing", lambda: unshared(a)),
    ):
        if run is None:
            rows.append(row(label, _alone(ours, 50), None, "C, gcc -O2", "2.5"))
            continue
        taken = interleaved(many(ours, 50), lambda: run(a.ctypes.data, n, 50), rounds=9)
        rows.append(row(label, taken[0] / 50, taken[1] / 50, "function alone in C", "2.5"))
    return rows


def unshared_gradient(n: int) -> Callable[[Any], Any]:
    """The gradient compiled as it was recorded, equal minors computed again each time."""
    from autograd.compiler.machine import Machine

    a = np.random.default_rng(0).normal(size=(n, n))
    program = jit(autograd.grad(lambda a: det(a, None))).program(a)
    machine = Machine(program)
    native = machine.callable(program.arguments, program.results)
    assert native is not None
    return native


# --- long programs ------------------------------------------------------------------------------------------


def irregular(n: int) -> Callable[[Any], Any]:
    """A function of n operations without any pattern."""
    chooser = random.Random(n)
    plan = [(chooser.randrange(3), chooser.random(), chooser.random()) for _ in range(n)]

    def f(xs: Any) -> Any:
        live = list(xs)
        for kind, r, s in plan:
            x, y = live[int(r * len(live))], live[int(s * len(live))]
            live.append(x + y if kind == 0 else x * y if kind == 1 else x - y)
            if len(live) > 200:
                del live[: len(live) // 2]
        return sum(live)

    return f


def compile_times(largest: int) -> list[Row]:
    rows: list[Row] = []
    xs = np.random.default_rng(0).normal(size=50) * 0.3
    n = 1000
    while n <= largest:
        function = irregular(n)
        start = perf_counter()
        jit(function)(xs)
        each = (perf_counter() - start) / n
        rows.append(
            (f"trace and compile {n:,} operations, each", f"{1e6 * each:.1f}", "", "", "20 beyond 10^4")
        )
        n *= 10
    return rows


def gradients(largest: int) -> list[Row]:
    """Rosenbrock's function, and its gradient."""

    def f(xs: Any) -> Any:
        total: Any = 0.0
        for i in range(len(xs) - 1):
            total = total + 100.0 * (xs[i + 1] - xs[i] ** 2) ** 2 + (1.0 - xs[i]) ** 2
        return total

    rows: list[Row] = []
    n = 10
    while n <= largest:
        rows.append(gradient_row(f, n))
        n *= 10
    return rows


def gradient_row(f: Callable[[Any], Any], n: int) -> Row:
    x = np.random.default_rng(0).normal(size=n)
    function, gradient = jit(f), jit(autograd.grad(f))
    function(x)
    gradient(x)
    count = max(1, 100_000 // n)
    plain, both = interleaved(many(lambda: function(x), count), many(lambda: gradient(x), count), rounds=5)
    return row(f"gradient of {n:,} inputs", both / count, plain / count, "its function", "3")


def main() -> None:
    """Print the table; --quick leaves out what takes minutes."""
    largest = 10_000 if "--quick" in sys.argv else 1_000_000
    print(f"engine: {'compiled' if autograd.compiled else 'plain'}; times in microseconds")
    rows = [*calls(), *sample(), *moons(), *determinant(), *compile_times(largest), *gradients(largest)]
    print(table(("work", "ours", "peer", "ratio", "goal"), rows))


if __name__ == "__main__":
    main()
