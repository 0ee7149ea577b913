"""Sparse matrices against dense ones, and colourings against their definition."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import rosen_hess

import autograd
from autograd import Value, math
from autograd.coloring import column_coloring, star_coloring, transpose
from autograd.recording import Recording
from autograd.sparse import pattern


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 9))
    edges = draw(st.sets(st.sampled_from(list(combinations(range(n), 2))), max_size=20)) if n > 1 else set()
    return [sorted({i, *[a + b - i for a, b in edges if i in (a, b)]}) for i in range(n)]


@given(graphs())
def test_star_coloring(neighbors):
    colors = star_coloring(neighbors)
    for v, around in enumerate(neighbors):
        for w in around:
            assert v == w or colors[v] != colors[w]
            for x in neighbors[w]:
                for y in neighbors[x]:
                    if len({v, w, x, y}) == 4:
                        assert len({colors[v], colors[w], colors[x], colors[y]}) > 2


@given(st.lists(st.sets(st.integers(0, 7)), max_size=8))
def test_column_coloring(rows):
    colors = column_coloring([sorted(row) for row in rows], 8)
    for row in rows:
        assert len({colors[j] for j in row}) == len(row)
    assert transpose(transpose([sorted(row) for row in rows], 8), len(rows)) == [sorted(row) for row in rows]


TERMS = [
    lambda a, b: a * b,
    lambda a, b: math.sin(a) + b * b,
    lambda a, b: math.exp(a - b),
    lambda a, b: a + 2.0 * b,
    lambda a, b: (a * b) ** 2,
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(TERMS)), min_size=1, max_size=12)
)
def test_random_partially_separable_functions(terms):
    x = np.linspace(-1.0, 1.3, 7)

    def residuals(x):
        return [term(x[i], x[j]) for i, j, term in terms]

    found = autograd.jacobian(residuals, sparsity="auto")(x)
    np.testing.assert_allclose(found.toarray(), autograd.jacobian(residuals)(x), rtol=1e-12, atol=1e-12)
    energy = lambda x: sum(residuals(x))  # noqa: E731
    found = autograd.hessian(energy, sparsity="auto")(x)
    np.testing.assert_allclose(found.toarray(), autograd.hessian(energy)(x), rtol=1e-12, atol=1e-12)


def extended_rosenbrock(x):
    total = 0.0
    for i in range(0, len(x), 2):
        total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def test_hessian_of_extended_rosenbrock_in_two_sweeps():
    n = 10_000
    recorded = Recording("hessian", autograd.grad(extended_rosenbrock), [np.tile([-1.2, 1.0], n // 2)])
    assert max(star_coloring(pattern(recorded.linear))) + 1 == 2
    found = autograd.hessian(extended_rosenbrock, sparsity="auto")(np.tile([-1.2, 1.0], n // 2))
    assert found.shape == (n, n)
    assert found.nnz == 2 * n
    block = [[1200.0 * 1.2**2 - 400.0 + 2.0, 480.0], [480.0, 200.0]]
    np.testing.assert_allclose(found[:2, :2].toarray(), block, rtol=1e-14)
    np.testing.assert_allclose(found[n - 2 :, n - 2 :].toarray(), block, rtol=1e-14)


def test_chains_arrows_and_dense_rows():
    def chained(x):
        return sum(100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2 for i in range(len(x) - 1))

    x = np.linspace(-1.0, 1.0, 200)
    found = autograd.hessian(chained, sparsity="auto")(x)
    np.testing.assert_allclose(found.toarray(), rosen_hess(x), rtol=1e-12, atol=1e-12)
    arrow = lambda x: sum(x[0] * x[i] ** 2 for i in range(1, 300)) + x[0] ** 2  # noqa: E731
    recorded = Recording("hessian", autograd.grad(arrow), [np.ones(300)])
    assert max(star_coloring([[*range(300)], *[[0, i] for i in range(1, 300)]])) == 1
    assert len(pattern(recorded.linear)[0]) == 300  # beyond the small sets: integers as bits
    # one dense row: coloured by rows; one dense column: by columns
    wide = lambda x: [math.fsum(x), *[x[i] ** 2 for i in range(100)]]  # noqa: E731
    np.testing.assert_array_equal(
        autograd.jacobian(wide, sparsity="auto")(np.ones(100)).toarray(),
        np.vstack([np.ones(100), 2.0 * np.eye(100)]),
    )
    tall = autograd.jacobian(lambda x: [x[0] * x[i] for i in range(100)] + [3.0], sparsity="auto")(
        np.ones(100)
    )
    assert tall.nnz == 199
    assert tall.shape == (101, 100)


def test_errors():
    with pytest.raises(ValueError, match="sparsity is 'banded'"):
        autograd.hessian(sum, sparsity="banded")
    with pytest.raises(TypeError, match="inside no_grad"):
        autograd.jacobian(lambda x: [x[0]], sparsity="auto")([Value(1.0)])
